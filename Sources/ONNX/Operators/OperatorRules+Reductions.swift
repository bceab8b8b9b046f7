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
          shape[axis] = try operation.input(1).elements?.first ?? .unknown(.atRunTime)
        }
        return [TensorFacts(shape: shape), TensorFacts(shape: shape)]
      },
      "NonMaxSuppression": Rule { _ throws(Unknown) in
        [TensorFacts(shape: [.unknown(.atRunTime), .integer(3)])]
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
    let shape = kept(sizes, without: Set(axes), operation)
    return TensorFacts(shape: shape, elements: reduced(input, along: Set(axes), combine))
  }

  /// The elements of a tensor put together along some axes; nil where they are not known.
  private static func reduced(
    _ input: TensorFacts, along axes: Set<Int>, _ combine: (Quantity, Quantity) -> Quantity?
  ) -> [Quantity]? {
    guard let elements = input.elements, let order = input.shape.flatMap({ ElementOrder($0) }), order.count > 0,
      let reduced = ElementOrder(order.sizes.enumerated().map { .integer(axes.contains($0) ? 1 : $1) })
    else { return nil }
    var totals = [Quantity?](repeating: nil, count: reduced.count)
    for (index, element) in elements.enumerated() {
      var position = order.position(of: index)
      for axis in axes { position[axis] = 0 }
      guard let place = reduced.element(at: position) else { return nil }
      guard let total = totals[place] else {
        totals[place] = element
        continue
      }
      guard let next = combine(total, element) else { return nil }
      totals[place] = next
    }
    let known = totals.compactMap { $0 }
    return known.count == totals.count ? known : nil
  }

  /// The dimensions without some axes, or with 1 in their places.
  private static func kept(_ sizes: [Quantity], without axes: Set<Int>, _ operation: Operation) -> [Quantity] {
    let keeps = operation.integer("keepdims", default: 1) == 1
    return sizes.indices.compactMap { index in
      axes.contains(index) ? (keeps ? .integer(1) : nil) : sizes[index]
    }
  }
}
