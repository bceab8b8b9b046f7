/// A network's records at one capacity added up, repeated layers as often as they occur.
public struct NetworkTotal: Encodable, Hashable, Sendable {
  /// The network's name.
  public var network: String
  /// The Buffer's size.
  public var capacityBits: Int
  /// The number of layers, repeated ones counted, and those that are given in parts as one.
  public var layers: Int
  /// The energies of all layers together, of those in parts as ``WholeRecord`` has them.
  public var energy: ResultRecord.Energies
  /// The sum of the bounds, where every layer has one: of parts that of their whole.
  public var lowerBound: ResultRecord.Bound?
  /// How far the energies are above the bound, where there is one.
  public var gap: ResultRecord.Gap?
  /// Each dataflow's own best in every layer, by name.
  public var dataflows: [String: Double]
  /// The data energy of the two reference dataflows over all layers, by name.
  public var references: [String: Double]

  enum CodingKeys: String, CodingKey {
    case network
    case capacityBits = "capacity_bits"
    case layers
    case energy
    case lowerBound = "lower_bound"
    case gap
    case dataflows
    case references
  }

  /// The sum of records, or nil when there are none or they are not of one network at one capacity in one setting.
  public init?(_ records: [ResultRecord]) {
    guard let first = records.first, let capacity = first.capacityBits else { return nil }
    let setting = ResultSetting(first)
    let belongTogether = records.allSatisfy {
      $0.network == first.network && $0.capacityBits == capacity && ResultSetting($0) == setting
    }
    if !belongTogether { return nil }
    let sum = RecordSum(records, weight: \.count)
    var bound = ResultRecord.Bound(sum: 0, compute: 0)
    let plain = records.filter { $0.partOf == nil }
    for record in plain {
      bound.data += Double(record.count) * (record.lowerBound?.data ?? 0)
      bound.total += Double(record.count) * (record.lowerBound?.total ?? 0)
    }
    // Of parts only the whole has a bound, and it may cost less than they do one after the other.
    let wholes = WholeRecord.all(of: records)
    var energy = sum.energy
    for whole in wholes {
      bound.data += Double(whole.count) * whole.lowerBound.data
      bound.total += Double(whole.count) * whole.lowerBound.total
    }
    let areAllWhole = wholes.reduce(0) { $0 + $1.parts.count } == records.count - plain.count
    if areAllWhole, wholes.contains(where: \.sharesInputs) {
      let all = plain.map { ($0.count, $0.energy) } + wholes.map { ($0.count, $0.energy) }
      energy.data = all.reduce(0) { $0 + Double($1.0) * $1.1.data }
      energy.total = all.reduce(0) { $0 + Double($1.0) * $1.1.total }
    }
    let isBounded = areAllWhole && plain.allSatisfy { $0.lowerBound != nil }
    network = first.network ?? first.layer
    capacityBits = capacity
    layers = plain.reduce(0) { $0 + $1.count } + wholes.reduce(0) { $0 + $1.count }
    self.energy = energy
    lowerBound = isBounded ? bound : nil
    gap = lowerBound.map { ResultRecord.Gap(energy, above: $0) }
    dataflows = sum.dataflows
    references = sum.references
  }
}
