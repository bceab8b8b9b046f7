import EnergyModel
import Interchange
import MappingSearch
import Mappings
public import Sweeps
import Workloads

/// What a sweep found, for the terminal.
public enum SweepReport {
  /// The most networks and settings that are listed.
  private static let mostListed = 24

  /// How many curves there were and what they answered, and each network's totals in each setting, or the ends of them, unless
  /// there are too many to read.
  ///
  /// - Parameters:
  ///   - sweep: what was swept.
  ///   - totals: the totals of its networks.
  ///   - curves: what is to be said of the networks' curves.
  ///   - isComplete: whether every block size was searched.
  ///   - indexFile: where all totals are to be found.
  ///   - form: how wide the lines may be, and whether they are coloured.
  /// - Returns: the lines.
  public static func lines(
    _ sweep: Sweep, _ totals: [SweepTotal], _ curves: [SweepCurve], isComplete: Bool, indexFile: String,
    form: TextForm = .plain
  ) -> [String] {
    var lines = form.fitted([
      answered(by: sweep.curveCount, isComplete: isComplete) + capacities(of: sweep) + sharing(sweep)
    ])
    if let template = sweep.template { lines += form.fitted([template.words]) }
    let buffers = totals.map(\.buffer).uniqued()
    // An accelerator has one Buffer, and its capacity is known.
    let namesAccelerators = totals.contains { $0.accelerator != nil }
    let table = table(totals, numbered: namesAccelerators ? [] : buffers)
    if buffers.count == 1, let buffer = buffers[0] { lines += form.fitted(["Buffer: \(layout(buffer))"]) }
    if table.lines.count <= 1 + 2 * mostListed {
      if buffers.count > 1 {
        let named = totals.map { (total: SweepTotal) in
          let name = total.accelerator.map { "of \($0)" } ?? buffers.firstIndex(of: total.buffer).map { "\($0 + 1)" }
          return "Buffer \(name ?? ""): \(layout(total.buffer))"
        }
        lines += form.fitted(named.uniqued())
      }
      // What alone tells rows apart goes last.
      let isTelling = { !(namesAccelerators && $0 == "widths") && table.varies($0) }
      let settings = Dictionary(grouping: ["widths", "reuse", "Buffer"], by: isTelling).mapValues { $0.map { [$0] } }
      let leftOut: [[String]] =
        [["layers"], ["at least", "limited by"], ["bound"], ["gap total"]] + settings[false, default: []]
        + (namesAccelerators ? [["capacity"]] : []) + [["time"], ["gap data"]] + settings[true, default: []]
      lines += [""] + table.lines(form, leavingOut: leftOut)
      if table.lines.count <= totals.count {
        lines += form.fitted(["", "at the first and the last capacity; all \(totals.count) totals are in \(indexFile)"])
      }
    } else {
      lines += ["all \(totals.count) totals are in \(indexFile)"]
    }
    let least = leastEnergies(curves, form: form)
    if !least.isEmpty, least.count <= 1 + mostListed { lines += [""] + least }
    if let note = WholeText.note(sweep.networks.flatMap { $0.entries.compactMap(\.partOf) }) {
      lines += [""] + form.fitted([note])
    }
    // What costs what the bound says no mapping beats.
    if !isComplete, totals.contains(where: { $0.gap.data.map { $0 > 0 } ?? true }) {
      lines += form.fitted(["", SearchStatistics.note(onIncomplete: "an optimum above its bound")])
    }
    return lines
  }

  /// How many curves there were of a part, and what to do with it.
  ///
  /// - Parameters:
  ///   - run: the part's sweep.
  ///   - shard: which part it is.
  ///   - isComplete: whether every block size was searched.
  /// - Returns: the lines.
  public static func lines(_ run: SweepRun, _ shard: SweepShard, isComplete: Bool) -> [String] {
    let others = shard.count == 1 ? "" : " with the other" + (shard.count == 2 ? "" : " \(shard.count - 1)")
    return [
      answered(by: run.curveCount, isComplete: isComplete) + capacities(of: run.sweep),
      "'tilebound merge' makes one file of it\(others)",
    ]
  }

  /// How many curves answered what was asked.
  private static func answered(by count: Int, isComplete: Bool) -> String {
    "\(count) \(isComplete ? "exact " : "")\(count.form(of: "curve")) answered them"
  }

  /// Where curves have optima.
  private static func capacities(of sweep: Sweep) -> String {
    sweep.settings.contains(where: sweep.knowsCapacitiesAlone) ? ", each at its capacities" : ", each at all capacities"
  }

  /// Which energy models share curves, and which cannot.
  private static func sharing(_ sweep: Sweep) -> String {
    let groups = Dictionary(grouping: Set(sweep.settings.flatMap(\.energyModels)), by: \.ratio)
      .map { (ratio: $0, names: $1.map(\.name).sorted()) }.sorted { $0.names[0] < $1.names[0] }
    if groups.count == 1 {
      return sweep.settings.allSatisfy { $0.energyModels.count == 1 }
        ? "" : " and for all energy models of its word widths"
    }
    let ratios = groups.map { "\($0.names.joined(separator: ", ")) \($0.ratio.read):\($0.ratio.write)" }
    return "; what is optimal depends on the ratio of read to write energy, so each has curves of its own: "
      + ratios.joined(separator: "; ")
  }

  /// A row for each total, or where there are many for the ends of the capacities of each network and setting.
  ///
  /// - Parameters:
  ///   - totals: the totals.
  ///   - buffers: how tensors lie in the Buffers that rows name by their number, where they are not the same in all rows.
  /// - Returns: the table.
  private static func table(_ totals: [SweepTotal], numbered buffers: [ResultRecord.Layout?]) -> TextTable {
    let namesAccelerators = totals.contains { $0.accelerator != nil }
    let namesLayouts = buffers.count > 1
    let namesTimes = totals.contains { $0.time != nil }
    let scales = scales(totals.map { ($0.energy.model, $0.energy.unit, [$0.energy.data]) })
    // Where MACs cost nothing, data are all of it.
    let namesTotal = totals.contains { $0.energy.total != $0.energy.data }
    var headers: [(String, TextTable.Alignment)] = [("network", .left)]
    if namesAccelerators { headers.append(("accelerator", .left)) }
    headers += [("energy", .left), ("widths", .left), ("reuse", .left)]
    if namesLayouts { headers.append(("Buffer", .left)) }
    headers += [
      ("layers", .right), ("capacity", .right), ("data", .right), ("bound", .right), ("gap data", .gap),
    ]
    if namesTotal { headers.append(("gap total", .gap)) }
    if namesTimes { headers += [("time", .right), ("at least", .right), ("limited by", .left)] }
    var table = TextTable(headers)
    for (index, total) in totals.enumerated() {
      let isFirst = index == 0 || !isSameSetting(totals[index - 1], total)
      let isLast = index + 1 == totals.count || !isSameSetting(total, totals[index + 1])
      if totals.count > mostListed, !isFirst, !isLast { continue }
      let scale = scales[total.energy.model] ?? EnergyScale(total.energy.unit, [])
      var row = [total.network]
      if namesAccelerators { row.append(total.accelerator ?? "") }
      row += [
        "\(total.energy.model) [\(scale.unit)]", total.bits.wordWidths.map(WidthsText.text) ?? "",
        Problem.Setting.reuseText(total.reuse, phases: total.phases),
      ]
      if namesLayouts { row.append(buffers.firstIndex(of: total.buffer).map { String($0 + 1) } ?? "") }
      row += [
        String(total.layers), CapacityText.text(Bits(total.capacityBits)), scale.text(total.energy.data),
        scale.text(total.lowerBound.data), total.gap.data.map(NumberText.percent) ?? "",
      ]
      if namesTotal { row.append(total.gap.total.map(NumberText.percent) ?? "") }
      if namesTimes {
        row += [
          total.time.map { TimeText.text($0.total) } ?? "", total.time?.bound.map(TimeText.text) ?? "",
          total.time?.limit ?? "",
        ]
      }
      table.add(row)
    }
    return table
  }

  /// One scale for each energy model's energies.
  private static func scales(_ energies: [(model: String, unit: String, values: [Double?])]) -> [String: EnergyScale] {
    Dictionary(grouping: energies, by: \.model).mapValues { EnergyScale($0[0].unit, $0.flatMap(\.values)) }
  }

  /// How tensors lie in the Buffer, in words.
  private static func layout(_ buffer: ResultRecord.Layout?) -> String {
    let words = LayoutText.words(buffer.flatMap { try? $0.layout() } ?? .shared)
    return words.isEmpty ? "shared" : words.joined(separator: ", ")
  }

  /// A row for each network and setting whose energy model tells what the Buffer costs: where the energy of all is least.
  private static func leastEnergies(_ curves: [SweepCurve], form: TextForm) -> [String] {
    var table = TextTable([
      ("network", .left), ("energy", .left), ("least energy at", .right), ("energy", .right), ("of all from", .right),
      ("to", .right),
    ])
    let known = curves.filter { $0.leastEnergy != nil }
    let scales = scales(known.map { ($0.energyModel, $0.unit, [$0.leastEnergy?.total]) })
    for curve in known {
      guard let least = curve.leastEnergy else { continue }
      let scale = scales[curve.energyModel] ?? EnergyScale(curve.unit, [])
      table.add([
        curve.network, "\(curve.energyModel) [\(scale.unit)]", CapacityText.text(Bits(least.capacityBits)),
        scale.text(least.total), CapacityText.text(Bits(least.fromBits)), CapacityText.text(Bits(least.toBits)),
      ])
    }
    return known.isEmpty ? [] : table.lines(form)
  }

  private static func isSameSetting(_ a: SweepTotal, _ b: SweepTotal) -> Bool {
    a.network == b.network && a.bits == b.bits && a.reuse == b.reuse && a.phases == b.phases && a.buffer == b.buffer
      && a.energy.model == b.energy.model && a.accelerator == b.accelerator
  }
}
