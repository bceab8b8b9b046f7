import Answers
import Interchange
import LowerBounds
import Workloads

/// What is said of layers that are given in parts.
enum WholeText {
  /// A name with the number of parts: "up (4 parts)".
  static func title(_ name: String, parts: Int) -> String { "\(name) (\(parts) part\(parts == 1 ? "" : "s"))" }

  /// The same of a layer that is given in parts.
  static func title(_ whole: WholeLayer) -> String { title(whole.name, parts: whole.parts.count) }

  /// The family of a bound, or that it is a sum.
  static func family(_ bound: EnergyBound) -> String { bound.family?.rawValue ?? "sum" }

  /// How the parts run, in a word or two.
  static func schedule(_ whole: WholeAnswer) -> String { whole.sharesInputs ? "shared inputs" : "part by part" }

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

  /// The same of some answers.
  static func note(_ answers: [Answer]) -> String? { note(answers.compactMap(\.partOf)) }
}

extension WholeAnswer {
  /// Whether the last of its parts among some answers stands at an index.
  func ends(with index: Int, of answers: [Answer]) -> Bool {
    answers[index].partOf == name && !answers[(index + 1)...].contains { $0.partOf == name }
  }
}
