import Workloads

/// What a walk through a graph has found.
struct ImportRecord {
  private(set) var layers: [Layer] = []
  /// The whole that a layer is a part of, by the layer's name.
  private(set) var wholes: [String: ONNXModel.Whole] = [:]
  private(set) var unresolved: [ONNXModel.Unresolved] = []
  private var names = UniqueNames()
  private var notes: [Lowering.Note: Int] = [:]
  private var unknownOperators: [String: Int] = [:]

  /// A name that nothing else has: the given one, or with a number behind.
  mutating func unique(_ name: String) -> String { names.unique(name) }

  mutating func add(_ lowering: Lowering) {
    if let whole = lowering.whole {
      let parts = lowering.layers.map { $0.named(unique($0.name)) }
      for part in parts { wholes[part.name] = whole }
      layers += parts
    } else {
      layers += lowering.layers
    }
    for note in lowering.notes { notes[note, default: 0] += 1 }
  }

  mutating func add(unresolved name: String, _ reason: String) {
    unresolved.append(ONNXModel.Unresolved(name: name, reason: reason))
  }

  mutating func add(unknownOperator type: String) { unknownOperators[type, default: 0] += 1 }

  /// What a reader of results must know.
  var remarks: [String] {
    var remarks = Lowering.Note.allCases.compactMap { note in notes[note].map { Self.text(note, count: $0) } }
    let biased = Set(layers.filter(\.hasBiases).map { wholes[$0.name]?.name ?? $0.name }).count
    if biased > 0 { remarks.append("\(Self.count(biased, "layer has", "layers have")) biases, which are read too") }
    if !unknownOperators.isEmpty {
      let list = unknownOperators.sorted { $0.key < $1.key }.prefix(16).map { "\($0.key) (\($0.value))" }
      remarks.append(
        "operators that are not known, whose MACs if any are not counted: \(list.joined(separator: ", "))"
          + (unknownOperators.count > 16 ? " and \(unknownOperators.count - 16) more" : ""))
    }
    return remarks
  }

  private static func text(_ note: Lowering.Note, count number: Int) -> String {
    switch note {
    case .oneAxis:
      "\(count(number, "convolution has", "convolutions have")) one axis: it is the width, and the height is 1"
    case .foldedAxes:
      "\(count(number, "convolution has", "convolutions have")) more than two axes: the steps along one that reads each "
        + "input once count as images and input channels"
    case .phasesAsChannels:
      "\(count(number, "transposed convolution has", "transposed convolutions have")) phases of the stride that read the "
        + "same inputs: each has output channels of its own in one convolution"
    case .phases:
      "\(count(number, "transposed convolution is", "transposed convolutions are")) given as parts, a convolution for each set of "
        + "phases that read inputs at the same places: each part is mapped by itself, and only all together have a bound"
    case .weightsFirst:
      "\(count(number, "matrix product has", "matrix products have")) constant first operands: they are the weights, "
        + "and the layer is the transposed product"
    case .otherSummand:
      "\(count(number, "Gemm adds", "Gemms add")) a third operand that is not one number for each column: reading it is "
        + "not counted"
    case .separateBiases:
      "\(count(number, "matrix product has its biases", "matrix products have their biases")) added by a node of its own: "
        + "reading them is not counted"
    }
  }

  private static func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
  }
}
