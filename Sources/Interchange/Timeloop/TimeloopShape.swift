import Workloads

/// The shape of a Timeloop problem: its dimensions, and which of them index each data space.
///
/// As in Timeloop's `src/workload/shape-models/problem-shape.cpp`: a projection is a list of ranks, a rank a sum of
/// dimensions times coefficients.
struct TimeloopShape {
  /// What a dimension is multiplied by.
  enum Coefficient {
    case number(Int)
    case named(String)

    /// How messages call it.
    var shown: String {
      switch self {
      case .number: "its coefficient"
      case .named(let name): name
      }
    }

    /// The number, with named coefficients as the instance has them.
    func value(_ coefficients: [String: Int]) -> Int {
      switch self {
      case .number(let number): number
      case .named(let name): coefficients[name] ?? 1
      }
    }
  }

  /// One dimension of a rank.
  struct Term {
    let dimension: String
    let coefficient: Coefficient
  }

  /// One tensor.
  struct DataSpace {
    let name: String
    /// Whether MACs add to it.
    let isReadWrite: Bool
    let ranks: [[Term]]
    /// Where it stands in the file, for errors.
    let node: YAMLNode
  }

  /// One letter each.
  let dimensions: [String]
  /// The values of named coefficients that the instance does not give.
  let coefficients: [String: Int]
  let dataSpaces: [DataSpace]
  /// Where it stands in the file, for errors.
  let node: YAMLNode

  /// The shape under the key `shape` of a problem: a mapping, the name of a shape that comes with Timeloop, or nothing,
  /// which stands for its convolution.
  init(of problem: YAMLNode, _ node: YAMLNode?) throws(FormatError) {
    guard let node else {
      self = Self.convolution(at: problem)
      return
    }
    if node.isMapping {
      try self.init(node)
      return
    }
    let text = try node.string()
    var name = text.replacing("-", with: "_")
    for ending in [".yaml", ".yml"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
    switch name {
    case "cnn_layer": self = Self.convolution(at: node)
    case "gemm_ABZ": self = Self.product(at: node)
    default:
      throw node.error(
        unknown("shape", text, known: ["cnn_layer", "gemm_ABZ"]) + " (other shapes are written out as a mapping)")
    }
  }

  /// More dimensions, coefficients or data spaces are refused; a convolution has eight of the first.
  private static let mostDimensions = 32
  /// A sum of more dimensions is refused; a convolution has two.
  private static let mostTerms = IndexExpression.mostTerms

  private init(_ node: YAMLNode) throws(FormatError) {
    self.node = node
    let fields = try node.fieldsWithUnderscores(["name", "dimensions", "coefficients", "data_spaces", "flatten"])
    if let flatten = fields["flatten"], try !flatten.elements().isEmpty {
      throw flatten.error("flattened dimensions are no convolution or matrix product")
    }
    let list = try node.required("dimensions", in: fields)
    var dimensions: [String] = []
    for element in try list.elements(atMost: Self.mostDimensions) {
      let name = try element.name()
      guard name.count == 1 else {
        throw element.error("the dimension '\(name.prefix(40))' has more than one character, which Timeloop refuses")
      }
      if dimensions.contains(name) { throw element.error("the dimension '\(name)' is listed twice") }
      dimensions.append(name)
    }
    self.dimensions = dimensions

    var coefficients: [String: Int] = [:]
    for element in try fields["coefficients"]?.elements(atMost: Self.mostDimensions) ?? [] {
      let fields = try element.fields(["name", "default"])
      let name = try element.required("name", in: fields).name()
      if dimensions.contains(name) { throw element.error("the coefficient '\(name)' has a dimension's name") }
      let value = try element.required("default", in: fields).integer(in: 0...Layer.largestSize)
      if coefficients.updateValue(value, forKey: name) != nil {
        throw element.error("the coefficient '\(name)' is listed twice")
      }
    }
    self.coefficients = coefficients

    var dataSpaces: [DataSpace] = []
    for element in try node.required("data_spaces", in: fields).elements(atMost: Self.mostDimensions) {
      let space = try Self.dataSpace(element, dimensions, Array(coefficients.keys))
      if dataSpaces.contains(where: { $0.name == space.name }) {
        throw element.error("the data space '\(space.name)' is listed twice")
      }
      dataSpaces.append(space)
    }
    self.dataSpaces = dataSpaces
  }

  private static func dataSpace(
    _ node: YAMLNode, _ dimensions: [String], _ coefficients: [String]
  ) throws(FormatError) -> DataSpace {
    let fields = try node.fieldsWithUnderscores(["name", "projection", "read_write", "ranks"])
    var ranks: [[Term]] = []
    for rank in try node.required("projection", in: fields).elements(atMost: mostDimensions) {
      if !rank.isList {
        ranks.append([Term(dimension: try dimension(rank, dimensions), coefficient: .number(1))])
        continue
      }
      var terms: [Term] = []
      for term in try rank.elements(atMost: mostTerms) { terms.append(try self.term(term, dimensions, coefficients)) }
      if terms.isEmpty { throw rank.error("is empty; a sum of dimensions is expected") }
      ranks.append(terms)
    }
    return DataSpace(
      name: try node.required("name", in: fields).name(), isReadWrite: try fields["read_write"]?.boolean() ?? false,
      ranks: ranks, node: node)
  }

  private static func term(
    _ node: YAMLNode, _ dimensions: [String], _ coefficients: [String]
  ) throws(FormatError) -> Term {
    let parts = try node.elements()
    guard (1...2).contains(parts.count) else {
      throw node.error("has \(parts.count) parts; a dimension and at most one coefficient are expected")
    }
    let dimension = try dimension(parts[0], dimensions)
    if parts.count == 1 { return Term(dimension: dimension, coefficient: .number(1)) }
    let text = try parts[1].string()
    if Int(text) != nil {
      return Term(dimension: dimension, coefficient: .number(try parts[1].integer(in: 0...Layer.largestSize)))
    }
    guard coefficients.contains(text) else {
      throw parts[1].error(unknown("coefficient", text, known: coefficients.sorted()))
    }
    return Term(dimension: dimension, coefficient: .named(text))
  }

  private static func dimension(_ node: YAMLNode, _ dimensions: [String]) throws(FormatError) -> String {
    let name = try node.string()
    guard dimensions.contains(name) else { throw node.error(unknown("dimension", name, known: dimensions)) }
    return name
  }

  private init(at node: YAMLNode, dimensions: String, coefficients: [String: Int] = [:], dataSpaces: [DataSpace]) {
    self.node = node
    self.dimensions = dimensions.map(String.init)
    self.coefficients = coefficients
    self.dataSpaces = dataSpaces
  }

  private static func plain(_ dimensions: String) -> [[Term]] {
    dimensions.map { [Term(dimension: String($0), coefficient: .number(1))] }
  }

  /// Timeloop's `problem-shapes/cnn_layer.yaml`, where "W" goes with P and R, and "H" with Q and S.
  private static func convolution(at node: YAMLNode) -> Self {
    func window(_ kernel: String, _ dilation: String, _ position: String, _ stride: String) -> [Term] {
      [
        Term(dimension: kernel, coefficient: .named(dilation)),
        Term(dimension: position, coefficient: .named(stride)),
      ]
    }
    return Self(
      at: node, dimensions: "RSPQCKN", coefficients: ["Wstride": 1, "Hstride": 1, "Wdilation": 1, "Hdilation": 1],
      dataSpaces: [
        DataSpace(name: "Weights", isReadWrite: false, ranks: plain("CKRS"), node: node),
        DataSpace(
          name: "Inputs", isReadWrite: false,
          ranks: plain("NC") + [window("R", "Wdilation", "P", "Wstride"), window("S", "Hdilation", "Q", "Hstride")],
          node: node),
        DataSpace(name: "Outputs", isReadWrite: true, ranks: plain("NKQP"), node: node),
      ])
  }

  /// Timeloop's `problem-shapes/gemm_ABZ.yaml`.
  private static func product(at node: YAMLNode) -> Self {
    Self(
      at: node, dimensions: "MNK",
      dataSpaces: [
        DataSpace(name: "A", isReadWrite: false, ranks: plain("MK"), node: node),
        DataSpace(name: "B", isReadWrite: false, ranks: plain("NK"), node: node),
        DataSpace(name: "Z", isReadWrite: true, ranks: plain("MN"), node: node),
      ])
  }
}
