public import Interchange
import Workloads

/// Lower bounds for the terminal.
public enum BoundReport {
  /// A row for each family, layer and capacity; the best is marked.
  public static func lines(_ records: [BoundRecord]) -> [String] {
    var table = TextTable([
      ("layer", .left), ("capacity", .right), ("family", .left), ("discount", .right), ("read [bit]", .right),
      ("moved [bit]", .right), ("energy [\(records.first?.energy.unit ?? "")]", .right), ("", .left),
    ])
    for record in records {
      table.add([
        record.parts.map { WholeText.title(record.layer, parts: $0.count) } ?? record.layer,
        CapacityText.text(Bits(record.capacityBits)), record.family,
        record.discount.map { NumberText.fixed($0, decimals: 6) } ?? "", NumberText.grouped(record.readBits),
        NumberText.grouped(record.readBits + record.writtenBits), NumberText.grouped(record.energy.total),
        record.isBest ? "best" : "",
      ])
    }
    return table.lines
  }
}
