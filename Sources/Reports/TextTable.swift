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

  /// The last line of a table in which columns were left out.
  private static let leftOut = "--wide shows what there is no room for: "

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
  public var lines: [String] { lines(of: Array(headers.indices)) }

  /// The lines of the table where they have to fit a width, the header first.
  ///
  /// - Parameters:
  ///   - width: the most characters of a line, or nil for any number.
  ///   - groups: headers of columns to leave out, those of a group together, group after group until the rest fits. A line
  ///     below the table names them.
  /// - Returns: the lines, which are longer even so where the columns that stay are.
  public func lines(width: Int?, leavingOut groups: [[String]]) -> [String] {
    guard let width else { return lines }
    var left = Array(headers.indices)
    var missing: [Int] = []
    for group in groups where self.width(of: left) > width {
      missing += left.filter { group.contains(headers[$0]) }
      left.removeAll { group.contains(headers[$0]) }
    }
    if missing.isEmpty { return lines }
    let names = missing.sorted().map { headers[$0] }.joined(separator: ", ")
    return lines(of: left) + [""] + TextLines.fitted([Self.leftOut + names], width: width)
  }

  private func width(of column: Int) -> Int { ([headers] + rows).map { $0[column].count }.max() ?? 0 }

  private func width(of columns: [Int]) -> Int { columns.reduce(2 * (columns.count - 1)) { $0 + width(of: $1) } }

  private func lines(of columns: [Int]) -> [String] {
    let widths = columns.map { width(of: $0) }
    return ([headers] + rows).map { row in
      var line = ""
      for (place, (column, width)) in zip(columns, widths).enumerated() {
        let cell = row[column]
        let padding = String(repeating: " ", count: width - cell.count)
        line += (place == 0 ? "" : "  ") + (alignments[column] == .left ? cell + padding : padding + cell)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
