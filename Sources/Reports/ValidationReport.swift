public import Validation

/// What `validate` says of measurements, in lines.
public enum ValidationReport {
  /// The lines of a report.
  ///
  /// - Parameter findings: measurements held against the model.
  /// - Returns: lines, tables among them.
  public static func lines(_ findings: Findings) -> [String] {
    var lines: [String] = []
    for section in ValidationTables.sections(findings) {
      if !lines.isEmpty { lines.append("") }
      lines.append(section.title)
      lines += section.notes.map { "  " + $0 }
      for table in section.tables { lines += table.text.lines.map { "  " + $0 } }
    }
    return lines
  }
}
