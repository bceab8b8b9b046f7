/// A named series of numbers, one for each row of some data.
///
/// The doubles are taken for exact: figures are those of these very numbers, and only they are rounded.
public struct Variable: Sendable {
  /// What the variable is called.
  public let name: String
  /// The values, rounded where the variable is a power.
  public let values: [Double]
  /// What the exact values are above the rounded ones; empty where these are exact.
  let remainders: [Double]

  /// A variable of given values.
  ///
  /// - Parameters:
  ///   - name: what figures and errors call it.
  ///   - values: a number for each row.
  public init(_ name: String, _ values: [Double]) {
    (self.name, self.values, remainders) = (name, values, [])
  }

  /// A power of given values, kept to some 30 digits.
  ///
  /// Polynomials of a high degree need it: rounded to doubles, the powers of the values near one another make a design
  /// whose coefficients differ from the exact one's in the eighth digit and below.
  ///
  /// - Parameters:
  ///   - name: what figures and errors call it.
  ///   - power: the exponent, at least 0.
  ///   - values: a number for each row.
  public init(_ name: String, power: Int, of values: [Double]) {
    precondition(power >= 0, "the exponent must not be negative")
    let powers = values.map { value in
      var (power, base, result) = (power, DoubleDouble(value), DoubleDouble(1))
      while power > 0 {
        if power & 1 == 1 { result = result * base }
        base = base * base
        power >>= 1
      }
      return result
    }
    self.name = name
    self.values = powers.map(\.high)
    remainders = powers.map(\.low)
  }

  /// The exact value in a row.
  subscript(row: Int) -> DoubleDouble {
    DoubleDouble(high: values[row], low: remainders.isEmpty ? 0 : remainders[row])
  }

  /// Refuses values that are not finite.
  func checkFinite() throws(StatisticsError) {
    if let row = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(name: name, row: row + 1) }
  }

  /// Refuses a length that differs from another's.
  func checkCount(_ expected: Int) throws(StatisticsError) {
    if values.count != expected { throw .differentLengths(name: name, count: values.count, expected: expected) }
  }
}
