public import EnergyModel
import LowerBounds
import MappingSearch
public import Mappings
public import Workloads

/// A layer that is given in parts, at a capacity: what its parts cost together, beside the lower bound of the whole.
///
/// The parts were searched one by one, and their optima run one after the other. Where all inputs of a group fit beside
/// them they stay in the Buffer instead, and every word moves once, see `SharedInputs`: that is the optimum of the whole.
/// Otherwise this may move less than they do, as it may share inputs too.
public struct WholeAnswer: Hashable, Sendable {
  /// The network's name, where the layer is of one.
  public let network: String?
  /// The layer with its parts.
  public let whole: WholeLayer
  /// The accelerator, where one was named.
  public let accelerator: Accelerator.Identity?
  /// The Buffer's size.
  public let capacity: Bits
  /// Whether the inputs of all parts stay in the Buffer.
  public let sharesInputs: Bool
  /// What all parts move together.
  public let traffic: TrafficBits
  /// The energies of all parts together.
  public let energy: Energies
  /// The lower bound of the whole, which holds for every schedule of its parts.
  public let bound: EnergyBound
  /// Bits that every schedule of the whole moves at least.
  public let leastMoved: Bits
  /// How long all parts take, where an accelerator gives the rates.
  public private(set) var time: ExecutionTime?
  /// Each dataflow's own best in every part, where dataflows are compared.
  public let dataflows: [Dataflow: Double]?
  /// The data energy of the two reference dataflows over all parts, where dataflows are compared.
  public let references: [ReferenceDataflow: Double]?

  /// How far the energies are above the bound.
  public var gap: Gap { Gap(energy, above: bound) }
  /// The layer's name.
  public var name: String { whole.name }

  /// The whole of answers that are parts of one layer at one capacity in one setting; nil when they are not, or when their
  /// bits are too many to be counted.
  public init?(_ parts: [Answer]) {
    guard let first = parts.first, let name = first.partOf, let capacity = first.capacity,
      let count = parts.map(\.count).min(), parts.allSatisfy({ Key($0) == Key(first) }),
      let all = TrafficBits(sumOf: parts.map(\.traffic))
    else { return nil }
    let setting = first.setting
    let whole = WholeLayer.all(
      of: parts.map {
        Network.Entry(layer: $0.layer, count: count, partOf: name, hasOwnInputs: $0.entry.hasOwnInputs)
      })[0]
    guard let problems = try? whole.problems(in: setting) else { return nil }
    let sum = AnswerSum(parts, weight: { _ in 1 })
    var (traffic, energy) = (all, sum.energy)
    let shared = SharedInputs(whole, in: setting).flatMap { $0.occupancy <= capacity ? $0 : nil }
    if let shared {
      traffic = shared.traffic.bits(setting.widths)
      energy = Energies(
        energy.model, compute: energy.compute, data: energy.model.inUnits(read: traffic.read, written: traffic.written))
    }
    let best = LowerBounds(problems).best(capacity: capacity)
    let least = energy.model.inUnits(read: best.read, written: best.written)
    bound = EnergyBound(best, Energies(energy.model, compute: energy.compute, data: least))
    leastMoved = best.total
    network = first.network
    self.whole = whole
    accelerator = first.accelerator
    self.capacity = capacity
    sharesInputs = shared != nil
    self.traffic = traffic
    self.energy = energy
    let isCompared = parts.allSatisfy { $0.dataflows != nil }
    dataflows = isCompared ? sum.dataflows : nil
    references = isCompared ? sum.references : nil
    time = time(parts)
  }

  /// The wholes of those answers that are parts, in the order in which they begin.
  public static func all(of answers: [Answer]) -> [WholeAnswer] {
    var groups: [[Answer]] = []
    var positions: [Key: Int] = [:]
    for answer in answers where answer.partOf != nil {
      let key = Key(answer)
      if let position = positions[key] {
        groups[position].append(answer)
      } else {
        positions[key] = groups.count
        groups.append([answer])
      }
    }
    return groups.compactMap(WholeAnswer.init)
  }

  /// What parts of one layer share.
  private struct Key: Hashable {
    let network: String?
    let whole: String?
    let capacity: Bits?
    let setting: Problem.Setting
    let accelerator: Accelerator.Identity?

    init(_ answer: Answer) {
      (network, whole, capacity, setting) = (answer.network, answer.partOf, answer.capacity, answer.setting)
      accelerator = answer.accelerator
    }
  }
}

extension TrafficBits {
  /// The sum of several, or nil when it is too large to be counted.
  init?(sumOf all: [TrafficBits]) {
    guard var sum = all.first else { return nil }
    for next in all.dropFirst() {
      // No kind is more than all of them together.
      if sum.total.count.addingReportingOverflow(next.total.count).overflow { return nil }
      sum.inputsRead = sum.inputsRead + next.inputsRead
      sum.weightsRead = sum.weightsRead + next.weightsRead
      sum.biasesRead = sum.biasesRead + next.biasesRead
      sum.partialSumsRead = sum.partialSumsRead + next.partialSumsRead
      sum.partialSumsWritten = sum.partialSumsWritten + next.partialSumsWritten
      sum.outputsWritten = sum.outputsWritten + next.outputsWritten
    }
    self = sum
  }
}
