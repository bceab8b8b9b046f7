import Foundation
import TestSupport
import Testing

@testable import DenseKernels
@testable import Statistics

/// What must hold of every fit, on random models.
struct LinearModelTests {
  struct Random {
    var response: [Double]
    var terms: [[Double]]
    var intercept: Bool

    init(seed: Int) {
      var random = SplitMix64(seed: seed)
      intercept = !random.oneIn(3)
      let count = random.pick(1...5)
      let rows = count + random.pick(2...30)
      func draw() -> Double { Double.random(in: -1...1, using: &random) }
      let terms = (0..<count).map { _ in
        let (scale, shift) = (pow(10, Double(random.pick(-6...6))), random.oneIn(2) ? 0 : 100 * draw())
        return (0..<rows).map { _ in scale * (draw() + shift) }
      }
      let factors = terms.map { term in draw() / (term.map(abs).max() ?? 1) }
      let constant: Double = intercept ? 5 : 0
      self.terms = terms
      response = (0..<rows).map { row in
        zip(terms, factors).reduce(draw() + constant) { $0 + $1.0[row] * $1.1 }
      }
    }

    func fit() throws -> LinearFit {
      try LinearModel(
        response: Variable("y", response), terms: terms.enumerated().map { Variable("x\($0)", $1) },
        intercept: intercept
      ).fit()
    }
  }

  /// The columns of the design.
  static func columns(_ model: Random) -> [[Double]] {
    (model.intercept ? [model.response.map { _ in 1 }] : []) + model.terms
  }

  @Test("Residuals are orthogonal to the columns and what the coefficients leave", arguments: seeds(0..<60))
  func residuals(seed: Int) throws {
    let model = Random(seed: seed)
    let fit = try model.fit()
    for column in Self.columns(model) {
      let product = zip(column, fit.residuals).reduce(0) { $0 + $1.0 * $1.1 }
      let size = zip(column, fit.residuals).reduce(0) { $0 + abs($1.0 * $1.1) }
      #expect(abs(product) <= 1e-14 * size, "seed \(seed)")
    }
    for (row, residual) in fit.residuals.enumerated() {
      let parts = zip(Self.columns(model), fit.coefficients).map { $0[row] * $1.estimate }
      let size = parts.reduce(1) { $0 + abs($1) }
      #expect(abs(model.response[row] - parts.reduce(0, +) - residual) <= 1e-14 * size, "seed \(seed)")
    }
  }

  @Test("Plain Swift gives the same coefficients and variances", arguments: seeds(0..<60))
  func reference(seed: Int) throws {
    let model = Random(seed: seed)
    let fit = try model.fit()
    let columns = Self.columns(model)
    let rows = model.response.count
    let sizes = columns.map { column in column.map(abs).max() ?? 1 }
    let factorization = OrthogonalFactorization.reference(
      zip(columns, sizes).flatMap { column, size in column.map { $0 / size } }, rows: rows, columns: columns.count)
    let zeros = columns.map { _ in 0.0 }
    let (residuals, solution) = factorization.referenceSolve(model.response, zeros)
    let variance = residuals.reduce(0) { $0 + $1 * $1 } / Double(rows - columns.count)
    for (index, coefficient) in fit.coefficients.enumerated() {
      var unit = zeros
      unit[index] = -1
      let inverse = factorization.referenceSolve(model.response.map { _ in 0 }, unit).solution[index]
      #expect(
        agree((variance * inverse).squareRoot() / sizes[index], coefficient.standardError, digits: 9), "seed \(seed)")
      let error = abs(solution[index] / sizes[index] - coefficient.estimate)
      #expect(error <= 1e-9 * (abs(coefficient.estimate) + coefficient.standardError), "seed \(seed)")
    }
    #expect(agree(variance.squareRoot(), fit.residualStandardError, digits: 9), "seed \(seed)")
  }

  @Test("Powers of two as units change nothing but themselves, bit for bit", arguments: seeds(0..<30))
  func units(seed: Int) throws {
    let model = Random(seed: seed)
    var other = model
    var random = SplitMix64(seed: seed)
    let exponents = model.terms.map { _ in random.pick(-300...300) }
    other.terms = zip(model.terms, exponents).map { term, exponent in term.map { $0.scaled(by: exponent) } }
    other.response = model.response.map { $0.scaled(by: 40) }
    let (one, two) = (try model.fit(), try other.fit())
    let all = (model.intercept ? [0] : []) + exponents
    for (index, (a, b)) in zip(one.coefficients, two.coefficients).enumerated() {
      let scale = 40 - all[index]
      #expect(a.estimate.scaled(by: scale) == b.estimate && a.standardError.scaled(by: scale) == b.standardError)
      #expect(a.t == b.t && a.probability == b.probability && a.lower.scaled(by: scale) == b.lower, "seed \(seed)")
    }
    #expect(one.rSquared == two.rSquared && one.f == two.f && one.durbinWatson == two.durbinWatson, "seed \(seed)")
    let shift = Double(model.response.count) * 40 * log(2)
    #expect(agree(two.logLikelihood + shift, one.logLikelihood, digits: 9), "seed \(seed)")
  }

  @Test("Units, shifts and the order of rows and terms do not matter", arguments: seeds(0..<60))
  func invariances(seed: Int) throws {
    let model = Random(seed: seed)
    let fit = try model.fit()
    var random = SplitMix64(seed: seed)
    // Multiples and sums of doubles are rounded: the other model is not quite the same.
    let rows = Array(model.response.indices).shuffled(using: &random)
    let terms = Array(model.terms.indices).shuffled(using: &random)
    var other = model
    other.response = rows.map { model.response[$0] * 3 + (model.intercept ? 2 : 0) }
    other.terms = terms.map { term in
      rows.map { model.terms[term][$0] / 7 + (model.intercept ? Double(term) * 1e-3 : 0) }
    }
    let second = try other.fit()
    for (place, term) in terms.enumerated() {
      let offset = model.intercept ? 1 : 0
      let (a, b) = (fit.coefficients[term + offset], second.coefficients[place + offset])
      let tolerance = 1e-8 * (abs(a.estimate) + a.standardError)
      #expect(abs(21 * a.estimate - b.estimate) <= 21 * tolerance, "seed \(seed)")
      #expect(agree(b.standardError, 21 * a.standardError, digits: 8), "seed \(seed)")
    }
    #expect(agree(second.rSquared, fit.rSquared, digits: 8) && agree(second.f, fit.f, digits: 8), "seed \(seed)")
    #expect(agree(second.residualStandardError, 3 * fit.residualStandardError, digits: 8), "seed \(seed)")
  }

  @Test("With one term F is t²; R² and F tell the same", arguments: seeds(0..<40))
  func oneTerm(seed: Int) throws {
    var model = Random(seed: seed)
    let fit = try model.fit()
    let (explaining, rest) = (Double(model.terms.count), Double(fit.observations - fit.coefficients.count))
    #expect(agree(fit.f * explaining / (fit.f * explaining + rest), fit.rSquared, digits: 12), "seed \(seed)")
    #expect(fit.adjustedRSquared <= fit.rSquared && fit.conditionNumber >= 1)
    #expect(agree(fit.aic - 2 * Double(fit.coefficients.count), -2 * fit.logLikelihood, digits: 12))
    model.terms = [model.terms[0]]
    let single = try model.fit()
    let slope = single.coefficients[model.intercept ? 1 : 0]
    #expect(agree(single.f, slope.t * slope.t, digits: 12), "seed \(seed)")
    #expect(agree(single.fProbability.logP, slope.probability.logP, digits: 11), "seed \(seed)")
    // Where the probability is 5 %, an end of the interval is 0.
    #expect((slope.probability.p < 0.05) == (slope.lower > 0 || slope.upper < 0), "seed \(seed)")
  }

  @Test func names() throws {
    let model = try LinearModel(
      response: Variable("y", [1, 2, 4, 7]),
      terms: [Variable("d", [1, 2, 3, 4]), Variable("d²", power: 2, of: [1, 2, 3, 4])])
    let fit = try model.fit()
    #expect(fit.coefficients.map(\.name) == ["intercept", "d", "d²"])
    #expect(fit["d"]?.estimate == fit.coefficients[1].estimate && fit["e"] == nil)
    let plain = try LinearModel(response: model.response, terms: model.terms, intercept: false).fit()
    #expect(plain.coefficients.map(\.name) == ["d", "d²"])
  }

  /// (2^27 + 1)³ = 2^81 + 3·2^54 + 3·2^27 + 1 has more than the 53 bits of a double.
  @Test func powers() throws {
    let cube = Variable("x³", power: 3, of: [0x1p27 + 1, -3, 0.5, 0])
    #expect(cube.values == [0x1p81 + 3 * 0x1p54 + 0x1p29, -27, 0.125, 0])
    #expect(cube[0] == DoubleDouble(high: 0x1p81 + 3 * 0x1p54 + 0x1p29, low: 1 - 0x1p27))
    #expect(cube[1] == DoubleDouble(-27))
    // As a response and as a term alike: the line through the exact values is exact.
    let bases = (0..<9).map { 0x1p27 + Double($0 * $0) }
    let response = Variable("y", power: 3, of: bases)
    let fit = try LinearModel(response: response, terms: [Variable("x", power: 3, of: bases)]).fit()
    #expect(fit.coefficients.map(\.estimate) == [0, 1] && fit.residuals.allSatisfy { $0 == 0 })
    let rounded = try LinearModel(response: response, terms: [Variable("x", response.values)]).fit()
    #expect(rounded.residuals.contains { $0 != 0 })
    #expect(Variable("1", power: 0, of: [5, 0]).values == [1, 1])
  }
}
