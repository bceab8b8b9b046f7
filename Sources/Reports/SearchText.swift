import Answers
public import MappingSearch

extension Answer {
  /// Whether a nest that the search left out may cost less. None does where the energy is the bound of every schedule.
  private var mayBeBeaten: Bool {
    guard let search, !search.isComplete else { return false }
    return bound.map { energy.data > $0.data } ?? true
  }

  /// What to say of answers of which some are not the best of the mapspace for certain; nil where all are.
  static func noteOnSearches(_ answers: [Answer]) -> String? {
    answers.contains(where: \.mayBeBeaten)
      ? SearchStatistics.note(onIncomplete: "an optimum above its bound") : nil
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
