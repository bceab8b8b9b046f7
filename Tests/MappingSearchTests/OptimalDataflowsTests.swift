import EnergyModel
import Mappings
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// The dataflows said to attain an optimum are those whose own optimum costs as much.
struct OptimalDataflowsTests {
  /// Every dataflow's own optimum at a capacity, searched for alone; none costs less than that of all.
  private func own(_ optimizer: Optimizer, _ capacity: Bits, _ comment: Comment?) throws -> [Dataflow: Optimum] {
    let optimum = try #require(optimizer.optimum(capacity: capacity))
    var own: [Dataflow: Optimum] = [:]
    for dataflow in Dataflow.allCases {
      own[dataflow] = optimizer.optimum(capacity: capacity, dataflow: dataflow)
    }
    #expect(own.count == 6 && own.values.map(\.energy.dataQuanta).min() == optimum.energy.dataQuanta, comment)
    return own
  }

  private func expected(_ own: [Dataflow: Optimum]) -> [Dataflow] {
    let least = own.values.map(\.energy.dataQuanta).min()
    return Dataflow.allCases.filter { own[$0]?.energy.dataQuanta == least }
  }

  /// Both ways to find them, at every point of a curve, just below the next, and in between.
  private func check(_ optimizer: Optimizer, at capacities: [Bits], _ comment: Comment? = nil) throws {
    let (curve, each) = (optimizer.curve(), DataflowCurves(optimizer))
    #expect(each.all == curve.steps, comment)
    for capacity in capacities {
      let own = try own(optimizer, capacity, comment)
      let optimum = try #require(optimizer.optimum(capacity: capacity))
      let found = optimizer.dataflows(attaining: optimum, capacity: capacity)
      #expect(found == expected(own), "at \(capacity.count) bit: \(comment?.rawValue ?? "")")
      let point = try #require(curve.steps.index(capacity: capacity))
      #expect(
        each.dataflows(attaining: curve.optimum(at: point), capacity: capacity) == found,
        "at \(capacity.count) bit: \(comment?.rawValue ?? "")")
      // What is told of a dataflow is what its own search tells.
      let optima = each.optima(capacity: capacity, of: optimizer.problem)
      #expect(optima.mapValues(\.energy) == own.mapValues(\.energy), comment)
    }
  }

  private func capacities(_ curve: StepCurve, _ random: inout SplitMix64) -> [Bits] {
    let starts = curve.points.map(\.capacity.count)
    return zip(starts, starts.dropFirst() + [4 * (starts.last ?? 1)]).flatMap { start, next in
      [start, next - 1, random.pick(start...next - 1)].map { Bits($0) }
    }
  }

  @Test("As brute force over single dataflows", arguments: seeds(0..<80))
  func single(seed: Int) throws {
    let problem = RandomProblem(seed: 600 + seed, largestSize: 7, largestMACs: 6000)
    var random = SplitMix64(seed: seed)
    let optimizer = problem.optimizer()
    try check(optimizer, at: capacities(optimizer.curve().steps, &random), problem.comment)
  }

  @Test("As searches for single dataflows under overlap, at capacities that are known before", arguments: seeds(0..<24))
  func overlap(seed: Int) throws {
    let comment: Comment
    let problem: Problem
    if seed % 2 == 0 {
      let draw = try HaloDraw(seed: 620 + seed, axes: seed % 4 / 2 + 1, largestMACs: 200)
      (problem, comment) = (draw.problem, Comment(rawValue: draw.description))
    } else {
      let draw = try OverlapSearchTests.Draw(
        seed: 620 + seed, largestSize: 7, largestMACs: 300, dimensions: [.g, .n, .k, .c, .p, .q], count: 4)
      (problem, comment) = (draw.problem, draw.comment)
    }
    let optimizer = Optimizer(problem)
    let capacities = [1, 2, 3, 5, 8, 20, 60].map { Bits(problem.leastCapacity.count * $0) }
    let each = DataflowCurves(optimizer, at: capacities)
    for capacity in capacities {
      let own = try own(optimizer, capacity, comment)
      let optimum = try #require(optimizer.optimum(capacity: capacity))
      for curves in [each, DataflowCurves(optimizer), DataflowCurves(optimizer, at: [])] {
        #expect(curves.dataflows(attaining: optimum, capacity: capacity) == expected(own), comment)
      }
      let optima = each.optima(capacity: capacity, of: problem)
      #expect(optima.mapValues(\.energy) == own.mapValues(\.energy), comment)
    }
  }

  /// A dataflow may join between two points of the curve, and drop out where the energy falls.
  @Test func largeLayers() throws {
    let layers = [
      try Layer(
        name: "a", inputChannels: 64, input: Extent(28), outputChannels: 96, kernel: Extent(3), padding: Padding(1)),
      try Layer(name: "b", inputChannels: 256, input: Extent(14), outputChannels: 512, kernel: Extent(1)),
      try Layer(name: "c", groups: 32, inputChannels: 32, input: Extent(28), outputChannels: 32, kernel: Extent(3)),
      try Layer.gemm(name: "d", m: 1, n: 320, k: 192, hasBiases: true),
    ]
    var joined = 0
    for layer in layers {
      let optimizer = try Optimizer(Problem(layer, widths: WordWidths(.byte), reuse: .sliding))
      let capacities = stride(from: 4, through: 20, by: 2).flatMap { [Bits(8 << $0), Bits(11 << $0)] }
      try check(optimizer, at: capacities, "\(layer.name)")
      for capacity in capacities {
        let optimum = try #require(optimizer.optimum(capacity: capacity))
        let least = optimum.occupancy.bits(optimizer.problem.widths)
        let there = try #require(optimizer.dataflows(attaining: optimum, capacity: least))
        let found = try #require(optimizer.dataflows(attaining: optimum, capacity: capacity))
        #expect(Set(there).isSubset(of: found))
        if there.count < found.count { joined += 1 }
      }
    }
    #expect(joined > 0)
  }

  /// Mappings of layers whose input boxes overlap are compared by sums that may be more than they cost.
  @Test(
    "An optimum is the least of the dataflows' own, and a curve that includes its capacity has it",
    arguments: seeds(0..<6))
  func ownOptima(number: Int) throws {
    func layer(_ k: Int, _ c: Int, _ h: Int, _ w: Int, kernel: Int, stride: Int = 1, padding: Int = 0) throws -> Layer {
      try Layer(
        name: "layer", inputChannels: c, input: Extent(height: h, width: w), outputChannels: k, kernel: Extent(kernel),
        stride: Extent(stride), padding: Padding(padding))
    }
    let (large, odd) = (try layer(20, 46, 39, 36, kernel: 3), try layer(22, 4, 15, 22, kernel: 5, padding: 2))
    let (layer, layout, bytes): (Layer, BufferLayout, Int) = try [
      (odd, .shared, 256), (layer(64, 3, 112, 112, kernel: 7, stride: 2, padding: 3), .shared, 5000),
      (large, BufferLayout(multiples: [.k: 2, .c: 16]), 2048), (large, BufferLayout(doubleBuffered: [.inputs]), 3000),
      (layer(20, 46, 39, 36, kernel: 1), .shared, 3000), (layer(7, 2, 9, 8, kernel: 3, stride: 2), .shared, 512),
    ][number]
    let widths = WordWidths(inputs: .byte, weights: .byte, outputs: .byte, partialSums: try #require(BitWidth(24)))
    var setting = Problem.Setting(widths: widths, reuse: .overlap)
    setting.layout = layout
    let problem = try Problem(layer, in: setting)
    let (capacities, optimizer) = ([bytes / 2, bytes, bytes * 5 / 3].map(Bits.bytes), Optimizer(problem))
    let curve = Optimizer(problem).curve(including: capacities)
    for capacity in capacities.reversed() {
      let optimum = try #require(optimizer.optimum(capacity: capacity))
      let own = Dataflow.allCases.map {
        Optimizer(problem).optimum(capacity: capacity, dataflow: $0)?.energy.dataQuanta ?? .max
      }
      let comment = Comment(rawValue: "\(layer) at \(capacity.count): \(optimum.energy.dataQuanta), \(own)")
      #expect(own.min() == optimum.energy.dataQuanta, comment)
      #expect(
        optimizer.dataflows(attaining: optimum, capacity: capacity)
          == zip(Dataflow.allCases, own).filter { $0.1 == own.min() }.map(\.0), comment)
      let index = try #require(curve.steps.index(capacity: capacity))
      #expect(curve.steps.points[index].dataQuanta == optimum.energy.dataQuanta, comment)
    }
  }

  /// Depthwise, an input-stationary nest that holds all weights moves what a weight-stationary one does, though the search
  /// counts more for it: it is not the only one of its kind.
  @Test func mappingsCountAsWhatTheyMove() throws {
    let layer = try Layer(
      name: "depthwise", groups: 32, inputChannels: 32, input: Extent(112), outputChannels: 32, kernel: Extent(3),
      padding: Padding(1))
    let optimizer = try Optimizer(Problem(layer, widths: WordWidths(.byte), reuse: .sliding))
    let capacity = Bits.bytes(4 << 10)
    let optimum = try #require(optimizer.optimum(capacity: capacity))
    let found = try #require(optimizer.dataflows(attaining: optimum, capacity: capacity))
    let counted = found.filter { dataflow in
      let own = optimizer.curve(dataflow: dataflow).steps
      return own.index(capacity: capacity).map { own.points[$0].dataQuanta } == optimum.energy.dataQuanta
    }
    #expect(found.contains(.inputsWeightsOutputs) && !counted.contains(.inputsWeightsOutputs))
    #expect(!counted.isEmpty && Set(counted).isSubset(of: found))
  }

  /// Where not all dataflows were searched, others may attain as little, or less.
  @Test func fewerDataflowsTellNothing() throws {
    let layer = try OptimizerTests.convolution(k: 12, c: 10, outputs: 9, kernel: 3)
    let capacity = Bits.bytes(1 << 20)
    let some = try Optimizer(
      Problem(
        layer, widths: WordWidths(.byte), reuse: .sliding, dataflows: [.outputsWeightsInputs, .inputsOutputsWeights]))
    let optimum = try #require(some.optimum(capacity: capacity))
    #expect(some.dataflows(attaining: optimum, capacity: capacity) == nil)
    #expect(DataflowCurves(some).dataflows(attaining: optimum, capacity: capacity) == nil)
    #expect(DataflowCurves(some).optima(capacity: capacity, of: some.problem).count == 2)
  }

  @Test("The least of curves at every capacity", arguments: seeds(0..<20))
  func leastOfCurves(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let curves = (0..<random.pick(1...4)).map { _ in
      var (capacity, energy) = (0, 200)
      return StepCurve(
        (0..<random.pick(1...6)).map { _ in
          capacity += random.pick(1...9)
          energy -= random.pick(1...30)
          return StepCurve.Point(capacity: Bits(capacity), dataQuanta: energy)
        })
    }
    let least = StepCurve(leastOf: curves)
    for capacity in 0...60 {
      func value(_ curve: StepCurve) -> Int? {
        curve.index(capacity: Bits(capacity)).map { curve.points[$0].dataQuanta }
      }
      #expect(value(least) == curves.compactMap(value).min(), "seed \(seed), capacity \(capacity)")
    }
    #expect(StepCurve(leastOf: []).points.isEmpty)
  }
}
