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
  private let bytes: [UInt8]
  /// The byte that is read next.
  private var position = 0
  /// The line in which the next row begins, or one before.
  private(set) var line: Int
  /// The fields of the last row.
  private var width = 0
  /// How many bytes of the text are left.
  var unread: Int { bytes.count - position }

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
    bytes = Array(text.utf8)
    self.line += Self.skipBlankLines(bytes, &position)
    let first = bytes[position...].prefix { !Self.isLineBreak($0) }
    separatorByte = separators.utf8.first(where: first.contains) ?? separators.utf8.last ?? UInt8(ascii: ",")
    separator = Character(Unicode.Scalar(separatorByte))
  }

  /// The next row, or nil at the end.
  ///
  /// - Throws: ``FormatError`` naming line and column for quotation marks that are not where they may be.
  package mutating func next() throws(FormatError) -> Row? {
    line += Self.skipBlankLines(bytes, &position)
    if position == bytes.count { return nil }
    let start = line
    var fields: [String] = []
    fields.reserveCapacity(width)
    fields.append(try field(1))
    while position < bytes.count, bytes[position] == separatorByte {
      position += 1
      fields.append(try field(fields.count + 1))
    }
    width = fields.count
    return Row(fields: fields, line: start)
  }

  /// The field up to the next separator, line break or the end.
  private mutating func field(_ column: Int) throws(FormatError) -> String {
    skipSpaces()
    if hasQuotes, position < bytes.count, bytes[position] == Self.quote {
      position += 1
      return try quotedField(column)
    }
    let start = position
    while position < bytes.count, bytes[position] != separatorByte, !Self.isLineBreak(bytes[position]) { position += 1 }
    var end = position
    while end > start, Self.isSpace(bytes[end - 1]) { end -= 1 }
    let field = String(decoding: bytes[start..<end], as: UTF8.self)
    if start == end || max(bytes[start], bytes[end - 1]) < 0x80 { return field }
    // Scalars and not characters: an accent after a space joins it.
    var scalars = Substring(field).unicodeScalars.drop { $0.properties.isWhitespace }
    while scalars.last?.properties.isWhitespace ?? false { scalars.removeLast() }
    return String(scalars)
  }

  /// Passes spaces that separate nothing.
  private mutating func skipSpaces() {
    while position < bytes.count, Self.isSpace(bytes[position]), bytes[position] != separatorByte { position += 1 }
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
    while let end = bytes[position...].firstIndex(of: Self.quote) {
      let text = bytes[position..<end]
      field += String(decoding: text, as: UTF8.self)
      line += Self.lineBreaks(in: text)
      position = end + 1
      if position < bytes.count, bytes[position] == Self.quote {
        field += "\""
        position += 1
        continue
      }
      skipSpaces()
      if position < bytes.count, bytes[position] != separatorByte, !Self.isLineBreak(bytes[position]) {
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
  private static func skipBlankLines(_ bytes: [UInt8], _ position: inout Int) -> Int {
    var (next, count) = (position, 0)
    while true {
      while next < bytes.count, isSpace(bytes[next]) { next += 1 }
      if next == bytes.count {
        position = next
        return count
      }
      if !isLineBreak(bytes[next]) { return count }
      next += bytes[next...].starts(with: "\r\n".utf8) ? 2 : 1
      position = next
      count += 1
    }
  }

  /// The line breaks in a text: a carriage return and a line feed after it are one.
  private static func lineBreaks(in text: ArraySlice<UInt8>) -> Int {
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
