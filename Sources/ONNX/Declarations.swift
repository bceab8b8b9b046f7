/// The shapes that a file states, and the sizes that it leaves open.
///
/// The sizes of inputs are open where they have a name or nothing. What is computed has its shape from the operators; the
/// names there are what an exporter or a shape inference left behind, and are asked for only where no operator tells.
struct Declarations {
  /// A size that a file states.
  enum Size: Hashable {
    case number(Int)
    case name(String)
    case nothing
  }

  /// What is known of a name that is no input's.
  private struct Derived {
    /// What the operators, or the user, make of it; nil where different things are made of it.
    var size: Quantity?
    /// The tensor where that was found.
    var place: String
    /// The tensor that has its size from the name alone.
    var taker: String?
  }

  /// The names of the open sizes, those of the inputs first.
  private(set) var symbols: [String] = []
  private var inputs: [String: OpenDimension] = [:]
  private var derived: [String: Derived] = [:]
  private let dimensions: [String: Int]

  /// - Parameter dimensions: sizes of symbolic dimensions, by name.
  init(dimensions: [String: Int]) { self.dimensions = dimensions }

  /// The shape that a file states for a tensor, or nil when it states none.
  static func shape(_ value: ValueInfoProto) -> [Size]? {
    guard let dimensions = value.type?.tensorType?.shape?.dim, dimensions.count <= TensorFacts.mostDimensions else {
      return nil
    }
    return dimensions.map { dimension in
      switch dimension {
      // Exporters write 0 or -1, too, for what they do not know.
      case .dimValue(let value): value > 0 ? .number(value) : .nothing
      case .dimParam(let name): name.isEmpty || name == "?" ? .nothing : .name(name)
      case .nothing: .nothing
      }
    }
  }

  /// A shape as it is shown.
  ///
  /// - Parameters:
  ///   - shape: the sizes.
  ///   - tensor: the tensor, by which sizes without a name are called.
  /// - Returns: sizes and names in brackets.
  static func text(_ shape: [Size], of tensor: String) -> String {
    let sizes = shape.enumerated().map { index, size in
      switch size {
      case .number(let number): "\(number)"
      case .name(let name): name
      case .nothing: "\(tensor).\(index)"
      }
    }
    return "[\(sizes.joined(separator: ","))]"
  }
}

// MARK: Inputs

extension Declarations {
  /// What is known of a graph's inputs. A size that has neither a number nor a name is called by its position.
  ///
  /// - Parameter values: the inputs.
  /// - Returns: their facts, in the same order.
  mutating func inputs(_ values: [ValueInfoProto]) -> [TensorFacts] {
    let stated = values.map { Self.shape($0) }
    // A formula may stand before the names in it.
    for (value, shape) in zip(values, stated) {
      for (index, size) in (shape ?? []).enumerated() {
        if case .name(let name) = size, !DimensionExpression.isFormula(name) {
          open(name, index, of: value.name, shape ?? [])
        }
      }
    }
    var facts: [TensorFacts] = []
    for (value, shape) in zip(values, stated) {
      guard let shape else {
        facts.append(.nothing(.inFile(Self.fault(of: value))))
        continue
      }
      var sizes: [Quantity] = []
      for (index, size) in shape.enumerated() { sizes.append(inputSize(size, index, of: value.name, shape)) }
      facts.append(TensorFacts(shape: sizes))
    }
    return facts
  }

  /// Why an input's shape is not known.
  private static func fault(of value: ValueInfoProto) -> String {
    if value.type?.tensorType == nil { return "the input '\(value.name)' is no tensor" }
    if value.type?.tensorType?.shape == nil { return "the shape of the input '\(value.name)' is not given" }
    return "the input '\(value.name)' has too many dimensions"
  }

  private mutating func inputSize(_ size: Size, _ index: Int, of input: String, _ shape: [Size]) -> Quantity {
    switch size {
    case .number(let number): return .integer(number)
    case .name(let name):
      if !DimensionExpression.isFormula(name) { return inputSize(of: name) }
      if let formula = DimensionExpression(name) {
        // What it is made of may stand nowhere else.
        for name in formula.names { open(name, nil, of: input, shape) }
        if let value = formula.value({ inputSize(of: $0) }) { return value }
      }
    case .nothing: break
    }
    let name = "\(input).\(index)"
    open(name, index, of: input, shape)
    return inputSize(of: name)
  }

  /// The size that is given for an input's name, or the name itself.
  private func inputSize(of name: String) -> Quantity {
    if let size = dimensions[name] { return .integer(size) }
    return inputs[name].map { .symbol($0) } ?? .unknown(.inFile())
  }

  /// Notes a name that a size can be given for.
  private mutating func open(_ name: String, _ index: Int?, of input: String, _ shape: [Size]) {
    if inputs[name] != nil { return }
    inputs[name] = OpenDimension(
      name: name, place: "the input '\(input)' \(Self.text(shape, of: input))",
      isBatch: index.map { Self.isBatch($0, of: shape) } ?? Self.isBatch(name))
    symbols.append(name)
  }

  /// Whether a dimension is the number of inputs that are run at once: its name says so, or it comes first, no other
  /// name says so, and its own says nothing else.
  private static func isBatch(_ index: Int, of shape: [Size]) -> Bool {
    let names = shape.map { if case .name(let name) = $0 { name.lowercased() } else { "" } }
    if isBatch(names[index]) { return true }
    return index == 0 && shape.count > 1 && !names.contains(where: isBatch)
      && !["seq", "len", "time", "frame", "token", "step", "height", "width"].contains { names[0].contains($0) }
      && !["t", "s", "l", "h", "w"].contains(names[0])
  }

  private static func isBatch(_ name: String) -> Bool {
    name.lowercased().contains("batch") || ["n", "b", "bs"].contains(name.lowercased())
  }
}

// MARK: What is computed

extension Declarations {
  /// Notes what operators make of a size that has a name: names are what is left behind, operators are what happens.
  ///
  /// - Parameters:
  ///   - name: a name that the file has for the size.
  ///   - size: the size, or an open one of the inputs.
  ///   - tensor: the tensor that has it.
  /// - Throws: ``ONNXError`` where another tensor has been given another size by the name.
  mutating func find(_ name: String, is size: Quantity, in tensor: String) throws(ONNXError) {
    if inputs[name] != nil || DimensionExpression.isFormula(name) { return }
    guard let known = derived[name] else {
      derived[name] = Derived(size: size, place: tensor)
      return
    }
    if known.size == size { return }
    if let taker = known.taker, let taken = known.size?.integer, let found = size.integer {
      if dimensions[name] != nil { throw Self.contradiction(name, given: taken, found: found, in: tensor) }
      throw ONNXError(
        "calls sizes of '\(tensor)' and of '\(taker)' '\(name)', of which the first is \(found) and the second is taken "
          + "to be \(taken): remove the shapes that the file states, or let shape inference state them anew")
    }
    if known.taker == nil { derived[name]?.size = nil }
  }

  /// The size that the file states for a tensor of which no operator tells it.
  ///
  /// - Parameters:
  ///   - size: what the file states.
  ///   - shape: the whole shape.
  ///   - tensor: the tensor.
  ///   - type: the operator that gives it.
  /// - Returns: the size; nil where the file does not tell it.
  /// - Throws: ``ONNXError`` where a size that is given for the name is not what operators make of it.
  mutating func take(_ size: Size, of shape: [Size], in tensor: String, from type: String) throws(ONNXError)
    -> Quantity?
  {
    switch size {
    case .number(let number): return .integer(number)
    case .nothing: return nil
    case .name(let name) where inputs[name] != nil: return inputSize(of: name)
    case .name(let name):
      if DimensionExpression.isFormula(name) {
        // A formula is trusted as far as it is one of the inputs' sizes.
        return DimensionExpression(name)?.value { inputs[$0] == nil ? nil : inputSize(of: $0) }
      }
      let given = dimensions[name].map { Quantity.integer($0) }
      if let known = derived[name] {
        guard let size = known.size else { return nil }
        if let found = size.integer, let given = given?.integer, given != found {
          throw Self.contradiction(name, given: given, found: found, in: known.place)
        }
        derived[name]?.taker = known.taker ?? tensor
        return size
      }
      let place = "the output '\(tensor)' \(Self.text(shape, of: tensor)) of '\(type)'"
      let open = OpenDimension(name: name, place: place, isBatch: false)
      symbols.append(name)
      derived[name] = Derived(size: given ?? .symbol(open), place: tensor, taker: tensor)
      return given ?? .symbol(open)
    }
  }

  private static func contradiction(_ name: String, given: Int, found: Int, in tensor: String) -> ONNXError {
    ONNXError(
      "has \(found) for the dimension '\(name)', which is given as \(given): its operators make it so in '\(tensor)'")
  }
}
