/// A · P = Q · R of a tall matrix A: P exchanges columns, Q is orthogonal and R upper triangular, with a diagonal that
/// does not grow in magnitude.
///
/// Q is kept as Householder reflections, 1 - τ·v·vᵀ each, in the layout of LAPACK's DGEQP3: R in the upper triangle, below
/// its diagonal the vectors v but for their first number, which is 1.
public struct OrthogonalFactorization: Sendable {
  /// The rows of the matrix.
  public let rows: Int
  /// The columns of the matrix.
  public let columns: Int
  /// `rows` × `columns` numbers, column by column.
  let factors: [Double]
  /// The factors τ of the reflections, one for each column.
  let reflections: [Double]
  /// Which column of A stands at each place.
  public let pivots: [Int]

  /// The factorization of a matrix by DGEQP3.
  ///
  /// - Parameters:
  ///   - matrix: `rows` × `columns` finite numbers, column by column.
  ///   - rows: no fewer than columns.
  ///   - columns: at least 1.
  /// - Throws: ``OpenBLASError`` where there is no OpenBLAS.
  public init(_ matrix: [Double], rows: Int, columns: Int) throws(OpenBLASError) {
    precondition(
      columns >= 1 && rows >= columns && rows <= CInt.max && matrix.count == rows * columns,
      "matrix sizes do not match")
    let library = try OpenBLAS.loaded()
    var factors = matrix
    var reflections = [Double](repeating: 0, count: columns)
    // Zeros leave the choice of pivots to the routine.
    var places = [CInt](repeating: 0, count: columns)
    var (m, n, info) = (CInt(rows), CInt(columns), CInt(0))
    var size = 2 * n + 32 * (n + 1)
    var work = [Double](repeating: 0, count: Int(size))
    library.dgeqp3(&m, &n, &factors, &m, &places, &reflections, &work, &size, &info)
    precondition(info == 0, "DGEQP3 refused an argument")
    (self.rows, self.columns) = (rows, columns)
    (self.factors, self.reflections) = (factors, reflections)
    pivots = places.map { Int($0) - 1 }
  }

  private init(rows: Int, columns: Int, factors: [Double], reflections: [Double], pivots: [Int]) {
    (self.rows, self.columns) = (rows, columns)
    (self.factors, self.reflections, self.pivots) = (factors, reflections, pivots)
  }

  /// The diagonal of R.
  public var diagonal: [Double] { (0..<columns).map { factors[$0 * rows + $0] } }

  /// Solves r + A·x = f, Aᵀ·r = g.
  ///
  /// With g = 0 that is the least squares problem, x the solution and r the residuals; with f = 0, x = -(AᵀA)⁻¹·g.
  ///
  /// - Parameters:
  ///   - f: a number for each row.
  ///   - g: a number for each column.
  /// - Returns: r, a number for each row, and x, a number for each column.
  /// - Throws: ``OpenBLASError`` where there is no OpenBLAS.
  public func solve(
    _ f: [Double], _ g: [Double]
  ) throws(OpenBLASError) -> (residuals: [Double], solution: [Double]) {
    precondition(f.count == rows && g.count == columns, "vector sizes do not match")
    precondition(diagonal.allSatisfy { $0 != 0 }, "the matrix must have full rank")
    let library = try OpenBLAS.loaded()
    // The routines write to the factors while they run.
    var factors = factors
    var (m, n, one, info) = (CInt(rows), CInt(columns), CInt(1), CInt(0))
    var work = 0.0
    func reflect(_ transposed: String, _ vector: inout [Double]) {
      library.dormqr("L", transposed, &m, &one, &n, &factors, &m, reflections, &vector, &m, &work, &one, &info, 1, 1)
      precondition(info == 0, "DORMQR refused an argument")
    }
    func solveTriangle(_ transposed: String, _ vector: inout [Double]) {
      library.dtrtrs("U", transposed, "N", &n, &one, factors, &m, &vector, &n, &info, 1, 1, 1)
      precondition(info == 0, "DTRTRS refused an argument")
    }
    return solve(f, g, reflect: reflect, solveTriangle: solveTriangle)
  }

  /// The steps of a solution, with Qᵀ (`"T"`) or Q (`"N"`) applied and Rᵀ or R solved for by the functions given.
  private func solve(
    _ f: [Double], _ g: [Double], reflect: (String, inout [Double]) -> Void,
    solveTriangle: (String, inout [Double]) -> Void
  ) -> (residuals: [Double], solution: [Double]) {
    var residuals = f
    reflect("T", &residuals)
    var head = pivots.map { g[$0] }
    solveTriangle("T", &head)
    var permuted = (0..<columns).map { residuals[$0] - head[$0] }
    solveTriangle("N", &permuted)
    residuals.replaceSubrange(0..<columns, with: head)
    reflect("N", &residuals)
    var solution = [Double](repeating: 0, count: columns)
    for (place, column) in pivots.enumerated() { solution[column] = permuted[place] }
    return (residuals, solution)
  }
}

/// The same in plain Swift: what LAPACK is tested against.
extension OrthogonalFactorization {
  /// The factorization of a matrix, as ``init(_:rows:columns:)`` gives it but for rounding and for ties among pivots.
  static func reference(_ matrix: [Double], rows: Int, columns: Int) -> OrthogonalFactorization {
    var factors = matrix
    var reflections = [Double](repeating: 0, count: columns)
    var pivots = Array(0..<columns)
    for step in 0..<columns {
      func squares(_ column: Int) -> Double {
        (step..<rows).reduce(0) { $0 + factors[column * rows + $1] * factors[column * rows + $1] }
      }
      guard let pivot = (step..<columns).max(by: { squares($0) < squares($1) }) else { continue }
      pivots.swapAt(step, pivot)
      if pivot != step { for row in 0..<rows { factors.swapAt(step * rows + row, pivot * rows + row) } }
      let first = step * rows + step
      let length = squares(step).squareRoot()
      if length == 0 { continue }
      let diagonal = factors[first] > 0 ? -length : length
      reflections[step] = (diagonal - factors[first]) / diagonal
      for row in step + 1..<rows { factors[step * rows + row] /= factors[first] - diagonal }
      factors[first] = diagonal
      for column in step + 1..<columns {
        var vector = Array(factors[column * rows..<(column + 1) * rows])
        referenceReflect(factors, rows, step, reflections[step], &vector)
        factors.replaceSubrange(column * rows..<(column + 1) * rows, with: vector)
      }
    }
    return OrthogonalFactorization(
      rows: rows, columns: columns, factors: factors, reflections: reflections, pivots: pivots)
  }

  /// Solves as ``solve(_:_:)`` does.
  func referenceSolve(_ f: [Double], _ g: [Double]) -> (residuals: [Double], solution: [Double]) {
    func reflect(_ transposed: String, _ vector: inout [Double]) {
      let steps = Array(0..<columns)
      for step in transposed == "T" ? steps : steps.reversed() {
        Self.referenceReflect(factors, rows, step, reflections[step], &vector)
      }
    }
    func solveTriangle(_ transposed: String, _ vector: inout [Double]) {
      let steps = Array(0..<columns)
      for step in transposed == "T" ? steps : steps.reversed() {
        let known = transposed == "T" ? 0..<step : step + 1..<columns
        for other in known {
          vector[step] -= vector[other] * factors[transposed == "T" ? step * rows + other : other * rows + step]
        }
        vector[step] /= factors[step * rows + step]
      }
    }
    return solve(f, g, reflect: reflect, solveTriangle: solveTriangle)
  }

  /// Applies the reflection of a step to a vector.
  private static func referenceReflect(
    _ factors: [Double], _ rows: Int, _ step: Int, _ reflection: Double, _ vector: inout [Double]
  ) {
    var product = vector[step]
    for row in step + 1..<rows { product += factors[step * rows + row] * vector[row] }
    vector[step] -= reflection * product
    for row in step + 1..<rows { vector[row] -= reflection * product * factors[step * rows + row] }
  }
}
