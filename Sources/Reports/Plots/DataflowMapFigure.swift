public import Answers
import Interchange
import Mappings
import Workloads

/// Which dataflows attain the optimum of each layer at each capacity.
public enum DataflowMapFigure {
  /// Up to so many capacities have columns of equal width with names in the cells.
  static let mostColumns = 16

  /// A row for each layer, coloured by the dataflow that alone attains its optimum; ties are hatched, in the colour of one stationary tensor
  /// where both its orders do, and grey where others are tied.
  ///
  /// - Parameters:
  ///   - name: what to name a file of it.
  ///   - title: one line above the picture.
  ///   - subtitle: the settings under which the optima hold.
  ///   - optima: at most one for each layer and capacity; layers are shown in their order.
  /// - Returns: the figure, or nil with less than two capacities.
  public static func figure(name: String, title: String, subtitle: String, optima: [Answer]) -> Figure? {
    let placed = optima.filter { $0.capacity != nil }
    let capacities = Set(placed.compactMap(\.capacity?.count)).sorted()
    let rows = placed.map(\.name).uniqued()
    guard capacities.count > 1, let last = capacities.last else { return nil }
    let labels = TextWidth.fittedNames(rows, within: 150)
    let left = Int(labels.map { TextWidth.of($0) }.max() ?? 0) + 20
    let hasColumns = capacities.count <= mostColumns
    let width = max(300, hasColumns ? capacities.count * cellWidth : 0, 440 - left - 14)
    let x =
      hasColumns
      ? columnAxis(capacities, width: width)
      : CapacityAxis.axis(from: Double(capacities[0]) / 8, to: Double(last) / 8 * 1.15, width: width)
    var figure = Figure(
      name: name, title: title, subtitle: subtitle, frame: (width: width, height: max(40, rows.count * rowHeight)),
      margins: Figure.Margins(left: left, right: 14, top: 8, bottom: 44), x: x,
      y: Figure.Axis(
        title: "", scale: .linear, from: Double(rows.count) + 0.5, to: 0.5,
        ticks: labels.enumerated().map { Figure.Axis.Tick(Double($0.offset + 1), $0.element) }, hasGrid: false))
    figure.x.hasGrid = false

    // Where each capacity's cell begins and ends.
    func span(_ column: Int) -> (Double, Double) {
      if hasColumns { return (Double(column) + 0.5, Double(column) + 1.5) }
      let start = Double(capacities[column]) / 8
      return (start, column + 1 < capacities.count ? Double(capacities[column + 1]) / 8 : x.end)
    }
    let columnOf = Dictionary(uniqueKeysWithValues: capacities.enumerated().map { ($1, $0) })
    let rowOf = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
    var boxes: [Kind: [Figure.Rectangles.Box]] = [:]
    var texts: [Figure.Text] = []
    for optimum in placed {
      guard let capacity = optimum.capacity?.count, let column = columnOf[capacity], let row = rowOf[optimum.name]
      else {
        continue
      }
      let (start, end) = span(column)
      let low = Figure.Point(x: start, y: Double(row) + 0.5)
      let high = Figure.Point(x: end, y: Double(row) + 1.5)
      let kind = Kind(optimum)
      boxes[kind, default: []].append(Figure.Rectangles.Box(from: low, to: high))
      figure.tips.append(Figure.Tip(from: low, to: high, tip(optimum, capacity)))
      if hasColumns {
        let middle = figure.pixel(Figure.Point(x: (start + end) / 2, y: Double(row + 1)))
        let text = TextWidth.fitted(cellText(optimum), within: Double(cellWidth), size: 9)
        texts.append(
          Figure.Text(text, at: middle, alignment: .centre, size: 9, colour: kind.colour.readable))
      }
    }
    for (kind, boxes) in boxes.sorted(by: { $0.key.place < $1.key.place }) {
      figure.elements.append(
        .rectangles(
          Figure.Rectangles(
            boxes, colour: kind.colour, hatch: kind.hatch, legend: kind.legend)))
    }
    // Lines across the whole map, which are few, instead of one around each cell.
    if hasColumns {
      let (width, height) = (Double(capacities.count), Double(rows.count))
      let lines =
        (0...rows.count).map { line(from: (0, Double($0)), to: (width, Double($0))) }
        + (0...capacities.count).map { line(from: (Double($0), 0), to: (Double($0), height)) }
      figure.elements.append(.segments(Figure.Segments(lines, width: 0.6, colour: .rgb(0xFFFFFF))))
    }
    figure.elements += texts.map { .text($0) }
    figure.makeRoomForLegend()
    figure.description =
      "\(rows.count) \(rows.count.form(of: "layer")) at \(capacities.count) "
      + "\(capacities.count.form(of: "capacity", "capacities")). \(DataflowCounts(placed).text())"
    return figure
  }

  /// A line between corners of cells, which are counted from the upper left.
  private static func line(from start: (x: Double, y: Double), to end: (x: Double, y: Double)) -> Figure.Rectangles.Box
  {
    Figure.Rectangles.Box(
      from: Figure.Point(x: start.x + 0.5, y: start.y + 0.5), to: Figure.Point(x: end.x + 0.5, y: end.y + 0.5))
  }

  /// What a cell says by its colour.
  private enum Kind: Hashable {
    case alone(Dataflow)
    /// The mapping's dataflow is known, and not whether it alone attains the optimum.
    case perhapsTied(Dataflow)
    /// Both dataflows with the stationary tensor of this one, and no other.
    case bothOrders(Dataflow)
    case tied
    case any
    /// Several pieces, each of a dataflow of its own.
    case inPieces

    init(_ optimum: Answer) {
      guard let dataflows = optimum.optimalDataflows else {
        self = optimum.dataflow.map { .perhapsTied($0) } ?? .inPieces
        return
      }
      switch dataflows.count {
      case 1: self = .alone(dataflows[0])
      case 2 where dataflows[0].stationary == dataflows[1].stationary: self = .bothOrders(dataflows[0])
      case Dataflow.allCases.count: self = .any
      default: self = .tied
      }
    }

    /// Where it stands in the legend.
    var place: Int {
      func place(_ dataflow: Dataflow) -> Int { Dataflow.allCases.firstIndex(of: dataflow) ?? 0 }
      let count = Dataflow.allCases.count
      return switch self {
      case .alone(let dataflow): place(dataflow)
      case .perhapsTied(let dataflow): count + place(dataflow)
      case .bothOrders(let dataflow): 2 * count + place(dataflow)
      case .tied: 3 * count
      case .any: 3 * count + 1
      case .inPieces: 3 * count + 2
      }
    }

    var colour: Colour {
      switch self {
      case .alone(let dataflow): DataflowStyle.of(dataflow).colour
      case .perhapsTied(let dataflow): DataflowStyle.of(dataflow).colour.halfWay(to: 0x808080)
      case .bothOrders(let dataflow): DataflowStyle.of(dataflow).colour.halfWay(to: 0xFFFFFF).halfWay(to: 0xFFFFFF)
      case .tied: .rgb(0xDCDCDC)
      case .any: .rgb(0xF4F4F4)
      case .inPieces: .rgb(0x9A9A9A)
      }
    }

    /// The colour of the lines across a cell of several dataflows.
    var hatch: Colour? {
      switch self {
      case .alone, .perhapsTied, .inPieces: nil
      case .bothOrders(let dataflow): DataflowStyle.of(dataflow).colour.halfWay(to: 0xFFFFFF)
      case .tied: .rgb(0xB4B4B4)
      case .any: .rgb(0xDCDCDC)
      }
    }

    var legend: String {
      let all = Dataflow.allCases.count
      return switch self {
      case .alone(let dataflow): "\(dataflow.rawValue) alone"
      case .perhapsTied(let dataflow): "\(dataflow.rawValue), perhaps tied"
      case .bothOrders(let dataflow): "\(DataflowsText.bothOrders(of: dataflow)) tied"
      case .tied: "other ties, 2 to \(all - 1) of \(all)"
      case .any: "any: all \(all) tied"
      case .inPieces: "in pieces"
      }
    }
  }

  /// What a cell says in words: which dataflows, where that is short, or how many.
  private static func cellText(_ optimum: Answer) -> String {
    guard let dataflows = optimum.optimalDataflows else { return DataflowsText.own(optimum) }
    let text = DataflowsText.short(dataflows)
    return text.contains(",") ? "\(dataflows.count) of \(Dataflow.allCases.count)" : text
  }

  private static let rowHeight = 17
  private static let cellWidth = 34

  /// An axis of columns, with labels at as many of them as there is room for.
  private static func columnAxis(_ capacities: [Int], width: Int) -> Figure.Axis {
    let widest = capacities.map { TextWidth.of(CapacityAxis.text(bits: $0)) }.max() ?? 0
    let stride = max(1, Int(((widest + 6) * Double(capacities.count) / Double(width)).rounded(.up)))
    let ticks = capacities.enumerated().filter { $0.offset % stride == 0 }.map {
      Figure.Axis.Tick(Double($0.offset + 1), CapacityAxis.text(bits: $0.element))
    }
    return Figure.Axis(
      title: "Buffer capacity", scale: .linear, from: 0.5, to: Double(capacities.count) + 0.5, ticks: ticks,
      minorTicks: capacities.indices.filter { $0 % stride != 0 }.map { Double($0 + 1) })
  }

  private static func tip(_ optimum: Answer, _ capacity: Int) -> String {
    let energy = Quantity(name: "data", unit: optimum.energy.unit).text(optimum.energy.data)
    return "\(optimum.name) at \(CapacityAxis.text(bits: capacity)): \(energy), attained by "
      + DataflowsText.attaining(optimum)
  }
}
