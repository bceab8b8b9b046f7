import Mappings
import Workloads

/// A line of a loop nest with the numbers that it takes on a layer: what drawings of nests are made from.
enum NestLine {
  /// A loop over so many indices of a dimension, in blocks of `tile` of which the last may be smaller.
  case loop(Dimension, range: Int, tile: Int)
  /// The largest box of a tensor and its size along each dimension of the layer that it depends on.
  case keep(Tensor, words: Int, sizes: [(dimension: Dimension, size: Int)])

  /// The lines of a mapping on a layer, outermost first.
  static func lines(_ mapping: Mapping, on layer: Layer) -> [NestLine] {
    let occupancy = Occupancy(of: mapping, on: layer)
    var block = Dictionary(uniqueKeysWithValues: Dimension.allCases.map { ($0, layer[$0]) })
    return mapping.nodes.map { node in
      switch node {
      case .loop(let dimension, let tile):
        let range = block[dimension, default: 1]
        block[dimension] = min(range, tile)
        return .loop(dimension, range: range, tile: tile)
      case .keep(let tensor):
        let sizes = Dimension.allCases.filter { tensor.isRelevant($0) && layer[$0] > 1 }
          .map { (dimension: $0, size: block[$0, default: 1]) }
        return .keep(tensor, words: occupancy[tensor].count, sizes: sizes)
      }
    }
  }

  /// The line in words: "for k in 192 by 20", "keep weights".
  var text: String {
    switch self {
    case .loop(let dimension, let range, let tile): "for \(dimension.rawValue) in \(range) by \(tile)"
    case .keep(let tensor, _, _): "keep \(tensor.rawValue)"
    }
  }
}
