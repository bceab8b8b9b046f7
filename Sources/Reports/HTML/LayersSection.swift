import Answers
import Interchange
import Mappings
import Workloads

/// The table of all records.
struct LayersSection {
  let table: HTMLTable
  let omission: String?

  /// The table of all records, or of those of a digest that are shown.
  ///
  /// - Parameters:
  ///   - contents: the records.
  ///   - count: how many there are in the files, where these are not all.
  init(_ contents: ReportContents, of count: Int? = nil) {
    let hasBiases = contents.entries.contains { $0.record.layer.hasBiases }
    let namesSettings = contents.settings.count > 1
    let hasParts = contents.entries.contains { $0.record.partOf != nil }
    // Where MACs cost nothing, data are all of the energy.
    let hasCompute = contents.entries.contains { $0.record.energy.compute > 0 }
    // Energies in several units do not compare.
    let namesUnits = contents.commonUnit == nil
    // What matters stands first, since a page may not be wide enough for all.
    var table = HTMLTable(
      caption: count == nil ? "Every record, with bits moved and held" : "Records, with bits moved and held",
      [("network", false), ("layer", false)] + (hasParts ? [("part of", false)] : []) + [
        ("capacity", true), ("gap data", true),
      ] + (hasCompute ? [("gap total", true)] : []) + [("dataflows", false)]
        + (hasCompute ? ["energy total", "bound total", "energy data", "bound data"] : ["energy", "bound"])
        .map { (contents.energyTitle($0), true) } + (namesUnits ? [("unit", false)] : []) + [("count", true)]
        + (namesSettings ? [("setting", true)] : []) + [
          ("MACs", true), ("inputs [bit]", true), (hasBiases ? "weights, biases [bit]" : "weights [bit]", true),
          ("partial sums [bit]", true), ("outputs [bit]", true), ("occupancy [bit]", true),
        ], isSortable: true, isOfRecords: true)
    for entry in contents.entries.prefix(HTMLReport.largestRowCount) {
      let record = entry.record
      let traffic = record.traffic
      let energies =
        [record.energy.total, record.bound?.total] + (hasCompute ? [record.energy.data, record.bound?.data] : [])
      let mapping = entry.number <= contents.mappingCount ? entry.number : nil
      table.add(
        [.text(record.network ?? ""), .header(record.layerTitle, mapping: mapping)]
          + (hasParts ? [.text(record.partOf ?? "")] : []) + [
            .size(record.capacity),
            .percent(record.gap?.data),
          ] + (hasCompute ? [.percent(record.gap?.total)] : [])
          + [
            .text(record.search == nil ? DataflowsText.own(record) : DataflowsText.attaining(record))
          ] + energies.map { .number($0, NumberText.energy) } + (namesUnits ? [.text(record.energy.unit)] : [])
          + [.number(record.count)]
          + (namesSettings ? [.number(entry.setting + 1)] : []) + [
            .number(record.layer.macs), .bits(traffic.inputsRead), .bits(traffic.weightsRead + traffic.biasesRead),
            .bits(traffic.partialSumsRead + traffic.partialSumsWritten), .bits(traffic.outputsWritten),
            .bits(record.occupancy),
          ])
    }
    self.table = table
    if let count {
      omission =
        "Of \(NumberText.grouped(count)) records the table has those with the largest gaps, one for each layer in a setting: "
        + "\(NumberText.grouped(contents.entries.count))."
      return
    }
    omission =
      contents.entries.count > HTMLReport.largestRowCount
      ? "The table has the first \(NumberText.grouped(HTMLReport.largestRowCount)) of "
        + "\(NumberText.grouped(contents.entries.count)) records." : nil
  }
}
