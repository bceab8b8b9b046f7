public import MappingSearch

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
