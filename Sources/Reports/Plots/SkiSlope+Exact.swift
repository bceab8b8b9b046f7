public import EnergyModel
import Foundation
import LowerBounds
public import MappingSearch
public import Mappings
public import Workloads

extension SkiSlope {
  /// The layers that a curve is the sum of.
  public struct Part: Sendable {
    let layer: Layer
    public private(set) var count: Int
    let bounds: LowerBounds

    /// A layer that occurs so often, with its bounds.
    public init(_ entry: Network.Entry, widths: WordWidths) {
      layer = entry.layer
      count = entry.count
      bounds = LowerBounds(entry.layer, widths: widths)
    }

    /// The layer by itself.
    public var once: Part {
      var one = self
      one.count = 1
      return one
    }
  }

  /// Capacities at which the bound is drawn, from one to its double.
  private static let boundsPerOctave = 16

  /// An exact curve with the bound beside it.
  ///
  /// - Parameters:
  ///   - name: the layer's or the network's.
  ///   - curve: the curve.
  ///   - dataflows: each dataflow's own curve, where wanted.
  ///   - parts: the layers that the curve is of.
  ///   - model: the model of the curves' energies.
  ///   - range: the capacities to show, in bits; nil for all.
  ///   - part: how far above the least energy the knee may lie.
  ///   - scale: what an energy of one unit counts as.
  public init(
    name: String, _ curve: StepCurve, dataflows: [(dataflow: Dataflow, curve: StepCurve)], of parts: [Part],
    _ model: EnergyModel, range: ClosedRange<Int>?, kneeWithin part: Double, scale: Double
  ) {
    func samples(_ curve: StepCurve) -> [Sample] {
      curve.points.map {
        Sample(capacityBits: $0.capacity.count, value: scale * model.inUnits(quanta: $0.dataQuanta))
      }
    }
    /// The sum of a bound of each layer.
    func sum(_ bound: (LowerBounds) -> LowerBound?) -> Double {
      parts.reduce(0) { sum, part in
        let energy = bound(part.bounds)?.energy(of: part.layer, model)
        return sum + scale * Double(part.count) * (energy?.data ?? 0)
      }
    }
    let points = samples(curve)
    let knee = curve.knee(within: part).map {
      Knee(capacityBits: points[$0].capacityBits, value: points[$0].value, within: part)
    }
    let shown = range ?? (points.first?.capacityBits ?? 1)...(points.last?.capacityBits ?? 1)
    let steps = max(
      1, Int((log2(Double(shown.upperBound) / Double(shown.lowerBound)) * Double(Self.boundsPerOctave)).rounded(.up)))
    let growth = Double(shown.upperBound) / Double(shown.lowerBound)
    let capacities = (0...steps).map { Int(Double(shown.lowerBound) * pow(growth, Double($0) / Double(steps))) }
    self.init(
      name: name, points: points,
      bound: capacities.map { capacity in
        Sample(capacityBits: capacity, value: sum { $0.best(capacity: Bits(capacity)) })
      },
      compulsory: sum { $0.all(capacity: Bits(1)).first { $0.family == .compulsory } }, knee: knee,
      dataflows: Dictionary(uniqueKeysWithValues: dataflows.map { ($0.dataflow.rawValue, samples($0.curve)) }))
  }
}
