/// What is wrong with a file or a value given by a user, in one line, and where.
public struct FormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, or what else the text came from.
  public let origin: String
  /// The line in it, counted from 1, where it is known.
  public let line: Int?
  /// The path of keys down to the value, as in `layers[2].kernel`.
  public let key: String?
  /// What is wrong and what would be accepted.
  public let message: String

  /// What is wrong, and where.
  public init(origin: String, line: Int? = nil, key: String? = nil, message: String) {
    self.origin = origin
    self.line = line
    self.key = key
    self.message = message
  }

  /// Origin, line and key.
  var place: String {
    TextFile.shown(origin) + (line.map { ":\($0)" } ?? "")
      + (key.map { ": \(FormatError.shortened($0, to: 200))" } ?? "")
  }

  /// Origin, line, key and message in one line.
  public var description: String {
    FormatError.oneLine("\(place): \(FormatError.shortened(message, to: 4000))")
  }
}

extension FormatError {
  /// A text with its control characters made visible: values quoted from files may hold anything.
  public static func oneLine(_ text: String) -> String {
    if !text.unicodeScalars.contains(where: isControl) { return text }
    return text.unicodeScalars.map { scalar in
      isControl(scalar) ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }.joined()
  }

  /// A text cut at so many characters: files may have names of a million.
  private static func shortened(_ text: String, to length: Int) -> String {
    text.utf8.count > length && text.count > length ? text.prefix(length) + "..." : text
  }

  /// Whether a character could break or colour a line, or change the order in which it is shown.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x2028...0x2029: true
    case 0x61c, 0x200e...0x200f, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}
