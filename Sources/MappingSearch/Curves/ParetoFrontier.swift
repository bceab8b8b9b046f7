import Scoring

/// The mappings that no other beats in both occupancy and energy.
struct ParetoFrontier: SolutionPool {
  /// Mappings in the order of their occupancy, by the range of ``Cutoffs`` that it lies in.
  private var ranges = [[ScoredMapping]](repeating: [], count: Cutoffs.count)
  /// The least energy of smaller ranges.
  private(set) var cutoffs = Cutoffs()
  var initialCutoffs: Cutoffs? { nil }

  /// From the least occupancy to the least energy.
  var mappings: [ScoredMapping] { ranges.flatMap { $0 } }

  func covers(_ mapping: ScoredMapping) -> Bool {
    ranges.contains { $0.contains { $0.energy <= mapping.energy && $0.occupancy <= mapping.occupancy } }
  }

  mutating func offer(_ mapping: ScoredMapping) {
    let range = Cutoffs.range(of: mapping.occupancy)
    if mapping.energy >= cutoffs[range] { return }
    guard insert(mapping, in: range) else { return }
    var end = range + 1
    while end < Cutoffs.count, cutoffs[end] > mapping.energy {
      if !ranges[end].isEmpty { ranges[end].removeAll { $0.energy >= mapping.energy } }
      end += 1
    }
    cutoffs.fill(range + 1..<end, with: mapping.energy)
  }

  /// Inserts a mapping among those of its range unless one of them is as good.
  private mutating func insert(_ mapping: ScoredMapping, in range: Int) -> Bool {
    let place = ranges[range].firstIndex { $0.occupancy >= mapping.occupancy } ?? ranges[range].count
    if place > 0, ranges[range][place - 1].energy <= mapping.energy { return false }
    var end = place
    if end < ranges[range].count, ranges[range][end].occupancy == mapping.occupancy {
      let known = ranges[range][end]
      if known.energy < mapping.energy || known.energy == mapping.energy && known.place < mapping.place { return false }
    }
    while end < ranges[range].count, ranges[range][end].energy >= mapping.energy { end += 1 }
    ranges[range].replaceSubrange(place..<end, with: CollectionOfOne(mapping))
    return true
  }

  mutating func merge(_ other: ParetoFrontier) {
    for mappings in other.ranges {
      for mapping in mappings { offer(mapping) }
    }
  }
}
