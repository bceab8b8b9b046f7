/// Functions, and graphs within nodes.
extension GraphWalk {
  /// Calls of functions within functions, and graphs within graphs.
  private static let deepestCall = 24

  /// The graphs within a node, by what decides how often they run.
  enum Subgraph {
    case branches(then: GraphProto, else: GraphProto)
    case loop(GraphProto)
    case scan(GraphProto)
    case others([GraphProto])

    /// The graphs among a node's attributes, or nil when there are none.
    init?(_ operation: Operation) {
      let attributes = operation.attributes
      if operation.type == "If", let then = attributes["then_branch"]?.g, let other = attributes["else_branch"]?.g {
        self = .branches(then: then, else: other)
      } else if operation.type == "Loop", let body = attributes["body"]?.g {
        self = .loop(body)
      } else if operation.type == "Scan", operation.version >= 9, let body = attributes["body"]?.g {
        self = .scan(body)
      } else {
        let graphs = attributes.sorted { $0.key < $1.key }.flatMap(\.value.allGraphs)
        if graphs.isEmpty { return nil }
        self = .others(graphs)
      }
    }
  }

  /// Walks through the graphs within a node.
  mutating func walk(
    _ subgraph: Subgraph, _ node: NodeProto, _ operation: Operation, _ label: String, _ place: Place
  ) throws(ONNXError) {
    switch subgraph {
    case .branches(let then, let other): try choose(then, other, node, operation, label, place)
    case .loop(let body): try loop(body, node, operation, label, place)
    case .scan(let body): try scan(body, node, operation, label, place)
    case .others(let graphs):
      let condition = Self.unknownRounds(operation, label)
      for graph in graphs { _ = try walkInside(graph, place, condition: condition) }
      try give(node, [], operation, label, place)
    }
  }

  /// What is said of layers in a graph that runs an unknown number of times.
  static func unknownRounds(_ operation: Operation, _ label: String) -> String {
    "it is in the body of the \(operation.type) '\(label)', and how often that runs is not known before"
  }

  /// Walks through the body of a function that a node calls.
  mutating func call(
    _ function: FunctionProto, _ node: NodeProto, _ operation: Operation, _ label: String, _ place: Place
  ) throws(ONNXError) {
    if place.depth >= Self.deepestCall {
      throw ONNXError("calls functions in functions more than \(Self.deepestCall) deep, at '\(label)'")
    }
    var inner = Place(
      scope: Scope(in: nil), versions: place.versions.merging(Self.versions(function.opsetImport)) { $1 },
      nameCounts: function.node.reduce(into: [:]) { $0[$1.name, default: 0] += 1 })
    try count(function.attributeProto.reduce(function.input.count) { $0 + 1 + $1.storedCount })
    for attribute in function.attributeProto { inner.callAttributes[attribute.name] = attribute }
    inner.callAttributes.merge(operation.attributes) { $1 }
    for (index, name) in function.input.enumerated() { inner.scope[name] = operation.optional(index) }
    inner.prefix = "\(label)/"
    (inner.count, inner.condition) = (place.count, place.condition)
    inner.depth = place.depth + 1
    for node in function.node { try walk(node, inner) }
    try give(node, function.output.map { inner.scope[$0] }, operation, label, place)
  }

  /// Notes the outputs of a node that other nodes have computed.
  mutating func give(
    _ node: NodeProto, _ outputs: [TensorFacts?], _ operation: Operation, _ label: String, _ place: Place
  ) throws(ONNXError) {
    let origin = operation.origin(label)
    for (index, name) in node.output.enumerated() where !name.isEmpty {
      let facts = outputs.indices.contains(index) ? outputs[index] : nil
      _ = try note((facts ?? .nothing(Unknown())).behind(origin), as: name, from: operation, place)
    }
  }

  /// Walks through the branch that an If takes, when its condition is known, and otherwise through both.
  private mutating func choose(
    _ then: GraphProto, _ other: GraphProto, _ node: NodeProto, _ operation: Operation, _ label: String, _ place: Place
  ) throws(ONNXError) {
    if let condition = operation.optional(0)?.elements?.first?.integer {
      let outputs = try walkInside(condition != 0 ? then : other, place, condition: place.condition)
      return try give(node, outputs, operation, label, place)
    }
    let condition = "it is in a branch of '\(label)', which is chosen while the network runs"
    let first = try walkInside(then, place, condition: condition)
    let second = try walkInside(other, place, condition: condition)
    let outputs = zip(first, second).map { a, b -> TensorFacts? in
      guard let a, let b else { return nil }
      if a.shape == b.shape { return TensorFacts(shape: a.shape, unknown: a.unknown) }
      return .nothing(.contradiction("the branches of '\(label)' give different shapes"))
    }
    try give(node, outputs, operation, label, place)
  }

  /// Walks through a graph within a node.
  ///
  /// - Parameters:
  ///   - graph: the graph.
  ///   - place: where the node lies.
  ///   - inputs: what is known of the graph's inputs.
  ///   - count: how often it runs each time that the node does.
  ///   - condition: why its layers cannot be counted.
  /// - Returns: what is known of its outputs.
  /// - Throws: ``ONNXError`` when there is too much to look at.
  mutating func walkInside(
    _ graph: GraphProto, _ place: Place, inputs: [TensorFacts?] = [], count: Int = 1, condition: String?
  ) throws(ONNXError) -> [TensorFacts?] {
    var inner = place
    inner.scope = Scope(in: place.scope)
    inner.declared = [:]
    let (times, overflow) = place.count.multipliedReportingOverflow(by: count)
    inner.count = overflow ? .max : times
    inner.condition = place.condition ?? condition
    inner.depth += 1
    try walk(graph, inner, given: inputs)
    return graph.output.map { inner.scope[$0.name] }
  }
}
