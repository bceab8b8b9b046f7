import EnergyModel
import LowerBounds
import Mappings
import Parallel
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// Layers that are answered without a search.
struct SimpleMappingsTests {
  /// One input row of 22 178 columns under a kernel of 256: to list its cuts takes a minute, and all of it fits.
  @Test func whatFitsNeedsNoSearch() throws {
    let layer = try Layer(
      name: "audio", inputChannels: 1, input: Extent(height: 1, width: 22_178), outputChannels: 36,
      kernel: Extent(height: 1, width: 256), stride: Extent(height: 1, width: 128))
    let widths = WordWidths(.byte)
    let optimizer = try Optimizer(Problem(layer, widths: widths, reuse: .sliding))
    let optimum = try #require(optimizer.optimum(capacity: .bytes(64 << 10)))
    #expect(optimum.traffic.bits(widths).total == Bits(300_416))
    #expect(optimum.energy.dataQuanta == 300_416)
    #expect(optimum.statistics.isComplete && !optimizer.listed.isMade)
    let replay = try Replay(of: optimum.mapping, on: layer, reuse: .sliding, widths: widths)
    #expect(replay.traffic == optimum.traffic && replay.occupancy == optimum.occupancy)
    #expect(
      try Optimizer(Problem(layer, widths: widths, reuse: .sliding, dataflows: [.weightsInputsOutputs])).optimum(
        capacity: .bytes(64 << 10))
        != nil)
  }

  /// A simple mapping is never better than the bound, and where one meets it, the search finds no less and holds no more.
  @Test("Simple mappings against the search", arguments: seeds(0..<60))
  func agreesWithTheSearch(seed: Int) throws {
    let problem = RandomProblem(seed: 1500 + seed, largestSize: 6, largestMACs: 3000)
    let optimizer = problem.optimizer()
    let bounds = LowerBounds(problem.problem)
    for capacity in optimizer.curve().steps.points.map(\.capacity) + [.bytes(1 << 20)] {
      let least = try #require(bounds.best(capacity: capacity).energy(of: [problem.problem])).dataQuanta
      guard let simple = optimizer.simpleOptimum(capacity: capacity, least: least, dataflow: nil) else { continue }
      let found = try #require(optimizer.optimum(capacity: capacity))
      #expect(simple.energy.dataQuanta == least && found.energy.dataQuanta == least, problem.comment)
      #expect(simple.occupancy.bits(problem.widths) <= capacity, problem.comment)
      #expect(simple.occupancy.bits(problem.widths) >= found.occupancy.bits(problem.widths), problem.comment)
      let replay = try Replay(of: simple.mapping, on: problem.layer, reuse: problem.reuse, widths: problem.widths)
      #expect(replay.traffic == simple.traffic && replay.occupancy == simple.occupancy, problem.comment)
    }
  }
}
