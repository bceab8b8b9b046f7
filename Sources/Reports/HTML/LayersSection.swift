import Interchange
import Workloads

/// The table of all records.
struct LayersSection {
  let table: HTMLTable
  let omission: String?

  init(_ contents: ReportContents) {
    let hasBiases = contents.entries.contains { $0.record.trafficBits.biasesRead > 0 }
    let namesSettings = contents.settings.count > 1
    let hasParts = contents.entries.contains { $0.record.partOf != nil }
    var table = HTMLTable(
      caption: "Every record, with bits moved and held",
      [("network", false), ("layer", false)] + (hasParts ? [("part of", false)] : []) + [("count", true)]
        + (namesSettings ? [("setting", true)] : []) + [
          ("capacity", true), ("dataflows", false), ("MACs", true), (contents.energyTitle("energy"), true),
          (contents.energyTitle("data"), true), ("inputs [bit]", true),
          (hasBiases ? "weights, biases [bit]" : "weights [bit]", true), ("partial sums [bit]", true),
          ("outputs [bit]", true), ("occupancy [bit]", true), (contents.energyTitle("bound"), true),
          ("gap data", true), ("gap total", true),
        ], isSortable: true, isOfRecords: true)
    for entry in contents.entries.prefix(HTMLReport.largestRowCount) {
      let record = entry.record
      let traffic = record.trafficBits
      let mapping = entry.number <= HTMLReport.largestMappingCount ? entry.number : nil
      table.add(
        [.text(record.network ?? ""), .header(record.layerTitle, mapping: mapping)]
          + (hasParts ? [.text(record.partOf ?? "")] : []) + [.number(record.count)]
          + (namesSettings ? [.number(entry.setting + 1)] : []) + [
            .number(record.capacityBits) { CapacityText.text(Bits($0)) },
            .text(record.search == nil ? record.dataflow : DataflowsText.attaining(record)), .number(record.macs),
            .number(record.energy.total, NumberText.energy), .number(record.energy.data, NumberText.energy),
            .number(traffic.inputsRead),
            .number(traffic.weightsRead + traffic.biasesRead),
            .number(traffic.partialSumsRead + traffic.partialSumsWritten), .number(traffic.outputsWritten),
            .number(record.occupancyBits), .number(record.lowerBound?.total, NumberText.energy),
            .number(record.gap?.data, NumberText.percent), .number(record.gap?.total, NumberText.percent),
          ])
    }
    self.table = table
    omission =
      contents.entries.count > HTMLReport.largestRowCount
      ? "The table has the first \(NumberText.grouped(HTMLReport.largestRowCount)) of "
        + "\(NumberText.grouped(contents.entries.count)) records." : nil
  }
}
