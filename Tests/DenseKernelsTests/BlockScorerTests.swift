@testable import DenseKernels
import TestSupport
import Testing

struct BlockScorerTests {
  static func table(_ count: Int, _ most: Int, _ random: inout SplitMix64) -> FactorTable {
    var draws = (0..<6 * count).map { _ in random.pick(1...most) }
    return FactorTable(count: count) { _ in
      let numbers = draws.suffix(6)
      draws.removeLast(6)
      let start = numbers.startIndex
      return (
        numbers[start], numbers[start + 1], numbers[start + 2], numbers[start + 3], numbers[start + 4],
        numbers[start + 5]
      )
    }
  }

  @Test("Doubles, integers and the definition agree", arguments: 0..<60)
  func agrees(seed: Int) {
    var random = SplitMix64(seed: seed)
    let most = random.oneIn(2) ? 9 : 4000
    let first = Self.table(random.pick(1...12), most, &random)
    let second = Self.table(random.pick(1...12), most, &random)
    let columns = Self.table(random.pick(1...200), most, &random)
    func range(_ count: Int, atMost size: Int) -> Range<Int> {
      let start = random.pick(0...count - 1)
      return start..<min(count, start + random.pick(1...size))
    }
    let rows = BlockScorer.Rows(
      first, range(first.count, atMost: 8), second, range(second.count, atMost: 8),
      BlockScorer.Scale(factors: (1, random.pick(1...9), 1, random.pick(1...9), 1, 3), offset: random.pick(0...50)))
    let chosen = range(columns.count, atMost: columns.count)
    var expected: Set<BlockScorer.Score> = []
    var thresholds = Thresholds()
    let factors = rows.scale.factors
    for pass in 0..<2 {
      for i in rows.firstRange {
        for j in rows.secondRange {
          for column in chosen {
            let energy =
              factors.0 * first[i, 0] * second[j, 0] * columns[column, 0]
              + (factors.1 * first[i, 1] * second[j, 1] + rows.scale.offset) * columns[column, 1]
              + factors.2 * first[i, 2] * second[j, 2] * columns[column, 2]
            let occupancy =
              factors.3 * first[i, 3] * second[j, 3] * columns[column, 3]
              + factors.4 * first[i, 4] * second[j, 4] * columns[column, 4]
              + factors.5 * first[i, 5] * second[j, 5] * columns[column, 5]
            let range = Thresholds.range(of: occupancy)
            // At first some thresholds are set to energies that occur, so that the border is met; then all is scored.
            if pass == 0 {
              if random.oneIn(5) { thresholds.fill(range..<range + 1, with: energy + random.pick(0...1)) }
            } else if energy < thresholds[range] {
              expected.insert(
                BlockScorer.Score(first: i, second: j, column: column, energy: energy, occupancy: occupancy))
            }
          }
        }
      }
    }
    let scorer = BlockScorer()
    for arithmetic in [BlockScorer.Arithmetic.doubles, .integers] {
      scorer.score(rows, columns, chosen, arithmetic, below: thresholds)
      #expect(Set(scorer.scores) == expected, "seed \(seed)")
      #expect(scorer.scores.count == expected.count, "seed \(seed)")
    }
  }

  @Test func runsOfColumns() {
    let one = FactorTable(count: 1) { _ in (1, 1, 1, 1, 1, 1) }
    // Energies 3 + column, occupancies 3.
    let columns = FactorTable(count: 10) { column in (column + 1, 1, 1, 1, 1, 1) }
    let row = BlockScorer.Rows(one, 0..<1, one, 0..<1, BlockScorer.Scale(factors: (1, 1, 1, 1, 1, 1), offset: 0))
    var thresholds = Thresholds()
    thresholds.fill(0..<Thresholds.count, with: 7)
    let scorer = BlockScorer()
    let admitted = scorer.admitted(row, columns, .doubles, below: thresholds)
    #expect(admitted.runs == [0..<4] && admitted.leastEnergy == 3)
    thresholds.fill(0..<Thresholds.count, with: 3)
    #expect(scorer.admitted(row, columns, .doubles, below: thresholds).runs.isEmpty)
  }

  /// Ranges follow one another without gaps, and none is wider than 1/64 of its numbers.
  @Test func rangesOfOccupancies() {
    #expect(Thresholds.range(of: 1) == 0)
    #expect(Thresholds.range(of: .max) == Thresholds.count - 1)
    var last = 0
    for occupancy in 1...20_000 {
      let range = Thresholds.range(of: occupancy)
      #expect(range >= last)
      if occupancy > 128 { #expect(range <= last + 1) }
      #expect(occupancy < 64 || Thresholds.range(of: occupancy + occupancy / 32) > range)
      last = range
    }
    for exponent in 7..<62 {
      let number = 1 << exponent
      #expect(Thresholds.range(of: number) == Thresholds.range(of: number - 1) + 1)
    }
    var thresholds = Thresholds()
    #expect(thresholds.admits(energy: .max - 1, occupancy: 77))
    let range = Thresholds.range(of: 77)
    thresholds.fill(range..<range + 1, with: 5)
    #expect(thresholds.admits(energy: 4, occupancy: 77) && !thresholds.admits(energy: 5, occupancy: 77))
  }
}
