import Interchange
public import Validation

/// A page about measurements held against the model, with tables and pictures: HTML that stands alone, or Markdown.
public struct ValidationPage {
  /// Measurements of one set with their pictures.
  public struct Part {
    /// Measurements held against the model.
    public let findings: Findings
    /// Their pictures, see ``ValidationFigures``.
    public let figures: [Figure]

    /// A part of a page.
    public init(_ findings: Findings, figures: [Figure]) {
      self.findings = findings
      self.figures = figures
    }
  }

  private let parts: [Part]
  private let command: String

  /// A page.
  ///
  /// - Parameters:
  ///   - parts: what it is about.
  ///   - command: the command line that made it.
  public init(_ parts: [Part], command: String) {
    self.parts = parts
    self.command = command
  }

  /// The page's heading.
  private static let title = "Measured energies against the model"

  /// The page as Markdown.
  ///
  /// - Parameter picture: where the file of a figure is, as seen from the page, or nil to leave it out.
  /// - Returns: the text.
  public func markdown(picture: (Figure) -> String?) -> String {
    var lines = ["# \(Self.title)", "", "By tilebound \(Producer.version):", "", "    \(command)"]
    for part in parts {
      let sections = ValidationTables.sections(part.findings)
      for (index, section) in sections.enumerated() {
        lines += ["", (index == 0 ? "## " : "### ") + Self.escaped(section.title)]
        if !section.notes.isEmpty { lines += [""] + section.notes.map { "* \(Self.escaped($0))" } }
        for table in section.tables { lines += [""] + Self.table(table) }
        if index == 0 {
          for figure in part.figures {
            guard let file = picture(figure) else { continue }
            lines += ["", "![\(Self.escaped(figure.alternativeText))](\(file))"]
          }
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func table(_ table: ValidationTables.Table) -> [String] {
    func line(_ cells: [String]) -> String { "| " + cells.map(escaped).joined(separator: " | ") + " |" }
    let rule = table.columns.map { $0.alignment == .left ? "---" : "---:" }
    return [line(table.columns.map(\.header)), "| " + rule.joined(separator: " | ") + " |"] + table.rows.map(line)
  }

  /// A text in which nothing is taken for markup, on one line.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      if "\\`*_[]<>|#~&".contains(character) { escaped.append("\\") }
      escaped.append(character.isNewline ? " " : character)
    }
    return escaped
  }

  /// The page as HTML, which loads nothing.
  ///
  /// - Throws: ``PlotError`` when gnuplot is missing or fails.
  public func html() throws -> String {
    var number = 0
    let contents = try parts.enumerated().map { index, part in
      let sections = ValidationTables.sections(part.findings)
      let figures = try FiguresSection(part.figures, from: number + 1)
      number += part.figures.count
      return Contents(
        place: "set-\(index + 1)", name: part.findings.data.name, title: sections[0].title, notes: sections[0].notes,
        figures: figures.figures, sections: sections.dropFirst().map(Contents.Section.init))
    }
    return try HTMLTemplates.render(
      HTML(title: Self.title, subtitle: command, contents: contents), template: "validation")
  }

  /// What the template of the page is filled with.
  private struct HTML {
    let title: String
    let subtitle: String
    let version = Producer.version
    let style = HTMLTemplates.style
    let contents: [Contents]
  }

  private struct Contents {
    struct Section {
      let title: String
      let notes: [String]
      let tables: [HTMLTable]

      init(_ section: ValidationTables.Section) {
        title = section.title
        notes = section.notes
        tables = section.tables.map { table in
          var html = HTMLTable(
            caption: table.caption, table.columns.map { ($0.header, isNumber: $0.alignment == .right) })
          for row in table.rows {
            html.add(row.indices.map { $0 == 0 ? .header(row[0]) : .text(row[$0], isNumber: true) })
          }
          return html
        }
      }
    }

    let place: String
    let name: String
    let title: String
    let notes: [String]
    let figures: [FiguresSection.Item]
    let sections: [Section]
  }
}
