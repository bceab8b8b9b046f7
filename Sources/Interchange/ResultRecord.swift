public import Answers
public import EnergyModel
import LowerBounds
import MappingSearch
import Mappings
package import Workloads

/// An `Answer` as it stands in result files: a mapping on a layer at a capacity, with everything that it costs.
public struct ResultRecord: Codable, Hashable, Sendable {
  /// A line of a nest, or a split with the lines of both its parts.
  public struct Node: Codable, Hashable, Sendable {
    /// The dimension of a loop, or nil for a keep.
    public var loop: String?
    /// The tile of a loop, or nil for one over phases and for a keep.
    public var tile: Int?
    /// The number of phases that a loop walks, or nil for others.
    public var phases: Int?
    /// The direction of a loop, a raw value of `Loop.Direction`, or nil where it is forward and for a keep.
    public var direction: String?
    /// True of a loop that is filled, or nil.
    public var filled: Bool?
    /// The tensor of a keep, or nil for others.
    public var keep: String?
    /// The dimension of a split, which is alone in its list, or nil for a line of a nest.
    public var split: String?
    /// How many indices of a split's dimension its first part has.
    public var at: Int?
    /// The lines of a split's first part.
    public var first: [Node]?
    /// The lines of its other part.
    public var rest: [Node]?

    enum CodingKeys: String, CodingKey {
      case loop = "for"
      case tile
      case phases
      case direction
      case filled
      case keep
      case split
      case at
      case first
      case rest
    }
  }

  /// Bits of a word of each kind.
  public struct Widths: Codable, Hashable, Sendable {
    /// Bits of an input.
    public var inputs: Int
    /// Bits of a weight.
    public var weights: Int
    /// Bits of a finished output.
    public var outputs: Int
    /// Bits of a partial sum, and of a bias.
    public var partialSums: Int

    enum CodingKeys: String, CodingKey {
      case inputs
      case weights
      case outputs
      case partialSums = "partial_sums"
    }
  }

  /// Bits moved, by kind.
  public struct TrafficCounts: Codable, Hashable, Sendable {
    /// Inputs, each as often as it is read.
    public var inputsRead: Int
    /// Weights, each as often as it is read.
    public var weightsRead: Int
    /// Biases, each once.
    public var biasesRead: Int
    /// Unfinished outputs fetched again.
    public var partialSumsRead: Int
    /// Unfinished outputs spilled.
    public var partialSumsWritten: Int
    /// Finished outputs.
    public var outputsWritten: Int
    /// All of these together.
    public var total: Int

    enum CodingKeys: String, CodingKey {
      case inputsRead = "inputs_read"
      case weightsRead = "weights_read"
      case biasesRead = "biases_read"
      case partialSumsRead = "partial_sums_read"
      case partialSumsWritten = "partial_sums_written"
      case outputsWritten = "outputs_written"
      case total
    }
  }

  /// A machine with its rates, all of which or none are given.
  public struct Machine: Codable, Hashable, Sendable {
    /// Its name.
    public var name: String
    /// The most MACs of a cycle.
    public var macsPerCycle: Int?
    /// Cycles per second.
    public var clock: Double?
    /// The most bits per second that move between DRAM and the Buffer.
    public var bandwidth: Double?

    enum CodingKeys: String, CodingKey {
      case name
      case macsPerCycle = "macs_per_cycle"
      case clock = "clock_hz"
      case bandwidth = "bits_per_second"
    }

    /// An accelerator as a file has it.
    public init(_ identity: Accelerator.Identity) {
      name = identity.name
      macsPerCycle = identity.throughput?.macsPerCycle
      clock = identity.throughput?.clock
      bandwidth = identity.throughput?.bandwidth
    }

    /// The same as answers have it; nil where rates are missing or out of range.
    package var identity: Accelerator.Identity? {
      typealias Identity = Accelerator.Identity
      if macsPerCycle == nil, clock == nil, bandwidth == nil { return Identity(name: name, throughput: nil) }
      guard let macsPerCycle, let clock, let bandwidth else { return nil }
      return Accelerator.Throughput(macsPerCycle: macsPerCycle, clock: clock, bandwidth: bandwidth)
        .map { Identity(name: name, throughput: $0) }
    }
  }

  /// How long work takes on the accelerator, in seconds.
  public struct Time: Codable, Hashable, Sendable {
    /// That of the MACs at the peak rate.
    public var compute: Double
    /// That of moving data at the bandwidth.
    public var data: Double
    /// That of both side by side, of a network layer after layer.
    public var total: Double
    /// What every schedule takes at least, where bounds on the bits moved are known.
    public var bound: Double?
    /// The bits of that bound, of one layer.
    public var leastBits: Int?
    /// What the work takes as long as: "compute" or "bandwidth".
    public var limit: String

    enum CodingKeys: String, CodingKey {
      case compute
      case data
      case total
      case bound
      case leastBits = "least_bits"
      case limit = "limited_by"
    }

    /// A time as a file has it, with the bits of its bound.
    package init(_ time: ExecutionTime, leastMoved: Bits? = nil) {
      (compute, data, total, bound) = (time.compute, time.data, time.total, time.bound)
      leastBits = leastMoved?.count
      limit = time.limit.rawValue
    }
  }

  /// What accesses of the Buffer add to the prices of an energy model.
  public struct BufferPrices: Codable, Hashable, Sendable {
    /// To the energy of one MAC.
    public var perMAC: Double
    /// To that of reading one bit from DRAM.
    public var perBitRead: Double
    /// To that of writing one bit to DRAM.
    public var perBitWritten: Double

    enum CodingKeys: String, CodingKey {
      case perMAC = "per_mac"
      case perBitRead = "per_bit_read"
      case perBitWritten = "per_bit_written"
    }

    /// The Buffer's part of a model's energies.
    init(_ share: BufferShare) {
      (perMAC, perBitRead, perBitWritten) = (share.perMAC, share.perBitRead, share.perBitWritten)
    }

    /// The same as energy models have it.
    var share: BufferShare {
      BufferShare(perMAC: perMAC, perBitRead: perBitRead, perBitWritten: perBitWritten)
    }
  }

  /// Energies in the unit of the model, with the model's own: a record can be checked from what it holds.
  public struct Energies: Codable, Hashable, Sendable {
    /// The energy model's name.
    public var model: String
    /// What the energies are counted in.
    public var unit: String
    /// C_b, the energy of one MAC.
    public var perMAC: Double
    /// e_read, the energy of reading one bit from DRAM.
    public var perBitRead: Double
    /// e_write, the energy of writing one bit to DRAM.
    public var perBitWritten: Double
    /// The part of these three that is the Buffer's own at its capacity, where the model tells of it.
    public var buffer: BufferPrices?
    /// The energy of all MACs.
    public var compute: Double
    /// The energy of moving data.
    public var data: Double
    /// Computing and data together.
    public var total: Double

    enum CodingKeys: String, CodingKey {
      case model
      case unit
      case perMAC = "per_mac"
      case perBitRead = "per_bit_read"
      case perBitWritten = "per_bit_written"
      case buffer
      case compute
      case data
      case total
    }
  }

  /// The best lower bound for every schedule.
  public struct Bound: Codable, Hashable, Sendable {
    /// The name of the bound's family; "sum" for several layers' bounds added up.
    public var family: String
    /// μ, where the family has one.
    public var discount: Double?
    /// The bound on the energy of moving data, in the unit of the record's energies.
    public var data: Double
    /// The same with the energy of all MACs.
    public var total: Double

    /// The name for several layers' bounds added up.
    static let sumName = "sum"

    /// A bound as a file has it.
    public init(_ bound: EnergyBound) {
      family = bound.family?.rawValue ?? Self.sumName
      discount = bound.discount
      data = bound.data
      total = bound.total
    }
  }

  /// How far the mapping is above the bound: energy over bound less 1, or nil where the bound is zero.
  public struct Gap: Codable, Hashable, Sendable {
    /// Of the energy of moving data.
    public var data: Double?
    /// Of the energy with all MACs, which is the same for every schedule.
    public var total: Double?

    /// A gap as a file has it.
    public init(_ gap: Answers.Gap) {
      data = gap.data
      total = gap.total
    }
  }

  /// What the search looked at.
  public struct Search: Codable, Hashable, Sendable {
    /// Mappings that the search covers.
    public var mappings: Int
    /// Those whose energy and occupancy were computed.
    public var scored: Int
    /// Those that were not scored.
    public var pruned: Int
    /// Why they were not.
    public var prunedBy: PrunedBy
    /// Whether every block size was tried; on very long axes only some are.
    public var complete: Bool
    /// How long it took, where times are kept.
    public var seconds: Double?
    /// The dataflows that were searched, raw values of `Dataflow`, where those are not all.
    public var dataflows: [String]?
    /// The nest with open tiles that alone was searched, as `--template` takes it.
    public var template: String?

    enum CodingKeys: String, CodingKey {
      case mappings
      case scored
      case pruned
      case prunedBy = "pruned_by"
      case complete
      case seconds
      case dataflows
      case template
    }
  }

  /// Mappings that were not scored, by what showed them to be of no use.
  public struct PrunedBy: Codable, Hashable, Sendable {
    /// The least that their block holds does not fit the Buffer.
    public var capacity: Int
    /// The least energy of their block is no less than that of a mapping that holds no more.
    public var energy: Int
    /// The lower bound for every schedule was met.
    public var bound: Int
  }

  /// The network's name, where the layer is of one.
  public var network: String?
  /// The layer's name.
  public var layer: String
  /// The whole that the layer is a part of, if it is one. Such a record has no lower bound: parts read inputs in common,
  /// and only their whole has one, see `WholeRecord`.
  public var partOf: String?
  /// Whether the part reads inputs that not all parts read, or lacks some that others read; nil where it does not.
  public var ownInputs: Bool?
  /// The layer's sizes, as `--shape` takes them.
  public var shape: String
  /// How often the network has the layer.
  public var count: Int
  /// The accelerator, where one was named.
  public var accelerator: Machine?
  /// The Buffer's size, or nil where the mapping was given and no size asked for.
  public var capacityBits: Int?
  /// Bits of a word of each kind.
  public var bits: Widths
  /// The reuse policy, a raw value of `ReusePolicy`.
  public var reuse: String
  /// Whether loops over phases were searched, a raw value of `PhasePolicy`; nil where it is as usual under the reuse.
  public var phases: String?
  /// How tensors lie in the Buffer; nil where they share one room, each box there once.
  public var buffer: Layout?
  /// The dataflow of the mapping, a raw value of `Dataflow`; of one in pieces those of all pieces, each once in the order
  /// in which they first run, with bars between them.
  public var dataflow: String
  /// All dataflows that attain the mapping's energy at the capacity, in the order of `Dataflow.allCases`, where the mapping
  /// is an optimum over all of them and they are known: it is one of many mappings, which may be of any of these.
  public var optimalDataflows: [String]?
  /// The lines of the nest, outermost first, or a split.
  public var mapping: [Node]
  /// Bits that the mapping's largest boxes take in the Buffer.
  public var occupancyBits: Int
  /// Bits that the mapping moves.
  public var trafficBits: TrafficCounts
  /// The layer's MACs, those on padding included.
  public var macs: Int
  /// The mapping's energies, with the model's prices.
  public var energy: Energies
  /// The best lower bound for every schedule, where it was asked for.
  public var lowerBound: Bound?
  /// How far the mapping is above the bound.
  public var gap: Gap?
  /// How long the layer takes, where the accelerator gives the rates.
  public var time: Time?
  /// Each dataflow's own least data energy, by name.
  public var dataflows: [String: Double]?
  /// The data energy of the two reference dataflows, by name.
  public var references: [String: Double]?
  /// What the search looked at, where the mapping was searched for.
  public var search: Search?
  /// Whether an element-by-element replay counted the same; nil when there was none.
  public var replayAgrees: Bool?
  /// The bursts that a replay counted; nil where it was not asked for them.
  public var bursts: BurstCounts?

  enum CodingKeys: String, CodingKey {
    case network
    case layer
    case partOf = "part_of"
    case ownInputs = "own_inputs"
    case shape
    case count
    case accelerator
    case capacityBits = "capacity_bits"
    case bits
    case reuse
    case phases
    case buffer
    case dataflow
    case optimalDataflows = "optimal_dataflows"
    case mapping
    case occupancyBits = "occupancy_bits"
    case trafficBits = "traffic_bits"
    case macs
    case energy
    case lowerBound = "lower_bound"
    case gap
    case time
    case dataflows
    case references
    case search
    case replayAgrees = "replay_agrees"
    case bursts
  }

  /// The record of an answer.
  public init(_ answer: Answer) {
    network = answer.network
    layer = answer.name
    partOf = answer.partOf
    ownInputs = answer.entry.hasOwnInputs ? true : nil
    shape = ShapeText.text(answer.layer)
    count = answer.count
    accelerator = answer.accelerator.map { Machine($0) }
    capacityBits = answer.capacity?.count
    bits = Widths(answer.setting.widths)
    reuse = answer.setting.reuse.rawValue
    phases = answer.setting.namedPhases?.rawValue
    buffer = Layout(answer.setting.layout)
    dataflow = Self.names(answer.ownDataflows)
    optimalDataflows = answer.optimalDataflows?.map(\.rawValue)
    mapping = Self.nodes(answer.mapping)
    occupancyBits = answer.occupancy.count
    trafficBits = TrafficCounts(answer.traffic)
    macs = answer.layer.macs
    energy = Energies(answer.energy)
    lowerBound = answer.bound.map { Bound($0) }
    gap = answer.gap.map { Gap($0) }
    time = answer.time.map { Time($0, leastMoved: answer.leastMoved) }
    dataflows = answer.dataflows.map(Self.byName)
    references = answer.references.map(Self.byName)
    search = answer.search.map { Search($0, of: answer) }
    replayAgrees = answer.replayAgrees
    bursts = answer.transactions.map { BurstCounts($0) }
  }

  /// Values under the names of what they are of.
  static func byName<Key: RawRepresentable<String>>(_ values: [Key: Double]) -> [String: Double] {
    Dictionary(uniqueKeysWithValues: values.map { ($0.rawValue, $1) })
  }

  /// Names of dataflows with bars between them.
  static func names(_ dataflows: [Dataflow]) -> String { dataflows.map(\.rawValue).joined(separator: "|") }

  /// The mapping in one line, see ``NestText``.
  var mappingText: String { mapping.map(\.text).joined(separator: " ") }
}
