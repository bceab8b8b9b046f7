public import Workloads

/// A loop nest of which tile sizes are left open: loops and keeps in a fixed order, outermost first.
///
/// A template that exists keeps each tensor exactly once, as a ``Mapping`` does. It does not name a layer.
public struct NestTemplate: Hashable, Sendable {
  /// One line of the nest.
  public enum Node: Hashable, Sendable {
    /// A loop over tiles of a dimension of any size. Where the tile is all that there is, the loop is absent.
    case free(Dimension, Loop.Direction)
    /// A loop that is given: free ones around it leave blocks of its tile at least, or the whole dimension where that is no
    /// larger, which it then walks in a single pass and is absent.
    case loop(Loop)
    /// From here inward the Buffer holds what the enclosing blocks touch of the tensor.
    case keep(Tensor)
  }

  /// More loops than this are refused.
  public static let largestLoopCount = 32

  /// The lines of the nest, outermost first.
  public let nodes: [Node]

  /// The order of the keeps.
  public let dataflow: Dataflow

  /// A template with the given lines, outermost first.
  ///
  /// - Throws: ``NestTemplateError`` for lines of which no nest is a mapping, for a given tile within a smaller one, and for
  ///   more than ``largestLoopCount`` loops.
  public init(_ nodes: [Node]) throws(NestTemplateError) {
    let loops = nodes.count { if case .keep = $0 { false } else { true } }
    if loops > Self.largestLoopCount { throw .tooManyLoops(loops) }
    var given: [Dimension: Int] = [:]
    for case .loop(let loop) in nodes {
      guard case .tile(let tile) = loop.cut else { continue }
      if let outer = given[loop.dimension], tile > outer { throw .withinSmaller(loop.dimension, tile, outer: outer) }
      given[loop.dimension] = tile
    }
    do {
      dataflow = try Mapping(
        nodes.map { node in
          switch node {
          case .free(let dimension, let direction): .loop(dimension, tile: 1, direction)
          case .loop(let loop): .loop(loop)
          case .keep(let tensor): .keep(tensor)
          }
        }
      ).dataflow
    } catch {
      throw .mapping(error)
    }
    self.nodes = nodes
  }

  /// Whether a nest has the template's keeps, with loops of it alone between them, in its order.
  public func has(_ mapping: Mapping) -> Bool {
    var rest = nodes[...]
    for node in mapping.nodes {
      let next = rest.firstIndex { own in
        switch (own, node) {
        case (.free(let dimension, let direction), .loop(let loop)):
          if case .tile = loop.cut { loop.dimension == dimension && loop.direction == direction } else { false }
        case (.loop(let own), .loop(let loop)): own.walks(as: loop)
        case (.keep(let own), .keep(let tensor)): own == tensor
        default: false
        }
      }
      func isKeep(_ node: Node) -> Bool { if case .keep = node { true } else { false } }
      // No keep is passed over.
      guard let next, !rest[..<next].contains(where: isKeep) else { return false }
      rest = rest[(next + 1)...]
    }
    return true
  }

  /// The dimensions with loops over phases.
  public var dimensionsInPhases: Set<Dimension> {
    Set(nodes.compactMap { if case .loop(let loop) = $0 { loop.dimensionInPhases } else { nil } })
  }
}

extension Loop {
  /// Whether a loop is this one, where that may find fewer indices than it has phases.
  fileprivate func walks(as loop: Loop) -> Bool {
    if case .phases(let own) = cut, case .phases(let phases) = loop.cut {
      return dimension == loop.dimension && direction == loop.direction && phases <= own
    }
    return self == loop
  }
}

/// Why a list of lines is no template.
public enum NestTemplateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No nest with these lines is a mapping.
  case mapping(MappingError)
  /// A given tile of a dimension within a smaller one.
  case withinSmaller(Dimension, Int, outer: Int)
  /// More loops than ``NestTemplate/largestLoopCount``.
  case tooManyLoops(Int)

  /// What is wrong and what would be accepted, in one line.
  public var description: String {
    switch self {
    case .mapping(let error): "\(error)"
    case .withinSmaller(let dimension, let tile, let outer):
      "the loop \(dimension.rawValue):\(tile) is inside \(dimension.rawValue):\(outer); up to "
        + "\(dimension.rawValue):\(outer) is accepted there"
    case .tooManyLoops(let count):
      "has \(count) loops; at most \(NestTemplate.largestLoopCount) are accepted"
    }
  }
}
