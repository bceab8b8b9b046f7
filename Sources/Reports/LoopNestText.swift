public import Mappings
public import Workloads

/// A mapping drawn as an indented loop nest, each loop with its blocks and each keep with its largest box.
public enum LoopNestText {
  /// The lines of the drawing, outermost first.
  public static func lines(_ mapping: Mapping, on layer: Layer) -> [String] {
    NestLine.lines(mapping, on: layer).enumerated().map { depth, line in
      let indent = String(repeating: "  ", count: depth)
      guard case .keep(_, let words, let sizes) = line else { return indent + line.text }
      let sizesText = sizes.map { "\($0.dimension.rawValue) \($0.size)" }.joined(separator: ", ")
      let shape = sizes.isEmpty ? "" : " (\(sizesText))"
      return "\(indent)\(line.text): \(NumberText.words(words))\(shape)"
    }
  }
}
