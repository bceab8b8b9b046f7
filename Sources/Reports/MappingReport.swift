public import Answers
import Interchange
import Mappings
import Workloads

/// Mappings for the terminal: a table with a row for each layer, and each layer's nest with its costs.
public struct MappingReport {
  private let answers: [Answer]
  private let form: TextForm

  /// A report of answers of one network in one setting, laid out in a form.
  public init(_ answers: [Answer], form: TextForm = .plain) { (self.answers, self.form) = (answers, form) }

  /// A row for each layer, for each that is given in parts, and, when there are several, their total with repeated layers
  /// counted.
  public var table: [String] {
    guard let first = answers.first else { return [] }
    let namesAttaining = answers.contains { $0.optimalDataflows != nil }
    let weights = answers.contains { $0.layer.hasBiases } ? "weights, biases [bit]" : "weights [bit]"
    let wholes = WholeAnswer.all(of: answers)
    let total = answers.count > 1 ? NetworkAnswer(answers) : nil
    let scale = EnergyScale(first.energy.unit, answers.map(\.energy.total) + wholes.map(\.energy.total))
    let bound = "bound [\(scale.unit)]"
    var table = TextTable(
      [("layer", .left), ("count", .right), ("MACs", .right), ("dataflow", .left)]
        + (namesAttaining ? [("attained by", .left)] : []) + [
          ("energy [\(scale.unit)]", .right), ("inputs [bit]", .right),
          (weights, .right),
          ("partial sums [bit]", .right), ("outputs [bit]", .right), ("occupancy [bit]", .right),
          (bound, .right), ("gap total", .gap),
        ] + (first.time == nil ? [] : [("time", .right), ("at least", .right), ("limited by", .left)]))
    /// The cells of a row about dataflows.
    func cells(_ dataflow: String, _ attaining: String = "") -> [String] {
      namesAttaining ? [dataflow, attaining] : [dataflow]
    }
    for (index, answer) in answers.enumerated() {
      table.add(
        Self.row(
          answer.name, [Summand(answer, weight: 1)], count: answer.count,
          dataflow: cells(DataflowsText.own(answer), DataflowsText.attaining(answer)),
          occupancy: NumberText.grouped(answer.occupancy), bound: answer.bound, answer.time, scale))
      guard let whole = wholes.first(where: { $0.ends(with: index, of: answers) }) else { continue }
      table.add(
        Self.row(
          WholeText.title(whole.whole), [Summand(whole, weight: 1)], count: whole.whole.count,
          dataflow: cells(WholeText.schedule(whole)), occupancy: "", bound: whole.bound, whole.time, scale))
    }
    if let total {
      let summands =
        answers.filter { $0.partOf == nil }.map { Summand($0, weight: $0.count) }
        + wholes.map { Summand($0, weight: $0.whole.count) }
      table.add(
        Self.row(
          "total", summands, count: total.layers, dataflow: cells(""), occupancy: "", bound: total.bound, total.time,
          scale))
    }
    return table.lines(
      form,
      leavingOut: [
        ["inputs [bit]", weights, "partial sums [bit]", "outputs [bit]"], ["occupancy [bit]"], ["MACs"],
        ["at least", "limited by"], ["attained by"], [bound], ["time"], ["count"],
      ]) + form.fitted(Answer.notes(answers).flatMap { ["", $0] })
  }

  /// What is added up in a row, so many times.
  private struct Summand {
    let weight: Int
    let macs: Int
    let energy: Double
    let traffic: TrafficBits

    init(_ answer: Answer, weight: Int) {
      self.weight = weight
      (macs, energy, traffic) = (answer.layer.macs, answer.energy.total, answer.traffic)
    }

    init(_ whole: WholeAnswer, weight: Int) {
      self.weight = weight
      macs = whole.whole.parts.reduce(0) { $0 + $1.macs }
      (energy, traffic) = (whole.energy.total, whole.traffic)
    }
  }

  /// A row of a sum with its bound.
  private static func row(
    _ name: String, _ summands: [Summand], count: Int, dataflow: [String], occupancy: String,
    bound: EnergyBound?, _ time: ExecutionTime?, _ scale: EnergyScale
  ) -> [String] {
    func sum(_ value: (TrafficBits) -> Bits) -> String {
      Self.sum(summands.map { ($0.weight, value($0.traffic).count) })
    }
    let energy = summands.reduce(0) { $0 + Double($1.weight) * $1.energy }
    let least = bound?.total ?? 0
    return [name, String(count), Self.sum(summands.map { ($0.weight, $0.macs) })] + dataflow + [
      scale.text(energy),
      sum(\.inputsRead), sum { $0.weightsRead + $0.biasesRead },
      sum { $0.partialSumsRead + $0.partialSumsWritten }, sum(\.outputsWritten), occupancy,
      bound.map { scale.text($0.total) } ?? "", least > 0 ? NumberText.percent(energy / least - 1) : "",
    ] + (time.map { [TimeText.text($0.total), $0.bound.map(TimeText.text) ?? "", $0.limit.rawValue] } ?? [])
  }

  /// A sum of products, exact where it fits an Int.
  static func sum(_ products: [(count: Int, value: Int)]) -> String {
    var sum = 0
    for (count, value) in products {
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: value)
      let (next, overflow) = sum.addingReportingOverflow(product)
      if isTooLarge || overflow {
        return NumberText.grouped(products.reduce(0) { $0 + Double($1.count) * Double($1.value) })
      }
      sum = next
    }
    return NumberText.grouped(sum)
  }

  /// Each layer's costs and its nest.
  public var details: [String] {
    answers.flatMap { answer in
      let (traffic, energy) = (answer.traffic, answer.energy)
      let boxes = Tensor.allCases.map { tensor in
        let largest = answer.evaluation.occupancies.map { $0[tensor].count }.max() ?? 0
        return "\(tensor.rawValue) \(NumberText.grouped(largest))"
      }
      let capacity = answer.capacity.map {
        " of \(CapacityText.text($0)), \(NumberText.percent(Double(answer.occupancy.count) / Double($0.count)))"
      }
      let scale = EnergyScale(energy.unit, [energy.total])
      let parts =
        "  energy     \(scale.text(energy.total)) \(scale.unit): compute \(scale.text(energy.compute)), "
        + "data \(scale.text(energy.data))"
      var lines =
        ["\(answer.name): \(DataflowsText.inFull(answer))"] + (energy.model.countsBits ? [] : [parts]) + [
          "  traffic    \(NumberText.grouped(traffic.total)) bit: inputs read \(NumberText.grouped(traffic.inputsRead)), "
            + "weights read \(NumberText.grouped(traffic.weightsRead)), "
            + (traffic.biasesRead > .zero ? "biases read \(NumberText.grouped(traffic.biasesRead)), " : "")
            + "partial sums read \(NumberText.grouped(traffic.partialSumsRead)) "
            + "and written \(NumberText.grouped(traffic.partialSumsWritten)), "
            + "outputs written \(NumberText.grouped(traffic.outputsWritten))",
          "  occupancy  \(NumberText.grouped(answer.occupancy)) bit\(capacity ?? ""): words of "
            + boxes.joined(separator: ", "),
        ]
      if let bound = answer.bound {
        let gap = answer.gap?.total.map { ", gap \(NumberText.percent($0))" } ?? ""
        lines.append(
          "  bound      \(scale.text(bound.total)) \(scale.unit) for every schedule (\(WholeText.family(bound)))\(gap)"
        )
      }
      if let time = answer.time {
        lines.append(
          "  time       \(TimeText.text(time.total)), limited by \(time.limit.rawValue): compute "
            + "\(TimeText.text(time.compute)), data \(TimeText.text(time.data))"
            + (time.bound.map { "; at least \(TimeText.text($0)) for every schedule" } ?? ""))
      }
      if let whole = answer.partOf {
        lines.append("  part of    \(whole), which alone has a bound: parts read inputs in common")
      }
      if let search = answer.search {
        lines.append("  search     \(search.text)")
      }
      if let agrees = answer.replayAgrees {
        lines.append(
          agrees
            ? "  replay     every MAC ran once on operands in the Buffer; traffic and occupancy are the same"
            : "  replay     DIFFERS")
      }
      if let transactions = answer.transactions {
        lines.append("  bursts     \(BurstText.text(transactions, moved: answer.traffic.total))")
      }
      return form.fitted(lines + Self.drawing(answer).map { "    \($0)" } + [""])
    }
  }

  private static func drawing(_ answer: Answer) -> [String] {
    switch answer.evaluation {
    case .nest(let evaluation): NestDrawing(evaluation.mapping, on: answer.layer).text
    case .pieces(let evaluation): PiecesReport.drawing(evaluation, on: answer.layer, answer.setting.widths)
    }
  }
}
