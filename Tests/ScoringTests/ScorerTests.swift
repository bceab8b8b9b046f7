@testable import Scoring
import DenseKernels
import LeafKernel
import TestSupport
import Testing

struct ScorerTests {
  static func vectors(_ count: Int, _ most: Int, _ random: inout SplitMix64) -> [CostFactors] {
    func factors() -> CostFactors {
      CostFactors(
        inputsMoved: random.pick(1...most), weightsMoved: random.pick(1...most), outputsMoved: random.pick(1...most),
        inputsHeld: random.pick(1...most), weightsHeld: random.pick(1...most), outputsHeld: random.pick(1...most))
    }
    return (0..<count).map { _ in factors() }
  }

  /// BLAS, the kernel with each set of instructions that this processor has, and what chooses between them.
  static var scorers: [Scorer] {
    get throws {
      let sets = [LeafInstructions.leafBaseline, .leafAVX2, .leafAVX512].prefix {
        $0.rawValue <= leafInstructions().rawValue
      }
      return sets.map { Scorer(.kernel, $0) } + [
        Scorer(.blas(try OpenBLAS.loaded().dgemm), .leafBaseline), Scorer(.either, .leafBaseline), Scorer(),
      ]
    }
  }

  @Test("Doubles, integers and the definition agree", arguments: seeds(0..<60))
  func agrees(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let most = random.oneIn(2) ? 9 : 4000
    let first = FactorTable(Self.vectors(random.pick(1...12), most, &random))
    let second = FactorTable(Self.vectors(random.pick(1...12), most, &random))
    // Columns are vectors of a list, or products of those of two; their factors are found here by themselves.
    let rows = random.oneIn(2) ? Self.vectors(random.pick(2...20), 9, &random) : [CostFactors(all: 1)]
    let row = Self.vectors(random.pick(1...(rows.count == 1 ? 200 : 30)), most, &random)
    let columns = rows.count == 1 ? FactorTable(row) : FactorTable(rows, times: row)
    let list = rows.flatMap { one in row.map { one * $0 } }
    #expect(columns.count == list.count && columns.largest == list.reduce(CostFactors(all: 0), CostFactors.largest))
    func range(_ count: Int, atMost size: Int) -> Range<Int> {
      let start = random.pick(0...count - 1)
      return start..<min(count, start + random.pick(1...size))
    }
    let pairs = Scorer.Pairs(
      first, range(first.count, atMost: 8), second, range(second.count, atMost: 8),
      Scorer.Scale(
        factors: CostFactors(
          inputsMoved: 1, weightsMoved: random.pick(1...9), outputsMoved: 1, inputsHeld: random.pick(1...9),
          weightsHeld: 1, outputsHeld: 3), offset: random.pick(0...50)))
    let chosen = range(columns.count, atMost: columns.count)
    var expected: Set<Scorer.Score> = []
    // What they are set to at some ranges and all above.
    let scarcity = random.pick([1, 5, 100])
    var set: [Int: Int] = [:]
    var cutoffs = Cutoffs()
    let factors = pairs.scale.factors
    for pass in 0..<2 {
      for i in pairs.firstRange {
        for j in pairs.secondRange {
          for column in chosen {
            let (a, b, c) = (first[i], second[j], list[column])
            let energy =
              factors.inputsMoved * a.inputsMoved * b.inputsMoved * c.inputsMoved
              + (factors.weightsMoved * a.weightsMoved * b.weightsMoved + pairs.scale.offset) * c.weightsMoved
              + factors.outputsMoved * a.outputsMoved * b.outputsMoved * c.outputsMoved
            let occupancy =
              factors.inputsHeld * a.inputsHeld * b.inputsHeld * c.inputsHeld
              + factors.weightsHeld * a.weightsHeld * b.weightsHeld * c.weightsHeld
              + factors.outputsHeld * a.outputsHeld * b.outputsHeld * c.outputsHeld
            let range = Cutoffs.range(of: occupancy)
            // At first some cutoffs are set to energies that occur, so that the border is met; then all is scored.
            if pass == 0 {
              if random.oneIn(scarcity) { set[range] = energy + random.pick(0...1) }
            } else if energy < cutoffs[range] {
              expected.insert(
                Scorer.Score(first: i, second: j, column: column, energy: energy, occupancy: occupancy))
            }
          }
        }
      }
      if pass == 1 { break }
      var least = Int.max
      for (range, cutoff) in set.sorted(by: { $0.key < $1.key }) {
        least = min(least, cutoff)
        cutoffs.fill(range..<Cutoffs.count, with: least)
      }
    }
    for (scorer, arithmetic) in try Self.scorers.map({ ($0, Scorer.Arithmetic.doubles) }) + [(Scorer(), .integers)] {
      scorer.score(pairs, columns, chosen, arithmetic, below: cutoffs)
      #expect(Set(scorer.scores) == expected, "seed \(seed)")
      #expect(scorer.scores.count == expected.count, "seed \(seed)")
    }
  }

  /// Energies are compared with the cutoff of the least that a pair may hold: here a mapping holds just that, and whatever holds
  /// a range more is refused at any energy.
  @Test("What holds least is found where all that holds more is refused", arguments: seeds(0..<60))
  func leastHeld(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    var row = Self.vectors(random.pick(1...30), 4000, &random)
    let least = row.reduce(row[0], CostFactors.least)
    let column = random.pick(0...row.count - 1)
    (row[column].inputsHeld, row[column].weightsHeld) = (least.inputsHeld, least.weightsHeld)
    row[column].outputsHeld = least.outputsHeld
    let (first, second) = (
      FactorTable(Self.vectors(random.pick(1...8), 9, &random)),
      FactorTable(Self.vectors(random.pick(1...8), 9, &random))
    )
    let pairs = Scorer.Pairs(
      first, 0..<first.count, second, 0..<second.count, Scorer.Scale(factors: CostFactors(all: 1), offset: 0))
    func cost(_ i: Int, _ j: Int, _ column: Int) -> CostFactors { first[i] * second[j] * row[column] }
    let (i, j) = (random.pick(0...first.count - 1), random.pick(0...second.count - 1))
    let range = Cutoffs.range(of: cost(i, j, column).held)
    var cutoffs = Cutoffs()
    cutoffs.fill(range + 1..<Cutoffs.count, with: 1)
    var expected: Set<Scorer.Score> = []
    for i in 0..<first.count {
      for j in 0..<second.count {
        for column in row.indices where Cutoffs.range(of: cost(i, j, column).held) <= range {
          let cost = cost(i, j, column)
          expected.insert(Scorer.Score(first: i, second: j, column: column, energy: cost.moved, occupancy: cost.held))
        }
      }
    }
    #expect(expected.contains { $0.first == i && $0.second == j && $0.column == column })
    for scorer in try Self.scorers {
      scorer.score(pairs, FactorTable(row), 0..<row.count, .doubles, below: cutoffs)
      #expect(Set(scorer.scores) == expected, "seed \(seed)")
    }
  }

  @Test func runsOfColumns() {
    let one = FactorTable([CostFactors(all: 1)])
    // Energies 3 + column, occupancies 3.
    let columns = FactorTable(
      (0..<10).map { column in
        var factors = CostFactors(all: 1)
        factors.inputsMoved = column + 1
        return factors
      })
    let pair = Scorer.Pairs(one, 0, one, 0, Scorer.Scale(factors: CostFactors(all: 1), offset: 0))
    var cutoffs = Cutoffs()
    cutoffs.fill(0..<Cutoffs.count, with: 7)
    let scorer = Scorer()
    let admitted = scorer.admitted(pair, columns, .doubles, below: cutoffs)
    #expect(admitted.runs == [0..<4] && admitted.leastEnergy == 3)
    cutoffs.fill(0..<Cutoffs.count, with: 3)
    #expect(scorer.admitted(pair, columns, .doubles, below: cutoffs).runs.isEmpty)
  }

  /// Ranges follow one another without gaps, and none is wider than 1/64 of its numbers.
  @Test func rangesOfOccupancies() {
    #expect(Cutoffs.range(of: 1) == 0)
    #expect(Cutoffs.range(of: .max) == Cutoffs.count - 1)
    var last = 0
    for occupancy in 1...20_000 {
      let range = Cutoffs.range(of: occupancy)
      #expect(range >= last)
      if occupancy > 128 { #expect(range <= last + 1) }
      #expect(occupancy < 64 || Cutoffs.range(of: occupancy + occupancy / 32) > range)
      last = range
    }
    for exponent in 7..<62 {
      let number = 1 << exponent
      #expect(Cutoffs.range(of: number) == Cutoffs.range(of: number - 1) + 1)
    }
    var cutoffs = Cutoffs()
    #expect(cutoffs.admits(energy: .max - 1, occupancy: 77))
    let range = Cutoffs.range(of: 77)
    cutoffs.fill(range..<range + 1, with: 5)
    #expect(cutoffs.admits(energy: 4, occupancy: 77) && !cutoffs.admits(energy: 5, occupancy: 77))
  }
}
