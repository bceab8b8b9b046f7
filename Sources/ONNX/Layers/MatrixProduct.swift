import Workloads

/// A product of two matrices or of two stacks of matrices, quantised or not.
struct MatrixProduct {
  /// Where the operators that multiply as numpy's matmul does have their operands.
  private static let stacked: [String: (a: Int, b: Int)] = [
    "MatMul": (0, 1), "MatMulInteger": (0, 1), "QLinearMatMul": (0, 3),
    "com.microsoft.MatMulIntegerToFloat": (0, 1), "com.microsoft.DynamicQuantizeMatMul": (0, 1),
    "com.microsoft.FusedMatMul": (0, 1), "com.microsoft.FusedMatMulActivation": (0, 1),
    "com.microsoft.TransposeMatMul": (0, 1), "com.microsoft.MatMulInteger16": (0, 1),
    "com.microsoft.GemmFastGelu": (0, 1), "qonnx.custom_op.general.XnorPopcountMatMul": (0, 1),
  ]
  /// The operators that multiply two matrices, with the position of the summand.
  private static let single: [String: (a: Int, b: Int, c: Int)] = [
    "Gemm": (0, 1, 2), "com.microsoft.FusedGemm": (0, 1, 2), "com.microsoft.QGemm": (0, 3, 6),
    "com.microsoft.GemmFloat8": (0, 1, 2),
  ]
  /// The operators whose second operand is packed: its sizes are attributes.
  private static let packed: Set<String> = ["com.microsoft.MatMulNBits", "com.microsoft.MatMulBnb4"]

  /// The operators.
  static let types = Set(stacked.keys).union(single.keys).union(packed)

  /// The shape of the first operand: matrices of M rows and K columns in a stack.
  private let a: [Quantity]
  /// The shape of the second operand: matrices of K rows and N columns in a stack.
  private let b: [Quantity]
  /// Whether the operands were vectors, which the output's shape lacks.
  private var isVector = (a: false, b: false)
  private var summand: TensorFacts?
  /// Whether the first operand is the same in every run and the second is not.
  private let hasWeightsFirst: Bool

  /// The product that a node is, or nil when it is none.
  init?(_ operation: Operation) throws(Unknown) {
    let operands: (a: TensorFacts, b: TensorFacts)
    if let positions = Self.stacked[operation.type] {
      operands = (try operation.input(positions.a), try operation.input(positions.b))
      if operation.integer("transBatchA", default: 0) != 0 || operation.integer("transBatchB", default: 0) != 0 {
        throw Unknown.notFollowed("its stacks are transposed")
      }
    } else if let positions = Self.single[operation.type] {
      operands = (try operation.input(positions.a), try operation.input(positions.b))
      // A factor of zero leaves the summand unread.
      if operation.number("beta", default: 1) != 0 { summand = operation.optional(positions.c) }
    } else if Self.packed.contains(operation.type) {
      let columns = operation.integer("N", default: 0)
      let rows = operation.integer("K", default: 0)
      let packed = TensorFacts(shape: [.integer(rows), .integer(columns)], isConstant: true)
      operands = (try operation.input(0), packed)
    } else {
      return nil
    }
    hasWeightsFirst = operands.a.isConstant && !operands.b.isConstant
    var (a, b) = (
      try Lowering.sizes(operands.a, of: "first operand"), try Lowering.sizes(operands.b, of: "second operand")
    )
    if operation.integer("transA", default: 0) != 0, a.count >= 2 { a.swapAt(a.count - 1, a.count - 2) }
    if operation.integer("transB", default: 0) != 0, b.count >= 2 { b.swapAt(b.count - 1, b.count - 2) }
    if Self.single[operation.type] != nil, a.count != 2 || b.count != 2 {
      throw Unknown("its operands have \(a.count) and \(b.count) dimensions; 2 are expected")
    }
    if a.isEmpty || b.isEmpty { throw Unknown("an operand is a single number") }
    isVector = (a.count == 1, b.count == 1)
    if isVector.a { a.insert(.integer(1), at: 0) }
    if isVector.b { b.append(.integer(1)) }
    if let own = a[a.count - 1].integer, let other = b[b.count - 2].integer, own != other {
      throw Unknown("its operands are \(ShapeText.text(a)) and \(ShapeText.text(b)), whose inner sizes differ")
    }
    self.a = a
    self.b = b
  }

  /// The sizes of the stack that both operands are broadcast to.
  private func stack() throws(Unknown) -> [Quantity] {
    try Broadcasting.shape([Array(a.dropLast(2)), Array(b.dropLast(2))])
  }

  /// What is known of the output.
  var outputFacts: TensorFacts {
    get throws(Unknown) {
      let rows = isVector.a ? [] : [a[a.count - 2]]
      let columns = isVector.b ? [] : [b[b.count - 1]]
      return TensorFacts(shape: try stack() + rows + columns)
    }
  }

  /// The layer: rows of the first operand that share a matrix of the second are rows of one GEMM, columns of the second
  /// that share a matrix of the first are columns of it, and the rest of the stack is groups.
  ///
  /// - Parameter name: what to call it.
  /// - Returns: the layer.
  /// - Throws: ``Unknown`` with the reason why there is none.
  func lowering(_ name: String) throws(Unknown) -> Lowering {
    // Of the two inner sizes, which are the same, one that is known will do.
    let inner = a[a.count - 1].integer == nil ? b[b.count - 2] : a[a.count - 1]
    var known = [("number of rows", a[a.count - 2]), ("number of columns", b[b.count - 1]), ("inner size", inner)]
    known += a.dropLast(2).map { ("first operand's stack", $0) } + b.dropLast(2).map { ("second operand's stack", $0) }
    let sizes = try Lowering.known(known)
    let rank = max(a.count, b.count) - 2
    let stackA = Array(repeating: 1, count: rank + 2 - a.count) + sizes[3..<a.count + 1]
    let stackB = Array(repeating: 1, count: rank + 2 - b.count) + sizes[(a.count + 1)...]
    _ = try stack()
    var (m, n, groups) = (sizes[0], sizes[1], 1)
    for (own, other) in zip(stackA, stackB) {
      if other == 1 {
        m = try Self.product(m, own)
      } else if own == 1 {
        n = try Self.product(n, other)
      } else {
        groups = try Self.product(groups, own)
      }
    }
    let hasBiases = hasBiases(rows: sizes[0], columns: sizes[1])
    var notes: Set<Lowering.Note> = []
    if summand != nil, !hasBiases { notes.insert(.otherSummand) }
    if hasWeightsFirst {
      swap(&m, &n)
      notes.insert(.weightsFirst)
    }
    let (rows, columns, depth, count) = (m, n, sizes[2], groups)
    let layer = try Lowering.layer { () throws(LayerError) in
      try Layer.gemm(name: name, groups: count, m: rows, n: columns, k: depth, hasBiases: hasBiases)
    }
    return Lowering(layers: [layer], notes: notes)
  }

  /// Whether the summand is one number for each output channel.
  private func hasBiases(rows: Int, columns: Int) -> Bool {
    guard let shape = summand?.shape?.map(\.integer) else { return false }
    if hasWeightsFirst { return shape == [rows, 1] }
    return shape == [columns] || shape == [1, columns]
  }

  private static func product(_ a: Int, _ b: Int) throws(Unknown) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    if overflow { throw Unknown("its sizes exceed 64 bits") }
    return product
  }
}
