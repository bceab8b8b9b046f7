import TestSupport
import Testing

@testable import Statistics

/// What cannot be fitted, and how that is said.
struct RefusalTests {
  static func fit(_ response: [Double], _ terms: [[Double]], intercept: Bool = true) throws -> LinearFit {
    try LinearModel(
      response: Variable("y", response), terms: terms.enumerated().map { Variable("x\($0)", $1) },
      intercept: intercept
    ).fit()
  }

  static let four: [Double] = [1, 3, 2, 5]

  @Test func shapes() {
    #expect(throws: StatisticsError.noTerms) { try Self.fit(Self.four, []) }
    #expect(throws: StatisticsError.tooFewRows(count: 2, needed: 3)) { try Self.fit([1, 2], [[1, 3]]) }
    #expect(throws: StatisticsError.tooFewRows(count: 0, needed: 2)) { try Self.fit([], [[]], intercept: false) }
    #expect(throws: StatisticsError.tooFewRows(count: 1, needed: 2)) { try Self.fit([4], [[2]], intercept: false) }
    #expect(throws: StatisticsError.differentLengths(name: "x1", count: 3, expected: 4)) {
      try Self.fit(Self.four, [[4, 3, 2, 2], [1, 2, 3]])
    }
    #expect(throws: StatisticsError.notFinite(name: "y", row: 2)) { try Self.fit([1, .nan, 3], [[1, 2, 4]]) }
    #expect(throws: StatisticsError.notFinite(name: "x0", row: 4)) {
      try Self.fit(Self.four, [[1, 2, 4, -.infinity]])
    }
    // A power may leave the range of doubles where its base does not.
    #expect(throws: StatisticsError.notFinite(name: "square", row: 3)) {
      try LinearModel(response: Variable("y", Self.four), terms: [Variable("square", power: 2, of: [1, 2, 1e200, 3])])
    }
    // The least rows that will do.
    #expect(throws: Never.self) { try Self.fit([1, 2, 4], [[1, 2, 5]]) }
    #expect(throws: Never.self) { try Self.fit([1, 2], [[1, 3]], intercept: false) }
  }

  @Test func constants() {
    #expect(throws: StatisticsError.constant(name: "y")) { try Self.fit([0.1, 0.1, 0.1], [[1, 2, 4]]) }
    #expect(throws: StatisticsError.constant(name: "y")) { try Self.fit([0, -0.0, 0], [[1, 2, 4]], intercept: false) }
    #expect(throws: StatisticsError.constant(name: "x1")) {
      try Self.fit(Self.four, [[1, 2, 4, 3], [0.1, 0.1, 0.1, 0.1]])
    }
    #expect(throws: StatisticsError.constant(name: "x0")) { try Self.fit(Self.four, [[0, 0, 0, 0]], intercept: false) }
    // Without an intercept a constant is a term like others.
    #expect(throws: Never.self) { try Self.fit(Self.four, [[7, 7, 7, 7], [1, 2, 4, 3]], intercept: false) }
    #expect(throws: Never.self) { try Self.fit([3, 3, 3], [[1, 2, 4]], intercept: false) }
  }

  @Test("A term that depends on others is found whatever its scale", arguments: seeds(0..<60))
  func dependent(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let rows = random.pick(8...200)
    let count = random.pick(1...4)
    func column() -> [Double] { (0..<rows).map { _ in Double.random(in: -1...1, using: &random) } }
    var terms = (0..<count).map { _ in column() }
    let intercept = random.oneIn(2)
    // Rounded, the combination is not quite one.
    let factors = terms.map { _ in Double.random(in: -2...2, using: &random) }
    let sum = (0..<rows).map { row in
      zip(terms, factors).reduce(intercept ? 0.3 : 0) { $0 + $1.0[row] * $1.1 }
    }
    terms.append(sum.map { $0 * [1e-9, 1, 1e12][seed % 3] })
    terms.shuffle(using: &random)
    let error = #expect(throws: StatisticsError.self) { try Self.fit(column(), terms, intercept: intercept) }
    guard case .dependent(let name)? = error else {
      Issue.record("seed \(seed): \(String(describing: error))")
      return
    }
    #expect(name.hasPrefix("x"), "seed \(seed)")
  }

  /// The limit itself: without it, refinement would go on to figures that rounding has made.
  @Test func limit() throws {
    func columns(_ exponent: Int) -> [[DoubleDouble]] {
      [
        FitTests.rows.map { DoubleDouble(Double($0) / 16) },
        FitTests.rows.map { DoubleDouble((Double($0) + FitTests.other[$0].scaled(by: exponent)) / 16) },
      ]
    }
    #expect(throws: Never.self) { try RefinedLeastSquares(columns(-44), names: ["a", "b"]) }
    let error = #expect(throws: StatisticsError.self) { try RefinedLeastSquares(columns(-48), names: ["a", "b"]) }
    #expect(error == .dependent(name: "a") || error == .dependent(name: "b"))
  }

  /// Dummy variables that add up to the intercept.
  @Test func dependentOnIntercept() {
    let error = #expect(throws: StatisticsError.self) {
      try Self.fit([1, 2, 4, 3, 5, 6], [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]])
    }
    #expect(error == .dependent(name: "x0") || error == .dependent(name: "x1"))
  }

  /// Numbers at the ends of the range give figures or an error, never a figure that is not a number.
  @Test(arguments: [1e308, 1e-308, 0x1p-1071, 1e154, 1e-160], [1e308, 1e-308, 0x1p-1071, 1e154, 1e-160])
  func extremes(response: Double, term: Double) {
    let (y, x) = ([1, 0, 1, 0.5].map { $0 * response }, [0, 1, 0.25, 1].map { $0 * term })
    for intercept in [true, false] {
      do {
        let fit = try Self.fit(y, [x], intercept: intercept)
        for coefficient in fit.coefficients {
          #expect(coefficient.lower.isFinite && coefficient.upper.isFinite && coefficient.standardError.isFinite)
          #expect(coefficient.lower <= coefficient.estimate && coefficient.estimate <= coefficient.upper)
          #expect(coefficient.t.isFinite && coefficient.probability.p > 0 && coefficient.probability.p <= 1)
        }
        #expect((0...1).contains(fit.rSquared) && fit.f.isFinite && fit.logLikelihood.isFinite)
        #expect(fit.conditionNumber >= 1)
      } catch let error as StatisticsError {
        #expect(error == .outOfRange(name: "x0") && response > term || response == 1e308, "\(error)")
        guard case .outOfRange = error else {
          Issue.record(error)
          continue
        }
      } catch {
        Issue.record(error)
      }
    }
  }

  @Test func exactFits() throws {
    let fit = try Self.fit([3, 6, 9, 27], [[1, 2, 3, 9]])
    #expect(fit.coefficients.map(\.estimate) == [0, 3] && fit.coefficients.map(\.standardError) == [0, 0])
    #expect(fit.coefficients.map(\.t) == [0, .infinity] && fit.coefficients.map(\.probability.p) == [1, 0])
    #expect(fit.f == .infinity && fit.fProbability.p == 0 && fit.rSquared == 1 && fit.durbinWatson == nil)
    // Whole coefficients, some of them 0, whatever the terms.
    var random = SplitMix64(seed: 3)
    for _ in 0..<40 {
      let rows = random.pick(5...20)
      let terms = (0..<3).map { _ in (0..<rows).map { _ in Double(random.pick(-1000...1000)) } }
      let factors = [Double(random.pick(-2...2)), 0, 1, Double(random.pick(-2...2))]
      let response = (0..<rows).map { row in
        zip(terms, factors.dropFirst()).reduce(factors[0]) { $0 + $1.0[row] * $1.1 }
      }
      let fit = try Self.fit(response, terms)
      #expect(fit.coefficients.map(\.estimate) == factors)
      #expect(fit.coefficients.map(\.probability.p) == factors.map { $0 == 0 ? 1 : 0 })
    }
    // A response that the term says nothing of.
    let none = try Self.fit([1, -1, -1, 1], [[1, 1, -1, -1]])
    #expect(none.rSquared == 0 && none.f == 0 && none.fProbability.p == 1 && none.coefficients[1].probability.p == 1)
  }

  @Test func messages() {
    let messages: [(StatisticsError, String)] = [
      (.tooFewRows(count: 2, needed: 3), "2 rows are too few: at least 3 are needed"),
      (.tooFewRows(count: 1, needed: 3), "1 row is too few: at least 3 are needed"),
      (
        .differentLengths(name: "x", count: 3, expected: 4),
        "'x' has 3 values: 4 are expected, as many as the others have"
      ),
      (.notFinite(name: "x", row: 3), "'x' is not a finite number in row 3"),
      (.constant(name: "x"), "'x' has the same value in all rows: it must vary"),
      (.dependent(name: "x"), "'x' is a linear combination of other terms, or too near to one: leave out one of them"),
      (.noTerms, "a model needs at least one term"),
      (.outOfRange(name: "x"), "the figures of 'x' are too large for doubles: choose a larger unit for it"),
      (.binSize(0), "bins of 0 values cannot be: at least 1 is needed"),
    ]
    for (error, message) in messages { #expect("\(error)" == message) }
  }
}
