import Foundation

/// The probability of values at least as extreme as one observed.
public struct TailProbability: Hashable, Sendable {
  /// The natural logarithm, right to some 12 digits also where the probability is below all doubles.
  public let logP: Double

  /// The probability: 0 where it is below about 5e-324.
  public var p: Double { exp(logP) }
}

/// Student's t distribution.
struct StudentT: Hashable, Sendable {
  let degreesOfFreedom: Int

  /// The distribution with at least 1 degree of freedom.
  init(degreesOfFreedom: Int) {
    precondition(degreesOfFreedom >= 1, "at least one degree of freedom is needed")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// The probability of values at least as far from 0 as `t`, on either side.
  func twoSided(_ t: Double) -> TailProbability {
    TailProbability(logP: logarithms(abs(t), log(abs(t))).integral)
  }

  /// The value, not negative, that is exceeded in magnitude with a probability above 0 and at most 1.
  func quantile(twoSided probability: Double) -> Double {
    precondition(probability > 0 && probability <= 1, "the probability must be above 0 and at most 1")
    if probability == 1 { return 0 }
    // Newton's method for log p as a function of log t, which is concave. It starts at the quantile of one degree of
    // freedom, which is the largest, and comes down to the root without passing it but for rounding.
    let target = log(probability)
    var logT = -log(tan(.pi / 2 * probability))
    while true {
      let here = logarithms(exp(logT), logT)
      let slope = -2 * exp(here.factor - here.integral)
      let next = logT - (here.integral - target) / slope
      guard next < logT else { return exp(logT) }
      logT = next
    }
  }

  private func logarithms(_ t: Double, _ logT: Double) -> IncompleteBeta.Logarithms {
    let freedom = Double(degreesOfFreedom)
    return IncompleteBeta.logarithms(freedom / 2, 0.5, odds: t / freedom * t, logOdds: 2 * logT - log(freedom))
  }
}

/// Fisher's F distribution.
struct FDistribution: Hashable, Sendable {
  /// The degrees of freedom of the numerator.
  let numerator: Int
  /// The degrees of freedom of the denominator.
  let denominator: Int

  /// The distribution with at least 1 degree of freedom in each place.
  init(numerator: Int, denominator: Int) {
    precondition(numerator >= 1 && denominator >= 1, "at least one degree of freedom is needed")
    (self.numerator, self.denominator) = (numerator, denominator)
  }

  /// The probability of values of at least `f`, which is not negative.
  func upperTail(_ f: Double) -> TailProbability {
    let (above, below) = (Double(numerator), Double(denominator))
    let logarithms = IncompleteBeta.logarithms(
      below / 2, above / 2, odds: f / below * above, logOdds: log(f) + log(above) - log(below))
    return TailProbability(logP: logarithms.integral)
  }
}
