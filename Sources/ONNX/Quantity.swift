/// A number in a graph as far as it is known before the network runs: a tensor's size along a dimension, or an element
/// of a tensor that shapes are computed with.
enum Quantity: Hashable, Sendable {
  case integer(Int)
  /// An element of a tensor of real numbers. Sizes are never real.
  case real(Double)
  /// A size that a file leaves open.
  case symbol(OpenDimension)
  case unknown(Unknown)

  /// The number, when it is a known integer.
  var integer: Int? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The number as a real one, when it is known.
  var real: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    case .symbol, .unknown: nil
    }
  }

  /// Why the number is not known, if it is not.
  var unknown: Unknown? {
    switch self {
    case .integer, .real: nil
    case .symbol(let symbol): Unknown(symbols: [symbol])
    case .unknown(let unknown): unknown
    }
  }
}

extension Quantity {
  /// A result of integers, or why there is none.
  private static func checked(_ result: (partialValue: Int, overflow: Bool)) -> Quantity {
    result.overflow ? .unknown(Unknown("its computation exceeds 64 bits")) : .integer(result.partialValue)
  }

  /// Applies an operation of integers or of reals, whichever the two are.
  static func combine(
    _ a: Quantity, _ b: Quantity, integers: (Int, Int) -> (partialValue: Int, overflow: Bool),
    reals: (Double, Double) -> Double
  ) -> Quantity {
    if case .integer(let a) = a, case .integer(let b) = b { return checked(integers(a, b)) }
    if let a = a.real, let b = b.real { return .real(reals(a, b)) }
    return .unknown((a.unknown ?? Unknown()) | (b.unknown ?? Unknown()))
  }

  static func + (a: Quantity, b: Quantity) -> Quantity {
    if b == .integer(0) { return a }
    if a == .integer(0) { return b }
    return combine(a, b, integers: { $0.addingReportingOverflow($1) }, reals: +)
  }

  static func - (a: Quantity, b: Quantity) -> Quantity {
    if b == .integer(0) { return a }
    return combine(a, b, integers: { $0.subtractingReportingOverflow($1) }, reals: -)
  }

  static func * (a: Quantity, b: Quantity) -> Quantity {
    if b == .integer(1) { return a }
    if a == .integer(1) { return b }
    if a == .integer(0) || b == .integer(0) { return .integer(0) }
    return combine(a, b, integers: { $0.multipliedReportingOverflow(by: $1) }, reals: *)
  }

  /// The quotient, of integers without its fraction.
  static func / (a: Quantity, b: Quantity) -> Quantity {
    if b == .integer(1) { return a }
    return combine(a, b, integers: { $0.dividedReportingOverflow(by: $1) }, reals: /)
  }

  /// 1 or 0 for what is true or false of two numbers.
  static func compare(_ a: Quantity, _ b: Quantity, _ isTrue: (Double, Double) -> Bool) -> Quantity {
    if let a = a.real, let b = b.real, abs(a) < 0x1p53, abs(b) < 0x1p53 { return .integer(isTrue(a, b) ? 1 : 0) }
    return .unknown((a.unknown ?? Unknown()) | (b.unknown ?? Unknown()))
  }

  /// 1 or 0 for whether two numbers are the same. A symbolic size is never negative.
  static func equal(_ a: Quantity, _ b: Quantity) -> Quantity {
    switch (a, b) {
    case (.integer(let a), .integer(let b)): .integer(a == b ? 1 : 0)
    case (.symbol(let a), .symbol(let b)) where a == b: .integer(1)
    case (.symbol, .integer(let value)), (.integer(let value), .symbol):
      value < 0 ? .integer(0) : .unknown((a.unknown ?? Unknown()) | (b.unknown ?? Unknown()))
    default: compare(a, b, ==)
    }
  }

  /// The product of some sizes: zero when one is, whatever the others are.
  static func product(_ sizes: some Sequence<Quantity>) -> Quantity {
    sizes.reduce(.integer(1)) { $0 * $1 }
  }
}
