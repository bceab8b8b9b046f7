public import Answers
import LowerBounds
import Workloads

/// One family's lower bound of a layer at a capacity, of one given in parts as a whole, as it stands in result files.
public struct BoundRecord: Encodable, Hashable, Sendable {
  /// The network's name, where the layer is of one.
  public var network: String?
  /// The layer's name.
  public var layer: String
  /// The names of its parts, where it is given in parts.
  public var parts: [String]?
  /// How often the network has the layer.
  public var count: Int
  /// The Buffer's size.
  public var capacityBits: Int
  /// The name of the bound's family, a raw value of `LowerBound.Family`.
  public var family: String
  /// μ, where the family has one.
  public var discount: Double?
  /// Bits that any schedule reads from DRAM.
  public var readBits: Int
  /// Bits that any schedule writes to DRAM.
  public var writtenBits: Int
  /// The layer's MACs.
  public var macs: Int
  /// What every schedule costs at least, as far as this family tells.
  public var energy: ResultRecord.Energies
  /// Whether no family gives more.
  public var isBest: Bool

  enum CodingKeys: String, CodingKey {
    case network
    case layer
    case parts
    case count
    case capacityBits = "capacity_bits"
    case family
    case discount
    case readBits = "read_bits"
    case writtenBits = "written_bits"
    case macs
    case energy
    case isBest = "is_best"
  }

  /// The record of a bound.
  public init(_ answer: BoundAnswer) {
    let whole = answer.whole
    network = answer.network
    layer = whole.name
    parts = whole.hasParts ? whole.parts.map(\.name) : nil
    count = whole.count
    capacityBits = answer.capacity.count
    family = answer.bound.family.rawValue
    discount = answer.bound.discount
    readBits = answer.bound.read.count
    writtenBits = answer.bound.written.count
    macs = whole.parts.reduce(0) { $0 + $1.macs }
    energy = ResultRecord.Energies(Energies(answer.energy))
    isBest = answer.isBest
  }
}
