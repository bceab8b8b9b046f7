public import Answers
public import Interchange
import Mappings
public import Workloads

/// Pareto curves for the terminal.
public enum CurveReport {
  /// A row for each curve: its points, where it begins and where its knees are.
  ///
  /// - Parameters:
  ///   - curves: what is to be said of them; all have the same knees.
  ///   - unit: the unit of their energies.
  /// - Returns: the lines.
  public static func summary(_ curves: [CurveSummary], unit: String) -> [String] {
    guard let first = curves.first else { return [] }
    let knees = first.knees.map { $0.within == 0 ? "attains least" : "within \(NumberText.percent($0.within))" }
    var table = TextTable(
      [("layer", .left), ("count", .right), ("points", .right), ("fits from", .right)]
        + knees.map { ($0, .right) } + [("least data [\(unit)]", .right)])
    for curve in curves {
      table.add(
        [
          curve.parts.map { WholeText.title(curve.layer ?? "", parts: $0.count) } ?? curve.layer ?? "total",
          String(curve.count), NumberText.grouped(curve.points),
          CapacityText.text(Bits(curve.leastCapacityBits)),
        ] + curve.knees.map { CapacityText.text(Bits($0.capacityBits)) }
          + [curve.knees.last.map { NumberText.grouped($0.data) } ?? ""])
    }
    return table.lines
  }

  /// What is to be known of layers that are given in parts; empty where none is.
  public static func notes(_ entries: [Network.Entry]) -> [String] {
    WholeText.note(entries.compactMap(\.partOf)).map { ["", $0] } ?? []
  }

  /// A row for each point of a layer's curve.
  public static func points(_ answers: [Answer]) -> [String] {
    guard let unit = answers.first?.energy.unit else { return [] }
    var table = TextTable([
      ("capacity [bit]", .right), ("data [\(unit)]", .right), ("bound [\(unit)]", .right), ("gap data", .right),
      ("dataflow", .left), ("attained by", .left), ("mapping", .left),
    ])
    for answer in answers {
      table.add([
        NumberText.grouped(answer.capacity ?? answer.occupancy), NumberText.grouped(answer.energy.data),
        answer.bound.map { NumberText.grouped($0.data) } ?? "", answer.gap?.data.map(NumberText.percent) ?? "",
        answer.dataflow.rawValue, DataflowsText.attaining(answer), NestText.text(answer.mapping),
      ])
    }
    return table.lines
  }

  /// A row for some points of a network's curve.
  ///
  /// - Parameters:
  ///   - totals: the points.
  ///   - least: the curve's last point.
  ///   - isSampled: whether they are values at powers of two, which needs to be said.
  /// - Returns: the lines.
  public static func total(_ totals: [CurveTotal], least: CurveTotal?, isSampled: Bool) -> [String] {
    guard let unit = totals.first?.energy.unit, let least else { return [] }
    var table = TextTable([
      ("capacity", .right), ("data [\(unit)]", .right), ("total [\(unit)]", .right), ("data over least", .right),
    ])
    for total in totals {
      table.add([
        CapacityText.text(Bits(total.capacityBits)), NumberText.grouped(total.energy.data),
        NumberText.grouped(total.energy.total),
        least.energy.data > 0 ? NumberText.fixed(total.energy.data / least.energy.data, decimals: 3) : "",
      ])
    }
    return table.lines
      + (isSampled ? ["", "all layers together at powers of two; --format csv and json have every point"] : [])
  }
}
