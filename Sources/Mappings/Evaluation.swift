public import EnergyModel
import Workloads

/// A mapping with what it holds, moves and costs on the layer of a problem.
public struct Evaluation: Hashable, Sendable {
  /// The loop nest.
  public let mapping: Mapping
  /// The largest box of each tensor.
  public let occupancy: Occupancy
  /// What the mapping moves.
  public let traffic: Traffic
  /// What it costs under the problem's energy model.
  public let energy: Energy
}

extension Problem {
  /// What a mapping costs, in closed form. A tensor on the chip moves nothing, if the mapping keeps it there whole, see
  /// ``movedFromChip(by:)``.
  ///
  /// - Precondition: the nest can be counted, see ``evaluate(counting:)->Evaluation``, as all plain nests can be unless overlaps are
  ///   asked for.
  /// - Parameter mapping: a loop nest.
  /// - Returns: the mapping with its costs, whether or not it fits a Buffer.
  public func evaluate(_ mapping: Mapping) -> Evaluation {
    Evaluation(
      mapping: mapping, occupancy: Occupancy(of: mapping, on: layer),
      traffic: offChip(Traffic(of: mapping, on: layer, reuse: reuse)), priced: self)
  }

  /// The same of a mapping from elsewhere, which may be too much to count.
  ///
  /// - Parameter mapping: any loop nest.
  /// - Returns: the mapping with its costs, whether or not it fits a Buffer.
  /// - Throws: ``UncountableNest``.
  public func evaluate(counting mapping: Mapping) throws(UncountableNest) -> Evaluation {
    Evaluation(
      mapping: mapping, occupancy: Occupancy(of: mapping, on: layer),
      traffic: offChip(try Traffic(counting: mapping, on: layer, reuse: reuse)), priced: self)
  }
}

extension Problem {
  /// What the layer costs with a mapping that moves so much.
  func energy(moving traffic: Traffic) -> Energy {
    let bits = traffic.bits(widths)
    // A mapping moves each operand of a MAC at most once for it.
    guard let energy = energyModel.energy(macs: layer.macs, read: bits.read, written: bits.written) else {
      preconditionFailure("a problem's energies were checked when it was made")
    }
    return energy
  }
}

extension Evaluation {
  /// Prices what a mapping is known to hold and to move.
  fileprivate init(mapping: Mapping, occupancy: Occupancy, traffic: Traffic, priced problem: Problem) {
    self.init(mapping: mapping, occupancy: occupancy, traffic: traffic, energy: problem.energy(moving: traffic))
  }

  /// The same mapping of a problem that differs in prices alone.
  public func priced(in problem: Problem) -> Evaluation {
    Evaluation(mapping: mapping, occupancy: occupancy, traffic: traffic, priced: problem)
  }
}
