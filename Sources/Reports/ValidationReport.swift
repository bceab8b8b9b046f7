public import Validation

/// What `validate` says of measurements, in lines.
public enum ValidationReport {
  /// The lines of a report.
  ///
  /// - Parameters:
  ///   - findings: measurements held against the model.
  ///   - form: how wide the lines may be, and whether they are coloured.
  /// - Returns: lines, tables among them.
  public static func lines(_ findings: Findings, form: TextForm = .plain) -> [String] {
    let indented = TextForm(width: form.width.map { max(1, $0 - 2) }, isColoured: form.isColoured)
    var lines: [String] = []
    for section in ValidationTables.sections(findings) {
      if !lines.isEmpty { lines.append("") }
      lines += form.fitted([section.title] + section.notes.map { "  " + $0 })
      for table in section.tables { lines += table.text.lines(indented).map { $0.isEmpty ? "" : "  " + $0 } }
    }
    return lines
  }
}
