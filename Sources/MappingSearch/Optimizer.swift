public import EnergyModel
public import Mappings
public import Workloads

/// Finds the mapping of least energy for a layer, exactly, over the canonical mapspace of theory §4.
///
/// The mapspace is listed once; ``optimum(capacity:)`` then answers for any capacity.
public struct Optimizer: Sendable {
  public let layer: Layer
  public let widths: WordWidths
  public let energyModel: EnergyModel
  public let reuse: ReusePolicy
  /// The dataflows searched, in the order of ``Dataflow/allCases``.
  public let dataflows: [Dataflow]
  private let searches: [DataflowSearch]

  /// Whether every block size of rows and columns is searched.
  ///
  /// On an axis with sliding windows whose block sizes nest in more than 400 000 ways, as of 500 rows and a kernel of 3, only
  /// some are: one for each number of blocks at most. The result is then the best of those.
  public var isComplete: Bool { searches.allSatisfy(\.isComplete) }

  /// Prepares the search.
  ///
  /// - Parameters:
  ///   - layer: the layer to map.
  ///   - widths: bits of a word of each kind.
  ///   - energyModel: what a MAC and a moved bit cost.
  ///   - reuse: whether overlaps of successive input boxes stay in the Buffer.
  ///   - dataflows: the dataflows to search.
  /// - Throws: ``OptimizerError/inexact`` when the energies of this layer could leave the range of exact integers.
  public init(
    _ layer: Layer, widths: WordWidths, energyModel: EnergyModel = .bitsMoved, reuse: ReusePolicy = .sliding,
    dataflows: Set<Dataflow> = Set(Dataflow.allCases)
  ) throws(OptimizerError) {
    guard energyModel.isExact(for: layer, widths: widths) else { throw .inexact(layer: layer.name) }
    self.layer = layer
    self.widths = widths
    self.energyModel = energyModel
    self.reuse = reuse
    self.dataflows = Dataflow.allCases.filter(dataflows.contains)
    searches = self.dataflows.map { DataflowSearch(layer, widths, energyModel, reuse, $0) }
  }

  /// The least capacity at which some mapping of the searched dataflows fits.
  ///
  /// Every dataflow has the mapping whose boxes are single words.
  public var leastCapacity: Bits { Self.leastCapacity(of: layer, widths: widths) }

  /// The least capacity at which some MACs of a layer can run.
  public static func leastCapacity(of layer: Layer, widths: WordWidths) -> Bits {
    Occupancy(inputs: Words(min(1, layer.usedElements(of: .inputs).count)), weights: Words(1), outputs: Words(1))
      .bits(widths)
  }

  /// The feasible mapping of least energy at a capacity, or nil when none fits.
  ///
  /// Of several with the same energy it is one of least occupancy, and among those the first in a fixed order.
  public func optimum(capacity: Bits) -> Optimum? {
    optimum(capacity: capacity, searches: searches)
  }

  /// The same over a single one of the searched dataflows.
  public func optimum(capacity: Bits, dataflow: Dataflow) -> Optimum? {
    optimum(capacity: capacity, searches: searches.filter { $0.dataflow == dataflow })
  }

  private func optimum(capacity: Bits, searches: [DataflowSearch]) -> Optimum? {
    var statistics = SearchStatistics()
    statistics.isComplete = isComplete
    var best: Candidate?
    for search in searches { search.improve(&best, capacity: capacity, &statistics) }
    guard let best else { return nil }
    let mapping = best.mapping(of: layer)
    let traffic = Traffic(of: mapping, on: layer, reuse: reuse)
    let bits = traffic.bits(widths)
    guard let energy = energyModel.energy(macs: layer.macs, read: bits.read, written: bits.written) else { return nil }
    // A nest may move less than its factors say, where a loop has a single block, but never more.
    precondition(energy.dataQuanta <= layer[.g] * best.energy + energyModel.readQuanta * bits.biasesRead.count)
    return Optimum(
      mapping: mapping, occupancy: Occupancy(of: mapping, on: layer), traffic: traffic, energy: energy,
      statistics: statistics)
  }
}

/// A mapping of least energy with what it costs.
public struct Optimum: Hashable, Sendable {
  public let mapping: Mapping
  public let occupancy: Occupancy
  public let traffic: Traffic
  public let energy: Energy
  public let statistics: SearchStatistics
}

/// What a search looked at.
public struct SearchStatistics: Hashable, Sendable {
  /// Combinations of undominated profiles and tiles, over all dataflows; the tile of k is solved for, not counted.
  public var mappings = 0
  /// Those whose energy was computed.
  public var scored = 0
  /// Those that a bound showed to be no better than the best one known, or too large for the Buffer.
  public var pruned: Int { mappings - scored }

  /// Whether every block size was tried, see ``Optimizer/isComplete``.
  public var isComplete = true

  public init() {}
}

/// Why a layer cannot be searched.
public enum OptimizerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Energies could leave the range in which integers are exact.
  case inexact(layer: String)

  public var description: String {
    switch self {
    case .inexact(let layer):
      "\(layer): energies could exceed 2^63 quanta and would not be exact; use a smaller layer or smaller energies"
    }
  }
}
