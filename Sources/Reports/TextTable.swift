import Interchange

/// A table for the terminal: columns as wide as their widest cell, numbers to the right.
public struct TextTable {
  /// Which side of its column a cell's text is put at.
  public enum Alignment: Sendable {
    /// At the left, as words are.
    case left
    /// At the right, as numbers are.
    case right
  }

  private let headers: [String]
  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// A table with these columns and no rows.
  public init(_ columns: [(header: String, alignment: Alignment)]) {
    headers = columns.map(\.header)
    alignments = columns.map(\.alignment)
  }

  /// Adds a row with one cell for each column; characters that would break or colour its line are made visible.
  public mutating func add(_ row: [String]) {
    precondition(row.count == headers.count, "a row has one cell for each column")
    rows.append(row.map(FormatError.oneLine))
  }

  /// The lines of the table, the header first.
  public var lines: [String] {
    let widths = headers.indices.map { column in
      ([headers] + rows).map { $0[column].count }.max() ?? 0
    }
    return ([headers] + rows).map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += (column == 0 ? "" : "  ") + (alignments[column] == .left ? cell + padding : padding + cell)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
