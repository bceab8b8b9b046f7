import Interchange
import TestSupport
import Testing
import Workloads

struct LayerTableTextTests {
  private func roundTrip(_ network: Network) throws -> Network {
    try LayerTable.parse(LayerTable.text(network), origin: "text")
  }

  @Test(arguments: BuiltIn.networkNames)
  func builtInNetworks(name: String) throws {
    let network = try #require(try BuiltIn.network(name))
    #expect(try roundTrip(network) == network)
  }

  @Test(arguments: seeds(0..<20))
  func randomLayers(seed: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 7, largestMACs: 5000)
    for _ in 0..<50 {
      let entry = Network.Entry(layer: layers.layer(), count: layers.random.pick(1...3))
      let network = try Network(name: "n", source: "", entries: [entry])
      #expect(try roundTrip(network) == network, "seed \(seed): \(describe(entry.layer))")
    }
  }

  @Test(arguments: [
    "conv1", "true", "1", "~", "- a: {b}", "a \"quoted\" \\ name: # it's", " spaces ", "ünïcode 層 🙂", "a\u{a0}b",
    "a\u{feff}b\u{fffe}\u{ffff}",
  ])
  func anyName(name: String) throws {
    let layer = try Layer.gemm(name: name, m: 1, n: 2, k: 3)
    let source = "line\nline\ttab \u{85}\u{2028}\u{0} \(name)"
    let network = try Network(name: name, source: source, entries: [.init(layer: layer, count: 1)])
    #expect(try roundTrip(network) == network)
  }

  @Test func leavesDefaultsOut() throws {
    let plain = try Layer(name: "a", inputChannels: 3, input: Extent(8), outputChannels: 4, kernel: Extent(3))
    let full = try Layer(
      name: "b", batch: 2, groups: 2, inputChannels: 4, input: Extent(height: 8, width: 9), outputChannels: 6,
      kernel: Extent(height: 3, width: 1), stride: Extent(2), dilation: Extent(height: 1, width: 2),
      padding: Padding(top: 1, bottom: 0, left: 2, right: 3), hasBiases: true)
    let padded = try Layer(
      name: "c", inputChannels: 3, input: Extent(8), outputChannels: 4, kernel: Extent(3), padding: Padding(1))
    let gemm = try Layer.gemm(name: "d", groups: 12, m: 5, n: 6, k: 7, hasBiases: true)
    let network = try Network(
      name: "n", source: "here",
      entries: [(plain, 1), (full, 3), (padded, 1), (gemm, 1)].map { .init(layer: $0.0, count: $0.1) })
    #expect(
      LayerTable.text(network) == """
        network: "n"
        source: "here"
        layers:
          - name: "a"
            input: {channels: 3, height: 8, width: 8}
            output: {channels: 4}
            kernel: 3
          - name: "b"
            count: 3
            batch: 2
            groups: 2
            input: {channels: 4, height: 8, width: 9}
            output: {channels: 6}
            kernel: {height: 3, width: 1}
            stride: 2
            dilation: {height: 1, width: 2}
            padding: {top: 1, bottom: 0, left: 2, right: 3}
            biases: true
          - name: "c"
            input: {channels: 3, height: 8, width: 8}
            output: {channels: 4}
            kernel: 3
            padding: 1
          - name: "d"
            groups: 12
            gemm: {m: 5, n: 6, k: 7}
            biases: true

        """)
  }

  /// Parts keep their whole, and channels the biases that they share.
  @Test func partsAndSharedBiases() throws {
    func layer(_ name: String, channelsPerBias: Int = 1) throws -> Layer {
      try Layer.gemm(name: name, m: 5, n: 6, k: 7, hasBiases: true, channelsPerBias: channelsPerBias)
    }
    let network = try Network(
      name: "n", source: "",
      entries: [
        .init(layer: layer("a"), count: 2, partOf: "up: \"x\""),
        .init(layer: layer("b", channelsPerBias: 3), count: 2, partOf: "up: \"x\"", hasOwnInputs: true),
      ])
    #expect(try roundTrip(network) == network)
    #expect(
      LayerTable.text(network) == """
        network: "n"
        layers:
          - name: "a"
            part-of: "up: \\"x\\""
            count: 2
            gemm: {m: 5, n: 6, k: 7}
            biases: true
          - name: "b"
            part-of: "up: \\"x\\""
            own-inputs: true
            count: 2
            gemm: {m: 5, n: 6, k: 7}
            biases: true
            channels-per-bias: 3

        """)
  }

  /// What `gemm` cannot say is written as a convolution.
  @Test func onlyPlainProductsAreGEMMs() throws {
    func layer(batch: Int = 1, width: Int = 1, stride: Int = 1, dilation: Int = 1, padding: Int = 0) throws -> Layer {
      try Layer(
        name: "a", batch: batch, inputChannels: 3, input: Extent(height: 5, width: width), outputChannels: 4,
        kernel: Extent(1), stride: Extent(stride), dilation: Extent(dilation), padding: Padding(padding))
    }
    func text(_ layer: Layer) throws -> String {
      LayerTable.text(try Network(name: "n", source: "", entries: [.init(layer: layer, count: 1)]))
    }
    #expect(try text(try layer()).contains("gemm"))
    for other in [
      try layer(batch: 2), try layer(width: 2), try layer(stride: 2), try layer(dilation: 2), try layer(padding: 1),
    ] {
      #expect(try !text(other).contains("gemm"))
    }
  }
}
