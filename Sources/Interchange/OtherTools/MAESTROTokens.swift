/// The words and braces of a MAESTRO file; commas, colons, semicolons and parentheses separate words as spaces do.
struct MAESTROTokens {
  struct Token {
    let text: String
    /// Counted from 1.
    let line: Int
  }

  private let bytes: [UInt8]
  private let origin: String
  private var position = 0
  /// The line that was reached.
  private(set) var line = 1

  init(_ text: String, origin: String) {
    bytes = Array(text.utf8)
    self.origin = origin
  }

  /// The next token, or nil at the end.
  ///
  /// - Throws: ``FormatError`` for a comment that does not end.
  mutating func next() throws(FormatError) -> Token? {
    try skipSpace()
    guard position < bytes.count else { return nil }
    let start = position
    position += 1
    if !Self.isBrace(bytes[start]) {
      while position < bytes.count, !Self.isSpace(bytes[position]), !Self.isBrace(bytes[position]), !startsComment {
        position += 1
      }
    }
    return Token(text: String(decoding: bytes[start..<position], as: UTF8.self), line: line)
  }

  /// The next token, which must be there.
  mutating func required(_ expected: String) throws(FormatError) -> Token {
    guard let token = try next() else { throw error("ends where \(expected) is expected", line: line) }
    return token
  }

  func error(_ message: String, line: Int) -> FormatError {
    FormatError(origin: origin, line: line, message: message)
  }

  private var startsComment: Bool {
    bytes[position] == UInt8(ascii: "/") && position + 1 < bytes.count
      && (bytes[position + 1] == UInt8(ascii: "/") || bytes[position + 1] == UInt8(ascii: "*"))
  }

  private mutating func skipSpace() throws(FormatError) {
    while position < bytes.count {
      if startsComment {
        try skipComment()
      } else if Self.isSpace(bytes[position]) {
        if bytes[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
      } else {
        return
      }
    }
  }

  private mutating func skipComment() throws(FormatError) {
    let start = line
    let isBlock = bytes[position + 1] == UInt8(ascii: "*")
    position += 2
    while position < bytes.count {
      let byte = bytes[position]
      if !isBlock, byte == UInt8(ascii: "\n") { return }
      position += 1
      if byte == UInt8(ascii: "\n") { line += 1 }
      if isBlock, byte == UInt8(ascii: "*"), position < bytes.count, bytes[position] == UInt8(ascii: "/") {
        position += 1
        return
      }
    }
    if isBlock { throw error("starts a comment that does not end", line: start) }
  }

  private static func isBrace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") }

  private static func isSpace(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x09...0x0d, 0x20, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "("),
      UInt8(ascii: ")"):
      true
    default: false
    }
  }
}
