/// How strongly two variables rise and fall together.
public struct Correlation: Hashable, Sendable {
  /// From -1 to 1.
  public let coefficient: Double
  /// The probability of one at least as far from 0, were the variables independent and normal: that of
  /// t = r·√((n - 2)/(1 - r²)) in Student's distribution with n - 2 degrees of freedom; for ranks an approximation.
  public let probability: TailProbability

  /// Pearson's correlation, of the values.
  ///
  /// - Parameters:
  ///   - first: at least 3 finite numbers, not all equal.
  ///   - second: as many.
  /// - Returns: the correlation.
  /// - Throws: what is wrong with the variables.
  public static func pearson(_ first: Variable, _ second: Variable) throws(StatisticsError) -> Correlation {
    try check(first, second)
    return Correlation(scaled(first), scaled(second))
  }

  /// Spearman's correlation: Pearson's of the ranks, equal values having the mean of the ranks that they share.
  ///
  /// - Parameters:
  ///   - first: at least 3 finite numbers, not all equal.
  ///   - second: as many.
  /// - Returns: the correlation.
  /// - Throws: what is wrong with the variables.
  public static func spearman(_ first: Variable, _ second: Variable) throws(StatisticsError) -> Correlation {
    try check(first, second)
    return Correlation(
      ranks(first.values).map { DoubleDouble($0) }, ranks(second.values).map { DoubleDouble($0) })
  }

  /// The ranks of values, counted from 1; equal values have the mean of the ranks that they share.
  static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = Array(repeating: 0.0, count: values.count)
    var start = 0
    while start < order.count {
      let end = order[start...].firstIndex { values[$0] != values[order[start]] } ?? order.count
      for place in start..<end { ranks[order[place]] = Double(start + 1 + end) / 2 }
      start = end
    }
    return ranks
  }

  private static func check(_ first: Variable, _ second: Variable) throws(StatisticsError) {
    try second.checkCount(first.values.count)
    if first.values.count < 3 { throw .tooFewRows(count: first.values.count, needed: 3) }
    for variable in [first, second] {
      try variable.checkFinite()
      if variable.values.allSatisfy({ $0 == variable.values[0] }) { throw .constant(name: variable.name) }
    }
  }

  /// The values times a power of two that keeps their squares within range.
  private static func scaled(_ variable: Variable) -> [DoubleDouble] {
    let exponent = variable.values.reduce(0) { max($0, abs($1)) }.magnitudeExponent
    return variable.values.indices.map { variable[$0].scaled(by: -exponent) }
  }

  /// The correlation of values that are checked.
  private init(_ first: [DoubleDouble], _ second: [DoubleDouble]) {
    let (a, b) = (Self.deviations(first), Self.deviations(second))
    let squares = a.sumOfSquares * b.sumOfSquares
    let products = zip(a, b).reduce(DoubleDouble(0)) { $0 + $1.0 * $1.1 }
    // 1 - r², of which nothing is lost where r is close to 1; within rounding of 0 it is 0.
    let rest = ((squares - products * products) / squares).high
    let unexplained = rest <= RefinedLeastSquares.rounding ? 0 : rest
    coefficient = unexplained == 0 ? (products.high < 0 ? -1 : 1) : products.high / squares.high.squareRoot()
    let distribution = StudentT(degreesOfFreedom: first.count - 2)
    let t = coefficient * (Double(distribution.degreesOfFreedom) / unexplained).squareRoot()
    probability = distribution.twoSided(t)
  }

  /// The values less their mean.
  private static func deviations(_ values: [DoubleDouble]) -> [DoubleDouble] {
    let mean = ScaledDesign.mean(values)
    return values.map { $0 - mean }
  }
}
