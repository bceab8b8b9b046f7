public import EnergyModel
public import LowerBounds
public import MappingSearch
public import Mappings
public import Workloads

/// One result, as it stands in result files: a mapping on a layer at a capacity, with everything that it costs.
public struct ResultRecord: Codable, Hashable, Sendable {
  /// A line of the nest.
  public struct Node: Codable, Hashable, Sendable {
    /// The dimension of a loop, or nil for a keep.
    public var loop: String?
    /// The tile of a loop, or nil for a keep.
    public var tile: Int?
    /// The tensor of a keep, or nil for a loop.
    public var keep: String?

    enum CodingKeys: String, CodingKey {
      case loop = "for"
      case tile
      case keep
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

    init(family: String, discount: Double?, data: Double, total: Double) {
      self.family = family
      self.discount = discount
      self.data = data
      self.total = total
    }

    /// A bound with its energy of moving data and the energy of all MACs.
    init(_ bound: LowerBound, data: Double, compute: Double) {
      self.init(family: bound.family.rawValue, discount: bound.discount, data: data, total: compute + data)
    }

    /// The sum of several layers' bounds on moving data, and the same with the energy of their MACs.
    public init(sum data: Double, compute: Double) {
      self.init(family: "sum", discount: nil, data: data, total: compute + data)
    }
  }

  /// How far the mapping is above the bound: energy over bound less 1, or nil where the bound is zero.
  public struct Gap: Codable, Hashable, Sendable {
    /// Of the energy of moving data.
    public var data: Double?
    /// Of the energy with all MACs, which is the same for every schedule.
    public var total: Double?

    /// The gap of one energy above another.
    public init(_ energy: Energies, above bound: Bound) {
      data = bound.data > 0 ? energy.data / bound.data - 1 : nil
      total = bound.total > 0 ? energy.total / bound.total - 1 : nil
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

    enum CodingKeys: String, CodingKey {
      case mappings
      case scored
      case pruned
      case prunedBy = "pruned_by"
      case complete
      case seconds
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
  /// and only their whole has one, see ``WholeRecord``.
  public var partOf: String?
  /// Whether the part reads inputs that not all parts read, or lacks some that others read; nil where it does not.
  public var ownInputs: Bool?
  /// The layer's sizes, as `--shape` takes them.
  public var shape: String
  /// How often the network has the layer.
  public var count: Int
  /// The Buffer's size, or nil where the mapping was given and no size asked for.
  public var capacityBits: Int?
  /// Bits of a word of each kind.
  public var bits: Widths
  /// The reuse policy, a raw value of `ReusePolicy`.
  public var reuse: String
  /// The dataflow of the mapping, a raw value of `Dataflow`.
  public var dataflow: String
  /// All dataflows that attain the mapping's energy at the capacity, in the order of `Dataflow.allCases`, where the mapping
  /// is an optimum over all of them and they are known: it is one of many mappings, which may be of any of these.
  public var optimalDataflows: [String]?
  /// The lines of the nest, outermost first.
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
  /// Each dataflow's own least data energy, by name.
  public var dataflows: [String: Double]?
  /// The data energy of the two reference dataflows, by name.
  public var references: [String: Double]?
  /// What the search looked at, where the mapping was searched for.
  public var search: Search?
  /// Whether an element-by-element replay counted the same; nil when there was none.
  public var replayAgrees: Bool?

  enum CodingKeys: String, CodingKey {
    case network
    case layer
    case partOf = "part_of"
    case ownInputs = "own_inputs"
    case shape
    case count
    case capacityBits = "capacity_bits"
    case bits
    case reuse
    case dataflow
    case optimalDataflows = "optimal_dataflows"
    case mapping
    case occupancyBits = "occupancy_bits"
    case trafficBits = "traffic_bits"
    case macs
    case energy
    case lowerBound = "lower_bound"
    case gap
    case dataflows
    case references
    case search
    case replayAgrees = "replay_agrees"
  }

  /// The record of a mapping on a layer.
  ///
  /// - Parameters:
  ///   - network: the network that the layer belongs to, if any.
  ///   - entry: the layer and how often the network has it.
  ///   - capacity: the Buffer's size, if there is one to hold the mapping to.
  ///   - widths: bits of a word of each kind.
  ///   - reuse: whether overlaps of successive input boxes stay in the Buffer.
  ///   - mapping: the loop nest.
  ///   - occupancy: what it holds.
  ///   - traffic: what it moves.
  ///   - energy: what it costs.
  public init(
    network: String?, entry: Network.Entry, capacity: Bits?, widths: WordWidths, reuse: ReusePolicy,
    mapping: Mapping, occupancy: Occupancy, traffic: Traffic, energy: Energy
  ) {
    self.network = network
    layer = entry.layer.name
    partOf = entry.partOf
    ownInputs = entry.hasOwnInputs ? true : nil
    shape = ShapeText.text(entry.layer)
    count = entry.count
    capacityBits = capacity?.count
    bits = Widths(widths)
    self.reuse = reuse.rawValue
    dataflow = mapping.dataflow.rawValue
    self.mapping = Self.nodes(mapping)
    occupancyBits = occupancy.bits(widths).count
    trafficBits = TrafficCounts(traffic.bits(widths))
    macs = entry.layer.macs
    self.energy = Energies(energy)
  }

  /// The record of an optimum, compared with the best lower bound unless the layer is a part of another.
  ///
  /// - Parameters:
  ///   - network: the network that the layer belongs to, if any.
  ///   - entry: the layer and how often the network has it.
  ///   - capacity: the Buffer's size.
  ///   - widths: bits of a word of each kind.
  ///   - reuse: whether overlaps of successive input boxes stay in the Buffer.
  ///   - optimum: the mapping with what it costs.
  ///   - bounds: the layer's lower bounds.
  ///   - dataflows: all dataflows that attain the optimum, where they are known.
  ///   - seconds: how long the search took, unless that is to be left out.
  public init(
    network: String?, entry: Network.Entry, capacity: Bits, widths: WordWidths, reuse: ReusePolicy, _ optimum: Optimum,
    bounds: LowerBounds, attainedBy dataflows: [Dataflow]? = nil, seconds: Double? = nil
  ) {
    self.init(
      network: network, entry: entry, capacity: capacity, widths: widths, reuse: reuse, mapping: optimum.mapping,
      occupancy: optimum.occupancy, traffic: optimum.traffic, energy: optimum.energy)
    if entry.partOf == nil {
      let bound = bounds.best(capacity: capacity)
      if let energy = bound.energy(of: entry.layer, optimum.energy.model) { compare(with: bound, energy: energy) }
    }
    optimalDataflows = dataflows?.map(\.rawValue)
    search = Search(optimum.statistics, seconds: seconds)
  }

  /// Holds the record's energy against a lower bound.
  ///
  /// - Parameters:
  ///   - bound: the bound.
  ///   - energy: its energy under the record's model.
  public mutating func compare(with bound: LowerBound, energy: Energy) {
    let lowerBound = Bound(bound, data: energy.data, compute: energy.compute)
    self.lowerBound = lowerBound
    gap = Gap(self.energy, above: lowerBound)
  }

  /// Sets each dataflow's own best and the reference dataflows, where they fit.
  ///
  /// - Parameters:
  ///   - curves: each dataflow's own curve.
  ///   - layer: the record's layer.
  ///   - widths: bits of a word of each kind.
  ///   - capacity: the Buffer's size.
  ///   - model: the model of the record's energies.
  /// - Throws: `OptimizerError.inexact` when an energy is beyond the range of exact integers.
  public mutating func compare(
    _ curves: DataflowCurves, on layer: Layer, widths: WordWidths, capacity: Bits, _ model: EnergyModel
  ) throws(OptimizerError) {
    let optima = try curves.optima(capacity: capacity, pricedBy: model)
    dataflows = Dictionary(uniqueKeysWithValues: optima.map { ($0.rawValue, $1.energy.data) })
    references = [:]
    for reference in ReferenceDataflow.allCases
    where reference.isAttained(on: layer, widths: widths, capacity: capacity) {
      let bits = reference.traffic(of: layer).bits(widths)
      references?[reference.rawValue] = model.energy(macs: layer.macs, read: bits.read, written: bits.written)?.data
    }
  }

  /// The nest in one line, see ``NestText``.
  public var mappingText: String {
    mapping.map(\.text).joined(separator: " ")
  }
}
