import EnergyModel
import Foundation
public import Mappings
import SwiftCSV
public import Workloads

/// The records of a result file, whichever of the three forms it has.
public struct ResultDocument: Sendable {
  /// The file's name.
  public let file: String
  /// The command line that made it, where it says so.
  public var command: String?
  /// The records, in the file's order.
  public private(set) var records: [ResultRecord]
  /// How many of the file's records ``select(_:)`` left out.
  public private(set) var omittedRecords = 0

  init(file: String, command: String? = nil, records: [ResultRecord]) {
    self.file = file
    self.command = command
    self.records = records
  }

  /// Keeps the records for which `isWanted` holds.
  public mutating func select(_ isWanted: (ResultRecord) -> Bool) {
    let count = records.count
    records = records.filter(isWanted)
    omittedRecords += count - records.count
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
    try parse(try TextFile.read(file, limit: largestFile), origin: file)
  }

  /// The records in a text, of which errors say that it comes from `origin`.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> ResultDocument {
    guard let first = text.utf8.first(where: { !isSpace($0) }) else {
      throw FormatError(origin: origin, message: "the file is empty; results in JSON, JSON lines or CSV are expected")
    }
    let document: ResultDocument
    if first == UInt8(ascii: "{") {
      let line = text.utf8.prefix { $0 != UInt8(ascii: "\n") }
      let isWhole = (try? JSONSerialization.jsonObject(with: Data(line))) == nil || line.count == text.utf8.count
      document = isWhole ? try self.document(text, origin) : try self.lines(text, origin)
    } else {
      document = try table(text, origin)
    }
    for (index, record) in document.records.enumerated() {
      do {
        try record.check()
      } catch {
        throw FormatError(origin: origin, key: "record \(index + 1) (\(record.layer))", message: "\(error)")
      }
    }
    if document.records.isEmpty { throw FormatError(origin: origin, message: "has no records") }
    return document
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

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

  private static func document(_ text: String, _ origin: String) throws(FormatError) -> ResultDocument {
    let (command, records) = try envelope(Data(text.utf8), origin, line: nil)
    return ResultDocument(file: origin, command: command, records: records)
  }

  private static func lines(_ text: String, _ origin: String) throws(FormatError) -> ResultDocument {
    var records: [ResultRecord] = []
    for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy(isSpace) {
      records += try envelope(Data(line), origin, line: index + 1).records
    }
    return ResultDocument(file: origin, records: records)
  }

  private static func envelope(
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

  private static func table(_ text: String, _ origin: String) throws(FormatError) -> ResultDocument {
    let columns = Dictionary(
      uniqueKeysWithValues: ResultFile.columns(comparesDataflows: true, hasParts: true).map { ($0.name, $0) })
    let table: EnumeratedCSV
    do {
      table = try EnumeratedCSV(string: text, delimiter: .comma, loadColumns: false)
    } catch {
      throw FormatError(origin: origin, message: "is neither JSON nor a table with commas that can be read")
    }
    guard table.header.contains("layer"), table.header.contains("mapping") else {
      throw FormatError(
        origin: origin, line: 1,
        message:
          "is no header of a table of results; columns named network, layer, shape, ... mapping, ... are expected")
    }
    if let stranger = table.header.first(where: { columns[$0] == nil }) {
      throw FormatError(origin: origin, line: 1, message: "unknown column '\(stranger.prefix(40))'")
    }
    var records: [ResultRecord] = []
    // An empty line comes as a row of empty fields.
    for (index, row) in table.rows.enumerated() where row.contains(where: { !$0.isEmpty }) {
      let line = index + 2
      if row.count != table.header.count {
        throw FormatError(
          origin: origin, line: line, message: "has \(row.count) fields; the header has \(table.header.count)")
      }
      var object: [String: Any] = [:]
      for (name, field) in zip(table.header, row) {
        guard let column = columns[name] else { continue }
        try insert(field, column, into: &object, origin, line: line)
      }
      guard let data = try? JSONSerialization.data(withJSONObject: object) else {
        throw FormatError(origin: origin, line: line, message: "holds what no text can hold")
      }
      records.append(try decode(data, origin, line: line))
    }
    return ResultDocument(file: origin, records: records)
  }

  /// Puts a field of a table where its value stands in the JSON form.
  private static func insert(
    _ field: String, _ column: ResultColumn, into object: inout [String: Any], _ origin: String, line: Int
  ) throws(FormatError) {
    func put(_ value: Any?, _ path: ArraySlice<String>, into object: inout [String: Any]) {
      guard let key = path.first else { return }
      if path.count == 1 {
        object[key] = value
        return
      }
      var inner = object[key] as? [String: Any] ?? [:]
      put(value, path.dropFirst(), into: &inner)
      // Each dataflow's best may be compared and yet be empty; other groups without a value are not there.
      if !inner.isEmpty || key == "references" { object[key] = inner }
    }
    let value: Any?
    switch column.kind {
    case _ where field.isEmpty: value = nil
    case .text: value = field
    case .names: value = field.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    case .number:
      let number: NSNumber? = Int(field).map { NSNumber(value: $0) } ?? Double(field).map { NSNumber(value: $0) }
      guard let number, number.doubleValue.isFinite else {
        throw FormatError(
          origin: origin, line: line, key: column.name, message: "'\(field.prefix(40))' is no number")
      }
      value = number
    case .flag:
      guard let flag = Bool(field) else {
        throw FormatError(
          origin: origin, line: line, key: column.name, message: "'\(field.prefix(40))' is neither true nor false")
      }
      value = flag
    case .nest:
      let mapping: Mapping
      do {
        mapping = try NestText.parse(field, origin: origin)
      } catch {
        throw FormatError(origin: origin, line: line, key: column.name, message: error.message)
      }
      value = mapping.nodes.map { node -> [String: Any] in
        switch node {
        case .loop(let dimension, let tile): return ["for": dimension.rawValue, "tile": tile]
        case .keep(let tensor): return ["keep": tensor.rawValue]
        }
      }
    }
    put(value, column.path[...], into: &object)
  }

  private static func decode<Value: Decodable>(
    _ data: Data, _ origin: String, line: Int?
  ) throws(FormatError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: data)
    } catch let error as DecodingError {
      throw describe(error, data, origin, line)
    } catch {
      throw FormatError(origin: origin, line: line, message: "is not valid JSON")
    }
  }

  private static func describe(_ error: DecodingError, _ data: Data, _ origin: String, _ line: Int?) -> FormatError {
    func path(_ keys: [any CodingKey]) -> String? {
      let text = keys.reduce("") { path, key in
        path + (key.intValue.map { "[\($0)]" } ?? (path.isEmpty ? key.stringValue : ".\(key.stringValue)"))
      }
      return text.isEmpty ? nil : text
    }
    switch error {
    case .keyNotFound(let key, let context):
      return FormatError(
        origin: origin, line: line, key: path(context.codingPath), message: "the key '\(key.stringValue)' is missing")
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return FormatError(
        origin: origin, line: line, key: path(context.codingPath),
        message: "is of another kind than the \(kind(type)) that is expected")
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      return FormatError(origin: origin, line: line, key: path(context.codingPath), message: "is out of range")
    default:
      let isJSON = (try? JSONSerialization.jsonObject(with: data)) != nil
      return FormatError(
        origin: origin, line: line,
        message: isJSON
          ? "holds a number that is out of range, or not whole where it must be" : "is not valid JSON")
    }
  }

  private static func kind(_ type: Any.Type) -> String {
    switch type {
    case is Int.Type, is Double.Type: "number"
    case is String.Type: "text"
    case is Bool.Type: "true or false"
    default: type is any Collection.Type ? "list" : "mapping"
    }
  }
}

extension ResultRecord {
  /// The layer that the record is about.
  ///
  /// - Throws: ``FormatError`` when its shape is none.
  public func workload() throws(FormatError) -> Layer {
    try ShapeText.parse(shape, origin: "shape")
  }

  /// The same as a network has it.
  ///
  /// - Throws: ``FormatError`` when its shape is none.
  public func entry() throws(FormatError) -> Network.Entry {
    Network.Entry(
      layer: try workload().named(layer), count: count, partOf: partOf, hasOwnInputs: ownInputs ?? false)
  }

  /// The record's mapping as a loop nest.
  ///
  /// - Throws: ``FormatError`` when it is none.
  public func loopNest() throws(FormatError) -> Mapping {
    try NestText.parse(mappingText, origin: "mapping")
  }

  /// Checks that the record's counts are those of its mapping on its layer, in closed form.
  ///
  /// - Throws: ``FormatError`` for the first that is not, or that cannot be.
  func check() throws(FormatError) {
    for (key, text) in [
      ("network", network ?? "-"), ("layer", layer), ("part_of", partOf ?? "-"), ("energy model", energy.model),
      ("unit", energy.unit),
    ]
    where text.isEmpty || text.unicodeScalars.contains(where: FormatError.isControl) {
      throw FormatError(origin: key, message: "is empty or has control characters")
    }
    let (workload, nest) = (try workload(), try loopNest())
    guard let policy = ReusePolicy(rawValue: reuse) else {
      throw FormatError(origin: "reuse", message: "'\(reuse.prefix(40))' is unknown; accepted: sliding, none")
    }
    guard let widths = bits.wordWidths else {
      throw FormatError(origin: "bits", message: "a width is from 1 to 64 bits")
    }
    guard (1...Layer.largestSize).contains(count), (capacityBits ?? 1) > 0 else {
      throw FormatError(origin: "count", message: "the count or the capacity is out of range")
    }
    if let capacityBits, occupancyBits > capacityBits {
      throw FormatError(
        origin: "occupancy_bits", message: "is \(occupancyBits), more than the capacity of \(capacityBits) bits")
    }
    guard EnergyModel.bitsMoved.isExact(for: workload, widths: widths) else {
      throw FormatError(origin: "shape", message: "more than 2^63 bits could be moved, which cannot be counted")
    }
    let traffic = Traffic(of: nest, on: workload, reuse: policy).bits(widths)
    guard
      TrafficCounts(traffic) == trafficBits, Occupancy(of: nest, on: workload).bits(widths).count == occupancyBits,
      workload.macs == macs, nest.dataflow.rawValue == dataflow
    else {
      throw FormatError(origin: "mapping", message: "the record's counts are not those of its mapping on its shape")
    }
    try checkDataflows()
    guard energy.perMAC >= 0, energy.perBitRead >= 0, energy.perBitWritten >= 0 else {
      throw FormatError(origin: "energy", message: "a price is negative")
    }
    let moved = energy.perBitRead * Double(traffic.read.count) + energy.perBitWritten * Double(traffic.written.count)
    /// Equal but for the rounding of sums in floating point.
    func isClose(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) <= 1e-9 * abs(expected) }
    for (key, value, expected) in [
      ("energy.data", energy.data, moved), ("energy.compute", energy.compute, energy.perMAC * Double(macs)),
      ("energy.total", energy.total, energy.compute + energy.data),
    ] where !isClose(value, expected) {
      throw FormatError(origin: key, message: "does not follow from the record's traffic and prices")
    }
    if let partOf, lowerBound != nil {
      throw FormatError(
        origin: "lower_bound",
        message: "is of a part of '\(partOf)': parts read inputs in common, and have none of their own")
    }
    guard let bound = lowerBound else {
      if gap == nil { return }
      throw FormatError(origin: "gap", message: "is above a bound that the record lacks")
    }
    guard bound.data >= 0, bound.data <= energy.data * (1 + 1e-9), isClose(bound.total, energy.compute + bound.data)
    else {
      throw FormatError(origin: "lower_bound", message: "is no lower bound of the record's energy")
    }
    let expected = Gap(energy, above: bound)
    for (key, value, expected) in [("gap.data", gap?.data, expected.data), ("gap.total", gap?.total, expected.total)] {
      // A gap is a difference of nearly equal numbers: what counts is how far it is off in terms of the bound.
      if let value, let expected, abs(value - expected) <= 1e-9 * (1 + abs(expected)) { continue }
      if value == nil, expected == nil || gap == nil { continue }
      throw FormatError(origin: key, message: "does not follow from the record's energy and bound")
    }
  }
  /// Checks that the dataflows said to attain the record's energy are such, as far as the record tells.
  private func checkDataflows() throws(FormatError) {
    guard let optimalDataflows else { return }
    let known = Dataflow.allCases.map(\.rawValue)
    guard known.filter(optimalDataflows.contains) == optimalDataflows, optimalDataflows.contains(dataflow) else {
      throw FormatError(
        origin: "optimal_dataflows",
        message: "is no list of different dataflows, that of the mapping among them, in the order of "
          + known.joined(separator: ", "))
    }
    /// Beyond this two energies may be the same number though they differ.
    let largestExact = 0x1p43
    for name in known {
      guard let own = dataflows?[name] else { continue }
      let isAttaining = optimalDataflows.contains(name)
      if isAttaining ? own > energy.data : own <= energy.data && energy.data < largestExact {
        throw FormatError(
          origin: "optimal_dataflows",
          message: "\(isAttaining ? "has" : "lacks") \(name), whose own best in 'dataflows' says otherwise")
      }
    }
  }
}
