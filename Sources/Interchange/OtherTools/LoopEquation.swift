/// An equation of operands with indices in brackets, as in `O[b][k]+=W[k][c]*I[b][c]` or `Z[m, n] = A[m, k] * B[k, n]`.
enum LoopEquation {
  struct Operand {
    let name: String
    /// What stands in the brackets, separated by brackets.
    let indices: [String]
    /// The function that it is an argument of, as `exp` in `Z[m] = exp(A[m])`.
    var function: String?
  }

  /// Longer texts are no equation.
  private static let longestText = 4000

  /// The parts of an equation, `operators` being those between its inputs; nil where the text is none.
  static func parse(_ text: String) -> (output: Operand, inputs: [Operand], operators: [String])? {
    if text.utf8.count > longestText { return nil }
    let sides = text.split(separator: "=", omittingEmptySubsequences: false)
    guard sides.count == 2 else { return nil }
    let left = sides[0].trimmingSpaces
    guard let output = operands(left.hasSuffix("+") ? left.dropLast() : left), output.operands.count == 1,
      let inputs = operands(sides[1])
    else { return nil }
    return (output.operands[0], inputs.operands, inputs.operators)
  }

  private static func operands(_ text: Substring) -> (operands: [Operand], operators: [String])? {
    var operands: [Operand] = []
    var operators: [String] = []
    var rest = text.trimmingSpaces
    while true {
      guard let operand = functionOrOperand(&rest) else { return nil }
      operands.append(operand)
      guard let symbol = rest.first else { return (operands, operators) }
      guard "*+-/".contains(symbol) else { return nil }
      operators.append(String(symbol))
      rest = rest.dropFirst().trimmingSpaces
    }
  }

  /// Takes an operand, or a function of one, from the front of a text.
  private static func functionOrOperand(_ rest: inout Substring) -> Operand? {
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    guard IndexExpression.isIdentifier(name), rest[name.endIndex...].trimmingSpaces.first == "(" else {
      return operand(&rest)
    }
    rest = rest[name.endIndex...].trimmingSpaces.dropFirst().trimmingSpaces
    guard var argument = operand(&rest), rest.first == ")" else { return nil }
    rest = rest.dropFirst().trimmingSpaces
    argument.function = String(name)
    return argument
  }

  /// Takes a name with indices from the front of a text.
  private static func operand(_ rest: inout Substring) -> Operand? {
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    guard IndexExpression.isIdentifier(name) else { return nil }
    rest = rest[name.endIndex...].trimmingSpaces
    var indices: [String] = []
    var hasBrackets = false
    while rest.first == "[" {
      guard let end = rest.firstIndex(of: "]") else { return nil }
      let content = rest[rest.index(after: rest.startIndex)..<end].trimmingSpaces
      if content.contains("[") { return nil }
      if !content.isEmpty { indices.append(String(content)) }
      hasBrackets = true
      rest = rest[rest.index(after: end)...].trimmingSpaces
    }
    return hasBrackets ? Operand(name: String(name), indices: indices) : nil
  }
}
