public import Workloads

/// A mapping drawn as a loop nest with the numbers that it takes on a layer.
public struct NestDrawing: Hashable, Sendable {
  /// One line of the nest.
  public enum Line: Hashable, Sendable {
    /// A loop over `range` indices of its dimension.
    case loop(Loop, range: Int)
    /// A keep of a tensor, its largest box, and the sizes of that along the dimensions of the layer that it depends on.
    case keep(Tensor, largestBox: Words, sizes: [Size])
    /// The loops down to the single MAC that a mapping does not name, of dimensions with more than one index left. They
    /// move nothing, and may run in any order.
    case rest([Size])

    /// The line in words: "for k in 192 by 20, filled", "for r in 7 by phases of 2, back and forth", "keep weights",
    /// "for c in 128, r in 3 by 1", or "one MAC" where no loops are left.
    public var text: String {
      switch self {
      case .loop(let loop, let range):
        "for \(loop.dimension.rawValue) in \(range) by \(loop.cut.text)"
          + (loop.direction == .backAndForth ? ", back and forth" : "") + (loop.isFilled ? ", filled" : "")
      case .keep(let tensor, _, _): "keep \(tensor.rawValue)"
      case .rest(let sizes):
        sizes.isEmpty
          ? "one MAC"
          : "for \(sizes.map { "\($0.dimension.rawValue) in \($0.count)" }.joined(separator: ", ")) by 1"
      }
    }
  }

  /// How many indices of a dimension there are in a box.
  public struct Size: Hashable, Sendable, CustomStringConvertible {
    /// The dimension.
    public let dimension: Dimension
    /// So many indices of it.
    public let count: Int

    /// Both: "k 20".
    public var description: String { "\(dimension.rawValue) \(count)" }
  }

  /// The lines of the nest, outermost first; the last is what is left down to the single MAC.
  public let lines: [Line]

  /// The drawing of `mapping` on `layer`.
  public init(_ mapping: Mapping, on layer: Layer) {
    let occupancy = Occupancy(of: mapping, on: layer)
    var block = Dictionary(uniqueKeysWithValues: Dimension.allCases.map { ($0, layer[$0]) })
    let nest = mapping.nodes.map { node -> Line in
      switch node {
      case .loop(let loop):
        let range = block[loop.dimension, default: 1]
        block[loop.dimension] = loop.cut.largestBlock(of: range)
        return .loop(loop, range: range)
      case .keep(let tensor):
        let sizes = Dimension.allCases.filter { tensor.isRelevant($0) && layer[$0] > 1 }
          .map { Size(dimension: $0, count: block[$0, default: 1]) }
        return .keep(tensor, largestBox: occupancy[tensor], sizes: sizes)
      }
    }
    let left = Dimension.allCases.map { Size(dimension: $0, count: block[$0, default: 1]) }
    lines = nest + [.rest(left.filter { $0.count > 1 })]
  }

  /// The drawing as lines of text, each indented by two spaces more than the one before, keeps with their boxes; the last
  /// says that what is left may run in any order.
  public var text: [String] {
    lines.enumerated().map { depth, line in
      let indented = String(repeating: "  ", count: depth) + line.text
      switch line {
      case .loop: return indented
      case .keep(_, let box, let sizes):
        let shape = sizes.isEmpty ? "" : " (\(sizes.map(\.description).joined(separator: ", ")))"
        return "\(indented): \(box)\(shape)"
      case .rest(let sizes): return sizes.isEmpty ? indented : "\(indented), in any order: one MAC each"
      }
    }
  }
}
