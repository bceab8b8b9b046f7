import Foundation

/// The legend of a figure, laid out in pixels.
struct Legend {
  /// An element's sample and title.
  struct Entry {
    let element: Figure.Element
    let title: String
    /// The sample's left end, at half its height.
    let sample: Figure.Point
    /// Where the title begins, or ends when the legend stands at the right.
    let text: Figure.Point
  }

  /// Pixels from one row to the next.
  static let rowHeight = 16
  /// The width of a sample in pixels.
  static let sampleWidth = 22.0
  private static let textSize = Figure.fontSize - 1
  private static let gap = 6.0

  let entries: [Entry]
  /// Whether titles end where their places say.
  let endsAtText: Bool

  /// The legend of a figure at its place.
  init(_ figure: Figure) {
    let titled = figure.elements.compactMap { element in element.legend.map { (element, $0) } }
    endsAtText = figure.legend == .insideTopRight
    let rowHeight = Double(Self.rowHeight)
    let (left, right) = (Double(figure.margins.left), Double(figure.width - figure.margins.right))
    let (top, bottom) = (Double(figure.margins.top), Double(figure.height - figure.margins.bottom))
    switch figure.legend {
    case .insideTopRight:
      entries = titled.enumerated().map { index, entry in
        let (x, y) = (right - Self.gap - Self.sampleWidth, top + (Double(index) + 0.75) * rowHeight)
        return Entry(
          element: entry.0, title: entry.1, sample: Figure.Point(x: x, y: y),
          text: Figure.Point(x: x - Self.gap, y: y))
      }
    case .insideBottomLeft:
      entries = titled.enumerated().map { index, entry in
        let (x, y) = (left + Self.gap, bottom - (Double(titled.count - index) - 0.25) * rowHeight)
        return Entry(
          element: entry.0, title: entry.1, sample: Figure.Point(x: x, y: y),
          text: Figure.Point(x: x + Self.sampleWidth + Self.gap, y: y))
      }
    case .above:
      let columns = Self.columns(titled.map(\.1), figure)
      let rows = (titled.count + columns.count - 1) / max(1, columns.count)
      entries = titled.enumerated().map { index, entry in
        let (row, column) = (index / columns.count, index % columns.count)
        let (x, y) = (columns[column], top - 8 - (Double(rows - row) - 0.5) * rowHeight)
        return Entry(
          element: entry.0, title: entry.1, sample: Figure.Point(x: x, y: y),
          text: Figure.Point(x: x + Self.sampleWidth + Self.gap, y: y))
      }
    }
  }

  /// The left sides of the columns of a legend in rows: as many as the figure is wide, from the frame's left side when
  /// they fit there.
  private static func columns(_ titles: [String], _ figure: Figure) -> [Double] {
    let widths = titles.map { TextWidth.of($0, size: textSize) + sampleWidth + 3 * gap }
    let end = Double(figure.width - figure.margins.right)
    var count = titles.count
    while count > 0 {
      let columns = (0..<count).map { column in
        stride(from: column, to: widths.count, by: count).map { widths[$0] }.max() ?? 0
      }
      let excess = Double(figure.margins.left) + columns.reduce(0, +) - 2 * gap - end
      let left = Double(figure.margins.left) - max(0, excess)
      if left >= gap || count == 1 {
        // Rows of nearly equal length.
        let rows = (titles.count + count - 1) / count
        let even = (titles.count + rows - 1) / rows
        if even < count {
          count = even
          continue
        }
        return columns.indices.map { left + columns[..<$0].reduce(0, +) }
      }
      count -= 1
    }
    return []
  }

  /// Where the legend is, with some room around it: its upper left and its lower right corner.
  private var bounds: (Figure.Point, Figure.Point)? {
    guard let first = entries.first, let last = entries.last else { return nil }
    let width = entries.map { TextWidth.of($0.title, size: Self.textSize) }.max() ?? 0
    let edges =
      endsAtText ? (first.text.x - width, first.sample.x + Self.sampleWidth) : (first.sample.x, first.text.x + width)
    let half = Double(Self.rowHeight) / 2
    return (
      Figure.Point(x: edges.0 - Self.gap, y: first.sample.y - half),
      Figure.Point(x: edges.1 + Self.gap, y: last.sample.y + half)
    )
  }

  /// Whether the legend would lie on something that the figure draws, or leave its frame.
  func collides(in figure: Figure) -> Bool {
    guard let (low, high) = bounds else { return false }
    if low.x < Double(figure.margins.left) || high.y > Double(figure.height - figure.margins.bottom) { return true }
    func isInside(_ point: Figure.Point) -> Bool {
      (low.x...high.x).contains(point.x) && (low.y...high.y).contains(point.y)
    }
    return figure.elements.contains { element in
      switch element {
      case .line(let line):
        return Self.path(line, figure).contains(where: isInside)
      case .dots(let dots):
        return dots.points.contains { isInside(figure.pixel($0)) }
      case .text(let text):
        let width = TextWidth.of(text.text, size: text.size)
        let start = text.alignment == .left ? 0 : text.alignment == .right ? -width : -width / 2
        return stride(from: 0.0, through: width, by: 4).contains {
          isInside(Figure.Point(x: text.place.x + start + $0, y: text.place.y))
        }
      case .rectangles: return true
      case .area, .segments: return false
      }
    }
  }

  /// Close points along a line, in pixels.
  private static func path(_ line: Figure.Line, _ figure: Figure) -> [Figure.Point] {
    var path: [Figure.Point] = []
    for point in line.points where figure.x.canShow(point.x) && figure.y.canShow(point.y) {
      let end = figure.pixel(point)
      if let last = path.last {
        let corners = line.isStepped ? [Figure.Point(x: end.x, y: last.y), end] : [end]
        for corner in corners {
          guard let start = path.last else { break }
          let parts = max(1, Int(hypot(corner.x - start.x, corner.y - start.y) / 3))
          for part in 1...parts {
            let share = Double(part) / Double(parts)
            path.append(
              Figure.Point(x: start.x + share * (corner.x - start.x), y: start.y + share * (corner.y - start.y)))
          }
        }
      } else {
        path.append(end)
      }
    }
    return path
  }
}

extension Figure {
  /// Puts the legend where nothing lies under it: into a corner, or above the frame, for which the figure grows.
  mutating func placeLegend() {
    for corner in [LegendPlace.insideTopRight, .insideBottomLeft] {
      legend = corner
      if !Legend(self).collides(in: self) {
        // Lines through its texts would be in the way.
        (x.hasGrid, y.hasGrid) = (false, false)
        return
      }
    }
    putLegendAbove()
  }

  /// Puts the legend above the frame, for which the figure grows; what it places in pixels moves down.
  mutating func putLegendAbove() {
    legend = .above
    let rows = Set(Legend(self).entries.map(\.sample.y)).count
    if rows == 0 { return }
    let room = rows * Legend.rowHeight + 4
    margins.top += room
    height += room
    for (index, element) in elements.enumerated() {
      if case .text(var text) = element {
        text.place.y += Double(room)
        elements[index] = .text(text)
      }
    }
  }
}

extension Figure.Element {
  /// The title that the legend is to have for it.
  var legend: String? {
    switch self {
    case .line(let line): line.legend
    case .area(let area): area.legend
    case .rectangles(let rectangles): rectangles.legend
    case .segments(let segments): segments.legend
    case .dots(let dots): dots.legend
    case .text: nil
    }
  }
}
