import Mappings
import Testing
import Workloads

struct MappingTests {
  @Test func malformedNests() {
    func message(_ nodes: [Mapping.Node]) -> String {
      do {
        _ = try Mapping(nodes)
        return "valid"
      } catch { return "\(error)" }
    }
    let keeps = Tensor.allCases.map { Mapping.Node.keep($0) }
    #expect(message(keeps) == "valid")
    #expect(
      message([.keep(.inputs), .keep(.weights)])
        == "outputs is kept 0 times; each of inputs, weights and outputs is kept exactly once")
    #expect(
      message(keeps + [.keep(.inputs)])
        == "inputs is kept 2 times; each of inputs, weights and outputs is kept exactly once")
    #expect(message([.loop(.k, tile: 0)] + keeps) == "the tile of a loop over k is 0; at least 1 is accepted")
    #expect(message([.loop(.k, tile: -3)] + keeps) == "the tile of a loop over k is -3; at least 1 is accepted")
    #expect(message([.loop(.r, phases: 2)] + keeps) == "valid")
    #expect(message([.loop(.c, phases: 2)] + keeps) == "a loop walks phases of c; only p, q, r and s have phases")
    #expect(message([.loop(Loop(.c, .tile(2), isFilled: true))] + keeps) == "valid")
    #expect(
      message([.loop(Loop(.r, .tile(2), isFilled: true))] + keeps)
        == "a loop over r is filled; loops over n, g, k and c can be")
    #expect(message([.loop(.q, phases: 1)] + keeps) == "the phases of a loop over q are 1; at least 2 is accepted")
    let long = Array(repeating: Mapping.Node.loop(.k, tile: 1), count: 5000)
    #expect(message(long + keeps) == "the mapping has 5003 nodes; at most 256 are accepted")
  }

  @Test func plainNestsHaveForwardLoopsOverTilesAlone() throws {
    let keeps = Tensor.allCases.map { Mapping.Node.keep($0) }
    #expect(try Mapping(keeps + [.loop(.k, tile: 2)]).isPlain)
    #expect(try !Mapping(keeps + [.loop(.k, tile: 2, .backAndForth)]).isPlain)
    #expect(try !Mapping(keeps + [.loop(.p, phases: 2)]).isPlain)
    // The search makes many of them.
    #expect(MemoryLayout<Mapping.Node>.stride == 16)
  }

  @Test func dataflowIsTheOrderOfKeeps() throws {
    for dataflow in Dataflow.allCases {
      let mapping = try Mapping(dataflow.order.map { .keep($0) } + [.loop(.k, tile: 1)])
      #expect(mapping.dataflow == dataflow)
      #expect(dataflow.stationary == dataflow.order[0])
    }
    #expect(Set(Dataflow.allCases.map(\.order)).count == 6)
  }
}
