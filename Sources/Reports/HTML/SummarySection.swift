import Answers
import EnergyModel
import Interchange
import Mappings
import Workloads

/// Sums over networks for each setting, and for curves what there is to say of each layer's.
struct SummarySection {
  struct Part {
    let title: String
    var tables: [HTMLTable] = []
    var remarks: [String] = []

    /// The same, with no number broken at the end of a line.
    fileprivate var unbroken: Part {
      Part(title: NumberText.unbroken(title), tables: tables, remarks: remarks.map(NumberText.unbroken))
    }
  }

  let parts: [Part]

  /// That of a digest.
  init(_ digest: ReportDigest) { parts = digest.summary.map(\.unbroken) }

  init(_ contents: ReportContents) {
    parts = contents.settings.indices.map { index in
      Self.part(contents.entries.filter { $0.setting == index }, contents, index).unbroken
    }
  }

  private static func part(_ entries: [ReportContents.Entry], _ contents: ReportContents, _ index: Int) -> Part {
    let setting = contents.settings[index]
    var part = Part(title: title(contents.studies[index], index))
    var totals = totals(setting.energyModel.unit)
    var curves = HTMLTable(
      caption: "Curves: the optimum at every capacity where it changes",
      [
        ("network", false), ("layer", false), ("count", true), ("points", true), ("first capacity", true),
        ("last capacity", true), ("least data energy [\(setting.energyModel.unit)]", true),
      ], isSortable: true)
    var wholes = HTMLTable(
      caption: "Layers that are given in parts, with the bound of the whole",
      [
        ("network", false), ("layer", false), ("parts", true), ("count", true), ("capacity", true), ("run", false),
        ("energy total [\(setting.energyModel.unit)]", true), ("energy data [\(setting.energyModel.unit)]", true),
        ("bound data [\(setting.energyModel.unit)]", true), ("gap data", true), ("gap total", true),
      ], isSortable: true)
    var single: [ReportContents.Entry] = []
    let layers = entries.grouped { OfFile(file: $0.file, layer: LayerIdentity($0.record)) }
    for (key, elements) in layers {
      let records = elements.map(\.record)
      guard CurvePoints.isCurve(records), let first = records.min(by: { $0.occupancy < $1.occupancy }),
        let last = records.max(by: { $0.occupancy < $1.occupancy })
      else {
        single += elements
        continue
      }
      curves.add([
        .text(key.layer.network ?? ""), .header(first.layerTitle), .number(first.count), .number(records.count),
        .size(first.occupancy), .size(last.occupancy),
        .number(records.map(\.energy.data).min(), NumberText.energy),
      ])
    }
    for (network, entries) in single.grouped(by: { $0.record.network ?? ShapeText.text($0.record.layer) }) {
      addTotals(network, entries, to: &totals, &wholes, &part.remarks)
    }
    // Of a template's nests it is not asked.
    let searched = single.filter { $0.record.search != nil && $0.record.template == nil }
    for (network, optima) in searched.grouped(by: \.record.network) {
      part.remarks.append(DataflowCounts(optima.map(\.record)).text(of: network ?? "layers by shape"))
    }
    part.tables = ([totals, wholes].map { withoutTotals($0, setting.energyModel) } + [curves]).filter {
      !$0.rows.isEmpty
    }
    part.remarks += Answer.notes(entries.map(\.record)).map { "\($0)." }
    return part
  }

  /// The heading of a setting.
  static func title(_ study: Study, _ index: Int) -> String {
    let setting = study.setting
    return "Setting \(index + 1): " + (study.accelerator.map { "accelerator \($0.name), " } ?? "")
      + "energy model \(setting.energyModel.name), "
      + "word widths \(WidthsText.text(setting.widths)), reuse \(study.rulesText)"
  }

  /// A table for sums, in a unit, without rows.
  static func totals(_ unit: String) -> HTMLTable {
    HTMLTable(
      caption: "Sums over each network's layers, repeated ones as often as they occur",
      [
        ("network", false), ("capacity", true), ("gap data", true), ("gap total", true),
        ("energy total [\(unit)]", true), ("energy data [\(unit)]", true), ("bound data [\(unit)]", true),
        ("layers", true),
      ], isSortable: true)
  }

  /// A table without what moving data and MACs cost together, where MACs cost nothing.
  static func withoutTotals(_ table: HTMLTable, _ model: EnergyModel) -> HTMLTable {
    model.macQuanta == 0 ? table.without(["energy total [\(model.unit)]", "gap total"]) : table
  }

  private static func row(
    _ network: String, _ capacity: Bits, _ layers: Int, _ energy: Energies?, bound: Double?, _ gap: Gap?
  ) -> [HTMLTable.Cell] {
    [
      .header(network), .size(capacity), .percent(gap?.data), .percent(gap?.total),
      .number(energy?.total, NumberText.energy), .number(energy?.data, NumberText.energy),
      .number(bound, NumberText.energy), .number(layers),
    ]
  }

  /// The row of a sum of a network's records at a capacity.
  static func row(
    _ name: String, _ group: ReportDigest.Group, _ capacity: Bits, _ sum: ReportDigest.Sum
  ) -> [HTMLTable.Cell] {
    row(
      name, capacity, sum.layers, group.model.map(sum.energies), bound: sum.bound, sum.gap(group.model))
  }

  private struct OfFile: Hashable {
    let file: Int
    let layer: LayerIdentity
  }

  /// A row for each capacity at which every layer of a network has a record, and for each of its layers there that is
  /// given in parts.
  private static func addTotals(
    _ network: String, _ entries: [ReportContents.Entry], to table: inout HTMLTable, _ wholes: inout HTMLTable,
    _ remarks: inout [String]
  ) {
    let layers = Set(entries.map { LayerIdentity($0.record) })
    if Set(layers.map(\.layer.name)).count < layers.count {
      remarks.append("\(network) has layers of one name that differ, in different files perhaps: there is no sum.")
      return
    }
    let withoutCapacity = entries.count { $0.record.capacity == nil }
    if withoutCapacity > 0 {
      remarks.append(
        "\(network): \(ReportContents.count(withoutCapacity, "record")) without a capacity, not in the sums.")
    }
    var incomplete = 0
    let byCapacity = entries.filter { $0.record.capacity != nil }.grouped { $0.record.capacity ?? .zero }
    for (capacity, entries) in byCapacity.sorted(by: { $0.key < $1.key }) {
      // Of several mappings of a layer the best counts.
      let best = entries.grouped { LayerIdentity($0.record) }.compactMap { _, same in
        same.min {
          ($0.record.energy.total, $1.record.bound == nil ? 0 : 1) < (
            $1.record.energy.total, $0.record.bound == nil ? 0 : 1
          )
        }?.record
      }
      guard best.count == layers.count, let total = NetworkAnswer(best) else {
        incomplete += 1
        continue
      }
      table.add(row(network, capacity, total.layers, total.energy, bound: total.bound?.data, total.gap))
      for whole in WholeAnswer.all(of: best) {
        wholes.add([
          .text(network), .header(whole.name), .number(whole.whole.parts.count), .number(whole.whole.count),
          .size(whole.capacity), .text(WholeText.schedule(whole)),
          .number(whole.energy.total, NumberText.energy),
          .number(whole.energy.data, NumberText.energy), .number(whole.bound.data, NumberText.energy),
          .percent(whole.gap.data), .percent(whole.gap.total),
        ])
      }
    }
    if incomplete > 0 {
      remarks.append(
        "\(network): no sum at \(incomplete == 1 ? "1 capacity" : "\(NumberText.grouped(incomplete)) capacities"), "
          + "where not all of its \(layers.count) distinct layers have a record.")
    }
  }
}
