import Scoring

/// The mapping of least energy at one capacity; of several the one of least occupancy.
struct Incumbent: SolutionPool {
  let capacity: Int
  private(set) var best: ScoredMapping?
  private(set) var cutoffs = Cutoffs()
  var initialCutoffs: Cutoffs? { best == nil ? cutoffs : nil }

  init(capacity: Int) {
    self.capacity = capacity
    cutoffs.fill(Cutoffs.range(of: capacity) + 1..<Cutoffs.count, with: 0)
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
    let end = Cutoffs.range(of: mapping.occupancy) + 1
    cutoffs.fill(0..<end, with: mapping.energy + 1)
    cutoffs.fill(end..<Cutoffs.range(of: capacity) + 1, with: mapping.energy)
  }

  mutating func merge(_ other: Incumbent) {
    if let mapping = other.best { offer(mapping) }
  }
}
