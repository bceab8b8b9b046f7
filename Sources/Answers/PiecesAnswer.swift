import EnergyModel
import LowerBounds
public import MappingSearch
public import Mappings
public import Workloads

/// A mapping in pieces of a layer, searched for or given.
public struct PiecesAnswer: Hashable, Sendable {
  /// The network that the layer belongs to, if any.
  public var network: String?
  /// The layer, and how often the network has it.
  public var entry: Network.Entry
  /// The widths, prices and rules that the answer holds under.
  public var setting: Problem.Setting
  /// The Buffer's size, or nil where the mapping was given and no size asked for.
  public var capacity: Bits?
  /// The mapping with what it costs.
  public var evaluation: TreeEvaluation
  /// The best mapping of one nest, where one was searched for.
  public var single: Evaluation?
  /// The best lower bound for every schedule, where the mapping was searched for. A part of a layer has none.
  public var bound: EnergyBound?
  /// The parts of the layer of which the best nest was sought, where the mapping was searched for.
  public var partsSearched: Int?
  /// Whether an element-by-element replay counted the same; nil when there was none.
  public var replayAgrees: Bool?

  /// The answer for a mapping that was given.
  public init(
    network: String?, entry: Network.Entry, setting: Problem.Setting, capacity: Bits?, _ evaluation: TreeEvaluation
  ) {
    self.network = network
    self.entry = entry
    self.setting = setting
    self.capacity = capacity
    self.evaluation = evaluation
  }

  /// The answer for a mapping that was searched for.
  ///
  /// - Parameters:
  ///   - network: the network that the layer belongs to, if any.
  ///   - entry: the layer and how often the network has it.
  ///   - search: the search, which has the problem and the capacity.
  ///   - optimum: what it found.
  public init(network: String?, entry: Network.Entry, _ search: PieceSearch, _ optimum: PiecesOptimum) {
    let problem = search.problem
    self.init(
      network: network, entry: entry, setting: problem.setting, capacity: search.capacity, optimum.evaluation)
    single = optimum.single
    partsSearched = optimum.partsSearched
    if entry.partOf == nil {
      let best = LowerBounds(problem).best(capacity: search.capacity)
      bound = best.energy(of: [problem]).map { EnergyBound(best, Energies($0)) }
    }
  }

  /// The layer.
  public var layer: Layer { entry.layer }
  /// The layer's name.
  public var name: String { entry.layer.name }
  /// What the mapping moves.
  public var traffic: TrafficBits { evaluation.traffic.bits(setting.widths) }
  /// The most that a piece takes in the Buffer.
  public var occupancy: Bits { evaluation.occupancy(setting.widths) }
  /// What it costs.
  public var energy: Energies { Energies(evaluation.energy) }
  /// How far the mapping is above the bound.
  public var gap: Gap? { bound.map { Gap(energy, above: $0) } }
}
