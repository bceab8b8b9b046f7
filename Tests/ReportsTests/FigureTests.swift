import Answers
import EnergyModel
import Foundation
import Interchange
import Mappings
import Testing
import Workloads

@testable import Reports

struct FigureTests {
  private let moved = Quantity(name: "data moved", unit: "bit")

  private func slope(_ name: String, _ points: [(Int, Double)]) -> SkiSlope {
    var slope = SkiSlope(name: name, points: points.map { SkiSlope.Sample(capacityBits: $0.0, value: $0.1) })
    slope.bound = slope.points.map { SkiSlope.Sample(capacityBits: $0.capacityBits, value: $0.value / 2) }
    slope.compulsory = points.map(\.1).min()
    slope.knee = slope.points.first { $0.value <= 1.05 * (slope.compulsory ?? 0) }.map {
      SkiSlope.Knee(capacityBits: $0.capacityBits, value: $0.value, within: 0.05)
    }
    return slope
  }

  private func skiSlope(_ slopes: [SkiSlope], capacities: ClosedRange<Int>? = nil) throws -> Figure? {
    try SkiSlopeFigure.figure(
      name: "s", title: "t", subtitle: "u", curves: slopes, quantity: moved, capacities: capacities)
  }

  private func lines(_ figure: Figure) -> [Figure.Line] {
    figure.elements.compactMap { if case .line(let line) = $0 { line } else { nil } }
  }

  /// The line of the optimum, which is the only one in the page's ink that is stepped.
  private func inkedSteps(_ figure: Figure) -> Figure.Line? {
    lines(figure).last { $0.isStepped && $0.colour == .ink }
  }

  private func texts(_ figure: Figure) -> [String] {
    figure.elements.compactMap { if case .text(let text) = $0 { text.text } else { nil } }
  }

  @Test func aSkiSlopeIsInBytesAndGoesOnToTheEnd() throws {
    let figure = try #require(try skiSlope([slope("a", [(8 << 10, 4e6), (8 << 14, 1.04e6), (8 << 16, 1e6)])]))
    let optimum = try #require(inkedSteps(figure))
    #expect(optimum.isStepped)
    #expect(optimum.points.prefix(3).map(\.x) == [1024, 16384, 65536])
    #expect(optimum.points.map(\.y) == [4e6, 1.04e6, 1e6, 1e6])
    #expect(optimum.points.last?.x == figure.x.end)
    #expect(texts(figure) == ["within 5 % from 16 KiB", "compulsory 1 Mbit"])
    #expect(figure.tips.first?.text == "1 KiB: 4 Mbit, 100.0 % above the bound")
    #expect(figure.alternativeText.contains("4 Mbit at 1 KiB falls to 1 Mbit at 64 KiB, within 5 % from 16 KiB"))
  }

  /// Where no mapping in pieces was sought, those of one nest are the best known.
  @Test func mappingsInPiecesAreDrawnBesideNests() throws {
    var curve = slope("a", [(8 << 10, 4e6), (8 << 14, 1.04e6), (8 << 16, 1e6)])
    let points = [(8 << 11, 3e6), (8 << 15, 1.02e6)].map { SkiSlope.Sample(capacityBits: $0.0, value: $0.1) }
    curve.inPieces = SkiSlope.InPieces(name: "in pieces", points: points)
    let figure = try #require(try skiSlope([curve]))
    let line = try #require(lines(figure).last { $0.isStepped && $0.colour == .blue })
    #expect(line.points.map(\.y) == [4e6, 3e6, 1.04e6, 1.02e6, 1e6, 1e6])
    #expect(figure.elements.compactMap(\.legend).prefix(2) == ["optimum of one nest", "in pieces"])
    let dots = figure.elements.compactMap {
      if case .dots(let dots) = $0, dots.colour == .blue { dots.points } else { nil }
    }
    #expect(dots.last?.map(\.x) == [2048, 32768])
    #expect(figure.alternativeText.contains("; in pieces 1.02 Mbit at 32 KiB"))
    let cropped = try #require(try skiSlope([curve], capacities: 8 << 14...8 << 16))
    let steps = try #require(lines(cropped).last { $0.isStepped && $0.colour == .blue })
    #expect(steps.points.map(\.y) == [1.04e6, 1.02e6, 1e6, 1e6])
  }

  /// What perhaps something beats is no optimum.
  @Test func aCurveThatMayBeLowerIsTheLeastFound() throws {
    var curve = slope("a", [(8 << 10, 4e6), (8 << 14, 1.04e6), (8 << 16, 1e6)])
    for mayBeLower in [false, true] {
      curve.mayBeLower = mayBeLower
      let figure = try #require(try skiSlope([curve]))
      #expect(figure.elements.compactMap(\.legend).first == (mayBeLower ? "least found" : "optimum"))
    }
  }

  /// A file does not grow with points that nobody can tell apart.
  @Test func aCurveHasTwoPointsInAColumnOfPixelsAtMost() throws {
    let points: [(Int, Double)] = (0..<40_000).map { number in
      let energy: Double = 4e6 - 50 * Double(number)
      return (8192 + 8 * number, energy)
    }
    let figure = try #require(try skiSlope([slope("a", points)]))
    let optimum = try #require(inkedSteps(figure)).points
    let columns = Dictionary(grouping: optimum.dropLast()) { figure.pixel($0).x.rounded(.down) }
    #expect(columns.values.allSatisfy { $0.count <= 2 } && columns.count > figure.width / 2)
    #expect(optimum.first?.y == 4e6 && optimum.last?.y == points.last?.1)
    #expect(zip(optimum, optimum.dropFirst()).allSatisfy { $0.x <= $1.x && $0.y >= $1.y })
  }

  /// Of optima at some capacities no more is said than is known: dots, what is at most, and no area to the bound.
  @Test func sampledCurvesSayWhatTheyAre() throws {
    var sampled = slope("a", [(8 << 10, 4e6), (8 << 14, 1.04e6), (8 << 16, 1e6)])
    sampled.knee = SkiSlope.Knee(capacityBits: 8 * 12_000, value: 1.05e6, within: 0.05)
    let exact = try #require(try skiSlope([sampled]))
    sampled.isSampled = true
    let figure = try #require(try skiSlope([sampled]))
    func count(_ figure: Figure, _ isKind: (Figure.Element) -> Bool) -> Int { figure.elements.count(where: isKind) }
    let isArea = { (element: Figure.Element) in if case .area = element { true } else { false } }
    #expect(count(exact, isArea) == 1 && count(figure, isArea) == 0)
    let dots = figure.elements.compactMap { if case .dots(let dots) = $0 { dots.points.map(\.x) } else { nil } }
    #expect(dots.contains([1024, 16384, 65536]))
    #expect(figure.elements.compactMap(\.legend).prefix(2) == ["optimum", "at most, in between"])
    // The knee is between them.
    #expect(texts(figure).first == "within 5 % from 11.8 KiB" && dots.contains([12_000]))
    #expect(figure.description.hasSuffix("Between the 3 capacities asked it may lie lower."))
    #expect(!exact.description.contains("may lie lower"))
  }

  /// Nothing is marked outside the range drawn, of one curve or of several; the knee is told of all the same.
  @Test func kneesOutsideTheRangeAreNotDrawn() throws {
    let one = slope("a", [(8 << 10, 4e6), (8 << 14, 1.04e6), (8 << 16, 1e6)])
    let other = slope("b", [(8 << 10, 8e6), (8 << 12, 2e6)])
    func knees(_ figure: Figure) -> [Double] {
      figure.elements.flatMap { element -> [Double] in
        switch element {
        case .dots(let dots) where dots.shape == .disc && dots.diameter >= 7: dots.points.map(\.x)
        case .segments(let segments): segments.ends.map(\.low.x)
        default: []
        }
      }
    }
    for (range, marked) in [(8 << 10...8 << 13, false), (8 << 15...8 << 16, false), (8 << 10...8 << 14, true)] {
      let single = try #require(try skiSlope([one], capacities: range))
      #expect(knees(single) == (marked ? [16384, 16384] : []))
      #expect(texts(single).contains("within 5 % from 16 KiB") == marked)
      #expect(single.description.contains(", within 5 % from 16 KiB"))
    }
    let figure = try #require(try skiSlope([one, other], capacities: 8 << 10...8 << 13))
    #expect(knees(figure) == [4096] && figure.elements.compactMap(\.legend).contains("within 5 % of least"))
    let none = try #require(try skiSlope([one, one], capacities: 8 << 10...8 << 13))
    #expect(knees(none).isEmpty && !none.elements.compactMap(\.legend).contains("within 5 % of least"))
  }

  @Test func longTitlesKeepWhatTheyAreOf() {
    let title = String(repeating: "long name ", count: 20) + ": data moved against Buffer capacity"
    let fitted = TextWidth.fittedTitle(title, within: 400, size: 13)
    #expect(fitted.hasPrefix("long name") && fitted.hasSuffix("…: data moved against Buffer capacity"))
    #expect(TextWidth.of(fitted, size: 13) <= 400)
    #expect(TextWidth.fittedTitle("a: b", within: 400, size: 13) == "a: b")
  }

  @Test func textsStayInsideAndApart() throws {
    for knee in 10...20 {
      let points = (10...20).map { (8 << $0, $0 < knee ? 9e6 : 1e6) }
      let figure = try #require(try skiSlope([slope("a", points)]))
      var boxes: [(left: Double, right: Double, y: Double)] = []
      for case .text(let text) in figure.elements {
        let width = TextWidth.of(text.text, size: text.size)
        let left = text.alignment == .right ? text.place.x - width : text.place.x
        boxes.append((left, left + width, text.place.y))
        #expect(left >= Double(figure.margins.left) && left + width <= Double(figure.width))
        #expect(text.place.y < Double(figure.height - figure.margins.bottom))
      }
      #expect(boxes.count == 2)
      if boxes.count == 2 { #expect(abs(boxes[0].y - boxes[1].y) > 11) }
    }
  }

  @Test func onePointAndEqualValuesAndZerosCanBeDrawn() throws {
    let curves: [[(Int, Double)]] = [
      [(8 << 10, 5e6)], [(8 << 10, 5e6), (8 << 12, 5e6)], [(8 << 10, 5e6), (8 << 12, 0)], [(1, 1), (2, 1)],
    ]
    for points in curves {
      let figure = try #require(try skiSlope([slope("a", points)]))
      #expect(figure.y.start > 0 && figure.y.end > figure.y.start && figure.x.end > figure.x.start)
      #expect(figure.y.ticks.count >= 2 && figure.x.ticks.count >= 2)
      #expect(lines(figure).flatMap(\.points).allSatisfy { $0.y > 0 })
      #expect(try !figure.inlineSVG(idPrefix: "a").isEmpty)
    }
    #expect(try skiSlope([slope("a", [(8, 0)])]) == nil)
    #expect(try skiSlope([]) == nil)
  }

  @Test func aRangeOfCapacitiesCutsTheCurve() throws {
    let figure = try #require(
      try skiSlope([slope("a", [(64, 9e9), (8 << 10, 4e6), (8 << 20, 1e6)])], capacities: 8 << 9...8 << 12))
    let optimum = try #require(inkedSteps(figure))
    #expect(optimum.points.map(\.y) == [9e9, 4e6, 4e6])
    #expect(optimum.points.first?.x == 512)
  }

  @Test func eightCurvesAreTheLimit() throws {
    let slopes = (0..<9).map { slope("n\($0)", [(8 << 10, 4e6 * Double($0 + 1)), (8 << 20, 1e6)]) }
    #expect(throws: PlotError.tooManyCurves(count: 9, limit: 8)) { try skiSlope(slopes) }
    let figure = try #require(try skiSlope(Array(slopes.prefix(8))))
    let solid = lines(figure).filter { $0.isStepped }
    #expect(Set(solid.map(\.colour)).count == 8)
    #expect(solid.map(\.legend) == (0..<8).map { "n\($0)" })
  }

  /// The legend has room of its own, in rows as wide as the picture, between the title and the frame.
  @Test(arguments: [1, 2, 8])
  func theLegendHasRoom(curves: Int) throws {
    let slopes = (1...curves).map { number in
      let energy: Double = 4e6 * Double(number)
      return slope(String(repeating: "n", count: 3 * number - 2), [(8 << 10, energy), (8 << 20, 1e6)])
    }
    let figure = try #require(try skiSlope(slopes))
    let entries = Legend(figure).entries
    #expect(entries.map(\.title) == figure.elements.compactMap(\.legend) && entries.count >= curves)
    for entry in entries {
      let end = entry.text.x + TextWidth.of(entry.title, size: Figure.fontSize - 1)
      #expect(entry.sample.x >= 0 && end <= Double(figure.width), "\(entry.title)")
      let half = Double(Legend.rowHeight) / 2
      #expect(entry.sample.y - half >= Double(figure.titleHeight), "\(entry.title)")
      #expect(entry.sample.y + half <= Double(figure.margins.top), "\(entry.title)")
      // No title runs into the sample that follows in its row.
      let next = entries.filter { $0.sample.y == entry.sample.y && $0.sample.x > entry.sample.x }.map(\.sample.x).min()
      #expect(end < next ?? .infinity, "\(entry.title)")
    }
  }

  @Test func barsAreWhatTrafficCosts() throws {
    let model = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 0.5, read: 2, write: 3)
    let priced = try answer(
      count: 3, capacityBits: 8 << 10,
      in: Problem.Setting(widths: WordWidths(.byte), energyModel: model, reuse: .sliding))
    let (traffic, compute) = (priced.traffic, 0.5 * Double(priced.layer.macs))
    let data = 2 * Double(traffic.read.count) + 3 * Double(traffic.written.count)
    #expect(priced.energy.data == data && priced.energy.compute == compute)
    let figure = try #require(
      EnergyBreakdownFigure.figure(name: "b", title: "t", subtitle: "u", answers: [priced]))
    var ends: [Double] = []
    for case .rectangles(let part) in figure.elements { ends += part.boxes.map(\.high.x) }
    let inputs = 3 * compute + 6 * Double(traffic.inputsRead.count)
    #expect(ends.prefix(2) == [3 * compute, inputs])
    #expect(ends.last == 3 * priced.energy.total)
    #expect(figure.y.ticks.map(\.label) == ["conv ×3"])
    let once = try #require(
      EnergyBreakdownFigure.figure(name: "b", title: "t", subtitle: "u", answers: [priced], timesCount: false))
    #expect(once.y.ticks.map(\.label) == ["conv"])
    for case .segments(let tick) in once.elements {
      #expect(tick.ends.map(\.low.x) == [priced.bound?.total])
    }
  }

  /// The layers with the largest gaps anywhere are named, the worst first.
  @Test func theWorstLayersAreNamed() throws {
    func samples(_ gaps: Double...) -> [SkiSlope.Sample] {
      gaps.enumerated().map { SkiSlope.Sample(capacityBits: 8 << (10 + $0.offset), value: $0.element) }
    }
    let layers = [("a", samples(0.1, 0.2)), ("b", samples(0.5, 0)), ("c", samples(0, 0)), ("d", samples(0.3, 0.3))]
    func legend(_ layers: [(name: String, gaps: [SkiSlope.Sample])]) throws -> [String] {
      let figure = try #require(
        GapFigure.figure(name: "g", title: "t", subtitle: "u", total: samples(0.2, 0.1), layers: layers))
      return figure.elements.compactMap(\.legend)
    }
    #expect(
      try legend(layers) == [
        "network", "b, up to 50.0 %", "d, up to 30.0 %", "a, up to 20.0 %", "other layers",
      ])
    #expect(try legend(Array(layers[2...])) == ["network", "d, up to 30.0 %", "other layers"])
    #expect(try legend([layers[2]]) == ["network", "each layer"])
    #expect(try legend([]).isEmpty)
  }

  /// A curve on top of another leaves gaps, and only such a one.
  @Test func coincidingCurvesAreSeen() throws {
    let points = [(8 << 10, 4e6), (8 << 14, 1.2e6), (8 << 16, 1e6)]
    let higher = points.map { ($0.0, 2 * $0.1) }
    let joining = [(8 << 10, 6e6), (8 << 14, 1.2e6), (8 << 16, 1e6)]
    let curves = [slope("a", points), slope("b", higher), slope("c", points), slope("d", joining), slope("e", points)]
    let figure = try #require(try skiSlope(curves))
    let dashes = lines(figure).filter { $0.legend != nil && $0.isStepped }.map(\.dash)
    #expect(dashes == [.solid, .solid, .longDashed, .dashDotted, .dotted])
  }

  /// Dataflows' own curves are drawn on top of the optimum, from the widest, solid ones, to those with gaps.
  @Test func dataflowsThatAttainTheOptimumAreSeen() throws {
    var curve = slope("a", [(8 << 10, 4e6), (8 << 14, 1.2e6), (8 << 16, 1e6)])
    for dataflow in Dataflow.allCases { curve.dataflows[dataflow] = curve.points }
    let drawn = lines(try #require(try skiSlope([curve]))).filter { $0.isStepped && !$0.points.isEmpty }
    #expect(drawn.count == 7 && drawn[0].colour == .ink)
    #expect(zip(drawn, drawn.dropFirst()).allSatisfy { $0.width > $1.width })
    let dashes = drawn.dropFirst(4).map(\.dash)
    #expect(drawn.prefix(4).allSatisfy { $0.dash == .solid } && Set(dashes + [.solid]).count == 4)
  }

  @Test func hatchesAreAcrossTheirRectangles() {
    let lines = Hatch.lines(from: Figure.Point(x: 12, y: 30), to: Figure.Point(x: 40, y: 20))
    #expect(lines.count > 4)
    for line in lines {
      #expect((12...40).contains(line.low.x) && (12...40).contains(line.high.x))
      #expect((20...30).contains(line.low.y) && (20...30).contains(line.high.y))
      // Up to the right, by as much as to the right, from a side to a side.
      #expect(abs((line.high.x - line.low.x) - (line.low.y - line.high.y)) < 1e-9)
      #expect(line.low.x == 12 || line.low.y == 30)
      #expect(line.high.x == 40 || line.high.y == 20)
    }
  }

  /// Names differ at their ends, which stay.
  @Test func longNamesAreCutInTheMiddle() {
    let name = "backbone.stage1.block0.convolution.main"
    #expect(TextWidth.fittedName("conv1", within: 150) == "conv1")
    for width in [20.0, 60, 150] {
      let cut = TextWidth.fittedName(name, within: width)
      let parts = cut.split(separator: "…", omittingEmptySubsequences: false)
      #expect(parts.count == 2 && name.hasPrefix(parts[0]) && name.hasSuffix(parts[1]), "\(cut)")
      #expect(TextWidth.of(cut) <= width && abs(parts[0].count - parts[1].count) <= 1, "\(cut)")
    }
    #expect(TextWidth.fittedName("abc", within: 1) == "…")
  }

  /// What is left of names tells them apart.
  @Test func cutNamesDiffer() {
    let layers = (1...4).flatMap { block in
      (1...6).flatMap { layer in [1, 2].map { "denseblock\(block).denselayer\(layer).conv\($0)" } }
    }
    for width in [110.0, 150] {
      let cut = TextWidth.fittedNames(layers, within: width)
      #expect(Set(cut).count == layers.count && cut.allSatisfy { TextWidth.of($0) <= width }, "\(cut)")
      #expect(cut.allSatisfy { $0.contains(".conv") }, "\(cut)")
    }
    #expect(
      TextWidth.fittedNames(["conv1", "backbone.stage1.block0"], within: 60)[1]
        == TextWidth.fittedName("backbone.stage1.block0", within: 60))
    // Names whose words do not tell them apart are numbered, and one layer has one label.
    let alike = ["abcdefghijklmnopqrst.xyz", "abcdefghijklmnopqrst.xyz", "abcdefgh.klmnopqrst.xyz", "conv"]
    let labels = TextWidth.fittedNames(alike, within: 40)
    #expect(labels[0] == labels[1] && Set(labels).count == 3 && labels[3] == "conv", "\(labels)")
    #expect(labels.allSatisfy { TextWidth.of($0) <= 40 } && labels[2].contains("…"), "\(labels)")
    let wide = TextWidth.fittedNames(["aaaaaaaaaaaaaaaa.x.bbbb", "aaaaaaaaaaaaaaaa.y.bbbb"], within: 90)
    #expect(Set(wide).count == 2 && wide.allSatisfy { TextWidth.of($0) <= 90 }, "\(wide)")
  }

  @Test func gapsAreInPercent() throws {
    let total = [(8 << 10, 0.25), (8 << 12, 0)].map { SkiSlope.Sample(capacityBits: $0.0, value: $0.1) }
    let figure = try #require(GapFigure.figure(name: "g", title: "t", subtitle: "u", total: total))
    #expect(lines(figure).last?.points.map(\.y) == [25, 0])
    #expect(figure.y.ticks.map(\.label).prefix(2) == ["0 %", "5 %"])
    #expect(GapFigure.figure(name: "g", title: "t", subtitle: "u", total: Array(total.prefix(1))) == nil)
  }

  @Test func cellsOfTheMapTellTiesFromWins() throws {
    let (own, all) = (Dataflow.outputsInputsWeights, Dataflow.allCases)
    let sets: [[Dataflow]?] = [
      [own], [own, .outputsWeightsInputs], [own, .weightsOutputsInputs, .inputsOutputsWeights], all, nil, [own],
    ]
    let optima = try sets.enumerated().map { index, set in
      var optimum = try answer(layer: index < 3 ? "a" : "b", capacityBits: 8 << (10 + index % 3), dataflow: own)
      optimum.optimalDataflows = set
      return optimum
    }
    let figure = try #require(DataflowMapFigure.figure(name: "m", title: "t", subtitle: "u", optima: optima))
    #expect(texts(figure) == ["os-iw", "os-*", "3 of 6", "any", "os-iw", "os-iw"])
    let cells = figure.elements.compactMap { element in
      if case .rectangles(let cells) = element { cells } else { nil }
    }
    #expect(
      cells.map(\.legend) == [
        "os-iw alone", "os-iw, perhaps tied", "os-* tied", "other ties, 2 to 5 of 6", "any: all 6 tied",
      ])
    #expect(cells.map(\.boxes.count) == [2, 1, 1, 1, 1] && Set(cells.map(\.colour)).count == 5)
    #expect(cells.map { $0.hatch != nil } == [false, false, true, true, true])
    // What may be tied has no dataflow's colour.
    #expect(cells.dropFirst().allSatisfy { cell in !all.map { DataflowStyle.of($0).colour }.contains(cell.colour) })
    #expect(
      cells[4].boxes == [
        Figure.Rectangles.Box(from: Figure.Point(x: 0.5, y: 1.5), to: Figure.Point(x: 1.5, y: 2.5))
      ])
    #expect(figure.tips[1].text.hasSuffix(", attained by os-*") && figure.tips[4].text.hasSuffix("by os-iw or others"))
    #expect(
      figure.description == "2 layers at 3 capacities. Of 6 optima one dataflow alone attains 2 (os-iw 2); "
        + "several attain 3, all six 1 of those. Of 1 it is not known which dataflows attain it.")
    // The text lies in the middle of its cell, also after the legend moved everything down.
    for case .text(let text) in figure.elements where text.text == "any" {
      #expect(text.place == figure.pixel(Figure.Point(x: 1, y: 2)))
    }
  }

  @Test func dataflowsInShort() {
    let all = Dataflow.allCases
    #expect(DataflowsText.short(all) == "any")
    #expect(DataflowsText.short([.weightsOutputsInputs]) == "ws-oi")
    #expect(DataflowsText.short(Array(all[...1]) + [.weightsOutputsInputs]) == "os-*, ws-oi")
    #expect(DataflowsText.short([all[1]] + all[4...]) == "os-wi, is-*")
    #expect(DataflowsText.short(Array(all.dropLast())) == "os-*, ws-*, is-ow")
  }
}
