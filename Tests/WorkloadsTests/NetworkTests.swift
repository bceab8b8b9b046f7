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

  private func entries(_ parts: [(String, String?)], count: Int = 1) throws -> [Network.Entry] {
    try parts.enumerated().map { index, part in
      Network.Entry(layer: try layer(part.0, n: part.1 == nil ? 1 : index % 2 + 1), count: count, partOf: part.1)
    }
  }

  /// Parts make up one layer wherever they stand, and what they share counts once.
  @Test func wholes() throws {
    let network = try Network(
      name: "n", source: "", entries: entries([("a", "up"), ("b", nil), ("c", "up"), ("d", "on")]))
    #expect(network.wholes.map(\.name) == ["up", "b", "on"])
    #expect(network.wholes.map { $0.parts.map(\.name) } == [["a", "c"], ["b"], ["d"]])
    #expect(network.wholes.map(\.hasParts) == [true, false, true])
    #expect(network.layerNames == ["up", "a", "c", "b", "on", "d"])
    // Of 256 inputs an image that two parts read, one image for each, and a part of its own with two.
    #expect(network.usedElements(of: .inputs).count == 256 + 256 + 512)
    #expect(network.usedElements(of: .weights).count == 4 * 72)
    #expect(network.entries.map { $0.isNamed(in: ["up", "b"]) } == [true, true, true, false])
  }

  /// Layers in parts are the same where all their parts are; parts are never merged with each other or with layers that
  /// stand for themselves.
  @Test func repeatedWholes() throws {
    let same = try ["a", "b", "c", "d", "e", "f", "g"].map { try layer($0) }
    let wholes = ["up", "up", nil, "on", "on", "off", nil]
    let network = try Network(
      name: "n", source: "", entries: zip(same, wholes).map { .init(layer: $0, count: 2, partOf: $1) })
    let merged = network.withoutRepeats
    #expect(merged.entries.map(\.layer.name) == ["a", "b", "c", "f"])
    #expect(merged.entries.map(\.partOf) == ["up", "up", nil, "off"])
    #expect(merged.entries.map(\.count) == [4, 4, 4, 2])
    #expect(merged.macs == network.macs)
    // Parts that read other inputs are others.
    let own = try Network(
      name: "n", source: "",
      entries: [false, true].map { .init(layer: same[0], count: 1, partOf: "\($0)", hasOwnInputs: $0) })
    #expect(own.withoutRepeats == own)
  }

  @Test func distinctNamesOfWholes() throws {
    let network = try Network(
      name: "n", source: "", entries: entries([("up", nil), ("a", "up"), ("a", "up"), ("up", "a")]))
    let distinct = network.withDistinctNames
    #expect(distinct.entries.map(\.partOf) == [nil, "up#2", "up#2", "a#3"])
    #expect(distinct.entries.map(\.layer.name) == ["up", "a", "a#2", "up#3"])
  }

  /// Two networks may call different layers the same.
  @Test func joinedWholesStayApart() throws {
    let network = try Network(name: "n", source: "", entries: entries([("a", "up"), ("b", "up")]))
    let joined = try Network(name: "m", source: "s", joining: [network, network])
    #expect(joined.name == "m" && joined.source == "s")
    #expect(joined.entries.map(\.layer.name) == ["a", "b", "a", "b"])
    #expect(joined.entries.map(\.partOf) == ["up", "up", "up#2", "up#2"])
    #expect(joined.withoutRepeats.entries.map(\.count) == [2, 2])
  }

  @Test func partsOccurEquallyOften() throws {
    let parts = try entries([("a", "up")], count: 2) + entries([("b", "up")], count: 3)
    let error = try #require(throws: NetworkError.self) { try Network(name: "n", source: "", entries: parts) }
    #expect(
      error.description == "the parts of 'up' do not occur equally often: 'b' and 'a' have different counts")
  }
}
