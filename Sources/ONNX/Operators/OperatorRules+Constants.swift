extension OperatorRules {
  /// Operators that make tensors out of nothing or out of shapes.
  static let constants: [String: Rule] = [
    "Constant": Rule { operation throws(Unknown) in [try constant(operation)] },
    "ConstantOfShape": Rule { operation throws(Unknown) in
      var value: Quantity? = .real(0)
      if let tensor = operation.tensor("value") { value = InitialTensor.facts(tensor).elements?.first }
      return [try filled(try operation.input(0), with: value)]
    },
    "Shape": Rule { operation throws(Unknown) in
      let sizes = try operation.sizes(0)
      let start = clamped(operation.integer("start", default: 0), rank: sizes.count)
      let end = clamped(operation.integer("end", default: sizes.count), rank: sizes.count)
      return [.vector(Array(sizes[min(start, end)..<max(start, end)].prefix(max(0, end - start))))]
    },
    "Size": Rule { operation throws(Unknown) in [.scalar(.product(try operation.sizes(0)))] },
    "Range": range, "com.microsoft.Range": range,
    "RandomNormal": Rule { operation throws(Unknown) in [try ofShapeAttribute(operation)] },
    "RandomUniform": Rule { operation throws(Unknown) in [try ofShapeAttribute(operation)] },
    "OneHot": Rule { operation throws(Unknown) in
      var sizes = try operation.sizes(0)
      let axis = operation.integer("axis", default: -1)
      var depth = try operation.input(1).elements?.first ?? .unknown(.atRunTime)
      if case .real(let value) = depth { depth = Int(exactly: value).map { .integer($0) } ?? .unknown(Unknown()) }
      let position = try operation.axis(axis, rank: sizes.count + 1)
      sizes.insert(depth, at: position)
      return [TensorFacts(shape: sizes)]
    },
    "NonZero": Rule { operation throws(Unknown) in
      let input = try operation.input(0)
      let sizes = try input.sizes()
      let number = Quantity.unknown(.atRunTime)
      if sizes.isEmpty { return [TensorFacts(shape: [number, number])] }
      guard let elements = input.elements, elements.allSatisfy({ $0.real != nil }), let order = ElementOrder(sizes)
      else { return [TensorFacts(shape: [.integer(sizes.count), number])] }
      let positions = elements.indices.filter { elements[$0].real != 0 }.map(order.position)
      return [
        TensorFacts(
          shape: [.integer(sizes.count), .integer(positions.count)],
          elements: sizes.indices.flatMap { axis in positions.map { .integer($0[axis]) } })
      ]
    },
  ]

  /// A position among dimensions as Shape's attributes give it: counted from the end when negative, and clamped.
  private static func clamped(_ position: Int, rank: Int) -> Int {
    min(max(position < 0 ? position + rank : position, 0), rank)
  }

  private static func constant(_ operation: Operation) throws(Unknown) -> TensorFacts {
    var facts: TensorFacts
    if let tensor = operation.tensor("value") {
      facts = InitialTensor.facts(tensor)
    } else if let values = operation.integers("value_ints") {
      facts = .vector(values.map { .integer($0) })
    } else if let values = operation.numbers("value_floats") {
      facts = .vector(values.map { .real($0) })
    } else if operation.has("value_int") {
      facts = .scalar(.integer(operation.integer("value_int", default: 0)))
    } else if operation.has("value_float") {
      facts = .scalar(.real(operation.number("value_float", default: 0)))
    } else if let shape = operation.sparseShape("sparse_value") {
      facts = TensorFacts(shape: shape)
    } else {
      throw Unknown.notFollowed("the constant has no value that is a tensor of numbers")
    }
    facts.isConstant = true
    return facts
  }

  /// A tensor whose shape is the elements of another, all of its elements being the same.
  private static func filled(_ shape: TensorFacts, with value: Quantity?) throws(Unknown) -> TensorFacts {
    let sizes = try sizes(shape)
    var elements: [Quantity]?
    if let value, let count = Quantity.product(sizes).integer, count <= TensorFacts.mostElements {
      elements = Array(repeating: value, count: count)
    }
    return TensorFacts(shape: sizes, elements: elements)
  }

  /// Sizes that are the elements of a tensor.
  static func sizes(_ tensor: TensorFacts) throws(Unknown) -> [Quantity] {
    if let elements = tensor.elements, elements.count <= TensorFacts.mostDimensions {
      if elements.contains(where: { ($0.integer ?? 0) < 0 }) { throw Unknown("a size in it is negative") }
      return elements
    }
    // With their number alone, the number of dimensions is known.
    let length = try tensor.sizes()
    guard length.count == 1, let rank = length[0].integer, rank <= TensorFacts.mostDimensions else {
      throw .atRunTime
    }
    return Array(repeating: .unknown(.atRunTime), count: rank)
  }

  private static func ofShapeAttribute(_ operation: Operation) throws(Unknown) -> TensorFacts {
    guard let shape = operation.integers("shape").flatMap(InitialTensor.shape) else {
      throw Unknown("'\(operation.type)' lacks its attribute 'shape'")
    }
    return TensorFacts(shape: shape)
  }

  private static let range = Rule { operation throws(Unknown) in
    var bounds: [Quantity] = []
    for index in 0..<3 {
      bounds.append(try operation.input(index).elements?.first ?? .unknown(.atRunTime))
    }
    if case .integer(let start) = bounds[0], case .integer(let limit) = bounds[1], case .integer(let step) = bounds[2],
      step != 0
    {
      let (distance, overflow) = limit.subtractingReportingOverflow(start)
      let (quotient, other) = distance.dividedReportingOverflow(by: step)
      if !overflow, !other {
        let count = max(0, quotient + (distance % step != 0 && (distance < 0) == (step < 0) ? 1 : 0))
        let elements = count <= TensorFacts.mostElements ? (0..<count).map { Quantity.integer(start + $0 * step) } : nil
        return [TensorFacts(shape: [.integer(count)], elements: elements)]
      }
    }
    if bounds.allSatisfy({ $0.integer == nil }), let start = bounds[0].real, let limit = bounds[1].real,
      let step = bounds[2].real, let count = Int(exactly: max(0, ((limit - start) / step).rounded(.up)))
    {
      return [TensorFacts(shape: [.integer(count)])]
    }
    // From 0 by 1 there are as many as the limit says, symbolic or not.
    if bounds[0] == .integer(0), bounds[2] == .integer(1) { return [TensorFacts(shape: [bounds[1]])] }
    let unknown = bounds.compactMap(\.unknown).reduce(Unknown()) { $0 | $1 }
    return [TensorFacts(shape: [.unknown(unknown)])]
  }
}
