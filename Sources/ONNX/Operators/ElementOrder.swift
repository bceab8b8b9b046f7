/// The order in which the elements of a tensor lie one after another, the last dimension running fastest.
struct ElementOrder {
  /// The sizes of the dimensions.
  let sizes: [Int]
  /// How far apart neighbours along each dimension lie.
  let strides: [Int]
  /// The number of elements.
  let count: Int

  /// The order of a tensor whose elements are few enough to be dealt with, or nil.
  init?(_ shape: [Quantity]) {
    let sizes = shape.compactMap(\.integer)
    guard sizes.count == shape.count, let count = Quantity.product(shape).integer,
      (0...TensorFacts.mostElements).contains(count), sizes.allSatisfy({ $0 >= 0 })
    else { return nil }
    var strides = [Int](repeating: 1, count: sizes.count)
    // A tensor without elements may have dimensions of any size.
    for axis in sizes.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] &* sizes[axis + 1] }
    (self.sizes, self.strides, self.count) = (sizes, strides, count)
  }

  /// The position along each dimension of an element.
  func position(of element: Int) -> [Int] {
    var rest = element
    return sizes.indices.map { axis in
      let index = rest / strides[axis]
      rest %= strides[axis]
      return index
    }
  }

  /// The element at a position along each dimension, or nil when there is none.
  func element(at position: [Int]) -> Int? {
    var element = 0
    for (axis, index) in position.enumerated() {
      guard (0..<sizes[axis]).contains(index) else { return nil }
      element += index * strides[axis]
    }
    return element
  }

  /// The elements of a tensor, by their position along each dimension; nil where they are too many.
  static func elements(_ shape: [Quantity], _ element: ([Int]) -> Quantity?) -> [Quantity]? {
    guard let order = ElementOrder(shape) else { return nil }
    var elements: [Quantity] = []
    elements.reserveCapacity(order.count)
    for index in 0..<order.count {
      guard let element = element(order.position(of: index)) else { return nil }
      elements.append(element)
    }
    return elements
  }
}

extension TensorFacts {
  /// A tensor whose elements are picked out of this one.
  ///
  /// - Parameters:
  ///   - shape: its shape.
  ///   - origin: where the element at a position comes from.
  /// - Returns: the tensor, with elements where those of this one are known.
  func picked(_ shape: [Quantity], _ origin: ([Int]) -> [Int]) -> TensorFacts {
    guard let elements, let order = self.shape.flatMap({ ElementOrder($0) }) else { return TensorFacts(shape: shape) }
    return TensorFacts(
      shape: shape, elements: ElementOrder.elements(shape) { order.element(at: origin($0)).map { elements[$0] } })
  }
}
