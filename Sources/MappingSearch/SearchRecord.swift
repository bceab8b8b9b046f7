import DenseKernels
import EnergyModel
import Workloads

/// A mapping of the searched grids, with what it costs in one group.
struct ScoredMapping: Hashable, Sendable {
  /// Energy of moving data, in quanta of the model.
  var energy: Int
  /// Bits held.
  var occupancy: Int
  var place: Place

  /// Where a mapping stands among all: ties go to the first.
  struct Place: Hashable, Comparable, Sendable {
    /// The search, its grid and the grid's tile of the batch.
    var search: Int32
    var grid: Int32
    var batch: Int32
    /// The profiles of the vertical and of the horizontal axis, and the column.
    var vertical: Int32
    var horizontal: Int32
    var column: Int32

    static func < (a: Place, b: Place) -> Bool {
      if a.search != b.search { return a.search < b.search }
      if a.grid != b.grid { return a.grid < b.grid }
      if a.batch != b.batch { return a.batch < b.batch }
      if a.vertical != b.vertical { return a.vertical < b.vertical }
      if a.horizontal != b.horizontal { return a.horizontal < b.horizontal }
      return a.column < b.column
    }
  }
}

/// The best mappings known, and what another must be to be one of them.
///
/// What is left of a set of mappings depends neither on the order in which they are offered nor on whether those are
/// left out that ``thresholds`` do not admit.
protocol SearchRecord: Sendable {
  /// What the energy of a mapping must be below to change the record.
  var thresholds: Thresholds { get }
  /// The same before any mapping was offered, or nil where everything would change the record. With them those mappings
  /// are best offered first that may have the least energy.
  var initialThresholds: Thresholds? { get }
  /// Whether it holds a mapping as good, or wants no such mapping.
  func covers(_ mapping: ScoredMapping) -> Bool
  /// Keeps a mapping if it is one of the best.
  mutating func offer(_ mapping: ScoredMapping)
  /// Keeps what is best of another record too.
  mutating func merge(_ other: Self)
}

/// The mapping of least energy at one capacity; of several the one of least occupancy.
struct Incumbent: SearchRecord {
  let capacity: Int
  private(set) var best: ScoredMapping?
  private(set) var thresholds = Thresholds()
  var initialThresholds: Thresholds? { best == nil ? thresholds : nil }

  init(capacity: Int) {
    self.capacity = capacity
    thresholds.fill(Thresholds.range(of: capacity) + 1..<Thresholds.count, with: 0)
  }

  func covers(_ mapping: ScoredMapping) -> Bool {
    guard mapping.occupancy <= capacity else { return true }
    return best.map { ($0.energy, $0.occupancy) <= (mapping.energy, mapping.occupancy) } ?? false
  }

  mutating func offer(_ mapping: ScoredMapping) {
    if mapping.occupancy > capacity { return }
    if let best {
      if (best.energy, best.occupancy) < (mapping.energy, mapping.occupancy) { return }
      if (best.energy, best.occupancy) == (mapping.energy, mapping.occupancy) {
        if mapping.place < best.place { self.best = mapping }
        return
      }
    }
    best = mapping
    // With as much energy, only what holds no more is of use.
    let end = Thresholds.range(of: mapping.occupancy) + 1
    thresholds.fill(0..<end, with: mapping.energy + 1)
    thresholds.fill(end..<Thresholds.range(of: capacity) + 1, with: mapping.energy)
  }

  mutating func merge(_ other: Incumbent) {
    if let mapping = other.best { offer(mapping) }
  }
}
