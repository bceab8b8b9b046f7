import DenseKernels

/// Least squares solutions right to the last digits of a double, whatever the condition of the design, as long as doubles
/// can tell its columns apart.
///
/// An orthogonal factorization in doubles gives a first solution of r + A·x = f, Aᵀ·r = g, and then corrections to it, for
/// errors that are computed in double-double arithmetic (Å. Björck, Iterative refinement of linear least squares
/// solutions I, BIT 7, 1967). A step leaves of an error about the condition number of the scaled columns times 2^-53.
struct RefinedLeastSquares {
  /// Below this part of what it is made up of, a sum is rounding and nothing else.
  static let rounding = 0x1p-90
  /// Corrections that end the refinement: relative to the solution, and at least where they no longer shrink.
  private static let (fine, sufficient) = (0x1p-100, 0x1p-56)
  private static let mostSteps = 100

  /// The columns of A.
  let columns: [[DoubleDouble]]
  private let factorization: OrthogonalFactorization
  private let names: [String]

  /// A solver for columns with norms between 1 and 2.
  ///
  /// It refuses columns of which one is, but for rounding, a linear combination of others: one where the diagonal of R
  /// falls below p·(16 + √n)·2^-52 of its first number, n being the number of rows and p that of columns.
  ///
  /// - Parameters:
  ///   - columns: of equal length, at least as long as there are columns.
  ///   - names: what errors call the columns.
  /// - Throws: a dependent column, or that there is no OpenBLAS.
  init(_ columns: [[DoubleDouble]], names: [String]) throws(StatisticsError) {
    (self.columns, self.names) = (columns, names)
    let rows = columns[0].count
    let values = columns.flatMap { $0.map(\.high) }
    factorization = try StatisticsError.unlessNoLibrary { () throws(OpenBLASError) in
      try OrthogonalFactorization(values, rows: rows, columns: columns.count)
    }
    let diagonal = factorization.diagonal.map(abs)
    let least = diagonal[0] * Double(columns.count) * (16 + Double(rows).squareRoot()) * Double.ulpOfOne
    if let place = diagonal.firstIndex(where: { $0 <= least }) {
      throw .dependent(name: names[factorization.pivots[place]])
    }
  }

  /// Solves r + A·x = f, Aᵀ·r = g.
  ///
  /// - Parameters:
  ///   - f: a number for each row.
  ///   - g: a number for each column.
  /// - Returns: r, a number for each row, and x, a number for each column.
  /// - Throws: a dependent column where refinement does not converge.
  func solve(
    _ f: [DoubleDouble], _ g: [DoubleDouble]
  ) throws(StatisticsError) -> (residuals: [DoubleDouble], solution: [DoubleDouble]) {
    var residuals = Array(repeating: DoubleDouble(0), count: f.count)
    var solution = Array(repeating: DoubleDouble(0), count: g.count)
    let size = Self.norm(f.map(\.high))
    var last = (residuals: Double.infinity, solution: Double.infinity)
    for _ in 0..<Self.mostSteps {
      let (rowErrors, columnErrors) = errors(f, g, residuals, solution)
      let correction = try StatisticsError.unlessNoLibrary { () throws(OpenBLASError) in
        try factorization.solve(rowErrors, columnErrors)
      }
      for row in f.indices { residuals[row] += DoubleDouble(correction.residuals[row]) }
      for column in g.indices { solution[column] += DoubleDouble(correction.solution[column]) }
      let change = (residuals: Self.norm(correction.residuals), solution: Self.norm(correction.solution))
      let (residualSize, solutionSize) = (
        max(size, Self.norm(residuals.map(\.high))), max(size, Self.norm(solution.map(\.high)))
      )
      func isBelow(_ part: Double) -> Bool {
        change.residuals <= part * residualSize && change.solution <= part * solutionSize
      }
      if isBelow(Self.fine) { return (residuals, solution) }
      if change.residuals > last.residuals / 4 && change.solution > last.solution / 4 {
        if isBelow(Self.sufficient) { return (residuals, solution) }
        break
      }
      last = change
    }
    throw .dependent(name: names[factorization.pivots[names.count - 1]])
  }

  /// f - r - A·x and g - Aᵀ·r.
  private func errors(
    _ f: [DoubleDouble], _ g: [DoubleDouble], _ residuals: [DoubleDouble], _ solution: [DoubleDouble]
  ) -> (rows: [Double], columns: [Double]) {
    let rowErrors = f.indices.map { row in
      var error = f[row] - residuals[row]
      for (column, factor) in zip(columns, solution) { error += -(column[row] * factor) }
      return error.high
    }
    let columnErrors = zip(columns, g).map { column, value in
      zip(column, residuals).reduce(value) { $0 - $1.0 * $1.1 }.high
    }
    return (rowErrors, columnErrors)
  }

  private static func norm(_ vector: [Double]) -> Double {
    vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
