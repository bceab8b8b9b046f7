import Mappings
import Testing
import Workloads

/// Tiles against what their loops walk.
struct MappingRangeTests {
  @Test func theOutermostLoopBeyondItsRangeIsFound() throws {
    let layer = try Layer(name: "l", inputChannels: 4, input: Extent(9), outputChannels: 6, kernel: Extent(3))
    func found(_ loops: [(Dimension, Int)]) throws -> Mapping.LoopBeyondRange? {
      let keeps = [Mapping.Node.keep(.outputs), .keep(.inputs), .keep(.weights)]
      return try Mapping(keeps + loops.map { .loop($0, tile: $1) }).loopBeyondRange(on: layer)
    }
    #expect(try found([]) == nil)
    #expect(try found([(.k, 6), (.k, 4), (.c, 4), (.k, 4), (.p, 7), (.r, 3), (.n, 1)]) == nil)
    let wide = try #require(try found([(.c, 2), (.k, 7), (.k, 9)]))
    #expect((wide.position, wide.loop, wide.range) == (4, Loop(.k, .tile(7)), 6))
    let inner = try #require(try found([(.k, 4), (.c, 1), (.k, 5)]))
    #expect((inner.position, inner.loop, inner.range) == (5, Loop(.k, .tile(5)), 4))
    #expect(try found([(.n, 2)])?.range == 1)

    func phases(_ phases: Int, in tile: Int) throws -> Int? {
      let loops: [Mapping.Node] = [.loop(.p, tile: 6), .loop(.p, phases: phases), .loop(.p, tile: tile)]
      return try Mapping([.keep(.outputs), .keep(.inputs), .keep(.weights)] + loops).loopBeyondRange(on: layer)?.range
    }
    // Six rows are four phases of one or two rows.
    #expect(try phases(4, in: 2) == nil)
    #expect(try phases(4, in: 3) == 2)
    #expect(try phases(7, in: 1) == 6)
  }
}
