import Scoring

/// The best mappings known, and what another must cost to be one of them.
///
/// What a pool holds of a set of mappings depends neither on the order in which they are offered nor on whether those are
/// left out that ``cutoffs`` do not admit.
protocol SolutionPool: Sendable {
  /// What the energy of a mapping must be below to change the pool.
  var cutoffs: Cutoffs { get }
  /// The same before any mapping was offered, or nil where everything would change the pool. With them those mappings
  /// are best offered first that may have the least energy.
  var initialCutoffs: Cutoffs? { get }
  /// Whether it holds a mapping as good, or wants no such mapping.
  func covers(_ mapping: ScoredMapping) -> Bool
  /// Keeps a mapping if it is one of the best.
  mutating func offer(_ mapping: ScoredMapping)
  /// Keeps what is best of another pool too.
  mutating func merge(_ other: Self)
}
