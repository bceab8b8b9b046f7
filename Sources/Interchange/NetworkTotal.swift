/// A network's records at one capacity added up, repeated layers as often as they occur.
public struct NetworkTotal: Encodable, Hashable, Sendable {
  /// The network's name.
  public var network: String
  /// The Buffer's size.
  public var capacityBits: Int
  /// The number of layers, repeated ones counted.
  public var layers: Int
  /// The energies of all layers together.
  public var energy: ResultRecord.Energies
  /// The sum of the bounds, where every layer has one.
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
    var energy = first.energy
    (energy.compute, energy.data, energy.total) = (0, 0, 0)
    var bound = ResultRecord.Bound(family: "sum", discount: nil, data: 0, total: 0)
    var dataflows: [String: Double] = [:]
    var references: [String: Double] = [:]
    for record in records {
      let count = Double(record.count)
      energy.compute += count * record.energy.compute
      energy.data += count * record.energy.data
      energy.total += count * record.energy.total
      bound.data += count * (record.lowerBound?.data ?? 0)
      bound.total += count * (record.lowerBound?.total ?? 0)
      for (name, data) in record.dataflows ?? [:] { dataflows[name, default: 0] += count * data }
      for (name, data) in record.references ?? [:] { references[name, default: 0] += count * data }
    }
    // A sum that lacks a layer would be no total.
    dataflows = dataflows.filter { name, _ in records.allSatisfy { $0.dataflows?[name] != nil } }
    references = references.filter { name, _ in records.allSatisfy { $0.references?[name] != nil } }
    network = first.network ?? first.layer
    capacityBits = capacity
    layers = records.reduce(0) { $0 + $1.count }
    self.energy = energy
    lowerBound = records.allSatisfy { $0.lowerBound != nil } ? bound : nil
    gap = lowerBound.map { ResultRecord.Gap(energy, above: $0) }
    self.dataflows = dataflows
    self.references = references
  }
}
