import Answers
import EnergyModel
public import Interchange
import MappingSearch
import Mappings
import Workloads

/// What is to be said of the exact curve of a network in one setting of a sweep, whatever capacities were asked.
public struct SweepCurve: Codable, Hashable, Sendable {
  /// The parts above the least energy at which knees are looked for.
  private static let parts = [0.05, 0]

  /// The network's name.
  public var network: String
  /// Bits of a word of each kind.
  public var bits: ResultRecord.Widths
  /// The reuse policy, a raw value of `ReusePolicy`.
  public var reuse: String
  /// Whether loops over phases were searched, a raw value of `PhasePolicy`; nil where it is as usual under the reuse.
  public var phases: String?
  /// How tensors lie in the Buffer; nil where they share one room, each box there once.
  public var buffer: ResultRecord.Layout?
  /// The accelerator's name, where one was named.
  public var accelerator: String?
  /// The energy model's name.
  public var energyModel: String
  /// What energies are counted in.
  public var unit: String
  /// The number of layers, repeated ones counted, and those that are given in parts as one.
  public var layers: Int
  /// The number of the curve's points.
  public var points: Int
  /// The least capacity at which every layer fits.
  public var leastCapacityBits: Int
  /// Where the energy of moving data is within 5 % of the least, and where it is the least.
  public var knees: [CurveSummary.Knee]
  /// Where the energy of all is the least; nil where the energy model does not tell what the Buffer costs.
  public var leastEnergy: CurveSummary.LeastEnergy?

  enum CodingKeys: String, CodingKey {
    case network
    case bits
    case reuse
    case phases
    case buffer
    case accelerator
    case energyModel = "energy_model"
    case unit
    case layers
    case points
    case leastCapacityBits = "least_capacity_bits"
    case knees
    case leastEnergy = "least_energy"
  }

  /// A network's in each setting, under each energy model; none where energies together do not fit an Int.
  static func all(_ sweep: Sweep, _ sums: [SweepSums]) -> [SweepCurve] {
    sweep.byNetwork(sums).flatMap { all(of: $0, sweep) }
  }

  /// A network's in a setting, under each energy model.
  static func all(of network: Sweep.NetworkValues<SweepSums>, _ sweep: Sweep) -> [SweepCurve] {
    let (network, setting, layers) = (network.network, network.setting, network.layers)
    if sweep.knowsCapacitiesAlone(setting) { return [] }
    let known = setting.ratios.enumerated().map { place, ratio -> (ratio: PriceRatio, curve: NetworkCurve?) in
      let curves = layers.map { (entry: $0.entry, curve: $0.value.curves[place].steps) }
      return (ratio, try? NetworkCurve(curves, in: setting.under(.comparing(ratio), sweep.dataflows)))
    }
    return setting.energyModels.compactMap { model in
      // Where the ratio of prices changes with the capacity no one curve has the optima of all.
      guard model.keepsRatio, let curve = known.first(where: { $0.ratio == model.ratio })?.curve else { return nil }
      let whole = TotalCurve(
        curve.sum, by: .comparing(model.ratio), of: network.entries.map { ($0.layer, $0.count) },
        in: setting.under(model, sweep.dataflows))
      return SweepCurve(network, setting, model, curve.count, whole)
    }
  }

  private init?(
    _ network: Network, _ setting: Sweep.Setting, _ model: EnergyModel, _ count: Int, _ whole: TotalCurve
  ) {
    guard let summary = CurveSummary(network: network.name, layer: nil, count: count, whole, within: Self.parts)
    else { return nil }
    self.network = network.name
    bits = ResultRecord.Widths(setting.widths)
    reuse = setting.reuse.rawValue
    phases = setting.namedPhases
    buffer = ResultRecord.Layout(setting.layout)
    accelerator = setting.accelerator?.name
    energyModel = model.name
    unit = model.unit
    layers = summary.count
    points = summary.points
    leastCapacityBits = summary.leastCapacityBits
    knees = summary.knees
    leastEnergy = summary.leastEnergy
  }
}

/// A layer's curve as the progress of a sweep keeps it.
struct SavedCurve: Codable, Sendable {
  let steps: StepCurve

  enum CodingKeys: CodingKey {
    case capacities
    case data
  }

  init(_ steps: StepCurve) { self.steps = steps }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let capacities = try container.decode([Int].self, forKey: .capacities)
    let data = try container.decode([Int].self, forKey: .data)
    guard capacities.count == data.count, zip(capacities, capacities.dropFirst()).allSatisfy(<),
      zip(data, data.dropFirst()).allSatisfy(>), data.last.map({ $0 >= 0 }) ?? false, capacities[0] > 0
    else {
      throw DecodingError.dataCorruptedError(forKey: .data, in: container, debugDescription: "no curve")
    }
    steps = StepCurve(zip(capacities, data).map { StepCurve.Point(capacity: Bits($0), dataQuanta: $1) })
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(steps.points.map(\.capacity.count), forKey: .capacities)
    try container.encode(steps.points.map(\.dataQuanta), forKey: .data)
  }
}
