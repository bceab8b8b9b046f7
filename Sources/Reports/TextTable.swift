import Interchange

/// A table for the terminal: columns as wide as their widest cell, numbers to the right.
public struct TextTable {
  /// Which side of its column a cell's text is put at, and what a colour tells of it.
  public enum Alignment: Sendable {
    /// At the left, as words are.
    case left
    /// At the right, as numbers are.
    case right
    /// At the right, in percent: what may still be gained, of which nothing is the best.
    case gap
    /// At the left: a word that says which rows are the best.
    case mark
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

  /// Whether the cells of a column tell rows apart.
  func varies(_ header: String) -> Bool {
    guard let column = headers.firstIndex(of: header) else { return false }
    return Set(rows.map { $0[column] }).count > 1
  }

  /// The lines of the table, the header first.
  public var lines: [String] { lines(of: Array(headers.indices), .plain) }

  /// The lines of the table where they have to fit a width, the header first.
  ///
  /// Names, which are in the first column, are cut in their middle to 32 columns of the terminal before a column is left out. Where the
  /// columns that stay do not fit, they are cut to 12.
  ///
  /// - Parameters:
  ///   - form: how wide the lines may be, and whether they are coloured.
  ///   - groups: headers of columns to leave out, those of a group together, group after group until the rest fits; without
  ///     any, the columns but the first two, from the last. A line below the table names them.
  /// - Returns: the lines, which are longer even so where the columns that stay are.
  public func lines(_ form: TextForm, leavingOut groups: [[String]] = []) -> [String] {
    guard let width = form.width, self.width(of: Array(headers.indices)) > width else {
      return lines(of: Array(headers.indices), form)
    }
    return cuttingNames(to: Self.longName).fitted(to: width, form, leavingOut: groups)
  }

  /// The lines of a table that is too wide.
  private func fitted(to width: Int, _ form: TextForm, leavingOut groups: [[String]]) -> [String] {
    var left = Array(headers.indices)
    let named = groups.map { group in headers.indices.filter { group.contains(headers[$0]) } }
    var missing: [Int] = []
    for group in groups.isEmpty ? left.dropFirst(2).reversed().map({ [$0] }) : named
    where self.width(of: left) > width {
      missing += group
      left.removeAll { group.contains($0) }
    }
    let names = missing.sorted().map { headers[$0] }.joined(separator: ", ")
    let excess = max(0, self.width(of: left) - width)
    return cuttingNames(to: max(Self.shortName, self.width(of: 0) - excess)).lines(of: left, form)
      + (names.isEmpty ? [] : [""] + form.fitted([Self.leftOut + names]))
  }

  /// So many columns of the terminal are a name's where there is no room for all columns, and so many at least.
  private static let (longName, shortName) = (32, 12)

  /// The table with longer names cut in their middle.
  private func cuttingNames(to most: Int) -> TextTable {
    var table = self
    for row in rows.indices where alignments[0] == .left && rows[row][0].columns > most {
      let name = rows[row][0]
      table.rows[row][0] = "\(name.prefix(columns: most / 2))…\(name.suffix(columns: most - most / 2 - 1))"
    }
    return table
  }

  private func width(of column: Int) -> Int { ([headers] + rows).map { $0[column].columns }.max() ?? 0 }

  private func width(of columns: [Int]) -> Int { columns.reduce(2 * (columns.count - 1)) { $0 + width(of: $1) } }

  private func lines(of columns: [Int], _ form: TextForm) -> [String] {
    let widths = columns.map { width(of: $0) }
    return ([headers] + rows).enumerated().map { index, row in
      // Blanks before a cell; those at the end of a line are never written.
      var (line, blanks) = ("", 0)
      for (column, width) in zip(columns, widths) {
        let (cell, alignment) = (row[column], alignments[column])
        let padding = width - cell.columns
        let isAtLeft = alignment == .left || alignment == .mark
        if !cell.isEmpty {
          line += String(repeating: " ", count: blanks + (isAtLeft ? 0 : padding))
          line += Self.role(index == 0, cell, alignment).map { form.text(cell, as: $0) } ?? cell
          blanks = isAtLeft ? padding : 0
        } else {
          blanks += padding
        }
        blanks += 2
      }
      return line
    }
  }

  /// What is coloured of a table.
  private static func role(_ isHeader: Bool, _ cell: String, _ alignment: Alignment) -> TextForm.Role? {
    switch alignment {
    case _ where isHeader: .header
    case .gap: cell == NumberText.percent(0) ? .best : .gap
    case .mark: .best
    case .left, .right: nil
    }
  }
}
