import Testing
import Workloads

struct NetworkTests {
  private func layer(_ name: String, n: Int = 1, hasBiases: Bool = false) throws -> Layer {
    try Layer(
      name: name, batch: n, inputChannels: 4, input: Extent(8), outputChannels: 2, kernel: Extent(3),
      hasBiases: hasBiases)
  }

  /// Layers that differ in name alone are one; a batch, a bias or a count keeps its meaning.
  @Test func withoutRepeats() throws {
    let network = try Network(
      name: "n", source: "s",
      entries: [
        .init(layer: try layer("a"), count: 2), .init(layer: try layer("b", n: 2), count: 1),
        .init(layer: try layer("c"), count: 3), .init(layer: try layer("d", hasBiases: true), count: 1),
      ])
    let merged = network.withoutRepeats
    #expect(merged.entries.map(\.layer.name) == ["a", "b", "d"])
    #expect(merged.entries.map(\.count) == [5, 1, 1])
    #expect(merged.macs == network.macs && merged.name == "n" && merged.source == "s")
    #expect(merged.entries[0].layer == (try layer("a")))
  }

  /// 2^53 MACs 1023 times can be counted, 1024 times not, in one layer or in two.
  @Test func macsThatCannotBeCounted() throws {
    let layer = try Layer.gemm(name: "l", m: 1 << 20, n: 1 << 20, k: 1 << 13)
    func network(_ counts: [Int]) throws -> Network {
      try Network(name: "n", source: "", entries: counts.map { .init(layer: layer, count: $0) })
    }
    #expect(try network([1023]).macs == 1023 << 53)
    #expect(throws: NetworkError.tooLarge("n")) { try network([1024]) }
    #expect(throws: NetworkError.tooLarge("n")) { try network([1, 1023]) }
    #expect(throws: NetworkError.tooLarge("n")) { try network([1 << 20]) }
  }

  /// Counts stay within what a layer table may say.
  @Test func repeatsBeyondACount() throws {
    let counts = [Layer.largestSize - 1, 1, 1]
    let network = try Network(
      name: "n", source: "", entries: try counts.map { .init(layer: try layer("a"), count: $0) })
    let merged = network.withoutRepeats
    #expect(merged.entries.map(\.count) == [Layer.largestSize, 1])
    #expect(merged.macs == network.macs)
  }

  /// A number is never one that another layer bears already.
  @Test func withDistinctNames() throws {
    let names = ["a", "a#2", "a", "b", "a", "a#2"]
    let network = try Network(name: "n", source: "", entries: try names.map { .init(layer: try layer($0), count: 1) })
    #expect(
      network.withDistinctNames.entries.map(\.layer.name) == ["a", "a#2", "a#3", "b", "a#4", "a#2#2"])
  }
}
