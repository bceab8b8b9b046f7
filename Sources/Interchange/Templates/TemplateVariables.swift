/// The variables that a template leaves open: those that it reads before it sets them.
struct TemplateVariables {
  /// Their values, by name, as they were asked for.
  let given: [String: Int]
  /// Their names, in the order in which they are read.
  private(set) var open: [String] = []
  /// What those have that were not given.
  private(set) var defaults: [(name: String, value: String)] = []
  /// Those that have no value where one is needed, each with the first such place.
  private(set) var missing: [(name: String, place: TemplateText.Place)] = []

  init(given: [String: Int]) { self.given = given }

  /// The value of an expression that includes nothing.
  ///
  /// - Parameters:
  ///   - expression: the expression.
  ///   - scope: the variables that are set.
  ///   - place: where it stands.
  /// - Returns: the value, which may be missing.
  /// - Throws: ``FormatError``.
  mutating func value(
    of expression: TemplateExpression, in scope: [String: TemplateValue], at place: TemplateText.Place
  ) throws(FormatError) -> TemplateValue {
    switch expression {
    case .value(let value): return value
    case .name(let name):
      if let value = scope[name] { return value }
      if !open.contains(name) { open.append(name) }
      return given[name].map { .integer($0) } ?? .missing(name)
    case .filled(let inner, let filling):
      let found = try value(of: inner, in: scope, at: place)
      guard case .missing(let name) = found else { return found }
      let value = try value(of: filling, in: scope, at: place)
      if inner == .name(name), !defaults.contains(where: { $0.name == name }) {
        defaults.append((name, try text(of: value, at: place)))
      }
      return value
    case .operation(let operation, let left, let right):
      let a = try integer(left, in: scope, at: place)
      let b = try integer(right, in: scope, at: place)
      guard let result = operation(a, b) else {
        throw place.error("\(a) \(operation.rawValue) \(b) is no whole number of 63 bits")
      }
      return .integer(result)
    case .call(let name, _):
      throw place.error("the function '\(name)' is not called here; render the file first, as its tool does")
    }
  }

  private mutating func integer(
    _ expression: TemplateExpression, in scope: [String: TemplateValue], at place: TemplateText.Place
  ) throws(FormatError) -> Int {
    switch try value(of: expression, in: scope, at: place) {
    case .integer(let integer): return integer
    case .text(let text): throw place.error("'\(text.prefix(40))' is no whole number to calculate with")
    case .missing(let name):
      miss(name, at: place)
      return 1
    }
  }

  /// A value as it is written. What is missing is written as 1, as all that follows is only looked through for more of it.
  mutating func text(of value: TemplateValue, at place: TemplateText.Place) throws(FormatError) -> String {
    switch value {
    case .integer(let integer): return String(integer)
    case .text(let text): return text
    case .missing(let name):
      miss(name, at: place)
      return "1"
    }
  }

  private mutating func miss(_ name: String, at place: TemplateText.Place) {
    if !missing.contains(where: { $0.name == name }) { missing.append((name, place)) }
  }

  /// Refuses a template some of whose variables have no value.
  ///
  /// - Parameter option: how values can be given, as in `--dim`, if they can.
  /// - Throws: ``FormatError`` naming them, at the first place where one is needed.
  func checkMissing(option: String?) throws(FormatError) {
    guard let first = missing.first else { return }
    let names = missing.prefix(8).map { "'\($0.name.prefix(40))'" }.joined(separator: ", ")
    let rest = missing.count > 8 ? " and \(missing.count - 8) more" : ""
    let name = first.name.prefix(40)
    let giving = option.map { "by \($0) \(name)=1, or " } ?? ""
    throw first.place.error(
      "the template's \(missing.count == 1 ? "variable" : "variables") \(names)\(rest) "
        + "\(missing.count == 1 ? "has" : "have") no value and no default; give one \(giving)above by "
        + "{% set \(name) = 1 %}")
  }
}
