import Foundation

/// What a fit of a linear model gives, named and defined as in statsmodels' summary of ordinary least squares.
public struct LinearFit: Sendable {
  /// A coefficient of the model.
  public struct Coefficient: Sendable {
    /// The name of its term, or `intercept`.
    public let name: String
    /// The estimated coefficient.
    public let estimate: Double
    /// The square root of the estimated variance, under errors that are independent and of equal variance.
    public let standardError: Double
    /// The estimate over its standard error. Where that is 0, in exact fits: ±∞, or 0 for an estimate of 0.
    public let t: Double
    /// The probability of a t at least as far from 0, were the coefficient 0 and the errors normal.
    public let probability: TailProbability
    /// The lower end of the 95 % confidence interval.
    public let lower: Double
    /// The upper end of the 95 % confidence interval.
    public let upper: Double
  }

  /// The probability with which a confidence interval does not hold its coefficient.
  static let significance = 0.05

  /// The coefficients, an intercept before the terms and these in the order of the model.
  public let coefficients: [Coefficient]
  /// The response less what the model says, for each row.
  public let residuals: [Double]
  /// The part of the response's sum of squares that the terms explain; about the mean where there is an intercept.
  public let rSquared: Double
  /// The same with each sum of squares over its degrees of freedom.
  public let adjustedRSquared: Double
  /// The mean square that the terms explain over that of the residuals; ∞ in exact fits.
  public let f: Double
  /// The probability of an F at least as large, were the coefficients of all terms 0 and the errors normal.
  public let fProbability: TailProbability
  /// The logarithm of the largest likelihood under normal errors; ∞ in exact fits.
  public let logLikelihood: Double
  /// Akaike's information criterion, AIC, which counts coefficients and not the variance.
  public let aic: Double
  /// The Bayesian information criterion, BIC, which counts as AIC does.
  public let bic: Double
  /// The sum of squares of differences of successive residuals over that of the residuals; none in exact fits.
  public let durbinWatson: Double?
  /// The condition number of the design as it was given, the intercept's ones included, in the 2-norm.
  public let conditionNumber: Double

  /// The number of rows.
  public var observations: Int { residuals.count }

  /// The coefficient of a term.
  public subscript(name: String) -> Coefficient? { coefficients.first { $0.name == name } }
}

extension LinearFit {
  /// A least squares solution in double-double arithmetic, with the response scaled by 2^-responseExponent.
  struct Solution {
    /// Coefficients in units of 2^(responseExponent + coefficientExponent).
    var coefficients: [DoubleDouble]
    var coefficientExponents: [Int]
    /// The inverse of XᵀX in those units, the response's aside, row by row.
    var inverse: [[DoubleDouble]]
    var residuals: [DoubleDouble]
    /// The sum of squares of the response, about its mean where there is an intercept.
    var total: DoubleDouble
    var responseExponent: Int
    var conditionNumber: Double
  }

  /// The figures of a solution.
  init(_ model: LinearModel, _ solution: Solution) throws(StatisticsError) {
    let (rows, terms) = (model.response.values.count, model.terms.count)
    let residualFreedom = rows - solution.coefficients.count
    let freedom = Double(residualFreedom)
    let unexplained = solution.residuals.sumOfSquares
    let explained = max(0, (solution.total - unexplained).high)
    let variance = unexplained.high / freedom
    residuals = solution.residuals.map { $0.high.scaled(by: solution.responseExponent) }
    if !residuals.allSatisfy(\.isFinite) { throw .outOfRange(name: model.response.name) }

    let distribution = StudentT(degreesOfFreedom: residualFreedom)
    let quantile = distribution.quantile(twoSided: Self.significance)
    var coefficients: [Coefficient] = []
    for (index, name) in model.names.enumerated() {
      let estimate = solution.coefficients[index].high
      let error = (variance * solution.inverse[index][index].high).squareRoot()
      let t = estimate == 0 ? 0 : estimate / error
      let exponent = solution.coefficientExponents[index] + solution.responseExponent
      let reach: Double = quantile * error
      let coefficient = Coefficient(
        name: name, estimate: estimate.scaled(by: exponent), standardError: error.scaled(by: exponent), t: t,
        probability: distribution.twoSided(t), lower: (estimate - reach).scaled(by: exponent),
        upper: (estimate + reach).scaled(by: exponent))
      if !coefficient.lower.isFinite || !coefficient.upper.isFinite { throw .outOfRange(name: name) }
      coefficients.append(coefficient)
    }
    self.coefficients = coefficients
    conditionNumber = solution.conditionNumber

    rSquared = max(0, ((solution.total - unexplained) / solution.total).high)
    adjustedRSquared = 1 - (unexplained / solution.total).high * Double(terms + residualFreedom) / freedom
    f = explained == 0 ? 0 : explained / Double(terms) / variance
    fProbability = FDistribution(numerator: terms, denominator: residualFreedom).upperTail(f)

    let count = Double(rows)
    let logMeanSquare = log(unexplained.high / count) + 2 * Double(solution.responseExponent) * log(2)
    logLikelihood = -count / 2 * (log(2 * .pi) + logMeanSquare + 1)
    let size = Double(solution.coefficients.count)
    aic = 2 * size - 2 * logLikelihood
    bic = size * log(count) - 2 * logLikelihood
    let steps = zip(solution.residuals.dropFirst(), solution.residuals).map { $0 - $1 }
    durbinWatson = unexplained.high == 0 ? nil : (steps.sumOfSquares / unexplained).high
  }
}
