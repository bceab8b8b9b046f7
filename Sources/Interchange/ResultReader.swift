public import Answers
import Foundation
import Mappings
import Workloads

/// The answers that a result file holds, whichever of the three forms it has.
public struct ResultDocument: Sendable {
  /// The file's name.
  public let file: String
  /// The command line that made it, where it says so.
  public var command: String?
  /// The answers of its records, in the file's order.
  public private(set) var answers: [Answer]
  /// How many of the file's records ``select(_:)`` left out.
  public private(set) var omittedRecords = 0

  /// The answers of a file.
  public init(file: String, command: String? = nil, answers: [Answer]) {
    self.init(file: file, command: command, answers: answers, omittedRecords: 0)
  }

  /// Those of a file of which some were left out.
  package init(file: String, command: String?, answers: [Answer], omittedRecords: Int) {
    (self.file, self.command) = (file, command)
    (self.answers, self.omittedRecords) = (answers, omittedRecords)
  }

  /// Keeps the answers for which `isWanted` holds.
  public mutating func select(_ isWanted: (Answer) -> Bool) {
    let count = answers.count
    answers = answers.filter(isWanted)
    omittedRecords += count - answers.count
  }
}

/// Reads the result files that the commands write: JSON documents, JSON lines and tables.
public enum ResultReader {
  /// Larger files are refused unread.
  static let largestFile = 1 << 30

  /// The records in a file.
  ///
  /// - Throws: ``FormatError`` naming the file and the line or record, also for one whose figures do not follow from its
  ///   mapping.
  public static func read(file: String) throws(FormatError) -> ResultDocument {
    try document(ResultStream(file: file, limit: largestFile), origin: file)
  }

  /// The records in a text, of which errors say that it comes from `origin`.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> ResultDocument {
    try document(ResultStream(text, origin: origin), origin: origin)
  }

  private static func document(_ stream: ResultStream, origin: String) throws(FormatError) -> ResultDocument {
    var stream = stream
    var answers: [Answer] = []
    while let more = try stream.next() { answers += more }
    return ResultDocument(file: origin, command: stream.command, answers: answers)
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

  /// A document, or a record that names its schema: both are known by their keys.
  private struct Envelope: Decodable {
    enum CodingKeys: CodingKey {
      case schema
      case command
      case records
      case layer
    }

    let schema: String?
    var command: String?
    var records: [ResultRecord]?

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      schema = try container.decodeIfPresent(String.self, forKey: .schema)
      // Of another schema nothing else is known.
      if schema != ResultFile.schema { return }
      command = try container.decodeIfPresent(String.self, forKey: .command)
      records =
        container.contains(.layer)
        ? [try ResultRecord(from: decoder)] : try container.decodeIfPresent([ResultRecord].self, forKey: .records)
    }
  }

  static func envelope(
    _ data: Data, _ origin: String, line: Int?
  ) throws(FormatError) -> (command: String?, records: [ResultRecord]) {
    let envelope: Envelope = try decode(data, origin, line: line)
    guard let schema = envelope.schema else {
      throw FormatError(
        origin: origin, line: line,
        message: "names no schema; a file of results with '\(ResultFile.schema)' is expected")
    }
    if schema != ResultFile.schema {
      throw FormatError(
        origin: origin, line: line, key: "schema",
        message: "is '\(schema.prefix(60))'; only '\(ResultFile.schema)' can be read")
    }
    guard let records = envelope.records else {
      throw FormatError(
        origin: origin, line: line, message: "the key 'records' is missing; a file of results is expected")
    }
    return (envelope.command, records)
  }

  /// The columns of a table, by its header.
  struct Header: Sendable {
    private let origin: String
    private let columns: [ResultColumn]
    private let group: ResultRow.Group

    /// The header that a row is.
    init(_ row: CSVReader.Row, _ origin: String) throws(FormatError) {
      if !row.fields.contains("layer") || !row.fields.contains("mapping") {
        throw Self.missing(origin, line: row.line)
      }
      let known = Dictionary(uniqueKeysWithValues: ResultFile.columns(.all).map { ($0.name, $0) })
      var columns: [ResultColumn] = []
      var names: Set<String> = []
      for name in row.fields {
        guard let column = known[name] else {
          throw FormatError(origin: origin, line: row.line, message: "unknown column '\(name.prefix(40))'")
        }
        if !names.insert(name).inserted {
          throw FormatError(origin: origin, line: row.line, message: "the column '\(name)' is given twice")
        }
        columns.append(column)
      }
      var group = ResultRow.Group()
      for (index, column) in columns.enumerated() { group.add(index, at: column.path[...]) }
      (self.origin, self.columns, self.group) = (origin, columns, group)
    }

    /// What is wrong where there is no header.
    static func missing(_ origin: String, line: Int = 1) -> FormatError {
      FormatError(
        origin: origin, line: line,
        message:
          "is no header of a table of results; columns named network, layer, shape, ... mapping, ... are expected")
    }

    /// The record of a row; none of one that is empty.
    func records(_ row: CSVReader.Row) throws(FormatError) -> [ResultRecord] {
      if row.fields.allSatisfy(\.isEmpty) { return [] }
      if row.fields.count != columns.count {
        throw FormatError(
          origin: origin, line: row.line,
          message: "has \(row.fields.count) fields; the header has \(columns.count)")
      }
      var values: [ResultRow.Value] = []
      values.reserveCapacity(columns.count)
      for (column, field) in zip(columns, row.fields) {
        values.append(field.isEmpty ? .nothing : try value(field, column, origin, line: row.line))
      }
      do {
        return [try ResultRecord(from: ResultRow(values, in: group))]
      } catch {
        throw describe(error, origin, row.line)
      }
    }
  }

  /// What a field of a table says that is not empty.
  private static func value(
    _ field: String, _ column: ResultColumn, _ origin: String, line: Int
  ) throws(FormatError) -> ResultRow.Value {
    switch column.kind {
    case .text: return .text(field)
    case .names: return .names(field.split(separator: "|", omittingEmptySubsequences: false).map(String.init))
    case .number:
      if let whole = Int(field) { return .whole(whole) }
      if let number = Double(field), number.isFinite {
        return Int(exactly: number).map { .whole($0) } ?? .number(number)
      }
      throw FormatError(origin: origin, line: line, key: column.name, message: "'\(field.prefix(40))' is no number")
    case .flag:
      if let flag = Bool(field) { return .flag(flag) }
      throw FormatError(
        origin: origin, line: line, key: column.name, message: "'\(field.prefix(40))' is neither true nor false")
    case .nest:
      do {
        return .nest(ResultRecord.nodes(try NestText.parseTree(field, origin: origin)))
      } catch {
        throw FormatError(origin: origin, line: line, key: column.name, message: error.message)
      }
    }
  }

  private static func decode<Value: Decodable>(
    _ data: Data, _ origin: String, line: Int?
  ) throws(FormatError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: data)
    } catch {
      throw describe(error, origin, line) { (try? JSONSerialization.jsonObject(with: data)) != nil }
    }
  }

  private static func describe(
    _ error: any Error, _ origin: String, _ line: Int?, isJSON: () -> Bool = { true }
  ) -> FormatError {
    func path(_ keys: [any CodingKey]) -> String? {
      let text = keys.reduce("") { path, key in
        path + (key.intValue.map { "[\($0)]" } ?? (path.isEmpty ? key.stringValue : ".\(key.stringValue)"))
      }
      return text.isEmpty ? nil : text
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context):
      return FormatError(
        origin: origin, line: line, key: path(context.codingPath), message: "the key '\(key.stringValue)' is missing")
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return FormatError(
        origin: origin, line: line, key: path(context.codingPath),
        message: "is of another kind than the \(kind(type)) that is expected")
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      return FormatError(
        origin: origin, line: line, key: path(context.codingPath),
        message: "is out of range, or not whole where it must be")
    default:
      return FormatError(
        origin: origin, line: line,
        message: error is DecodingError && isJSON()
          ? "holds a number that is out of range, or not whole where it must be" : "is not valid JSON")
    }
  }

  private static func kind(_ type: Any.Type) -> String {
    switch type {
    case is Int.Type, is Double.Type: "number"
    case is String.Type: "text"
    case is Bool.Type: "true or false"
    default: type is any ExpressibleByArrayLiteral.Type ? "list" : "mapping"
    }
  }
}
