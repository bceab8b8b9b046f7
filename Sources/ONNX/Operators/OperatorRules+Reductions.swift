extension OperatorRules {
  /// Operators that put all elements along some axes into one, and those that pick a few along an axis.
  static let reductions: [String: Rule] = {
    var rules: [String: Rule] = [
      "TopK": Rule { operation throws(Unknown) in
        var shape = try operation.sizes(0)
        let axis = try operation.axis(operation.integer("axis", default: -1), rank: shape.count)
        if operation.has("k") {
          shape[axis] = .integer(operation.integer("k", default: 0))
        } else {
          shape[axis] = try operation.input(1).elements?.first ?? .unknown(Unknown(TensorFacts.noValues))
        }
        return [TensorFacts(shape: shape), TensorFacts(shape: shape)]
      },
      "NonMaxSuppression": Rule { _ throws(Unknown) in
        [TensorFacts(shape: [.unknown(Unknown(TensorFacts.noValues)), .integer(3)])]
      },
    ]
    for type in ["ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMean", "ReduceSumSquare"] {
      rules[type] = Rule { operation throws(Unknown) in [try reduction(operation) { _, _ in nil }] }
    }
    rules["ReduceSum"] = Rule { operation throws(Unknown) in [try reduction(operation) { $0 + $1 }] }
    rules["ReduceProd"] = Rule { operation throws(Unknown) in [try reduction(operation) { $0 * $1 }] }
    for (type, keepsGreater) in [("ReduceMax", true), ("ReduceMin", false)] {
      rules[type] = Rule { operation throws(Unknown) in
        [
          try reduction(operation) { a, b in
            guard let first = a.real, let second = b.real else { return nil }
            return (first < second) == keepsGreater ? b : a
          }
        ]
      }
    }
    for type in ["ArgMax", "ArgMin"] {
      rules[type] = Rule { operation throws(Unknown) in
        let sizes = try operation.sizes(0)
        let axis = try operation.axis(operation.integer("axis", default: 0), rank: sizes.count)
        return [TensorFacts(shape: kept(sizes, without: [axis], operation))]
      }
    }
    return rules
  }()

  private static func reduction(
    _ operation: Operation, _ combine: (Quantity, Quantity) -> Quantity?
  ) throws(Unknown) -> TensorFacts {
    let input = try operation.input(0)
    let sizes = try input.sizes()
    let given = try operation.integers("axes", orInput: 1) ?? []
    if given.isEmpty, operation.integer("noop_with_empty_axes", default: 0) == 1 { return input }
    let axes = given.isEmpty ? Array(sizes.indices) : try operation.axes(given, rank: sizes.count)
    var elements: [Quantity]?
    if let list = input.elements, let first = list.first, Set(axes).count == sizes.count {
      let total = list.dropFirst().reduce(Optional(first)) { total, element in total.flatMap { combine($0, element) } }
      elements = total.map { [$0] }
    }
    return TensorFacts(
      shape: kept(sizes, without: Set(axes), operation), elements: elements)
  }

  /// The dimensions without some axes, or with 1 in their places.
  private static func kept(_ sizes: [Quantity], without axes: Set<Int>, _ operation: Operation) -> [Quantity] {
    let keeps = operation.integer("keepdims", default: 1) == 1
    return sizes.indices.compactMap { index in
      axes.contains(index) ? (keeps ? .integer(1) : nil) : sizes[index]
    }
  }
}
