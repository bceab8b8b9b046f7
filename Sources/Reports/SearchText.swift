import Interchange

extension ResultRecord.Search {
  /// What the search looked at, in words.
  var text: String {
    "\(NumberText.grouped(mappings)) mappings, \(NumberText.grouped(scored)) scored, "
      + "\(NumberText.grouped(pruned)) pruned (\(NumberText.grouped(prunedBy.capacity)) by capacity, "
      + "\(NumberText.grouped(prunedBy.energy)) by energy, \(NumberText.grouped(prunedBy.bound)) by the bound)"
      + (complete ? "" : "; not every block size of so long an axis")
  }
}
