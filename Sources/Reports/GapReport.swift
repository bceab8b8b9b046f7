public import Interchange
import Mappings
import Workloads

/// Optima beside lower bounds for the terminal.
public enum GapReport {
  /// A table for the layers, those that are given in parts and totals at each capacity, and the median and the worst gap
  /// of all.
  ///
  /// - Parameters:
  ///   - byCapacity: the layers' records at each capacity, compared with bounds.
  ///   - showsLayers: whether the layers have rows, or the totals alone.
  /// - Returns: the lines.
  public static func lines(_ byCapacity: [[ResultRecord]], showsLayers: Bool) -> [String] {
    guard let first = byCapacity.first?.first else { return [] }
    let unit = first.energy.unit
    var table = TextTable(
      [
        ("layer", .left), ("count", .right), ("capacity", .right), ("optimum data [\(unit)]", .right),
        ("bound data [\(unit)]", .right), ("family", .left), ("gap data", .right), ("gap total", .right),
        ("attained by", .left),
      ] + Dataflow.allCases.map { ($0.rawValue, .right) } + ReferenceDataflow.allCases.map { ($0.rawValue, .right) })
    func multiples(_ dataflows: [String: Double]?, _ references: [String: Double]?, of data: Double) -> [String] {
      (Dataflow.allCases.map { dataflows?[$0.rawValue] } + ReferenceDataflow.allCases.map { references?[$0.rawValue] })
        .map { value in value.map { data > 0 ? NumberText.fixed($0 / data, decimals: 3) : "" } ?? "" }
    }
    func row(
      _ name: String, _ count: Int, _ capacity: Int, _ energy: ResultRecord.Energies, _ bound: ResultRecord.Bound?,
      _ gap: ResultRecord.Gap?, _ dataflows: String
    ) -> [String] {
      [
        name, String(count), CapacityText.text(Bits(capacity)), NumberText.grouped(energy.data),
        bound.map { NumberText.grouped($0.data) } ?? "", bound?.family ?? "", gap?.data.map(NumberText.percent) ?? "",
        gap?.total.map(NumberText.percent) ?? "", dataflows,
      ]
    }
    for records in byCapacity {
      if showsLayers {
        let wholes = WholeRecord.all(of: records)
        for (index, record) in records.enumerated() {
          table.add(
            row(
              record.layer, record.count, record.capacityBits ?? 0, record.energy, record.lowerBound, record.gap,
              DataflowsText.attaining(record)) + multiples(record.dataflows, record.references, of: record.energy.data))
          guard let whole = wholes.first(where: { $0.ends(with: index, of: records) }) else { continue }
          table.add(
            row(
              WholeText.title(whole), whole.count, whole.capacityBits, whole.energy, whole.lowerBound, whole.gap,
              WholeText.schedule(whole)) + multiples(whole.dataflows, whole.references, of: whole.energy.data))
        }
      }
      if records.count > 1 || !showsLayers, let total = NetworkTotal(records) {
        table.add(
          row("total", total.layers, total.capacityBits, total.energy, total.lowerBound, total.gap, "")
            + multiples(total.dataflows, total.references, of: total.energy.data))
      }
    }
    let records = byCapacity.flatMap { $0 }
    let incomplete = records.contains { $0.search?.complete == false }
    let note = "not every block size of so long an axis was searched: an optimum may be lower"
    return table.lines + summary(records) + (incomplete ? ["", note] : [])
      + (WholeText.note(records).map { ["", $0] } ?? [])
  }

  /// The median and the worst gap in data energy.
  private static func summary(_ records: [ResultRecord]) -> [String] {
    let ofLayers = records.map { (gap: $0.gap?.data, layer: $0.layer, capacity: $0.capacityBits ?? 0) }
    let ofWholes = WholeRecord.all(of: records).map { (gap: $0.gap.data, layer: $0.layer, capacity: $0.capacityBits) }
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
          ? " (\(worst.layer) at \(CapacityText.text(Bits(worst.capacity))))" : ""),
      DataflowCounts(records).text(),
      "columns \(Dataflow.allCases[0].rawValue) to \(ReferenceDataflow.allCases.last?.rawValue ?? ""): data energy over "
        + "the optimum's; a reference dataflow is left out where it does not fit",
    ]
  }
}
