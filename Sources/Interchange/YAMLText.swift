/// Texts as they stand in YAML files.
enum YAMLText {
  /// A text in double quotes, which any YAML reader takes back as it was.
  static func quoted(_ text: String) -> String { "\"\(text.unicodeScalars.map(escaped).joined())\"" }

  /// Characters that YAML does not count as printable, and those that its readers fold as ends of lines, are escaped.
  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar.value {
    case 0x22, 0x5c: return "\\\(scalar)"
    case 0..<0x20, 0x7f...0xa0, 0x2028...0x2029, 0xfeff, 0xfffe...0xffff:
      let digits = String(scalar.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: return String(scalar)
    }
  }
}
