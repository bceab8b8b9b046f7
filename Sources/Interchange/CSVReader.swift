/// Reads a table row by row: a row a line, with a separator between its fields.
///
/// A field in quotation marks may hold separators, line breaks and, doubled, quotation marks, as RFC 4180 has it. The
/// spaces around any other field are not a part of it. Blank lines are no rows.
package struct CSVReader {
  /// A row and its place.
  package struct Row {
    /// What stands between the separators.
    package let fields: [String]
    /// The line that it begins in, counted from 1.
    package let line: Int
  }

  /// The character between fields.
  package let separator: Character
  private let separatorByte: UInt8
  private let hasQuotes: Bool
  private let origin: String
  private var rest: Substring.UTF8View
  /// The line in which the next row begins, or one before.
  private(set) var line: Int
  /// How many bytes of the text are left.
  var unread: Int { rest.count }

  /// A reader of a text, of which errors say that it comes from `origin`.
  ///
  /// - Parameters:
  ///   - text: the table.
  ///   - origin: what errors call the text.
  ///   - separators: the first of these ASCII characters that the first row has is between fields, or else the last one.
  ///   - hasQuotes: whether fields may stand in quotation marks, which are a part of them otherwise.
  ///   - line: the number of the text's first line.
  package init(
    _ text: String, origin: String, separators: String = ",", hasQuotes: Bool = true, line: Int = 1
  ) {
    self.line = line
    self.origin = origin
    self.hasQuotes = hasQuotes
    rest = Substring(text).utf8
    self.line += Self.skipBlankLines(&rest)
    let first = rest.prefix { !Self.isLineBreak($0) }
    separatorByte = separators.utf8.first(where: first.contains) ?? separators.utf8.last ?? UInt8(ascii: ",")
    separator = Character(Unicode.Scalar(separatorByte))
  }

  /// The next row, or nil at the end.
  ///
  /// - Throws: ``FormatError`` naming line and column for quotation marks that are not where they may be.
  package mutating func next() throws(FormatError) -> Row? {
    line += Self.skipBlankLines(&rest)
    if rest.isEmpty { return nil }
    let start = line
    var fields = [try field(1)]
    while rest.first == separatorByte {
      rest.removeFirst()
      fields.append(try field(fields.count + 1))
    }
    return Row(fields: fields, line: start)
  }

  /// The field up to the next separator, line break or the end.
  private mutating func field(_ column: Int) throws(FormatError) -> String {
    let text = rest.drop { Self.isSpace($0) && $0 != separatorByte }
    if hasQuotes, text.first == Self.quote {
      rest = text.dropFirst()
      return try quotedField(column)
    }
    let end = rest.firstIndex { $0 == separatorByte || Self.isLineBreak($0) } ?? rest.endIndex
    // Scalars and not characters: an accent after a space joins it.
    var field = Substring(rest[..<end]).unicodeScalars.drop { $0.properties.isWhitespace }
    while field.last?.properties.isWhitespace ?? false { field.removeLast() }
    rest = rest[end...]
    return String(field)
  }

  /// The field whose first quotation mark was passed.
  private mutating func quotedField(_ column: Int) throws(FormatError) -> String {
    func refusal(_ message: String, _ line: Int) -> FormatError {
      FormatError(
        origin: origin, line: line,
        message: "\(message) in column \(column); one inside a field in quotation marks is written twice")
    }
    let start = line
    var field = ""
    while let end = rest.firstIndex(of: Self.quote) {
      field += String(Substring(rest[..<end]))
      line += Self.lineBreaks(in: rest[..<end])
      rest = rest[end...].dropFirst()
      if rest.first == Self.quote {
        field += "\""
        rest.removeFirst()
        continue
      }
      rest = rest.drop { Self.isSpace($0) && $0 != separatorByte }
      if let next = rest.first, next != separatorByte, !Self.isLineBreak(next) {
        throw refusal("has text behind a closing quotation mark", line)
      }
      return field
    }
    throw refusal("has a quotation mark that is not closed", start)
  }

  private static let quote = UInt8(ascii: "\"")

  /// Passes lines with nothing but spaces, and the rest of the one before.
  ///
  /// - Returns: how many line breaks were passed.
  private static func skipBlankLines(_ text: inout Substring.UTF8View) -> Int {
    var count = 0
    while true {
      let next = text.drop(while: isSpace)
      guard let first = next.first else {
        text = next
        return count
      }
      if !isLineBreak(first) { return count }
      text = next.dropFirst()
      if first == UInt8(ascii: "\r"), text.first == UInt8(ascii: "\n") { text.removeFirst() }
      count += 1
    }
  }

  /// The line breaks in a text: a carriage return and a line feed after it are one.
  private static func lineBreaks(in text: Substring.UTF8View) -> Int {
    var (count, last): (Int, UInt8) = (0, 0)
    for byte in text {
      if isLineBreak(byte), (last, byte) != (UInt8(ascii: "\r"), UInt8(ascii: "\n")) { count += 1 }
      last = byte
    }
    return count
  }

  private static func isLineBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

  /// Whether a byte is a space that does not end a line.
  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (0x09...0x0d).contains(byte) && !isLineBreak(byte)
  }
}
