/// Takes the text of a template apart into what stands as it is and what is to be rendered.
struct TemplateScanner {
  /// A part of the text, without the marks around it.
  struct Part {
    enum Kind {
      /// What stands as it is.
      case text
      /// A comment of YAML, up to the end of the line.
      case yamlComment
      /// `{# ... #}`.
      case comment
      /// `{% ... %}`.
      case statement
      /// `{{ ... }}`.
      case expression
    }

    let kind: Kind
    let content: ArraySlice<UInt8>
    /// The line that it begins in.
    let line: Int

    var text: String { String(decoding: content, as: UTF8.self) }
  }

  private let origin: String
  private let bytes: [UInt8]
  private var position = 0
  private(set) var line = 1
  /// Whether the space after a mark is left out, as after `-}}`.
  private var stripsSpace = false

  init(_ text: String, origin: String = "") {
    self.origin = origin
    // The end of the last line is no part of a template.
    let bytes = Array(text.utf8)
    self.bytes = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes
  }

  /// Whether there are marks at all, be it in comments.
  var hasMarks: Bool { bytes.indices.contains { kind(at: $0) != nil } }

  /// The next part, or nil at the end.
  ///
  /// - Throws: ``FormatError`` for a mark that is not closed.
  mutating func next() throws(FormatError) -> Part? {
    if stripsSpace {
      stripsSpace = false
      while position < bytes.count, Self.isSpace(bytes[position]) { advance() }
    }
    if position == bytes.count { return nil }
    if let kind = kind(at: position) { return try mark(kind) }
    let (start, startLine) = (position, line)
    if startsComment(at: position) {
      while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { advance() }
      return Part(kind: .yamlComment, content: bytes[start..<position], line: startLine)
    }
    repeat { advance() } while position < bytes.count && kind(at: position) == nil && !startsComment(at: position)
    var content = bytes[start..<position]
    if position < bytes.count, kind(at: position) != nil, byte(position + 2) == UInt8(ascii: "-") {
      while let last = content.last, Self.isSpace(last) { content.removeLast() }
    }
    return Part(kind: .text, content: content, line: startLine)
  }

  private mutating func advance() {
    if bytes[position] == UInt8(ascii: "\n") { line += 1 }
    position += 1
  }

  private func byte(_ position: Int) -> UInt8? { position < bytes.count ? bytes[position] : nil }

  /// The kind of mark that opens at a position.
  private func kind(at position: Int) -> Part.Kind? {
    guard bytes[position] == UInt8(ascii: "{") else { return nil }
    switch byte(position + 1) {
    case UInt8(ascii: "{"): return .expression
    case UInt8(ascii: "%"): return .statement
    case UInt8(ascii: "#"): return .comment
    default: return nil
    }
  }

  /// Whether a comment of YAML begins at a position: after a space or at the line's beginning.
  private func startsComment(at position: Int) -> Bool {
    bytes[position] == UInt8(ascii: "#") && (position == 0 || Self.isSpace(bytes[position - 1]))
  }

  private mutating func mark(_ kind: Part.Kind) throws(FormatError) -> Part {
    let startLine = line
    let opening = String(decoding: bytes[position...position + 1], as: UTF8.self)
    let closing: [UInt8] =
      switch kind {
      case .expression: Array("}}".utf8)
      case .statement: Array("%}".utf8)
      default: Array("#}".utf8)
      }
    position += 2
    if let sign = byte(position), sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { position += 1 }
    let start = position
    var quote: UInt8?
    while let next = byte(position) {
      if let open = quote {
        if next == open { quote = nil }
      } else if next == closing[0], byte(position + 1) == closing[1] {
        var content = bytes[start..<position]
        position += 2
        if let sign = content.last, kind != .comment || sign == UInt8(ascii: "-"),
          sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
        {
          stripsSpace = sign == UInt8(ascii: "-")
          content.removeLast()
        }
        return Part(kind: kind, content: content, line: startLine)
      } else if kind != .comment, next == UInt8(ascii: "'") || next == UInt8(ascii: "\"") {
        quote = next
      }
      advance()
    }
    throw FormatError(origin: origin, line: startLine, message: "'\(opening)' of a template is not closed")
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
}
