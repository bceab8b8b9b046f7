public import Workloads

/// A loop nest, written from the outside in, that says which part of each tensor the Buffer holds when (theory §3).
///
/// A `Mapping` that exists keeps each tensor exactly once, has positive tiles only, and phases of p, q, r and s only. It
/// does not name a layer: on a layer whose range of a dimension is no larger than a tile, the loop makes a single pass.
public struct Mapping: Hashable, Sendable {
  /// One line of the nest.
  public enum Node: Hashable, Sendable {
    /// Walk the current range of a dimension block by block.
    case loop(Loop)
    /// From here inward the Buffer holds what the enclosing blocks touch of the tensor: its box.
    case keep(Tensor)

    /// Walk the current range of a dimension in blocks of `tile`, of which the last may be smaller.
    public static func loop(_ dimension: Dimension, tile: Int, _ direction: Loop.Direction = .forward) -> Node {
      .loop(Loop(dimension, .tile(tile), direction))
    }

    /// Walk the residues of the current range of a dimension modulo `phases`.
    public static func loop(_ dimension: Dimension, phases: Int, _ direction: Loop.Direction = .forward) -> Node {
      .loop(Loop(dimension, .phases(phases), direction))
    }
  }

  /// More nodes than this are refused.
  public static let largestNodeCount = 256

  /// The dimensions that can be walked by phases: those along which stride and dilation act.
  public static let dimensionsWithPhases: [Dimension] = [.p, .q, .r, .s]

  /// The dimensions of which a loop can be filled: those that alone tell which elements of a tensor are touched, or not.
  public static let dimensionsFilled: [Dimension] = [.n, .g, .k, .c]

  /// The lines of the nest, outermost first.
  public let nodes: [Node]

  /// A mapping with the given lines, outermost first.
  ///
  /// - Throws: ``MappingError`` when a tensor is not kept exactly once, a tile is not positive, phases are fewer than two
  ///   or of another dimension than p, q, r and s, or a loop over one of these is filled.
  public init(_ nodes: [Node]) throws(MappingError) {
    if nodes.count > Self.largestNodeCount { throw .tooManyNodes(nodes.count) }
    for case .loop(let loop) in nodes {
      switch loop.cut {
      case .tile(let tile): if tile < 1 { throw .tileNotPositive(loop.dimension, tile) }
      case .phases(let phases):
        if !Self.dimensionsWithPhases.contains(loop.dimension) { throw .withoutPhases(loop.dimension) }
        if phases < 2 { throw .tooFewPhases(loop.dimension, phases) }
      }
      if loop.isFilled, !Self.dimensionsFilled.contains(loop.dimension) { throw .notFilled(loop.dimension) }
    }
    for tensor in Tensor.allCases {
      let count = nodes.count { $0 == .keep(tensor) }
      if count != 1 { throw .keptTimes(tensor, count) }
    }
    self.nodes = nodes
  }

  /// Of lines that are known to be a mapping.
  private init(checked nodes: [Node]) { self.nodes = nodes }

  /// The order of the keeps.
  public var dataflow: Dataflow {
    let order = nodes.compactMap { node -> Tensor? in
      if case .keep(let tensor) = node { tensor } else { nil }
    }
    return Dataflow(outermost: order[0], middle: order[1])
  }

  /// The position of a tensor's keep among the nodes.
  func keepPosition(of tensor: Tensor) -> Int {
    nodes.firstIndex(of: .keep(tensor)) ?? nodes.count
  }

  /// The loops outside of a tensor's keep, outermost first.
  func loops(outside tensor: Tensor) -> [Loop] {
    nodes[..<keepPosition(of: tensor)].compactMap { node in
      if case .loop(let loop) = node { loop } else { nil }
    }
  }

  /// The dimensions with loops over phases.
  public var dimensionsInPhases: Set<Dimension> {
    Set(nodes.compactMap { if case .loop(let loop) = $0 { loop.dimensionInPhases } else { nil } })
  }

  /// Whether some of its loops are over phases.
  public var hasPhases: Bool { !dimensionsInPhases.isEmpty }

  /// The nest with no loop filled.
  package var withoutFilledLoops: Mapping {
    let nodes = nodes.map { node -> Node in
      guard case .loop(let loop) = node, loop.isFilled else { return node }
      return .loop(Loop(loop.dimension, loop.cut, loop.direction))
    }
    return Mapping(checked: nodes)
  }

  /// Whether its loops are those of ordinary nests: all forward, over runs of neighbours.
  public var isPlain: Bool {
    nodes.allSatisfy { node in
      guard case .loop(let loop) = node else { return true }
      guard case .tile = loop.cut else { return false }
      return loop.direction == .forward
    }
  }
}

/// Why a list of nodes is no mapping.
public enum MappingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A tile below 1.
  case tileNotPositive(Dimension, Int)
  /// Phases of a dimension that has none.
  case withoutPhases(Dimension)
  /// Phases of which there are fewer than two.
  case tooFewPhases(Dimension, Int)
  /// A loop that is filled over a dimension of which none is.
  case notFilled(Dimension)
  /// A tensor that is not kept exactly once.
  case keptTimes(Tensor, Int)
  /// A nest beyond ``Mapping/largestNodeCount``.
  case tooManyNodes(Int)

  /// What is wrong and what would be accepted, in one line.
  public var description: String {
    switch self {
    case .tileNotPositive(let dimension, let tile):
      "the tile of a loop over \(dimension.rawValue) is \(tile); \((1...).accepted)"
    case .withoutPhases(let dimension):
      "a loop walks phases of \(dimension.rawValue); only p, q, r and s have phases"
    case .tooFewPhases(let dimension, let phases):
      "the phases of a loop over \(dimension.rawValue) are \(phases); \((2...).accepted)"
    case .notFilled(let dimension):
      "a loop over \(dimension.rawValue) is filled; loops over n, g, k and c can be"
    case .keptTimes(let tensor, let count):
      "\(tensor.rawValue) is kept \(count) times; each of inputs, weights and outputs is kept exactly once"
    case .tooManyNodes(let count):
      "the mapping has \(count) nodes; at most \(Mapping.largestNodeCount) are accepted"
    }
  }
}
