public import Answers
import Mappings
import Workloads

/// A `WholeAnswer` as it stands in result files: a layer that is given in parts, at a capacity.
public struct WholeRecord: Encodable, Hashable, Sendable {
  /// The network's name, where the layer is of one.
  public var network: String?
  /// The layer's name.
  public var layer: String
  /// The names of its parts.
  public var parts: [String]
  /// How often the network has the layer.
  public var count: Int
  /// The Buffer's size.
  public var capacityBits: Int
  /// Whether the inputs of all parts stay in the Buffer.
  public var sharesInputs: Bool
  /// Bits that all parts move together.
  public var trafficBits: ResultRecord.TrafficCounts
  /// The energies of all parts together.
  public var energy: ResultRecord.Energies
  /// The lower bound of the whole, which holds for every schedule of its parts.
  public var lowerBound: ResultRecord.Bound
  /// How far the energies are above the bound.
  public var gap: ResultRecord.Gap
  /// Each dataflow's own best in every part, by name, where dataflows are compared.
  public var dataflows: [String: Double]?
  /// The data energy of the two reference dataflows over all parts, by name, where dataflows are compared.
  public var references: [String: Double]?

  enum CodingKeys: String, CodingKey {
    case network
    case layer
    case parts
    case count
    case capacityBits = "capacity_bits"
    case sharesInputs = "shares_inputs"
    case trafficBits = "traffic_bits"
    case energy
    case lowerBound = "lower_bound"
    case gap
    case dataflows
    case references
  }

  /// The record of a whole.
  public init(_ answer: WholeAnswer) {
    network = answer.network
    layer = answer.name
    parts = answer.whole.parts.map(\.name)
    count = answer.whole.count
    capacityBits = answer.capacity.count
    sharesInputs = answer.sharesInputs
    trafficBits = ResultRecord.TrafficCounts(answer.traffic)
    energy = ResultRecord.Energies(answer.energy)
    lowerBound = ResultRecord.Bound(answer.bound)
    gap = ResultRecord.Gap(answer.gap)
    dataflows = answer.dataflows.map(ResultRecord.byName)
    references = answer.references.map(ResultRecord.byName)
  }
}
