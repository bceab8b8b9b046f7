public import Workloads

/// A mapping drawn as a loop nest with the numbers that it takes on a layer.
public struct NestDrawing: Hashable, Sendable {
  /// One line of the nest.
  public enum Line: Hashable, Sendable {
    /// A loop over `range` indices of a dimension, in blocks of `tile` of which the last may be smaller.
    case loop(Dimension, range: Int, tile: Int)
    /// A keep of a tensor, its largest box, and the sizes of that along the dimensions of the layer that it depends on.
    case keep(Tensor, largestBox: Words, sizes: [Size])

    /// The line in words: "for k in 192 by 20", "keep weights".
    public var text: String {
      switch self {
      case .loop(let dimension, let range, let tile): "for \(dimension.rawValue) in \(range) by \(tile)"
      case .keep(let tensor, _, _): "keep \(tensor.rawValue)"
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

  /// The lines of the nest, outermost first.
  public let lines: [Line]

  /// The drawing of `mapping` on `layer`.
  public init(_ mapping: Mapping, on layer: Layer) {
    let occupancy = Occupancy(of: mapping, on: layer)
    var block = Dictionary(uniqueKeysWithValues: Dimension.allCases.map { ($0, layer[$0]) })
    lines = mapping.nodes.map { node in
      switch node {
      case .loop(let dimension, let tile):
        let range = block[dimension, default: 1]
        block[dimension] = min(range, tile)
        return .loop(dimension, range: range, tile: tile)
      case .keep(let tensor):
        let sizes = Dimension.allCases.filter { tensor.isRelevant($0) && layer[$0] > 1 }
          .map { Size(dimension: $0, count: block[$0, default: 1]) }
        return .keep(tensor, largestBox: occupancy[tensor], sizes: sizes)
      }
    }
  }

  /// The drawing as lines of text, each indented by two spaces more than the one before, keeps with their boxes.
  public var text: [String] {
    lines.enumerated().map { depth, line in
      let indented = String(repeating: "  ", count: depth) + line.text
      guard case .keep(_, let box, let sizes) = line else { return indented }
      let shape = sizes.isEmpty ? "" : " (\(sizes.map(\.description).joined(separator: ", ")))"
      return "\(indented): \(box)\(shape)"
    }
  }
}
