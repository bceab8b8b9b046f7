public import Answers
import EnergyModel
import Interchange
import LowerBounds
import Workloads

/// Lower bounds for the terminal.
public enum BoundReport {
  /// A row for each family, layer and capacity; the best is marked.
  public static func lines(_ bounds: [BoundAnswer], form: TextForm = .plain) -> [String] {
    let model = bounds.first?.energy.model ?? .bitsMoved
    let scale = EnergyScale(model.unit, bounds.map(\.energy.total))
    // Where energy is bits moved, it is there.
    let namesEnergy = !model.countsBits
    var table = TextTable(
      [
        ("layer", .left), ("capacity", .right), ("family", .left), ("discount", .right), ("read [bit]", .right),
        ("moved [bit]", .right),
      ] + (namesEnergy ? [("energy [\(scale.unit)]", .right)] : []) + [("", .mark)])
    for answer in bounds {
      let (whole, bound) = (answer.whole, answer.bound)
      table.add(
        [
          whole.hasParts ? WholeText.title(whole) : whole.name, CapacityText.text(answer.capacity),
          bound.family.rawValue,
          bound.discount.map { NumberText.fixed($0, decimals: 6) } ?? "", NumberText.grouped(bound.read),
          NumberText.grouped(bound.total),
        ] + (namesEnergy ? [scale.text(answer.energy.total)] : []) + [answer.isBest ? "best" : ""])
    }
    return table.lines(form, leavingOut: [["discount"], ["read [bit]"]] + (namesEnergy ? [["moved [bit]"]] : []))
  }
}
