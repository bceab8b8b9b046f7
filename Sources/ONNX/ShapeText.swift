/// Shapes as they are shown.
enum ShapeText {
  /// A shape in brackets: sizes, names of symbolic ones, and question marks.
  static func text(_ shape: [Quantity]) -> String {
    "[\(shape.map(text).joined(separator: ","))]"
  }

  private static func text(_ size: Quantity) -> String {
    switch size {
    case .integer(let value): "\(value)"
    case .symbol(let symbol): symbol.name
    case .real, .unknown: "?"
    }
  }
}
