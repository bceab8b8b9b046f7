import EnergyModel
import Foundation
import Answers
import Interchange
import LowerBounds
public import MappingSearch
public import Mappings
import Parallel
public import Workloads

extension SkiSlope {
  /// A layer that a curve is, or is a sum with, and how often.
  public struct Part: Sendable {
    /// How often the layer occurs.
    public let count: Int
    private let bounds: LowerBounds
    private let layers: [Layer]
    private let setting: Problem.Setting

    /// A layer with its bounds.
    ///
    /// - Parameters:
    ///   - layer: the layer as a whole.
    ///   - setting: widths and prices, those of the Buffer at any capacity.
    /// - Throws: `ProblemError` when energies are beyond the range of exact integers.
    public init(_ layer: WholeLayer, in setting: Problem.Setting) throws(ProblemError) {
      bounds = LowerBounds(try layer.problems(in: setting.withoutBuffer))
      count = layer.count
      layers = layer.parts
      self.setting = setting
    }

    /// The layers of answers in one setting as wholes.
    static func all(of answers: [Answer]) -> [Part]? {
      guard let first = answers.first else { return nil }
      return try? WholeLayer.all(of: answers.map(\.entry)).map { try Part($0, in: first.setting.withoutBuffer) }
    }

    /// The bound on moving all data at a capacity, in the unit of the model, with the energy of MACs where that is wanted.
    func bound(capacityBits: Int, withMACs: Bool = false) -> Double {
      let capacity = Bits(capacityBits)
      guard let model = try? setting.at(capacity).energyModel else { return 0 }
      let macs = withMACs ? layers.reduce(0) { $0 + Double($1.macs) } * model.perMAC : 0
      return energy(bounds.best(capacity: capacity), model) + Double(count) * macs
    }

    /// The same of moving data however large the Buffer is.
    var compulsory: Double {
      let model = setting.energyModel.withoutBuffer
      return bounds.all(capacity: Bits(1)).first { $0.family == .compulsory }.map { energy($0, model) } ?? 0
    }

    private func energy(_ bound: LowerBound, _ model: EnergyModel) -> Double {
      Double(count) * model.inUnits(read: bound.charged(by: model), written: bound.written)
    }
  }

  /// Capacities at which the bound is drawn, from one to its double: so many that straight lines between them are it.
  private static let boundsPerOctave = 16

  /// The sum of the parts' bounds over a range of capacities, closely spaced.
  static func bound(
    of parts: [Part], over range: ClosedRange<Int>, scale: Double = 1, withMACs: Bool = false, threads: Int = 1
  ) -> [Sample] {
    capacities(in: range).concurrentMap(threads: threads) { capacity in
      Sample(
        capacityBits: capacity,
        value: parts.reduce(0) { $0 + scale * $1.bound(capacityBits: capacity, withMACs: withMACs) })
    }
  }

  /// Capacities closely spaced over a range.
  private static func capacities(in range: ClosedRange<Int>, perOctave: Int = boundsPerOctave) -> [Int] {
    let growth = Double(range.upperBound) / Double(range.lowerBound)
    let steps = max(1, Int((log2(growth) * Double(perOctave)).rounded(.up)))
    var capacities = (0...steps).map { Int(Double(range.lowerBound) * pow(growth, Double($0) / Double(steps))) }
    (capacities[0], capacities[steps]) = (range.lowerBound, range.upperBound)
    return capacities
  }

  /// An exact curve with the bound beside it.
  ///
  /// - Parameters:
  ///   - name: the layer's or the network's.
  ///   - curve: the curve.
  ///   - dataflows: each dataflow's own curve, where wanted.
  ///   - parts: the layers that the curve is of; none for one that is to have no bound.
  ///   - layers: the layers, and how often each is taken.
  ///   - setting: prices, those of the Buffer at any capacity.
  ///   - isTotal: whether values have the energy of MACs too; then what is marked is where they are the least.
  ///   - range: the capacities to show, in bits; nil for all.
  ///   - part: how far above the least energy the knee may lie.
  ///   - scale: what an energy of one unit counts as.
  public init(
    name: String, _ curve: StepCurve, dataflows: [(dataflow: Dataflow, curve: StepCurve)], of parts: [Part],
    layers: [(layer: Layer, count: Int)], _ setting: Problem.Setting, isTotal: Bool, range: ClosedRange<Int>?,
    kneeWithin part: Double, scale: Double
  ) {
    func total(_ curve: StepCurve) -> TotalCurve {
      TotalCurve(curve, by: setting.energyModel.withoutBuffer, of: layers, in: setting)
    }
    func samples(_ curve: TotalCurve) -> [Sample] {
      func sample(_ capacity: Bits, _ energies: Energies) -> Sample {
        Sample(capacityBits: capacity.count, value: scale * (isTotal ? energies.total : energies.data))
      }
      guard let range = curve.capacities else {
        return curve.steps.points.compactMap { point in
          curve.energies(of: point.dataQuanta, at: point.capacity).map { sample(point.capacity, $0) }
        }
      }
      // Between its steps the curve rises where the Buffer costs something: it is drawn in steps too small to be seen.
      let between = Self.capacities(
        in: range.lowerBound.count...range.upperBound.count, perOctave: Self.stepsPerOctave)
      return Set(curve.steps.points.map(\.capacity) + between.map(Bits.init)).sorted().compactMap { capacity in
        curve.energies(at: capacity).map { sample(capacity, $0) }
      }
    }
    let all = total(curve)
    let points = samples(all)
    func knee() -> Knee? {
      if isTotal {
        return all.least.map {
          Knee(capacityBits: $0.capacity.count, value: scale * $0.energies.total, within: 0, lowest: .ofAll)
        }
      }
      return curve.knee(within: part).flatMap { index in
        let capacity = max(curve.points[index].capacity, all.capacities?.lowerBound ?? .zero)
        return all.energies(at: capacity).map {
          Knee(capacityBits: capacity.count, value: scale * $0.data, within: part)
        }
      }
    }
    let shown = range ?? (points.first?.capacityBits ?? 1)...(points.last?.capacityBits ?? 1)
    let isFlat = !isTotal && (setting.energyModel.buffer?.movesForNothing ?? true)
    self.init(
      name: name, points: points,
      bound: parts.isEmpty ? [] : Self.bound(of: parts, over: shown, scale: scale, withMACs: isTotal),
      compulsory: parts.isEmpty || !isFlat ? nil : parts.reduce(0) { $0 + scale * $1.compulsory },
      knee: knee(),
      dataflows: Dictionary(uniqueKeysWithValues: dataflows.map { ($0.dataflow, samples(total($0.curve))) }))
    rises = setting.energyModel.buffer.map { isTotal || !$0.movesForNothing } ?? false
  }

  /// How closely a curve that rises between its steps is drawn.
  private static let stepsPerOctave = 64
}
