/// A node of a graph with what is known of its inputs.
struct Operation {
  /// The operator's name; those of other domains than ONNX's own have theirs in front, as in "com.microsoft.Gelu".
  let type: String
  /// The version of the operator set of its domain.
  let version: Int
  /// What is known of each input, nil for one that is left out.
  let inputs: [TensorFacts?]
  /// The number of outputs that are given names.
  let outputCount: Int
  let attributes: [String: AttributeProto]

  /// The full name of an operator in a domain.
  static func type(_ name: String, domain: String) -> String {
    domain.isEmpty || domain == "ai.onnx" ? name : "\(domain).\(name)"
  }
}

extension Operation {
  /// The operator as the cause of what is not known behind it.
  func origin(_ label: String) -> String { "the operator '\(type)' of '\(label)'" }

  /// The same node with other inputs.
  func with(inputs: [TensorFacts?]) -> Operation {
    Operation(type: type, version: version, inputs: inputs, outputCount: outputCount, attributes: attributes)
  }

  /// An input that may be left out.
  func optional(_ index: Int) -> TensorFacts? { inputs.indices.contains(index) ? inputs[index] : nil }

  /// An input that must be there.
  func input(_ index: Int) throws(Unknown) -> TensorFacts {
    guard let input = optional(index) else { throw Unknown("'\(type)' lacks its input \(index)") }
    return input
  }

  /// The sizes of an input's dimensions.
  func sizes(_ index: Int) throws(Unknown) -> [Quantity] { try input(index).sizes() }

  /// Whether its outputs are the same in every run.
  var isConstant: Bool {
    type == "Constant" || !inputs.isEmpty && !type.hasPrefix("Random") && inputs.allSatisfy { $0?.isConstant ?? true }
  }

  /// Whether the node gives an attribute.
  func has(_ attribute: String) -> Bool { attributes[attribute] != nil }

  /// An attribute that is an integer.
  func integer(_ name: String, default value: Int) -> Int { attributes[name]?.i ?? value }

  /// An attribute that is a number.
  func number(_ name: String, default value: Double) -> Double { attributes[name].map { Double($0.f) } ?? value }

  /// An attribute that is a text, or nil.
  func text(_ name: String) -> String? { attributes[name].map { String(decoding: $0.s, as: UTF8.self) } }

  /// An attribute that is a list of integers, or nil.
  func integers(_ name: String) -> [Int]? { attributes[name]?.ints }

  /// An attribute that is a list of numbers, or nil.
  func numbers(_ name: String) -> [Double]? { attributes[name].map { $0.floats.map { Double($0) } } }

  /// An attribute that is a tensor, or nil.
  func tensor(_ name: String) -> TensorProto? { attributes[name]?.t }

  /// The shape of an attribute that is a sparse tensor, or nil.
  func sparseShape(_ name: String) -> [Quantity]? {
    (attributes[name]?.sparseTensor?.dims).flatMap(InitialTensor.shape)
  }

  /// The attribute or, in newer versions of an operator, the input that lists integers; nil without either.
  func integers(_ name: String, orInput index: Int) throws(Unknown) -> [Int]? {
    if let list = integers(name) { return list }
    return try optional(index)?.integers()
  }

  /// An axis of a tensor of some rank, counted from the end when it is negative.
  func axis(_ value: Int, rank: Int) throws(Unknown) -> Int {
    guard (-rank..<rank).contains(value) else {
      throw Unknown("the axis \(value) of '\(type)' does not exist in a tensor of \(rank) dimensions")
    }
    return value < 0 ? value + rank : value
  }

  /// Axes of a tensor of some rank.
  func axes(_ values: [Int], rank: Int) throws(Unknown) -> [Int] {
    var axes: [Int] = []
    for value in values { axes.append(try axis(value, rank: rank)) }
    return axes
  }
}
