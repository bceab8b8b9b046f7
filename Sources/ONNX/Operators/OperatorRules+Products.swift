extension OperatorRules {
  /// Products of matrices, contractions and recurrent networks.
  static let products: [String: Rule] = {
    var rules: [String: Rule] = [
      "Einsum": Rule { operation throws(Unknown) in [try Contraction(operation).outputFacts] },
      "Det": Rule { operation throws(Unknown) in [TensorFacts(shape: try operation.sizes(0).dropLast(2))] },
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
      "com.microsoft.EmbedLayerNormalization": Rule { operation throws(Unknown) in
        let (tokens, width) = (try operation.sizes(0), try operation.sizes(2).last)
        guard let batch = tokens.first, let width else { throw Unknown("its operands have no dimensions") }
        let embedded = TensorFacts(shape: tokens + [width])
        return [embedded, TensorFacts(shape: [batch]), embedded]
      },
      "com.microsoft.MultiHeadAttention": Rule { operation throws(Unknown) in
        let (queries, values) = (try operation.sizes(0), try operation.sizes(2))
        guard queries.count == 3, values.count == 3 else { throw Unknown.notFollowed("its operands are packed") }
        return [TensorFacts(shape: [queries[0], queries[1], values[2]])]
      },
    ]
    for type in MatrixProduct.types {
      rules[type] = Rule { operation throws(Unknown) in
        guard let product = try MatrixProduct(operation) else { return [] }
        return [try product.outputFacts]
      }
    }
    for type in RecurrentNetwork.types {
      rules[type] = Rule { operation throws(Unknown) in try RecurrentNetwork(operation).outputFacts }
    }
    for type in ["QLinearAdd", "QLinearMul"] {
      rules["com.microsoft.\(type)"] = Rule { operation throws(Unknown) in
        [TensorFacts(shape: try Broadcasting.shape([try operation.sizes(0), try operation.sizes(3)]))]
      }
    }
    return rules
  }()
}
