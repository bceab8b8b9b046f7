/// Numpy's broadcasting: shapes are aligned at their last dimensions, and a size of 1 is repeated.
enum Broadcasting {
  /// Steps for one element beyond which none is computed.
  private static let mostSteps = 256

  /// The shape that some shapes are broadcast to.
  ///
  /// - Parameter shapes: at least one shape.
  /// - Returns: their common shape.
  /// - Throws: ``Unknown`` when they have none.
  static func shape(_ shapes: [[Quantity]]) throws(Unknown) -> [Quantity] {
    let rank = shapes.map(\.count).max() ?? 0
    var result = [Quantity](repeating: .integer(1), count: rank)
    for shape in shapes {
      for (index, size) in shape.enumerated() {
        let position = rank - shape.count + index
        result[position] = try self.size(result[position], size)
      }
    }
    return result
  }

  /// The size of two dimensions that are broadcast together.
  static func size(_ a: Quantity, _ b: Quantity) throws(Unknown) -> Quantity {
    if a == b || b == .integer(1) { return a }
    if a == .integer(1) { return b }
    switch (a, b) {
    case (.integer(let a), .integer(let b)): throw Unknown("sizes of \(a) and \(b) are broadcast together")
    // The other one is 1 or the same.
    case (.integer, _): return a
    case (_, .integer): return b
    default: return .unknown((a.unknown ?? Unknown()) | (b.unknown ?? Unknown()))
    }
  }

  /// The elements of some tensors, broadcast to a shape and put together; nil when those of one are not known.
  static func elements(
    _ tensors: [TensorFacts], shape: [Quantity], _ combine: ([Quantity]) -> Quantity
  ) -> [Quantity]? {
    let sizes = shape.compactMap(\.integer)
    guard sizes.count == shape.count, let count = Quantity.product(shape).integer, count <= TensorFacts.mostElements,
      tensors.count * (sizes.count + 1) <= mostSteps
    else { return nil }
    var operands: [(elements: [Quantity], strides: [Int])] = []
    for tensor in tensors {
      guard let elements = tensor.elements, let own = tensor.shape else { return nil }
      operands.append((elements, strides(own.compactMap(\.integer), in: sizes)))
    }
    return (0..<count).map { position in
      combine(
        operands.map { operand in
          var (rest, index) = (position, 0)
          for axis in sizes.indices.reversed() {
            index += rest % sizes[axis] * operand.strides[axis]
            rest /= sizes[axis]
          }
          return operand.elements[index]
        })
    }
  }

  /// How far apart a tensor's elements lie along each dimension of the shape that it is broadcast to.
  private static func strides(_ own: [Int], in sizes: [Int]) -> [Int] {
    var strides = [Int](repeating: 0, count: sizes.count)
    var step = 1
    for (offset, size) in own.reversed().enumerated() {
      strides[sizes.count - 1 - offset] = size == 1 ? 0 : step
      step *= size
    }
    return strides
  }
}
