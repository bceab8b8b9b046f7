import EnergyModel
import LowerBounds
import Mappings
import Scoring
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// Curves and optima do not depend on how they are searched for.
struct EngineTests {
  private func problem(seed: Int) -> RandomProblem { RandomProblem(seed: seed, largestSize: 9, largestMACs: 40_000) }

  @Test("With and without pruning", arguments: seeds(0..<40))
  func pruning(seed: Int) throws {
    let problem = problem(seed: seed)
    let optimizer = problem.optimizer()
    let pruned = optimizer.curve()
    let whole = optimizer.curve(options: SearchOptions(prunes: false))
    #expect(pruned.steps.points == whole.steps.points, problem.comment)
    #expect(whole.statistics.scored == whole.statistics.mappings, problem.comment)
    #expect(whole.statistics.pruned == 0, problem.comment)
    #expect(pruned.statistics.scored + pruned.statistics.pruned == pruned.statistics.mappings, problem.comment)
    for (index, point) in pruned.steps.points.enumerated() {
      let mapping = pruned.optimum(at: index).mapping
      #expect(mapping == whole.optimum(at: index).mapping, problem.comment)
      let found = try #require(optimizer.optimum(capacity: point.capacity))
      let unpruned = try #require(optimizer.optimum(capacity: point.capacity, options: SearchOptions(prunes: false)))
      #expect(found.mapping == mapping, problem.comment)
      #expect(unpruned.mapping == mapping, problem.comment)
      let statistics = found.statistics
      #expect(statistics.scored + statistics.pruned == statistics.mappings, problem.comment)
    }
  }

  @Test("Points cost what their mappings do, and no less than any schedule must", arguments: seeds(0..<60))
  func points(seed: Int) throws {
    let problem = problem(seed: 100 + seed)
    let curve = problem.optimizer().curve()
    let bounds = LowerBounds(problem.problem)
    for (index, point) in curve.steps.points.enumerated() {
      let optimum = curve.optimum(at: index)
      #expect(optimum.energy.dataQuanta == point.dataQuanta, problem.comment)
      #expect(optimum.occupancy.bits(problem.widths) == point.capacity, problem.comment)
      let bound = bounds.best(capacity: point.capacity).energy(of: [problem.problem])
      #expect(try #require(bound).dataQuanta <= point.dataQuanta, problem.comment)
      if index > 0 {
        #expect(point.capacity > curve.steps.points[index - 1].capacity, problem.comment)
        #expect(point.dataQuanta < curve.steps.points[index - 1].dataQuanta, problem.comment)
      }
    }
  }

  @Test("Doubles and integers", arguments: seeds(0..<30))
  func arithmetic(seed: Int) throws {
    let problem = problem(seed: 200 + seed)
    let doubles = problem.optimizer(.doubles).curve()
    let integers = problem.optimizer(.integers).curve()
    #expect(doubles.steps.points == integers.steps.points, problem.comment)
    #expect(doubles.statistics == integers.statistics, problem.comment)
    for index in doubles.steps.points.indices {
      #expect(doubles.optimum(at: index) == integers.optimum(at: index), problem.comment)
    }
  }

  /// Beyond 2^53 quanta doubles would lose units: the largest energies that are accepted are scored with integers.
  @Test func energiesBeyondDoubles() throws {
    let layer = try Layer(
      name: "large", inputChannels: 4000, input: Extent(66), outputChannels: 3000, kernel: Extent(3))
    let unit = try Optimizer(Problem(layer, widths: WordWidths(.byte), reuse: .sliding))
    let model = try EnergyModel(name: "large", source: "", unit: "fJ", mac: 0, read: 5000, write: 5000)
    let large = try Optimizer(Problem(layer, widths: WordWidths(.byte), energyModel: model, reuse: .sliding))
    #expect(unit.orders.allSatisfy { $0.arithmetic == .doubles })
    #expect(large.orders.contains { $0.arithmetic == .integers })
    let (small, big) = (unit.curve(dataflow: .outputsInputsWeights), large.curve(dataflow: .outputsInputsWeights))
    #expect(small.steps.points.map(\.capacity) == big.steps.points.map(\.capacity))
    #expect(small.steps.points.map { $0.dataQuanta * model.readQuanta } == big.steps.points.map(\.dataQuanta))
  }

  @Test(arguments: [2, 3, 8])
  func anyNumberOfThreads(count: Int) throws {
    // Large enough to be searched in slices.
    let layer = try Layer(
      name: "conv", inputChannels: 32, input: Extent(58), outputChannels: 64, kernel: Extent(5), stride: Extent(1))
    let optimizer = try Optimizer(Problem(layer, widths: WordWidths(.byte), reuse: .sliding))
    let one = optimizer.curve()
    let several = optimizer.curve(options: SearchOptions(threads: count))
    #expect(one.statistics.mappings > 1 << 20)
    #expect(one.steps.points == several.steps.points)
    #expect(one.statistics == several.statistics)
    for index in stride(from: 0, to: one.steps.points.count, by: 7) {
      #expect(one.optimum(at: index) == several.optimum(at: index))
    }
    for capacity in [1024, 32768] {
      let options = SearchOptions(threads: count)
      #expect(
        optimizer.optimum(capacity: .bytes(capacity)) == optimizer.optimum(capacity: .bytes(capacity), options: options)
      )
    }
  }

  /// A nest that no schedule betters ends the search.
  @Test func boundMet() throws {
    var ended = 0
    for seed in 0..<60 {
      let problem = problem(seed: 300 + seed)
      let optimizer = problem.optimizer()
      for point in optimizer.curve().steps.points {
        let statistics = try #require(optimizer.optimum(capacity: point.capacity)).statistics
        if statistics.prunedByBound > 0 { ended += 1 }
        #expect(statistics.scored + statistics.pruned == statistics.mappings, problem.comment)
      }
    }
    #expect(ended > 0)
  }

  /// What no block of it could fit is counted once, and not also as what was known to be no better.
  @Test func prunedByCapacityOnce() throws {
    let layer = try Layer(
      name: "conv", inputChannels: 48, input: Extent(13), outputChannels: 40, kernel: Extent(3), padding: Padding(1))
    let optimizer = try Optimizer(Problem(layer, widths: WordWidths(.one), reuse: .sliding))
    let statistics = try #require(optimizer.optimum(capacity: optimizer.problem.leastCapacity)).statistics
    #expect(2 * statistics.prunedByCapacity > statistics.mappings && statistics.prunedByEnergy >= 0)
  }

  /// A problem that names no reuse is one of contents, with loops that turn round and over phases.
  @Test func overlapIsTheDefault() throws {
    let layer = try Layer.gemm(name: "gemm", m: 40, n: 30, k: 20)
    let problem = try Problem(layer, widths: WordWidths(.byte))
    #expect(problem.reuse == .overlap && problem.phases == .on)
    #expect(problem.setting == Problem.Setting(widths: WordWidths(.byte)))
    let sliding = try Optimizer(Problem(layer, widths: WordWidths(.byte), reuse: .sliding))
    let (least, forward) = (Optimizer(problem).optimum(capacity: .bytes(300)), sliding.optimum(capacity: .bytes(300)))
    #expect(try #require(least).energy.dataQuanta < #require(forward).energy.dataQuanta)
  }

  @Test func lookUpAndKnee() throws {
    let layer = try OptimizerTests.convolution(k: 12, c: 10, outputs: 9, kernel: 3)
    let optimizer = try Optimizer(Problem(layer, widths: WordWidths(.byte), reuse: .sliding))
    let curve = optimizer.curve()
    let last = try #require(curve.steps.points.last)
    let compulsory = Tensor.allCases.reduce(0) { $0 + 8 * layer.usedElements(of: $1).count }
    #expect(last.dataQuanta == compulsory)
    #expect(curve.steps.points.first?.capacity == optimizer.problem.leastCapacity)
    #expect(curve.steps.index(capacity: optimizer.problem.leastCapacity - Bits(1)) == nil)
    #expect(curve.steps.index(capacity: last.capacity + Bits(1)) == curve.steps.points.count - 1)
    for (index, point) in curve.steps.points.enumerated() {
      #expect(curve.steps.index(capacity: point.capacity) == index)
      if index > 0 { #expect(curve.steps.index(capacity: point.capacity - Bits(1)) == index - 1) }
    }
    #expect(curve.steps.knee(within: 0) == curve.steps.points.count - 1)
    let knee = try #require(curve.steps.knee(within: 0.05))
    #expect(Double(curve.steps.points[knee].dataQuanta) <= 1.05 * Double(compulsory))
    #expect(knee == 0 || Double(curve.steps.points[knee - 1].dataQuanta) > 1.05 * Double(compulsory))
  }

  @Test("A dataflow's own curve", arguments: Dataflow.allCases)
  func ofDataflow(_ dataflow: Dataflow) throws {
    let problem = problem(seed: 400)
    let all = problem.optimizer()
    let alone = try Optimizer(
      Problem(
        problem.layer, widths: problem.widths, energyModel: problem.energyModel, reuse: problem.reuse,
        dataflows: [dataflow]))
    #expect(all.curve(dataflow: dataflow).steps.points == alone.curve().steps.points, problem.comment)
  }

  @Test("Energies that do not fit an Int together are no sum")
  func sumsThatAreTooLarge() throws {
    let curve = StepCurve([.init(capacity: Bits(3), dataQuanta: 1 << 60), .init(capacity: Bits(4), dataQuanta: 1)])
    #expect(try StepCurve(sumOf: [(curve, 7)]).points[0].dataQuanta == 7 << 60)
    for counts in [[8], [7, 1], [1 << 20]] {
      #expect(throws: StepCurveError.tooLarge) { try StepCurve(sumOf: counts.map { (curve, $0) }) }
    }
  }

  @Test("A network's curve is the sum of its layers' at every capacity", arguments: seeds(0..<8))
  func sums(seed: Int) throws {
    let curves = (0..<3).map { (problem(seed: 500 + 3 * seed + $0).optimizer().curve().steps, 1 + $0) }
    let sum = try StepCurve(sumOf: curves.map { ($0.0, count: $0.1) })
    let last = curves.compactMap { $0.0.points.last?.capacity }.max() ?? .zero
    for capacity in 0...last.count + 1 {
      let each = curves.map { curve, count in
        curve.index(capacity: Bits(capacity)).map { count * curve.points[$0].dataQuanta }
      }
      let expected = each.contains(nil) ? nil : each.reduce(0) { $0 + ($1 ?? 0) }
      #expect(
        sum.index(capacity: Bits(capacity)).map { sum.points[$0].dataQuanta } == expected,
        "seed \(seed), capacity \(capacity)")
    }
  }
}
