import EnergyModel
import LowerBounds
import MappingSearch
import Mappings
import Testing
import Workloads

@testable import Reports

/// Curves as `curve --plot` draws them, against what they are drawn from.
struct ExactSlopeTests {
  private static let entries = Result {
    [
      Network.Entry(
        layer: try Layer(
          name: "conv", inputChannels: 4, input: Extent(9), outputChannels: 6, kernel: Extent(3), padding: Padding(1)),
        count: 3),
      Network.Entry(layer: try Layer.gemm(name: "fc", m: 5, n: 7, k: 6, hasBiases: true), count: 1),
    ]
  }

  @Test(arguments: [nil, 200...3000]) func curveAndBoundAreThoseOfTheLayers(range: ClosedRange<Int>?) throws {
    let entries = try Self.entries.get()
    let widths = WordWidths(.byte)
    let model = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 1, read: 2.5, write: 4)
    let setting = Problem.Setting(widths: widths, energyModel: model, reuse: .sliding)
    let curves = try entries.map {
      try Optimizer(Problem($0.layer, widths: widths, energyModel: model, reuse: .sliding)).curve().steps
    }
    let sum = try StepCurve(sumOf: zip(curves, entries).map { ($0, $1.count) })
    let slope = SkiSlope(
      name: "net", sum, dataflows: [],
      of: try WholeLayer.all(of: entries).map { try SkiSlope.Part($0, in: setting) },
      layers: entries.map { ($0.layer, $0.count) }, setting, isTotal: false, range: range, kneeWithin: 0.05, scale: 0.5)
    #expect(slope.points.map(\.capacityBits) == sum.points.map(\.capacity.count) && !slope.isSampled)
    #expect(slope.points.map(\.value) == sum.points.map { 0.5 * model.inUnits(quanta: $0.dataQuanta) })
    let ends = [
      range?.lowerBound ?? sum.points[0].capacity.count, range?.upperBound ?? slope.points.last?.capacityBits,
    ]
    #expect([slope.bound.first?.capacityBits, slope.bound.last?.capacityBits] == ends)
    #expect(slope.bound.count > 16)
    for sample in slope.bound {
      let capacity = Bits(sample.capacityBits)
      let expected = try entries.reduce(0) { sum, entry in
        let problem = try Problem(entry.layer, in: setting)
        let bound = LowerBounds(problem).best(capacity: capacity)
        return sum + Double(entry.count) * (bound.energy(of: [problem])?.data ?? -1)
      }
      #expect(abs(sample.value - 0.5 * expected) <= 1e-12 * expected, "at \(capacity.count) bits")
      // No lower bound lies above what is attained.
      let optimum = try #require(sum.index(capacity: capacity).map { sum.points[$0].dataQuanta })
      #expect(sample.value <= 0.5 * model.inUnits(quanta: optimum) * (1 + 1e-12))
    }
    let least = try #require(slope.points.last?.value)
    #expect(slope.compulsory == least && slope.knee.map { $0.value <= 1.05 * least } == true)
  }

  /// The energy of all, the Buffer's own included, is drawn where it is known, over its bound, and marked where it is least.
  @Test func totalsRiseAgain() throws {
    let entries = try Self.entries.get()
    let buffer = try BufferEnergy(
      table: [
        BufferEnergy.Row(capacity: Bits(256), read: 0.25, write: 0.25),
        BufferEnergy.Row(capacity: Bits(1 << 16), read: 4, write: 4),
      ],
      readsPerMAC: BufferEnergy.Accesses(inputs: 0.5, weights: 0.5), writesPerMAC: BufferEnergy.Accesses())
    let model = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 1, read: 20, write: 20, buffer: buffer)
    let setting = Problem.Setting(widths: WordWidths(.byte), energyModel: model, reuse: .sliding)
    let curves = try entries.map {
      try Optimizer(Problem($0.layer, in: setting.withoutBuffer)).curve().steps
    }
    let sum = try StepCurve(sumOf: zip(curves, entries).map { ($0, $1.count) })
    let slope = SkiSlope(
      name: "net", sum, dataflows: [], of: try WholeLayer.all(of: entries).map { try SkiSlope.Part($0, in: setting) },
      layers: entries.map { ($0.layer, $0.count) }, setting, isTotal: true, range: 256...1 << 16, kneeWithin: 0.05,
      scale: 1)
    #expect(slope.rises && !slope.isSampled && slope.compulsory == nil)
    #expect(slope.points.first?.capacityBits == 256 && slope.points.last?.capacityBits == 1 << 16)
    let knee = try #require(slope.knee)
    #expect(knee.lowest == .ofAll && slope.points.map(\.value).min() == knee.value)
    #expect((257..<1 << 16).contains(knee.capacityBits))
    let values = Dictionary(uniqueKeysWithValues: slope.points.map { ($0.capacityBits, $0.value) })
    #expect(slope.bound.count > 100)
    for sample in slope.bound {
      let value = values[sample.capacityBits] ?? slope.points.last { $0.capacityBits < sample.capacityBits }?.value
      // Between two points the energy rises.
      #expect(try sample.value <= #require(value) * 1.02, "at \(sample.capacityBits) bits")
    }
    let figure = try #require(
      try SkiSlopeFigure.figure(
        name: "f", title: "t", subtitle: "s", curves: [slope], quantity: Quantity(name: "energy", unit: "pJ")))
    #expect(figure.description.contains("least at "))
    // Beyond the table nothing is drawn.
    for case .line(let line) in figure.elements { #expect(line.points.allSatisfy { $0.x <= Double(1 << 13) }) }
  }

  /// The bound of parts is that of their whole; a curve that is to have none has neither bound nor compulsory traffic.
  @Test func boundsOfParts() throws {
    let layers = try Self.entries.get().map(\.layer)
    let widths = WordWidths(.byte)
    let wholes = WholeLayer.all(of: layers.map { Network.Entry(layer: $0, count: 3, partOf: "whole") })
    let curve = StepCurve([StepCurve.Point(capacity: Bits(400), dataQuanta: 1)])
    func slope(_ parts: [SkiSlope.Part]) -> SkiSlope {
      SkiSlope(
        name: "net", curve, dataflows: [], of: parts, layers: [], Problem.Setting(widths: widths, reuse: .sliding),
        isTotal: false, range: 200...3000, kneeWithin: 0.05, scale: 1)
    }
    let bounds = try LowerBounds(layers.map { try Problem($0, widths: widths, reuse: .sliding) })
    let bounded = slope(try wholes.map { try SkiSlope.Part($0, in: Problem.Setting(widths: widths, reuse: .sliding)) })
    #expect(bounded.bound.count > 16)
    for sample in bounded.bound {
      #expect(sample.value == Double(3 * bounds.best(capacity: Bits(sample.capacityBits)).total.count))
    }
    #expect(bounded.compulsory == Double(3 * bounds.best(capacity: Bits(1 << 30)).total.count))
    #expect(slope([]).bound.isEmpty && slope([]).compulsory == nil)
  }
}
