import Foundation

/// The legend of a figure, laid out in pixels in rows between the title and the frame.
struct Legend {
  /// An element's sample and title.
  struct Entry {
    let element: Figure.Element
    let title: String
    /// The sample's left end, at half its height.
    let sample: Figure.Point
    /// Where the title begins.
    let text: Figure.Point
  }

  /// Pixels from one row to the next.
  static let rowHeight = 16
  /// The width of a sample in pixels.
  static let sampleWidth = 22.0
  private static let textSize = Figure.fontSize - 1
  private static let gap = 6.0

  let entries: [Entry]
  /// How many rows it has.
  let rowCount: Int

  /// The legend of a figure that has room for it.
  init(_ figure: Figure) {
    let titled = figure.elements.compactMap { element in element.legend.map { (element, $0) } }
    let columns = Self.columns(titled.map(\.1), figure)
    let rowCount = (titled.count + columns.count - 1) / max(1, columns.count)
    self.rowCount = rowCount
    entries = titled.enumerated().map { index, entry in
      let (row, column) = (index / columns.count, index % columns.count)
      let x = columns[column]
      let y = Double(figure.margins.top) - 8 - (Double(rowCount - row) - 0.5) * Double(Self.rowHeight)
      return Entry(
        element: entry.0, title: entry.1, sample: Figure.Point(x: x, y: y),
        text: Figure.Point(x: x + Self.sampleWidth + Self.gap, y: y))
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
}

extension Figure {
  /// Makes room for the legend, by which the figure grows; what it places in pixels moves down.
  mutating func makeRoomForLegend() {
    let rows = Legend(self).rowCount
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
