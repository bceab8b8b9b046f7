package import Answers
import Foundation
import Parallel

/// The answers of a result file, some at a time: a file of JSON lines or a table may have any number of them. A JSON
/// document is read whole.
package struct ResultStream {
  private enum Form {
    case document
    case lines
    case table
  }

  /// A row of a table has fewer bytes.
  private static let largestRow = 1 << 26
  /// Lines that one thread takes at a time.
  private static let linesAtOnce = 32

  private let origin: String
  private let content: FileContent
  private let form: Form
  private let documentLimit: Int
  /// Bytes of lines that are read side by side.
  private let step: Int
  /// What was read of the file and not yet used.
  private var pending: [UInt8] = []
  private var isAtEnd = false
  /// The line that what is pending begins in.
  private var line = 1
  private var header: ResultReader.Header?
  private var recordCount = 0
  private var isDone = false
  /// The command line that made the file, where it says so; known after the first answers.
  package private(set) var command: String?

  /// The answers of a file.
  ///
  /// - Parameters:
  ///   - file: the file, or `-` for standard input.
  ///   - limit: the most bytes that it may hold, or nil where only those of a document are limited.
  /// - Throws: ``FormatError`` naming the file when it cannot be read or holds no results.
  package init(file: String, limit: Int? = nil) throws(FormatError) {
    try self.init(FileContent(file, limit: limit ?? .max), documentLimit: limit ?? ResultReader.largestFile)
  }

  /// Which part of a file was read, from 0 to 1, if that is known.
  package var partRead: Double? { content.partRead }

  /// Those of a text, of which errors say that it comes from `origin`.
  init(_ text: String, origin: String) throws(FormatError) {
    var rest: [UInt8] = Array(text.utf8)
    try self.init(
      FileContent(origin: origin, limit: .max) { () throws(FormatError) in
        defer { rest = [] }
        return rest[...]
      }, documentLimit: .max)
  }

  /// Those of a file that is open.
  ///
  /// - Parameters:
  ///   - content: what it holds.
  ///   - documentLimit: the most bytes of a document.
  ///   - step: how many bytes of lines are worked on at a time.
  /// - Throws: ``FormatError`` naming the file when it cannot be read or holds no results.
  init(_ content: FileContent, documentLimit: Int, step: Int = 1 << 20) throws(FormatError) {
    (self.content, self.documentLimit, self.step, origin) = (content, documentLimit, step, content.origin)
    var bytes: [UInt8] = []
    var isAtEnd = false
    func more() throws(FormatError) {
      let next = try content.next()
      isAtEnd = next.isEmpty
      bytes += next
      if bytes.count > documentLimit { throw TextFile.tooLarge(content.origin, documentLimit) }
    }
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    while bytes.count < mark.count, !isAtEnd { try more() }
    // A byte order mark says nothing in UTF-8.
    if bytes.starts(with: mark) { bytes.removeFirst(mark.count) }
    while bytes.allSatisfy(ResultReader.isSpace), !isAtEnd { try more() }
    guard let first = bytes.first(where: { !ResultReader.isSpace($0) }) else {
      throw FormatError(
        origin: content.origin, message: "the file is empty; results in JSON, JSON lines or CSV are expected")
    }
    if first == UInt8(ascii: "{") {
      let lineBreak = UInt8(ascii: "\n")
      var end = bytes.firstIndex(of: lineBreak)
      while end == nil, !isAtEnd {
        let searched = bytes.count
        try more()
        end = bytes[searched...].firstIndex(of: lineBreak)
      }
      let isOneOfLines = end.map { (try? JSONSerialization.jsonObject(with: Data(bytes[..<$0]))) != nil } ?? false
      form = isOneOfLines ? .lines : .document
    } else {
      form = .table
    }
    (pending, self.isAtEnd) = (bytes, isAtEnd)
  }

  /// The next answers, each counted again from its mapping, or nil at the end.
  ///
  /// - Throws: ``FormatError`` naming the file and the line or record, also for one whose figures do not follow from its
  ///   mapping.
  package mutating func next() throws(FormatError) -> [Answer]? {
    var answers: [Answer] = []
    while answers.isEmpty, !isDone {
      switch form {
      case .document: answers = try document()
      case .lines: answers = try lines()
      case .table: answers = try rows()
      }
    }
    if answers.isEmpty, recordCount == 0 { throw FormatError(origin: origin, message: "has no records") }
    return answers.isEmpty ? nil : answers
  }

  /// Reads on until there are so many bytes that wait, or until the file ends.
  private mutating func read(_ count: Int) throws(FormatError) {
    while pending.count < count, !isAtEnd {
      let more = try content.next()
      isAtEnd = more.isEmpty
      pending += more
    }
  }

  private mutating func document() throws(FormatError) -> [Answer] {
    isDone = true
    try read(documentLimit)
    if !isAtEnd {
      try read(documentLimit + 1)
      if pending.count > documentLimit { throw TextFile.tooLarge(origin, documentLimit) }
    }
    let text = try TextFile.text(of: pending, origin: origin)
    pending = []
    let (command, records) = try ResultReader.envelope(Data(text.utf8), origin, line: nil)
    self.command = command
    return try answers(records.map { [$0] }) { records throws(FormatError) in records }
  }

  private mutating func lines() throws(FormatError) -> [Answer] {
    try read(step)
    var end = pending.endIndex
    while !isAtEnd {
      if let last = pending.lastIndex(of: UInt8(ascii: "\n")) {
        end = last + 1
        break
      }
      try read(pending.count + step)
      end = pending.endIndex
    }
    let text = try TextFile.text(of: Array(pending[..<end]), origin: origin)
    pending.removeFirst(end)
    isDone = isAtEnd
    var lines: [(line: Int, bytes: Data)] = []
    var rest = text.utf8[...]
    while !rest.isEmpty {
      let bytes = rest.prefix { $0 != UInt8(ascii: "\n") }
      if !bytes.allSatisfy(ResultReader.isSpace) { lines.append((line, Data(bytes))) }
      rest = rest[bytes.endIndex...]
      if !rest.isEmpty {
        rest.removeFirst()
        line += 1
      }
    }
    let origin = origin
    return try answers(lines) { line throws(FormatError) in
      try ResultReader.envelope(line.bytes, origin, line: line.line).records
    }
  }

  private mutating func rows() throws(FormatError) -> [Answer] {
    try read(step)
    var rows: [CSVReader.Row] = []
    while rows.isEmpty, !isDone {
      // Whole lines, which need not be whole rows.
      let end = isAtEnd ? pending.endIndex : pending.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      let text = try TextFile.text(of: Array(pending[..<end]), origin: origin)
      var reader = CSVReader(text, origin: origin, line: line)
      var failure: FormatError?
      while true {
        let before = reader
        do {
          guard let row = try reader.next() else { break }
          if header == nil { header = try ResultReader.Header(row, origin) } else { rows.append(row) }
        } catch {
          (reader, failure) = (before, error)
          break
        }
      }
      pending.removeFirst(end - reader.unread)
      line = reader.line
      isDone = isAtEnd && failure == nil
      if let failure, rows.isEmpty {
        // It may lack the rest of the row.
        if isAtEnd || pending.count > Self.largestRow { throw failure }
        try read(2 * max(pending.count, step))
      } else if rows.isEmpty, !isAtEnd {
        try read(pending.count + step)
      }
    }
    guard let header else { throw ResultReader.Header.missing(origin) }
    return try answers(rows) { row throws(FormatError) in try header.records(row) }
  }

  /// The answers of some pieces of the file, worked on side by side.
  private mutating func answers<Piece: Sendable>(
    _ pieces: [Piece], _ records: @escaping @Sendable (Piece) throws(FormatError) -> [ResultRecord]
  ) throws(FormatError) -> [Answer] {
    let groups = stride(from: 0, to: pieces.count, by: Self.linesAtOnce).map {
      Array(pieces[$0..<min(pieces.count, $0 + Self.linesAtOnce)])
    }
    typealias Part = (answers: [Answer], failure: (layer: String, message: String)?)
    var answers: [Answer] = []
    do {
      let parts: [Part] = try groups.concurrentMap(threads: ProcessInfo.processInfo.activeProcessorCount) { group in
        var answers: [Answer] = []
        for record in try group.flatMap(records) {
          do {
            answers.append(try record.answer())
          } catch {
            return (answers, (record.layer, "\(error)"))
          }
        }
        return (answers, nil)
      }
      for part in parts {
        answers += part.answers
        recordCount += part.answers.count
        if let failure = part.failure {
          throw FormatError(
            origin: origin, key: "record \(recordCount + 1) (\(failure.layer))", message: failure.message)
        }
      }
    } catch {
      throw error as? FormatError ?? FormatError(origin: origin, message: "\(error)")
    }
    return answers
  }
}
