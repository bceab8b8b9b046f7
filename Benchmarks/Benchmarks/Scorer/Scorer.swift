import Benchmark
import CBenchmarkBLAS
import Scoring

/// Mappings scored a second, energy and occupancy together with the test against cutoffs, beside the two matrix
/// products alone and a plain loop that does the same work as the scorer one mapping at a time.
///
/// Leaves are as the search makes them: 64 pairs of profiles by so many columns, with hardly a mapping that matters. Energies tell
/// that of all mappings, or of none: these hold more than what is allowed at any energy, with what each holds reckoned for that.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration.metrics = [.wallClock, .throughput]
  Benchmark.defaultConfiguration.scalingFactor = .mega
  Benchmark.defaultConfiguration.maxDuration = .seconds(2)
  for columns in [8, 16, 32, 64] {
    let leaf = Leaf(columns: columns)
    let repetitions = 1_000_000 / leaf.mappings
    for (name, cutoffs) in [("score", leaf.cutoffs), ("score-wholly", leaf.cutoffsOfHeld)] {
      Benchmark("\(name)-64x\(columns)") { benchmark in
        let scorer = Scorer()
        benchmark.startMeasurement()
        for _ in 0..<repetitions {
          scorer.score(leaf.pairs, leaf.columns, 0..<columns, .doubles, below: cutoffs)
          blackHole(scorer.scores.count)
        }
      }
    }
    Benchmark("dgemm-64x\(columns)") { benchmark in
      let matrices = Matrices(columns: columns)
      benchmark.startMeasurement()
      for _ in 0..<repetitions { matrices.multiply() }
    }
    Benchmark("loop-64x\(columns)") { benchmark in
      for _ in 0..<repetitions { blackHole(leaf.scoreOneByOne()) }
    }
  }
}

/// A leaf with the tables that make it.
struct Leaf: Sendable {
  let pairs: Scorer.Pairs
  let columns: FactorTable
  /// What no energy is below.
  let cutoffs: Cutoffs
  /// The same of what holds more than a pair may hold with some column, and what every energy is below.
  let cutoffsOfHeld: Cutoffs

  var mappings: Int { pairs.count * columns.count }

  init(columns count: Int) {
    func table(_ count: Int, _ seed: Int) -> FactorTable {
      FactorTable(
        (0..<count).map { place in
          let number = place + seed
          return CostFactors(
            inputsMoved: 1 + number * 7 % 50, weightsMoved: 1 + number * 3 % 20, outputsMoved: 1 + number % 3,
            inputsHeld: 1 + number * 5 % 64, weightsHeld: 1 + number % 9, outputsHeld: 1 + number * 11 % 40)
        })
    }
    pairs = Scorer.Pairs(
      table(8, 1), 0..<8, table(8, 2), 0..<8, Scorer.Scale(factors: CostFactors(all: 1), offset: 3))
    columns = table(count, 3)
    var cutoffs = Cutoffs()
    cutoffs.fill(0..<Cutoffs.count, with: 10)
    self.cutoffs = cutoffs
    var ofHeld = Cutoffs()
    ofHeld.fill(Cutoffs.range(of: 2000)..<Cutoffs.count, with: 10)
    cutoffsOfHeld = ofHeld
  }

  /// The number of mappings that matter, each scored by itself in whole numbers.
  func scoreOneByOne() -> Int {
    var kept = 0
    for first in pairs.firstRange {
      for second in pairs.secondRange {
        let (a, b) = (pairs.first[first], pairs.second[second])
        let offset = pairs.scale.offset
        for place in 0..<columns.count {
          let c = columns[place]
          let energy =
            a.inputsMoved * b.inputsMoved * c.inputsMoved
            + (a.weightsMoved * b.weightsMoved + offset) * c.weightsMoved
            + a.outputsMoved * b.outputsMoved * c.outputsMoved
          let occupancy =
            a.inputsHeld * b.inputsHeld * c.inputsHeld + a.weightsHeld * b.weightsHeld * c.weightsHeld
            + a.outputsHeld * b.outputsHeld * c.outputsHeld
          if cutoffs.admits(energy: energy, occupancy: occupancy) { kept += 1 }
        }
      }
    }
    return kept
  }
}

/// The two products of a leaf, energies and occupancies, on numbers that lie ready, as the scorer has them.
final class Matrices {
  private let columns: Int
  private let a = UnsafeMutablePointer<Double>.allocate(capacity: 64 * 6)
  private let b: UnsafeMutablePointer<Double>
  private let energies: UnsafeMutablePointer<Double>
  private let occupancies: UnsafeMutablePointer<Double>

  init(columns: Int) {
    openblas_set_num_threads(1)
    self.columns = columns
    b = .allocate(capacity: columns * 6)
    energies = .allocate(capacity: 64 * columns)
    occupancies = .allocate(capacity: 64 * columns)
    for place in 0..<64 * 6 { a[place] = Double(1 + place * 7 % 50) }
    for place in 0..<columns * 6 { b[place] = Double(1 + place * 11 % 40) }
  }

  deinit {
    for pointer in [a, b, energies, occupancies] { pointer.deallocate() }
  }

  func multiply() {
    let n = CInt(columns)
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, 64, n, 3, 1, a, 64, b, n, 0, energies, n)
    cblas_dgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, 64, n, 3, 1, a + 3 * 64, 64, b + 3 * columns, n, 0, occupancies, n)
  }
}
