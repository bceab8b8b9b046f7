/// A number of some 32 digits: the sum of two doubles, the second at most half a unit in the last place of the first.
///
/// Sums and products have relative errors of a few times 2^-104 (T. J. Dekker, A floating-point technique for extending
/// the available precision, Numerische Mathematik 18, 1971), as long as nothing overflows or becomes subnormal.
struct DoubleDouble: Hashable, Sendable {
  var high: Double
  var low: Double

  init(_ number: Double) { (high, low) = (number, 0) }

  init(high: Double, low: Double) { (self.high, self.low) = (high, low) }

  /// The exact sum of two doubles.
  init(sum a: Double, _ b: Double) {
    high = a + b
    let added = high - a
    low = (a - (high - added)) + (b - added)
  }

  /// The exact product of two doubles.
  init(product a: Double, _ b: Double) {
    high = a * b
    low = (-high).addingProduct(a, b)
  }

  /// The same number times a power of two.
  func scaled(by exponent: Int) -> DoubleDouble {
    DoubleDouble(high: high.scaled(by: exponent), low: low.scaled(by: exponent))
  }

  static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let (heads, tails) = (DoubleDouble(sum: a.high, b.high), DoubleDouble(sum: a.low, b.low))
    let sum = normalized(heads.high, heads.low + tails.high)
    return normalized(sum.high, sum.low + tails.low)
  }

  static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let product = DoubleDouble(product: a.high, b.high)
    return normalized(product.high, product.low + (a.high * b.low + a.low * b.high))
  }

  static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let quotient = a.high / b.high
    return normalized(quotient, (a - b * DoubleDouble(quotient)).high / b.high)
  }

  static prefix func - (a: DoubleDouble) -> DoubleDouble { DoubleDouble(high: -a.high, low: -a.low) }

  static func - (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble { a + -b }

  static func += (a: inout DoubleDouble, b: DoubleDouble) { a = a + b }

  /// The sum of two doubles of which the first is the larger.
  private static func normalized(_ a: Double, _ b: Double) -> DoubleDouble {
    let sum = a + b
    return DoubleDouble(high: sum, low: b - (sum - a))
  }
}

extension Double {
  /// The same number times a power of two, exact but where the product overflows or becomes subnormal.
  func scaled(by exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: self) }

  /// The exponent of the least power of two above this number's magnitude, less 1; 0 for 0.
  var magnitudeExponent: Int { isZero ? 0 : Int(exponent) }
}

extension Sequence<DoubleDouble> {
  /// The sum of the squares.
  var sumOfSquares: DoubleDouble { reduce(DoubleDouble(0)) { $0 + $1 * $1 } }
}
