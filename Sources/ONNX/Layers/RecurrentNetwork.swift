import Workloads

/// A recurrent layer: an LSTM, a GRU or a plain one, in one direction or in both.
///
/// All its products have the gates of all hidden units as columns. The inputs of all steps are there from the beginning,
/// so that each direction multiplies them in one product; the state is there only after the step before, so that each
/// step has a product of its own, of as many rows as there are sequences.
struct RecurrentNetwork {
  /// How many numbers each hidden unit computes in a step, by operator.
  private static let gates = ["LSTM": 4, "GRU": 3, "RNN": 1, "com.microsoft.DynamicQuantizeLSTM": 4]

  /// The operators.
  static let types = Set(gates.keys)

  private let operation: Operation
  private let isBidirectional: Bool
  /// Whether the batch comes before the steps.
  private let isBatchFirst: Bool
  private let steps: Quantity
  private let batch: Quantity
  private let inputs: Quantity
  private let hidden: Quantity
  /// Why the weights contradict the rest, if they do.
  private let contradiction: String?

  /// The operands of a node whose operator is one of ``types``.
  init(_ operation: Operation) throws(Unknown) {
    self.operation = operation
    isBatchFirst = operation.integer("layout", default: 0) == 1
    isBidirectional = operation.text("direction") == "bidirectional"
    let shape = try Lowering.sizes(try operation.input(0), of: "input")
    guard shape.count == 3 else { throw Unknown("its input has \(shape.count) dimensions; 3 are expected") }
    (steps, batch) = isBatchFirst ? (shape[1], shape[0]) : (shape[0], shape[1])
    // The dynamically quantised ones have theirs transposed.
    let isTransposed = operation.type.hasPrefix("com.microsoft")
    func weights(_ index: Int) -> [Quantity]? {
      guard let shape = operation.optional(index)?.shape, shape.count == 3 else { return nil }
      return isTransposed ? [shape[0], shape[2], shape[1]] : shape
    }
    let (forInputs, forState) = (weights(1), weights(2))
    let gates = Self.gates[operation.type] ?? 1
    if operation.has("hidden_size") {
      hidden = .integer(operation.integer("hidden_size", default: 0))
    } else {
      hidden = forState?[2] ?? .unknown(operation.optional(2)?.unknown ?? Unknown())
    }
    inputs = shape[2].integer == nil ? forInputs?[2] ?? shape[2] : shape[2]
    let directions = Quantity.integer(isBidirectional ? 2 : 1)
    let expected = [
      ("first", forInputs, [directions, .integer(gates) * hidden, inputs]),
      ("second", forState, [directions, .integer(gates) * hidden, hidden]),
    ]
    contradiction =
      expected.lazy.compactMap { name, own, shape -> String? in
        guard let own, zip(own, shape).contains(where: { $0.integer != nil && $1.integer != nil && $0 != $1 }) else {
          return nil
        }
        return "its \(name) weights are \(ShapeText.text(own)) and \(ShapeText.text(shape)) is expected"
      }.first
  }

  /// What is known of the outputs: the states of all steps, and the last one, twice where there is a cell's as well.
  var outputFacts: [TensorFacts] {
    let directions = Quantity.integer(isBidirectional ? 2 : 1)
    let all = isBatchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]
    let last = TensorFacts(shape: isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden])
    return [TensorFacts(shape: all), last, last]
  }

  /// The layers: for each direction the product of all inputs, and those of the states, which run once a step.
  ///
  /// - Parameter name: what stands in front of their names.
  /// - Returns: the layers.
  /// - Throws: ``Unknown`` with the reason why there are none.
  func lowering(_ name: String) throws(Unknown) -> Lowering {
    let sizes = try Lowering.known([
      ("number of steps", steps), ("batch", batch), ("input size", inputs), ("hidden size", hidden),
    ])
    if let contradiction { throw Unknown(contradiction) }
    let (batch, inputs, hidden) = (sizes[1], sizes[2], sizes[3])
    if let direction = operation.text("direction"), !["forward", "reverse", "bidirectional"].contains(direction) {
      throw Unknown("its direction is '\(direction)'; forward, reverse or bidirectional is expected")
    }
    var lowering = Lowering(notes: [.recurrent])
    var steps = sizes[0]
    if let lengths = operation.optional(4) {
      let known = lengths.elements?.compactMap(\.integer) ?? []
      if known.count == batch, let longest = known.max() { steps = min(steps, longest) }
      if known.count != batch || Set(known).count > 1 { lowering.notes.insert(.longestSequence) }
    }
    guard (1...Layer.largestSize).contains(steps), (1...Layer.largestSize).contains(hidden),
      (1...Layer.largestSize).contains(batch)
    else {
      throw Unknown(
        "it has \(steps) steps of \(batch) sequences and \(hidden) hidden units; 1 to \(Layer.largestSize) of each are "
          + "accepted")
    }
    let gates = Self.gates[operation.type] ?? 1
    // A GRU's new state may be made of a state that a gate has already been applied to, which is another operand.
    let isSplit = operation.type == "GRU" && operation.integer("linear_before_reset", default: 0) == 0
    let products = isSplit ? [("state-gates", 2), ("state", 1)] : [("state", gates)]
    for direction in isBidirectional ? ["/forward", "/backward"] : [""] {
      let first = try Lowering.layer { () throws(LayerError) in
        try Layer.gemm(
          name: "\(name)\(direction)/inputs", m: steps * batch, n: gates * hidden, k: inputs,
          hasBiases: operation.optional(3) != nil)
      }
      lowering.layers.append(first)
      for (label, gates) in products {
        let product = try Lowering.layer { () throws(LayerError) in
          try Layer.gemm(name: "\(name)\(direction)/\(label)", m: batch, n: gates * hidden, k: hidden)
        }
        lowering.layers.append(product)
        lowering.counts[product.name] = steps
      }
    }
    return lowering
  }
}
