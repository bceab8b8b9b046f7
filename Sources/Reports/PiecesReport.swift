public import Answers
import EnergyModel
import Interchange
import Mappings
import Workloads

/// Mappings in pieces for the terminal.
public struct PiecesReport {
  private let answers: [PiecesAnswer]
  private let form: TextForm

  /// A report of answers of one network in one setting, laid out in a form.
  public init(_ answers: [PiecesAnswer], form: TextForm = .plain) { (self.answers, self.form) = (answers, form) }

  /// A row for each layer with what pieces save, and their total when there are several.
  public var table: [String] {
    guard let unit = answers.first?.energy.unit else { return [] }
    let scale = EnergyScale(
      unit, answers.flatMap { [$0.energy.total, $0.bound?.total, $0.single.map { Energies($0.energy).total }] })
    var table = TextTable([
      ("layer", .left), ("count", .right), ("pieces", .right), ("energy [\(scale.unit)]", .right), ("one nest", .right),
      ("saved", .right), ("bound", .right), ("gap", .gap),
    ])
    func row(
      _ name: String, _ count: Int, _ pieces: String, _ energy: Double, _ single: Double?, _ bound: Double?
    ) -> [String] {
      [
        name, String(count), pieces, scale.text(energy), single.map(scale.text) ?? "",
        single.map { NumberText.percent($0 > 0 ? 1 - energy / $0 : 0) } ?? "", bound.map(scale.text) ?? "",
        bound.map { $0 > 0 ? NumberText.percent(energy / $0 - 1) : "" } ?? "",
      ]
    }
    for answer in answers {
      table.add(
        row(
          answer.name, answer.entry.count, String(answer.evaluation.pieces.count), answer.energy.total,
          answer.single.map { Energies($0.energy).total }, answer.bound?.total))
    }
    if answers.count > 1 {
      func sum(_ value: (PiecesAnswer) -> Double?) -> Double? {
        answers.reduce(0) { sum, answer in
          guard let sum, let value = value(answer) else { return nil }
          return sum + Double(answer.entry.count) * value
        }
      }
      table.add(
        row(
          "total", answers.reduce(0) { $0 + $1.entry.count }, "", sum(\.energy.total) ?? 0,
          sum { $0.single.map { Energies($0.energy).total } }, sum { $0.bound?.total }))
    }
    return table.lines(form, leavingOut: [["bound"], ["one nest"], ["count"]])
  }

  /// Each layer's costs and its pieces, every one with its nest; in lines of 80 characters where there is no limit.
  public var details: [String] { TextLines.fitted(answers.flatMap(Self.details), width: form.width ?? 80) }

  private static func details(_ answer: PiecesAnswer) -> [String] {
    let (traffic, energy, carried) = (answer.traffic, answer.energy, answer.evaluation.carried)
    let count = answer.evaluation.pieces.count
    func bits(_ name: String, _ bits: Bits) -> String { "\(name) \(NumberText.grouped(bits))" }
    let single = answer.single.map { Energies($0.energy).total }
    let scale = EnergyScale(energy.unit, [energy.compute, energy.data, single, answer.bound?.total])
    var lines = ["\(answer.name): \(count == 1 ? "one nest" : "\(count) pieces, one after the other")"]
    if energy.model.countsBits {
      lines.append("  traffic    \(NumberText.grouped(traffic.total)) bit")
    } else {
      lines.append(
        "  energy     \(scale.text(energy.total)) \(scale.unit): compute \(scale.text(energy.compute)), data "
          + scale.text(energy.data))
    }
    if let single, count > 1 {
      let saved = single > 0 ? NumberText.percent(1 - energy.total / single) : "nothing"
      lines.append(
        "  one nest   \(scale.text(single)) \(scale.unit), of which the pieces save \(saved)")
    }
    if let bound = answer.bound {
      let gap = answer.gap?.total.map { ", gap \(NumberText.percent($0))" } ?? ""
      lines.append(
        "  bound      \(scale.text(bound.total)) \(scale.unit) for every schedule (\(WholeText.family(bound)))\(gap)"
      )
    }
    let biases = traffic.biasesRead > .zero ? [bits("biases", traffic.biasesRead)] : []
    let read = [bits("inputs", traffic.inputsRead), bits("weights", traffic.weightsRead)] + biases
    let written = [bits("partial sums", traffic.partialSumsWritten), bits("outputs", traffic.outputsWritten)]
    lines += [
      "  read       \((read + [bits("partial sums", traffic.partialSumsRead)]).joined(separator: ", ")) bit",
      "  written    \(written.joined(separator: ", ")) bit",
    ]
    if count > 1 {
      lines.append(
        "  carried    from piece to piece: words of inputs \(NumberText.grouped(carried.inputs.count)), weights "
          + "\(NumberText.grouped(carried.weights.count)), outputs \(NumberText.grouped(carried.outputs.count))")
    }
    let capacity = answer.capacity.map { " of \(CapacityText.text($0))" } ?? ""
    lines.append("  occupancy  \(NumberText.grouped(answer.occupancy)) bit\(capacity)")
    if let parts = answer.partsSearched {
      lines.append("  search     the best nests of \(NumberText.grouped(parts)) \(parts == 1 ? "part" : "parts")")
    }
    if answer.replayAgrees == true {
      lines.append("  replay     every MAC ran once on operands in the Buffer; the counts are the same")
    }
    var piece = 0
    return lines + drawing(answer, answer.evaluation.tree, indent: "  ", &piece) + [""]
  }

  /// A mapping as an outline: splits, and pieces with their nests.
  private static func drawing(
    _ answer: PiecesAnswer, _ tree: MappingTree, indent: String, _ piece: inout Int
  ) -> [String] {
    switch tree {
    case .nest(let mapping):
      let (own, held) = (answer.evaluation.pieces[piece], answer.evaluation.occupancies[piece])
      piece += 1
      let sizes = Dimension.allCases.filter { answer.layer[$0] > 1 }.map { dimension in
        let range = own.region[dimension.index]
        return range.count == answer.layer[dimension]
          ? "\(dimension.rawValue) \(range.count)"
          : "\(dimension.rawValue) \(range.lowerBound)...\(range.upperBound - 1)"
      }
      let parts =
        (sizes.isEmpty ? ["one MAC"] : sizes) + [
          mapping.dataflow.rawValue, "holds \(NumberText.grouped(held.bits(answer.setting.widths))) bit",
        ]
      return [
        "\(indent)piece \(piece): \(parts.joined(separator: ", "))", "\(indent)  \(NestText.text(mapping))",
      ]
    case .split(let dimension, let place, let first, let rest):
      let name = dimension.rawValue
      return ["\(indent)split \(name), its first \(NumberText.grouped(place)):"]
        + drawing(answer, first, indent: indent + "  ", &piece) + ["\(indent)then the rest of \(name):"]
        + drawing(answer, rest, indent: indent + "  ", &piece)
    }
  }
}
