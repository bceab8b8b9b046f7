public import EnergyModel
import Foundation
import Answers
import Interchange
import LowerBounds
public import MappingSearch
public import Mappings
public import Workloads

extension SkiSlope {
  /// A layer that a curve is, or is a sum with, and how often.
  public struct Part: Sendable {
    /// How often the layer occurs.
    public let count: Int
    private let bounds: LowerBounds
    private let model: EnergyModel

    /// A layer with its bounds.
    ///
    /// - Parameters:
    ///   - layer: the layer as a whole.
    ///   - setting: widths and prices.
    /// - Throws: `ProblemError` when energies are beyond the range of exact integers.
    public init(_ layer: WholeLayer, in setting: Problem.Setting) throws(ProblemError) {
      bounds = LowerBounds(try layer.problems(in: setting))
      count = layer.count
      model = setting.energyModel
    }

    /// The layers of answers in one setting as wholes.
    static func all(of answers: [Answer]) -> [Part]? {
      guard let first = answers.first else { return nil }
      return try? WholeLayer.all(of: answers.map(\.entry)).map { try Part($0, in: first.setting) }
    }

    /// The bound on moving all data at a capacity, in the unit of the model.
    func bound(capacityBits: Int) -> Double { energy(bounds.best(capacity: Bits(capacityBits))) }

    /// The same however large the Buffer is.
    var compulsory: Double {
      bounds.all(capacity: Bits(1)).first { $0.family == .compulsory }.map(energy) ?? 0
    }

    private func energy(_ bound: LowerBound) -> Double {
      Double(count) * model.inUnits(read: bound.read, written: bound.written)
    }
  }

  /// Capacities at which the bound is drawn, from one to its double: so many that straight lines between them are it.
  private static let boundsPerOctave = 16

  /// The sum of the parts' bounds over a range of capacities, closely spaced.
  static func bound(of parts: [Part], over range: ClosedRange<Int>, scale: Double = 1) -> [Sample] {
    let growth = Double(range.upperBound) / Double(range.lowerBound)
    let steps = max(1, Int((log2(growth) * Double(boundsPerOctave)).rounded(.up)))
    var capacities = (0...steps).map { Int(Double(range.lowerBound) * pow(growth, Double($0) / Double(steps))) }
    (capacities[0], capacities[steps]) = (range.lowerBound, range.upperBound)
    return capacities.map { capacity in
      Sample(
        capacityBits: capacity, value: parts.reduce(0) { $0 + scale * $1.bound(capacityBits: capacity) })
    }
  }

  /// An exact curve with the bound beside it.
  ///
  /// - Parameters:
  ///   - name: the layer's or the network's.
  ///   - curve: the curve.
  ///   - dataflows: each dataflow's own curve, where wanted.
  ///   - parts: the layers that the curve is of; none for one that is to have no bound.
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
    let points = samples(curve)
    let knee = curve.knee(within: part).map {
      Knee(capacityBits: points[$0].capacityBits, value: points[$0].value, within: part)
    }
    let shown = range ?? (points.first?.capacityBits ?? 1)...(points.last?.capacityBits ?? 1)
    self.init(
      name: name, points: points, bound: parts.isEmpty ? [] : Self.bound(of: parts, over: shown, scale: scale),
      compulsory: parts.isEmpty ? nil : parts.reduce(0) { $0 + scale * $1.compulsory }, knee: knee,
      dataflows: Dictionary(uniqueKeysWithValues: dataflows.map { ($0.dataflow, samples($0.curve)) }))
  }
}
