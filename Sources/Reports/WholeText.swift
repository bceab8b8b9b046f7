import Interchange
import Workloads

/// What is said of layers that are given in parts.
enum WholeText {
  /// A name with the number of parts: "up (4 parts)".
  static func title(_ name: String, parts: Int) -> String { "\(name) (\(parts) part\(parts == 1 ? "" : "s"))" }

  /// The same of a record.
  static func title(_ whole: WholeRecord) -> String { title(whole.layer, parts: whole.parts.count) }

  /// How the parts run, in a word or two.
  static func schedule(_ whole: WholeRecord) -> String { whole.sharesInputs ? "shared inputs" : "part by part" }

  /// What the energy and the bound are of, or nil where no layer is given in parts.
  ///
  /// - Parameter names: the wholes of layers that are parts.
  /// - Returns: a line.
  static func note(_ names: some Sequence<String>) -> String? {
    let names = names.uniqued()
    if names.isEmpty { return nil }
    let shown = names.prefix(4).joined(separator: ", ") + (names.count > 4 ? " and \(names.count - 4) more" : "")
    return
      "\(shown): given in parts that read inputs in common and are searched one by one. Run part by part, their sum "
      + "may be more than the optimum of the whole; with shared inputs, which stay in the Buffer, every word moves once. Only "
      + "the whole has a bound: those of parts could not be added up"
  }

  /// The same of some records.
  static func note(_ records: [ResultRecord]) -> String? { note(records.compactMap(\.partOf)) }
}

extension WholeRecord {
  /// Whether the last of its parts among some records stands at an index.
  func ends(with index: Int, of records: [ResultRecord]) -> Bool {
    records[index].partOf == layer && !records[(index + 1)...].contains { $0.partOf == layer }
  }
}
