import Testing

@testable import Statistics

/// Fits of NIST's Statistical Reference Datasets: 14 digits of what is certified, which are all but the last that doubles
/// can be expected to give from data that are themselves rounded to doubles.
struct ReferenceDataTests {
  @Test(arguments: ReferenceDataSet.all.filter { $0.residualStandardError > 0 })
  func certified(data: ReferenceDataSet) throws {
    let fit = try data.model.fit()
    // Decimals of the data are not doubles: that alone changes the fourteenth digit of some.
    let digits = ["Pontius", "Norris", "Filip"].contains(data.name) ? 13 : 14
    for (coefficient, expected) in zip(fit.coefficients, data.estimates) {
      #expect(agree(coefficient.estimate, expected, digits: digits))
    }
    for (coefficient, expected) in zip(fit.coefficients, data.standardErrors) {
      #expect(agree(coefficient.standardError, expected, digits: digits))
    }
    #expect(fit.coefficients.count == data.estimates.count)
    #expect(agree(fit.residualStandardError, data.residualStandardError, digits: digits))
    #expect(agree(fit.rSquared, data.rSquared, digits: 14))
    #expect(agree(fit.f, data.f, digits: digits))
  }

  /// Wampler1 and Wampler2 have no errors; but the second's decimals, as doubles, have those of rounding.
  @Test(arguments: ReferenceDataSet.all.filter { $0.residualStandardError == 0 })
  func exact(data: ReferenceDataSet) throws {
    let fit = try data.model.fit()
    for (coefficient, expected) in zip(fit.coefficients, data.estimates) {
      #expect(agree(coefficient.estimate, expected, digits: data.name == "Wampler1" ? 16 : 12))
      #expect(abs(coefficient.standardError) < 1e-15)
      #expect(abs(coefficient.t) > 1e13 && coefficient.probability.p < 1e-190)
    }
    #expect(fit.coefficients.count == 6)
    #expect(fit.rSquared == 1 && fit.adjustedRSquared == 1 && fit.f > 1e30 && fit.fProbability.p < 1e-200)
    #expect(fit.residualStandardError < 1e-15)
    if data.name == "Wampler1" {
      #expect(fit.residuals.allSatisfy { $0 == 0 } && fit.residualStandardError == 0)
      #expect(fit.coefficients.allSatisfy { $0.standardError == 0 && $0.lower == 1 && $0.upper == 1 })
      #expect(fit.f == .infinity && fit.logLikelihood == .infinity && fit.aic == -.infinity && fit.bic == -.infinity)
      #expect(fit.durbinWatson == nil)
    }
  }

  /// Filip's powers rounded to doubles make another problem, solved as exactly: mpmath 1.3 with 80 digits gives
  /// coefficients that differ from the certified ones by 1.2 in the eighth digit.
  @Test func roundedPowers() throws {
    let powers = (1...10).map { power in
      Variable("x\(power)", ReferenceDataSet.filipX.map { x in (0..<power).reduce(1.0) { product, _ in product * x } })
    }
    let data = ReferenceDataSet.filip
    let fit = try LinearModel(response: Variable("y", data.response), terms: powers).fit()
    for (coefficient, expected) in zip(fit.coefficients, data.estimates) {
      #expect(agree(coefficient.estimate, expected, digits: 7))
      #expect(!agree(coefficient.estimate, expected, digits: 8))
    }
    // The figures of this very problem, with 17 digits.
    let estimates = (-1467.4896313887715, -4.0296253014568074e-5, 298.08453045643306)
    #expect(agree(fit.coefficients[0].estimate, estimates.0, digits: 13))
    #expect(agree(fit.coefficients[10].estimate, estimates.1, digits: 13))
    #expect(agree(fit.coefficients[0].standardError, estimates.2, digits: 13))
    #expect(agree(fit.conditionNumber, 1.76796525232464e15, digits: 13))
  }
}
