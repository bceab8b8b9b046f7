extension OperatorRules {
  /// Operators that arrange the elements of a tensor in another shape, all of them.
  static let arrangement: [String: Rule] = [
    "Reshape": Rule { operation throws(Unknown) in [try reshape(operation)] },
    "Flatten": Rule { operation throws(Unknown) in
      let input = try operation.input(0)
      let sizes = try input.sizes()
      let given = operation.integer("axis", default: 1)
      let axis = given == sizes.count ? given : try operation.axis(given, rank: max(1, sizes.count))
      let shape: [Quantity] = [.product(sizes.prefix(axis)), .product(sizes.dropFirst(axis))]
      return [TensorFacts(shape: shape, elements: input.elements)]
    },
    "Transpose": Rule { operation throws(Unknown) in
      let input = try operation.input(0)
      let sizes = try input.sizes()
      let order = try operation.axes(
        operation.integers("perm") ?? sizes.indices.reversed(), rank: sizes.count)
      guard Set(order).count == sizes.count, order.count == sizes.count else {
        throw Unknown("'perm' of 'Transpose' is no order of \(sizes.count) dimensions")
      }
      let transposed = input.picked(order.map { sizes[$0] }) { position in
        var origin = position
        for (index, axis) in order.enumerated() { origin[axis] = position[index] }
        return origin
      }
      return [transposed]
    },
    "Squeeze": Rule { operation throws(Unknown) in
      let input = try operation.input(0)
      var sizes = try input.sizes()
      if let given = try operation.integers("axes", orInput: 1) {
        for axis in Set(try operation.axes(given, rank: sizes.count)).sorted(by: >) {
          if let size = sizes[axis].integer, size != 1 { throw Unknown("a dimension of \(size) is squeezed") }
          sizes.remove(at: axis)
        }
      } else {
        for size in sizes where size.integer == nil { throw size.unknown ?? Unknown() }
        sizes.removeAll { $0 == .integer(1) }
      }
      return [TensorFacts(shape: sizes, elements: input.elements)]
    },
    "Unsqueeze": Rule { operation throws(Unknown) in
      let input = try operation.input(0)
      var sizes = try input.sizes()
      guard let given = try operation.integers("axes", orInput: 1) else { throw Unknown("'Unsqueeze' lacks its axes") }
      let rank = sizes.count + given.count
      if rank > TensorFacts.mostDimensions { throw Unknown("'Unsqueeze' makes too many dimensions") }
      let axes = Set(try operation.axes(given, rank: rank)).sorted()
      guard axes.count == given.count else { throw Unknown("'Unsqueeze' lists an axis twice") }
      for axis in axes { sizes.insert(.integer(1), at: axis) }
      return [TensorFacts(shape: sizes, elements: input.elements)]
    },
    "DepthToSpace": Rule { operation throws(Unknown) in try blocks(operation, deeper: false) },
    "SpaceToDepth": Rule { operation throws(Unknown) in try blocks(operation, deeper: true) },
    "Col2Im": Rule { operation throws(Unknown) in
      let sizes = try operation.sizes(0)
      let image = try Self.sizes(try operation.input(1))
      let block = Quantity.product(try Self.sizes(try operation.input(2)))
      guard sizes.count == 3, block != .integer(0) else {
        throw Unknown("the input of 'Col2Im' has no three dimensions")
      }
      return [TensorFacts(shape: [sizes[0], sizes[1] / block] + image)]
    },
  ]

  private static func reshape(_ operation: Operation) throws(Unknown) -> TensorFacts {
    let input = try operation.input(0)
    let keepsZeros = operation.integer("allowzero", default: 0) == 1
    let target: TensorFacts
    if let list = operation.integers("shape") {
      target = .vector(list.map { .integer($0) })
    } else {
      target = try operation.input(1)
    }
    guard var shape = target.elements else {
      return TensorFacts(shape: try sizes(target))
    }
    if shape.count > TensorFacts.mostDimensions { throw Unknown("'Reshape' makes too many dimensions") }
    for (index, size) in shape.enumerated() where size == .integer(0) && !keepsZeros {
      let sizes = try input.sizes()
      guard sizes.indices.contains(index) else { throw Unknown("'Reshape' keeps a dimension that its input lacks") }
      shape[index] = sizes[index]
    }
    let inferred = shape.indices.filter { shape[$0] == .integer(-1) }
    if inferred.count > 1 || shape.contains(where: { ($0.integer ?? 0) < -1 }) {
      throw Unknown("'Reshape' is given the shape \(ShapeText.text(shape))")
    }
    if let position = inferred.first {
      shape.remove(at: position)
      let rest = input.shape.map { quotient($0, shape) } ?? .unknown(input.unknown)
      guard let rest else {
        throw Unknown(
          "\(ShapeText.text(input.shape ?? [])) cannot be reshaped: the other sizes are \(ShapeText.text(shape))")
      }
      shape.insert(rest, at: position)
    } else if let own = input.shape, let old = Quantity.product(own).integer, let new = Quantity.product(shape).integer,
      old != new
    {
      throw Unknown("\(ShapeText.text(own)) cannot be reshaped to \(ShapeText.text(shape))")
    }
    return TensorFacts(shape: shape, elements: input.elements)
  }

  /// The size that is left of some sizes once others are taken out; nil when that is no whole number.
  ///
  /// Sizes that are the same in both, symbolic ones included, cancel.
  private static func quotient(_ sizes: [Quantity], _ divisors: [Quantity]) -> Quantity? {
    var rest = sizes
    var others: [Quantity] = []
    for divisor in divisors {
      if let position = rest.firstIndex(where: { $0 == divisor && isSymbol($0) }) {
        rest.remove(at: position)
      } else {
        others.append(divisor)
      }
    }
    let whole = Quantity.product(rest.filter { $0.integer != nil })
    let part = Quantity.product(others.filter { $0.integer != nil })
    let open = (rest + others).filter { $0.integer == nil }
    guard let whole = whole.integer, let part = part.integer else { return whole.integer == nil ? whole : part }
    if !open.isEmpty {
      if open.count == 1, rest.contains(open[0]), whole == part { return open[0] }
      return .unknown(open.compactMap(\.unknown).reduce(Unknown()) { $0 | $1 })
    }
    return part != 0 && whole % part == 0 ? .integer(whole / part) : nil
  }

  private static func isSymbol(_ size: Quantity) -> Bool {
    if case .symbol = size { true } else { false }
  }

  /// Moves blocks of rows and columns to channels, or back.
  private static func blocks(_ operation: Operation, deeper: Bool) throws(Unknown) -> [TensorFacts] {
    let sizes = try operation.sizes(0)
    let block = operation.integer("blocksize", default: 0)
    guard sizes.count == 4, (1...Int(Int16.max)).contains(block) else {
      throw Unknown("'\(operation.type)' needs four dimensions and a block's size")
    }
    let (side, area) = (Quantity.integer(block), Quantity.integer(block * block))
    let shape =
      deeper
      ? [sizes[0], sizes[1] * area, sizes[2] / side, sizes[3] / side]
      : [sizes[0], sizes[1] / area, sizes[2] * side, sizes[3] * side]
    return [TensorFacts(shape: shape)]
  }
}
