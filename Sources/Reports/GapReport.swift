public import Answers
import Interchange
import Mappings
import Workloads

/// Optima beside lower bounds for the terminal.
public enum GapReport {
  /// A table for the layers, those that are given in parts and totals at each capacity, and the median and the worst gap
  /// of all.
  ///
  /// - Parameters:
  ///   - byCapacity: the layers' answers at each capacity, compared with bounds.
  ///   - showsLayers: whether the layers have rows, or the totals alone.
  ///   - form: how wide the lines may be, and whether they are coloured.
  /// - Returns: the lines.
  public static func lines(_ byCapacity: [[Answer]], showsLayers: Bool, form: TextForm = .plain) -> [String] {
    guard let first = byCapacity.first?.first else { return [] }
    let scale = EnergyScale(first.energy.unit, byCapacity.joined().map(\.energy.data))
    // Where energy is bits moved, data are all of it.
    let namesTotal = !first.energy.model.countsBits
    let answers = byCapacity.flatMap { $0 }
    // Of a template's nests it is not asked.
    let namesDataflows = answers.contains { $0.optimalDataflows != nil || $0.partOf != nil }
    let bound = "bound data [\(scale.unit)]"
    var table = TextTable(
      [
        ("layer", .left), ("count", .right), ("capacity", .right), ("optimum data [\(scale.unit)]", .right),
        (bound, .right), ("family", .left), ("gap data", .gap),
      ] + (namesTotal ? [("gap total", .gap)] : []) + (namesDataflows ? [("attained by", .left)] : [])
        + Dataflow.allCases.map { ($0.rawValue, .right) } + ReferenceDataflow.allCases.map { ($0.rawValue, .right) })
    func multiples(
      _ dataflows: [Dataflow: Double]?, _ references: [ReferenceDataflow: Double]?, of data: Double
    ) -> [String] {
      (Dataflow.allCases.map { dataflows?[$0] } + ReferenceDataflow.allCases.map { references?[$0] })
        .map { value in value.map { data > 0 ? NumberText.fixed($0 / data, decimals: 3) : "" } ?? "" }
    }
    func row(
      _ name: String, _ count: Int, _ capacity: Bits, _ energy: Energies, _ bound: EnergyBound?,
      _ gap: Gap?, _ dataflows: String
    ) -> [String] {
      [
        name, String(count), CapacityText.text(capacity), scale.text(energy.data),
        bound.map { scale.text($0.data) } ?? "", bound.map(WholeText.family) ?? "",
        gap?.data.map(NumberText.percent) ?? "",
      ] + (namesTotal ? [gap?.total.map(NumberText.percent) ?? ""] : []) + (namesDataflows ? [dataflows] : [])
    }
    for answers in byCapacity {
      if showsLayers {
        let wholes = WholeAnswer.all(of: answers)
        for (index, answer) in answers.enumerated() {
          table.add(
            row(
              answer.name, answer.count, answer.capacity ?? .zero, answer.energy, answer.bound, answer.gap,
              DataflowsText.attaining(answer)) + multiples(answer.dataflows, answer.references, of: answer.energy.data))
          guard let whole = wholes.first(where: { $0.ends(with: index, of: answers) }) else { continue }
          table.add(
            row(
              WholeText.title(whole.whole), whole.whole.count, whole.capacity, whole.energy, whole.bound, whole.gap,
              WholeText.schedule(whole)) + multiples(whole.dataflows, whole.references, of: whole.energy.data))
        }
      }
      if answers.count > 1 || !showsLayers, let total = NetworkAnswer(answers) {
        table.add(
          row("total", total.layers, total.capacity, total.energy, total.bound, total.gap, "")
            + multiples(total.dataflows, total.references, of: total.energy.data))
      }
    }
    let compared = Dataflow.allCases.map(\.rawValue) + ReferenceDataflow.allCases.map(\.rawValue)
    let rows = table.lines(
      form,
      leavingOut: [compared, ["family"]]
        + (showsLayers
          ? [["gap total"], ["count"], [bound], ["attained by"]]
          : [["attained by"], ["gap total"], [bound], ["count"]]))
    // The last line of the summary explains columns.
    let isCompared = compared.allSatisfy { rows.first?.contains($0) == true }
    let notes = isCompared ? summary(answers) : Array(summary(answers).dropLast())
    return rows + form.fitted(notes + Answer.notes(answers).flatMap { ["", $0] })
  }

  /// The median and the worst gap in data energy.
  private static func summary(_ answers: [Answer]) -> [String] {
    let ofLayers = answers.map { (gap: $0.gap?.data, layer: $0.name, capacity: $0.capacity ?? .zero) }
    let ofWholes = WholeAnswer.all(of: answers).map { (gap: $0.gap.data, layer: $0.name, capacity: $0.capacity) }
    let gaps = (ofLayers + ofWholes).compactMap { entry in
      entry.gap.map { (gap: $0, layer: entry.layer, capacity: entry.capacity) }
    }.sorted { $0.gap < $1.gap }
    guard gaps.count > 1, let worst = gaps.last else { return [] }
    let middle = gaps.count / 2
    let median = gaps.count % 2 == 1 ? gaps[middle].gap : (gaps[middle - 1].gap + gaps[middle].gap) / 2
    return [
      "",
      "gap in data energy over \(gaps.count) distinct layers and capacities: median \(NumberText.percent(median)), "
        + "worst \(NumberText.percent(worst.gap))"
        + (worst.gap > 0
          ? " (\(worst.layer) at \(CapacityText.text(worst.capacity)))" : ""),
    ] + (answers.contains { $0.optimalDataflows != nil } ? [DataflowCounts(answers).text()] : []) + [
      "columns \(Dataflow.allCases[0].rawValue) to \(ReferenceDataflow.allCases.last?.rawValue ?? ""): data energy over "
        + "the optimum's; a reference dataflow is left out where it does not fit"
    ]
  }
}
