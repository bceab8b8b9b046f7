public import EnergyModel
public import Mappings
public import Workloads

/// A network's answers at one capacity added up, repeated layers as often as they occur.
public struct NetworkAnswer: Hashable, Sendable {
  /// The network's name, or the first layer's where there is none.
  public let name: String
  /// The accelerator, where one was named.
  public let accelerator: Accelerator.Identity?
  /// The Buffer's size.
  public let capacity: Bits
  /// The number of layers, repeated ones counted, and those that are given in parts as one.
  public let layers: Int
  /// The energies of all layers together, of those in parts as ``WholeAnswer`` has them.
  public let energy: Energies
  /// The sum of the bounds, where every layer has one: of parts that of their whole.
  public let bound: EnergyBound?
  /// How long all layers take one after the other, where an accelerator gives the rates.
  public let time: ExecutionTime?
  /// Each dataflow's own best in every layer.
  public let dataflows: [Dataflow: Double]
  /// The data energy of the two reference dataflows over all layers.
  public let references: [ReferenceDataflow: Double]

  /// How far the energies are above the bound, where there is one.
  public var gap: Gap? { bound.map { Gap(energy, above: $0) } }

  /// The sum of answers; nil when there are none or they are not of one network at one capacity in one setting.
  public init?(_ answers: [Answer]) {
    guard let first = answers.first, let capacity = first.capacity else { return nil }
    let belongTogether = answers.allSatisfy {
      $0.network == first.network && $0.capacity == capacity && $0.setting == first.setting
        && $0.accelerator == first.accelerator
    }
    if !belongTogether { return nil }
    let sum = AnswerSum(answers, weight: \.count)
    let plain = answers.filter { $0.partOf == nil }
    // Of parts only the whole has a bound, and it may cost less than they do one after the other.
    let wholes = WholeAnswer.all(of: answers)
    var bound = EnergyBound(sum: 0, compute: 0)
    for (count, own) in plain.map({ ($0.count, $0.bound) }) + wholes.map({ ($0.whole.count, $0.bound) }) {
      bound.data += Double(count) * (own?.data ?? 0)
      bound.total += Double(count) * (own?.total ?? 0)
    }
    var energy = sum.energy
    let areAllWhole = wholes.reduce(0) { $0 + $1.whole.parts.count } == answers.count - plain.count
    if areAllWhole, wholes.contains(where: \.sharesInputs) {
      let all = plain.map { ($0.count, $0.energy) } + wholes.map { ($0.whole.count, $0.energy) }
      energy.data = all.reduce(0) { $0 + Double($1.0) * $1.1.data }
      energy.total = all.reduce(0) { $0 + Double($1.0) * $1.1.total }
    }
    name = first.network ?? first.name
    accelerator = first.accelerator
    self.capacity = capacity
    layers = plain.reduce(0) { $0 + $1.count } + wholes.reduce(0) { $0 + $1.whole.count }
    self.energy = energy
    self.bound = areAllWhole && plain.allSatisfy { $0.bound != nil } ? bound : nil
    let times =
      areAllWhole
      ? plain.map { ($0.time, $0.count) } + wholes.map { ($0.time, $0.whole.count) }
      : answers.map { ($0.time, $0.count) }
    let known = times.compactMap { time, count in time.map { (time: $0, count: count) } }
    time = known.count == times.count && !known.isEmpty ? ExecutionTime(sumOf: known) : nil
    dataflows = sum.dataflows
    references = sum.references
  }
}

/// Answers added up, each taken so many times.
struct AnswerSum {
  private(set) var energy: Energies
  /// Each dataflow's own best; a sum that lacks a layer would be none.
  private(set) var dataflows: [Dataflow: Double] = [:]
  /// The reference dataflows likewise.
  private(set) var references: [ReferenceDataflow: Double] = [:]

  /// The sum of answers of one setting, of which there is at least one.
  init(_ answers: [Answer], weight: (Answer) -> Int) {
    energy = Energies(answers[0].energy.model, compute: 0, data: 0)
    for answer in answers {
      let count = Double(weight(answer))
      energy.compute += count * answer.energy.compute
      energy.data += count * answer.energy.data
      energy.total += count * answer.energy.total
      for (dataflow, data) in answer.dataflows ?? [:] { dataflows[dataflow, default: 0] += count * data }
      for (reference, data) in answer.references ?? [:] { references[reference, default: 0] += count * data }
    }
    dataflows = dataflows.filter { dataflow, _ in answers.allSatisfy { $0.dataflows?[dataflow] != nil } }
    references = references.filter { reference, _ in answers.allSatisfy { $0.references?[reference] != nil } }
  }
}
