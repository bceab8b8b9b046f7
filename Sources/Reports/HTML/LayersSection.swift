import Answers
import Interchange
import Mappings
import Workloads

/// The table of all records.
struct LayersSection {
  let table: HTMLTable
  let omission: String?

  init(_ contents: ReportContents) {
    let hasBiases = contents.entries.contains { $0.record.layer.hasBiases }
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
      let traffic = record.traffic
      let mapping = entry.number <= contents.mappingCount ? entry.number : nil
      table.add(
        [.text(record.network ?? ""), .header(record.layerTitle, mapping: mapping)]
          + (hasParts ? [.text(record.partOf ?? "")] : []) + [.number(record.count)]
          + (namesSettings ? [.number(entry.setting + 1)] : []) + [
            .size(record.capacity),
            .text(record.search == nil ? record.dataflow.rawValue : DataflowsText.attaining(record)),
            .number(record.layer.macs),
            .number(record.energy.total, NumberText.energy), .number(record.energy.data, NumberText.energy),
            .bits(traffic.inputsRead),
            .bits(traffic.weightsRead + traffic.biasesRead),
            .bits(traffic.partialSumsRead + traffic.partialSumsWritten), .bits(traffic.outputsWritten),
            .bits(record.occupancy), .number(record.bound?.total, NumberText.energy),
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
