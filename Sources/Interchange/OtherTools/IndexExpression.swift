/// An index as layer files write it, as in `2*ox+1*fx` or `p * 4 + r`: a sum of products with at most one variable each.
struct IndexExpression: Hashable, CustomStringConvertible {
  struct Term: Hashable {
    var coefficient: Int
    let variable: String
  }

  /// In the order in which the variables first stand; coefficients are at least 0.
  private(set) var terms: [Term] = []
  private(set) var constant = 0

  /// Longer texts, and sums of more variables, are no index.
  private static let longestText = 1000
  static let mostTerms = 16

  init(variable: String) { terms = [Term(coefficient: 1, variable: variable)] }

  /// A sum of terms whose coefficients are at least 0, or nil where coefficients of one variable add up to too much.
  init?(_ terms: [Term]) {
    for term in terms where !add(term) { return nil }
  }

  /// The sum that a text stands for, or nil where it is no sum of products of whole numbers and one variable each.
  init?(_ text: some StringProtocol) {
    if text.utf8.count > Self.longestText { return nil }
    for part in text.split(separator: "+", omittingEmptySubsequences: false) {
      guard let (coefficient, variable) = Self.product(part) else { return nil }
      guard let variable else {
        let (sum, overflow) = constant.addingReportingOverflow(coefficient)
        if overflow { return nil }
        constant = sum
        continue
      }
      if !add(Term(coefficient: coefficient, variable: variable)) { return nil }
    }
  }

  /// Whether the sum is one still with a term more.
  private mutating func add(_ term: Term) -> Bool {
    guard let index = terms.firstIndex(where: { $0.variable == term.variable }) else {
      terms.append(term)
      return terms.count <= Self.mostTerms
    }
    let (sum, overflow) = terms[index].coefficient.addingReportingOverflow(term.coefficient)
    terms[index].coefficient = sum
    return !overflow
  }

  private static func product(_ text: some StringProtocol) -> (coefficient: Int, variable: String?)? {
    var coefficient = 1
    var variable: String?
    for factor in text.split(separator: "*", omittingEmptySubsequences: false) {
      let word = factor.trimmingSpaces
      if let number = Int(word), word.first != "-", word.first != "+" {
        let (product, overflow) = coefficient.multipliedReportingOverflow(by: number)
        if overflow { return nil }
        coefficient = product
      } else if variable == nil, isIdentifier(word) {
        variable = String(word)
      } else {
        return nil
      }
    }
    return (coefficient, variable)
  }

  /// Whether a word can name a variable or a tensor.
  static func isIdentifier(_ word: some StringProtocol) -> Bool {
    guard let first = word.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return word.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x5f
    }
  }

  /// The value of an expression without variables.
  var value: Int? { terms.isEmpty ? constant : nil }

  /// The variable of an expression that is nothing else.
  var variable: String? {
    terms.count == 1 && constant == 0 && terms[0].coefficient == 1 ? terms[0].variable : nil
  }

  var description: String {
    let parts = terms.map { $0.coefficient == 1 ? $0.variable : "\($0.coefficient)*\($0.variable)" }
    return (parts + (constant == 0 && !parts.isEmpty ? [] : ["\(constant)"])).joined(separator: "+")
  }
}

extension StringProtocol {
  /// Without the spaces and tabs around it.
  package var trimmingSpaces: SubSequence {
    let isSpace = { (character: Character) in character.isWhitespace }
    guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
      return self[startIndex..<startIndex]
    }
    return self[first...last]
  }
}
