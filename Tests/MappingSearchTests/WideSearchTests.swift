import EnergyModel
import Foundation
import Mappings
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// The search under the rule `overlap` for layers whose input boxes overlap.
@Suite struct WideSearchTests {
  /// A small layer with a halo along one axis or both, mixed widths and prices.
  struct Draw: CustomStringConvertible {
    let problem: Problem
    let seed: Int
    var description: String {
      let model = problem.energyModel
      return
        "seed \(seed): \(describe(problem.layer)), \(problem.widths), read \(model.readQuanta) write \(model.writeQuanta)"
    }
    var comment: Comment { Comment(rawValue: description) }

    init(seed: Int, axes: Int, largestMACs: Int) throws {
      var layers = RandomLayers(seed: seed, largestSize: 8, largestMACs: largestMACs)
      func pick(_ range: ClosedRange<Int>) -> Int { layers.random.pick(range) }
      while true {
        let kernel = Extent(height: pick(2...4), width: axes == 2 ? pick(1...3) : 1)
        let (stride, dilation) = pick(0...2) == 0 ? (pick(2...3), 1) : (1, pick(0...3) == 0 ? pick(2...3) : 1)
        let outputs = Extent(height: pick(2...(axes == 2 ? 3 : 7)), width: axes == 2 ? pick(2...3) : 1)
        let padding = pick(0...3) == 0 ? 1 : 0
        func input(_ outputs: Int, _ kernel: Int) -> Int {
          (outputs - 1) * stride + (kernel - 1) * dilation + 1 - (kernel > 1 ? 2 * padding : 0)
        }
        let input = (height: input(outputs.height, kernel.height), width: input(outputs.width, kernel.width))
        guard input.height > 0, input.width > 0 else { continue }
        let groups = pick(0...7) == 0 ? 2 : 1
        let beside = kernel.width > 1 ? padding : 0
        let layer = try Layer(
          name: "drawn", batch: pick(0...5) == 0 ? 2 : 1, groups: groups, inputChannels: groups * pick(1...3),
          input: Extent(height: input.height, width: input.width), outputChannels: groups * pick(1...3), kernel: kernel,
          stride: Extent(stride), dilation: Extent(dilation),
          padding: Padding(top: padding, bottom: padding, left: beside, right: beside))
        guard layer.macs <= largestMACs, layer.macs >= 8 else { continue }
        let widths = layers.random.oneIn(3) ? WordWidths(.one) : layers.widths()
        let (read, write) = (Double(pick(0...3)), Double(pick(1...3)))
        let model = try EnergyModel(name: "drawn", source: "", unit: "bit", mac: 1, read: read, write: write)
        problem = try Problem(layer, widths: widths, energyModel: model, reuse: .overlap)
        self.seed = seed
        return
      }
    }
  }

  @Test("few nests beat the curve of a small layer, and by little", .timeLimit(.minutes(5)))
  func bruteForce() throws {
    var (points, worst) = (0, 0.0)
    var lost: [String] = []
    let space = TurningBruteForce.Space(
      directions: Loop.Direction.allCases, channelDirections: [.backAndForth], hasPhases: true)
    for seed in 0..<20 {
      let draw = try Draw(seed: seed, axes: 1, largestMACs: 30)
      let curve = Optimizer(draw.problem).curve()
      let known = curve.steps.points.map { (occupancy: $0.capacity.count, energy: $0.dataQuanta) }
      points += known.count
      let brute = TurningBruteForce(draw.problem, space, known: known)
      for point in brute.paretoPoints {
        let found = known.last { $0.occupancy <= point.occupancy }?.energy ?? .max
        worst = max(worst, Double(found) / Double(point.energy) - 1)
        let nest = brute.nests[point.occupancy].flatMap { try? Mapping($0) }
        lost.append("\(draw): at \(point.occupancy) found \(found), nest \(point.energy) \(nest.map { "\($0)" } ?? "")")
      }
    }
    // Proofs.md, W1, names the kinds of these.
    #expect(points > 80)
    #expect(lost.count <= 1 && worst < 0.031, "\(worst): \(lost.joined(separator: "\n"))")
  }

  @Test("what is found at a capacity does not depend on pruning, and costs and holds what it says", arguments: 0..<24)
  func pruning(_ seed: Int) throws {
    for (all, dataflow) in [true, false].flatMap({ all in Dataflow.allCases.map { (all, $0) } }) {
      let draw = try Draw(seed: 5000 + seed, axes: seed % 2 + 1, largestMACs: all ? 30 : 400)
      let problem = draw.problem
      let (pruned, unpruned) = (WideSearch(problem, dataflow, all: all), WideSearch(problem, dataflow, all: all))
      let whole = Tensor.allCases.reduce(0) {
        $0 + (problem.layer.usedElements(of: $1) * problem.widths.inBuffer($1)).count
      }
      var capacity = problem.leastCapacity.count
      while capacity <= whole {
        let found = pruned.optimum(capacity: capacity)
        let every = unpruned.optimum(capacity: capacity, prunes: false)
        #expect(
          found.energy == every.energy && found.occupancy == every.occupancy,
          "\(draw), \(dataflow), at \(capacity): \(found.energy), \(every.energy)")
        let mapping = pruned.mapping(try #require(found.place, draw.comment))
        let evaluation = problem.evaluate(mapping)
        #expect(evaluation.occupancy.bits(problem.widths).count == found.occupancy, "\(draw) at \(capacity)")
        #expect(
          evaluation.energy.dataQuanta - problem.biasQuanta <= problem.layer[.g] * found.energy,
          "\(draw) at \(capacity)")
        let replay = ContentWalker.counts(mapping, on: problem.layer, reuse: .overlap)
        #expect(Words(replay[.weights]?.loaded ?? -1) == evaluation.traffic.weightsRead, draw.comment)
        #expect(Words(replay[.inputs]?.loaded ?? -1) == evaluation.traffic.inputsRead, draw.comment)
        capacity = max(capacity + 1, capacity * 3 / 2)
      }
    }
  }

  @Test("no curve is above that of the rule sliding", arguments: 0..<8)
  func sliding(_ seed: Int) throws {
    let draw = try Draw(seed: 7000 + seed, axes: 2, largestMACs: 1000)
    var setting = draw.problem.setting
    setting.reuse = .sliding
    let curve = Optimizer(draw.problem).curve()
    for point in try Optimizer(Problem(draw.problem.layer, in: setting)).curve().steps.points {
      let index = try #require(curve.steps.index(capacity: point.capacity), draw.comment)
      #expect(curve.steps.points[index].dataQuanta <= point.dataQuanta, draw.comment)
    }
  }

  @Test("what costs less holds more, for each dataflow too", arguments: Dataflow.allCases)
  func dataflows(_ dataflow: Dataflow) throws {
    let layer = try Layer(
      name: "middle", inputChannels: 16, input: Extent(13), outputChannels: 24, kernel: Extent(3), padding: Padding(1))
    let problem = try Problem(layer, widths: WordWidths(.byte), reuse: .overlap)
    let optima = WideSearch(problem, dataflow).optima(besides: [])
    for (before, after) in zip(optima, optima.dropFirst()) {
      #expect(before.energy > after.energy)
      #expect(before.capacity < after.occupancy, "\(before) \(after)")
    }
    #expect(optima.count > 10)
  }

  /// A layer, what the Buffer holds in bits, and the energy that nests are known to attain there.
  struct Known: CustomStringConvertible {
    let layer: Layer
    let width: Int
    let capacity: Int
    let bits: Int
    var description: String { "\(describe(layer)) at \(capacity) bit" }

    init(
      k: Int, c: Int, input: Extent, kernel: Extent, stride: Int = 1, dilation: Int = 1, padding: Int = 0,
      width: Int = 1, _ capacity: Int, _ bits: Int
    ) throws {
      layer = try Layer(
        name: "known", inputChannels: c, input: input, outputChannels: k, kernel: kernel, stride: Extent(stride),
        dilation: Extent(dilation), padding: Padding(padding))
      (self.width, self.capacity, self.bits) = (width, capacity, bits)
    }
  }

  static let known: [Known] = {
    do {
      return [
        // The least that any schedule can: the lower bound.
        try Known(k: 2, c: 4, input: Extent(height: 4, width: 8), kernel: Extent(3), 38, 224),
        try Known(k: 1, c: 4, input: Extent(height: 9, width: 10), kernel: Extent(height: 2, width: 3), 72, 448),
        try Known(k: 2, c: 3, input: Extent(height: 6, width: 8), kernel: Extent(3), 78, 246),
        try Known(k: 8, c: 3, input: Extent(13), kernel: Extent(2), 42, 3744),
        // Kernel phases.
        try Known(k: 64, c: 3, input: Extent(229), kernel: Extent(7), stride: 2, 139, 11_067_645),
        // Output phases.
        try Known(
          k: 256, c: 256, input: Extent(32), kernel: Extent(3), dilation: 4, padding: 4, width: 8, 8 << 10, 117_292_936),
        try Known(
          k: 64, c: 64, input: Extent(128), kernel: Extent(3), dilation: 8, padding: 8, width: 8, 64 << 13, 17_072_128),
      ]
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  @Test("layers attain what nests are known to", arguments: known)
  func points(_ known: Known) throws {
    let width = try #require(BitWidth(known.width))
    let problem = try Problem(known.layer, widths: WordWidths(width), reuse: .overlap)
    let optimum = try #require(Optimizer(problem).optimum(capacity: Bits(known.capacity)))
    #expect(optimum.occupancy.bits(problem.widths).count <= known.capacity)
    #expect(optimum.energy.dataQuanta <= known.bits)
  }

  /// Layers along one axis with the least traffic that is known at each occupancy, in words: K C P Q R S, stride, dilation,
  /// padding, H W | occupancy:traffic ….
  static let leastTraffic = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/wide/examples.txt")

  @Test(
    "the curve is nowhere above the least traffic known",
    .enabled(if: FileManager.default.fileExists(atPath: leastTraffic.path), "there is no ../shared/wide/examples.txt"))
  func examples() throws {
    let text = try String(contentsOf: Self.leastTraffic, encoding: .utf8)
    var count = 0
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let halves = line.split(separator: "|")
      let sizes = halves[0].split(separator: " ").compactMap { Int($0) }
      let layer = try Layer(
        name: "example", inputChannels: sizes[1], input: Extent(height: sizes[9], width: sizes[10]),
        outputChannels: sizes[0], kernel: Extent(height: sizes[4], width: sizes[5]),
        stride: Extent(height: sizes[6], width: 1), dilation: Extent(height: sizes[7], width: 1))
      let curve = Optimizer(try Problem(layer, widths: WordWidths(.one), reuse: .overlap)).curve()
      for point in halves[1].split(separator: " ") {
        let numbers = point.split(separator: ":").compactMap { Int($0) }
        let index = try #require(curve.steps.index(capacity: Bits(numbers[0])))
        #expect(curve.steps.points[index].dataQuanta <= numbers[1], "\(line) at \(numbers[0])")
        count += 1
      }
    }
    #expect(count == 70)
  }
}
