import Interchange
import Mustache
import Workloads

/// A table for the page: what its template is filled with.
struct HTMLTable {
  struct Column {
    let title: String
    let isNumber: Bool
  }

  struct Cell {
    let text: String
    /// What the column is sorted by, where that is not the text.
    var value: String?
    var isNumber = false
    /// Whether the cell names its row.
    var isHeader = false
    /// The number of the mapping that the cell leads to.
    var mapping: Int?

    /// A text, which may be that of a number.
    static func text(_ text: String, isNumber: Bool = false) -> Cell { Cell(text: text, isNumber: isNumber) }

    /// A text that names its row, and may lead to a mapping.
    static func header(_ text: String, mapping: Int? = nil) -> Cell {
      Cell(text: text, isHeader: true, mapping: mapping)
    }

    /// A number, or nothing.
    static func number(_ value: Int?, _ text: (Int) -> String = NumberText.grouped) -> Cell {
      Cell(text: value.map(text) ?? "", value: value.map(String.init), isNumber: true)
    }

    /// A number of bits.
    static func bits(_ value: Bits) -> Cell { number(value.count) }

    /// A size of the Buffer, or nothing.
    static func size(_ value: Bits?) -> Cell { number(value?.count) { CapacityText.text(Bits($0)) } }

    /// A number, or nothing.
    static func number(_ value: Double?, _ text: (Double) -> String = NumberText.grouped) -> Cell {
      Cell(text: value.map(text) ?? "", value: value.map { "\($0)" }, isNumber: true)
    }

    /// A share in percent, or nothing.
    static func percent(_ value: Double?) -> Cell {
      // Six decimals tell apart what a reader may ask for.
      Cell(
        text: value.map(NumberText.percent) ?? "", value: value.map { "\(($0 * 1e6).rounded() / 1e6)" }, isNumber: true)
    }
  }

  struct Row {
    fileprivate(set) var cells: [Cell]
  }

  let caption: String
  private(set) var columns: [Column]
  private(set) var rows: [Row] = []
  /// Whether it is the table of all records, which can be filtered.
  var isOfRecords = false
  /// Whether it is so long that it scrolls by itself, as that of all records always does.
  private(set) var isTall: Bool
  /// Whether its rows can be sorted.
  var isSortable = false
  /// Whether texts that have no room in a line take several, which may also begin behind a comma.
  var breaksTexts = false

  private static let mostRowsAtOnce = 30

  /// An empty table with the given columns.
  init(
    caption: String, _ columns: [(title: String, isNumber: Bool)], isSortable: Bool = false, isOfRecords: Bool = false
  ) {
    self.caption = caption
    self.columns = columns.map { Column(title: $0.title, isNumber: $0.isNumber) }
    self.isSortable = isSortable
    self.isOfRecords = isOfRecords
    isTall = isOfRecords
  }

  /// Adds a row with one cell for each column.
  mutating func add(_ cells: [Cell]) {
    precondition(cells.count == columns.count, "a row has one cell for each column")
    rows.append(Row(cells: cells))
    isTall = isOfRecords || rows.count > Self.mostRowsAtOnce
  }

  /// The table without the columns of some titles.
  func without(_ titles: Set<String>) -> HTMLTable {
    var table = self
    for place in columns.indices.reversed() where titles.contains(columns[place].title) {
      table.columns.remove(at: place)
      for row in table.rows.indices { table.rows[row].cells.remove(at: place) }
    }
    return table
  }
}

// Reports have many cells: a template that looks each up takes twenty times as long.
extension HTMLTable {
  /// The table in HTML, without the end tags of cells in its rows, which HTML does not ask for.
  var html: String {
    var html = ""
    write(to: &html)
    return html
  }

  /// Writes it, a row a line.
  func write(to html: inout String) {
    let caption = EscapedHTML.escaped(caption)
    html += "<div class=\"scroll\(isTall ? " tall" : "")\" role=\"group\" aria-label=\"\(caption)\" tabindex=\"0\">"
    html += "<table\(isSortable ? " class=\"sortable\"" : breaksTexts ? " class=\"broken\"" : "")"
    html += "\(isOfRecords ? " id=\"records\"" : "")>\n"
    html += "<caption><span>\(caption)</span></caption>\n<thead><tr>"
    for column in columns {
      html += column.isNumber ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">"
      html += EscapedHTML.escaped(column.title)
      html += "</th>"
    }
    html += "</tr></thead>\n<tbody>\n"
    for row in rows {
      html += "<tr>"
      for cell in row.cells { cell.write(to: &html, withValue: isSortable, isBroken: breaksTexts) }
      html += "</tr>\n"
    }
    html += "</tbody>\n</table></div>"
  }
}

extension HTMLTable.Cell {
  /// Whether a number is the text, with blanks between digits, or was rounded to it: it need not be there twice.
  private func isInText(_ value: String) -> Bool {
    guard let shown = Double(text.filter { $0 != " " }), let value = Double(value) else { return false }
    return shown == value || shown == value.rounded() && !text.contains(".")
  }

  fileprivate func write(to body: inout String, withValue: Bool, isBroken: Bool) {
    if isHeader {
      body += "<th scope=row>"
      if let mapping { body += "<a href=#mapping-\(mapping)>" }
      body += EscapedHTML.escaped(text)
      if mapping != nil { body += "</a>" }
      return
    }
    // Most cells are numbers.
    body += isNumber ? "<td" : "<td class=text"
    if withValue, let value, !isInText(value) { body += " data-value=\(value)" }
    body += ">"
    body +=
      isBroken
      ? EscapedHTML.escaped(NumberText.unbroken(text)).replacing(",", with: ",<wbr>") : EscapedHTML.escaped(text)
  }
}

// Templates see no more of a table.
extension HTMLTable: MustacheParent {
  func child(named name: String) -> Any? { name == "html" ? html : nil }
}
