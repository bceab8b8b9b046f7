import Foundation
import Mappings

/// A column of a table of results: a value of the JSON form, named by its path joined by underscores.
struct ResultColumn: Sendable {
  /// What the JSON form of a value is.
  enum Kind {
    case text
    case number
    case flag
    /// A mapping, in one line in a table.
    case nest
    /// A list of names, with bars between them in a table.
    case names
  }

  let path: [String]
  let kind: Kind
  /// The value in a record; empty where it has none.
  let value: @Sendable (ResultRecord) -> String

  var name: String { path.joined(separator: "_") }

  init(_ path: [String], _ kind: Kind, _ value: @escaping @Sendable (ResultRecord) -> String) {
    self.path = path
    self.kind = kind
    self.value = value
  }
}

/// Columns that tables of results have where they are needed.
public struct ExtraColumns: OptionSet, Sendable {
  /// Each dataflow's own best, and the reference dataflows.
  public static let dataflows = ExtraColumns(rawValue: 1)
  /// The wholes that layers are parts of.
  public static let parts = ExtraColumns(rawValue: 2)
  /// Whether loops over phases were searched, where that is not as usual under the reuse.
  public static let phases = ExtraColumns(rawValue: 4)
  /// The Buffer's part of the energy model's prices.
  public static let buffer = ExtraColumns(rawValue: 8)
  /// The accelerator.
  public static let accelerator = ExtraColumns(rawValue: 16)
  /// Times, where accelerators give the rates.
  public static let time = ExtraColumns(rawValue: 32)
  /// How tensors lie in the Buffer.
  public static let layout = ExtraColumns(rawValue: 64)
  /// Bursts that a replay counted.
  public static let bursts = ExtraColumns(rawValue: 128)
  /// The dataflows that were searched, where not all were.
  public static let searchedDataflows = ExtraColumns(rawValue: 256)
  /// The template that alone was searched.
  public static let template = ExtraColumns(rawValue: 512)
  /// All of these.
  static let all: ExtraColumns = [
    .dataflows, .parts, .phases, .buffer, .accelerator, .time, .layout, .bursts, .searchedDataflows, .template,
  ]

  /// One bit for each.
  public let rawValue: Int

  /// The columns of these bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Those that some records need.
  init(of records: [ResultRecord]) {
    self = []
    if records.contains(where: { $0.dataflows != nil }) { insert(.dataflows) }
    if records.contains(where: { $0.partOf != nil }) { insert(.parts) }
    if records.contains(where: { $0.phases != nil }) { insert(.phases) }
    if records.contains(where: { $0.energy.buffer != nil }) { insert(.buffer) }
    if records.contains(where: { $0.accelerator != nil }) { insert(.accelerator) }
    if records.contains(where: { $0.time != nil }) { insert(.time) }
    if records.contains(where: { $0.buffer != nil }) { insert(.layout) }
    if records.contains(where: { $0.bursts != nil }) { insert(.bursts) }
    if records.contains(where: { $0.search?.dataflows != nil }) { insert(.searchedDataflows) }
    if records.contains(where: { $0.search?.template != nil }) { insert(.template) }
  }
}

extension ResultFile {
  /// The columns of a table of results, with those of the extra ones that are needed.
  static func columns(_ extras: ExtraColumns) -> [ResultColumn] {
    (recordColumns + comparisonColumns).filter { column in
      extraColumns.allSatisfy { !column.path.starts(with: $0.path) || extras.contains($0.needs) }
    }
  }

  /// Which columns are there only where they are needed, by how their paths begin.
  private static let extraColumns: [(path: [String], needs: ExtraColumns)] = [
    (["dataflows"], .dataflows), (["references"], .dataflows), (["part_of"], .parts), (["own_inputs"], .parts),
    (["phases"], .phases), (["energy", "buffer"], .buffer), (["accelerator"], .accelerator), (["time"], .time),
    (["buffer"], .layout), (["bursts"], .bursts), (["search", "dataflows"], .searchedDataflows),
    (["search", "template"], .template),
  ]

  private static let comparisonColumns: [ResultColumn] =
    Dataflow.allCases.map(\.rawValue).map { name in
      ResultColumn(["dataflows", name], .number) { $0.dataflows?[name].map(number) ?? "" }
    }
    + ReferenceDataflow.allCases.map(\.rawValue).map { name in
      ResultColumn(["references", name], .number) { $0.references?[name].map(number) ?? "" }
    }

  private static let recordColumns: [ResultColumn] = [
    ResultColumn(["network"], .text) { $0.network ?? "" },
    ResultColumn(["layer"], .text) { $0.layer },
    ResultColumn(["part_of"], .text) { $0.partOf ?? "" },
    ResultColumn(["own_inputs"], .flag) { $0.ownInputs.map(String.init) ?? "" },
    ResultColumn(["shape"], .text) { $0.shape },
    ResultColumn(["count"], .number) { String($0.count) },
    ResultColumn(["accelerator", "name"], .text) { $0.accelerator?.name ?? "" },
    ResultColumn(["accelerator", "macs_per_cycle"], .number) { text($0.accelerator?.macsPerCycle) },
    ResultColumn(["accelerator", "clock_hz"], .number) { $0.accelerator?.clock.map(number) ?? "" },
    ResultColumn(["accelerator", "bits_per_second"], .number) { $0.accelerator?.bandwidth.map(number) ?? "" },
    ResultColumn(["capacity_bits"], .number) { text($0.capacityBits) },
    ResultColumn(["bits", "inputs"], .number) { String($0.bits.inputs) },
    ResultColumn(["bits", "weights"], .number) { String($0.bits.weights) },
    ResultColumn(["bits", "outputs"], .number) { String($0.bits.outputs) },
    ResultColumn(["bits", "partial_sums"], .number) { String($0.bits.partialSums) },
    ResultColumn(["reuse"], .text) { $0.reuse },
    ResultColumn(["phases"], .text) { $0.phases ?? "" },
    ResultColumn(["buffer", "parts"], .text) { $0.buffer?.parts ?? "" },
    ResultColumn(["buffer", "double_buffered"], .names) { $0.buffer?.doubleBuffered?.joined(separator: "|") ?? "" },
    ResultColumn(["buffer", "on_chip"], .names) { $0.buffer?.onChip?.joined(separator: "|") ?? "" },
    ResultColumn(["buffer", "tiles"], .text) { $0.buffer?.tiles ?? "" },
    ResultColumn(["dataflow"], .text) { $0.dataflow },
    ResultColumn(["optimal_dataflows"], .names) { $0.optimalDataflows?.joined(separator: "|") ?? "" },
    ResultColumn(["mapping"], .nest) { $0.mappingText },
    ResultColumn(["occupancy_bits"], .number) { String($0.occupancyBits) },
    ResultColumn(["traffic_bits", "inputs_read"], .number) { String($0.trafficBits.inputsRead) },
    ResultColumn(["traffic_bits", "weights_read"], .number) { String($0.trafficBits.weightsRead) },
    ResultColumn(["traffic_bits", "biases_read"], .number) { String($0.trafficBits.biasesRead) },
    ResultColumn(["traffic_bits", "partial_sums_read"], .number) { String($0.trafficBits.partialSumsRead) },
    ResultColumn(["traffic_bits", "partial_sums_written"], .number) { String($0.trafficBits.partialSumsWritten) },
    ResultColumn(["traffic_bits", "outputs_written"], .number) { String($0.trafficBits.outputsWritten) },
    ResultColumn(["traffic_bits", "total"], .number) { String($0.trafficBits.total) },
    ResultColumn(["macs"], .number) { String($0.macs) },
    ResultColumn(["energy", "model"], .text) { $0.energy.model },
    ResultColumn(["energy", "unit"], .text) { $0.energy.unit },
    ResultColumn(["energy", "per_mac"], .number) { number($0.energy.perMAC) },
    ResultColumn(["energy", "per_bit_read"], .number) { number($0.energy.perBitRead) },
    ResultColumn(["energy", "per_bit_written"], .number) { number($0.energy.perBitWritten) },
    ResultColumn(["energy", "buffer", "per_mac"], .number) { $0.energy.buffer.map { number($0.perMAC) } ?? "" },
    ResultColumn(["energy", "buffer", "per_bit_read"], .number) {
      $0.energy.buffer.map { number($0.perBitRead) } ?? ""
    },
    ResultColumn(["energy", "buffer", "per_bit_written"], .number) {
      $0.energy.buffer.map { number($0.perBitWritten) } ?? ""
    },
    ResultColumn(["energy", "compute"], .number) { number($0.energy.compute) },
    ResultColumn(["energy", "data"], .number) { number($0.energy.data) },
    ResultColumn(["energy", "total"], .number) { number($0.energy.total) },
    ResultColumn(["lower_bound", "family"], .text) { $0.lowerBound?.family ?? "" },
    ResultColumn(["lower_bound", "discount"], .number) { $0.lowerBound?.discount.map(number) ?? "" },
    ResultColumn(["lower_bound", "data"], .number) { $0.lowerBound.map { number($0.data) } ?? "" },
    ResultColumn(["lower_bound", "total"], .number) { $0.lowerBound.map { number($0.total) } ?? "" },
    ResultColumn(["gap", "data"], .number) { $0.gap?.data.map(number) ?? "" },
    ResultColumn(["gap", "total"], .number) { $0.gap?.total.map(number) ?? "" },
    ResultColumn(["time", "compute"], .number) { $0.time.map { number($0.compute) } ?? "" },
    ResultColumn(["time", "data"], .number) { $0.time.map { number($0.data) } ?? "" },
    ResultColumn(["time", "total"], .number) { $0.time.map { number($0.total) } ?? "" },
    ResultColumn(["time", "bound"], .number) { $0.time?.bound.map(number) ?? "" },
    ResultColumn(["time", "least_bits"], .number) { text($0.time?.leastBits) },
    ResultColumn(["time", "limited_by"], .text) { $0.time?.limit ?? "" },
    ResultColumn(["search", "dataflows"], .names) { $0.search?.dataflows?.joined(separator: "|") ?? "" },
    ResultColumn(["search", "template"], .text) { $0.search?.template ?? "" },
    ResultColumn(["search", "mappings"], .number) { text($0.search?.mappings) },
    ResultColumn(["search", "scored"], .number) { text($0.search?.scored) },
    ResultColumn(["search", "pruned"], .number) { text($0.search?.pruned) },
    ResultColumn(["search", "pruned_by", "capacity"], .number) { text($0.search?.prunedBy.capacity) },
    ResultColumn(["search", "pruned_by", "energy"], .number) { text($0.search?.prunedBy.energy) },
    ResultColumn(["search", "pruned_by", "bound"], .number) { text($0.search?.prunedBy.bound) },
    ResultColumn(["search", "complete"], .flag) { $0.search.map { String($0.complete) } ?? "" },
    ResultColumn(["search", "seconds"], .number) { $0.search?.seconds.map(number) ?? "" },
    ResultColumn(["replay_agrees"], .flag) { $0.replayAgrees.map(String.init) ?? "" },
    ResultColumn(["bursts", "size_bits"], .number) { text($0.bursts?.sizeBits) },
    ResultColumn(["bursts", "order"], .text) { $0.bursts?.order ?? "" },
    ResultColumn(["bursts", "inputs_read"], .number) { text($0.bursts?.inputsRead) },
    ResultColumn(["bursts", "weights_read"], .number) { text($0.bursts?.weightsRead) },
    ResultColumn(["bursts", "biases_read"], .number) { text($0.bursts?.biasesRead) },
    ResultColumn(["bursts", "partial_sums_read"], .number) { text($0.bursts?.partialSumsRead) },
    ResultColumn(["bursts", "partial_sums_written"], .number) { text($0.bursts?.partialSumsWritten) },
    ResultColumn(["bursts", "outputs_written"], .number) { text($0.bursts?.outputsWritten) },
    ResultColumn(["bursts", "total"], .number) { text($0.bursts?.total) },
  ]

  private static func text(_ value: Int?) -> String { value.map(String.init) ?? "" }
}
