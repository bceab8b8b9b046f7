/// What is known of a tensor before the network runs.
struct TensorFacts: Hashable, Sendable {
  /// Tensors of more elements have no ``elements``: shapes are computed with short ones.
  static let mostElements = 4096
  /// Tensors of more dimensions are not dealt with.
  static let mostDimensions = 32

  /// The sizes of its dimensions, or nil when not even their number is known.
  var shape: [Quantity]?
  /// Its elements, the last dimension running fastest, when they are known at all.
  var elements: [Quantity]?
  /// Whether it is the same in every run: weights, and what is computed from them alone.
  var isConstant: Bool
  /// Whether it is the result of a matrix product without biases of its own.
  var isProduct = false
  /// Why the shape is unknown, where there is more to say than that it depends on the inputs.
  var unknown: Unknown

  init(
    shape: [Quantity]?, elements: [Quantity]? = nil, isConstant: Bool = false, unknown: Unknown = Unknown()
  ) {
    self.shape = shape
    self.isConstant = isConstant
    self.unknown = unknown
    if let shape, let elements, elements.count <= Self.mostElements,
      Quantity.product(shape) == .integer(elements.count)
    {
      self.elements = elements
    }
  }

  /// A tensor of one dimension with some elements.
  static func vector(_ elements: [Quantity]) -> TensorFacts {
    TensorFacts(shape: [.integer(elements.count)], elements: elements)
  }

  /// A single number.
  static func scalar(_ element: Quantity) -> TensorFacts { TensorFacts(shape: [], elements: [element]) }

  /// A tensor of which nothing is known.
  static func nothing(_ unknown: Unknown) -> TensorFacts { TensorFacts(shape: nil, unknown: unknown) }
}

extension TensorFacts {
  /// The same as the nodes behind an operator see it: what is unknown began there unless it did so before.
  func behind(_ origin: String) -> TensorFacts {
    func behind(_ quantity: Quantity) -> Quantity {
      if case .unknown(let unknown) = quantity { .unknown(unknown.behind(origin)) } else { quantity }
    }
    var facts = self
    facts.unknown = unknown.behind(origin)
    facts.shape = shape?.map(behind)
    facts.elements = elements?.map(behind)
    return facts
  }

  /// The sizes, or why they are not known.
  ///
  /// - Returns: the sizes, some of which may be unknown.
  /// - Throws: ``Unknown`` when not even the number of dimensions is known.
  func sizes() throws(Unknown) -> [Quantity] {
    guard let shape else { throw unknown }
    return shape
  }

  /// The elements as integers.
  ///
  /// - Returns: all elements.
  /// - Throws: ``Unknown`` when one is not known.
  func integers() throws(Unknown) -> [Int] {
    guard let elements else { throw shape == nil ? unknown : .atRunTime }
    var integers: [Int] = []
    for element in elements {
      guard let integer = element.integer else { throw element.unknown ?? .atRunTime }
      integers.append(integer)
    }
    return integers
  }
}
