public import Mappings

/// Dataflows as users write them: an order of keeps as `os-iw`, what stays put as `os` or `output-stationary`, or `any`.
public enum DataflowText {
  /// All that is accepted, for messages.
  static let accepted =
    ["any"] + Dataflow.allCases.map(\.rawValue) + Dataflow.allCases.map(family).uniqued()
    + Dataflow.allCases.map(\.stationaryName).uniqued()

  /// The short name of both orders with the same tensor outermost.
  private static func family(_ dataflow: Dataflow) -> String { String(dataflow.rawValue.prefix(2)) }

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
        [dataflow.rawValue, family(dataflow), dataflow.stationaryName].contains(name)
      }
      if own.isEmpty { throw FormatError(origin: origin, message: unknown("dataflow", name, known: accepted)) }
      chosen.formUnion(own)
    }
    return chosen
  }
}
