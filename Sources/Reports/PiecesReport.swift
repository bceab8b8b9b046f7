public import Answers
import EnergyModel
import Interchange
import Mappings
public import Workloads

/// Mappings in pieces for the terminal.
public struct PiecesReport {
  private let answers: [PiecesAnswer]
  private let form: TextForm

  /// A report of answers of one network in one setting, laid out in a form.
  public init(_ answers: [PiecesAnswer], form: TextForm = .plain) { (self.answers, self.form) = (answers, form) }

  /// A row for each layer with what pieces save, and their total when there are several.
  public var table: [String] {
    guard let unit = answers.first?.answer.energy.unit else { return [] }
    let scale = EnergyScale(unit, answers.map(\.answer.energy.total))
    var table = TextTable([
      ("layer", .left), ("count", .right), ("pieces", .right), ("energy [\(scale.unit)]", .right), ("one nest", .right),
      ("saved", .right), ("bound", .right), ("gap", .gap),
    ])
    func row(
      _ name: String, _ count: Int, pieces: Int? = nil, _ energy: Double, _ single: Double?, _ bound: Double?
    ) -> [String] {
      [
        name, String(count), pieces.map(String.init) ?? "", scale.text(energy), single.map(scale.text) ?? "",
        single.map { NumberText.percent($0 > 0 ? 1 - energy / $0 : 0) } ?? "", bound.map(scale.text) ?? "",
        bound.map { $0 > 0 ? NumberText.percent(energy / $0 - 1) : "" } ?? "",
      ]
    }
    let (all, singles) = (answers.map(\.answer), answers.compactMap(\.singleAnswer))
    let (wholes, singleWholes) = (WholeAnswer.all(of: all), WholeAnswer.all(of: singles))
    for (index, answer) in answers.enumerated() {
      let own = answer.answer
      table.add(
        row(
          own.name, own.count, pieces: answer.evaluation.pieces.count, own.energy.total,
          answer.singleAnswer?.energy.total, own.bound?.total))
      guard let whole = wholes.first(where: { $0.ends(with: index, of: all) }) else { continue }
      table.add(
        row(
          WholeText.title(whole.whole), whole.whole.count, whole.energy.total,
          singleWholes.first { $0.name == whole.name }?.energy.total, whole.bound.total))
    }
    if answers.count > 1, let total = NetworkAnswer(all) {
      table.add(
        row("total", total.layers, total.energy.total, NetworkAnswer(singles)?.energy.total, total.bound?.total))
    }
    return table.lines(form, leavingOut: [["bound"], ["one nest"], ["count"]])
      + form.fitted(WholeText.note(all).map { ["", $0] } ?? [])
  }

  /// A row for each capacity with what pieces save of moving data, and the number of pieces where it is of one layer.
  ///
  /// - Parameters:
  ///   - capacities: the Buffer's sizes, each with the answers of all layers there.
  ///   - form: how wide the lines may be, and whether they are coloured.
  /// - Returns: the lines.
  public static func curve(_ capacities: [(Bits, [PiecesAnswer])], form: TextForm = .plain) -> [String] {
    let rows = capacities.compactMap { capacity, answers -> (Bits, [PiecesAnswer], NetworkAnswer, NetworkAnswer)? in
      guard let all = NetworkAnswer(answers.map(\.answer)),
        let single = NetworkAnswer(answers.compactMap(\.singleAnswer))
      else { return nil }
      return (capacity, answers, all, single)
    }
    guard let unit = capacities.first?.1.first?.answer.energy.unit else { return [] }
    let scale = EnergyScale(unit, rows.flatMap { [$2.energy.data, $3.energy.data] })
    let isOfOneLayer = capacities.allSatisfy { $0.1.count == 1 }
    var table = TextTable(
      [("capacity", .right)] + (isOfOneLayer ? [("pieces", .right)] : []) + [
        ("data [\(scale.unit)]", .right), ("one nest", .right), ("saved", .right), ("bound", .right),
        ("gap data", .gap),
      ])
    for (capacity, answers, all, single) in rows {
      let (data, nest) = (all.energy.data, single.energy.data)
      table.add(
        [CapacityText.text(capacity)] + (isOfOneLayer ? [String(answers[0].evaluation.pieces.count)] : []) + [
          scale.text(data), scale.text(nest), NumberText.percent(nest > 0 ? 1 - data / nest : 0),
          all.bound.map { scale.text($0.data) } ?? "", all.gap?.data.map(NumberText.percent) ?? "",
        ])
    }
    return table.lines(form, leavingOut: [["bound"]])
  }

  /// Each layer's costs and its pieces, every one with its nest; in lines of 80 characters where there is no limit.
  public var details: [String] { TextLines.fitted(answers.flatMap(Self.details), width: form.width ?? 80) }

  private static func details(_ given: PiecesAnswer) -> [String] {
    let (answer, evaluation) = (given.answer, given.evaluation)
    let (traffic, energy, carried) = (answer.traffic, answer.energy, evaluation.carried)
    let count = evaluation.pieces.count
    func bits(_ name: String, _ bits: Bits) -> String { "\(name) \(NumberText.grouped(bits))" }
    let single = given.singleAnswer?.energy.total
    let scale = EnergyScale(energy.unit, [energy.total])
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
    if let parts = given.partsSearched {
      lines.append("  search     the best nests of \(NumberText.grouped(parts)) \(parts.form(of: "part"))")
    }
    if answer.replayAgrees == true {
      lines.append("  replay     every MAC ran once on operands in the Buffer; the counts are the same")
    }
    return lines + drawing(evaluation, on: answer.layer, answer.setting.widths).map { "  \($0)" } + [""]
  }

  /// A mapping as an outline: splits, and pieces with their nests.
  static func drawing(_ evaluation: TreeEvaluation, on layer: Layer, _ widths: WordWidths) -> [String] {
    var next = 0
    func lines(_ tree: MappingTree, indent: String) -> [String] {
      switch tree {
      case .nest(let mapping):
        let piece = title(of: next, evaluation, on: layer, widths)
        next += 1
        return ["\(indent)\(piece)", "\(indent)  \(NestText.text(mapping))"]
      case .split(let dimension, let place, let first, let rest):
        let name = dimension.rawValue
        return ["\(indent)split \(name), its first \(NumberText.grouped(place)):"]
          + lines(first, indent: indent + "  ") + ["\(indent)then the rest of \(name):"]
          + lines(rest, indent: indent + "  ")
      }
    }
    return lines(evaluation.tree, indent: "")
  }

  /// What a piece runs and holds: "piece 2: k 255...511, c 512, os-iw, holds 524 288 bit".
  static func title(
    of index: Int, _ evaluation: TreeEvaluation, on layer: Layer, _ widths: WordWidths
  ) -> String {
    let (piece, held) = (evaluation.pieces[index], evaluation.occupancies[index])
    let ranges = piece.ranges(of: layer)
    let parts =
      (ranges.isEmpty ? ["one MAC"] : ranges) + [
        piece.mapping.dataflow.rawValue, "holds \(NumberText.grouped(held.bits(widths))) bit",
      ]
    return "piece \(index + 1): \(parts.joined(separator: ", "))"
  }
}
