/// The shapes that a file states, and its symbolic dimensions.
struct Declarations {
  /// The names of symbolic dimensions, those of the inputs first.
  private(set) var symbols: [String] = []
  private var known: Set<String> = []
  private let dimensions: [String: Int]

  /// - Parameter dimensions: sizes of symbolic dimensions, by name.
  init(dimensions: [String: Int]) { self.dimensions = dimensions }

  /// What is known of a graph's input. A size that has neither a number nor a name is called by its position.
  mutating func input(_ value: ValueInfoProto) -> TensorFacts {
    guard value.type.hasTensorType else { return .nothing(Unknown("the input '\(value.name)' is no tensor")) }
    guard value.type.tensorType.hasShape else {
      return .nothing(Unknown("the shape of the input '\(value.name)' is not given"))
    }
    let dimensions = value.type.tensorType.shape.dim
    if dimensions.count > TensorFacts.mostDimensions {
      return .nothing(Unknown("the input '\(value.name)' has too many dimensions"))
    }
    return TensorFacts(
      shape: dimensions.enumerated().map { index, dimension in
        size(dimension) ?? symbol("\(value.name).\(index)")
      })
  }

  /// The shape that a file states for a tensor, or nil when it states none.
  mutating func shape(_ value: ValueInfoProto) -> [Quantity]? {
    guard value.type.hasTensorType, value.type.tensorType.hasShape else { return nil }
    let dimensions = value.type.tensorType.shape.dim
    if dimensions.count > TensorFacts.mostDimensions { return nil }
    return dimensions.map { size($0) ?? .unknown(Unknown()) }
  }

  /// A dimension's size or symbol; nil for one with neither.
  private mutating func size(_ dimension: TensorShapeProto.Dimension) -> Quantity? {
    switch dimension.value {
    // Exporters write 0 or -1, too, for what they do not know.
    case .dimValue(let value): value > 0 ? .integer(Int(value)) : nil
    case .dimParam(let name): name.isEmpty || name == "?" ? nil : symbol(name)
    case nil: nil
    }
  }

  private mutating func symbol(_ name: String) -> Quantity {
    if known.insert(name).inserted { symbols.append(name) }
    return dimensions[name].map { .integer($0) } ?? .symbol(name)
  }
}
