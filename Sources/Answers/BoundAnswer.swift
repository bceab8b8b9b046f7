public import EnergyModel
public import LowerBounds
public import Mappings
public import Workloads

/// One family's lower bound of a layer at a capacity, of one given in parts as a whole.
public struct BoundAnswer: Hashable, Sendable {
  /// The network's name, where the layer is of one.
  public let network: String?
  /// The layer.
  public let whole: WholeLayer
  /// The Buffer's size.
  public let capacity: Bits
  /// Bits that any schedule reads and writes.
  public let bound: LowerBound
  /// What every schedule costs at least, as far as this family tells.
  public let energy: Energy
  /// Whether no family gives more.
  public let isBest: Bool

  /// The bounds of all families at each capacity, in the order of `LowerBound.Family`.
  ///
  /// - Parameters:
  ///   - network: the network that the layer belongs to, if any.
  ///   - whole: the layer.
  ///   - setting: the widths and prices, those of the Buffer at any capacity.
  ///   - capacities: the Buffer's sizes, in which some MAC of each part can run.
  /// - Returns: for each capacity an answer for each family.
  /// - Throws: `ProblemError` when energies are beyond the range of exact integers, or not known at a capacity.
  public static func all(
    network: String?, _ whole: WholeLayer, in setting: Problem.Setting, capacities: [Bits]
  ) throws(ProblemError) -> [BoundAnswer] {
    var answers: [BoundAnswer] = []
    for capacity in capacities {
      let problems = try whole.problems(in: try setting.at(capacity))
      // Which schedules spend least depends on the ratio of prices, in which those of the Buffer may enter.
      let families = LowerBounds(problems).all(capacity: capacity)
      let best = LowerBounds.best(of: families)
      for bound in families {
        guard let energy = bound.energy(of: problems) else {
          throw .inexact(layer: whole.name, model: setting.energyModel.name)
        }
        answers.append(
          BoundAnswer(
            network: network, whole: whole, capacity: capacity, bound: bound, energy: energy,
            isBest: bound.family == best.family))
      }
    }
    return answers
  }
}
