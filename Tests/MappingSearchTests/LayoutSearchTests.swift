import EnergyModel
import LowerBounds
import Mappings
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// Searches for Buffers in parts, with boxes there twice, and with tensors on the chip.
@Suite struct LayoutSearchTests {
  /// A layout with some of everything.
  static func layout(_ random: inout SplitMix64, hasParts: Bool) throws -> BufferLayout {
    func some(_ oneIn: Int) -> Set<Tensor> { Set(Tensor.allCases.filter { _ in random.oneIn(oneIn) }) }
    let groups: [[Set<Tensor>]] = [
      [[.inputs], [.weights], [.outputs]], [[.inputs, .outputs], [.weights]], [[.inputs, .weights], [.outputs]],
      [[.inputs], [.weights, .outputs]],
    ]
    let parts =
      hasParts ? random.pick(groups).map { BufferLayout.Part($0, capacity: Bits(random.pick(1...9))) } : []
    return try BufferLayout(parts: parts, doubleBuffered: some(2), onChip: random.oneIn(2) ? some(3) : [])
  }

  /// The same problem with another layout.
  static func problem(_ problem: Problem, _ layout: BufferLayout) throws -> Problem {
    var setting = problem.setting
    setting.layout = layout
    return try Problem(problem.layer, in: setting)
  }

  /// A drawn problem with a layout of its own.
  struct Case {
    let problem: Problem
    let comment: Comment

    init(
      _ draw: some CustomStringConvertible, _ drawn: Problem, seed: Int, hasParts: Bool,
      reuse: ReusePolicy = .overlap, phases: PhasePolicy? = nil
    ) throws {
      var random = SplitMix64(seed: seed)
      var setting = drawn.setting
      setting.layout = try LayoutSearchTests.layout(&random, hasParts: hasParts)
      (setting.reuse, setting.phases) = (reuse, phases ?? setting.phases)
      problem = try Problem(drawn.layer, in: setting)
      comment = Comment(rawValue: "\(draw), \(reuse), \(LayoutSearchTests.describe(setting.layout))")
    }
  }

  static func describe(_ layout: BufferLayout) -> String {
    "parts \(layout.parts.map { "\($0.tensors.map(\.rawValue).sorted()) \($0.capacity.count)" }), "
      + "twice \(layout.doubleBuffered.map(\.rawValue).sorted()), on chip \(layout.onChip.map(\.rawValue).sorted())"
  }

  /// The energy that a problem's mappings cost besides their boxes.
  static func biasQuanta(_ problem: Problem) -> Int {
    problem.energyModel.readQuanta * (problem.layer.biases * problem.widths.partialSums).count
  }

  /// Holds what is found at a capacity to a walk over its elements, to the bounds, and to what is found without pruning.
  static func check(_ found: Optimum, _ problem: Problem, _ capacity: Bits, _ comment: Comment) throws {
    let replay = try Replay(
      of: found.mapping, on: problem.layer, reuse: problem.reuse, widths: problem.widths, capacity: capacity,
      layout: problem.layout)
    #expect(replay.traffic == found.traffic, comment)
    #expect(replay.occupancy == found.occupancy, comment)
    #expect(problem.movedFromChip(by: found.mapping) == nil, comment)
    #expect(problem.held(by: found.evaluation) <= capacity, comment)
    let unpruned = Optimizer(problem).optimum(capacity: capacity, options: SearchOptions(prunes: false))
    #expect(unpruned?.energy == found.energy, comment)
    let bound = LowerBounds(problem).best(capacity: capacity).energy(of: [problem])
    #expect(bound?.dataQuanta ?? .max <= found.energy.dataQuanta, comment)
  }

  /// Holds what is found at the occupancies of all nests to them.
  ///
  /// - Parameters:
  ///   - problem: the problem.
  ///   - space: the nests.
  ///   - most: what is found costs at most so many times as much.
  ///   - comment: what the problem is.
  ///   - checkOther: what else is asked of what is found.
  /// - Returns: where a nest costs less.
  /// - Throws: where a curve has no step at an occupancy of a nest.
  static func lost(
    _ problem: Problem, _ space: TurningBruteForce.Space, atMost most: Double, _ comment: Comment,
    checkOther: (Optimum) -> Void = { _ in }
  ) throws -> [String] {
    let (optimizer, points) = (Optimizer(problem), TurningBruteForce(problem, space).paretoPoints)
    var (lost, least) = ([String](), Int.max)
    // A curve as a whole has all optima where the search is complete.
    let curve =
      optimizer.isComplete ? optimizer.curve() : optimizer.curve(including: points.map { Bits($0.occupancy) })
    if let least = points.first, problem.isCutEvenly {
      #expect(problem.leastCapacity <= Bits(least.occupancy), comment)
    }
    for point in points {
      let capacity = Bits(point.occupancy)
      guard let found = optimizer.optimum(capacity: capacity) else {
        // The last block counts as a whole one.
        #expect(!problem.isCutEvenly, comment)
        continue
      }
      checkOther(found)
      try check(found, problem, capacity, comment)
      #expect(problem.refusedTile(of: found.mapping) == nil, comment)
      let energy = found.energy.dataQuanta - biasQuanta(problem)
      #expect(Double(energy) <= most * Double(point.energy), comment)
      if energy > point.energy { lost.append("\(comment) at \(capacity): \(energy), nest \(point.energy)") }
      let index = try #require(curve.steps.index(capacity: capacity), comment)
      // What was found for less may be better, and is on the curve.
      least = min(least, found.energy.dataQuanta)
      #expect(curve.steps.points[index].dataQuanta == least, comment)
      if optimizer.isComplete { #expect(curve.optimum(at: index).energy == found.energy, comment) }
    }
    return lost
  }

  /// Where a tensor is whole in the Buffer from the first loop on, an order that does not keep it first has no mapping.
  @Test("Each dataflow has a curve, whatever is there twice, on the chip or cut at multiples", arguments: seeds(0..<6))
  func curvesOfDataflows(_ seed: Int) throws {
    let layer = try Layer(
      name: "halo", inputChannels: 4, input: Extent(5), outputChannels: 6, kernel: Extent(3), padding: Padding(seed % 2)
    )
    let (tensor, other) = (Tensor.allCases[seed % 3], Tensor.allCases[(seed + 1) % 3])
    for layout in [
      try BufferLayout(doubleBuffered: [tensor]), try BufferLayout(doubleBuffered: [tensor, other]),
      try BufferLayout(onChip: [tensor]), try BufferLayout(doubleBuffered: [tensor], onChip: [other]),
      try BufferLayout(doubleBuffered: [tensor], multiples: [.k: 4]),
      try BufferLayout(onChip: [tensor], multiples: [.k: 4]),
    ] {
      let problem = try Problem(layer, in: Problem.Setting(widths: WordWidths(.byte), reuse: .overlap, layout: layout))
      let optimizer = Optimizer(problem)
      var least: [Dataflow: Int] = [:]
      for dataflow in Dataflow.allCases {
        let points = optimizer.curve(dataflow: dataflow).steps.points
        let optimum = optimizer.optimum(capacity: Bits(1 << 20), dataflow: dataflow)
        #expect(points.last?.dataQuanta == optimum?.energy.dataQuanta, "\(Self.describe(layout)), \(dataflow)")
        least[dataflow] = points.last?.dataQuanta
      }
      #expect(!least.isEmpty && optimizer.curve().steps.points.last?.dataQuanta == least.values.min())
    }
  }

  @Test("few nests beat what is found, and by little, by brute force", arguments: seeds(0..<30))
  func bruteForce(_ batch: Int) throws {
    var lost: [String] = []
    for seed in batch * 4..<batch * 4 + 4 {
      let draw = try OverlapSearchTests.Draw(
        seed: seed + 7000, largestSize: 5, largestMACs: 24, dimensions: [.g, .k, .c, .p, .n, .q], count: 3)
      let own = try Case(draw, draw.problem, seed: seed, hasParts: seed % 2 == 0)
      lost += try Self.lost(own.problem, .init(), atMost: 1.022, own.comment) {
        #expect($0.statistics.isComplete == own.problem.layout.parts.isEmpty, own.comment)
      }
    }
    #expect(lost.count <= 1, "\(lost)")
  }

  @Test("in parts few nests with filled loops beat what is found")
  func filledLoops() throws {
    var lost: [String] = []
    for seed in stride(from: 0, to: 120, by: 2) {
      let draw = try OverlapSearchTests.Draw(
        seed: seed + 7000, largestSize: 5, largestMACs: 24, dimensions: [.g, .k, .c, .p, .n, .q], count: 3)
      let own = try Case(draw, draw.problem, seed: seed, hasParts: true)
      lost += try Self.lost(own.problem, .init(fills: true), atMost: 1.125, own.comment)
    }
    #expect(lost.count <= 2, "\(lost)")
  }

  @Test("a matrix product in a Buffer with room left in parts has boxes larger than its number of blocks needs")
  func largerBoxes() throws {
    let widths = WordWidths(
      inputs: .byte, weights: .byte, outputs: .byte, partialSums: try #require(BitWidth(24)))
    try Self.check(
      Layer.gemm(name: "gemm", m: 100, n: 90, k: 70), widths, [[.inputs]: 4096, [.weights]: 4096, [.outputs]: 8192],
      costsAtMost: [
        .loop(.k, tile: 18), .loop(.p, tile: 82, .backAndForth), .loop(.p, tile: 18, .backAndForth), .keep(.outputs),
        .loop(.c, tile: 42, .backAndForth), .loop(.c, tile: 28, .backAndForth), .keep(.inputs), .keep(.weights),
      ])
  }

  @Test("so has the last tensor that is kept, of a strided layer")
  func largerLastBoxes() throws {
    let layer = try Layer(
      name: "strided", groups: 10, inputChannels: 60, input: Extent(height: 16, width: 27), outputChannels: 80,
      kernel: Extent(3), stride: Extent(2))
    try Self.check(
      layer, WordWidths(.byte), [[.inputs, .weights]: 204 * 8, [.outputs]: 52 * 8],
      costsAtMost: [
        .loop(.g, tile: 1), .loop(.c, tile: 2, .backAndForth), .keep(.weights), .loop(.p, tile: 4, .backAndForth),
        .loop(.q, tile: 1, .backAndForth), .keep(.inputs), .keep(.outputs),
      ])
  }

  /// Holds what is found in parts of so many bits to a nest that fits them.
  private static func check(
    _ layer: Layer, _ widths: WordWidths, _ parts: KeyValuePairs<Set<Tensor>, Int>, costsAtMost nest: [Mapping.Node]
  ) throws {
    let layout = try BufferLayout(parts: parts.map { BufferLayout.Part($0.key, capacity: Bits($0.value)) })
    let problem = try Problem(layer, in: Problem.Setting(widths: widths, reuse: .overlap, layout: layout))
    let capacity = Bits(parts.reduce(0) { $0 + $1.value })
    let (found, known) = (
      try #require(Optimizer(problem).optimum(capacity: capacity)), problem.evaluate(try Mapping(nest))
    )
    #expect(problem.held(by: known) <= capacity)
    #expect(found.energy.dataQuanta <= known.energy.dataQuanta)
    #expect(problem.held(by: found.evaluation) <= capacity)
  }

  @Test("few nests of layers with a halo beat what is found", arguments: seeds(0..<10))
  func halo(_ seed: Int) throws {
    let draw = try HaloDraw(seed: seed + 300, axes: 1, largestMACs: 24)
    let own = try Case(draw, draw.problem, seed: seed, hasParts: seed % 2 == 0)
    let (problem, comment, optimizer) = (own.problem, own.comment, Optimizer(own.problem))
    for point in TurningBruteForce(problem, .init(phases: TurningBruteForce.Space.allPhases)).paretoPoints {
      let capacity = Bits(point.occupancy)
      let found = try #require(optimizer.optimum(capacity: capacity), comment)
      try Self.check(found, problem, capacity, comment)
      let energy = found.energy.dataQuanta - Self.biasQuanta(problem)
      #expect(energy <= point.energy, comment)
    }
  }

  @Test("layers with both axes, of which the first blocks tried may not fit", arguments: seeds(0..<16))
  func larger(_ seed: Int) throws {
    let draw = try HaloDraw(seed: seed + 400, axes: 2, largestMACs: 1500)
    let own = try Case(draw, draw.problem, seed: seed, hasParts: seed % 4 != 0)
    let (problem, comment) = (own.problem, own.comment)
    for factor in [1, 2, 5] {
      let capacity = Bits(factor * problem.leastCapacity.count)
      let found = try #require(Optimizer(problem).optimum(capacity: capacity), comment)
      try Self.check(found, problem, capacity, comment)
    }
  }

  @Test("under other rules of reuse no plain nest beats what is found", arguments: seeds(0..<40))
  func otherReuse(_ seed: Int) throws {
    let draw = try HaloDraw(seed: seed + 500, axes: 1, largestMACs: 24)
    let own = try Case(
      draw, draw.problem, seed: seed, hasParts: seed % 2 == 0, reuse: seed % 3 == 0 ? .none : .sliding, phases: .off)
    let (problem, comment, optimizer) = (own.problem, own.comment, Optimizer(own.problem))
    for point in TurningBruteForce(problem, .init(directions: [.forward])).paretoPoints {
      let capacity = Bits(point.occupancy)
      let found = try #require(optimizer.optimum(capacity: capacity), comment)
      try Self.check(found, problem, capacity, comment)
      let energy = found.energy.dataQuanta - Self.biasQuanta(problem)
      #expect(energy <= point.energy, comment)
    }
  }

  /// Words that the better of two dataflows moves of a fully-connected layer with n inputs and m outputs whose Buffer has a part
  /// for inputs and one for outputs: blocks of outputs with the inputs passed to and fro, or the other way round. From Šíma,
  /// Cabessa and Vidnerová, Neural Networks 178:106419, 2024.
  static func twoParts(_ n: Int, _ m: Int, inputs: Int, outputs: Int) -> Int {
    let byOutputs = n + ((m + outputs - 1) / outputs - 1) * (n - inputs) + m
    let byInputs = n + 2 * (m + ((n + inputs - 1) / inputs - 1) * (m - outputs)) - m
    return n * m + min(byOutputs, byInputs)
  }

  static func words(_ n: Int, _ m: Int, inputs: Int, outputs: Int) throws -> Int {
    let layer = try Layer(name: "fc", inputChannels: n, input: Extent(1), outputChannels: m, kernel: Extent(1))
    let layout = try BufferLayout(parts: [
      .init([.inputs], capacity: Bits(inputs)), .init([.weights], capacity: Bits(1)),
      .init([.outputs], capacity: Bits(outputs)),
    ])
    let problem = try problem(Problem(layer, widths: WordWidths(.one)), layout)
    return try #require(Optimizer(problem).optimum(capacity: Bits(inputs + outputs + 1))).traffic.total.count
  }

  @Test("fully-connected layers with a part each for inputs and outputs attain what is known to be least")
  func fullyConnected() throws {
    for (n, m) in (1...6).flatMap({ n in (1...6).map { (n, $0) } }) {
      for (inputs, outputs) in (1...n).flatMap({ inputs in (1...m).map { (inputs, $0) } }) {
        let known = Self.twoParts(n, m, inputs: inputs, outputs: outputs)
        let words = try Self.words(n, m, inputs: inputs, outputs: outputs)
        let comment = Comment("\(n) inputs, \(m) outputs, parts of \(inputs) and \(outputs)")
        #expect(words == known, comment)
      }
    }
  }

  @Test("so do their multiples of 2")
  func fullyConnectedMultiples() throws {
    let layer = try Layer(name: "fc", inputChannels: 10, input: Extent(1), outputChannels: 10, kernel: Extent(1))
    let layout = try BufferLayout(
      parts: [
        .init([.inputs], capacity: Bits(8)), .init([.weights], capacity: Bits(4)), .init([.outputs], capacity: Bits(2)),
      ], multiples: [.k: 2, .c: 2])
    let problem = try Self.problem(Problem(layer, widths: WordWidths(.one)), layout)
    let found = try #require(Optimizer(problem).optimum(capacity: Bits(14)))
    #expect(found.traffic.total.count == Self.twoParts(10, 10, inputs: 8, outputs: 2))
  }

  @Test(
    "AlexNet's fully-connected layers with such parts", arguments: [(9216, 4096), (4096, 4096), (4096, 1000)],
    [(1024, 500), (300, 1000), (64, 64), (2048, 500), (4000, 10), (100, 900)])
  func alexNet(_ layer: (inputs: Int, outputs: Int), _ parts: (inputs: Int, outputs: Int)) throws {
    let known = Self.twoParts(layer.inputs, layer.outputs, inputs: parts.inputs, outputs: parts.outputs)
    #expect(
      try Self.words(layer.inputs, layer.outputs, inputs: parts.inputs, outputs: parts.outputs) == known)
  }

  @Test("a Buffer of one part is one room")
  func onePart() throws {
    let layer = try Layer.gemm(name: "gemm", m: 20, n: 30, k: 40)
    let plain = try Problem(layer, widths: WordWidths(.byte))
    let layout = try BufferLayout(parts: [.init(Set(Tensor.allCases), capacity: Bits(4000))])
    for capacity in [100, 4000, 9999].map({ Bits($0) }) {
      let found = try #require(Optimizer(try Self.problem(plain, layout)).optimum(capacity: capacity))
      #expect(found.energy == Optimizer(plain).optimum(capacity: capacity)?.energy)
    }
  }

  @Test("what is on the chip is kept before all others, or there is no problem")
  func keptFirst() throws {
    let layer = try Layer.gemm(name: "gemm", m: 2, n: 3, k: 4)
    let chip = try BufferLayout(onChip: [.inputs, .outputs])
    func setting(_ dataflows: Set<Dataflow>) -> Problem.Setting {
      Problem.Setting(widths: WordWidths(.byte), dataflows: dataflows, layout: chip)
    }
    #expect(throws: ProblemError.keptLater([.inputs, .outputs])) {
      try Problem(layer, in: setting([.inputsWeightsOutputs, .outputsWeightsInputs]))
    }
    let problem = try Problem(layer, in: setting([.inputsWeightsOutputs, .inputsOutputsWeights]))
    #expect(Optimizer(problem).optimum(capacity: Bits(8 * 100))?.traffic.total == Words(12))
  }

  @Test("the least capacity of a layout holds a mapping, and one bit less does not", arguments: seeds(0..<40))
  func leastCapacity(_ seed: Int) throws {
    let draw = try HaloDraw(seed: seed + 900, axes: 1, largestMACs: 24)
    let own = try Case(draw, draw.problem, seed: seed, hasParts: seed % 2 == 0)
    let (problem, comment) = (own.problem, own.comment)
    #expect(Optimizer(problem).optimum(capacity: problem.leastCapacity) != nil, comment)
    #expect(Optimizer(problem).optimum(capacity: problem.leastCapacity - Bits(1)) == nil, comment)
  }

  /// A nest may hold less than is counted where its boxes may lie there twice, and less than one found in less room.
  @Test func curvesRiseWhereBoxesLieTwice() throws {
    let layer = try Layer(
      name: "layer", inputChannels: 512, input: Extent(28), outputChannels: 256, kernel: Extent(1))
    let layout = try BufferLayout(doubleBuffered: Set(Tensor.allCases))
    let setting = Problem.Setting(widths: WordWidths(.byte), reuse: .overlap, layout: layout)
    let optimizer = Optimizer(try Problem(layer, in: setting))
    let capacities = (10...22).map { Bits.bytes(1 << $0) }
    let curve = optimizer.curve(including: capacities)
    for capacity in capacities {
      let index = try #require(curve.steps.index(capacity: capacity))
      let optimum = try #require(optimizer.optimum(capacity: capacity))
      #expect(curve.steps.points[index].dataQuanta == optimum.energy.dataQuanta, "\(capacity.count)")
    }
  }
}
