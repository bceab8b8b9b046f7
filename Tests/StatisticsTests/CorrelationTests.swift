import Foundation
import TestSupport
import Testing

@testable import Statistics

/// Expected figures were computed in Python with mpmath 1.3 and 100 digits, ranks by scipy 1.17.1's `stats.rankdata`:
///
///     from mpmath import *; mp.dps = 100; n = len(x)
///     x, y = [mpf(v) - fsum(x) / n for v in x], [mpf(v) - fsum(y) / n for v in y]
///     r = fdot(x, y) / sqrt(fdot(x, x) * fdot(y, y)); t = r * sqrt((n - 2) / (1 - r * r))
///     log(betainc(mpf(n - 2) / 2, 0.5, 0, (n - 2) / (n - 2 + t * t), regularized=True))
///
/// `stats.pearsonr` and `stats.spearmanr` give the same where data are easy.
struct CorrelationTests {
  static let index = FitTests.rows.map(Double.init)
  static let nearby = FitTests.rows.map { Double($0) + 0x1p-20 * FitTests.other[$0] }
  static let tied: [Double] = [2, 2, 3, 1, 3, 3, 5, 1, 4, 4, 2, 0]

  func check(_ correlation: Correlation, _ r: Double, _ logP: Double) {
    #expect(agree(correlation.coefficient, r, digits: 14))
    #expect(agree(correlation.probability.logP, logP, digits: 12))
  }

  @Test func pearson() throws {
    let (noise, other) = (Variable("noise", FitTests.noise), Variable("other", FitTests.other))
    check(
      try .pearson(Variable("line", FitTests.line), Variable("x", Self.index)), 0.94335791741347862,
      -12.386756962606374)
    check(try .pearson(noise, other), 0.31029049356665353, -1.1199099288849196)
    // Far from 0 the same; scipy has 0.31027.
    check(
      try .pearson(
        Variable("noise", FitTests.noise.map { 1e15 + $0 }), Variable("other", FitTests.other.map { -1e9 + $0 / 8 })),
      0.31029049356665353, -1.1199099288849196)
    // Close to 1, where all but p is in the digits of 1 - r.
    check(
      try .pearson(Variable("x", Self.index), Variable("y", Self.nearby)), 0.99999999999961353,
      -140.84488595211907)
    // Numbers whose squares are beyond the range of doubles.
    check(
      try .pearson(
        Variable("x", Self.index.map { 1e-200 * $0 }), Variable("y", Self.nearby.map { -1e200 * $0 })),
      -0.99999999999961353, -140.84488595170815)
  }

  @Test func spearman() throws {
    check(
      try .spearman(Variable("line", FitTests.line), Variable("x", Self.index)), 0.94386545933126774,
      -12.43089702615798)
    check(
      try .spearman(Variable("noise", FitTests.noise), Variable("other", FitTests.other)), 0.3792541199491442,
      -1.495921128163823)
    check(
      try .spearman(Variable("tied", Self.tied), Variable("noise", FitTests.noise)), 0.24007376659769328,
      -0.79340045606215144)
  }

  @Test func ranks() {
    #expect(Correlation.ranks(Self.tied) == [5, 5, 8, 2.5, 8, 8, 12, 2.5, 10.5, 10.5, 5, 1])
    #expect(Correlation.ranks([-0.0, 0, -1, .infinity]) == [2.5, 2.5, 1, 4])
    #expect(Correlation.ranks([]) == [])
  }

  @Test func perfect() throws {
    let x = Variable("x", [1, 2, 4, 8])
    for (y, sign) in [([3.1, 6.2, 12.4, 24.8], 1.0), ([-1, -2, -4, -8], -1)] {
      let correlation = try Correlation.pearson(x, Variable("y", y))
      #expect(correlation.coefficient == sign && correlation.probability.p == 0)
    }
    // Lines that sums in doubles would miss by rounding.
    var random = SplitMix64(seed: 1)
    for _ in 0..<40 {
      let x = (0..<random.pick(3...30)).map { _ in Double(random.pick(0...1_000_000)) }
      let line = try Correlation.pearson(Variable("x", x), Variable("y", x.map { 5 - 3 * $0 }))
      #expect(line.coefficient == -1 && line.probability.p == 0)
    }
    let rising = try Correlation.spearman(x, Variable("y", [0, 1, 100, 1e300]))
    #expect(rising.coefficient == 1 && rising.probability.p == 0)
    let none = try Correlation.pearson(Variable("x", [-1, 0, 1]), Variable("y", [1, -2, 1]))
    #expect(none.coefficient == 0 && none.probability.p == 1)
  }

  @Test(
    "Scales, shifts and the order of rows do not matter; the slope's p is the correlation's", arguments: seeds(0..<30))
  func invariances(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let rows = random.pick(3...40)
    let x = (0..<rows).map { _ in Double.random(in: -1...1, using: &random) }
    let y = x.map { Double.random(in: -1...1, using: &random) + $0 * Double(random.pick(0...2)) }
    let pearson = try Correlation.pearson(Variable("x", x), Variable("y", y))
    let spearman = try Correlation.spearman(Variable("x", x), Variable("y", y))
    let order = Array(0..<rows).shuffled(using: &random)
    let (otherX, otherY) = (order.map { 1024 * x[$0] + 7 }, order.map { -y[$0] / 8 })
    let other = try Correlation.pearson(Variable("y", otherY), Variable("x", otherX))
    #expect(abs(other.coefficient + pearson.coefficient) < 1e-11, "seed \(seed)")
    // Ranks survive whatever keeps the order.
    let ranked = try Correlation.spearman(Variable("x", x.map { exp(3 * $0) }), Variable("y", y.map { $0 * $0 * $0 }))
    #expect(ranked == spearman, "seed \(seed)")
    let fit = try LinearModel(response: Variable("y", y), terms: [Variable("x", x)]).fit()
    #expect(agree(fit.coefficients[1].probability.logP, pearson.probability.logP, digits: 11), "seed \(seed)")
    #expect(agree(fit.rSquared, pearson.coefficient * pearson.coefficient, digits: 12), "seed \(seed)")
  }

  @Test func errors() {
    func expect(_ x: [Double], _ y: [Double], _ error: StatisticsError) {
      #expect(throws: error) { try Correlation.pearson(Variable("x", x), Variable("y", y)) }
      #expect(throws: error) { try Correlation.spearman(Variable("x", x), Variable("y", y)) }
    }
    expect([1, 2], [3, 4], .tooFewRows(count: 2, needed: 3))
    expect([], [], .tooFewRows(count: 0, needed: 3))
    expect([1, 2, 3], [3, 4], .differentLengths(name: "y", count: 2, expected: 3))
    expect([1, 2, .nan], [3, 4, 5], .notFinite(name: "x", row: 3))
    expect([1, 2, 3], [3, -.infinity, 5], .notFinite(name: "y", row: 2))
    expect([1, 2, 3], [5, 5, 5], .constant(name: "y"))
    expect([0, -0.0, 0], [3, 4, 5], .constant(name: "x"))
  }
}
