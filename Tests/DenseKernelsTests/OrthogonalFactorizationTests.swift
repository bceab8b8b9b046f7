import Foundation
import TestSupport
import Testing

@testable import DenseKernels

struct OrthogonalFactorizationTests {
  /// A random matrix with columns of distinct sizes, so that the order of the pivots is certain.
  static func matrix(_ rows: Int, _ columns: Int, _ random: inout SplitMix64) -> [Double] {
    (0..<columns).shuffled(using: &random).flatMap { size in
      (0..<rows).map { _ in Double.random(in: -1...1, using: &random) * pow(8, Double(size)) }
    }
  }

  static func isClose(_ one: [Double], _ other: [Double], _ tolerance: Double) -> Bool {
    let size = max(1e-300, (one + other).reduce(0) { max($0, abs($1)) })
    return one.count == other.count && zip(one, other).allSatisfy { abs($0 - $1) <= tolerance * size }
  }

  @Test("LAPACK and plain Swift agree", arguments: seeds(0..<40))
  func equalsReference(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let columns = random.pick(1...6)
    // Many columns and rows besides, for the blocked parts of LAPACK.
    let (rows, wide) = seed % 8 == 0 ? (random.pick(90...120), 80) : (columns + random.pick(0...40), columns)
    let a =
      seed % 8 == 0
      ? (0..<rows * wide).map { _ in Double.random(in: -1...1, using: &random) } : Self.matrix(rows, wide, &random)
    let lapack = try OrthogonalFactorization(a, rows: rows, columns: wide)
    let reference = OrthogonalFactorization.reference(a, rows: rows, columns: wide)
    if seed % 8 != 0 {
      #expect(lapack.pivots == reference.pivots, "seed \(seed)")
      #expect(Self.isClose(lapack.diagonal.map(abs), reference.diagonal.map(abs), 1e-13), "seed \(seed)")
    }
    let f = (0..<rows).map { _ in Double.random(in: -1...1, using: &random) }
    let g = (0..<wide).map { _ in Double.random(in: -1...1, using: &random) }
    let (one, other) = (try lapack.solve(f, g), reference.referenceSolve(f, g))
    #expect(Self.isClose(one.residuals, other.residuals, 1e-8), "seed \(seed)")
    #expect(Self.isClose(one.solution, other.solution, 1e-8), "seed \(seed)")
    // Both solve the equations r + A·x = f, Aᵀ·r = g.
    for (residuals, solution) in [one, other] {
      let fitted = (0..<rows).map { row in
        (0..<wide).reduce(residuals[row]) { $0 + a[$1 * rows + row] * solution[$1] }
      }
      #expect(Self.isClose(fitted, f, 1e-9), "seed \(seed)")
      for column in 0..<wide {
        let values = a[column * rows..<(column + 1) * rows]
        let product = zip(values, residuals).reduce(0) { $0 + $1.0 * $1.1 }
        let size = zip(values, residuals).reduce(1) { $0 + abs($1.0 * $1.1) }
        #expect(abs(product - g[column]) <= 1e-9 * size, "seed \(seed)")
      }
    }
  }

  @Test("The diagonal of R falls, and ends in zeros where columns depend on others", arguments: seeds(0..<20))
  func rank(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let rows = random.pick(6...30)
    let columns = (0..<3).map { _ in (0..<rows).map { _ in Double.random(in: -1...1, using: &random) } }
    let dependent = (0..<rows).map { columns[0][$0] - 2 * columns[1][$0] + 3 * columns[2][$0] }
    let all = (columns + [dependent]).shuffled(using: &random)
    for factorization in [
      try OrthogonalFactorization(all.flatMap { $0 }, rows: rows, columns: 4),
      .reference(all.flatMap { $0 }, rows: rows, columns: 4),
    ] {
      let diagonal = factorization.diagonal.map(abs)
      #expect(diagonal == diagonal.sorted(by: >), "seed \(seed)")
      #expect(diagonal[3] < 1e-14 * diagonal[0] && diagonal[2] > 1e-4 * diagonal[0], "seed \(seed)")
      #expect(factorization.pivots.sorted() == [0, 1, 2, 3])
    }
  }

  @Test func knownLine() throws {
    // y = 1 + 2x through (0,1), (1,3), (2,5), and 3 above it at x = 1: the line is 1 higher, the residuals -1, 2, -1.
    let line = try OrthogonalFactorization([1, 1, 1, 0, 1, 2], rows: 3, columns: 2)
    for (residuals, solution) in [try line.solve([1, 6, 5], [0, 0]), line.referenceSolve([1, 6, 5], [0, 0])] {
      #expect(Self.isClose(solution, [2, 2], 1e-14))
      #expect(Self.isClose(residuals, [-1, 2, -1], 1e-14))
    }
  }

  @Test func eigenvalues() throws {
    // The second difference has eigenvalues 2 - 2·cos(kπ/(n+1)).
    for size in [1, 2, 5, 40] {
      var matrix = [Double](repeating: 0, count: size * size)
      for row in 0..<size {
        matrix[row * size + row] = 2
        if row > 0 { (matrix[row * size + row - 1], matrix[(row - 1) * size + row]) = (-1, -1) }
      }
      let expected = (1...size).map { 2 - 2 * cos(Double($0) * .pi / Double(size + 1)) }
      #expect(Self.isClose(try SymmetricMatrix.eigenvalues(matrix, size: size), expected, 1e-14))
    }
  }
}
