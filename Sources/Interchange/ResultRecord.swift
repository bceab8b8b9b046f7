public import EnergyModel
public import LowerBounds
public import MappingSearch
public import Mappings
public import Workloads

/// One result, as it stands in result files: a mapping on a layer at a capacity, with everything that it costs.
public struct ResultRecord: Codable, Hashable, Sendable {
  /// A line of the nest.
  public struct Node: Codable, Hashable, Sendable {
    public var loop: String?
    public var tile: Int?
    public var keep: String?

    enum CodingKeys: String, CodingKey {
      case loop = "for"
      case tile
      case keep
    }
  }

  /// Bits of a word of each kind.
  public struct Widths: Codable, Hashable, Sendable {
    public var inputs: Int
    public var weights: Int
    public var outputs: Int
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
    public var inputsRead: Int
    public var weightsRead: Int
    public var biasesRead: Int
    public var partialSumsRead: Int
    public var partialSumsWritten: Int
    public var outputsWritten: Int
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
    public var model: String
    public var unit: String
    public var perMAC: Double
    public var perBitRead: Double
    public var perBitWritten: Double
    public var compute: Double
    public var data: Double
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
    public var family: String
    /// μ, where the family has one.
    public var discount: Double?
    public var data: Double
    public var total: Double

    init(family: String, discount: Double?, data: Double, total: Double) {
      self.family = family
      self.discount = discount
      self.data = data
      self.total = total
    }

    /// The sum of several layers' bounds on moving data, and the same with the energy of their MACs.
    public init(sum data: Double, compute: Double) {
      self.init(family: "sum", discount: nil, data: data, total: compute + data)
    }
  }

  /// How far the mapping is above the bound: energy over bound less 1, or nil where the bound is zero.
  public struct Gap: Codable, Hashable, Sendable {
    public var data: Double?
    public var total: Double?

    /// The gap of one energy above another.
    public init(_ energy: Energies, above bound: Bound) {
      data = bound.data > 0 ? energy.data / bound.data - 1 : nil
      total = bound.total > 0 ? energy.total / bound.total - 1 : nil
    }
  }

  /// What the search looked at.
  public struct Search: Codable, Hashable, Sendable {
    public var mappings: Int
    public var scored: Int
    public var pruned: Int
    public var prunedBy: PrunedBy
    /// Whether every block size was tried; on very long axes only some are.
    public var complete: Bool
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

  public var network: String?
  public var layer: String
  /// The layer's sizes, as `--shape` takes them.
  public var shape: String
  /// How often the network has the layer.
  public var count: Int
  public var capacityBits: Int?
  public var bits: Widths
  public var reuse: String
  public var dataflow: String
  public var mapping: [Node]
  public var occupancyBits: Int
  public var trafficBits: TrafficCounts
  public var macs: Int
  public var energy: Energies
  public var lowerBound: Bound?
  public var gap: Gap?
  /// Each dataflow's own least data energy, by name.
  public var dataflows: [String: Double]?
  /// The data energy of the two reference dataflows, by name.
  public var references: [String: Double]?
  public var search: Search?
  /// Whether an element-by-element replay counted the same; nil when there was none.
  public var replayAgrees: Bool?

  enum CodingKeys: String, CodingKey {
    case network
    case layer
    case shape
    case count
    case capacityBits = "capacity_bits"
    case bits
    case reuse
    case dataflow
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

  /// The record of an optimum, compared with the best lower bound.
  ///
  /// - Parameters:
  ///   - network: the network that the layer belongs to, if any.
  ///   - entry: the layer and how often the network has it.
  ///   - capacity: the Buffer's size.
  ///   - widths: bits of a word of each kind.
  ///   - reuse: whether overlaps of successive input boxes stay in the Buffer.
  ///   - optimum: the mapping with what it costs.
  ///   - bounds: the layer's lower bounds.
  ///   - seconds: how long the search took, unless that is to be left out.
  public init(
    network: String?, entry: Network.Entry, capacity: Bits, widths: WordWidths, reuse: ReusePolicy, _ optimum: Optimum,
    bounds: LowerBounds, seconds: Double? = nil
  ) {
    self.init(
      network: network, entry: entry, capacity: capacity, widths: widths, reuse: reuse, mapping: optimum.mapping,
      occupancy: optimum.occupancy, traffic: optimum.traffic, energy: optimum.energy)
    let bound = bounds.best(capacity: capacity)
    if let energy = bound.energy(of: entry.layer, optimum.energy.model) { compare(with: bound, energy: energy) }
    search = Search(optimum.statistics, seconds: seconds)
  }

  /// Holds the record's energy against a lower bound.
  ///
  /// - Parameters:
  ///   - bound: the bound.
  ///   - energy: its energy under the record's model.
  public mutating func compare(with bound: LowerBound, energy: Energy) {
    let lowerBound = Bound(
      family: bound.family.rawValue, discount: bound.discount, data: energy.data, total: energy.total)
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
  ///   - quantaPerStep: the model's quanta in one of the curves'.
  public mutating func compare(
    _ curves: [(dataflow: Dataflow, curve: StepCurve)], on layer: Layer, widths: WordWidths, capacity: Bits,
    _ model: EnergyModel, quantaPerStep: Int = 1
  ) {
    dataflows = [:]
    for (dataflow, curve) in curves {
      dataflows?[dataflow.rawValue] = curve.index(capacity: capacity).map {
        model.inUnits(quanta: quantaPerStep * curve.points[$0].dataQuanta)
      }
    }
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

extension ResultRecord.Node {
  /// The line as it stands in tables, see ``NestText``.
  var text: String {
    if let loop, let tile { "\(loop):\(tile)" } else { "[\(keep ?? "")]" }
  }
}

extension ResultRecord {
  /// The lines of a nest.
  static func nodes(_ mapping: Mapping) -> [Node] {
    mapping.nodes.map { node in
      switch node {
      case .loop(let dimension, let tile): Node(loop: dimension.rawValue, tile: tile)
      case .keep(let tensor): Node(keep: tensor.rawValue)
      }
    }
  }
}

extension ResultRecord.TrafficCounts {
  init(_ bits: TrafficBits) {
    self.init(
      inputsRead: bits.inputsRead.count, weightsRead: bits.weightsRead.count, biasesRead: bits.biasesRead.count,
      partialSumsRead: bits.partialSumsRead.count, partialSumsWritten: bits.partialSumsWritten.count,
      outputsWritten: bits.outputsWritten.count, total: bits.total.count)
  }
}

extension ResultRecord.Widths {
  /// The widths, or nil when one is none.
  public var wordWidths: WordWidths? {
    guard let inputs = BitWidth(inputs), let weights = BitWidth(weights), let outputs = BitWidth(outputs),
      let partialSums = BitWidth(partialSums)
    else { return nil }
    return WordWidths(inputs: inputs, weights: weights, outputs: outputs, partialSums: partialSums)
  }

  /// The widths as counts of bits.
  public init(_ widths: WordWidths) {
    self.init(
      inputs: widths.inputs.count, weights: widths.weights.count, outputs: widths.outputs.count,
      partialSums: widths.partialSums.count)
  }
}

extension ResultRecord.Search {
  /// The statistics of a search, with the time that it took unless that is to be left out.
  public init(_ statistics: SearchStatistics, seconds: Double?) {
    self.init(
      mappings: statistics.mappings, scored: statistics.scored, pruned: statistics.pruned,
      prunedBy: ResultRecord.PrunedBy(
        capacity: statistics.prunedByCapacity, energy: statistics.prunedByEnergy, bound: statistics.prunedByBound),
      complete: statistics.isComplete, seconds: seconds)
  }
}

extension ResultRecord.Energies {
  /// An energy with its model's name and unit.
  public init(_ energy: Energy) {
    self.init(energy.model, compute: energy.compute, data: energy.data)
  }

  /// Energies in a model's unit.
  public init(_ model: EnergyModel, compute: Double, data: Double) {
    self.init(
      model: model.name, unit: model.unit, perMAC: model.inUnits(quanta: model.macQuanta),
      perBitRead: model.inUnits(quanta: model.readQuanta), perBitWritten: model.inUnits(quanta: model.writeQuanta),
      compute: compute, data: data, total: compute + data)
  }
}
