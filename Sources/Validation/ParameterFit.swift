public import Statistics

/// Measured energy of data as a polynomial of the only parameter that varies, as in [1] of theory §8.
public struct ParameterFit: Sendable {
  /// What varies.
  public let parameter: String
  /// Its value in each row.
  public let values: [Double]
  /// Whether the terms are 1/v and 1/v², as for strides, instead of v and v².
  public let isInverse: Bool
  /// The fit, with the coefficients `intercept`, `linear` and `square`.
  public let fit: LinearFit

  /// The fit of measurements in which one parameter varies, or nil where none or several do, or where there are too few
  /// values.
  ///
  /// - Throws: energies that no polynomial fits.
  init?(_ data: MeasuredData) throws(StatisticsError) {
    guard data.varying.count == 1, let index = data.varying.first, data.rows.count > 3 else { return nil }
    parameter = data.parameters[index]
    values = data.rows.map { $0.parameters[index] }
    isInverse = parameter == "stride"
    let terms = isInverse ? values.map { 1 / $0 } : values
    if Set(values).count < 3 { return nil }
    fit = try LinearModel(
      response: Variable("data", data.rows.map(\.data)),
      terms: [Variable("linear", terms), Variable("square", power: 2, of: terms)]
    ).fit()
  }

  /// The fitted energy at a value of the parameter.
  public func energy(at value: Double) -> Double {
    let term = isInverse ? 1 / value : value
    let (linear, square) = (fit["linear"]?.estimate ?? 0, fit["square"]?.estimate ?? 0)
    return (fit["intercept"]?.estimate ?? 0) + linear * term + square * term * term
  }
}
