public import Answers
import EnergyModel
import Interchange
import Mappings
import Workloads

/// What each layer's energy is spent on.
public enum EnergyBreakdownFigure {
  /// A bar for each layer, made of computing and of moving each kind of data, with the lower bound across it.
  ///
  /// - Parameters:
  ///   - name: what to name a file of it.
  ///   - title: one line above the picture.
  ///   - subtitle: the settings under which the energies hold.
  ///   - answers: an answer for each layer, all of one energy model.
  ///   - timesCount: whether a layer's bar stands for all its repetitions in the network.
  /// - Returns: the figure, or nil when there is no energy to show.
  public static func figure(
    name: String, title: String, subtitle: String, answers: [Answer], timesCount: Bool = true
  ) -> Figure? {
    func weight(_ answer: Answer) -> Double { timesCount ? Double(answer.count) : 1 }
    let totals = answers.map { weight($0) * $0.energy.total }
    guard let first = answers.first, let most = totals.max(), most > 0 else { return nil }
    let quantity = Quantity(name: first.energy.compute > 0 ? "energy" : "data moved", unit: first.energy.unit)
    let names = TextWidth.fittedNames(answers.map(\.name), within: 150)
    let labels = zip(names, answers).map { name, answer in
      name + (timesCount && answer.count > 1 ? " ×\(answer.count)" : "")
    }
    let left = Int(labels.map { TextWidth.of($0) }.max() ?? 0) + 20
    let count = Double(answers.count)
    var figure = Figure(
      name: name, title: title, subtitle: subtitle,
      frame: (width: max(260, 440 - left - 18), height: max(60, answers.count * rowHeight)),
      margins: Figure.Margins(left: left, right: 18, top: 8, bottom: 44),
      x: quantity.linearAxis(to: max(most, bounds(answers, weight).max() ?? 0), ticks: 5),
      y: Figure.Axis(
        title: "", scale: .linear, from: count + 0.5, to: 0.5,
        ticks: labels.enumerated().map { Figure.Axis.Tick(Double($0.offset + 1), $0.element) }, hasGrid: false))

    var starts = [Double](repeating: 0, count: answers.count)
    for kind in Kind.allCases {
      var boxes: [Figure.Rectangles.Box] = []
      for (index, answer) in answers.enumerated() {
        let energy = weight(answer) * kind.energy(answer)
        if energy <= 0 { continue }
        let row = Double(index + 1)
        let low = Figure.Point(x: starts[index], y: row - 0.36)
        let high = Figure.Point(x: starts[index] + energy, y: row + 0.36)
        starts[index] += energy
        boxes.append(Figure.Rectangles.Box(from: low, to: high))
        let share = NumberText.percent(energy / totals[index])
        figure.tips.append(
          Figure.Tip(from: low, to: high, "\(labels[index]): \(kind.rawValue) \(quantity.text(energy)), \(share)"))
      }
      if !boxes.isEmpty {
        figure.elements.append(
          .rectangles(
            Figure.Rectangles(boxes, colour: kind.colour, outline: .rgb(0xFFFFFF), legend: kind.rawValue)))
      }
    }
    addBounds(answers, weight, &figure)
    figure.makeRoomForLegend()
    figure.description = describe(answers, labels, totals, quantity, weight)
    return figure
  }

  private static let rowHeight = 18

  /// What energy is spent on.
  private enum Kind: String, CaseIterable {
    case compute
    /// What accesses of the Buffer for MACs cost; those that move data are in its kinds.
    case buffer = "Buffer"
    case inputs
    case weights
    case partialSums = "partial sums"
    case outputs

    func energy(_ answer: Answer) -> Double {
      let (traffic, model) = (answer.traffic, answer.setting.energyModel)
      return switch self {
      case .compute: answer.energy.compute - Kind.buffer.energy(answer)
      case .buffer: (model.bufferShare?.perMAC ?? 0) * Double(answer.layer.macs)
      case .inputs: model.inUnits(read: traffic.inputsRead)
      case .weights: model.inUnits(read: traffic.weightsRead + traffic.biasesRead)
      case .partialSums: model.inUnits(read: traffic.partialSumsRead, written: traffic.partialSumsWritten)
      case .outputs: model.inUnits(written: traffic.outputsWritten)
      }
    }

    /// Light and dark take turns, so that neighbours differ in grey too.
    var colour: Colour {
      switch self {
      case .compute: .rgb(0xC4C4C4)
      case .buffer: .rgb(0x6B6B6B)
      case .inputs: .blue
      case .weights: .orange
      case .partialSums: .rgb(0x7A2E00)
      case .outputs: .rgb(0xB5DCF4)
      }
    }
  }

  private static func bounds(_ answers: [Answer], _ weight: (Answer) -> Double) -> [Double] {
    answers.compactMap { answer in answer.bound.map { weight(answer) * $0.total } }
  }

  private static func addBounds(
    _ answers: [Answer], _ weight: (Answer) -> Double, _ figure: inout Figure
  ) {
    var ticks: [Figure.Rectangles.Box] = []
    for (index, answer) in answers.enumerated() {
      guard let bound = answer.bound else { continue }
      let (x, row) = (weight(answer) * bound.total, Double(index + 1))
      ticks.append(
        Figure.Rectangles.Box(from: Figure.Point(x: x, y: row - 0.48), to: Figure.Point(x: x, y: row + 0.48)))
    }
    if !ticks.isEmpty {
      figure.elements.append(
        .segments(Figure.Segments(ticks, width: 2, colour: .ink, legend: "lower bound")))
    }
  }

  private static func describe(
    _ answers: [Answer], _ labels: [String], _ totals: [Double], _ quantity: Quantity,
    _ weight: (Answer) -> Double
  ) -> String {
    let sum = totals.reduce(0, +)
    let parts = Kind.allCases.compactMap { kind -> String? in
      let part = answers.reduce(0) { $0 + weight($1) * kind.energy($1) }
      return part > 0 ? "\(kind.rawValue) \(NumberText.percent(part / sum))" : nil
    }
    let largest = zip(labels, totals).max { $0.1 < $1.1 }
    return "In all \(quantity.text(sum)): \(parts.joined(separator: ", ")). "
      + (largest.map { "Most in \($0.0): \(quantity.text($0.1))." } ?? "")
  }
}
