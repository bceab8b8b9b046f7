import Foundation
import Mappings

/// Result records as JSON and as CSV.
public enum ResultFile {
  /// The schema that every JSON result file names.
  public static let schema = "tilebound-results/1"

  /// The schema that every JSON file of lower bounds names.
  public static let boundSchema = "tilebound-bounds/1"

  private struct Document<Record: Encodable, Total: Encodable>: Encodable {
    let schema: String
    let records: [Record]
    let totals: [Total]?
    var curves: [CurveSummary]?
  }

  /// A JSON document with sorted keys, so that equal results are equal bytes.
  public static func json(_ records: [ResultRecord], totals: [NetworkTotal]? = nil) throws -> String {
    try json(Document(schema: schema, records: records, totals: totals))
  }

  /// The same for the points of curves, those of the network's curve, and what is to be said of each curve as a whole.
  public static func json(
    _ records: [ResultRecord], totals: [CurveTotal]?, curves: [CurveSummary]
  ) throws -> String {
    try json(Document(schema: schema, records: records, totals: totals, curves: curves))
  }

  /// The same for lower bounds.
  public static func json(_ records: [BoundRecord]) throws -> String {
    try json(Document<BoundRecord, NetworkTotal>(schema: boundSchema, records: records, totals: nil))
  }

  private static func json(_ document: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
  }

  /// A table with a header line; names are those of the JSON form joined by underscores.
  public static func csv(_ records: [ResultRecord]) -> String {
    let compared = records.contains { $0.dataflows != nil }
    return csv(records, compared ? columns + comparisonColumns : columns)
  }

  /// A table of lower bounds with a header line and a line for each family.
  public static func csv(_ records: [BoundRecord]) -> String {
    csv(records, boundColumns)
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
    var lines = [columns.map(\.name).joined(separator: ",")]
    for record in records { lines.append(columns.map { quoted($0.value(record)) }.joined(separator: ",")) }
    return lines.joined(separator: "\n") + "\n"
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

  private static let comparisonColumns: [Column<ResultRecord>] =
    Dataflow.allCases.map { dataflow in
      ("dataflows_\(dataflow.rawValue)", { $0.dataflows?[dataflow.rawValue].map(number) ?? "" })
    }
    + ReferenceDataflow.allCases.map { reference in
      ("references_\(reference.rawValue)", { $0.references?[reference.rawValue].map(number) ?? "" })
    }

  private static let columns: [Column<ResultRecord>] = [
    ("network", { $0.network ?? "" }),
    ("layer", { $0.layer }),
    ("count", { String($0.count) }),
    ("capacity_bits", { text($0.capacityBits) }),
    ("bits_inputs", { String($0.bits.inputs) }),
    ("bits_weights", { String($0.bits.weights) }),
    ("bits_outputs", { String($0.bits.outputs) }),
    ("bits_partial_sums", { String($0.bits.partialSums) }),
    ("reuse", { $0.reuse }),
    ("dataflow", { $0.dataflow }),
    ("mapping", { $0.mappingText }),
    ("occupancy_bits", { String($0.occupancyBits) }),
    ("traffic_bits_inputs_read", { String($0.trafficBits.inputsRead) }),
    ("traffic_bits_weights_read", { String($0.trafficBits.weightsRead) }),
    ("traffic_bits_biases_read", { String($0.trafficBits.biasesRead) }),
    ("traffic_bits_partial_sums_read", { String($0.trafficBits.partialSumsRead) }),
    ("traffic_bits_partial_sums_written", { String($0.trafficBits.partialSumsWritten) }),
    ("traffic_bits_outputs_written", { String($0.trafficBits.outputsWritten) }),
    ("traffic_bits_total", { String($0.trafficBits.total) }),
    ("macs", { String($0.macs) }),
    ("energy_model", { $0.energy.model }),
    ("energy_unit", { $0.energy.unit }),
    ("energy_compute", { number($0.energy.compute) }),
    ("energy_data", { number($0.energy.data) }),
    ("energy_total", { number($0.energy.total) }),
    ("lower_bound_family", { $0.lowerBound?.family ?? "" }),
    ("lower_bound_discount", { $0.lowerBound?.discount.map(number) ?? "" }),
    ("lower_bound_data", { $0.lowerBound.map { number($0.data) } ?? "" }),
    ("lower_bound_total", { $0.lowerBound.map { number($0.total) } ?? "" }),
    ("gap_data", { $0.gap?.data.map(number) ?? "" }),
    ("gap_total", { $0.gap?.total.map(number) ?? "" }),
    ("search_mappings", { text($0.search?.mappings) }),
    ("search_scored", { text($0.search?.scored) }),
    ("search_pruned", { text($0.search?.pruned) }),
    ("search_pruned_by_capacity", { text($0.search?.prunedBy.capacity) }),
    ("search_pruned_by_energy", { text($0.search?.prunedBy.energy) }),
    ("search_pruned_by_bound", { text($0.search?.prunedBy.bound) }),
    ("search_complete", { $0.search.map { String($0.complete) } ?? "" }),
    ("search_seconds", { $0.search?.seconds.map(number) ?? "" }),
    ("replay_agrees", { $0.replayAgrees.map(String.init) ?? "" }),
  ]

  private static func text(_ value: Int?) -> String { value.map(String.init) ?? "" }

  /// Whole numbers without a fraction, others with as many digits as it takes.
  private static func number(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }

  /// A field in quotes where it needs them.
  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
    return "\"\(field.replacingOccurrences(of: "\"", with: "\"\""))\""
  }
}
