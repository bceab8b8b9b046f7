import EnergyModel
import Mappings
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// Searches that a time limit ends.
struct TimeLimitTests {
  private static func problems(_ seed: Int) throws -> [(problem: Problem, comment: Comment)] {
    let random = RandomProblem(seed: 31_000 + seed, largestSize: 7, largestMACs: 2000)
    return try ReusePolicy.allCases.map { reuse in
      var setting = random.problem.setting
      setting.reuse = reuse
      return (try Problem(random.layer, in: setting), "\(random), \(reuse)")
    }
  }

  /// With no time at all something is found wherever anything fits, and it is not said to be the optimum.
  @Test(arguments: seeds(0..<60))
  func noTime(seed: Int) throws {
    for (problem, comment) in try Self.problems(seed) {
      let whole = Optimizer(problem)
      for capacity in [problem.leastCapacity, problem.leastCapacity + Bits(100), .bytes(1 << 20)] {
        let optimizer = Optimizer(problem, limit: TimeLimit(.zero))
        let found = try #require(optimizer.optimum(capacity: capacity), comment)
        let optimum = try #require(whole.optimum(capacity: capacity), comment)
        #expect(found.occupancy.bits(problem.widths) <= capacity, comment)
        #expect(found.energy.dataQuanta >= optimum.energy.dataQuanta, comment)
        #expect(found.evaluation == problem.evaluate(found.mapping), comment)
        let isOptimal = found.energy.dataQuanta == optimum.energy.dataQuanta
        #expect(isOptimal || !found.statistics.isComplete, comment)
        let statistics = found.statistics
        #expect(statistics.scored + statistics.pruned <= statistics.mappings, comment)
        if optimizer.limit.endedSearch {
          #expect(!optimizer.isComplete, comment)
          #expect(optimizer.dataflows(attaining: found, capacity: capacity) == nil, comment)
        }
      }
    }
  }

  /// Each kind of search does end.
  @Test(arguments: ReusePolicy.allCases)
  func endsEveryKind(reuse: ReusePolicy) throws {
    let layers = [
      try Layer.gemm(name: "gemm", m: 60, n: 50, k: 40),
      try Layer(name: "convolution", inputChannels: 4, input: Extent(20), outputChannels: 8, kernel: Extent(3)),
    ]
    for layer in layers {
      let limit = TimeLimit(.zero)
      let optimizer = try Optimizer(Problem(layer, widths: WordWidths(.byte), reuse: reuse), limit: limit)
      let found = try #require(optimizer.optimum(capacity: .bytes(200)))
      #expect(limit.endedSearch && !found.statistics.isComplete && !optimizer.isComplete, "\(layer.name)")
    }
  }

  /// Time enough changes nothing.
  @Test(arguments: seeds(0..<20))
  func timeEnough(seed: Int) throws {
    for (problem, comment) in try Self.problems(seed) {
      let limit = TimeLimit(.seconds(3600))
      let (optimizer, whole) = (Optimizer(problem, limit: limit), Optimizer(problem))
      let capacity = problem.leastCapacity + Bits(200)
      let (found, optimum) = (optimizer.optimum(capacity: capacity), whole.optimum(capacity: capacity))
      #expect(found == optimum && !limit.endedSearch && optimizer.isComplete == whole.isComplete, comment)
      guard let found, let optimum else { continue }
      #expect(
        optimizer.dataflows(attaining: found, capacity: capacity)
          == whole.dataflows(attaining: optimum, capacity: capacity), comment)
    }
  }
}
