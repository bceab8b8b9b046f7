import Workloads

/// A size that a file gives as a formula in other sizes, as in `floor(h/2 - 1/2) + 1`: shape inference leaves such names
/// on what is computed, and they follow from the sizes that they are made of.
indirect enum DimensionExpression {
  case number(Int)
  case name(String)
  case combination(Operation, DimensionExpression, DimensionExpression)

  enum Operation {
    case sum, difference, product, quotient, floorQuotient, ceilingQuotient, remainder, maximum, minimum
  }

  /// Whether a name is a formula and not a name of its own, which may have a slash or a hyphen between words.
  static func isFormula(_ name: String) -> Bool {
    if name.contains(where: { "()*+%".contains($0) }) || name.contains("//") || name.contains(" - ") { return true }
    return zip(name, name.dropFirst()).contains { $0 == "/" && $1.isNumber }
  }

  /// The formula that a text is, or nil when it is none that is understood.
  init?(_ text: String) {
    guard let formula = FormulaParser.formula(text) else { return nil }
    self = formula
  }

  /// The names in it, from left to right.
  var names: [String] {
    switch self {
    case .number: []
    case .name(let name): [name]
    case .combination(_, let a, let b): a.names + b.names
    }
  }

  /// What it comes out as.
  ///
  /// - Parameter size: the size of a name; nil for one that is not known at all.
  /// - Returns: the value, which is unknown where a size is; nil where a name is not known or the value is no whole number.
  func value(_ size: (String) -> Quantity?) -> Quantity? {
    var sizes: [String: Int] = [:]
    var unknown: Unknown?
    for name in names where sizes[name] == nil {
      guard let quantity = size(name) else { return nil }
      if let integer = quantity.integer {
        sizes[name] = integer
      } else {
        let own = quantity.unknown ?? Unknown()
        unknown = unknown.map { $0 | own } ?? own
      }
    }
    if let unknown { return .unknown(unknown) }
    return fraction(sizes)?.integer.map { .integer($0) }
  }

  private func fraction(_ sizes: [String: Int]) -> Fraction? {
    switch self {
    case .number(let number): return Fraction(number)
    case .name(let name): return sizes[name].map { Fraction($0) }
    case .combination(let operation, let left, let right):
      guard let a = left.fraction(sizes), let b = right.fraction(sizes) else { return nil }
      switch operation {
      case .sum: return .sum(a, b)
      case .difference: return .difference(a, b)
      case .product: return .product(a, b)
      case .quotient: return .quotient(a, b)
      case .floorQuotient: return .floorQuotient(a, b)
      case .ceilingQuotient: return .ceilingQuotient(a, b)
      case .remainder: return .remainder(a, b)
      case .maximum: return a < b ? b : a
      case .minimum: return a < b ? a : b
      }
    }
  }
}

/// Reads formulas: sums, products, quotients, and what sympy and Python call `floor`, `ceiling`, `Max`, `Min`, `Mod`,
/// `FloorDiv` and `CeilDiv`.
private struct FormulaParser {
  /// Longer texts are not looked into, and neither are deeper ones.
  private static let mostCharacters = 1024
  private static let deepest = 32

  private var rest: Substring

  static func formula(_ text: String) -> DimensionExpression? {
    guard text.utf8.count <= mostCharacters else { return nil }
    var parser = FormulaParser(rest: text[...])
    let formula = parser.sum(0)
    return parser.next == nil ? formula : nil
  }

  /// The next character that is no space.
  private var next: Character? { rest.first { $0 != " " } }

  /// Takes a text if it comes next.
  private mutating func take(_ text: String) -> Bool {
    let trimmed = rest.drop { $0 == " " }
    guard trimmed.hasPrefix(text) else { return false }
    rest = trimmed.dropFirst(text.count)
    return true
  }

  /// Takes the characters that belong to a word or a number.
  private mutating func word(_ belongs: (Character) -> Bool) -> String {
    let trimmed = rest.drop { $0 == " " }
    let word = trimmed.prefix(while: belongs)
    rest = trimmed.dropFirst(word.count)
    return String(word)
  }

  private mutating func sum(_ depth: Int) -> DimensionExpression? {
    guard depth < Self.deepest, var formula = product(depth) else { return nil }
    while next == "+" || next == "-" {
      let operation: DimensionExpression.Operation = take("+") ? .sum : .difference
      if operation == .difference { _ = take("-") }
      guard let term = product(depth) else { return nil }
      formula = .combination(operation, formula, term)
    }
    return formula
  }

  private mutating func product(_ depth: Int) -> DimensionExpression? {
    guard var formula = factor(depth) else { return nil }
    while true {
      let operation: DimensionExpression.Operation
      if take("//") {
        operation = .floorQuotient
      } else if take("/") {
        operation = .quotient
      } else if take("*") {
        operation = .product
      } else if take("%") {
        operation = .remainder
      } else {
        return formula
      }
      guard let term = factor(depth) else { return nil }
      formula = .combination(operation, formula, term)
    }
  }

  private mutating func factor(_ depth: Int) -> DimensionExpression? {
    guard depth < Self.deepest, let first = next else { return nil }
    if take("-") { return factor(depth + 1).map { .combination(.difference, .number(0), $0) } }
    if take("(") {
      let formula = sum(depth + 1)
      return take(")") ? formula : nil
    }
    if first.isASCII, first.isNumber { return Int(word { $0.isASCII && $0.isNumber }).map { .number($0) } }
    guard first.isLetter || first == "_" else { return nil }
    let name = word { $0.isLetter || $0.isNumber || "_.:".contains($0) }
    return take("(") ? call(name, depth + 1) : .name(name)
  }

  private mutating func call(_ name: String, _ depth: Int) -> DimensionExpression? {
    var operands: [DimensionExpression] = []
    repeat {
      guard let operand = sum(depth) else { return nil }
      operands.append(operand)
    } while take(",")
    guard take(")") else { return nil }
    switch (name.lowercased(), operands.count) {
    case ("floor", 1): return .combination(.floorQuotient, operands[0], .number(1))
    case ("ceil", 1), ("ceiling", 1): return .combination(.ceilingQuotient, operands[0], .number(1))
    case ("floordiv", 2): return .combination(.floorQuotient, operands[0], operands[1])
    case ("ceildiv", 2): return .combination(.ceilingQuotient, operands[0], operands[1])
    case ("mod", 2): return .combination(.remainder, operands[0], operands[1])
    case ("max", 2...): return operands.dropFirst().reduce(operands[0]) { .combination(.maximum, $0, $1) }
    case ("min", 2...): return operands.dropFirst().reduce(operands[0]) { .combination(.minimum, $0, $1) }
    default: return nil
    }
  }
}

/// A quotient of two whole numbers, in lowest terms with a divisor above zero. What exceeds 64 bits has no result.
private struct Fraction {
  private let dividend: Int
  private let divisor: Int

  init(_ value: Int) { (dividend, divisor) = (value, 1) }

  private init?(_ dividend: Int?, over divisor: Int?) {
    guard let dividend, let divisor, divisor != 0, dividend > .min, divisor > .min else { return nil }
    let common = greatestCommonDivisor(abs(dividend), abs(divisor)) * (divisor < 0 ? -1 : 1)
    (self.dividend, self.divisor) = (dividend / common, divisor / common)
  }

  /// The number, where it is a whole one.
  var integer: Int? { divisor == 1 ? dividend : nil }

  /// The next whole number below, or the same.
  private var floor: Fraction {
    Fraction(dividend / divisor - (dividend % divisor < 0 ? 1 : 0))
  }

  static func < (a: Fraction, b: Fraction) -> Bool { difference(a, b).map { $0.dividend < 0 } ?? false }

  static func sum(_ a: Fraction, _ b: Fraction) -> Fraction? {
    guard let left = times(a.dividend, b.divisor), let right = times(b.dividend, a.divisor) else { return nil }
    let (sum, overflow) = left.addingReportingOverflow(right)
    return Fraction(overflow ? nil : sum, over: times(a.divisor, b.divisor))
  }

  static func difference(_ a: Fraction, _ b: Fraction) -> Fraction? { product(b, Fraction(-1)).flatMap { sum(a, $0) } }

  static func product(_ a: Fraction, _ b: Fraction) -> Fraction? {
    Fraction(times(a.dividend, b.dividend), over: times(a.divisor, b.divisor))
  }

  static func quotient(_ a: Fraction, _ b: Fraction) -> Fraction? {
    Fraction(times(a.dividend, b.divisor), over: times(a.divisor, b.dividend))
  }

  static func floorQuotient(_ a: Fraction, _ b: Fraction) -> Fraction? { quotient(a, b)?.floor }

  static func ceilingQuotient(_ a: Fraction, _ b: Fraction) -> Fraction? {
    product(a, Fraction(-1)).flatMap { floorQuotient($0, b) }.flatMap { product($0, Fraction(-1)) }
  }

  static func remainder(_ a: Fraction, _ b: Fraction) -> Fraction? {
    floorQuotient(a, b).flatMap { product($0, b) }.flatMap { difference(a, $0) }
  }

  private static func times(_ a: Int, _ b: Int) -> Int? {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? nil : product
  }
}
