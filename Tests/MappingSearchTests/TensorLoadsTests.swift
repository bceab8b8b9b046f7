import EnergyModel
import Mappings
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// What nests load and cost is counted only where a bound does not show that it is too much.
struct TensorLoadsTests {
  /// Any nests of layers of every kind, under every rule.
  @Test(arguments: seeds(0..<600)) func nestsAreLeftOutOnlyWhereTheyCostMore(_ seed: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 7, largestMACs: 4000)
    let layer = layers.layer(ofKind: seed % 4 - 1)
    let setting = Problem.Setting(
      widths: layers.widths(), energyModel: try layers.energyModel(), reuse: ReusePolicy.allCases[seed / 4 % 3])
    let problem = try Problem(layer, in: setting)
    var loads = TensorLoads(problem)
    for _ in 0..<10 {
      let mapping = layers.wideMapping(on: layer)
      let exact = problem.evaluate(mapping).energy.dataQuanta
      #expect(
        loads.energy(of: mapping, atMost: exact) == exact, "\(describe(problem, seed: seed)), \(mapping.nodes)")
    }
  }

  /// Weights are read anew for each row and inputs for each output channel: the bound alone tells.
  @Test func whatCostsFarTooMuchIsNotCounted() throws {
    let layer = try Layer(name: "product", inputChannels: 16, input: Extent(16), outputChannels: 16, kernel: Extent(1))
    let problem = try Problem(layer, in: Problem.Setting(widths: WordWidths(.byte), reuse: .overlap))
    let nodes: [Mapping.Node] = [
      .loop(.p, tile: 1), .loop(.k, tile: 1, .backAndForth), .keep(.outputs), .loop(.c, tile: 1), .keep(.inputs),
      .keep(.weights),
    ]
    let mapping = try Mapping(nodes)
    let exact = problem.evaluate(mapping).energy.dataQuanta
    var loads = TensorLoads(problem)
    #expect(loads.energy(of: mapping, atMost: exact * 3 / 4) == nil)
    #expect(loads.counted == 0)
    #expect(loads.energy(of: mapping, atMost: exact) == exact)
    #expect(loads.counted > 0)
  }
}
