import Answers
public import EnergyModel
import Foundation
public import MappingSearch
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

  enum CodingKeys: String, CodingKey {
    case network
    case layer
    case parts
    case count
    case points
    case leastCapacityBits = "least_capacity_bits"
    case knees
  }

  /// Sums up a curve, or is nil for one without points.
  ///
  /// - Parameters:
  ///   - network: the network, if any.
  ///   - layer: the layer, or nil for the sum over the network.
  ///   - parts: the names of its parts, where it is given in parts.
  ///   - count: how many layers the curve stands for.
  ///   - curve: the curve.
  ///   - model: the model of its energies.
  ///   - quantaPerStep: the model's quanta in one of the curve's.
  ///   - within: the parts above the least energy at which to look for knees.
  public init?(
    network: String?, layer: String?, parts: [String]? = nil, count: Int, _ curve: StepCurve, _ model: EnergyModel,
    quantaPerStep: Int = 1,
    within: [Double]
  ) {
    guard let first = curve.points.first else { return nil }
    self.network = network
    self.layer = layer
    self.parts = parts
    self.count = count
    points = curve.points.count
    leastCapacityBits = first.capacity.count
    knees = within.compactMap { part in
      curve.knee(within: part).map { index in
        Knee(
          within: part, capacityBits: curve.points[index].capacity.count,
          data: Double(quantaPerStep) * model.inUnits(quanta: curve.points[index].dataQuanta))
      }
    }
  }

  /// Sums up the curve of each layer, of each that is given in parts and, last, of their network.
  ///
  /// - Parameters:
  ///   - network: the network, if any.
  ///   - layers: its layers with their curves.
  ///   - whole: the same put together.
  ///   - isNetwork: whether these are all of its layers, so that the sum is the network's.
  ///   - model: the model of the curves' energies.
  ///   - within: the parts above the least energy at which to look for knees.
  /// - Returns: what is to be said of each curve.
  public static func all(
    network: String?, _ layers: [(entry: Network.Entry, curve: StepCurve)], _ whole: NetworkCurve, isNetwork: Bool,
    _ model: EnergyModel, within: [Double]
  ) -> [CurveSummary] {
    var summaries = layers.compactMap { entry, curve in
      CurveSummary(network: network, layer: entry.layer.name, count: entry.count, curve, model, within: within)
    }
    summaries += whole.wholes.filter(\.layer.hasParts).compactMap { layer, curve in
      CurveSummary(
        network: network, layer: layer.name, parts: layer.parts.map(\.name), count: layer.count, curve, model,
        within: within)
    }
    if isNetwork {
      summaries += [
        CurveSummary(network: network, layer: nil, count: whole.count, whole.sum, model, within: within)
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
  ///   - compute: energy of all MACs, in the model's unit.
  ///   - data: energy of moving data, in quanta.
  ///   - model: the energy model.
  public init(network: String, layers: Int, capacity: Bits, compute: Double, dataQuanta data: Int, _ model: EnergyModel)
  {
    self.network = network
    self.layers = layers
    capacityBits = capacity.count
    energy = ResultRecord.Energies(Energies(model, compute: compute, data: model.inUnits(quanta: data)))
  }
}
