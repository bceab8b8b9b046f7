/// What a search looked at. It does not depend on the number of threads, unless a time limit ended it.
public struct SearchStatistics: Hashable, Sendable {
  /// Mappings of the grids: combinations of undominated profiles of rows and columns with tiles of n, k and c.
  public var mappings = 0
  /// Those whose energy and occupancy were computed.
  public var scored = 0
  /// Those in groups of blocks of which not even the corner fits the Buffer.
  public var prunedByCapacity = 0
  /// Those in blocks or groups of them whose corner is no better than a mapping known already, or does not fit.
  public var prunedByEnergy = 0
  /// Those left when the lower bound for every schedule was met.
  public var prunedByBound = 0
  /// Those that were not scored.
  public var pruned: Int { Self.sum(Self.sum(prunedByCapacity, prunedByEnergy), prunedByBound) }

  /// Whether every block size was tried, see ``Optimizer/isComplete``.
  public var isComplete = true

  /// Has a search end that a time limit stopped: what it did not score counts as not looked at, of which no number is kept.
  mutating func endEarly() {
    (prunedByEnergy, prunedByBound) = (0, 0)
    isComplete = false
  }

  /// Adds what another search looked at; numbers end at the largest there is.
  mutating func add(_ other: SearchStatistics) {
    mappings = Self.sum(mappings, other.mappings)
    scored = Self.sum(scored, other.scored)
    prunedByCapacity = Self.sum(prunedByCapacity, other.prunedByCapacity)
    prunedByEnergy = Self.sum(prunedByEnergy, other.prunedByEnergy)
    prunedByBound = Self.sum(prunedByBound, other.prunedByBound)
    isComplete = isComplete && other.isComplete
  }

  private static func sum(_ one: Int, _ other: Int) -> Int {
    let (sum, overflow) = one.addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  /// Those of a search that has looked at nothing yet.
  public init() {}
}
