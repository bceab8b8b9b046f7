public import Answers
import Foundation

/// Result records as JSON and as CSV.
public enum ResultFile {
  /// The schema that every JSON result file names.
  public static let schema = "tilebound-results/1"

  /// The schema that every JSON file of lower bounds names.
  public static let boundSchema = "tilebound-bounds/1"

  private struct Document<Record: Encodable, Total: Encodable>: Encodable {
    let schema: String
    let producer: Producer
    /// The command line that made the file.
    let command: String?
    let records: [Record]
    let totals: [Total]?
    var wholes: [WholeRecord]?
    var curves: [CurveSummary]?
  }

  /// A JSON document with sorted keys, so that equal results are equal bytes.
  ///
  /// - Parameters:
  ///   - answers: the results.
  ///   - totals: their sums over networks.
  ///   - wholes: the layers that some of the results are parts of.
  ///   - curves: what is to be said of the curves that the results are of, whatever capacities were asked.
  ///   - command: the command line that made them, to be kept with them.
  ///   - producer: what made them.
  /// - Returns: the text.
  /// - Throws: an `EncodingError` for a figure that is not finite, which no result has.
  public static func json(
    _ answers: [Answer], totals: [NetworkAnswer]? = nil, wholes: [WholeAnswer] = [], curves: [CurveSummary]? = nil,
    command: String? = nil, producer: Producer = Producer()
  ) throws -> String {
    try json(
      Document(
        schema: schema, producer: producer, command: command, records: answers.map { ResultRecord($0) },
        totals: totals?.map { NetworkTotal($0) }, wholes: wholes.isEmpty ? nil : wholes.map { WholeRecord($0) },
        curves: curves))
  }

  /// The same for the points of curves, those of the network's curve, and what is to be said of each curve as a whole.
  public static func json(
    _ answers: [Answer], totals: [CurveTotal]?, curves: [CurveSummary]?, command: String? = nil,
    producer: Producer = Producer()
  ) throws -> String {
    try json(
      Document(
        schema: schema, producer: producer, command: command, records: answers.map { ResultRecord($0) }, totals: totals,
        curves: curves))
  }

  /// The same for lower bounds.
  public static func json(
    _ bounds: [BoundAnswer], command: String? = nil, producer: Producer = Producer()
  ) throws -> String {
    try json(
      Document<BoundRecord, NetworkTotal>(
        schema: boundSchema, producer: producer, command: command, records: bounds.map { BoundRecord($0) }, totals: nil)
    )
  }

  /// Any document as it is laid out in files.
  package static func json(_ document: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
  }

  /// An answer's record as a line of its own that names the schema: what a file of JSON lines consists of.
  public static func jsonLine(_ answer: Answer) throws -> String { try jsonLine(ResultRecord(answer)) }

  static func jsonLine(_ record: ResultRecord) throws -> String {
    struct Line: Encodable {
      enum Key: String, CodingKey { case schema }
      let record: ResultRecord
      func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(ResultFile.schema, forKey: .schema)
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(Line(record: record)), as: UTF8.self) + "\n"
  }

  /// A table with a header line; names are those of the JSON form joined by underscores.
  public static func csv(_ answers: [Answer]) -> String { csv(answers.map { ResultRecord($0) }) }

  static func csv(_ records: [ResultRecord]) -> String {
    let columns = columns(ExtraColumns(of: records))
    return header(columns) + csvLines(records, columns)
  }

  /// The header line of a table of results.
  ///
  /// - Parameter extras: columns that it has besides the usual ones.
  /// - Returns: the line.
  public static func csvHeader(_ extras: ExtraColumns = []) -> String { header(columns(extras)) }

  private static func header(_ columns: [ResultColumn]) -> String {
    columns.map(\.name).joined(separator: ",") + "\n"
  }

  /// The lines of a table of results without their header, which has the same columns.
  public static func csvLines(_ answers: [Answer], _ extras: ExtraColumns) -> String {
    csvLines(answers.map { ResultRecord($0) }, columns(extras))
  }

  private static func csvLines(_ records: [ResultRecord], _ columns: [ResultColumn]) -> String {
    lines(records, columns.map { ($0.name, $0.value) }).joined()
  }

  /// A table of lower bounds with a header line and a line for each family.
  public static func csv(_ bounds: [BoundAnswer]) -> String {
    csv(bounds.map { BoundRecord($0) }, boundColumns)
  }

  /// A table of the points of a network's curve with a header line.
  public static func csv(_ totals: [CurveTotal]) -> String {
    csv(
      totals,
      [
        ("network", { $0.network }), ("layers", { String($0.layers) }), ("capacity_bits", { String($0.capacityBits) }),
        ("energy_model", { $0.energy.model }), ("energy_unit", { $0.energy.unit }),
        ("energy_compute", { number($0.energy.compute) }), ("energy_data", { number($0.energy.data) }),
        ("energy_total", { number($0.energy.total) }),
      ])
  }

  private typealias Column<Record> = (name: String, value: @Sendable (Record) -> String)

  private static func csv<Record>(_ records: [Record], _ columns: [Column<Record>]) -> String {
    columns.map(\.name).joined(separator: ",") + "\n" + lines(records, columns).joined()
  }

  private static func lines<Record>(_ records: [Record], _ columns: [Column<Record>]) -> [String] {
    records.map { record in columns.map { quoted($0.value(record)) }.joined(separator: ",") + "\n" }
  }

  private static let boundColumns: [Column<BoundRecord>] = [
    ("network", { $0.network ?? "" }), ("layer", { $0.layer }), ("count", { String($0.count) }),
    ("capacity_bits", { String($0.capacityBits) }), ("family", { $0.family }),
    ("discount", { $0.discount.map(number) ?? "" }), ("read_bits", { String($0.readBits) }),
    ("written_bits", { String($0.writtenBits) }), ("macs", { String($0.macs) }),
    ("energy_model", { $0.energy.model }), ("energy_unit", { $0.energy.unit }),
    ("energy_compute", { number($0.energy.compute) }), ("energy_data", { number($0.energy.data) }),
    ("energy_total", { number($0.energy.total) }), ("is_best", { String($0.isBest) }),
  ]

  /// Whole numbers without a fraction, others with as many digits as it takes.
  package static func number(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }

  /// A field in quotation marks where it needs them.
  package static func quoted(_ field: String) -> String {
    // Nearly all fields are ASCII, of which bytes tell as much.
    if field.utf8.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "\"") }) {
      func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || (0x09...0x0d).contains(byte) }
      let hasOuterSpace = [field.utf8.first, field.utf8.last].contains { $0.map(isBlank) ?? false }
      let isPlain =
        !hasOuterSpace && field.utf8.allSatisfy { $0 != UInt8(ascii: ",") && !(0x0a...0x0d).contains($0) }
      return isPlain ? field : "\"\(field)\""
    }
    // Scalars and not characters: an accent after a comma joins it.
    let scalars = field.unicodeScalars
    let hasOuterSpace = [scalars.first, scalars.last].contains { $0?.properties.isWhitespace ?? false }
    guard hasOuterSpace || scalars.contains(where: { $0 == "," || $0 == "\"" || Character($0).isNewline }) else {
      return field
    }
    return "\"\(scalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined())\""
  }
}
