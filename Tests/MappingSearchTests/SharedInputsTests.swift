import EnergyModel
import LowerBounds
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

struct SharedInputsTests {
  /// Parts of one layer with all sizes of their inputs alike, each with its own channels and kernel.
  private static func whole(_ random: inout SplitMix64) throws -> WholeLayer {
    let (batch, groups) = (random.pick(1...2), random.pick(1...2))
    let (channels, size) = (random.pick(1...3), Extent(height: random.pick(2...4), width: random.pick(2...4)))
    let parts = try (0..<random.pick(1...4)).map { _ in
      let kernel = Extent(height: random.pick(1...2), width: random.pick(1...2))
      let (top, left) = (random.pick(0...kernel.height - 1), random.pick(0...kernel.width - 1))
      return try Layer(
        name: "part", batch: batch, groups: groups, inputChannels: groups * channels, input: size,
        outputChannels: groups * random.pick(1...3), kernel: kernel,
        padding: Padding(top: top, bottom: kernel.height - 1 - top, left: left, right: kernel.width - 1 - left),
        hasBiases: random.oneIn(2))
    }
    return try #require(
      WholeLayer.all(of: parts.map { Network.Entry(layer: $0, count: 1, partOf: "whole") }).first)
  }

  /// Run element by element in a Buffer of its occupancy, the schedule moves what it says: every word once, which no
  /// schedule does with less.
  @Test("Every word moves once", arguments: seeds(0..<150))
  func movesEveryWordOnce(seed: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 3, largestMACs: 300)
    let whole = try Self.whole(&layers.random)
    let widths = layers.widths()
    let shared = try #require(SharedInputs(whole, in: Problem.Setting(widths: widths)))
    let failure: Comment = "seed \(seed): \(whole.parts.map { describe($0) }), \(widths)"
    let walker = PartsWalker(whole.parts, widths: widths)
    let order = walker.byParts { index in
      let part = whole.parts[index]
      let weights = part[.c] * part[.r] * part[.s] * widths.weights.count + widths.partialSums.count
      return widths.weights.count + part[.n] * part[.p] * part[.q] * widths.partialSums.count < weights
    }
    let moved = walker.run(order, capacity: shared.occupancy.count)
    let bits = shared.traffic.bits(widths)
    #expect(moved.read == bits.read.count && moved.written == bits.written.count, failure)
    let bound = try LowerBounds(whole.parts.map { try Problem($0, widths: widths, reuse: .sliding) }).best(
      capacity: shared.occupancy)
    #expect(bound.read == bits.read && bound.written == bits.written, failure)
    let model = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 1, read: 3, write: 5)
    #expect(
      shared.dataEnergy(in: Problem.Setting(widths: widths, energyModel: model, reuse: .sliding))?.data
        == Double(3 * bits.read.count + 5 * bits.written.count))
  }

  private func parts(_ sizes: [Int], padding: Int = 0, kernel: Int = 1) throws -> [Layer] {
    try sizes.map {
      try Layer(
        name: "part", inputChannels: 2, input: Extent(height: $0, width: 4), outputChannels: 3,
        kernel: Extent(height: kernel, width: 1),
        padding: Padding(top: padding, bottom: padding, left: 0, right: 0))
    }
  }

  private func shared(_ layers: [Layer], partOf whole: String? = "whole", own: Bool = false) -> SharedInputs? {
    let entries = layers.map { Network.Entry(layer: $0, count: 1, partOf: whole, hasOwnInputs: own) }
    return SharedInputs(WholeLayer.all(of: entries)[0], in: Problem.Setting(widths: WordWidths(.byte)))
  }

  /// Only parts that all use the same inputs have it.
  @Test func needsTheSameInputs() throws {
    #expect(shared(try parts([4, 4])) != nil)
    #expect(shared(try parts([4, 4]), partOf: nil) == nil)
    #expect(shared(try parts([4, 4]), own: true) == nil)
    #expect(shared(try parts([4, 5])) == nil)
    let strided = try Layer(
      name: "part", inputChannels: 2, input: Extent(4), outputChannels: 3, kernel: Extent(1), stride: Extent(2))
    #expect(shared([strided, try parts([4])[0]]) == nil)
  }

  /// The parts one after the other, down to where they share their inputs and nothing moves less.
  @Test func curve() throws {
    let layers = try parts([6, 6, 6], padding: 1, kernel: 3)
    let widths = WordWidths(.byte)
    let whole = WholeLayer.all(of: layers.map { Network.Entry(layer: $0, count: 1, partOf: "whole") })[0]
    let shared = try #require(SharedInputs(whole, in: Problem.Setting(widths: widths)))
    // All 48 inputs, the 6 weights of a channel and an output.
    #expect(shared.occupancy == .bytes(48 + 6 + 1))
    let curves = try layers.map { try Optimizer(Problem($0, widths: widths, reuse: .sliding)).curve().steps }
    let curve = try StepCurve(of: curves, whole, in: Problem.Setting(widths: widths, reuse: .sliding))
    let sum = try StepCurve(sumOf: curves.map { ($0, 1) })
    #expect(curve.points.last == StepCurve.Point(capacity: shared.occupancy, dataQuanta: 8 * (48 + 3 * (18 + 72))))
    #expect(curve.points.dropLast() == sum.points.filter { $0.capacity < shared.occupancy }[...])
    // What stands for itself keeps its curve.
    let alone = WholeLayer.all(of: [Network.Entry(layer: layers[0], count: 1)])[0]
    #expect(try StepCurve(of: [curves[0]], alone, in: Problem.Setting(widths: widths, reuse: .sliding)) == curves[0])
  }
}
