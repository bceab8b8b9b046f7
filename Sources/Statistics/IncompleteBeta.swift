import Foundation

/// The regularised incomplete beta function, in logarithms, so that tails come out however small they are.
///
/// With x₀ = a/(a+b) the factor xᵃ·(1-x)ᵇ/B(a,b) is
/// √(a·b/(2π(a+b))) · exp(-a·D(x/x₀) - b·D((1-x)/(1-x₀)) + δ(a+b) - δ(a) - δ(b)), where D(r) = r - 1 - log r is never
/// negative and δ is the error of Stirling's formula: terms of one sign, none of which is large where the factor is not
/// small. The rest is a continued fraction. (So A. R. DiDonato, A. H. Morris, Algorithm 708, ACM TOMS 18, 1992.)
enum IncompleteBeta {
  /// The logarithms of I_x(a, b) and of xᵃ·(1-x)ᵇ/B(a, b).
  struct Logarithms {
    var integral: Double
    var factor: Double
  }

  /// The logarithms at x = 1/(1 + odds).
  ///
  /// - Parameters:
  ///   - a: positive.
  ///   - b: positive.
  ///   - odds: (1-x)/x, not negative; infinite or 0 where it is beyond the range of doubles.
  ///   - logOdds: its logarithm.
  /// - Returns: 0 and -∞ where the odds are 0, -∞ twice where their logarithm is infinite.
  static func logarithms(_ a: Double, _ b: Double, odds: Double, logOdds: Double) -> Logarithms {
    if odds == 0 { return Logarithms(integral: 0, factor: -.infinity) }
    if logOdds == .infinity { return Logarithms(integral: -.infinity, factor: -.infinity) }
    let x = 1 / (1 + odds)
    let y = odds.isInfinite ? 1 : odds / (1 + odds)
    let logX = odds.isInfinite ? -logOdds : -log1p(odds)
    let logY = -log1p(1 / odds)
    // How far x is below x₀, times a + b.
    let distance = a * y - b * x
    let factor =
      0.5 * log(a * b / (2 * .pi * (a + b)))
      - a * deviance(-distance / a, logX + log1p(b / a)) - b * deviance(distance / b, logY + log1p(a / b))
      + stirlingError(a + b) - stirlingError(a) - stirlingError(b)
    if distance >= 0 {
      return Logarithms(integral: factor + log(fraction(a, b, x, y, distance)), factor: factor)
    }
    let complement = exp(factor + log(fraction(b, a, y, x, -distance)))
    return Logarithms(integral: log1p(-min(complement, 1)), factor: factor)
  }

  /// e - log(1 + e), given both e and, for use where e is large, log(1 + e).
  private static func deviance(_ e: Double, _ logarithm: Double) -> Double {
    if abs(e) > 0.5 { return e - logarithm }
    // log(1 + e) = 2·artanh(s) with s = e/(2 + e), of which the first term, 2s, is e - e·s.
    let s = e / (2 + e)
    let square = s * s
    var (power, sum, divisor) = (square, 0.0, 3.0)
    while power > 1e-17 * abs(e) {
      sum += power / divisor
      power *= square
      divisor += 2
    }
    return s * (e - 2 * sum)
  }

  /// log Γ(z) less Stirling's formula (z - 1/2)·log z - z + log(2π)/2.
  private static func stirlingError(_ z: Double) -> Double {
    var (shifted, product) = (z, 1.0)
    while shifted < 12 {
      product *= shifted
      shifted += 1
    }
    // NIST DLMF 5.11.1.
    let divisors: [Double] = [12, -360, 1260, -1680, 1188, -360360.0 / 691, 156]
    let square = shifted * shifted
    let error = divisors.reversed().reduce(0) { $0 / square + 1 / $1 } / shifted
    if shifted == z { return error }
    return error + (shifted - 0.5) * log(shifted) - shifted - log(product) - ((z - 0.5) * log(z) - z)
  }

  /// I_x(a, b) over xᵃ·(1-x)ᵇ/B(a, b), for x up to x₀, given y = 1 - x and (a + b)·(x₀ - x) besides.
  ///
  /// The continued fraction 1/(β₀ + α₁/(β₁ + α₂/(β₂ + …))) of Algorithm 708, the even part of NIST DLMF 8.17.22, evaluated
  /// forwards (W. J. Lentz, Applied Optics 15, 1976). It needs in the order of √max(a, b) steps. Unlike the fraction of
  /// which it is the even part, it does not cancel where x is close to 1.
  private static func fraction(_ a: Double, _ b: Double, _ x: Double, _ y: Double, _ distance: Double) -> Double {
    var numerator = a / (a + 1) * (1 + distance)
    var (denominator, value) = (0.0, 1 / numerator)
    for step in 1...mostSteps {
      let n = Double(step)
      let weight = n * (b - n) * x
      let sum = a + 2 * n - 1
      let alpha = (a + n - 1) / sum * ((a + b + n - 1) / sum) * weight * x
      let beta = n + weight / sum + (a + n) / (sum + 2) * (1 + distance + n * (1 + y))
      denominator = 1 / (beta + alpha * denominator)
      numerator = beta + alpha / numerator
      let change = denominator * numerator
      value /= change
      if abs(change - 1) <= Double.ulpOfOne { break }
    }
    return value
  }

  /// Far beyond what 10^9 degrees of freedom need.
  private static let mostSteps = 1_000_000
}
