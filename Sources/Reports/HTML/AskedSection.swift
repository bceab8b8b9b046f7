import Answers
import EnergyModel
import Interchange
import Mappings
import Workloads

/// What was asked: the files, the commands that made them, and the settings that they cover.
struct AskedSection {
  struct File {
    let name: String
    let extent: String
    let command: String?
    /// Commands that come to the same, where the file does not say which made it.
    let equivalents: [String]
    /// What is to be known of those.
    let remark: String?
  }

  let files: [File]
  let settings: HTMLTable

  /// What is said of a setting.
  private struct Setting {
    let study: Study
    let networks: [String?]
    let layers: Int
    let capacities: [Bits]
    let records: Int
  }

  init(_ contents: ReportContents) throws {
    files = try contents.documents.map(Self.file)
    settings = Self.table(
      contents.studies.enumerated().map { index, study in
        let entries = contents.entries.filter { $0.setting == index }
        return Setting(
          study: study, networks: entries.map(\.record.network),
          layers: Set(entries.map { LayerIdentity($0.record) }).count,
          capacities: entries.compactMap(\.record.capacity),
          records: entries.count)
      })
  }

  /// That of a digest.
  init(_ digest: ReportDigest) {
    files = digest.files.map { file in
      File(
        name: file.name, extent: Self.extent(file.records, omitted: file.omitted), command: file.command,
        equivalents: [],
        remark: file.command == nil ? "There are too many records to tell commands that find them again." : nil)
    }
    settings = Self.table(
      digest.studies.enumerated().map { index, study in
        let groups = digest.groups.filter { $0.study == index }
        return Setting(
          study: study, networks: groups.map(\.network), layers: groups.reduce(0) { $0 + $1.layers.count },
          capacities: groups.flatMap(\.sums.keys), records: groups.reduce(0) { $0 + $1.records })
      })
  }

  private static func table(_ settings: [Setting]) -> HTMLTable {
    let hasAccelerators = settings.contains { $0.study.accelerator != nil }
    var table = HTMLTable(
      caption: "Settings; widths are those of inputs/weights/outputs/partial sums",
      [("setting", true)] + (hasAccelerators ? [("accelerator", false)] : []) + [
        ("energy model", false), ("unit", false), ("per MAC", true), ("per bit read", true), ("per bit written", true),
        ("widths [bit]", false), ("reuse", false), ("networks", false), ("distinct layers", true),
        ("capacities", false), ("records", true),
      ])
    table.breaksTexts = true
    for (index, one) in settings.enumerated() {
      let setting = one.study.setting
      let model = setting.energyModel
      let accelerator = one.study.accelerator?.name ?? ""
      table.add(
        [.number(index + 1)] + (hasAccelerators ? [.text(accelerator)] : []) + [
          .header(model.name), .text(model.unit), .number(model.perMAC, NumberText.price),
          .number(model.perBitRead, NumberText.price), .number(model.perBitWritten, NumberText.price),
          .text(WidthsText.text(setting.widths)), .text(one.study.rulesText),
          .text(one.networks.map { $0 ?? "by shape" }.uniqued().joined(separator: ", ")),
          .number(one.layers), .text(Self.capacities(one.capacities)), .number(one.records),
        ])
    }
    return table
  }

  private static func file(_ document: ResultDocument) throws -> File {
    let commands = document.command == nil ? try ReportCommand.equivalents(document.answers) : []
    let strangers = document.answers.map(\.setting).uniqued().filter { !ReportCommand.isBuiltIn($0) }
    var remarks: [String] = []
    if commands.count > ReportCommand.largestCommandCount {
      remarks.append(
        "\(NumberText.grouped(commands.count - ReportCommand.largestCommandCount)) more commands are left out.")
    }
    if !strangers.isEmpty, document.command == nil {
      let names = strangers.map(\.energyModel.name).uniqued().joined(separator: ", ")
      remarks.append("The program has no energy model \(names) with these prices: write them to the file named.")
    }
    return File(
      name: document.file,
      extent: extent(document.answers.count, omitted: document.omittedRecords),
      command: document.command, equivalents: Array(commands.prefix(ReportCommand.largestCommandCount)),
      remark: remarks.isEmpty ? nil : remarks.joined(separator: " "))
  }

  private static func extent(_ records: Int, omitted: Int) -> String {
    ReportContents.count(records, "record")
      + (omitted > 0 ? " of \(NumberText.grouped(records + omitted)), as chosen for this report" : "")
  }

  /// A few capacities one by one, many by how many there are and from where to where.
  private static func capacities(_ all: [Bits]) -> String {
    let sizes = all.uniqued().sorted()
    guard let first = sizes.first, let last = sizes.last else { return "none" }
    if sizes.count <= 4 { return sizes.map(CapacityText.text).joined(separator: ", ") }
    return "\(NumberText.grouped(sizes.count)) from \(CapacityText.text(first)) to \(CapacityText.text(last))"
  }
}
