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
      of: try WholeLayer.all(of: entries).map { try SkiSlope.Part($0, in: setting) }, model, range: range,
      kneeWithin: 0.05, scale: 0.5)
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

  /// The bound of parts is that of their whole; a curve that is to have none has neither bound nor compulsory traffic.
  @Test func boundsOfParts() throws {
    let layers = try Self.entries.get().map(\.layer)
    let widths = WordWidths(.byte)
    let wholes = WholeLayer.all(of: layers.map { Network.Entry(layer: $0, count: 3, partOf: "whole") })
    let curve = StepCurve([StepCurve.Point(capacity: Bits(400), dataQuanta: 1)])
    func slope(_ parts: [SkiSlope.Part]) -> SkiSlope {
      SkiSlope(
        name: "net", curve, dataflows: [], of: parts, .bitsMoved, range: 200...3000, kneeWithin: 0.05, scale: 1)
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
