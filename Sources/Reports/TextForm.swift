/// How text is laid out for those who read it: how wide it may be, and whether colours tell parts of it apart.
public struct TextForm: Hashable, Sendable {
  /// The most columns of a line, or nil for any number.
  public let width: Int?
  /// Whether there are colours, in the sequences that terminals take.
  public let isColoured: Bool

  /// Lines of any length without colours, as in files.
  public static let plain = TextForm(width: nil, isColoured: false)

  /// A form of its width and colours.
  public init(width: Int?, isColoured: Bool) {
    self.width = width
    self.isColoured = isColoured
  }

  /// What a part of a text is, where it has a colour.
  enum Role: String {
    /// The names of columns: bold.
    case header = "1"
    /// The best there is, as a gap of nothing: green.
    case best = "32"
    /// What may still be gained: yellow.
    case gap = "33"
  }

  /// A text as a terminal is to show it.
  func text(_ text: String, as role: Role) -> String {
    isColoured && !text.isEmpty ? "\u{1b}[\(role.rawValue)m\(text)\u{1b}[0m" : text
  }

  /// Lines as they are, or broken where they are longer than the width.
  public func fitted(_ lines: [String]) -> [String] { TextLines.fitted(lines, width: width) }
}
