extension OperatorRules {
  /// Products of matrices, contractions and recurrent networks.
  static let products: [String: Rule] = {
    var rules: [String: Rule] = [
      "Einsum": Rule { operation throws(Unknown) in [try Contraction(operation).outputFacts] },
      "Det": Rule { operation throws(Unknown) in [TensorFacts(shape: try operation.sizes(0).dropLast(2))] },
      "LSTM": recurrent, "GRU": recurrent, "RNN": recurrent,
      "Attention": Rule { operation throws(Unknown) in
        let (queries, values) = (try operation.sizes(0), try operation.sizes(2))
        guard queries.count == values.count, let last = values.last else {
          throw Unknown("its operands differ in rank")
        }
        if queries.count == 4 { return [TensorFacts(shape: queries.dropLast() + [last])] }
        let heads = Quantity.integer(operation.integer("q_num_heads", default: 0))
        let sharers = Quantity.integer(operation.integer("kv_num_heads", default: 0))
        return [TensorFacts(shape: queries.dropLast() + [last / sharers * heads])]
      },
      "com.microsoft.MultiHeadAttention": Rule { operation throws(Unknown) in
        let (queries, values) = (try operation.sizes(0), try operation.sizes(2))
        guard queries.count == 3, values.count == 3 else { throw Unknown("its operands are packed") }
        return [TensorFacts(shape: [queries[0], queries[1], values[2]])]
      },
    ]
    for type in [
      "MatMul", "MatMulInteger", "QLinearMatMul", "Gemm", "com.microsoft.MatMulIntegerToFloat",
      "com.microsoft.DynamicQuantizeMatMul", "com.microsoft.FusedMatMul", "com.microsoft.FusedGemm",
      "com.microsoft.QGemm", "com.microsoft.MatMulNBits",
    ] {
      rules[type] = Rule { operation throws(Unknown) in
        guard let product = try MatrixProduct(operation) else { return [] }
        return [try product.outputFacts]
      }
    }
    for type in ["QLinearAdd", "QLinearMul"] {
      rules["com.microsoft.\(type)"] = Rule { operation throws(Unknown) in
        [TensorFacts(shape: try Broadcasting.shape([try operation.sizes(0), try operation.sizes(3)]))]
      }
    }
    return rules
  }()

  /// All states, and the last one, twice where there is a cell's as well.
  private static let recurrent = Rule { operation throws(Unknown) in
    let sizes = try operation.sizes(0)
    guard sizes.count == 3 else { throw Unknown("'\(operation.type)' needs an input of three dimensions") }
    let hidden: Quantity
    if operation.has("hidden_size") {
      hidden = .integer(operation.integer("hidden_size", default: 0))
    } else {
      hidden = try operation.sizes(2).last ?? .unknown(Unknown())
    }
    let directions = Quantity.integer(operation.text("direction") == "bidirectional" ? 2 : 1)
    if operation.integer("layout", default: 0) == 1 {
      let last = TensorFacts(shape: [sizes[0], directions, hidden])
      return [TensorFacts(shape: [sizes[0], sizes[1], directions, hidden]), last, last]
    }
    let last = TensorFacts(shape: [directions, sizes[1], hidden])
    return [TensorFacts(shape: [sizes[0], directions, sizes[1], hidden]), last, last]
  }
}
