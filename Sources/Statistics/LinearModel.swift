/// A response as a linear function of terms, to be fitted by ordinary least squares.
///
/// So do J. Šíma, P. Vidnerová and V. Mrázek (Energy Complexity of Convolutional Neural Networks, Neural Computation 36(8),
/// 2024) ask whether measured energies grow as a bound does: the terms are the bound and its square, and the fit is linear
/// where the square's coefficient is not significant.
///
/// With an intercept, R², F and the degrees of freedom of the model count what the terms explain beyond the mean: sums of
/// squares are about the mean (centred). Without one they are about 0 (uncentred), as is usual, and R² is not to be
/// compared between the two. Whether there is an intercept is as said: a term that happens to be constant is not taken for
/// one.
public struct LinearModel: Sendable {
  /// What is explained.
  let response: Variable
  /// What explains it.
  let terms: [Variable]
  /// Whether a constant is fitted besides.
  let hasIntercept: Bool

  /// A model of a response.
  ///
  /// - Parameters:
  ///   - response: a number for each row.
  ///   - terms: at least one, each with a number for each row.
  ///   - intercept: whether a constant is fitted besides; it comes first among the coefficients, as `intercept`.
  /// - Throws: no terms, lengths that differ, numbers that are not finite, or no more rows than coefficients.
  public init(response: Variable, terms: [Variable], intercept: Bool = true) throws(StatisticsError) {
    if terms.isEmpty { throw .noTerms }
    for term in terms { try term.checkCount(response.values.count) }
    try response.checkFinite()
    for term in terms { try term.checkFinite() }
    let coefficients = terms.count + (intercept ? 1 : 0)
    if response.values.count <= coefficients {
      throw .tooFewRows(count: response.values.count, needed: coefficients + 1)
    }
    (self.response, self.terms, hasIntercept) = (response, terms, intercept)
  }

  /// The names of the coefficients.
  var names: [String] { (hasIntercept ? ["intercept"] : []) + terms.map(\.name) }

  /// Fits the model.
  ///
  /// Whatever the scales of the terms, the figures are those of the numbers given, right to 13 digits or more: columns are
  /// scaled by powers of two and centred, factored by LAPACK, and the solution and its covariances refined in
  /// double-double arithmetic. A fit whose residuals are within 2^-90 of the response is exact: its residuals and standard
  /// errors are 0.
  ///
  /// - Returns: the fit.
  /// - Throws: a response or term that is constant (without an intercept: zero), a term that is a linear combination of
  ///   others, figures beyond the range of doubles, or that there is no OpenBLAS.
  public func fit() throws(StatisticsError) -> LinearFit {
    let design = try ScaledDesign(terms, rows: response.values.count, intercept: hasIntercept)
    let exponent = response.values.reduce(0) { max($0, abs($1)) }.magnitudeExponent
    let scaled = response.values.indices.map { response[$0].scaled(by: -exponent) }
    let least = hasIntercept ? scaled[0] : DoubleDouble(0)
    if scaled.allSatisfy({ $0 == least }) { throw .constant(name: response.name) }

    let solver = try RefinedLeastSquares(design.columns, names: names)
    let indices = design.columns.indices
    var (residuals, solution) = try solver.solve(scaled, indices.map { _ in DoubleDouble(0) })
    let rounding = RefinedLeastSquares.rounding * scaled.sumOfSquares.high.squareRoot()
    if residuals.sumOfSquares.high.squareRoot() <= rounding {
      residuals = residuals.map { _ in DoubleDouble(0) }
      solution = solution.map { abs($0.high) <= rounding ? DoubleDouble(0) : $0 }
    }

    let coefficientRows = indices.map { design.row(of: $0) }
    let zeros = scaled.map { _ in DoubleDouble(0) }
    var inverse: [[DoubleDouble]] = []
    for row in coefficientRows {
      let column = try solver.solve(zeros, row).solution
      inverse.append(coefficientRows.map { -zip($0, column).reduce(DoubleDouble(0)) { $0 + $1.0 * $1.1 } })
    }
    let mean = hasIntercept ? ScaledDesign.mean(scaled) : DoubleDouble(0)
    return try LinearFit(
      self,
      LinearFit.Solution(
        coefficients: design.uncentred(solution), coefficientExponents: design.coefficientExponents, inverse: inverse,
        residuals: residuals, total: scaled.map { $0 - mean }.sumOfSquares, responseExponent: exponent,
        conditionNumber: try design.conditionNumber(inverse: inverse)))
  }
}
