public import Answers
public import EnergyModel
import MappingSearch
import Mappings
import Workloads

extension ResultRecord.Node {
  /// The line as it stands in tables, see ``NestText``.
  var text: String {
    if let split {
      func part(_ nodes: [Self]?) -> String { "{ \((nodes ?? []).map(\.text).joined(separator: " ")) }" }
      return "split \(split):\(at ?? 0) \(part(first)) \(part(rest))"
    }
    guard let loop else { return "[\(keep ?? "")]" }
    let cut = phases.map { "%\($0)" } ?? ":\(tile ?? 0)"
    let turns = direction == Loop.Direction.backAndForth.rawValue
    return loop + cut + (turns ? "~" : "") + (filled == true ? "+" : "")
  }
}

extension ResultRecord.Node {
  init(_ loop: Loop) {
    self.init(loop: loop.dimension.rawValue)
    switch loop.cut {
    case .tile(let tile): self.tile = tile
    case .phases(let phases): self.phases = phases
    }
    if loop.direction != .forward { direction = loop.direction.rawValue }
    if loop.isFilled { filled = true }
  }

  /// It in JSON, in one line.
  var json: String {
    func text(_ key: CodingKeys, _ value: String?) -> String? { value.map { "\"\(key.stringValue)\": \"\($0)\"" } }
    func number(_ key: CodingKeys, _ value: Int?) -> String? { value.map { "\"\(key.stringValue)\": \($0)" } }
    func list(_ key: CodingKeys, _ nodes: [Self]?) -> String? {
      nodes.map { "\"\(key.stringValue)\": [\($0.map(\.json).joined(separator: ", "))]" }
    }
    let fields = [
      text(.loop, loop), number(.tile, tile), number(.phases, phases), text(.direction, direction),
      filled.map { "\"\(CodingKeys.filled.stringValue)\": \($0)" }, text(.keep, keep),
      text(.split, split), number(.at, at), list(.first, first), list(.rest, rest),
    ]
    return "{\(fields.compactMap { $0 }.joined(separator: ", "))}"
  }
}

extension ResultRecord {
  /// The lines of a mapping.
  static func nodes(_ tree: MappingTree) -> [Node] {
    switch tree {
    case .nest(let mapping): nodes(mapping)
    case .split(let dimension, let place, let first, let rest):
      [Node(split: dimension.rawValue, at: place, first: nodes(first), rest: nodes(rest))]
    }
  }

  /// The lines of a nest.
  static func nodes(_ mapping: Mapping) -> [Node] {
    mapping.nodes.map { node in
      switch node {
      case .loop(let loop): Node(loop)
      case .keep(let tensor): Node(keep: tensor.rawValue)
      }
    }
  }
}

extension ResultRecord.TrafficCounts {
  init(_ bits: TrafficBits) {
    self.init(
      inputsRead: bits.inputsRead.count, weightsRead: bits.weightsRead.count, biasesRead: bits.biasesRead.count,
      partialSumsRead: bits.partialSumsRead.count, partialSumsWritten: bits.partialSumsWritten.count,
      outputsWritten: bits.outputsWritten.count, total: bits.total.count)
  }
}

extension ResultRecord.Widths {
  /// The widths, or nil when one is none.
  public var wordWidths: WordWidths? {
    guard let inputs = BitWidth(inputs), let weights = BitWidth(weights), let outputs = BitWidth(outputs),
      let partialSums = BitWidth(partialSums)
    else { return nil }
    return WordWidths(inputs: inputs, weights: weights, outputs: outputs, partialSums: partialSums)
  }

  /// The widths as counts of bits.
  public init(_ widths: WordWidths) {
    self.init(
      inputs: widths.inputs.count, weights: widths.weights.count, outputs: widths.outputs.count,
      partialSums: widths.partialSums.count)
  }
}

extension ResultRecord.Search {
  /// The statistics of an answer's search, with what was searched and the time that it took unless that is to be left out.
  init(_ statistics: SearchStatistics, of answer: Answer) {
    self.init(
      mappings: statistics.mappings, scored: statistics.scored, pruned: statistics.pruned,
      prunedBy: ResultRecord.PrunedBy(
        capacity: statistics.prunedByCapacity, energy: statistics.prunedByEnergy, bound: statistics.prunedByBound),
      complete: statistics.isComplete, seconds: answer.seconds,
      dataflows: answer.setting.namedDataflows?.map(\.rawValue), template: answer.template.map(NestText.text))
  }
}

extension ResultRecord.Energies {
  /// Energies with their model's name, unit and prices.
  public init(_ energies: Answers.Energies) {
    let model = energies.model
    self.init(
      model: model.name, unit: model.unit, perMAC: model.perMAC, perBitRead: model.perBitRead,
      perBitWritten: model.perBitWritten, buffer: model.bufferShare.map(ResultRecord.BufferPrices.init),
      compute: energies.compute, data: energies.data, total: energies.total)
  }

  /// A model's name, unit and prices, without energies.
  public init(pricesOf model: EnergyModel) { self.init(Answers.Energies(model, compute: 0, data: 0)) }
}
