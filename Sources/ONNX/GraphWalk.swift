import Workloads

/// Walks through a graph from its inputs to its outputs, and notes what is known of every tensor and the layers of every
/// node.
struct GraphWalk {
  /// Nodes in all: those of functions once for each call.
  private static let mostNodes = 1 << 18
  /// Tensors, inputs, outputs, attributes and the numbers in those, in all.
  private static let mostItems = 1 << 24
  /// Elements that are computed in all; further ones are taken as unknown.
  private static let mostElements = 1 << 22

  /// What is known of the tensors of a graph, and of those of the graphs around it.
  final class Scope {
    private var facts: [String: TensorFacts] = [:]
    private let outer: Scope?

    init(in outer: Scope?) { self.outer = outer }

    subscript(name: String) -> TensorFacts? {
      get { facts[name] ?? outer?[name] }
      set { facts[name] = newValue }
    }
  }

  /// Where a node lies.
  struct Place {
    var scope: Scope
    /// What the file states of the graph's tensors.
    var declared: [String: [Declarations.Size]] = [:]
    /// The versions of operator sets by domain.
    var versions: [String: Int]
    /// The attributes of the call, in a function.
    var callAttributes: [String: AttributeProto] = [:]
    /// How often each name occurs among the nodes around.
    var nameCounts: [String: Int]
    /// What stands in front of names, in a function.
    var prefix = ""
    /// How often the nodes run, in a loop.
    var count = 1
    /// Why the nodes cannot be counted, in a graph that runs as often as is decided while the network runs.
    var condition: String?
    var depth = 0
  }

  /// What has been looked at: functions within functions could be walked through for ever.
  struct Account {
    var nodes = 0
    var items = 0
    var elements = 0
  }

  let graph: GraphProto
  private let versions: [String: Int]
  let functions: [String: FunctionProto]
  private let root = Scope(in: nil)
  var account = Account()
  var declarations: Declarations
  var record = ImportRecord()

  /// - Parameters:
  ///   - model: a model.
  ///   - dimensions: sizes of symbolic dimensions, by name.
  /// - Throws: ``ONNXError`` when the model has no graph.
  init(_ model: ModelProto, dimensions: [String: Int]) throws(ONNXError) {
    guard let graph = model.graph else { throw ONNXError("is not an ONNX model: it has no graph") }
    self.graph = graph
    versions = Self.versions(model.opsetImport)
    declarations = Declarations(dimensions: dimensions)
    functions = model.functions.reduce(into: [:]) { functions, function in
      functions[Self.key(function.name, function.domain, function.overload)] = function
    }
  }

  /// Walks through the model.
  ///
  /// - Throws: ``ONNXError`` when it is too large, or when a size that is given contradicts it.
  mutating func run() throws(ONNXError) {
    try walk(graph, Place(scope: root, versions: versions, nameCounts: Self.nameCounts(graph)))
  }

  /// What was found of a tensor of the outermost graph.
  func facts(of name: String) -> TensorFacts? { root[name] }

  private static func key(_ name: String, _ domain: String, _ overload: String) -> String {
    "\(Operation.type(name, domain: domain)):\(overload)"
  }

  static func versions(_ sets: [OperatorSetIdProto]) -> [String: Int] {
    sets.reduce(into: [:]) { $0[$1.domain == "ai.onnx" ? "" : $1.domain] = $1.version }
  }

  private static func nameCounts(_ graph: GraphProto) -> [String: Int] {
    var counts: [String: Int] = [:]
    var graphs = [graph]
    while let graph = graphs.popLast() {
      for node in graph.node {
        counts[node.name, default: 0] += 1
        graphs += node.attribute.flatMap(\.allGraphs)
      }
    }
    return counts
  }

  /// Keeps account of what is looked at.
  mutating func count(_ items: Int) throws(ONNXError) {
    account.items += items
    if account.nodes > Self.mostNodes || account.items > Self.mostItems {
      throw ONNXError(
        "is larger than what is accepted: \(Self.mostNodes) nodes, and \(Self.mostItems) tensors, attributes and numbers"
      )
    }
  }

  // MARK: Graphs and nodes

  /// Walks through a graph, whose tensors go to the scope of the place.
  ///
  /// - Parameters:
  ///   - graph: the graph.
  ///   - place: where it lies.
  ///   - given: what is known of its inputs, in a graph within a node.
  /// - Throws: ``ONNXError`` when it is too large, or when a size that is given contradicts it.
  mutating func walk(_ graph: GraphProto, _ place: Place, given: [TensorFacts?] = []) throws(ONNXError) {
    var place = place
    try count(graph.initializer.reduce(0) { $0 + 1 + $1.storedCount })
    try count(graph.input.count + graph.valueInfo.count + graph.output.count)
    for tensor in graph.initializer { place.scope[tensor.name] = InitialTensor.facts(tensor) }
    for tensor in graph.sparseInitializer {
      place.scope[tensor.values.name] = TensorFacts(shape: InitialTensor.shape(tensor.dims), isConstant: true)
    }
    // Old files list what has an initial value among the inputs, too.
    let initial = Set(graph.initializer.map(\.name) + graph.sparseInitializer.map(\.values.name))
    let inputs = graph.input.filter { !initial.contains($0.name) }
    if place.depth == 0 {
      for (input, facts) in zip(inputs, declarations.inputs(inputs)) { place.scope[input.name] = facts }
    } else {
      for (index, input) in inputs.enumerated() {
        let known = (given.indices.contains(index) ? given[index] : nil) ?? .nothing(.atRunTime)
        place.scope[input.name] = Self.withNumbers(of: Declarations.shape(input), known)
      }
    }
    for value in graph.valueInfo + graph.output { place.declared[value.name] = Declarations.shape(value) }
    for node in graph.node { try walk(node, place) }
  }

  mutating func walk(_ node: NodeProto, _ place: Place) throws(ONNXError) {
    account.nodes += 1
    try count(node.input.count + node.output.count + node.attribute.reduce(1) { $0 + 1 + $1.storedCount })
    var attributes: [String: AttributeProto] = [:]
    for attribute in node.attribute {
      attributes[attribute.name] =
        attribute.refAttrName.isEmpty ? attribute : place.callAttributes[attribute.refAttrName]
    }
    let inputs = node.input.map { name -> TensorFacts? in
      if name.isEmpty { return nil }
      guard var facts = place.scope[name] else { return .nothing(.inFile("no node before gives '\(name)'")) }
      if account.elements > Self.mostElements { facts.elements = nil }
      return facts
    }
    let operation = Operation(
      type: Operation.type(node.opType, domain: node.domain),
      version: place.versions[node.domain == "ai.onnx" ? "" : node.domain] ?? 1, inputs: inputs,
      outputCount: node.output.count, attributes: attributes)
    let label = self.label(node, place)

    if let rule = OperatorRules.rule(operation.type) {
      try evaluate(node, operation, rule, label, place)
    } else if let function = functions[Self.key(node.opType, node.domain, node.overload)] {
      try call(function, node, operation, label, place)
    } else if let subgraph = Subgraph(operation) {
      try walk(subgraph, node, operation, label, place)
    } else {
      if !OperatorRules.withoutMACs.contains(operation.type), !Lowering.multiplies(operation.type) {
        record.add(unknownOperator: operation.type)
      }
      try evaluate(node, operation, OperatorRules.Rule { _ throws(Unknown) in throw Unknown() }, label, place)
    }
  }

  /// A node's name with what stands in front, or that of its first output when it has none or shares it.
  private func label(_ node: NodeProto, _ place: Place) -> String {
    let isOwn = place.nameCounts[node.name] == 1 && Self.isLegible(node.name)
    let name = isOwn ? node.name : node.output.first(where: Self.isLegible) ?? "node \(account.nodes)"
    return place.prefix + name
  }

  /// Whether a name can stand in a table: it is not empty and has no control characters.
  private static func isLegible(_ name: String) -> Bool {
    !name.isEmpty
      && name.unicodeScalars.allSatisfy {
        ![.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
      }
  }

  // MARK: Operators

  /// Notes what a node's operator makes of its inputs, and the layers that it amounts to.
  private mutating func evaluate(
    _ node: NodeProto, _ operation: Operation, _ rule: OperatorRules.Rule, _ label: String, _ place: Place
  ) throws(ONNXError) {
    let origin = operation.origin(label)
    var outputs: [TensorFacts] = []
    var cause = Unknown()
    do { outputs = try rule.outputs(operation) } catch { cause = error }
    let isConstant = operation.isConstant
    var contradiction: String?
    for (index, name) in node.output.enumerated() where !name.isEmpty {
      var facts = (outputs.indices.contains(index) ? outputs[index] : .nothing(cause)).behind(origin)
      facts.isConstant = isConstant
      facts.isProduct = operation.type == "MatMul"
      contradiction = try note(facts, as: name, from: operation, place) ?? contradiction
    }
    if operation.type == "Add", Self.addsBiases(operation) { record.add(note: .separateBiases) }
    if !Lowering.multiplies(operation.type) { return }
    let name = record.unique(label)
    do throws(Unknown) {
      if let condition = place.condition { throw Unknown(condition) }
      if let contradiction { throw Unknown(contradiction) }
      if let lowering = try Lowering.lowering(of: operation, named: name) {
        try record.add(lowering, times: place.count)
      }
    } catch {
      record.add(unresolved: name, error.reason)
    }
  }

  /// Whether a sum adds a constant number to each column of a matrix product.
  private static func addsBiases(_ operation: Operation) -> Bool {
    let operands = operation.inputs.compactMap { $0 }
    guard operands.count == 2, let product = operands.first(where: \.isProduct),
      let biases = operands.first(where: { $0.isConstant && !$0.isProduct })
    else { return false }
    return biases.shape?.count == 1 && biases.shape?.last == product.shape?.last
  }

  /// Notes what is known of a tensor, together with what the file states of it.
  ///
  /// - Parameters:
  ///   - facts: what was found.
  ///   - name: the tensor's name.
  ///   - operation: the node that gives it.
  ///   - place: where it lies.
  /// - Returns: what is wrong when the two contradict each other; the tensor's shape is not known then.
  /// - Throws: ``ONNXError`` where a size that is given contradicts the operators.
  mutating func note(
    _ facts: TensorFacts, as name: String, from operation: Operation, _ place: Place
  ) throws(ONNXError) -> String? {
    var facts = facts
    if let shape = facts.shape,
      shape.count > TensorFacts.mostDimensions || shape.contains(where: { ($0.integer ?? 0) < 0 })
    {
      facts = .nothing(.contradiction("the shape of '\(name)' comes out as \(ShapeText.text(Array(shape.prefix(8))))"))
    }
    account.elements += facts.elements?.count ?? 0
    if account.elements > Self.mostElements { facts.elements = nil }
    let stated = place.declared[name] ?? nil
    if let stated, let shape = facts.shape, Self.contradicts(stated, shape) {
      let text =
        "the file states the shape \(Declarations.text(stated, of: name)) for '\(name)', and its operators give "
        + ShapeText.text(shape)
      place.scope[name] = .nothing(.contradiction(text))
      return text
    }
    place.scope[name] = try withStated(stated, facts, name, from: operation.type)
    return nil
  }

  /// Whether a shape has other numbers than the file states. Names may be left behind from other graphs.
  private static func contradicts(_ stated: [Declarations.Size], _ shape: [Quantity]) -> Bool {
    shape.count != stated.count
      || zip(shape, stated).contains { size, stated in
        if case .number(let number) = stated, let size = size.integer { size != number } else { false }
      }
  }

  /// What is known of the input of a graph within a node, with the numbers that the file states where that tells no more.
  private static func withNumbers(of stated: [Declarations.Size]?, _ facts: TensorFacts) -> TensorFacts {
    guard let stated, facts.shape?.count ?? stated.count == stated.count else { return facts }
    var facts = facts
    facts.shape = stated.enumerated().map { index, size in
      let own = facts.shape?[index] ?? .unknown(facts.unknown)
      if case .unknown = own, case .number(let number) = size { return .integer(number) }
      return own
    }
    return facts
  }

  /// What is known of a tensor, with what the file states where no operator tells more.
  private mutating func withStated(
    _ stated: [Declarations.Size]?, _ facts: TensorFacts, _ name: String, from type: String
  ) throws(ONNXError) -> TensorFacts {
    guard let stated, facts.shape?.count ?? stated.count == stated.count,
      facts.shape != nil || !facts.unknown.isImpossible
    else { return facts }
    var facts = facts
    var shape: [Quantity] = []
    for (index, size) in stated.enumerated() {
      let own = facts.shape?[index] ?? .unknown(facts.unknown)
      switch own {
      case .integer, .symbol:
        if case .name(let label) = size { try declarations.find(label, is: own, in: name) }
        shape.append(own)
      // What the inputs' open sizes decide is known once they are: a number may be left behind from other ones.
      case .unknown(let unknown) where !unknown.symbols.isEmpty || unknown.isImpossible: shape.append(own)
      case .unknown, .real: shape.append(try declarations.take(size, of: stated, in: name, from: type) ?? own)
      }
    }
    facts.shape = shape
    return facts
  }
}

extension AttributeProto {
  /// About how many numbers it holds.
  var storedCount: Int { ints.count + floats.count + s.count / 8 + (t?.storedCount ?? 0) }

  /// The graphs within a node, under one name.
  var allGraphs: [GraphProto] { (g.map { [$0] } ?? []) + graphs }
}

extension TensorProto {
  /// About how many numbers it holds.
  var storedCount: Int {
    dims.count + rawData.count / 8 + int64Data.count + int32Data.count + floatData.count + doubleData.count
  }
}
