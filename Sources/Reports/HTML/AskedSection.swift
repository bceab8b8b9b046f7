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

  init(_ contents: ReportContents) throws {
    files = try contents.documents.map(Self.file)
    let hasAccelerators = contents.studies.contains { $0.accelerator != nil }
    var table = HTMLTable(
      caption: "Settings; widths are those of inputs/weights/outputs/partial sums",
      [("setting", true)] + (hasAccelerators ? [("accelerator", false)] : []) + [
        ("energy model", false), ("unit", false), ("per MAC", true), ("per bit read", true), ("per bit written", true),
        ("widths [bit]", false), ("reuse", false), ("networks", false), ("distinct layers", true),
        ("capacities", false), ("records", true),
      ])
    for (index, setting) in contents.settings.enumerated() {
      let model = setting.energyModel
      let records = contents.entries.filter { $0.setting == index }.map(\.record)
      let accelerator = contents.studies[index].accelerator?.name ?? ""
      table.add(
        [.number(index + 1)] + (hasAccelerators ? [.text(accelerator)] : []) + [
          .header(model.name), .text(model.unit), .number(model.perMAC, NumberText.price),
          .number(model.perBitRead, NumberText.price), .number(model.perBitWritten, NumberText.price),
          .text(WidthsText.text(setting.widths)), .text(setting.rulesText),
          .text(records.map { $0.network ?? "by shape" }.uniqued().joined(separator: ", ")),
          .number(Set(records.map(LayerIdentity.init)).count), .text(Self.capacities(records)), .number(records.count),
        ])
    }
    settings = table
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
      extent: ReportContents.count(document.answers.count, "record")
        + (document.omittedRecords > 0
          ? " of \(NumberText.grouped(document.answers.count + document.omittedRecords)), as chosen for this report"
          : ""),
      command: document.command, equivalents: Array(commands.prefix(ReportCommand.largestCommandCount)),
      remark: remarks.isEmpty ? nil : remarks.joined(separator: " "))
  }

  /// A few capacities one by one, many by how many there are and from where to where.
  private static func capacities(_ records: [Answer]) -> String {
    let sizes = records.compactMap(\.capacity).uniqued().sorted()
    guard let first = sizes.first, let last = sizes.last else { return "none" }
    if sizes.count <= 4 { return sizes.map(CapacityText.text).joined(separator: ", ") }
    return "\(NumberText.grouped(sizes.count)) from \(CapacityText.text(first)) to \(CapacityText.text(last))"
  }
}
