import Benchmark
import CBenchmarkBLAS
import DenseKernels

/// Mappings scored a second, energy and occupancy together with the test against thresholds, beside the two matrix
/// products alone and a plain loop that does the same work as the scorer one mapping at a time.
///
/// Blocks are as the search makes them: 64 rows by so many columns, with hardly a mapping that matters.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration.metrics = [.wallClock, .throughput]
  Benchmark.defaultConfiguration.scalingFactor = .mega
  Benchmark.defaultConfiguration.maxDuration = .seconds(2)
  for columns in [8, 16, 32, 64] {
    let block = Block(columns: columns)
    let repetitions = 1_000_000 / block.mappings
    Benchmark("score-64x\(columns)") { benchmark in
      let scorer = BlockScorer()
      benchmark.startMeasurement()
      for _ in 0..<repetitions {
        scorer.score(block.rows, block.columns, 0..<columns, .doubles, below: block.thresholds)
        blackHole(scorer.scores.count)
      }
    }
    Benchmark("dgemm-64x\(columns)") { benchmark in
      let matrices = Matrices(columns: columns)
      benchmark.startMeasurement()
      for _ in 0..<repetitions { matrices.multiply() }
    }
    Benchmark("loop-64x\(columns)") { benchmark in
      for _ in 0..<repetitions { blackHole(block.scoreOneByOne()) }
    }
  }
}

/// A block with the tables that make it.
struct Block: Sendable {
  let rows: BlockScorer.Rows
  let columns: FactorTable
  let thresholds: Thresholds

  var mappings: Int { rows.count * columns.count }

  init(columns count: Int) {
    func table(_ count: Int, _ seed: Int) -> FactorTable {
      FactorTable(count: count) { place in
        let number = place + seed
        return (
          1 + number * 7 % 50, 1 + number * 3 % 20, 1 + number % 3, 1 + number * 5 % 64, 1 + number % 9,
          1 + number * 11 % 40
        )
      }
    }
    rows = BlockScorer.Rows(
      table(8, 1), 0..<8, table(8, 2), 0..<8, BlockScorer.Scale(factors: (1, 1, 1, 1, 1, 1), offset: 3))
    columns = table(count, 3)
    var thresholds = Thresholds()
    thresholds.fill(0..<Thresholds.count, with: 10)
    self.thresholds = thresholds
  }

  /// The number of mappings that matter, each scored by itself in whole numbers.
  func scoreOneByOne() -> Int {
    var kept = 0
    let offset = rows.scale.offset
    for first in rows.firstRange {
      for second in rows.secondRange {
        for column in 0..<columns.count {
          let energy =
            rows.first[first, 0] * rows.second[second, 0] * columns[column, 0]
            + (rows.first[first, 1] * rows.second[second, 1] + offset) * columns[column, 1]
            + rows.first[first, 2] * rows.second[second, 2] * columns[column, 2]
          let occupancy =
            rows.first[first, 3] * rows.second[second, 3] * columns[column, 3]
            + rows.first[first, 4] * rows.second[second, 4] * columns[column, 4]
            + rows.first[first, 5] * rows.second[second, 5] * columns[column, 5]
          if thresholds.admits(energy: energy, occupancy: occupancy) { kept += 1 }
        }
      }
    }
    return kept
  }
}

/// The two products of a block, energies and occupancies, on numbers that lie ready.
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
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, 64, n, 3, 1, a, 6, b, 6, 0, energies, n)
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, 64, n, 3, 1, a + 3, 6, b + 3, 6, 0, occupancies, n)
  }
}
