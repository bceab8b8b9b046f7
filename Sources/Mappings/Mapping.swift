public import Workloads

/// A loop nest, written from the outside in, that says which part of each tensor the Buffer holds when (theory §3).
///
/// A `Mapping` that exists keeps each tensor exactly once and has positive tiles only. It does not name a layer: on a
/// layer whose range of a dimension is no larger than a tile, the loop makes a single pass.
public struct Mapping: Hashable, Sendable {
  /// One line of the nest.
  public enum Node: Hashable, Sendable {
    /// Walk the current range of the dimension in blocks of `tile`, of which the last may be smaller.
    case loop(Dimension, tile: Int)
    /// From here inward the Buffer holds what the enclosing blocks touch of the tensor: its box.
    case keep(Tensor)
  }

  /// More nodes than this are refused.
  public static let largestNodeCount = 256

  /// The lines of the nest, outermost first.
  public let nodes: [Node]

  /// A mapping with the given lines, outermost first.
  ///
  /// - Throws: ``MappingError`` when a tensor is not kept exactly once or a tile is not positive.
  public init(_ nodes: [Node]) throws(MappingError) {
    if nodes.count > Self.largestNodeCount { throw .tooManyNodes(nodes.count) }
    for node in nodes {
      if case .loop(let dimension, let tile) = node, tile < 1 { throw .tileNotPositive(dimension, tile) }
    }
    for tensor in Tensor.allCases {
      let count = nodes.count { $0 == .keep(tensor) }
      if count != 1 { throw .keptTimes(tensor, count) }
    }
    self.nodes = nodes
  }

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

  /// The tiles of one dimension outside of `position`, outermost first.
  func tiles(of dimension: Dimension, before position: Int) -> [Int] {
    nodes[..<position].compactMap { node in
      if case .loop(dimension, let tile) = node { tile } else { nil }
    }
  }
}

/// Why a list of nodes is no mapping.
public enum MappingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A tile below 1.
  case tileNotPositive(Dimension, Int)
  /// A tensor that is not kept exactly once.
  case keptTimes(Tensor, Int)
  /// A nest beyond ``Mapping/largestNodeCount``.
  case tooManyNodes(Int)

  /// What is wrong and what would be accepted, in one line.
  public var description: String {
    switch self {
    case .tileNotPositive(let dimension, let tile):
      "the tile of a loop over \(dimension.rawValue) is \(tile); a tile is at least 1"
    case .keptTimes(let tensor, let count):
      "\(tensor.rawValue) is kept \(count) times; each of inputs, weights and outputs is kept exactly once"
    case .tooManyNodes(let count):
      "the mapping has \(count) nodes; at most \(Mapping.largestNodeCount) are accepted"
    }
  }
}
