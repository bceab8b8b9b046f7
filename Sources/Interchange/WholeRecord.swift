import EnergyModel
import LowerBounds
import MappingSearch
import Mappings
import Workloads

/// A layer that is given in parts, at a capacity: what its parts cost together, beside the lower bound of the whole.
///
/// The parts were searched one by one, and their optima run one after the other. Where all inputs of a group fit beside
/// them they stay in the Buffer instead, and every word moves once, see `SharedInputs`: that is the optimum of the whole.
/// Otherwise this may move less than they do, as it may share inputs too.
public struct WholeRecord: Encodable, Hashable, Sendable {
  /// The network's name, where the layer is of one.
  public var network: String?
  /// The layer's name.
  public var layer: String
  /// The names of its parts.
  public var parts: [String]
  /// How often the network has the layer.
  public var count: Int
  /// The Buffer's size.
  public var capacityBits: Int
  /// Whether the inputs of all parts stay in the Buffer.
  public var sharesInputs: Bool
  /// Bits that all parts move together.
  public var trafficBits: ResultRecord.TrafficCounts
  /// The energies of all parts together.
  public var energy: ResultRecord.Energies
  /// The lower bound of the whole, which holds for every schedule of its parts.
  public var lowerBound: ResultRecord.Bound
  /// How far the energies are above the bound.
  public var gap: ResultRecord.Gap
  /// Each dataflow's own best in every part, by name, where dataflows are compared.
  public var dataflows: [String: Double]?
  /// The data energy of the two reference dataflows over all parts, by name, where dataflows are compared.
  public var references: [String: Double]?

  enum CodingKeys: String, CodingKey {
    case network
    case layer
    case parts
    case count
    case capacityBits = "capacity_bits"
    case sharesInputs = "shares_inputs"
    case trafficBits = "traffic_bits"
    case energy
    case lowerBound = "lower_bound"
    case gap
    case dataflows
    case references
  }

  /// The whole of records that are parts of one layer at one capacity in one setting, or nil when they are not, or when
  /// their shapes or widths are none, or their bits too many to be counted.
  public init?(_ parts: [ResultRecord]) {
    guard let first = parts.first, let name = first.partOf, let capacity = first.capacityBits,
      let widths = first.bits.wordWidths, let count = parts.map(\.count).min(),
      parts.allSatisfy({ Key($0) == Key(first) }),
      let entries = try? parts.map({ part in
        Network.Entry(
          layer: try part.workload(), count: count, partOf: name, hasOwnInputs: part.ownInputs ?? false)
      }), let traffic = ResultRecord.TrafficCounts(sumOf: parts.map(\.trafficBits))
    else { return nil }
    let whole = WholeLayer.all(of: entries)[0]
    let sum = RecordSum(parts, weight: { _ in 1 })
    network = first.network
    layer = name
    self.parts = parts.map(\.layer)
    self.count = count
    capacityBits = capacity
    var energy = sum.energy
    func data(_ read: Bits, _ written: Bits) -> Double {
      energy.perBitRead * Double(read.count) + energy.perBitWritten * Double(written.count)
    }
    let shared = SharedInputs(whole, widths: widths).flatMap { $0.occupancy.count <= capacity ? $0 : nil }
    sharesInputs = shared != nil
    trafficBits = traffic
    if let bits = shared?.traffic.bits(widths) {
      trafficBits = ResultRecord.TrafficCounts(bits)
      energy.data = data(bits.read, bits.written)
      energy.total = energy.compute + energy.data
    }
    let bound = LowerBounds(whole.parts, widths: widths).best(capacity: Bits(capacity))
    lowerBound = ResultRecord.Bound(bound, data: data(bound.read, bound.written), compute: energy.compute)
    self.energy = energy
    gap = ResultRecord.Gap(energy, above: lowerBound)
    let isCompared = parts.allSatisfy { $0.dataflows != nil }
    dataflows = isCompared ? sum.dataflows : nil
    references = isCompared ? sum.references : nil
  }

  /// The wholes of those records that are parts, in the order in which they begin.
  public static func all(of records: [ResultRecord]) -> [WholeRecord] {
    groups(of: records).compactMap(WholeRecord.init)
  }

  /// Those records that are parts, by their wholes, capacities and settings.
  private static func groups(of records: [ResultRecord]) -> [[ResultRecord]] {
    var groups: [[ResultRecord]] = []
    var positions: [Key: Int] = [:]
    for record in records where record.partOf != nil {
      let key = Key(record)
      if let position = positions[key] {
        groups[position].append(record)
      } else {
        positions[key] = groups.count
        groups.append([record])
      }
    }
    return groups
  }

  /// What parts of one layer share.
  private struct Key: Hashable {
    let network: String?
    let whole: String?
    let capacityBits: Int?
    let setting: ResultSetting

    init(_ record: ResultRecord) {
      (network, whole, capacityBits) = (record.network, record.partOf, record.capacityBits)
      setting = ResultSetting(record)
    }
  }
}

extension ResultRecord.TrafficCounts {
  /// The sum of several, or nil when it is too large to be counted.
  init?(sumOf counts: [ResultRecord.TrafficCounts]) {
    var isCounted = true
    func sum(_ value: (ResultRecord.TrafficCounts) -> Int) -> Int {
      counts.reduce(0) { sum, count in
        let (next, overflow) = sum.addingReportingOverflow(value(count))
        isCounted = isCounted && !overflow
        return next
      }
    }
    self.init(
      inputsRead: sum(\.inputsRead), weightsRead: sum(\.weightsRead), biasesRead: sum(\.biasesRead),
      partialSumsRead: sum(\.partialSumsRead), partialSumsWritten: sum(\.partialSumsWritten),
      outputsWritten: sum(\.outputsWritten), total: sum(\.total))
    if !isCounted { return nil }
  }
}

/// Records added up, each taken so many times.
struct RecordSum {
  var energy: ResultRecord.Energies
  /// Each dataflow's own best; a sum that lacks a layer would be none.
  private(set) var dataflows: [String: Double] = [:]
  /// The reference dataflows likewise.
  private(set) var references: [String: Double] = [:]

  /// The sum of records of one setting, of which there is at least one.
  init(_ records: [ResultRecord], weight: (ResultRecord) -> Int) {
    energy = records[0].energy
    (energy.compute, energy.data, energy.total) = (0, 0, 0)
    for record in records {
      let count = Double(weight(record))
      energy.compute += count * record.energy.compute
      energy.data += count * record.energy.data
      energy.total += count * record.energy.total
      for (name, data) in record.dataflows ?? [:] { dataflows[name, default: 0] += count * data }
      for (name, data) in record.references ?? [:] { references[name, default: 0] += count * data }
    }
    dataflows = dataflows.filter { name, _ in records.allSatisfy { $0.dataflows?[name] != nil } }
    references = references.filter { name, _ in records.allSatisfy { $0.references?[name] != nil } }
  }
}
