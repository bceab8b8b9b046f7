import TestSupport
import Testing
import Workloads

struct LayerTests {
  @Test("Used elements equal those that the MACs touch", arguments: seeds(0..<200))
  func usedElements(seed: Int) {
    var layers = RandomLayers(seed: seed, largestSize: 5, largestMACs: 2000)
    let layer = layers.layer()
    var inputs: Set<[Int]> = []
    var weights: Set<[Int]> = []
    for p in 0..<layer[.p] {
      for r in 0..<layer[.r] {
        for q in 0..<layer[.q] {
          for s in 0..<layer[.s] {
            if let row = layer.vertical.inputRow(output: p, kernel: r),
              let column = layer.horizontal.inputRow(output: q, kernel: s)
            {
              inputs.insert([row, column])
              weights.insert([r, s])
            }
          }
        }
      }
    }
    let failure: Comment = "seed \(seed): \(describe(layer))"
    #expect(layer.usedElements(of: .inputs).count == inputs.count * layer.batch * layer.inputChannels, failure)
    #expect(layer.usedElements(of: .weights).count == weights.count * layer.outputChannels * layer[.c], failure)
    #expect(
      layer.usedElements(of: .outputs).count == layer.batch * layer.outputChannels * layer[.p] * layer[.q], failure)
  }

  @Test func gemmIsAPointwiseConvolution() throws {
    let layer = try Layer.gemm(name: "gemm", groups: 3, m: 5, n: 7, k: 11)
    #expect(Dimension.allCases.map { layer[$0] } == [1, 3, 7, 11, 5, 1, 1, 1])
    #expect(layer.macs == 3 * 5 * 7 * 11)
    #expect(layer.usedElements(of: .inputs) == Words(3 * 5 * 11))
    #expect(layer.usedElements(of: .weights) == Words(3 * 7 * 11))
    #expect(layer.usedElements(of: .outputs) == Words(3 * 5 * 7))
  }

  @Test func depthwise() throws {
    let layer = try Layer(
      name: "depthwise", groups: 32, inputChannels: 32, input: Extent(14), outputChannels: 32, kernel: Extent(3),
      padding: Padding(1))
    #expect(layer[.c] == 1 && layer[.k] == 1 && layer[.g] == 32)
    #expect(layer.macs == 32 * 14 * 14 * 9)
  }

  @Test func strideSkipsInputs() throws {
    // A 1x1 kernel with stride 2 uses every other row and column of 15, and the floor leaves one row of 16 over.
    for size in [15, 16] {
      let layer = try Layer(
        name: "skip", inputChannels: 1, input: Extent(size), outputChannels: 1, kernel: Extent(1), stride: Extent(2))
      #expect(layer.usedElements(of: .inputs) == Words(64))
    }
  }

  func make(
    batch: Int = 1, groups: Int = 1, inputChannels: Int = 4, input: Int = 8, outputChannels: Int = 4, kernel: Int = 3,
    stride: Int = 1, dilation: Int = 1, padding: Int = 0
  ) throws(LayerError) -> Layer {
    try Layer(
      name: "bad", batch: batch, groups: groups, inputChannels: inputChannels, input: Extent(input),
      outputChannels: outputChannels, kernel: Extent(kernel), stride: Extent(stride), dilation: Extent(dilation),
      padding: Padding(padding))
  }

  @Test func invalidLayers() {
    func message(_ make: () throws(LayerError) -> Layer) -> String {
      do {
        _ = try make()
        return "valid"
      } catch { return "\(error)" }
    }
    #expect(message { () throws(LayerError) in try make() } == "valid")
    #expect(
      message { () throws(LayerError) in try make(kernel: 9) }
        == "the layer has no output: the kernel's height, 9 with dilation, exceeds the padded input's, 8")
    #expect(
      message { () throws(LayerError) in try make(kernel: 5, dilation: 3, padding: 2) }
        == "the layer has no output: the kernel's height, 13 with dilation, exceeds the padded input's, 12")
    #expect(
      message { () throws(LayerError) in try make(groups: 3) }
        == "input channels (4) cannot be divided into 3 equal groups")
    #expect(
      message { () throws(LayerError) in try make(groups: 2, outputChannels: 3) }
        == "output channels (3) cannot be divided into 2 equal groups")
    #expect(message { () throws(LayerError) in try make(batch: 0) } == "batch is 0; at least 1 is accepted")
    #expect(message { () throws(LayerError) in try make(stride: 0) } == "stride height is 0; at least 1 is accepted")
    #expect(
      message { () throws(LayerError) in try make(dilation: -1) } == "dilation height is -1; at least 1 is accepted")
    #expect(message { () throws(LayerError) in try make(padding: -1) } == "padding top is -1; at least 0 is accepted")
    #expect(
      message { () throws(LayerError) in try make(inputChannels: 1 << 21) }
        == "input channels is 2097152; at most 1048576 is accepted")
    #expect(
      message { () throws(LayerError) in try make(inputChannels: .max) }
        == "input channels is 9223372036854775807; at most 1048576 is accepted")
    #expect(
      message { () throws(LayerError) in
        try make(inputChannels: 1 << 20, input: 1 << 20, outputChannels: 1 << 20, kernel: 1)
      } == "the number of MACs exceeds 2^63 - 1, the most that is accepted")
    #expect(
      message { () throws(LayerError) in
        try make(inputChannels: 1 << 13, input: 1 << 20, outputChannels: 1 << 9, kernel: 1)
      } == "valid")
    #expect(
      message { () throws(LayerError) in
        try make(inputChannels: 1 << 14, input: 1 << 20, outputChannels: 1 << 8, kernel: 1)
      } == "the number of inputs exceeds 2^53, the most that is accepted")
    #expect(
      message { () throws(LayerError) in
        try make(inputChannels: 1 << 8, input: 1 << 20, outputChannels: 1 << 14, kernel: 1)
      } == "the number of outputs exceeds 2^53, the most that is accepted")
    #expect(
      message { () throws(LayerError) in try make(groups: 2, inputChannels: 1 << 22) }
        == "input channels per group is 2097152; at most 1048576 is accepted")
    #expect(
      message { () throws(LayerError) in try make(groups: 2, outputChannels: 1 << 22) }
        == "output channels per group is 2097152; at most 1048576 is accepted")
    #expect(
      message { () throws(LayerError) in try make(inputChannels: 0) } == "input channels is 0; at least 1 is accepted")
    #expect(
      message { () throws(LayerError) in try Layer.gemm(name: "g", groups: 1 << 11, m: 1, n: 1 << 21, k: 1) }
        == "gemm n is 2097152; at most 1048576 is accepted")
    #expect(
      message { () throws(LayerError) in try Layer.gemm(name: "g", groups: 1 << 20, m: 1, n: 1 << 20, k: 1 << 20) }
        == "the number of weights exceeds 2^53, the most that is accepted")
  }

  /// Attention with 32 heads and a context of 131 072: sizes are limited within a group.
  @Test func channelsOfManyGroups() throws {
    let scores = try Layer.gemm(name: "scores", groups: 32, m: 131_072, n: 131_072, k: 128)
    #expect(scores.outputChannels == 1 << 22 && scores.macs == 1 << 46)
    #expect(scores.usedElements(of: .outputs).count == 1 << 39)
    let most = try Layer.gemm(name: "most", groups: 1 << 20, m: 1 << 9, n: 1 << 20, k: 1 << 13)
    #expect(most.outputChannels == 1 << 40 && most.macs == 1 << 62)
  }

  /// Phases that count as channels start from one bias.
  @Test func sharedBiases() throws {
    func layer(_ channelsPerBias: Int, hasBiases: Bool = true) throws -> Layer {
      try Layer(
        name: "up", groups: 2, inputChannels: 4, input: Extent(3), outputChannels: 24, kernel: Extent(1),
        hasBiases: hasBiases, channelsPerBias: channelsPerBias)
    }
    #expect(try [1, 2, 12].map { try layer($0).biases } == [Words(24), Words(12), Words(2)])
    #expect(try layer(4, hasBiases: false) == layer(1, hasBiases: false))
    #expect(throws: LayerError.unevenBiases(channels: 12, perBias: 5)) { try layer(5) }
    #expect(throws: LayerError.unevenBiases(channels: 12, perBias: 24)) { try layer(24) }
    #expect(throws: LayerError.tooSmall("channels per bias", 0, least: 1)) { try layer(0) }
  }
}
