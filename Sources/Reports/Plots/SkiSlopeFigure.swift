import Foundation
import Mappings

/// Ski slopes: the least data energy against the Buffer's capacity, on logarithmic axes.
public enum SkiSlopeFigure {
  /// More curves have no colours left.
  public static let mostCurves = 8

  /// One curve with its bound, its knee and the dataflows' own; or several curves with their bounds.
  ///
  /// - Parameters:
  ///   - name: what to name a file of it.
  ///   - title: one line above the picture.
  ///   - subtitle: the settings under which the curves hold.
  ///   - curves: the curves. Values at or below zero have no place on a logarithmic axis and are left out.
  ///   - quantity: what the values are.
  ///   - capacities: the range of capacities to show, in bits; nil for the curves' own.
  /// - Returns: the figure, or nil when no curve has a value to show.
  /// - Throws: ``PlotError`` for more than ``mostCurves``.
  public static func figure(
    name: String, title: String, subtitle: String, curves: [SkiSlope], quantity: Quantity,
    capacities: ClosedRange<Int>? = nil
  ) throws(PlotError) -> Figure? {
    if curves.count > mostCurves { throw .tooManyCurves(count: curves.count, limit: mostCurves) }
    let all = curves.flatMap(\.points).filter { $0.value > 0 && $0.capacityBits > 0 }.map(\.capacityBits)
    guard let least = all.min(), let largest = all.max() else { return nil }
    let range = capacities ?? least...largest
    let shown = curves.compactMap { $0.cropped(to: range) }
    // A knee beyond the range is told of and not drawn.
    let drawn = shown.map { $0.withoutKnee(outside: range) }
    guard let axes = axes(drawn, range, quantity) else { return nil }
    var figure = Figure(
      name: name, title: title, subtitle: subtitle, frame: frame,
      margins: Figure.Margins(left: axes.y.room, right: 22, top: 8, bottom: 44), x: axes.x, y: axes.y)
    if let curve = drawn.first, drawn.count == 1 {
      drawSingle(curve, quantity, &figure)
    } else {
      drawSeveral(drawn, quantity, &figure)
    }
    figure.description = shown.map { describe($0, quantity) }.joined(separator: " ")
    figure.makeRoomForLegend()
    return figure
  }

  private static let frame = (width: 340, height: 226)
  /// Wider than the dataflows' own curves, which lie on it where they attain it.
  private static let optimumWidth = 3.4
  /// The part of the height below the curves where labels stand.
  private static let strip = 0.15
  /// The part of the height above them.
  private static let headroom = 0.05

  private static func axes(
    _ curves: [SkiSlope], _ range: ClosedRange<Int>, _ quantity: Quantity
  ) -> (x: Figure.Axis, y: Figure.Axis)? {
    var values = curves.compactMap(\.compulsory) + curves.compactMap(\.knee?.value)
    for curve in curves {
      for samples in [curve.points, curve.bound, curve.inPieces?.points ?? []] + curve.dataflows.values {
        values += samples.map(\.value)
      }
    }
    values = values.filter { $0 > 0 && $0.isFinite }
    guard let least = values.min(), let most = values.max() else { return nil }
    // A curve of one point or of equal values gets some room around it.
    let ratio = max(most / least, 1.1)
    let strip = curves.count == 1 ? Self.strip : headroom
    let height = 1 - strip - headroom
    let low = least / pow(ratio, strip / height)
    let high = least * pow(ratio, 1 + headroom / height)
    var (left, right) = (Double(range.lowerBound) / 8, Double(range.upperBound) / 8)
    if left == right { (left, right) = (left / 2, right * 2) }
    // The last value holds for all larger capacities: that it goes on is to be seen.
    right *= pow(right / left, 0.03)
    return (
      CapacityAxis.axis(from: left, to: right, width: frame.width),
      quantity.logarithmicAxis(from: low, to: high, ticks: 7)
    )
  }

  private static func drawSingle(_ curve: SkiSlope, _ quantity: Quantity, _ figure: inout Figure) {
    let optimum = points(curve, curve.points, figure)
    let bound = curve.isKnownAtPointsAlone ? [] : points(curve, curve.bound, figure)
    let name = (curve.mayBeLower ? "least found" : "optimum") + (curve.inPieces == nil ? "" : " of one nest")
    // The legend begins with what is drawn last, on top.
    if curve.isSampled {
      figure.elements.append(.dots(Figure.Dots([], diameter: sampleDiameter, colour: .ink, legend: name)))
      if !curve.rises {
        figure.elements.append(.line(Figure.Line([], width: 1.4, colour: .ink, legend: "at most, in between")))
      }
    } else {
      figure.elements.append(.line(Figure.Line([], width: optimumWidth, colour: .ink, legend: name)))
    }
    if let inPieces = curve.inPieces {
      figure.elements.append(
        .dots(Figure.Dots([], diameter: piecesDiameter, colour: .blue, legend: inPieces.name)))
    }
    if !bound.isEmpty {
      figure.elements.append(.line(Figure.Line([], width: 1.2, dash: .dotted, colour: .ink, legend: "lower bound")))
    }
    if optimum.count > 1, bound.count > 1, !curve.isSampled {
      let corners = stepCorners(optimum) + bound.reversed()
      figure.elements.append(.area(Figure.Area(corners, colour: .grey, opacity: 0.2)))
    }
    for dataflow in Dataflow.allCases where curve.dataflows[dataflow] != nil && !curve.isKnownAtPointsAlone {
      let style = DataflowStyle.of(dataflow)
      figure.elements.append(
        .line(
          Figure.Line([], width: style.width, dash: style.dash, colour: style.colour, legend: dataflow.rawValue)))
    }
    if let compulsory = curve.compulsory, compulsory > 0 {
      let ends = [figure.x.start, figure.x.end].map { Figure.Point(x: $0, y: compulsory) }
      figure.elements.append(.line(Figure.Line(ends, width: 1, dash: .dashed, colour: .grey)))
    }
    figure.elements.append(.line(Figure.Line(bound, width: 1.2, dash: .dotted, colour: .ink)))
    if !curve.isKnownAtPointsAlone {
      figure.elements.append(
        .line(Figure.Line(optimum, isStepped: true, width: curve.isSampled ? 1.4 : optimumWidth, colour: .ink)))
      // The dataflows on top, the widest first, so that all that coincide with each other or with the optimum are seen.
      for dataflow in Dataflow.allCases.sorted(by: { DataflowStyle.of($0).width > DataflowStyle.of($1).width }) {
        guard let samples = curve.dataflows[dataflow] else { continue }
        let style = DataflowStyle.of(dataflow)
        figure.elements.append(
          .line(
            Figure.Line(
              points(curve, samples, figure), isStepped: true, width: style.width, dash: style.dash,
              colour: style.colour)))
      }
    }
    if let samples = curve.inPieces?.points {
      if !curve.rises {
        figure.elements.append(
          .line(
            Figure.Line(
              points(curve, least(of: samples + curve.points), figure), isStepped: true, width: 1.4, colour: .blue)))
      }
      figure.elements.append(.dots(Figure.Dots(dots(samples), diameter: piecesDiameter, colour: .blue)))
    }
    if curve.isSampled || optimum.count <= 2 {
      figure.elements.append(.dots(Figure.Dots(dots(curve.points), diameter: sampleDiameter, colour: .ink)))
    }
    addLabels(curve, quantity, &figure)
    addTips(curve, quantity, prefix: "", &figure)
  }

  /// The knee and the compulsory traffic, named in the strip below the curves where nothing else is.
  private static func addLabels(_ curve: SkiSlope, _ quantity: Quantity, _ figure: inout Figure) {
    let bottom = Double(figure.height - figure.margins.bottom)
    let (left, right) = (Double(figure.margins.left), Double(figure.width - figure.margins.right))
    var kneeX: Double?
    if let knee = curve.knee, knee.value > 0 {
      let point = Figure.Point(x: Double(knee.capacityBits) / 8, y: knee.value)
      let pixel = figure.pixel(point)
      kneeX = pixel.x
      let foot = Figure.Point(x: point.x, y: figure.y.start)
      figure.elements.append(
        .segments(
          Figure.Segments(
            [Figure.Rectangles.Box(from: foot, to: point)], width: 1, dash: .dashed, colour: .vermilion)))
      figure.elements.append(.dots(Figure.Dots([point], diameter: 8, colour: .vermilion)))
      let text = label(knee)
      let fitsLeft = pixel.x - 6 - TextWidth.of(text, size: Figure.fontSize - 1) > left + 4
      figure.elements.append(
        .text(
          Figure.Text(
            text, at: Figure.Point(x: pixel.x + (fitsLeft ? -6 : 6), y: bottom - 9),
            alignment: fitsLeft ? .right : .left)))
    }
    if let compulsory = curve.compulsory, compulsory > 0 {
      let y = figure.pixel(Figure.Point(x: figure.x.start, y: compulsory)).y
      let text = "compulsory \(quantity.text(compulsory))"
      let width = TextWidth.of(text, size: Figure.fontSize - 1)
      let goesLeft = kneeX.map { $0 > left + 12 + width } ?? true
      // Two rows need their height: without it, the knee's label alone has it.
      let isLow = y + 8 > bottom - 18
      if !(isLow && kneeX != nil) {
        figure.elements.append(
          .text(
            Figure.Text(
              text, at: Figure.Point(x: goesLeft ? left + 6 : right - 6, y: y + 9),
              alignment: goesLeft ? .left : .right)))
      }
    }
  }

  private static func drawSeveral(_ curves: [SkiSlope], _ quantity: Quantity, _ figure: inout Figure) {
    for (curve, colour) in zip(curves, Colour.ofCurves) {
      figure.elements.append(
        .line(
          Figure.Line(
            curve.isKnownAtPointsAlone ? [] : points(curve, curve.bound, figure), width: 1, dash: .dashed,
            colour: colour)))
    }
    let strokes = strokes(of: curves, figure)
    let names = TextWidth.fittedNames(curves.map(\.name), within: 150)
    for (index, (curve, colour)) in zip(curves, Colour.ofCurves).enumerated() {
      let optimum = curve.isKnownAtPointsAlone ? [] : points(curve, curve.points, figure)
      figure.elements.append(
        .line(
          Figure.Line(
            optimum, isStepped: true, width: curve.isSampled ? 1.2 : strokes[index].width, dash: strokes[index].dash,
            colour: colour,
            legend: names[index])))
      if curve.isSampled || optimum.count == 1 {
        figure.elements.append(.dots(Figure.Dots(dots(curve.points), diameter: 3.5, colour: colour)))
      }
    }
    for (curve, colour) in zip(curves, Colour.ofCurves) {
      if let knee = curve.knee {
        let point = Figure.Point(x: Double(knee.capacityBits) / 8, y: knee.value)
        figure.elements.append(.dots(Figure.Dots([point], diameter: 7, colour: colour)))
      }
      if let compulsory = curve.compulsory {
        let point = Figure.Point(x: figure.x.end, y: compulsory)
        figure.elements.append(.dots(Figure.Dots([point], shape: .diamond, diameter: 8, colour: colour)))
      }
    }
    // What the marks mean, once and without a colour.
    func entry(_ isThere: Bool, _ element: Figure.Element) {
      if isThere { figure.elements.append(element) }
    }
    entry(
      curves.contains { !$0.bound.isEmpty && !$0.isKnownAtPointsAlone },
      .line(Figure.Line([], width: 1, dash: .dashed, colour: .ink, legend: "lower bound")))
    if let within = curves.compactMap({ $0.knee?.within }).first {
      let legend = curves.contains { $0.knee?.lowest != nil } ? "least energy" : "within \(percent(within)) of least"
      entry(true, .dots(Figure.Dots([], diameter: 7, colour: .ink, legend: legend)))
    }
    entry(
      curves.contains { $0.compulsory != nil },
      .dots(Figure.Dots([], shape: .diamond, diameter: 8, colour: .ink, legend: "compulsory")))
    for curve in curves { addTips(curve, quantity, prefix: "\(curve.name): ", &figure) }
  }

  /// The width and the dashes of each of several curves: one that runs on top of others before it is narrower and leaves gaps, so
  /// that these are seen.
  private static func strokes(of curves: [SkiSlope], _ figure: Figure) -> [(width: Double, dash: Figure.Dash)] {
    let (left, right) = (figure.margins.left, figure.width - figure.margins.right)
    // Heights in pixels at every tenth pixel of the axis.
    let columns = Array(stride(from: Double(left), through: Double(right), by: 10))
    let heights = curves.map { curve -> [Double?] in
      let points = points(curve, curve.points, figure).map(figure.pixel)
      return columns.map { column in points.last { $0.x <= column }?.y }
    }
    let patterns: [(width: Double, dash: Figure.Dash)] = [
      (2, .solid), (1.5, .longDashed), (1.2, .dashDotted), (1, .dotted),
    ]
    var places: [Int] = []
    for own in heights {
      let below = places.indices.filter { other in
        // At a tenth of the axis or more they are within a pixel.
        columns.indices.count { column in
          guard let a = own[column], let b = heights[other][column] else { return false }
          return abs(a - b) < 1
        } * 10 >= columns.count
      }
      places.append(min((below.map { places[$0] }.max() ?? -1) + 1, patterns.count - 1))
    }
    return places.map { patterns[$0] }
  }

  /// The least of values that hold for all larger capacities.
  private static func least(of samples: [SkiSlope.Sample]) -> [SkiSlope.Sample] {
    samples.sorted { ($0.capacityBits, $0.value) < ($1.capacityBits, $1.value) }.reduce(into: []) { least, sample in
      if sample.value < least.last?.value ?? .infinity { least.append(sample) }
    }
  }

  private static let sampleDiameter = 6.0
  private static let piecesDiameter = 4.5

  /// Values as dots.
  private static func dots(_ samples: [SkiSlope.Sample]) -> [Figure.Point] {
    samples.filter { $0.value > 0 }.map { Figure.Point(x: Double($0.capacityBits) / 8, y: $0.value) }
  }

  /// Values of a curve as a line that goes on to the end of the axis unless the curve rises, of those in one column of pixels the first and the last.
  private static func points(
    _ curve: SkiSlope, _ samples: [SkiSlope.Sample], _ figure: Figure
  ) -> [Figure.Point] {
    var points: [Figure.Point] = []
    var (column, inColumn) = (0, 0)
    for sample in samples where sample.value > 0 {
      let point = Figure.Point(x: Double(sample.capacityBits) / 8, y: sample.value)
      let own = Int(figure.pixel(point).x.rounded(.down))
      (column, inColumn) = (own, own == column ? inColumn + 1 : 1)
      if inColumn > 2 { points.removeLast() }
      points.append(point)
    }
    if let last = points.last, last.x < figure.x.end, samples.count > 1, !curve.rises {
      points.append(Figure.Point(x: figure.x.end, y: last.y))
    }
    return points
  }

  private static func stepCorners(_ points: [Figure.Point]) -> [Figure.Point] {
    zip(points, points.dropFirst()).reduce(into: Array(points.prefix(1))) { corners, pair in
      corners += [Figure.Point(x: pair.1.x, y: pair.0.y), pair.1]
    }
  }

  /// A tip at each point that is not on top of the one before.
  private static func addTips(_ curve: SkiSlope, _ quantity: Quantity, prefix: String, _ figure: inout Figure) {
    let bounds = Dictionary(curve.bound.map { ($0.capacityBits, $0.value) }) { first, _ in first }
    var last: Figure.Point?
    for sample in curve.points where sample.value > 0 {
      let point = Figure.Point(x: Double(sample.capacityBits) / 8, y: sample.value)
      let pixel = figure.pixel(point)
      if let last, hypot(pixel.x - last.x, pixel.y - last.y) < 4 { continue }
      last = pixel
      let capacity = CapacityAxis.text(bits: sample.capacityBits)
      var text = "\(prefix)\(capacity): \(quantity.text(sample.value))"
      if let bound = bounds[sample.capacityBits], bound > 0 {
        text += ", \(NumberText.percent(sample.value / bound - 1)) above the bound"
      }
      figure.tips.append(Figure.Tip(x: point.x, y: point.y, text))
    }
  }

  private static func percent(_ part: Double) -> String {
    let text = NumberText.percent(part)
    return text.hasSuffix(".0 %") ? String(text.dropLast(4)) + " %" : text
  }

  private static func label(_ knee: SkiSlope.Knee) -> String {
    if let lowest = knee.lowest {
      return "least\(lowest == .ofAll ? "" : " of these") at \(CapacityAxis.text(bits: knee.capacityBits))"
    }
    return (knee.within == 0 ? "least" : "within \(percent(knee.within))") + " from "
      + CapacityAxis.text(bits: knee.capacityBits, rounded: .up)
  }

  private static func describe(_ curve: SkiSlope, _ quantity: Quantity) -> String {
    guard let first = curve.points.first, let last = curve.points.last else { return "" }
    var text =
      "\(curve.name): \(quantity.name) of \(quantity.text(first.value)) at "
      + "\(CapacityAxis.text(bits: first.capacityBits)) \(last.value <= first.value ? "falls" : "rises") to "
      + "\(quantity.text(last.value)) at "
      + "\(CapacityAxis.text(bits: last.capacityBits))"
    if let knee = curve.knee { text += ", \(label(knee))" }
    if let compulsory = curve.compulsory { text += "; compulsory \(quantity.text(compulsory))" }
    if let inPieces = curve.inPieces, let last = inPieces.points.last {
      text += "; \(inPieces.name) \(quantity.text(last.value)) at \(CapacityAxis.text(bits: last.capacityBits))"
    }
    return text
      + (curve.isKnownAtPointsAlone
        ? "." : curve.isSampled ? ". Between the \(curve.points.count) capacities asked it may lie lower." : ".")
  }
}

extension SkiSlope {
  /// Whether nothing is known between the points, as they neither hold up to the next nor lie close together.
  fileprivate var isKnownAtPointsAlone: Bool { isSampled && rises }

  /// The curve, and its knee if that lies in a range of capacities.
  func withoutKnee(outside range: ClosedRange<Int>) -> SkiSlope {
    var curve = self
    if let knee, !range.contains(knee.capacityBits) { curve.knee = nil }
    return curve
  }

  /// The part of the curve in a range of capacities, from its value at the range's start; nil when it has none.
  func cropped(to range: ClosedRange<Int>) -> SkiSlope? {
    func crop(_ samples: [Sample]) -> [Sample] {
      let samples = samples.filter { $0.value > 0 && $0.value.isFinite }
      var kept = samples.filter { range.contains($0.capacityBits) }
      if let before = samples.last(where: { $0.capacityBits < range.lowerBound }),
        kept.first?.capacityBits != range.lowerBound
      {
        kept.insert(Sample(capacityBits: range.lowerBound, value: before.value), at: 0)
      }
      return kept
    }
    var cropped = self
    cropped.points = crop(points)
    cropped.bound = crop(bound)
    if let inPieces { cropped.inPieces?.points = crop(inPieces.points) }
    cropped.dataflows = dataflows.mapValues(crop)
    return cropped.points.isEmpty ? nil : cropped
  }
}
