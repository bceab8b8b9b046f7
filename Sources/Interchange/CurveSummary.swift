public import Answers
import EnergyModel
import Foundation
public import MappingSearch
public import Mappings
public import Workloads

/// What is to be said of a curve as a whole, as it stands in result files.
public struct CurveSummary: Encodable, Hashable, Sendable {
  /// The least capacity at which the energy of moving data is at most a part above the least.
  public struct Knee: Codable, Hashable, Sendable {
    /// 0.05 for 5 %; 0 where a larger Buffer saves nothing.
    public var within: Double
    /// The Buffer's size there.
    public var capacityBits: Int
    /// The energy of moving data there, in the model's unit.
    public var data: Double

    enum CodingKeys: String, CodingKey {
      case within
      case capacityBits = "capacity_bits"
      case data
    }
  }

  /// Where the energy of MACs and of moving data is the least, the Buffer's own included, of the capacities that the
  /// energy model tells of.
  public struct LeastEnergy: Codable, Hashable, Sendable {
    /// The Buffer's size there.
    public var capacityBits: Int
    /// The energy of all MACs there, in the model's unit.
    public var compute: Double
    /// The energy of moving data there.
    public var data: Double
    /// Both together.
    public var total: Double
    /// The least capacity that the energy model tells of.
    public var fromBits: Int
    /// The largest one.
    public var toBits: Int

    enum CodingKeys: String, CodingKey {
      case capacityBits = "capacity_bits"
      case compute
      case data
      case total
      case fromBits = "from_bits"
      case toBits = "to_bits"
    }

    /// The least energy of a curve, of the capacities in a range.
    init(_ point: TotalCurve.Point, of range: ClosedRange<Bits>) {
      capacityBits = point.capacity.count
      (compute, data, total) = (point.energies.compute, point.energies.data, point.energies.total)
      (fromBits, toBits) = (range.lowerBound.count, range.upperBound.count)
    }
  }

  /// The network's name, where the curve is of one.
  public var network: String?
  /// The layer, or nil for the sum over the network.
  public var layer: String?
  /// The names of its parts, where it is given in parts.
  public var parts: [String]?
  /// How many layers the curve stands for, those that are given in parts counted as one.
  public var count: Int
  /// The number of its points.
  public var points: Int
  /// The least capacity at which anything fits.
  public var leastCapacityBits: Int
  /// A knee for each part asked for.
  public var knees: [Knee]
  /// Where the energy of all is the least; nil where the energy model does not tell what the Buffer costs.
  public var leastEnergy: LeastEnergy?

  enum CodingKeys: String, CodingKey {
    case network
    case layer
    case parts
    case count
    case points
    case leastCapacityBits = "least_capacity_bits"
    case knees
    case leastEnergy = "least_energy"
  }

  /// Sums up a curve, or is nil for one without points.
  ///
  /// - Parameters:
  ///   - network: the network, if any.
  ///   - layer: the layer, or nil for the sum over the network.
  ///   - parts: the names of its parts, where it is given in parts.
  ///   - count: how many layers the curve stands for.
  ///   - curve: the curve.
  ///   - within: the parts above the least energy at which to look for knees.
  public init?(
    network: String?, layer: String?, parts: [String]? = nil, count: Int, _ curve: TotalCurve, within: [Double]
  ) {
    guard let first = curve.steps.points.first else { return nil }
    self.network = network
    self.layer = layer
    self.parts = parts
    self.count = count
    points = curve.steps.points.count
    leastCapacityBits = first.capacity.count
    knees = within.compactMap { part in
      curve.steps.knee(within: part).flatMap { index in
        let capacity = curve.steps.points[index].capacity
        return curve.energies(at: capacity).map {
          Knee(within: part, capacityBits: capacity.count, data: $0.data)
        }
      }
    }
    leastEnergy = curve.capacities.flatMap { range in curve.least.map { LeastEnergy($0, of: range) } }
  }

  /// Sums up the curve of each layer, of each that is given in parts and, last, of their network.
  ///
  /// - Parameters:
  ///   - network: the network, if any.
  ///   - layers: its layers with their curves.
  ///   - whole: the same put together.
  ///   - isNetwork: whether these are all of its layers, so that the sum is the network's.
  ///   - setting: the prices, at any capacity; the curves' energies are those without the Buffer's.
  ///   - within: the parts above the least energy at which to look for knees.
  /// - Returns: what is to be said of each curve.
  public static func all(
    network: String?, _ layers: [(entry: Network.Entry, curve: StepCurve)], _ whole: NetworkCurve, isNetwork: Bool,
    _ setting: Problem.Setting, within: [Double]
  ) -> [CurveSummary] {
    func total(_ curve: StepCurve, _ layers: [(layer: Layer, count: Int)]) -> TotalCurve {
      TotalCurve(curve, by: setting.energyModel.withoutBuffer, of: layers, in: setting)
    }
    var summaries = layers.compactMap { entry, curve in
      CurveSummary(
        network: network, layer: entry.layer.name, count: entry.count, total(curve, [(entry.layer, 1)]), within: within)
    }
    summaries += whole.wholes.filter(\.layer.hasParts).compactMap { layer, curve in
      CurveSummary(
        network: network, layer: layer.name, parts: layer.parts.map(\.name), count: layer.count,
        total(curve, layer.parts.map { ($0, 1) }), within: within)
    }
    if isNetwork {
      let all = total(whole.sum, layers.map { ($0.entry.layer, $0.entry.count) })
      summaries += [
        CurveSummary(network: network, layer: nil, count: whole.count, all, within: within)
      ].compactMap { $0 }
    }
    return summaries
  }
}

/// A point of the curve of a network, as it stands in result files.
public struct CurveTotal: Encodable, Hashable, Sendable {
  /// The network's name.
  public var network: String
  /// The Buffer's size.
  public var capacityBits: Int
  /// The number of layers, repeated ones counted, and those that are given in parts as one.
  public var layers: Int
  /// The energies of all layers together.
  public var energy: ResultRecord.Energies

  enum CodingKeys: String, CodingKey {
    case network
    case capacityBits = "capacity_bits"
    case layers
    case energy
  }

  /// A point.
  ///
  /// - Parameters:
  ///   - network: the network's name.
  ///   - layers: its layers, repeated ones counted.
  ///   - capacity: the Buffer's size.
  ///   - energies: the energies there.
  public init(network: String, layers: Int, capacity: Bits, _ energies: Energies) {
    self.network = network
    self.layers = layers
    capacityBits = capacity.count
    energy = ResultRecord.Energies(energies)
  }
}
