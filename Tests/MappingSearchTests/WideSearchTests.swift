import EnergyModel
import Mappings
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// The search under the rule `overlap` for layers whose input boxes overlap. What it attains is in ExhaustiveTests.
@Suite struct WideSearchTests {
  @Test("what is found at a capacity does not depend on pruning, and costs and holds what it says", arguments: 0..<12)
  func pruning(_ seed: Int) throws {
    for (all, dataflow) in [true, false].flatMap({ all in Dataflow.allCases.map { (all, $0) } }) {
      let draw = try HaloDraw(seed: 5000 + seed, axes: seed % 2 + 1, largestMACs: all ? 30 : 400)
      let problem = draw.problem
      let (pruned, unpruned) = (WideSearch(problem, all: all), WideSearch(problem, all: all))
      let whole = Tensor.allCases.reduce(0) {
        $0 + (problem.layer.usedElements(of: $1) * problem.widths.inBuffer($1)).count
      }
      var capacity = problem.leastCapacity.count
      while capacity <= whole {
        let found = pruned.optimum(capacity: capacity, dataflow: dataflow).best
        let every = unpruned.optimum(capacity: capacity, dataflow: dataflow, prunes: false).best
        #expect(
          found.energy == every.energy && found.occupancy == every.occupancy,
          "\(draw), \(dataflow), at \(capacity): \(found.energy), \(every.energy)")
        let mapping = pruned.mapping(try #require(found.place, "\(draw)"))
        let evaluation = problem.evaluate(mapping)
        #expect(evaluation.occupancy.bits(problem.widths).count == found.occupancy, "\(draw) at \(capacity)")
        #expect(
          evaluation.energy.dataQuanta <= problem.dataQuanta(ofGroup: found.energy),
          "\(draw) at \(capacity)")
        let replay = ContentWalker.counts(mapping, on: problem.layer, reuse: .overlap)
        #expect(Words(replay[.weights]?.loaded ?? -1) == evaluation.traffic.weightsRead, "\(draw)")
        #expect(Words(replay[.inputs]?.loaded ?? -1) == evaluation.traffic.inputsRead, "\(draw)")
        capacity = max(capacity + 1, capacity * 3 / 2)
      }
    }
  }

  @Test("what costs less holds more, for each dataflow too", arguments: Dataflow.allCases)
  func dataflows(_ dataflow: Dataflow) throws {
    let layer = try Layer(
      name: "middle", inputChannels: 4, input: Extent(9), outputChannels: 16, kernel: Extent(3), padding: Padding(1))
    let problem = try Problem(layer, widths: WordWidths(.byte), reuse: .overlap)
    let optima = WideSearch(problem, all: false).optima(dataflow: dataflow, besides: []).best
    for (before, after) in zip(optima, optima.dropFirst()) {
      #expect(before.energy > after.energy)
      #expect(before.capacity < after.occupancy, "\(before) \(after)")
    }
    #expect(optima.count > 10)
  }
}
