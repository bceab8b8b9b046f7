import MappingSearch

extension SearchStatistics {
  /// What the search looked at, in words.
  var text: String {
    "\(NumberText.grouped(mappings)) mappings, \(NumberText.grouped(scored)) scored, "
      + "\(NumberText.grouped(pruned)) pruned (\(NumberText.grouped(prunedByCapacity)) by capacity, "
      + "\(NumberText.grouped(prunedByEnergy)) by energy, \(NumberText.grouped(prunedByBound)) by the bound)"
      + (isComplete ? "" : "; not every block size of so large a layer")
  }
}
