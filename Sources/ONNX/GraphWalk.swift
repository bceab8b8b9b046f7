import Workloads

/// Walks through a graph from its inputs to its outputs, and notes what is known of every tensor and the layers of every
/// node.
struct GraphWalk {
  /// Nodes in all: those of functions once for each call.
  private static let mostNodes = 1 << 18
  /// Tensors, inputs, outputs, attributes and the numbers in those, in all.
  private static let mostItems = 1 << 24
  /// Calls of functions within functions, and graphs within graphs.
  private static let deepestCall = 24
  /// Elements that are computed in all; further ones are taken as unknown.
  private static let mostElements = 1 << 22

  /// What is known of the tensors of a graph, and of those of the graphs around it.
  private final class Scope {
    private var facts: [String: TensorFacts] = [:]
    private let outer: Scope?

    init(in outer: Scope?) { self.outer = outer }

    subscript(name: String) -> TensorFacts? {
      get { facts[name] ?? outer?[name] }
      set { facts[name] = newValue }
    }
  }

  /// Where a node lies.
  private struct Place {
    var scope: Scope
    /// What the file states of the graph's tensors.
    var declared: [String: [Quantity]] = [:]
    /// The versions of operator sets by domain.
    var versions: [String: Int]
    /// The attributes of the call, in a function.
    var callAttributes: [String: AttributeProto] = [:]
    /// How often each name occurs among the nodes around.
    var nameCounts: [String: Int]
    /// What stands in front of names, in a function.
    var prefix = ""
    /// Why the nodes cannot be counted, in a graph that runs as often as is decided while the network runs.
    var condition: String?
    var depth = 0
  }

  private let model: ModelProto
  private let functions: [String: FunctionProto]
  private let root = Scope(in: nil)
  private var nodeCount = 0
  private var itemCount = 0
  private var elementCount = 0
  private(set) var declarations: Declarations
  private(set) var record = ImportRecord()

  /// - Parameters:
  ///   - model: a model.
  ///   - dimensions: sizes of symbolic dimensions, by name.
  init(_ model: ModelProto, dimensions: [String: Int]) {
    self.model = model
    declarations = Declarations(dimensions: dimensions)
    functions = model.functions.reduce(into: [:]) { functions, function in
      functions[Self.key(function.name, function.domain, function.overload)] = function
    }
  }

  /// Walks through the model.
  ///
  /// - Throws: ``ONNXError`` when it is too large.
  mutating func run() throws(ONNXError) {
    let place = Place(
      scope: root, versions: Self.versions(model.opsetImport), nameCounts: Self.nameCounts(model.graph))
    try walk(model.graph, place)
  }

  /// What was found of a tensor of the outermost graph.
  func facts(of name: String) -> TensorFacts? { root[name] }

  private static func key(_ name: String, _ domain: String, _ overload: String) -> String {
    "\(Operation.type(name, domain: domain)):\(overload)"
  }

  private static func versions(_ sets: [OperatorSetIdProto]) -> [String: Int] {
    sets.reduce(into: [:]) { $0[$1.domain == "ai.onnx" ? "" : $1.domain] = Int($1.version) }
  }

  private static func nameCounts(_ graph: GraphProto) -> [String: Int] {
    var counts: [String: Int] = [:]
    var graphs = [graph]
    while let graph = graphs.popLast() {
      for node in graph.node {
        counts[node.name, default: 0] += 1
        for attribute in node.attribute {
          if attribute.hasG { graphs.append(attribute.g) }
          graphs += attribute.graphs
        }
      }
    }
    return counts
  }

  /// Walks through a graph, whose tensors go to the scope of the place.
  private mutating func walk(_ graph: GraphProto, _ place: Place) throws(ONNXError) {
    var place = place
    try count(graph.initializer.reduce(0) { $0 + 1 + $1.storedCount })
    try count(graph.input.count + graph.valueInfo.count + graph.output.count)
    for tensor in graph.initializer { place.scope[tensor.name] = InitialTensor.facts(tensor) }
    for tensor in graph.sparseInitializer {
      place.scope[tensor.values.name] = TensorFacts(shape: InitialTensor.shape(tensor.dims), isConstant: true)
    }
    // Old files list what has an initial value among the inputs, too.
    let initial = Set(graph.initializer.map(\.name) + graph.sparseInitializer.map(\.values.name))
    for input in graph.input where !initial.contains(input.name) {
      place.scope[input.name] = place.depth == 0 ? declarations.input(input) : stated(input)
    }
    for value in graph.valueInfo + graph.output { place.declared[value.name] = declarations.shape(value) }
    for node in graph.node { try walk(node, place) }
  }

  /// Keeps account of what is looked at: functions within functions could be walked through for ever.
  private mutating func count(_ items: Int) throws(ONNXError) {
    itemCount += items
    if nodeCount > Self.mostNodes || itemCount > Self.mostItems {
      throw ONNXError(
        "is larger than what is accepted: \(Self.mostNodes) nodes, and \(Self.mostItems) tensors, attributes and numbers"
      )
    }
  }

  /// What a file states of a tensor.
  private mutating func stated(_ value: ValueInfoProto) -> TensorFacts {
    TensorFacts(shape: declarations.shape(value), unknown: Unknown(TensorFacts.noValues))
  }

  private mutating func walk(_ node: NodeProto, _ place: Place) throws(ONNXError) {
    nodeCount += 1
    try count(node.input.count + node.output.count + node.attribute.reduce(1) { $0 + 1 + $1.storedCount })
    var attributes: [String: AttributeProto] = [:]
    for attribute in node.attribute {
      attributes[attribute.name] =
        attribute.refAttrName.isEmpty ? attribute : place.callAttributes[attribute.refAttrName]
    }
    let inputs = node.input.map { name -> TensorFacts? in
      if name.isEmpty { return nil }
      guard var facts = place.scope[name] else { return .nothing(Unknown("no node before gives '\(name)'")) }
      if elementCount > Self.mostElements { facts.elements = nil }
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
      try call(function, node, operation, attributes, label, place)
    } else {
      let graphs = attributes.sorted { $0.key < $1.key }.flatMap {
        ($0.value.hasG ? [$0.value.g] : []) + $0.value.graphs
      }
      if operation.type == "If", let branches = self.branches(attributes) {
        try choose(branches, node, operation, label, place)
      } else {
        for graph in graphs { try walkApart(graph, operation, label, place) }
        if graphs.isEmpty, !OperatorRules.withoutMACs.contains(operation.type), !Lowering.multiplies(operation.type) {
          record.add(unknownOperator: operation.type)
        }
        let reason = Unknown("the operator '\(operation.type)' of '\(label)' decides it")
        try evaluate(node, operation, OperatorRules.Rule { _ throws(Unknown) in throw reason }, label, place)
      }
    }
  }

  /// A node's name with what stands in front, or that of its first output when it has none or shares it.
  private func label(_ node: NodeProto, _ place: Place) -> String {
    let isOwn = place.nameCounts[node.name] == 1 && Self.isLegible(node.name)
    let name = isOwn ? node.name : node.output.first(where: Self.isLegible) ?? "node \(nodeCount)"
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
    var outputs: [TensorFacts] = []
    var cause = Unknown("the operator '\(operation.type)' of '\(label)' decides it")
    do { outputs = try rule.outputs(operation) } catch { cause = error }
    let isConstant = operation.isConstant
    var contradiction: String?
    for (index, name) in node.output.enumerated() where !name.isEmpty {
      var facts = outputs.indices.contains(index) ? outputs[index] : .nothing(cause)
      facts.isConstant = isConstant
      facts.isProduct = operation.type == "MatMul"
      contradiction = note(facts, as: name, place) ?? contradiction
    }
    if operation.type == "Add", Self.addsBiases(operation) { record.add(Lowering(notes: [.separateBiases])) }
    if !Lowering.multiplies(operation.type) { return }
    let name = record.unique(label)
    do throws(Unknown) {
      if let condition = place.condition { throw Unknown(condition) }
      if let contradiction { throw Unknown(contradiction) }
      if let lowering = try Lowering.lowering(of: operation, named: name) { record.add(lowering) }
    } catch {
      record.add(unresolved: name, error.explanation)
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
  ///   - place: where it lies.
  /// - Returns: what is wrong when the two contradict each other; the tensor's shape is not known then.
  private mutating func note(_ facts: TensorFacts, as name: String, _ place: Place) -> String? {
    var facts = facts
    if let shape = facts.shape,
      shape.count > TensorFacts.mostDimensions || shape.contains(where: { ($0.integer ?? 0) < 0 })
    {
      facts = .nothing(Unknown("the shape of '\(name)' comes out as \(ShapeText.text(Array(shape.prefix(8))))"))
    }
    elementCount += facts.elements?.count ?? 0
    if elementCount > Self.mostElements { facts.elements = nil }
    defer { place.scope[name] = facts }
    guard let stated = place.declared[name] else { return nil }
    guard let shape = facts.shape else {
      facts.shape = stated
      return nil
    }
    let isContradicted =
      shape.count != stated.count
      || zip(shape, stated).contains { $0.integer != nil && $1.integer != nil && $0 != $1 }
    if isContradicted {
      let text =
        "the file states the shape \(ShapeText.text(stated)) for '\(name)', and its operators give \(ShapeText.text(shape))"
      facts = .nothing(Unknown(text))
      return text
    }
    facts.shape = zip(shape, stated).map { own, stated in
      own.integer == nil && stated.integer != nil ? stated : own
    }
    return nil
  }

  // MARK: Functions and subgraphs

  /// Walks through the body of a function that a node calls.
  private mutating func call(
    _ function: FunctionProto, _ node: NodeProto, _ operation: Operation, _ attributes: [String: AttributeProto],
    _ label: String, _ place: Place
  ) throws(ONNXError) {
    if place.depth >= Self.deepestCall {
      throw ONNXError("calls functions in functions more than \(Self.deepestCall) deep, at '\(label)'")
    }
    var inner = Place(
      scope: Scope(in: nil), versions: place.versions.merging(Self.versions(function.opsetImport)) { $1 },
      nameCounts: function.node.reduce(into: [:]) { $0[$1.name, default: 0] += 1 })
    try count(function.attributeProto.reduce(function.input.count) { $0 + 1 + $1.storedCount })
    for attribute in function.attributeProto { inner.callAttributes[attribute.name] = attribute }
    inner.callAttributes.merge(attributes) { $1 }
    for (index, name) in function.input.enumerated() { inner.scope[name] = operation.optional(index) }
    inner.prefix = "\(label)/"
    inner.condition = place.condition
    inner.depth = place.depth + 1
    for node in function.node { try walk(node, inner) }
    try give(node, function.output.map { inner.scope[$0] }, label, place)
  }

  /// Notes the outputs of a node that other nodes have computed.
  private mutating func give(
    _ node: NodeProto, _ outputs: [TensorFacts?], _ label: String, _ place: Place
  ) throws(ONNXError) {
    for (name, facts) in zip(node.output, outputs) where !name.isEmpty {
      _ = note(facts ?? .nothing(Unknown("'\(label)' does not give it")), as: name, place)
    }
  }

  private func branches(_ attributes: [String: AttributeProto]) -> (then: GraphProto, else: GraphProto)? {
    guard let then = attributes["then_branch"], let other = attributes["else_branch"], then.hasG, other.hasG else {
      return nil
    }
    return (then.g, other.g)
  }

  /// Walks through the branch that an If takes, when its condition is known, and otherwise through both.
  private mutating func choose(
    _ branches: (then: GraphProto, else: GraphProto), _ node: NodeProto, _ operation: Operation, _ label: String,
    _ place: Place
  ) throws(ONNXError) {
    if let condition = operation.optional(0)?.elements?.first?.integer {
      let branch = condition != 0 ? branches.then : branches.else
      let scope = try walkInside(branch, place, condition: place.condition)
      return try give(node, branch.output.map { scope[$0.name] }, label, place)
    }
    let condition = "it is in a branch of '\(label)', which is chosen while the network runs"
    let then = try walkInside(branches.then, place, condition: condition)
    let other = try walkInside(branches.else, place, condition: condition)
    let outputs = zip(branches.then.output, branches.else.output).map { a, b -> TensorFacts? in
      guard let a = then[a.name], let b = other[b.name] else { return nil }
      if a.shape == b.shape { return TensorFacts(shape: a.shape, unknown: a.unknown) }
      return .nothing(Unknown("the branches of '\(label)' give different shapes"))
    }
    try give(node, outputs, label, place)
  }

  /// Walks through a subgraph that runs as often as its node decides.
  private mutating func walkApart(
    _ graph: GraphProto, _ operation: Operation, _ label: String, _ place: Place
  ) throws(ONNXError) {
    let condition = "it is in the body of the \(operation.type) '\(label)', and how often that runs is not known before"
    _ = try walkInside(graph, place, condition: condition)
  }

  private mutating func walkInside(
    _ graph: GraphProto, _ place: Place, condition: String?
  ) throws(ONNXError) -> Scope {
    var inner = place
    inner.scope = Scope(in: place.scope)
    inner.declared = [:]
    inner.condition = condition
    inner.depth += 1
    try walk(graph, inner)
    return inner.scope
  }
}

extension AttributeProto {
  /// About how many numbers it holds.
  fileprivate var storedCount: Int { ints.count + floats.count + s.count / 8 + (hasT ? t.storedCount : 0) }
}

extension TensorProto {
  /// About how many numbers it holds.
  fileprivate var storedCount: Int {
    dims.count + rawData.count / 8 + int64Data.count + int32Data.count + floatData.count + doubleData.count
  }
}
