import Scoring
import TestSupport
import Testing

@testable import MappingSearch

/// What pools keep of mappings, whatever the order in which they come.
struct SolutionPoolTests {
  private static func mappings(_ random: inout SplitMix64) -> [ScoredMapping] {
    (0..<random.pick(1...80)).map { place in
      ScoredMapping(
        energy: random.pick(1...30), occupancy: random.pick(1...400),
        place: ScoredMapping.Place(
          order: 0, grid: 0, batch: 0, vertical: 0, horizontal: 0, column: Int32(place)))
    }
  }

  /// Offers only what the pool's cutoffs admit, as a search does.
  private static func fill(_ pool: inout some SolutionPool, _ mappings: [ScoredMapping]) {
    for mapping in mappings where pool.cutoffs.admits(energy: mapping.energy, occupancy: mapping.occupancy) {
      pool.offer(mapping)
    }
  }

  @Test("The frontier is what no other beats, the first of equals", arguments: seeds(0..<100))
  func frontier(seed: Int) {
    var random = SplitMix64(seed: seed)
    let mappings = Self.mappings(&random)
    let expected = mappings.filter { one in
      !mappings.contains { other in
        other.energy <= one.energy && other.occupancy <= one.occupancy
          && ((other.energy, other.occupancy) != (one.energy, one.occupancy) || other.place < one.place)
      }
    }.sorted { $0.occupancy < $1.occupancy }
    for order in [mappings, mappings.reversed(), mappings.shuffled(using: &random)] {
      var frontier = ParetoFrontier()
      Self.fill(&frontier, order)
      #expect(frontier.mappings == expected, "seed \(seed)")
      #expect(mappings.allSatisfy(frontier.covers), "seed \(seed)")
      var (front, back) = (ParetoFrontier(), ParetoFrontier())
      Self.fill(&front, Array(order.prefix(order.count / 2)))
      Self.fill(&back, Array(order.suffix(order.count - order.count / 2)))
      front.merge(back)
      #expect(front.mappings == expected, "seed \(seed)")
    }
  }

  @Test("The incumbent is the best that fits, the first of equals", arguments: seeds(0..<100))
  func incumbent(seed: Int) {
    var random = SplitMix64(seed: 500 + seed)
    let mappings = Self.mappings(&random)
    let capacity = random.pick(1...400)
    let expected = mappings.filter { $0.occupancy <= capacity }.min {
      ($0.energy, $0.occupancy, $0.place) < ($1.energy, $1.occupancy, $1.place)
    }
    for order in [mappings, mappings.reversed(), mappings.shuffled(using: &random)] {
      var incumbent = Incumbent(capacity: capacity)
      Self.fill(&incumbent, order)
      #expect(incumbent.best == expected, "seed \(seed)")
      #expect(mappings.allSatisfy(incumbent.covers), "seed \(seed)")
    }
  }
}
