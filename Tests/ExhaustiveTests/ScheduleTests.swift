import EnergyModel
import Foundation
import LowerBounds
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

/// Bounds and nests against all schedules of tiny layers.
struct ScheduleTests {
  /// Tiny layers of every kind; one in two with strides and dilations up to 4.
  private static func problem(_ layers: inout RandomLayers) -> Problem {
    layers.problem(on: layers.random.oneIn(2) ? layers.steppedLayer() : nil, write: 0...3).problem
  }

  /// A capacity at which the cheapest schedule gets dearer if a bit is taken away: data energies in quanta.
  private struct Point {
    let capacity: Int
    /// Of the cheapest schedule.
    let least: Int
    /// Of the optimum over nests.
    let nests: Int
    /// Of the best mapping known in up to four pieces.
    let pieces: Int
    /// What each family says.
    let bounds: [(LowerBound, energy: Int)]
    /// What the best of them says.
    var bound: Int { bounds.map(\.energy).max() ?? 0 }
  }

  /// All such capacities of a layer, from the largest on.
  private static func points(_ problem: Problem, mostStates: Int = .max) -> [Point] {
    guard let search = ScheduleSearch(problem) else { return [] }
    let (bounds, optimizer) = (LowerBounds(problem), Optimizer(problem))
    var points: [Point] = []
    var capacity = 1 << 20
    while let least = search.cheapest(capacity: capacity, mostStates: mostStates) {
      let occupancy = Bits(least.occupancy)
      points.append(
        Point(
          capacity: least.occupancy, least: least.energy,
          nests: optimizer.optimum(capacity: occupancy)?.energy.dataQuanta ?? .max,
          pieces: PieceSearch(problem, capacity: occupancy).optimum(pieces: 4)?.evaluation.energy.dataQuanta ?? .max,
          bounds: bounds.all(capacity: occupancy).map { ($0, $0.energy(of: [problem])?.dataQuanta ?? .max) }))
      capacity = least.occupancy - 1
    }
    return points
  }

  @Test("Nothing that the search leaves out is cheaper", arguments: 0..<60)
  func everyMove(seed: Int) throws {
    var layers = RandomLayers(seed: 60_000 + seed, largestSize: 3, largestMACs: 6)
    let problem = Self.problem(&layers)
    guard let every = EveryMove(problem), every.wordCount <= 9, let search = ScheduleSearch(problem) else { return }
    let widths = problem.widths
    let least = widths.inputs.count + widths.weights.count + widths.partialSums.count
    for capacity in stride(from: least - 1, through: least + 8, by: 3) {
      #expect(
        search.cheapest(capacity: capacity)?.energy == every.least(capacity: capacity),
        "\(describe(problem, seed: 60_000 + seed)) at \(capacity)")
    }
  }

  @Test("Bounds, schedules, pieces and nests are in this order, 20 layers a seed", arguments: 0..<20)
  func bounds(seed: Int) throws {
    var layers = RandomLayers(seed: 70_000 + seed, largestSize: 4, largestMACs: [8, 12, 12, 16][seed % 4])
    for _ in 0..<20 {
      let problem = Self.problem(&layers)
      for point in Self.points(problem) {
        let failure: Comment = "\(describe(problem, seed: 70_000 + seed)) at \(point.capacity)"
        #expect(point.pieces >= point.least, failure)
        #expect(point.nests >= point.pieces, failure)
        for (bound, energy) in point.bounds { #expect(energy <= point.least, "\(bound) \(failure)") }
      }
    }
  }

  /// A Buffer in parts, and perhaps tensors on the chip, drawn for a layer whose schedules are few.
  private static func layout(
    _ problem: Problem, _ random: inout SplitMix64, hasOnChip: Bool = true
  ) throws -> BufferLayout {
    let onChip = Tensor.allCases.filter { _ in hasOnChip && random.oneIn(3) }
    let groups: [Set<Tensor>] = random.pick([
      [[.inputs], [.weights], [.outputs]], [[.inputs, .outputs], [.weights]], [[.inputs], [.weights, .outputs]],
      [[.inputs, .weights], [.outputs]], [[.inputs, .weights, .outputs]],
    ])
    let parts = groups.map { group in
      let least = group.reduce(0) { sum, tensor in
        let words = onChip.contains(tensor) ? problem.layer.usedElements(of: tensor).count : 1
        return sum + words * problem.widths.inBuffer(tensor).count
      }
      return BufferLayout.Part(group, capacity: Bits(max(1, least + random.pick(0...8))))
    }
    return try BufferLayout(parts: parts, onChip: Set(onChip))
  }

  @Test("In parts and with tensors on the chip they are too, 20 layers a seed", arguments: 0..<20)
  func boundsOfLayouts(seed: Int) throws {
    var layers = RandomLayers(seed: 75_000 + seed, largestSize: 4, largestMACs: 12)
    var count = 0
    for _ in 0..<20 {
      let plain = Self.problem(&layers)
      var setting = plain.setting
      setting.layout = try Self.layout(plain, &layers.random)
      // Other tensors than those on the chip are kept after them.
      guard let problem = try? Problem(plain.layer, in: setting), let search = ScheduleSearch(problem) else { continue }
      let capacity = setting.layout.parts.reduce(0) { $0 + $1.capacity.count }
      let failure: Comment = "\(describe(problem, seed: 75_000 + seed)), \(setting.layout)"
      let least = try #require(search.cheapest(capacity: capacity), failure)
      count += 1
      #expect(least.occupancy <= capacity, failure)
      for bound in LowerBounds(problem).all(capacity: Bits(capacity)) {
        #expect(bound.energy(of: [problem])?.dataQuanta ?? .max <= least.energy, "\(bound) \(failure)")
      }
      let nest = try #require(Optimizer(problem).optimum(capacity: Bits(capacity)), failure)
      #expect(nest.energy.dataQuanta >= least.energy, failure)
    }
    #expect(count > 10)
  }

  /// What bounds of a Buffer in parts say of bits read, of bits moved and of energies holds each for the schedule that has the least.
  ///
  /// Every other layer is a product of matrices, or of a matrix and a vector, whose parts hold few words: there these bounds say most.
  @Test("In parts they are, whatever is counted, 20 layers a seed", arguments: 0..<20)
  func boundsOfParts(seed: Int) throws {
    var layers = RandomLayers(seed: 78_000 + seed, largestSize: 4, largestMACs: 12)
    var count = 0
    for index in 0..<20 {
      let plain = Self.problem(&layers)
      var (layer, setting) = (plain.layer, plain.setting)
      if index % 2 == 0 {
        let (m, n, k) = layers.random.pick([(2, 2, 2), (2, 2, 3), (2, 3, 2), (3, 2, 2), (1, 3, 4), (1, 4, 3)])
        layer = try Layer.gemm(name: "product", m: m, n: n, k: k)
        setting.widths = WordWidths(.one)
        setting.layout = try BufferLayout(
          parts: Tensor.allCases.map { BufferLayout.Part([$0], capacity: Bits(layers.random.pick(1...3))) })
      } else {
        setting.layout = try Self.layout(plain, &layers.random, hasOnChip: false)
      }
      let capacity = setting.layout.parts.reduce(0) { $0 + $1.capacity.count }
      for (read, write) in [(1.0, 0.0), (1, 1), (1, 2), (2, 1)] {
        setting.energyModel = try EnergyModel(name: "prices", source: "", unit: "pJ", mac: 0, read: read, write: write)
        guard let problem = try? Problem(layer, in: setting), let search = ScheduleSearch(problem) else { continue }
        let failure: Comment = "\(describe(problem, seed: 78_000 + seed)), \(setting.layout)"
        let least = try #require(search.cheapest(capacity: capacity), failure)
        count += 1
        let quanta = Double(least.energy) / Double(problem.energyModel.ratio.read)
        for bound in LowerBounds(problem).all(capacity: Bits(capacity)) {
          #expect(bound.energy(of: [problem])?.dataQuanta ?? .max <= least.energy, "\(bound) \(failure)")
          if write == 0 { #expect(Double(bound.read.count) <= quanta, "\(bound) \(failure)") }
          if read == write { #expect(Double(bound.total.count) <= quanta, "\(bound) \(failure)") }
        }
      }
    }
    #expect(count > 40)
  }

  /// How far the optimum over nests and the best known mapping in up to four pieces are above the cheapest schedule, and that
  /// above the best bound, over as many layers as the environment has as `SCHEDULE_LAYERS`, of up to `SCHEDULE_MACS` MACs:
  ///
  ///     SCHEDULE_LAYERS=2000 SCHEDULE_MACS=16 OPTIMIZED=core swift test -c release --filter ScheduleTests.distribution
  @Test func distribution() throws {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["SCHEDULE_LAYERS"].flatMap { Int($0) } ?? 20
    let largest = environment["SCHEDULE_MACS"].flatMap { Int($0) } ?? 12
    var layers = RandomLayers(seed: 80_000, largestSize: 4, largestMACs: largest)
    var (nests, pieces, bounds) = ([Double](), [Double](), [Double]())
    for _ in 0..<count {
      for point in Self.points(Self.problem(&layers), mostStates: 1 << 20) where point.least > 0 && point.bound > 0 {
        nests.append(Double(point.nests) / Double(point.least))
        pieces.append(Double(point.pieces) / Double(point.least))
        bounds.append(Double(point.least) / Double(point.bound))
      }
    }
    #expect(nests.count > count && pieces.allSatisfy { $0 >= 1 } && bounds.allSatisfy { $0 >= 1 })
    #expect(zip(nests, pieces).allSatisfy { $0 >= $1 })
    if environment["SCHEDULE_LAYERS"] == nil { return }
    print("ratio,points,mean,median,90th percentile,worst")
    for (name, ratios) in [
      ("nests over schedules", nests.sorted()), ("four pieces over schedules", pieces.sorted()),
      ("schedules over bound", bounds.sorted()),
    ] {
      let figures = [
        ratios.reduce(0, +) / Double(ratios.count), ratios[ratios.count / 2], ratios[ratios.count * 9 / 10],
        ratios[ratios.count - 1],
      ]
      print(([name, "\(ratios.count)"] + figures.map { String(format: "%.4f", $0) }).joined(separator: ","))
    }
  }

  // MARK: Larger layers

  /// Bounds, the optimum over nests, and a schedule that begins with it, at one capacity: data energies in quanta.
  private struct AnnealedPoint {
    let nests: Int
    /// The optimum's MACs in their order, with what is dropped chosen word by word.
    let start: Int
    /// The cheapest schedule known, which may be the nest.
    let annealed: Int
    let bounds: [(LowerBound, energy: Int)]
    var bound: Int { bounds.map(\.energy).max() ?? 0 }
  }

  private static func annealed(
    _ problem: Problem, capacity: Bits, trials: Int, _ random: inout SplitMix64
  ) -> AnnealedPoint? {
    let schedule = AnnealedSchedule(problem)
    guard let optimum = Optimizer(problem).optimum(capacity: capacity) else { return nil }
    let order = schedule.order(of: optimum.mapping, on: problem.layer)
    #expect(order.sorted() == Array(0..<Int32(schedule.macCount)), "every MAC runs once: \(optimum.mapping)")
    guard let found = schedule.cheapest(from: order, capacity: capacity.count, trials: trials, &random) else {
      return nil
    }
    let bounds = LowerBounds(problem).all(capacity: capacity)
    return AnnealedPoint(
      nests: optimum.energy.dataQuanta, start: found.start, annealed: min(found.best, optimum.energy.dataQuanta),
      bounds: bounds.map { ($0, $0.energy(of: [problem])?.dataQuanta ?? .max) })
  }

  @Test("No bound is above an annealed schedule, and none of these below the cheapest", arguments: seeds(0..<12))
  func annealed(seed: Int) throws {
    var layers = RandomLayers(seed: 90_000 + seed, largestSize: 9, largestMACs: seed % 2 == 0 ? 16 : 250)
    let problem = Self.problem(&layers)
    let least = problem.leastCapacity.count
    for capacity in [least, 2 * least, 4 * least] {
      let failure: Comment = "\(describe(problem, seed: 90_000 + seed)) at \(capacity)"
      guard
        let point = Self.annealed(problem, capacity: Bits(capacity), trials: 300, &layers.random)
      else {
        Issue.record("no schedule of \(failure)")
        continue
      }
      #expect(point.annealed <= point.start, failure)
      for (bound, energy) in point.bounds { #expect(energy <= point.annealed, "\(bound) \(failure)") }
      if let cheapest = ScheduleSearch(problem)?.cheapest(capacity: capacity, mostStates: 1 << 16) {
        #expect(point.annealed >= cheapest.energy, failure)
      }
    }
  }

  /// Layers of up to 4 000 MACs that are to large ones of the built-in networks what a Buffer of a few words is to theirs.
  private static let samples: [(name: String, layer: @Sendable () throws -> Layer)] = [
    ("first layer, 7x7 stride 2", { try square(outputs: 6, input: 1, outputChannels: 2, kernel: 7, stride: 2) }),
    ("5x5", { try square(outputs: 5, input: 2, outputChannels: 3, kernel: 5) }),
    ("3x3", { try square(outputs: 5, input: 4, outputChannels: 4, kernel: 3) }),
    ("3x3 stride 2", { try square(outputs: 5, input: 4, outputChannels: 4, kernel: 3, stride: 2) }),
    ("depthwise 3x3", { try square(outputs: 12, input: 1, outputChannels: 1, kernel: 3) }),
    ("1x1", { try square(outputs: 6, input: 9, outputChannels: 9, kernel: 1) }),
    ("1x1, short reduction", { try square(outputs: 6, input: 4, outputChannels: 20, kernel: 1) }),
    ("product", { try square(outputs: 1, input: 14, outputChannels: 14, kernel: 1, batch: 14) }),
  ]

  private static func square(
    outputs: Int, input channels: Int, outputChannels: Int, kernel: Int, stride: Int = 1, batch: Int = 1
  ) throws -> Layer {
    let size = stride * (outputs - 1) + kernel
    return try Layer(
      name: "sample", batch: batch, inputChannels: channels, input: Extent(height: size, width: size),
      outputChannels: outputChannels, kernel: Extent(height: kernel, width: kernel),
      stride: Extent(height: stride, width: stride))
  }

  /// Nests, annealed schedules and bounds of layers of some thousand MACs, over as many changes of each as the environment has
  /// as `ANNEALED_TRIALS`:
  ///
  ///     ANNEALED_TRIALS=200000 OPTIMIZED=core swift test -c release --filter ScheduleTests.samples
  @Test func samples() throws {
    let trials = ProcessInfo.processInfo.environment["ANNEALED_TRIALS"].flatMap { Int($0) }
    if trials != nil { print("layer,macs,words,nests,annealed,bound,nests over annealed,annealed over bound") }
    var random = SplitMix64(seed: 95_000)
    for (name, make) in Self.samples {
      let layer = try make()
      let problem = try Problem(layer, in: Problem.Setting(widths: WordWidths(try #require(BitWidth(1)))))
      for words in trials == nil ? [16] : [8, 16, 32, 64, 128] {
        guard let point = Self.annealed(problem, capacity: Bits(words), trials: trials ?? 20, &random) else { continue }
        for (bound, energy) in point.bounds {
          #expect(energy <= point.annealed, "\(bound) of \(name) at \(words) words")
        }
        guard trials != nil else { continue }
        func ratio(_ one: Int, _ other: Int) -> String { String(format: "%.4f", Double(one) / Double(other)) }
        let ratios = [ratio(point.nests, point.annealed), ratio(point.annealed, point.bound)]
        let figures = [layer.macs, words, point.nests, point.annealed, point.bound].map { "\($0)" }
        print(([name.replacing(",", with: "")] + figures + ratios).joined(separator: ","))
      }
    }
  }
}
