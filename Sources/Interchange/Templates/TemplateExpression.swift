/// A value of a template.
enum TemplateValue: Hashable {
  case integer(Int)
  case text(String)
  /// A variable that has none.
  case missing(String)
}

/// An expression of a template, of those that need no code: values, variables with defaults, sums and products of whole
/// numbers, and calls of the functions that include files.
indirect enum TemplateExpression: Hashable {
  case value(TemplateValue)
  case name(String)
  case call(String, [TemplateExpression])
  /// `x | default(y)`.
  case filled(TemplateExpression, default: TemplateExpression)
  case operation(Operator, TemplateExpression, TemplateExpression)

  enum Operator: String {
    case sum = "+"
    case difference = "-"
    case product = "*"
    case quotient = "//"

    /// The result, or nil where it is none within 63 bits. Division rounds down.
    func callAsFunction(_ a: Int, _ b: Int) -> Int? {
      let (result, overflow) =
        switch self {
        case .sum: a.addingReportingOverflow(b)
        case .difference: a.subtractingReportingOverflow(b)
        case .product: a.multipliedReportingOverflow(by: b)
        case .quotient: a.dividedReportingOverflow(by: b)
        }
      if overflow { return nil }
      return self == .quotient && a % b != 0 && (a < 0) != (b < 0) ? result - 1 : result
    }
  }

  /// Longer texts, and parentheses within so many, are refused: expressions of templates are short.
  private static let longestText = 1000
  private static let mostNested = 32

  /// The expression that a text is.
  ///
  /// - Throws: ``FormatError`` for a text that is none, or none of those that are understood.
  init(_ text: String, at place: TemplateText.Place) throws(FormatError) {
    if text.utf8.count > Self.longestText {
      throw place.error(
        "an expression of the template has \(text.utf8.count) bytes; at most \(Self.longestText) are accepted")
    }
    var parser = Parser(text, place)
    self = try parser.sum()
    if !parser.isAtEnd { throw parser.failure }
  }

  private struct Parser {
    private let text: String
    private let place: TemplateText.Place
    private var rest: Substring
    private var depth = 0

    init(_ text: String, _ place: TemplateText.Place) {
      self.text = text
      self.place = place
      rest = text[...]
      skipSpace()
    }

    var isAtEnd: Bool { rest.isEmpty }

    var failure: FormatError {
      place.error(
        "'\(text.trimmingSpaces.prefix(80))' is not rendered here; variables, default(value), whole numbers with + - * // "
          + "and texts are: render the file first, as the tool that it is for does")
    }

    private mutating func skipSpace() { rest = rest.drop(while: \.isWhitespace) }

    private mutating func take(_ symbol: String) -> Bool {
      guard rest.hasPrefix(symbol) else { return false }
      rest = rest.dropFirst(symbol.count)
      skipSpace()
      return true
    }

    mutating func sum() throws(FormatError) -> TemplateExpression {
      depth += 1
      defer { depth -= 1 }
      if depth > mostNested { throw failure }
      var left = try product()
      while true {
        if take("+") {
          left = .operation(.sum, left, try product())
        } else if take("-") {
          left = .operation(.difference, left, try product())
        } else {
          return left
        }
      }
    }

    private mutating func product() throws(FormatError) -> TemplateExpression {
      var left = try filtered()
      while true {
        if rest.hasPrefix("**") {
          throw failure
        } else if take("*") {
          left = .operation(.product, left, try filtered())
        } else if take("//") {
          left = .operation(.quotient, left, try filtered())
        } else {
          return left
        }
      }
    }

    private mutating func filtered() throws(FormatError) -> TemplateExpression {
      var value = try primary()
      while take("|") {
        guard ["default", "d"].contains(name()), take("("), case let filling = try sum(), take(")") else {
          throw failure
        }
        value = .filled(value, default: filling)
      }
      return value
    }

    private mutating func name() -> String {
      let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      if !IndexExpression.isIdentifier(name) { return "" }
      rest = rest[name.endIndex...]
      skipSpace()
      return String(name)
    }

    private mutating func primary() throws(FormatError) -> TemplateExpression {
      if take("(") {
        let inner = try sum()
        if !take(")") { throw failure }
        return inner
      }
      if let quote = rest.first, quote == "'" || quote == "\"" { return .value(.text(try string(quote))) }
      if rest.first?.isNumber == true { return .value(try number()) }
      let name = name()
      switch name {
      case "": throw failure
      case "true", "True": return .value(.text("True"))
      case "false", "False": return .value(.text("False"))
      default: break
      }
      guard take("(") else { return .name(name) }
      var arguments: [TemplateExpression] = []
      while !take(")") {
        if !arguments.isEmpty, !take(",") { throw failure }
        arguments.append(try sum())
      }
      return .call(name, arguments)
    }

    private mutating func string(_ quote: Character) throws(FormatError) -> String {
      let content = rest.dropFirst().prefix { $0 != quote }
      guard content.endIndex < rest.endIndex, !content.contains("\\") else { throw failure }
      rest = rest[content.endIndex...].dropFirst()
      skipSpace()
      return String(content)
    }

    /// A whole number, or one with a point, which is written as it stands.
    private mutating func number() throws(FormatError) -> TemplateValue {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest[digits.endIndex...]
      if rest.first?.isLetter == true || rest.first == "_" { throw failure }
      skipSpace()
      if let integer = Int(digits) { return .integer(integer) }
      guard digits.contains("."), Double(digits) != nil else { throw failure }
      return .text(String(digits))
    }
  }
}
