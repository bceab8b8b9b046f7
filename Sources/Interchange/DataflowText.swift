public import Mappings

/// Dataflows as users write them: an order of keeps as `os-iw`, what stays put as `os` or `output-stationary`, or `any`.
public enum DataflowText {
  /// The names that stand for both orders with one tensor outermost: in short and in full.
  private static let families: [(short: String, long: String)] = Dataflow.allCases.map {
    (String($0.rawValue.prefix(2)), $0.stationaryName)
  }.reduce(into: []) { families, family in
    if !families.contains(where: { $0 == family }) { families.append(family) }
  }

  /// All that is accepted, for help and messages.
  public static let accepted =
    ["any"] + Dataflow.allCases.map(\.rawValue) + families.map(\.short) + families.map(\.long)

  /// The dataflows that a text stands for: names by commas.
  ///
  /// - Throws: ``FormatError`` for a name that is unknown, and for `any` beside others.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Set<Dataflow> {
    var chosen: Set<Dataflow> = []
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmingSpaces)
    for name in names.map({ $0.lowercased() }) {
      if name == "any" {
        if names.count > 1 { throw FormatError(origin: origin, message: "'\(text)': any stands alone") }
        return Set(Dataflow.allCases)
      }
      let own = Dataflow.allCases.filter { dataflow in
        [dataflow.rawValue, String(dataflow.rawValue.prefix(2)), dataflow.stationaryName].contains(name)
      }
      if own.isEmpty { throw FormatError(origin: origin, message: unknown("dataflow", name, known: accepted)) }
      chosen.formUnion(own)
    }
    return chosen
  }
}
