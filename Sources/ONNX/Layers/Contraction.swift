import Foundation
import Workloads

/// An Einsum of up to two operands, which is a GEMM when what it sums over are indices that both have.
struct Contraction {
  /// The letters of each operand, and those of the output; an ellipsis is spelt as the letters that it stands for.
  private let operands: [[Character]]
  private let output: [Character]
  private let sizes: [Character: Quantity]
  private let isConstant: [Bool]

  /// The contraction of an Einsum.
  init(_ operation: Operation) throws(Unknown) {
    guard let equation = operation.text("equation") else { throw Unknown("'Einsum' lacks its equation") }
    let sides = equation.filter { $0 != " " }.components(separatedBy: "->")
    let terms = sides[0].components(separatedBy: ",")
    guard sides.count <= 2, terms.count == operation.inputs.count else {
      throw Unknown("its equation '\(equation)' does not fit \(operation.inputs.count) inputs")
    }
    var sizes: [Character: Quantity] = [:]
    var operands: [[Character]] = []
    var hidden = 0
    for (index, term) in terms.enumerated() {
      let shape = try Lowering.sizes(try operation.input(index), of: "operand \(index)")
      let own = term.count - (term.contains("...") ? 3 : 0)
      if term.contains("...") { hidden = max(hidden, shape.count - own) }
      let letters = try Self.letters(term, hidden: shape.count - own)
      guard shape.count == letters.count else {
        throw Unknown("its operand \(index) has \(shape.count) dimensions, '\(term)' by its equation")
      }
      var kept: [Character] = []
      for (letter, size) in zip(letters, shape) {
        // Along the dimensions of an ellipsis, a size of 1 is repeated.
        let isRepeated = size == .integer(1) && !letter.isLetter
        if !isRepeated { kept.append(letter) }
        if let known = sizes[letter]?.integer, let size = size.integer, known != size, !isRepeated,
          letter.isLetter || known != 1
        {
          throw Unknown("an index of its equation '\(equation)' is \(known) and \(size)")
        }
        if sizes[letter]?.integer == nil || sizes[letter] == .integer(1) { sizes[letter] = size }
      }
      operands.append(kept)
    }
    let all = operands.joined()
    if sides.count == 2 {
      output = try Self.letters(sides[1], hidden: hidden)
    } else {
      // Without an output, the indices that occur once, in order.
      let visible = Set(all).filter { letter in letter.isLetter && all.count { $0 == letter } == 1 }
      output = try Self.letters("...", hidden: hidden) + visible.sorted()
    }
    if Set(output).count != output.count || !output.allSatisfy({ sizes[$0] != nil }) {
      throw Unknown("its equation '\(equation)' has an output that cannot be")
    }
    self.operands = operands
    self.sizes = sizes
    isConstant = operation.inputs.map { $0?.isConstant ?? false }
  }

  /// The letters of a term, the dimensions that an ellipsis stands for being digits: they count from the last one.
  private static func letters(_ term: String, hidden: Int) throws(Unknown) -> [Character] {
    let parts = term.components(separatedBy: "...")
    guard parts.count <= 2, parts.joined().allSatisfy(\.isLetter), (0...9).contains(hidden) || parts.count == 1 else {
      throw Unknown("its equation has the term '\(term)'")
    }
    if parts.count == 1 { return Array(term) }
    return Array(parts[0]) + (0..<hidden).reversed().map { Character("\($0)") } + Array(parts[1])
  }

  /// What is known of the output.
  var outputFacts: TensorFacts { TensorFacts(shape: output.compactMap { sizes[$0] }) }

  /// The layer, or nil where there is none: of one operand, or where nothing is summed and one operand has all indices,
  /// which is an elementwise product. Where nothing is summed otherwise it is an outer product, a GEMM of inner size 1.
  ///
  /// - Parameter name: what to call it.
  /// - Returns: the layer.
  /// - Throws: ``Unknown`` with the reason why there is none.
  func lowering(_ name: String) throws(Unknown) -> Lowering? {
    let all = Set(operands.joined())
    let summed = all.subtracting(output)
    if operands.count < 2 || summed.isEmpty && operands.contains(where: { all.isSubset(of: $0) }) { return nil }
    guard operands.count == 2 else {
      throw Unknown("it is a contraction of \(operands.count) operands, whose order is not given")
    }
    let (a, b) = (Set(operands[0]), Set(operands[1]))
    guard a.count == operands[0].count, b.count == operands[1].count, summed.isSubset(of: a), summed.isSubset(of: b)
    else { throw Unknown("it is no GEMM: an index is summed over one operand alone, or is repeated in one") }
    let shared = a.intersection(b)
    let groups = try size(shared.subtracting(summed), "groups")
    let m = try size(a.subtracting(b), "rows")
    let n = try size(b.subtracting(a), "columns")
    let k = try size(summed, "inner size")
    let hasWeightsFirst = isConstant[0] && !isConstant[1]
    let layer = try Lowering.layer { () throws(LayerError) in
      try Layer.gemm(name: name, groups: groups, m: hasWeightsFirst ? n : m, n: hasWeightsFirst ? m : n, k: k)
    }
    return Lowering(layers: [layer], notes: hasWeightsFirst ? [.weightsFirst] : [])
  }

  /// The product of the sizes of some indices.
  private func size(_ letters: Set<Character>, _ name: String) throws(Unknown) -> Int {
    var product = 1
    for size in try Lowering.known(letters.sorted().map { ("\(name) '\($0)'", sizes[$0] ?? .unknown(Unknown())) }) {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      if overflow { throw Unknown("its sizes exceed 64 bits") }
      product = next
    }
    return product
  }
}
