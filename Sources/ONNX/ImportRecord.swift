import Workloads

/// What a walk through a graph has found.
struct ImportRecord {
  private(set) var entries: [Network.Entry] = []
  private(set) var unresolved: [ONNXModel.Unresolved] = []
  private(set) var unknownOperators: [String: Int] = [:]
  private var names = UniqueNames()
  private var notes: [Lowering.Note: Int] = [:]

  /// A name that nothing else has: the given one, or with a number behind.
  mutating func unique(_ name: String) -> String { names.unique(name) }

  /// Adds the layers of a node.
  ///
  /// - Parameters:
  ///   - lowering: the layers.
  ///   - times: how often the node runs.
  /// - Throws: ``Unknown`` where a layer runs more often than can be counted.
  mutating func add(_ lowering: Lowering, times: Int) throws(Unknown) {
    var added: [Network.Entry] = []
    for layer in lowering.layers {
      let (count, overflow) = (lowering.counts[layer.name] ?? 1).multipliedReportingOverflow(by: times)
      if overflow || count > Layer.largestSize {
        throw Unknown("it runs more often than the \(Layer.largestSize) times that are accepted")
      }
      let name = lowering.layers.count > 1 ? unique(layer.name) : layer.name
      added.append(
        Network.Entry(
          layer: layer.named(name), count: count, partOf: lowering.whole?.name,
          hasOwnInputs: lowering.whole?.hasCommonInputs == false))
    }
    entries += added
    for note in lowering.notes { add(note: note) }
  }

  mutating func add(note: Lowering.Note) { notes[note, default: 0] += 1 }

  mutating func add(unresolved name: String, _ reason: String) {
    unresolved.append(ONNXModel.Unresolved(name: name, reason: reason))
  }

  mutating func add(unknownOperator type: String) { unknownOperators[type, default: 0] += 1 }

  /// Adds what several rounds of a loop have found, each of which began with this record: layers that are the same in
  /// several rounds are one.
  mutating func add(rounds: [ImportRecord]) {
    guard let first = rounds.first else { return }
    let old = (entries: entries.count, unresolved: unresolved.count)
    self = first
    var positions: [[Layer]: Int] = [:]
    var position = old.entries
    for node in nodes(from: position) {
      positions[node.map(\.layer)] = position
      position += node.count
    }
    var reasons = Set(unresolved.dropFirst(old.unresolved))
    for round in rounds.dropFirst() {
      for node in round.nodes(from: old.entries) {
        let layers = node.map(\.layer)
        if let position = positions[layers] {
          for (index, entry) in node.enumerated() { entries[position + index].count += entry.count }
        } else {
          positions[layers] = entries.count
          let whole = node[0].partOf.map { unique($0) }
          entries += node.map { entry in
            Network.Entry(
              layer: entry.layer.named(unique(entry.layer.name)), count: entry.count, partOf: whole,
              hasOwnInputs: entry.hasOwnInputs)
          }
        }
      }
      for reason in round.unresolved.dropFirst(old.unresolved) where reasons.insert(reason).inserted {
        unresolved.append(reason)
      }
    }
    if rounds.count > 1, entries.count > old.entries { add(note: .repeated) }
  }

  /// The entries from a position on, those of each node together: one, or the parts of a layer.
  private func nodes(from start: Int) -> [[Network.Entry]] {
    entries.dropFirst(start).reduce(into: []) { nodes, entry in
      if entry.partOf != nil, nodes.last?[0].partOf == entry.partOf {
        nodes[nodes.count - 1].append(entry)
      } else {
        nodes.append([entry])
      }
    }
  }

  /// What a reader of results must know.
  var remarks: [String] {
    var remarks = Lowering.Note.allCases.compactMap { note in notes[note].map { Self.text(note, count: $0) } }
    let biased = Set(entries.filter(\.layer.hasBiases).map { $0.partOf ?? $0.layer.name }).count
    if biased > 0 { remarks.append("\(Self.count(biased, "layer has", "layers have")) biases, which are read too") }
    if !unknownOperators.isEmpty {
      remarks.append(
        "operators that are not known, whose MACs if any are not counted: \(ONNXModel.list(unknownOperators))")
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
    case .blocked:
      "\(count(number, "convolution is", "convolutions are")) laid out in blocks of 8 or 16 channels by ONNX "
        + "Runtime: channels that only fill a block up count too, as they run; the model before that has none"
    case .phasesAsChannels:
      "\(count(number, "transposed convolution has", "transposed convolutions have")) phases of the stride that read the "
        + "same inputs: each has output channels of its own in one convolution"
    case .phases:
      "\(count(number, "transposed convolution is", "transposed convolutions are")) given as parts, a convolution for each set of "
        + "phases that read inputs at the same places: each part is mapped by itself, and only all together have a bound"
    case .recurrent:
      "\(count(number, "recurrent network is", "recurrent networks are")) given as the product of all steps' inputs and "
        + "one product for each step's state, each of which reads its weights for itself; of its two biases one is counted"
    case .longestSequence:
      "\(count(number, "recurrent network is", "recurrent networks are")) given the lengths of sequences apart: all count "
        + "as long as the longest may be"
    case .repeated:
      "\(count(number, "loop runs", "loops run")) a known number of rounds: layers within count once for each round"
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
