import DenseKernels

/// The columns of a regression, scaled and centred so that least squares loses as few digits as can be.
///
/// Every column is multiplied by a power of two, which is exact, so that its norm is between 1 and 2 (column
/// equilibration). With an intercept, the mean of a column, rounded to a double, is first taken off all its values, in
/// double-double arithmetic and so without error. Column 0 is then the intercept's. In formulas, a value v of a term is
/// (column + centre) · 2^exponent, and the intercept's ones are column · 2^exponent.
struct ScaledDesign {
  var hasIntercept: Bool
  var columns: [[DoubleDouble]]
  /// The centres of the columns; 0 for the intercept and without one.
  var centres: [Double]
  var exponents: [Int]

  /// The design of terms with finite values, as many for each and at least one.
  ///
  /// Terms must not be constant where there is an intercept, nor zero where there is none.
  init(_ terms: [Variable], rows: Int, intercept: Bool) throws(StatisticsError) {
    hasIntercept = intercept
    (columns, centres, exponents) = ([], [], [])
    if intercept { append(Array(repeating: DoubleDouble(1), count: rows), centre: 0, exponent: 0) }
    for term in terms {
      let largest = term.values.reduce(0) { max($0, abs($1)) }
      if largest == 0 { throw .constant(name: term.name) }
      let exponent = largest.magnitudeExponent
      var column = (0..<rows).map { term[$0].scaled(by: -exponent) }
      var centre = 0.0
      if intercept {
        centre = Self.mean(column).high
        column = column.map { $0 + DoubleDouble(-centre) }
        if column.allSatisfy({ $0.high == 0 }) { throw .constant(name: term.name) }
      }
      append(column, centre: centre, exponent: exponent)
    }
  }

  /// Adds a column whose norm is above 0.
  private mutating func append(_ column: [DoubleDouble], centre: Double, exponent: Int) {
    let scale = column.sumOfSquares.high.squareRoot().magnitudeExponent
    columns.append(column.map { $0.scaled(by: -scale) })
    centres.append(centre.scaled(by: -scale))
    exponents.append(exponent + scale)
  }

  /// The arithmetic mean.
  static func mean(_ values: [DoubleDouble]) -> DoubleDouble {
    values.reduce(DoubleDouble(0), +) / DoubleDouble(Double(values.count))
  }

  /// The coefficients of the terms as they were given, in units of 2^-exponent, from those of the columns.
  ///
  /// The intercept's is in units of 1: the coefficient of its column times 2^-exponent, less each centre times the
  /// coefficient of its term. Where that cancels down to the rounding of its parts it is 0.
  func uncentred(_ coefficients: [DoubleDouble]) -> [DoubleDouble] {
    guard hasIntercept else { return coefficients }
    var sum = coefficients[0].scaled(by: -exponents[0])
    var size = abs(sum.high)
    for column in 1..<columns.count {
      let part = coefficients[column] * DoubleDouble(centres[column])
      sum += -part
      size += abs(part.high)
    }
    var result = coefficients
    result[0] = abs(sum.high) <= RefinedLeastSquares.rounding * size ? DoubleDouble(0) : sum
    return result
  }

  /// The exponents of the units that ``uncentred(_:)`` gives coefficients in.
  var coefficientExponents: [Int] { exponents.indices.map { hasIntercept && $0 == 0 ? 0 : -exponents[$0] } }

  /// What a unit of the coefficient of a term as it was given is, in those of the columns: a row of ``uncentred(_:)``.
  func row(of coefficient: Int) -> [DoubleDouble] {
    var row = Array(repeating: DoubleDouble(0), count: columns.count)
    row[coefficient] = DoubleDouble(1)
    if hasIntercept && coefficient == 0 {
      row[0] = DoubleDouble(1).scaled(by: -exponents[0])
      for column in 1..<columns.count { row[column] = DoubleDouble(-centres[column]) }
    }
    return row
  }

  /// The condition number of the terms as they were given, in the 2-norm: the square root of the largest eigenvalue of XᵀX
  /// times that of its inverse, both of which, unlike the smallest, are not lost in the rounding of others. `inverse` is
  /// that of XᵀX, in the units of ``coefficientExponents``.
  ///
  /// - Throws: that there is no OpenBLAS.
  func conditionNumber(inverse: [[DoubleDouble]]) throws(StatisticsError) -> Double {
    let given = columns.indices.map { index in columns[index].map { $0 + DoubleDouble(centres[index]) } }
    let products = given.map { one in
      given.map { other in zip(one, other).reduce(DoubleDouble(0)) { $0 + $1.0 * $1.1 } }
    }
    let first = try Self.largestEigenvalue(products, exponents)
    let second = try Self.largestEigenvalue(inverse, coefficientExponents)
    // Rounding must not bring it below 1.
    return max(1, (first.value * second.value).squareRoot().scaled(by: first.exponent + second.exponent))
  }

  /// The largest eigenvalue, over 4^exponent, of a matrix whose rows and columns are in units of powers of two.
  private static func largestEigenvalue(
    _ matrix: [[DoubleDouble]], _ exponents: [Int]
  ) throws(StatisticsError) -> (value: Double, exponent: Int) {
    let indices = matrix.indices
    let exponent = indices.reduce(Int.min) { max($0, exponents[$1] + matrix[$1][$1].high.magnitudeExponent / 2) }
    let scaled = indices.flatMap { row in
      indices.map { matrix[row][$0].high.scaled(by: exponents[row] + exponents[$0] - 2 * exponent) }
    }
    let eigenvalues = try StatisticsError.unlessNoLibrary { () throws(OpenBLASError) in
      try SymmetricMatrix.eigenvalues(scaled, size: matrix.count)
    }
    return (eigenvalues.max() ?? 0, exponent)
  }
}
