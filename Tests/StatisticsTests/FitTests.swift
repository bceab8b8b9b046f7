import Testing

@testable import Statistics

extension LinearFit {
  /// The square root of the sum of squares of the residuals over their degrees of freedom.
  var residualStandardError: Double {
    (residuals.reduce(0) { $0 + $1 * $1 } / Double(observations - coefficients.count)).squareRoot()
  }
}

/// Fits of easy and hard designs against figures computed with 100 and more digits from the same doubles, in Python with
/// mpmath 1.3, `y` being the response and `X` the rows of the design, with ones where there is an intercept:
///
///     from mpmath import *; mp.dps = 1200
///     y, A = matrix(y), matrix(X); n, p = A.rows, A.cols; k = p - 1   # k = p without intercept
///     V = (A.T * A) ** -1; b = V * (A.T * y); r = y - A * b; rss = (r.T * r)[0]; s2 = rss / (n - p)
///     m = sum(y) / n; tss = sum((v - m) ** 2 for v in y)              # m = 0 without intercept
///     se = [sqrt(s2 * V[i, i]) for i in range(p)]; F = (tss - rss) / k / s2
///     ll = -mpf(n) / 2 * (log(2 * pi) + log(rss / n) + 1); aic = 2 * p - 2 * ll; bic = p * log(n) - 2 * ll
///     dw = sum((r[i] - r[i - 1]) ** 2 for i in range(1, n)) / rss
///     condition = sqrt(max(eigsy(A.T * A, eigvals_only=True)) * max(eigsy(V, eigvals_only=True)))
///     mp.dps = 100
///     log_p = lambda t: log(betainc(mpf(n - p) / 2, 0.5, 0, (n - p) / (n - p + t * t), regularized=True))
///     f_log_p = log(betainc(mpf(n - p) / 2, mpf(k) / 2, 0, (n - p) / (n - p + k * F), regularized=True))
///     q = findroot(lambda t: log_p(t) - log(mpf('0.05')), 2.2)
///
/// For the first two, statsmodels 0.15.0 gives the same to all of its digits
/// (`sm.OLS(y, X).fit()`, `durbin_watson(fit.resid)`, `fit.condition_number`).
struct FitTests {
  /// Figures of a fit.
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var estimates: [Double]
    var standardErrors: [Double]
    var t: [Double]
    var logP: [Double]
    var lower: [Double]
    var upper: [Double]
    /// Residual standard error, R², adjusted R², F, the logarithm of its p, log-likelihood, AIC, BIC, Durbin-Watson,
    /// condition number.
    var model: [Double]

    init(
      _ name: String, estimates: [Double], standardErrors: [Double], t: [Double], logP: [Double], lower: [Double],
      upper: [Double], model: [Double]
    ) {
      testDescription = name
      (self.estimates, self.standardErrors, self.t) = (estimates, standardErrors, t)
      (self.logP, self.lower, self.upper, self.model) = (logP, lower, upper, model)
    }
  }

  static let rows = 0..<12
  /// Numbers without a pattern, from 0 to 10 and from 0 to 12.
  static let noise = rows.map { Double((7 * $0 * $0 + 3 * $0) % 11) }
  static let other = rows.map { Double((5 * $0 * $0 * $0 + $0) % 13) }
  static let line = rows.map { 3 * Double($0) + noise[$0] }

  static func model(
    _ response: [Double], intercept: Bool = true, _ terms: ((Int) -> Double)...
  ) throws -> LinearModel {
    try LinearModel(
      response: Variable("y", response),
      terms: terms.enumerated().map { place, term in Variable("x\(place + 1)", rows.map(term)) }, intercept: intercept)
  }

  static func model(_ name: String) throws -> LinearModel {
    let tiny = 0x1p-30
    return switch name {
    case "a line through ordinary numbers": try model(line, { Double($0) })
    case "no intercept": try model(line, intercept: false, { Double($0) }, { other[$0] })
    case "columns of 1, 1e22 and 1e-22": try model(line, { 1e22 * Double($0 + 1) }, { 1e-22 * other[$0] })
    case "a large offset": try model(line, { 1e15 + Double($0) }, { 1e9 + other[$0] / 8 })
    case "a large offset of the response": try model(noise.map { 1e15 + $0 }, { Double($0) }, { other[$0] })
    case "two nearly equal columns": try model(line, { Double($0) }, { Double($0) + tiny * other[$0] })
    case "two nearly equal columns without intercept":
      try model(line, intercept: false, { Double($0 + 1) }, { Double($0 + 1) + tiny * other[$0] })
    case "nearly equal columns and a response far from 0":
      try model(line.map { 1e15 + $0 }, { Double($0) }, { Double($0) + 0x1p-42 * other[$0] })
    case "numbers near the ends of the range":
      try model(line.map { 1e-100 * $0 }, { 1e150 * Double($0) }, { 1e-100 * other[$0] })
    case "a square far from its vertex":
      try model(
        line, { 4e11 + 1e6 * Double($0) },
        {
          let x = 4e11 + 1e6 * Double($0)
          return x * x
        })
    default: try model(noise, { other[$0] })
    }
  }

  @Test(arguments: cases)
  func agrees(expected: Case) throws {
    let fit = try Self.model(expected.testDescription).fit()
    // The ends of intervals lose what the estimate and its error cancel.
    for (index, coefficient) in fit.coefficients.enumerated() {
      #expect(agree(coefficient.estimate, expected.estimates[index], digits: 13))
      #expect(agree(coefficient.standardError, expected.standardErrors[index], digits: 13))
      #expect(agree(coefficient.t, expected.t[index], digits: 13))
      #expect(agree(coefficient.probability.logP, expected.logP[index], digits: 12))
      let tolerance = 1e-13 * (abs(coefficient.estimate) + abs(coefficient.standardError))
      #expect(abs(coefficient.lower - expected.lower[index]) <= tolerance)
      #expect(abs(coefficient.upper - expected.upper[index]) <= tolerance)
    }
    #expect(fit.coefficients.count == expected.estimates.count)
    let figures = [
      fit.residualStandardError, fit.rSquared, fit.adjustedRSquared, fit.f, fit.fProbability.logP, fit.logLikelihood,
      fit.aic, fit.bic, fit.durbinWatson ?? .nan, fit.conditionNumber,
    ]
    for (figure, expected) in zip(figures, expected.model) { #expect(agree(figure, expected, digits: 12)) }
    #expect(figures.count == expected.model.count)
    #expect(fit.observations == 12)
  }

  static let cases = [
    Case(
      "a line through ordinary numbers",
      estimates: [4.5128205128205128, 2.8461538461538462],
      standardErrors: [2.0554764808786069, 0.31653947409253261],
      t: [2.1955106540024832, 8.9914657699906407],
      logP: [-2.9404678422778884, -12.386756962606374],
      lower: [-0.067066493569134306, 2.1408599457409714],
      upper: [9.0927075192101599, 3.5514477465667209],
      model: [
        3.7852615666826947, 0.88992416034669556, 0.87891657638136511, 80.846456692913386, -12.386756962606374,
        -31.906712945211307, 67.813425890422614, 68.783239189998615, 3.2262265293761357, 12.424149426912503,
      ]),
    Case(
      "no intercept",
      estimates: [2.9252617205279927, 0.60949780003034441],
      standardErrors: [0.27858867725176052, 0.26745612463152641],
      t: [10.500289349105292, 2.2788702291639345],
      logP: [-13.801268463212837, -3.0818624518822532],
      lower: [2.3045274650198802, 0.013568417537157137],
      upper: [3.5459959760361052, 1.2054271825235317],
      model: [
        3.7385102390477312, 0.97739168746770507, 0.97287002496124609, 216.15759382119879, -18.947188145831743,
        -31.757579460882349, 67.515158921764699, 68.484972221340699, 2.3275183079771649, 3.024685729395196,
      ]),
    Case(
      "columns of 1, 1e22 and 1e-22",
      estimates: [-0.07455429497568853, 2.7570128412916095e-22, 3.9222042139384113e+21],
      standardErrors: [2.7364927476817703, 3.2044829065698303e-23, 3.3749818701060087e+21],
      t: [-0.027244470148458266, 8.6036122571887724, 1.162140824719516],
      logP: [-0.021367370072642857, -11.304039389342857, -1.2907352318777014],
      lower: [-6.2649309650893479, 2.0321084452754741e-22, -3.7125351978359793e+21],
      upper: [6.1158223751379708, 3.481917237307745e-22, 1.1556943625712802e+22],
      model: [
        3.7206064499040941, 0.90428716169351228, 0.88301764206984834, 42.515636351628032, -10.558812770720116,
        -31.067810113735309, 68.135620227470618, 69.590340176834619, 2.858343279938309, 2.3126738403272948e+44,
      ]),
    Case(
      "a large offset",
      estimates: [-2757015979054978, 2.7570128412916095, 3.1377633711507293],
      standardErrors: [320447644385440.32, 0.32044829065698303, 2.699985496084807],
      t: [-8.6036394005717468, 8.6036122571887724, 1.1621408247195161],
      logP: [-11.304064980444067, -11.304039389342857, -1.2907352318777015],
      lower: [-3481918913103314, 2.0321084452754741, -2.9700281582687832],
      upper: [-2032113045006642, 3.481917237307745, 9.2455549005702419],
      model: [
        3.7206064499040941, 0.90428716169351228, 0.88301764206984834, 42.51563635162803, -10.558812770720116,
        -31.067810113735309, 68.135620227470619, 69.59034017683462, 2.8583432799383094, 2.9835544754051259e+29,
      ]),
    Case(
      "a large offset of the response",
      estimates: [1000000000000002.7, -0.24298715870839048, 0.39222042139384117],
      standardErrors: [2.5617343268807648, 0.32044829065698303, 0.33749818701060088],
      t: [390360541882432.05, -0.75827260058157354, 1.1621408247195161],
      logP: [-293.84744153143688, -0.75997411538649794, -1.2907352318777015],
      lower: [999999999999996.89, -0.96789155472452591, -0.3712535197835979],
      upper: [1000000000000008.5, 0.48191723730774496, 1.1556943625712802],
      model: [
        3.7206064499040941, 0.15054856002992146, -0.038218426630095998, 0.79753649032428505, -0.7342402615934584,
        -31.067810113735309, 68.135620227470619, 69.59034017683462, 2.8583432799383094, 21.455696112432932,
      ]),
    Case(
      "two nearly equal columns",
      estimates: [2.6824585463159207, -421143467.9204588, 421143470.67747164],
      standardErrors: [2.5617343268807648, 362385918.99415983, 362385918.91745569],
      t: [1.0471259717170409, -1.1621408168655855, 1.1621408247195161],
      logP: [-1.1321252167793418, -1.2907352208638814, -1.2907352318777015],
      lower: [-3.1125871104234412, -1240917370.2703077, -398630431.4988605],
      upper: [8.4775042030552826, 398630434.42939014, 1240917372.8538038],
      model: [
        3.7206064499040941, 0.90428716169351228, 0.88301764206984834, 42.51563635162803, -10.558812770720116,
        -31.067810113735309, 68.135620227470619, 69.59034017683462, 2.8583432799383094, 4400563739.0819245,
      ]),
    Case(
      "two nearly equal columns without intercept",
      estimates: [-415737785.75237116, 415737788.50426366],
      standardErrors: [287692107.02615103, 287692106.82252107],
      t: [-1.4450788728610509, 1.4450788834492936],
      logP: [-1.7201870033175033, -1.7201870195353327],
      lower: [-1056755746.8271318, -225280172.11678117],
      upper: [225280175.32238948, 1056755749.1253085],
      model: [
        3.529822746990369, 0.97984527883343475, 0.97581433460012171, 243.08083221188501, -19.521583584817093,
        -31.068304934099929, 66.136609868199858, 67.106423167775859, 2.8658266256668404, 4155867795.0152904,
      ]),
    Case(
      "numbers near the ends of the range",
      estimates: [2.6824585463159203e-100, 2.7570128412916095e-250, 0.39222042139384134],
      standardErrors: [2.5617343268807649e-100, 3.2044829065698303e-251, 0.33749818701060088],
      t: [1.0471259717170408, 8.6036122571887723, 1.1621408247195166],
      logP: [-1.1321252167793416, -11.304039389342857, -1.2907352318777022],
      lower: [-3.1125871104234416e-100, 2.0321084452754741e-250, -0.37125351978359773],
      upper: [8.4775042030552823e-100, 3.4819172373077449e-250, 1.1556943625712804],
      model: [
        3.7206064499040942e-100, 0.90428716169351228, 0.88301764206984834, 42.515636351628031, -10.558812770720116,
        2732.0343014791195, -5458.068602958239, -5456.613883008875, 2.8583432799383094, 2.040482939674785e+250,
      ]),
    Case(
      "a square far from its vertex",
      estimates: [-14067485488.117875, 0.070333614266359279, -8.7912251347029631e-14],
      standardErrors: [16834346431.809426, 0.084170574817921921, 1.0521177185958577e-13],
      t: [-0.83564191488518888, 0.83560810198225683, -0.83557428786919539],
      logP: [-0.85570282625242669, -0.85566033080345631, -0.85561783440145522],
      lower: [-52149422849.86198, -0.12007345445484506, -3.2591781466988226e-13],
      upper: [24014451873.62623, 0.26074068298756362, 1.50093311975823e-13],
      model: [
        3.8437105582234345, 0.89784865733783502, 0.87514835896846502, 39.552284411790887, -10.265849162009001,
        -31.458428258683463, 68.916856517366927, 70.371576466730927, 3.3857141464401502, 2.4275497123638771e+33,
      ]),
    Case(
      "nearly equal columns and a response far from 0",
      estimates: [1000000000000002.7, -1725003655892.1668, 1725003655894.9238],
      standardErrors: [2.5617343268807648, 1484332723885.9752, 1484332723885.8985],
      t: [390360541882432.05, -1.1621408247175986, 1.1621408247195161],
      logP: [-293.84744153143688, -1.2907352318750126, -1.2907352318777015],
      lower: [999999999999996.89, -5082797559206.5967, -1632790247419.3326],
      upper: [1000000000000008.5, 1632790247422.2631, 5082797559209.1802],
      model: [
        3.7206064499040941, 0.90428716169351228, 0.88301764206984834, 42.51563635162803, -10.558812770720116,
        -31.067810113735309, 68.135620227470619, 69.59034017683462, 2.8583432799383094, 18024709066400.202,
      ]),
    Case(
      "no relation",
      estimates: [1.7084680025856496, 0.33096315449256626],
      standardErrors: [2.1688205885364533, 0.32064766238607233],
      t: [0.78774058657315901, 1.032170800902561],
      logP: [-0.8004712033021439, -1.1199099288849196],
      lower: [-3.1239654137201601, -0.38348435986841955],
      upper: [6.5409014188914594, 1.0454106688535521],
      model: [
        3.6406808714165519, 0.096280190397837457, 0.0059082094376212023, 1.0653765622358342, -1.1199099288849196,
        -31.439381658613868, 66.878763317227736, 67.848576616803736, 2.7885740572462993, 14.192765623691374,
      ]),
  ]
}
