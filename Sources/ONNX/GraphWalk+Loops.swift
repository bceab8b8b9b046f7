/// Loops, whose bodies count as often as they run where that is known before.
extension GraphWalk {
  /// Nodes that are walked through in all rounds of a loop of which each round is looked at.
  private static let mostNodesOfRounds = 1 << 14

  /// The rounds of a loop.
  private struct Rounds {
    var body: GraphProto
    /// How many there are at most; nil where only the condition ends them.
    var limit: Quantity?
    /// Whether the number of the round and the condition come before the states, and the next condition before the
    /// states that the round gives.
    var hasCondition: Bool
    /// What the first round is given, and each further one by the round before.
    var states: [TensorFacts?]
    /// What each round is given of its own.
    var slices: [TensorFacts] = []

    /// The inputs of a round.
    func inputs(round: Quantity, states: [TensorFacts?]) -> [TensorFacts?] {
      (hasCondition ? [.scalar(round), .scalar(.integer(1))] : []) + states + slices
    }

    /// The states among the outputs of a round.
    func states(of outputs: [TensorFacts?]) -> [TensorFacts?] {
      let given = outputs.dropFirst(hasCondition ? 1 : 0).prefix(states.count)
      return given + Array(repeating: nil, count: states.count - given.count)
    }

    /// What a round says of a next one, 1 or 0, where that is known.
    func goesOn(_ outputs: [TensorFacts?]) -> Int? {
      hasCondition ? outputs.first.flatMap { $0?.elements?.first?.integer } : 1
    }

    /// The outputs of the node, given those of the last round: what is no state is gathered from all rounds.
    func gathered(_ outputs: [TensorFacts?], count: Quantity, of operation: Operation) -> [TensorFacts?] {
      let axes = operation.integers("scan_output_axes") ?? []
      let rest = outputs.dropFirst(states.count + (hasCondition ? 1 : 0)).enumerated().map { index, output in
        output.map { facts -> TensorFacts in
          guard var shape = facts.shape,
            let axis = try? operation.axis(axes.indices.contains(index) ? axes[index] : 0, rank: shape.count + 1)
          else { return .nothing(facts.unknown) }
          shape.insert(count, at: axis)
          return TensorFacts(shape: shape)
        }
      }
      return states(of: outputs) + rest
    }
  }

  /// Walks through the body of a Loop.
  mutating func loop(
    _ body: GraphProto, _ node: NodeProto, _ operation: Operation, _ label: String, _ place: Place
  ) throws(ONNXError) {
    let unknown = Quantity.unknown(.atRunTime)
    var rounds = Rounds(
      body: body, limit: operation.optional(0).map { $0.elements?.first ?? unknown }, hasCondition: true,
      states: Array(operation.inputs.dropFirst(2)))
    if let condition = operation.optional(1), condition.elements?.first?.integer != 1 {
      // Whether there is a first round decides whether there is any.
      rounds.limit = condition.elements?.first == .integer(0) ? .integer(0) : unknown
    }
    try walk(rounds, node, operation, label, place)
  }

  /// Walks through the body of a Scan, which runs once for each slice of its inputs.
  mutating func scan(
    _ body: GraphProto, _ node: NodeProto, _ operation: Operation, _ label: String, _ place: Place
  ) throws(ONNXError) {
    let count = min(max(0, operation.integer("num_scan_inputs", default: 0)), operation.inputs.count)
    let axes = operation.integers("scan_input_axes") ?? []
    var rounds = Rounds(
      body: body, limit: .unknown(.atRunTime), hasCondition: false,
      states: Array(operation.inputs.dropLast(count)))
    for (index, input) in operation.inputs.suffix(count).enumerated() {
      guard var shape = input?.shape,
        let axis = try? operation.axis(axes.indices.contains(index) ? axes[index] : 0, rank: shape.count)
      else {
        rounds.slices.append(.nothing(input?.unknown ?? Unknown()))
        continue
      }
      let length = shape.remove(at: axis)
      if rounds.limit?.integer == nil { rounds.limit = length }
      rounds.slices.append(TensorFacts(shape: shape))
    }
    try walk(rounds, node, operation, label, place)
  }

  /// Walks through a body: once where all rounds are the same, and else through each round.
  private mutating func walk(
    _ rounds: Rounds, _ node: NodeProto, _ operation: Operation, _ label: String, _ place: Place
  ) throws(ONNXError) {
    if rounds.limit?.integer ?? 1 <= 0 { return try give(node, rounds.states, operation, label, place) }
    // A round of which nothing is known but the shapes that the first one is given.
    let states = rounds.states.map { $0.map { TensorFacts(shape: $0.shape, unknown: $0.unknown) } }
    let any = rounds.inputs(round: .unknown(.atRunTime), states: states)
    var probe = self
    let found = try probe.walkInside(rounds.body, place, inputs: any, condition: nil)
    let nodes = probe.account.nodes - account.nodes
    account = probe.account
    let areSame = zip(states, rounds.states(of: found)).allSatisfy { $0?.shape != nil && $0?.shape == $1?.shape }
    let isCounted = rounds.limit?.integer != nil && areSame && rounds.goesOn(found) == 1

    if !isCounted || probe.record.unresolved.count > record.unresolved.count, rounds.hasCondition,
      let last = try each(rounds, atMost: Self.mostNodesOfRounds / max(1, nodes), place)
    {
      return try give(
        node, rounds.gathered(last.outputs, count: .integer(last.count), of: operation), operation, label, place)
    }
    let count = isCounted ? rounds.limit?.integer : nil
    let before = record.entries.count
    let outputs = try walkInside(
      rounds.body, place,
      inputs: areSame ? any : rounds.inputs(round: .unknown(Unknown()), states: states.map { _ in nil }),
      count: count ?? 1, condition: count == nil ? Self.condition(rounds.limit, operation, label) : nil)
    if let count, count > 1, record.entries.count > before { record.add(note: .repeated) }
    let number = (rounds.goesOn(found) == 1 ? rounds.limit : nil) ?? .unknown(.atRunTime)
    try give(
      node, areSame ? rounds.gathered(outputs, count: number, of: operation) : [], operation, label, place)
  }

  /// Walks through each round in turn.
  ///
  /// - Parameters:
  ///   - rounds: the rounds, which have a condition.
  ///   - most: more rounds are not looked at.
  ///   - place: where the node lies.
  /// - Returns: the outputs of the last round, and how many there were; nil, and nothing noted, where that is not known.
  /// - Throws: ``ONNXError`` when there is too much to look at.
  private mutating func each(
    _ rounds: Rounds, atMost most: Int, _ place: Place
  ) throws(ONNXError) -> (outputs: [TensorFacts?], count: Int)? {
    let limit = rounds.limit.map { $0.integer } ?? .max
    guard let limit else { return nil }
    var trial = self
    defer { account = trial.account }
    var states = rounds.states
    var records: [ImportRecord] = []
    for round in 0..<min(limit, most) {
      trial.record = record
      let outputs = try trial.walkInside(
        rounds.body, place, inputs: rounds.inputs(round: .integer(round), states: states), condition: nil)
      records.append(trial.record)
      guard let goesOn = rounds.goesOn(outputs) else { return nil }
      if goesOn == 0 || round + 1 == limit {
        declarations = trial.declarations
        record.add(rounds: records)
        return (outputs, round + 1)
      }
      states = rounds.states(of: outputs)
    }
    return nil
  }

  /// What is said of layers in a loop that runs an unknown number of times.
  private static func condition(_ limit: Quantity?, _ operation: Operation, _ label: String) -> String {
    guard let unknown = limit?.unknown, !unknown.symbols.isEmpty else { return unknownRounds(operation, label) }
    return unknown.about(
      "it is in the body of the \(operation.type) '\(label)', and how often that runs is unknown"
    ).reason
  }
}
