/// The gap between optimum and lower bound against the Buffer's capacity.
public enum GapFigure {
  /// A network's gap, thick, over those of its layers, thin; the layers with the largest are named.
  ///
  /// - Parameters:
  ///   - name: what to name a file of it.
  ///   - title: one line above the picture.
  ///   - subtitle: the settings under which the gaps hold.
  ///   - total: the network's gap, 0.12 for 12 %, by rising capacity.
  ///   - layers: each layer's, with its name; none for a layer alone.
  /// - Returns: the figure, or nil with less than two capacities.
  public static func figure(
    name: String, title: String, subtitle: String, total: [SkiSlope.Sample],
    layers: [(name: String, gaps: [SkiSlope.Sample])] = []
  ) -> Figure? {
    guard let first = total.first, let last = total.last, total.count > 1 else { return nil }
    let all = (total + layers.flatMap(\.gaps)).filter { $0.value.isFinite }
    let most = max(all.map(\.value).max() ?? 0, 0.001) * 100
    let frame = (width: 350, height: 222)
    let ticks = RoundNumbers.multiples(from: 0, to: most * 1.08, count: 6).map {
      Figure.Axis.Tick($0, "\($0 == $0.rounded() ? String(Int($0)) : String($0)) %")
    }
    let (low, high) = (Double(first.capacityBits) / 8, Double(last.capacityBits) / 8)
    let y = Figure.Axis(title: "gap in data energy", scale: .linear, from: 0, to: most * 1.08, ticks: ticks)
    var figure = Figure(
      name: name, title: title, subtitle: subtitle, frame: frame,
      margins: Figure.Margins(left: y.room, right: 26, top: 8, bottom: 44),
      x: CapacityAxis.axis(from: low, to: high, width: frame.width), y: y)
    func points(_ samples: [SkiSlope.Sample]) -> [Figure.Point] {
      samples.filter { $0.value.isFinite }.map { Figure.Point(x: Double($0.capacityBits) / 8, y: 100 * $0.value) }
    }
    // The worst layers have colours and names; they lie on top of the others, the worst of all above.
    let named = worst(layers)
    let others = layers.filter { layer in !named.contains { $0.name == layer.name } }
    func draw(_ gaps: [SkiSlope.Sample], _ width: Double, _ colour: Colour, hasDots: Bool = true) {
      figure.elements.append(.line(Figure.Line(points(gaps), width: width, colour: colour)))
      if hasDots, gaps.count <= 40 {
        figure.elements.append(.dots(Figure.Dots(points(gaps), diameter: width + 2, colour: colour)))
      }
    }
    // The legend begins with what is drawn last, on top.
    func addToLegend(_ width: Double, _ colour: Colour, _ legend: String) {
      figure.elements.append(.line(Figure.Line([], width: width, colour: colour, legend: legend)))
    }
    let (widths, grey) = ((network: 2.4, worst: 1.2, other: 0.8), Colour.rgb(0x9A9A9A))
    if !layers.isEmpty { addToLegend(widths.network, .blue, "network") }
    let names = TextWidth.fittedNames(layers.map(\.name), within: 110)
    for (layer, colour) in zip(named, coloursOfWorst) {
      let name = zip(layers, names).first { $0.0.name == layer.name }?.1 ?? layer.name
      let most = NumberText.percent(layer.gaps.map(\.value).max() ?? 0)
      addToLegend(widths.worst, colour, "\(name), up to \(most)")
    }
    if !others.isEmpty { addToLegend(widths.other, grey, named.isEmpty ? "each layer" : "other layers") }
    for layer in others { draw(layer.gaps, widths.other, grey, hasDots: others.count <= fewLayers) }
    for (layer, colour) in zip(named, coloursOfWorst).reversed() { draw(layer.gaps, widths.worst, colour) }
    draw(total, widths.network, .blue)
    for (layer, gaps) in layers {
      for sample in gaps where sample.value.isFinite { figure.tips.append(tip(layer, sample)) }
    }
    for sample in total where sample.value.isFinite { figure.tips.append(tip("network", sample)) }
    let worst = total.max { $0.value < $1.value } ?? first
    figure.description =
      "The gap is \(NumberText.percent(first.value)) at "
      + "\(CapacityAxis.text(bits: first.capacityBits)), at most \(NumberText.percent(worst.value)) "
      + "at \(CapacityAxis.text(bits: worst.capacityBits)) and \(NumberText.percent(last.value)) at "
      + "\(CapacityAxis.text(bits: last.capacityBits))."
    let worstLayer = layers.compactMap { layer in
      layer.gaps.max { $0.value < $1.value }.map { (name: layer.name, sample: $0) }
    }.max { $0.sample.value < $1.sample.value }
    if let worstLayer {
      figure.description +=
        " The largest gap of a layer is \(NumberText.percent(worstLayer.sample.value)), of \(worstLayer.name) at "
        + "\(CapacityAxis.text(bits: worstLayer.sample.capacityBits))."
    }
    figure.makeRoomForLegend()
    return figure
  }

  /// More layers than these have lines without dots.
  private static let fewLayers = 10
  private static let coloursOfWorst: [Colour] = [.vermilion, .green, .purple]

  /// The layers with the largest gaps anywhere, the worst first.
  private static func worst(
    _ layers: [(name: String, gaps: [SkiSlope.Sample])]
  ) -> [(name: String, gaps: [SkiSlope.Sample])] {
    func largest(_ layer: (name: String, gaps: [SkiSlope.Sample])) -> Double { layer.gaps.map(\.value).max() ?? 0 }
    return Array(
      layers.filter { largest($0) > 0 && largest($0).isFinite }.sorted { largest($0) > largest($1) }
        .prefix(coloursOfWorst.count))
  }

  private static func tip(_ name: String, _ sample: SkiSlope.Sample) -> Figure.Tip {
    Figure.Tip(
      x: Double(sample.capacityBits) / 8, y: 100 * sample.value,
      "\(name) at \(CapacityAxis.text(bits: sample.capacityBits)): \(NumberText.percent(sample.value)) above the bound")
  }
}
