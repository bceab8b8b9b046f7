import Foundation
import Testing

@testable import Statistics

/// Whether two numbers agree to so many significant digits; infinities and zeros agree with themselves.
func agree(_ value: Double, _ expected: Double, digits: Int = 10) -> Bool {
  value == expected || abs(value - expected) <= pow(10, -Double(digits)) * abs(expected)
}

/// Expected figures were computed with 40 digits by integrating the densities numerically, in Python with mpmath 1.3:
///
///     from mpmath import *; mp.dps = 40
///     lb = lambda a, b: loggamma(a) + loggamma(b) - loggamma(a + b)
///     def t(df, t, k=(0, 1, 2, 4, 8, 16, 32, 64, 128)):          # log of the two-sided probability
///         f = lambda x: -(df + 1) / mpf(2) * log1p(x * x / mpf(df))
///         s = 1 / max(1, (df + 1) * t / (df + t * t))
///         return log(2 * quad(lambda x: exp(f(x) - f(t)), [t + s * i for i in k])) + f(t) \
///             - lb(mpf(df) / 2, mpf(1) / 2) - log(df) / 2
///     quantile = lambda df, p, guess: findroot(lambda x: t(df, x) - log(p), guess)
///     log(betainc(mpf(df) / 2, 0.5, 0, df / (df + t * t), regularized=True))   # heavy tails, where df is small
///     log(betainc(mpf(d2) / 2, mpf(d1) / 2, 0, d2 / (d2 + d1 * mpf(f)), regularized=True))
///
/// and for large degrees of freedom of F by integrating over log f likewise.
struct DistributionTests {
  @Test(arguments: [
    (1, 1, -0.69314718055994531, 0.5),
    (1, 0.001, -0.00063682228843839838, 0.99936338043983888),
    (1, 1e10, -23.477433635229912, 6.3661977236758134e-11),
    (1, 1e200, -460.96860130409859, 6.3661977236758136e-201),
    (2, 0.5, -0.40546510810816438, 0.66666666666666667),
    (3, 12.7, -6.8560620165038184, 0.0010530526821986001),
    (5, 100, -20.08351868287, 1.8960014224623627e-9),
    (10, 2.25, -3.0328185410265769, 0.048179650251511918),
    (30, 1000, -158.14985541115485, 2.0720034831117331e-69),
    (61, 9.516750331785246, -29.798292730252943, 1.1448956284618878e-13),
    (446, 67.25114903891972, -540.79305972979778, 1.3694882416357179e-235),
    (446, 1.0197681485892538, -1.1763859458815413, 0.30839126975485338),
    (100, 40, -144.16184312664298, 2.4621076021400708e-63),
    (1000, 3, -5.8900967357704741, 0.0027667090442381925),
    (10_000, 60, -1541.590194834515, 0),
    (1_000_000, 1.96, -2.9958109249415345, 0.049996067585269791),
    (1_000_000, 5, -14.371682654810301, 5.7339978708907416e-7),
    (1_000_000, 40, -803.27517756978206, 0),
    (1_000_000, 1500, -589334.44785575907, 0),
    (999_999, 0.1, -0.083007390389218057, 0.9203443454920632),
  ])
  func studentT(degreesOfFreedom: Int, t: Double, logP: Double, p: Double) {
    let distribution = StudentT(degreesOfFreedom: degreesOfFreedom)
    for probability in [distribution.twoSided(t), distribution.twoSided(-t)] {
      #expect(agree(probability.logP, logP, digits: 12))
      #expect(agree(probability.p, p, digits: 12))
    }
  }

  @Test(arguments: [
    (1, 0.05, 12.706204736174704), (2, 0.05, 4.3026527297494637), (3, 0.05, 3.1824463052837095),
    (10, 0.05, 2.2281388519862747), (61, 0.05, 1.9996235849949397), (446, 0.05, 1.9652971965789692),
    (10_000, 0.05, 1.9602012398906262), (1_000_000, 0.05, 1.959966356814107), (5, 1e-10, 180.14910084827104),
    (7, 0.5, 0.71114177808178631), (4, 0.999, 0.0013333338271608133), (446, 1e-300, 96.374203411375754),
    (1_000_000, 1e-300, 37.078531718230499), (1, 1e-300, 6.3661977236758133e299), (3, 1, 0),
  ])
  func quantiles(degreesOfFreedom: Int, probability: Double, t: Double) {
    #expect(agree(StudentT(degreesOfFreedom: degreesOfFreedom).quantile(twoSided: probability), t, digits: 12))
  }

  @Test(arguments: [
    (1, 1, 1, -0.69314718055994531, 0.5),
    (2, 61, 839.541559413962, -102.19983603823811, 4.1226375744175011e-45),
    (2, 446, 5791.115071559225, -734.71647786513672, 0),
    (1, 447, 11580.155849659339, -739.10208027172573, 0),
    (10, 71, 2162.4395451148876, -191.7794221103651, 5.1434584383516859e-84),
    (5, 15, 0.006755, -1.3814763312578237e-5, 0.99998618533211083),
    (1_000_000, 1_000_000, 1.001, -1.1756265506100842, 0.30862554957109747),
    (1_000_000, 1_000_000, 1.02, -52.238730718641696, 2.0559261346509669e-23),
    (1_000_000, 1_000_000, 2, -58898.24591796507, 0),
    (3, 1_000_000, 2.6, -2.9891202617214553, 0.050331695972030528),
    (1_000_000, 3, 8, -2.9069352667905238, 0.054642939543273347),
    (30, 20, 0.0001, -2.4601472244211321e-30, 1),
    (2, 2, 1e300, -690.77552789821371, 9.9999999999999995e-301),
    (1, 1_000_000, 400_000, -168242.62547850382, 0),
  ])
  func fisherF(numerator: Int, denominator: Int, f: Double, logP: Double, p: Double) {
    let probability = FDistribution(numerator: numerator, denominator: denominator).upperTail(f)
    // Next to a probability of 1 the logarithm has the digits that 1 leaves it.
    #expect(agree(probability.logP, logP, digits: 12) || abs(probability.logP - logP) < 1e-15)
    // Below 2e-308 doubles have few digits of their own.
    #expect(agree(probability.p, p, digits: 12) || p == 0 && probability.p < 1e-308)
  }

  @Test func ends() {
    let t = StudentT(degreesOfFreedom: 7)
    #expect(t.twoSided(0).p == 1 && t.twoSided(1e-200).p == 1)
    #expect(t.twoSided(.infinity).logP == -.infinity && t.twoSided(-.infinity).p == 0)
    #expect(t.twoSided(.leastNonzeroMagnitude).p == 1 && t.twoSided(.greatestFiniteMagnitude).logP < -4900)
    let f = FDistribution(numerator: 3, denominator: 7)
    #expect(f.upperTail(0).p == 1 && f.upperTail(.infinity).p == 0)
    #expect(f.upperTail(.leastNonzeroMagnitude).p == 1 && f.upperTail(.greatestFiniteMagnitude).logP < -2400)
  }

  /// Closed forms: 2 degrees of freedom have elementary tails, and F = t² with one in the numerator.
  @Test func closedForms() {
    for exponent in stride(from: -8.0, through: 150, by: 0.37) {
      let t = pow(10, exponent)
      let two = StudentT(degreesOfFreedom: 2).twoSided(t)
      // 1 - t/√(t²+2) = 2/(√(t²+2)·(√(t²+2) + t))
      let root = (t * t + 2).squareRoot()
      #expect(abs(two.logP - (log(2) - log(root) - log(root + t))) < 1e-12, "t \(t)")
      // With 2 in the numerator, (1 + 2f/n)^(-n/2).
      for denominator in [1, 2, 9, 1000] {
        let n = Double(denominator)
        let logP = FDistribution(numerator: 2, denominator: denominator).upperTail(t).logP
        #expect(agree(logP, -n / 2 * log1p(2 * t / n), digits: 12) || abs(logP) < 1e-7, "f \(t), n \(n)")
      }
    }
    for degreesOfFreedom in [1, 2, 5, 40, 3000, 1_000_000] {
      let t = StudentT(degreesOfFreedom: degreesOfFreedom)
      let f = FDistribution(numerator: 1, denominator: degreesOfFreedom)
      for value in [1e-5, 0.3, 1, 2, 17, 200] {
        #expect(agree(f.upperTail(value * value).logP, t.twoSided(value).logP, digits: 11))
      }
    }
  }

  /// Tails fall as the statistic grows, across the places where the method of computation changes.
  @Test(arguments: [1, 2, 3, 10, 101, 100_000])
  func fallsEverywhere(degreesOfFreedom: Int) {
    let t = StudentT(degreesOfFreedom: degreesOfFreedom)
    let f = FDistribution(numerator: 4, denominator: degreesOfFreedom)
    var last = (0.0, 0.0)
    for step in 1...400 {
      let value = Double(step) / 50
      let next = (t.twoSided(value).logP, f.upperTail(value).logP)
      #expect(next.0 < last.0 && next.1 < last.1, "at \(value)")
      last = next
      let back = t.quantile(twoSided: t.twoSided(value).p)
      #expect(agree(back, value, digits: 11), "at \(value)")
    }
  }
}
