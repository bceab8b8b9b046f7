/// A sum of multiples of variables and a constant, written as programs write it.
struct Affine: Hashable {
  private struct Term: Hashable {
    var factor: Int
    var variable: String
  }

  private var terms: [Term]
  private var constant: Int

  init(_ constant: Int) { (terms, self.constant) = ([], constant) }

  init(_ variable: String) { (terms, constant) = ([Term(factor: 1, variable: variable)], 0) }

  static func + (a: Affine, b: Affine) -> Affine {
    var sum = a
    sum.constant += b.constant
    for term in b.terms {
      if let place = sum.terms.firstIndex(where: { $0.variable == term.variable }) {
        sum.terms[place].factor += term.factor
      } else {
        sum.terms.append(term)
      }
    }
    sum.terms.removeAll { $0.factor == 0 }
    return sum
  }

  static func + (a: Affine, b: Int) -> Affine { a + Affine(b) }
  static func - (a: Affine, b: Int) -> Affine { a + Affine(-b) }
  static func - (a: Affine, b: Affine) -> Affine { a + -1 * b }

  static func * (factor: Int, a: Affine) -> Affine {
    var product = a
    product.constant *= factor
    for place in product.terms.indices { product.terms[place].factor *= factor }
    return product
  }

  /// Its value where it has no variables.
  var value: Int? { terms.isEmpty ? constant : nil }

  /// The variables in it.
  var variables: [String] { terms.map(\.variable) }

  /// How much larger it is than another of the same variables; nil where the variables differ.
  func distance(from other: Affine) -> Int? { (self - other).value }

  /// What is added stands before what is subtracted.
  var text: String {
    var added = terms.filter { $0.factor > 0 }.map(Self.text)
    var subtracted = terms.filter { $0.factor < 0 }.map(Self.text)
    if constant > 0 || added.isEmpty && (constant == 0 || subtracted.isEmpty) {
      added.append(String(constant))
    } else if constant < 0 {
      subtracted.append(String(-constant))
    }
    let sum = added.joined(separator: " + ")
    return ([sum.isEmpty ? "0" : sum] + subtracted).joined(separator: " - ")
  }

  private static func text(_ term: Term) -> String {
    abs(term.factor) == 1 ? term.variable : "\(abs(term.factor)) * \(term.variable)"
  }

  /// The same where an operand of a product or a quotient is expected.
  var operand: String { terms.count + (constant == 0 ? 0 : 1) > 1 ? "(\(text))" : text }
}
