public import EnergyModel
public import Mappings
import Workloads

/// A mapping of one nest or in several pieces, with what it holds, moves and costs.
public enum CountedMapping: Hashable, Sendable {
  /// One nest.
  case nest(Evaluation)
  /// Pieces that run one after the other.
  case pieces(TreeEvaluation)

  /// The mapping.
  public var tree: MappingTree {
    switch self {
    case .nest(let evaluation): .nest(evaluation.mapping)
    case .pieces(let evaluation): evaluation.tree
    }
  }

  /// The largest boxes of each piece, in the order in which they run.
  public var occupancies: [Occupancy] {
    switch self {
    case .nest(let evaluation): [evaluation.occupancy]
    case .pieces(let evaluation): evaluation.occupancies
    }
  }

  /// What moves.
  public var traffic: Traffic {
    switch self {
    case .nest(let evaluation): evaluation.traffic
    case .pieces(let evaluation): evaluation.traffic
    }
  }

  /// What it costs.
  public var energy: Energy {
    switch self {
    case .nest(let evaluation): evaluation.energy
    case .pieces(let evaluation): evaluation.energy
    }
  }

  /// The same mapping of a problem that differs in prices alone.
  public func priced(in problem: Problem) -> CountedMapping {
    switch self {
    case .nest(let evaluation): .nest(evaluation.priced(in: problem))
    case .pieces(let evaluation): .pieces(evaluation.priced(in: problem))
    }
  }

  /// The least capacity of a Buffer that holds the mapping on a layer; pieces are held by one that all tensors share.
  func held(in setting: Problem.Setting, on layer: Layer) -> Bits {
    switch self {
    case .nest(let evaluation): setting.held(by: evaluation, on: layer)
    case .pieces(let evaluation): evaluation.occupancy(setting.widths)
    }
  }
}
