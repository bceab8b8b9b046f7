/// Sees what a search leaves out and why.
///
/// A search is compiled for its observer: one that does nothing costs nothing.
protocol SearchObserver: Sendable {
  /// A rule was applied to the mappings of one order of keeps.
  ///
  /// - Parameters:
  ///   - rule: what leaves mappings out.
  ///   - order: the order of keeps, by its position among those searched.
  ///   - pool: the best mappings known when the rule was applied.
  ///   - isKept: whether the rule did not leave out a mapping.
  func applied(_ rule: SearchRule, order: Int, _ pool: some SolutionPool, isKept: (ScoredMapping.Place) -> Bool)
}

/// An observer that looks away.
struct NoObserver: SearchObserver {
  @inline(__always)
  func applied(_ rule: SearchRule, order: Int, _ pool: some SolutionPool, isKept: (ScoredMapping.Place) -> Bool) {}
}

/// What leaves mappings out of a search, or could; `Proofs.md` says why nothing is lost.
enum SearchRule: String {
  /// Profiles of an axis that are not listed, since a better one is known to be.
  case blockSizes = "block sizes"
  /// Profiles of an axis that are dropped, since another dominates them.
  case dominance
  /// Tiles of batch and channels with as many blocks as a smaller one.
  case tiles
  /// Nodes that do not fit the Buffer.
  case capacity
  /// Nodes and leaves whose least factors together are no better than what is known.
  case corner
  /// Mappings that are no better than what is known, by the range that their occupancy lies in.
  case cutoff
  /// What the pool does not keep.
  case pool
  /// All that has not been scored when the lower bound for every schedule is met.
  case bound
  /// Leaves that nothing left out and nothing scored.
  case visits
}
