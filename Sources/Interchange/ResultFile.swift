import Foundation

/// Result records as JSON and as CSV.
public enum ResultFile {
  /// The schema that every JSON result file names.
  public static let schema = "tilebound-results/1"

  private struct Document: Encodable {
    let schema: String
    let records: [ResultRecord]
  }

  /// A JSON document with sorted keys, so that equal results are equal bytes.
  public static func json(_ records: [ResultRecord]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(Document(schema: schema, records: records)), as: UTF8.self) + "\n"
  }

  /// A table with a header line; names are those of the JSON form joined by underscores.
  public static func csv(_ records: [ResultRecord]) -> String {
    var lines = [columns.map(\.name).joined(separator: ",")]
    for record in records { lines.append(columns.map { quoted($0.value(record)) }.joined(separator: ",")) }
    return lines.joined(separator: "\n") + "\n"
  }

  private typealias Column = (name: String, value: @Sendable (ResultRecord) -> String)

  private static let columns: [Column] = [
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
    ("search_mappings", { text($0.search?.mappings) }),
    ("search_scored", { text($0.search?.scored) }),
    ("search_pruned", { text($0.search?.pruned) }),
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
