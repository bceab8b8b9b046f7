public import Sweeps

/// What a sweep is estimated to take, for the terminal, and how far that is from what it took.
public enum PlanReport {
  /// The most layers that are named whose estimates are furthest from what they took.
  private static let mostNamed = 6

  /// A row for each part, and one for all together where there are several.
  ///
  /// - Parameters:
  ///   - estimates: the parts.
  ///   - threads: layers worked on side by side.
  ///   - form: how wide the lines may be, and whether they are coloured.
  /// - Returns: the lines.
  public static func lines(_ estimates: [SweepEstimate], threads: Int, form: TextForm = .plain) -> [String] {
    var table = TextTable([
      ("shard", .left), ("layers", .right), ("curves", .right), ("records", .right), ("seconds", .right),
      ("longest", .right), ("memory", .right),
    ])
    for estimate in estimates {
      table.add(
        [estimate.shard?.text ?? "whole"]
          + [estimate.layers, estimate.curves, estimate.records].map(NumberText.grouped)
          + [seconds(estimate.seconds), seconds(estimate.longest), megabytes(estimate.bytes)])
    }
    if estimates.count > 1 {
      func sum(_ value: (SweepEstimate) -> Int) -> String {
        NumberText.grouped(estimates.reduce(0) { $0 + value($1) })
      }
      table.add([
        "all", sum(\.layers), sum(\.curves), sum(\.records), seconds(estimates.reduce(0) { $0 + $1.seconds }),
        seconds(estimates.map(\.longest).max() ?? 0), "",
      ])
    }
    let heading =
      "Estimated seconds on one thread, and memory with \(threads) \(threads == 1 ? "thread:" : "threads:")"
    return form.fitted([heading, ""])
      + table.lines(form, leavingOut: [["curves"], ["records"], ["layers"], ["longest"]])
  }

  /// How far estimates are from times: the share within a factor of two, and those furthest.
  ///
  /// - Parameters:
  ///   - costs: estimates and times, at least one.
  ///   - form: how wide the lines may be, and whether they are coloured.
  /// - Returns: the lines.
  public static func lines(_ costs: [MeasuredCost], form: TextForm = .plain) -> [String] {
    // Times below a microsecond, of which no layer has any, would have no ratio.
    let ratios = costs.map { (cost: $0, ratio: $0.estimated / max($0.measured, 1e-6)) }.sorted { $0.ratio < $1.ratio }
    let near = ratios.count { (0.5...2).contains($0.ratio) }
    func ratio(_ part: Double) -> String {
      NumberText.factor(ratios[Int(part * Double(ratios.count - 1))].ratio)
    }
    var table = TextTable([
      ("network", .left), ("layer", .left), ("reuse", .left), ("estimated", .right), ("measured", .right),
      ("ratio", .right),
    ])
    let furthest = ratios.sorted { max($0.ratio, 1 / $0.ratio) > max($1.ratio, 1 / $1.ratio) }
    for (cost, ratio) in furthest.prefix(mostNamed) {
      table.add([
        cost.network, cost.layer, cost.reuse, seconds(cost.estimated), seconds(cost.measured), NumberText.factor(ratio),
      ])
    }
    let (estimated, measured) = (costs.reduce(0) { $0 + $1.estimated }, costs.reduce(0) { $0 + $1.measured })
    return form.fitted([
      "measured \(seconds(measured)) s of a processor on one thread, estimated \(seconds(estimated)) s",
      "within a factor of two: \(near) of \(costs.count), \(NumberText.percent(Double(near) / Double(costs.count)))",
      "estimated over measured: median \(ratio(0.5)), nine in ten \(ratio(0.05)) to \(ratio(0.95)); furthest:",
      "",
    ]) + table.lines(form, leavingOut: [["reuse"], ["network"], ["measured", "estimated"]])
  }

  private static func seconds(_ value: Double) -> String {
    NumberText.fixed(value, decimals: value < 1 ? 4 : value < 100 ? 1 : 0)
  }

  private static func megabytes(_ bytes: Int) -> String { "\(NumberText.grouped((bytes + 999_999) / 1_000_000)) MB" }
}
