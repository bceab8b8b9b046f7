public import EnergyModel
public import LowerBounds
public import MappingSearch
public import Mappings
public import Workloads

/// A mapping of a layer, searched for or given, with everything that was asked about it.
public struct Answer: Hashable, Sendable {
  /// The network that the layer belongs to, if any.
  public var network: String?
  /// The layer, and how often the network has it.
  public var entry: Network.Entry
  /// The widths, prices and rules that the answer holds under.
  public var setting: Problem.Setting
  /// The accelerator that the answer is for, where one was named: its capacity, energies and widths are the answer's.
  public var accelerator: Accelerator.Identity?
  /// The Buffer's size, or nil where the mapping was given and no size asked for.
  public var capacity: Bits?
  /// The mapping with what it holds and moves.
  public var evaluation: CountedMapping
  /// What it costs.
  public var energy: Energies
  /// The best lower bound for every schedule, where it was asked for. A part of a layer has none: parts read inputs in
  /// common, and only their whole has one, see ``WholeAnswer``.
  public var bound: EnergyBound?
  /// Bits that every schedule moves at least, where bounds were asked for and an accelerator gives rates.
  public var leastMoved: Bits?
  /// All dataflows that attain the mapping's energy at the capacity, in the order of `Dataflow.allCases`, where the mapping
  /// is an optimum over all of them and they are known: it is one of many mappings, which may be of any of these.
  public var optimalDataflows: [Dataflow]?
  /// Each dataflow's own least data energy.
  public var dataflows: [Dataflow: Double]?
  /// The data energy of the two reference dataflows, where they fit.
  public var references: [ReferenceDataflow: Double]?
  /// What the search looked at, where the mapping was searched for.
  public var search: SearchStatistics?
  /// The nest with open tiles whose best tiles the mapping has, where no other nests were searched.
  public var template: NestTemplate?
  /// How long the search took, where times are kept.
  public var seconds: Double?
  /// Whether an element-by-element replay counted the same; nil when there was none.
  public var replayAgrees: Bool?
  /// The bursts that moved, where a replay counted them.
  public var transactions: Transactions?

  /// The answer for a nest that was given.
  ///
  /// - Parameters:
  ///   - network: the network that the layer belongs to, if any.
  ///   - entry: the layer and how often the network has it.
  ///   - setting: the widths, prices and rules that the answer holds under.
  ///   - capacity: the Buffer's size, if there is one to hold the mapping to.
  ///   - evaluation: the nest with its costs.
  public init(
    network: String?, entry: Network.Entry, setting: Problem.Setting, capacity: Bits?, _ evaluation: Evaluation
  ) {
    self.init(network: network, entry: entry, setting: setting, capacity: capacity, counted: .nest(evaluation))
  }

  /// The answer for a mapping that was given, in pieces or not.
  ///
  /// - Parameters:
  ///   - network: the network that the layer belongs to, if any.
  ///   - entry: the layer and how often the network has it.
  ///   - setting: the widths, prices and rules that the answer holds under.
  ///   - capacity: the Buffer's size, if there is one to hold the mapping to.
  ///   - evaluation: the mapping with its costs.
  public init(
    network: String?, entry: Network.Entry, setting: Problem.Setting, capacity: Bits?,
    counted evaluation: CountedMapping
  ) {
    self.network = network
    self.entry = entry
    self.setting = setting
    self.capacity = capacity
    self.evaluation = evaluation
    energy = Energies(evaluation.energy)
  }

  /// The answer for an optimum, held against the best lower bound unless the layer is a part of another.
  ///
  /// - Parameters:
  ///   - network: the network that the layer belongs to, if any.
  ///   - entry: the layer and how often the network has it.
  ///   - problem: what was asked about the layer.
  ///   - accelerator: the one that was named, if any.
  ///   - capacity: the Buffer's size.
  ///   - optimum: the mapping, found under prices of the same ratio.
  ///   - bounds: the problem's lower bounds.
  ///   - dataflows: all dataflows that attain the optimum, where they are known.
  ///   - template: the template that alone was searched, if one was.
  ///   - seconds: how long the search took, unless that is to be left out.
  public init(
    network: String?, entry: Network.Entry, _ problem: Problem, on accelerator: Accelerator.Identity? = nil,
    capacity: Bits, _ optimum: Optimum, bounds: LowerBounds, attainedBy dataflows: [Dataflow]? = nil,
    of template: NestTemplate? = nil, seconds: Double? = nil
  ) {
    self.init(
      network: network, entry: entry, problem, on: accelerator, capacity: capacity,
      searched: .nest(optimum.evaluation.priced(in: problem)), optimum.statistics, bounds, seconds)
    optimalDataflows = dataflows
    self.template = template
  }

  /// The answer for a mapping in pieces that was searched for, or for the optimum of one nest where that is all there is;
  /// held against the best lower bound unless the layer is a part of another.
  ///
  /// - Parameters:
  ///   - network: the network that the layer belongs to, if any.
  ///   - entry: the layer and how often the network has it.
  ///   - accelerator: the one that was named, if any.
  ///   - search: the search, which has the problem and the capacity.
  ///   - optimum: what it found.
  ///   - dataflows: all dataflows that attain the optimum, where it is one nest and they are known.
  ///   - seconds: how long the search took, unless that is to be left out.
  public init(
    network: String?, entry: Network.Entry, on accelerator: Accelerator.Identity? = nil, _ search: PieceSearch,
    _ optimum: PiecesOptimum, attainedBy dataflows: [Dataflow]? = nil, seconds: Double? = nil
  ) {
    let isNest = optimum.evaluation.tree.singleNest != nil
    self.init(
      network: network, entry: entry, search.problem, on: accelerator, capacity: search.capacity,
      searched: isNest ? .nest(optimum.nest.evaluation) : .pieces(optimum.evaluation), optimum.statistics,
      LowerBounds(search.problem), seconds)
    optimalDataflows = isNest ? dataflows : nil
  }

  private init(
    network: String?, entry: Network.Entry, _ problem: Problem, on accelerator: Accelerator.Identity?, capacity: Bits,
    searched evaluation: CountedMapping, _ statistics: SearchStatistics, _ bounds: LowerBounds, _ seconds: Double?
  ) {
    self.init(network: network, entry: entry, setting: problem.setting, capacity: capacity, counted: evaluation)
    self.accelerator = accelerator
    if entry.partOf == nil {
      let best = bounds.best(capacity: capacity)
      if accelerator?.throughput != nil { leastMoved = best.total }
      bound = best.energy(of: [problem]).map { EnergyBound(best, Energies($0)) }
    }
    search = statistics
    self.seconds = seconds
  }

  /// Adds each dataflow's own best and the reference dataflows, where they fit.
  ///
  /// - Parameters:
  ///   - curves: each dataflow's own curve.
  ///   - problem: the answer's problem.
  ///   - capacity: the answer's capacity.
  public mutating func compare(_ curves: DataflowCurves, of problem: Problem, capacity: Bits) {
    dataflows = curves.optima(capacity: capacity, of: problem).mapValues(\.energy.data)
    var references: [ReferenceDataflow: Double] = [:]
    for reference in ReferenceDataflow.allCases where reference.isAttained(on: problem, capacity: capacity) {
      let bits = reference.traffic(of: layer).bits(setting.widths)
      references[reference] =
        setting.energyModel.energy(macs: layer.macs, read: bits.read, written: bits.written)?.data
    }
    self.references = references
  }

  /// The same answer to a problem that differs in nothing but what its energy model says of itself.
  public func priced(in problem: Problem) -> Answer {
    var answer = self
    answer.setting = problem.setting
    answer.evaluation = evaluation.priced(in: problem)
    answer.energy = Energies(answer.evaluation.energy)
    return answer
  }

  /// The layer.
  public var layer: Layer { entry.layer }
  /// The layer's name.
  public var name: String { entry.layer.name }
  /// How often the network has the layer.
  public var count: Int { entry.count }
  /// The whole that the layer is a part of, if it is one.
  public var partOf: String? { entry.partOf }
  /// The mapping.
  public var mapping: MappingTree { evaluation.tree }
  /// The order of its keeps, where it is one nest.
  public var dataflow: Dataflow? { mapping.singleNest?.dataflow }
  /// The dataflows of all pieces, each once, in the order in which they first run.
  public var ownDataflows: [Dataflow] {
    mapping.nests.map(\.dataflow).reduce(into: []) { dataflows, next in
      if !dataflows.contains(next) { dataflows.append(next) }
    }
  }
  /// What the mapping's largest boxes take in the Buffer: of one in parts, the least that would hold it.
  public var occupancy: Bits { evaluation.held(in: setting, on: layer) }
  /// The parts of a Buffer of some size, with their shares, that the mapping does not fit, and what it needs of them; none of
  /// a mapping in pieces, for which a Buffer has no parts.
  public func overfullParts(in capacity: Bits) -> [(part: BufferLayout.Part, held: Bits)] {
    guard case .nest(let evaluation) = evaluation else { return [] }
    return setting.overfullParts(in: capacity, by: evaluation, on: layer)
  }
  /// What the mapping moves.
  public var traffic: TrafficBits { evaluation.traffic.bits(setting.widths) }
  /// How far the mapping is above the bound.
  public var gap: Gap? { bound.map { Gap(energy, above: $0) } }
}
