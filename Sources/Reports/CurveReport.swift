public import Answers
public import EnergyModel
public import Interchange
import MappingSearch
import Mappings
public import Workloads

/// Pareto curves for the terminal.
public enum CurveReport {
  /// A row for each curve: its points, where it begins and where its knees are.
  ///
  /// - Parameters:
  ///   - curves: what is to be said of them; all have the same knees.
  ///   - unit: the unit of their energies.
  ///   - form: how wide the lines may be, and whether they are coloured.
  /// - Returns: the lines.
  public static func summary(_ curves: [CurveSummary], unit: String, form: TextForm = .plain) -> [String] {
    guard let first = curves.first else { return [] }
    let knees = first.knees.map { $0.within == 0 ? "attains least" : "within \(NumberText.percent($0.within))" }
    let hasLeast = first.leastEnergy != nil
    let scale = EnergyScale(unit, curves.map { hasLeast ? $0.leastEnergy?.total : $0.knees.last?.data })
    var table = TextTable(
      [("layer", .left), ("count", .right), ("points", .right), ("fits from", .right)]
        + knees.map { (hasLeast ? "moves \($0)" : $0, .right) }
        + (hasLeast
          ? [("least energy at", .right), ("energy [\(scale.unit)]", .right)]
          : [("least data [\(scale.unit)]", .right)]))
    for curve in curves {
      table.add(
        [
          curve.parts.map { WholeText.title(curve.layer ?? "", parts: $0.count) } ?? curve.layer ?? "total",
          String(curve.count), NumberText.grouped(curve.points),
          CapacityText.text(Bits(curve.leastCapacityBits)),
        ] + curve.knees.map { CapacityText.text(Bits($0.capacityBits)) }
          + (curve.leastEnergy.map { [CapacityText.text(Bits($0.capacityBits)), scale.text($0.total)] }
            ?? [curve.knees.last.map { scale.text($0.data) } ?? ""]))
    }
    return table.lines(form, leavingOut: [["points"], ["fits from"], ["count"]])
  }

  /// What an accelerator's own Buffer comes to, beside the curve's least.
  public static func ownBuffer(of accelerator: Accelerator, _ curve: TotalCurve) -> [String] {
    let capacity = CapacityText.text(accelerator.capacity)
    guard let own = curve.energies(at: accelerator.capacity) else {
      return ["", "\(accelerator.name): nothing fits its Buffer of \(capacity)"]
    }
    let last = curve.steps.points.last.flatMap { curve.energies(at: $0.capacity) }
    let (value, least, what) =
      curve.capacities == nil
      ? (own.data, last?.data ?? 0, "data") : (own.total, curve.least?.energies.total ?? 0, "energy")
    let above = least > 0 ? ", \(NumberText.percent(value / least - 1)) above the least" : ""
    let scale = EnergyScale(own.unit, [value])
    return [
      "", "\(accelerator.name): \(what) \(scale.text(value)) \(scale.unit) in its Buffer of \(capacity)\(above)",
    ]
  }

  /// What is to be known of layers that are given in parts, and of energies that have the Buffer's own; empty where there is
  /// nothing.
  public static func notes(_ entries: [Network.Entry], _ curves: [CurveSummary]) -> [String] {
    let notes = [
      WholeText.note(entries.compactMap(\.partOf)),
      curves.first?.leastEnergy.map { least in
        "capacities are those from \(CapacityText.text(Bits(least.fromBits))) to \(CapacityText.text(Bits(least.toBits))), of "
          + "which the energy model tells what the Buffer costs;\nleast is the energy of MACs, of the Buffer and of moving "
          + "data together, of all these capacities"
      },
    ]
    return notes.compactMap(\.self).flatMap { ["", $0] }
  }

  /// A row for each point of a layer's curve, laid out in a form.
  public static func points(_ answers: [Answer], form: TextForm = .plain) -> [String] {
    guard let unit = answers.first?.energy.unit else { return [] }
    let scale = EnergyScale(unit, answers.map(\.energy.data))
    var table = TextTable([
      ("capacity [bit]", .right), ("data [\(scale.unit)]", .right), ("bound [\(scale.unit)]", .right),
      ("gap data", .gap),
      ("dataflow", .left), ("attained by", .left), ("mapping", .left),
    ])
    for answer in answers {
      table.add([
        NumberText.grouped(answer.capacity ?? answer.occupancy), scale.text(answer.energy.data),
        answer.bound.map { scale.text($0.data) } ?? "", answer.gap?.data.map(NumberText.percent) ?? "",
        DataflowsText.own(answer), DataflowsText.attaining(answer), NestText.text(answer.mapping),
      ])
    }
    return table.lines(form, leavingOut: [["mapping"], ["attained by"]])
  }

  /// A row for some points of a network's curve.
  ///
  /// - Parameters:
  ///   - totals: the points.
  ///   - last: the curve's last point.
  ///   - leastEnergy: where the energy of all is the least, if what the Buffer costs is in it.
  ///   - isSampled: whether they are values at powers of two, which needs to be said.
  ///   - form: how wide the lines may be, and whether they are coloured.
  /// - Returns: the lines.
  public static func total(
    _ totals: [CurveTotal], last: CurveTotal?, leastEnergy: CurveSummary.LeastEnergy?, isSampled: Bool,
    form: TextForm = .plain
  ) -> [String] {
    guard let unit = totals.first?.energy.unit, let last else { return [] }
    let scale = EnergyScale(unit, totals.map(\.energy.data))
    // Where MACs cost nothing, data are all of it.
    let namesTotal = totals.contains { $0.energy.total != $0.energy.data }
    func overLeast(_ total: CurveTotal) -> String {
      let (value, least) =
        leastEnergy.map { (total.energy.total, $0.total) } ?? (total.energy.data, last.energy.data)
      return least > 0 ? NumberText.fixed(value / least, decimals: 3) : ""
    }
    var table = TextTable(
      [("capacity", .right), ("data [\(scale.unit)]", .right)]
        + (namesTotal ? [("total [\(scale.unit)]", .right)] : [])
        + [("\(leastEnergy == nil ? "data" : "total") over least", .right)])
    for total in totals {
      table.add(
        [CapacityText.text(Bits(total.capacityBits)), scale.text(total.energy.data)]
          + (namesTotal ? [scale.text(total.energy.total)] : []) + [overLeast(total)])
    }
    let note = ["", "all layers together at powers of two; --format csv and json have every point"]
    return table.lines(form) + (isSampled ? form.fitted(note) : [])
  }
}
