public import Answers
import EnergyModel
import Workloads

/// A `NetworkAnswer` as it stands in result files: a network at one capacity, repeated layers as often as they occur.
public struct NetworkTotal: Encodable, Hashable, Sendable {
  /// The network's name.
  public var network: String
  /// The accelerator's name, where one was named.
  public var accelerator: String?
  /// The Buffer's size.
  public var capacityBits: Int
  /// The number of layers, repeated ones counted, and those that are given in parts as one.
  public var layers: Int
  /// The energies of all layers together, of those in parts as ``WholeRecord`` has them.
  public var energy: ResultRecord.Energies
  /// The sum of the bounds, where every layer has one: of parts that of their whole.
  public var lowerBound: ResultRecord.Bound?
  /// How far the energies are above the bound, where there is one.
  public var gap: ResultRecord.Gap?
  /// How long all layers take one after the other, where the accelerator gives the rates.
  public var time: ResultRecord.Time?
  /// Each dataflow's own best in every layer, by name.
  public var dataflows: [String: Double]
  /// The data energy of the two reference dataflows over all layers, by name.
  public var references: [String: Double]

  enum CodingKeys: String, CodingKey {
    case network
    case accelerator
    case capacityBits = "capacity_bits"
    case layers
    case energy
    case lowerBound = "lower_bound"
    case gap
    case time
    case dataflows
    case references
  }

  /// The record of a sum.
  public init(_ answer: NetworkAnswer) {
    network = answer.name
    accelerator = answer.accelerator?.name
    capacityBits = answer.capacity.count
    layers = answer.layers
    energy = ResultRecord.Energies(answer.energy)
    lowerBound = answer.bound.map { ResultRecord.Bound($0) }
    gap = answer.gap.map { ResultRecord.Gap($0) }
    time = answer.time.map { ResultRecord.Time($0) }
    dataflows = ResultRecord.byName(answer.dataflows)
    references = ResultRecord.byName(answer.references)
  }
}
