public import Mappings
public import Workloads

/// A mapping drawn as an indented loop nest, each loop with its blocks and each keep with its largest box.
public enum LoopNestText {
  /// The lines of the drawing, outermost first.
  public static func lines(_ mapping: Mapping, on layer: Layer) -> [String] {
    let occupancy = Occupancy(of: mapping, on: layer)
    var block = Dictionary(uniqueKeysWithValues: Dimension.allCases.map { ($0, layer[$0]) })
    var lines: [String] = []
    for node in mapping.nodes {
      let indent = String(repeating: "  ", count: lines.count)
      switch node {
      case .loop(let dimension, let tile):
        let range = block[dimension, default: 1]
        lines.append("\(indent)for \(dimension.rawValue) in \(range) by \(tile)")
        block[dimension] = min(range, tile)
      case .keep(let tensor):
        let sizes = Dimension.allCases.filter { tensor.isRelevant($0) && layer[$0] > 1 }.map {
          "\($0.rawValue) \(block[$0, default: 1])"
        }
        let shape = sizes.isEmpty ? "" : " (\(sizes.joined(separator: ", ")))"
        let words = occupancy[tensor].count
        lines.append(
          "\(indent)keep \(tensor.rawValue): \(NumberText.grouped(words)) \(words == 1 ? "word" : "words")\(shape)")
      }
    }
    return lines
  }
}
