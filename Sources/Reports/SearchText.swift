import Answers
public import MappingSearch

extension Answer {
  /// Whether a nest that the search left out may cost less. None does where the energy is the bound of every schedule.
  var mayBeBeaten: Bool {
    guard let search, !search.isComplete else { return false }
    return bound.map { energy.data > $0.data } ?? true
  }

  /// Whether no dataflow attains the energy but those that are named: the search left out nothing.
  var namesAllDataflows: Bool { search?.isComplete ?? true }

  /// What to say below some answers: that some are not the best of the mapspace for certain, and which layers are given in
  /// parts.
  static func notes(_ answers: [Answer]) -> [String] {
    let searches = SearchStatistics.note(onIncomplete: "an optimum above its bound")
    return (answers.contains(where: \.mayBeBeaten) ? [searches] : []) + (WholeText.note(answers).map { [$0] } ?? [])
  }
}

extension SearchStatistics {
  /// What to say of results of which some search was not complete.
  ///
  /// - Parameter result: the results, in the singular or plural.
  /// - Returns: a line.
  public static func note(onIncomplete result: String) -> String {
    "not all of the mapspace was searched: \(result) may be lower"
  }

  /// What the search looked at, in words.
  var text: String {
    "\(NumberText.grouped(mappings)) mappings, \(NumberText.grouped(scored)) scored, "
      + "\(NumberText.grouped(pruned)) pruned (\(NumberText.grouped(prunedByCapacity)) by capacity, "
      + "\(NumberText.grouped(prunedByEnergy)) by energy, \(NumberText.grouped(prunedByBound)) by the bound)"
      + (isComplete ? "" : "; not all of the mapspace")
  }
}
