import EnergyModel
import Mappings
import TestSupport
import Testing
import Workloads

struct ReferenceDataflowTests {
  /// AlexNet's first layer as published: 8 output maps, 11x11, stride 4, 55x55 outputs.
  static func conv1(input: Int, padding: Padding) throws -> Layer {
    try Layer(
      name: "conv1", inputChannels: 3, input: Extent(input), outputChannels: 8, kernel: Extent(11),
      stride: Extent(4), padding: padding, hasBiases: true)
  }

  @Test func publishedFigures() throws {
    let small = try Self.conv1(input: 224, padding: Padding(top: 1, bottom: 2, left: 1, right: 2))
    let large = try Self.conv1(input: 227, padding: Padding(0))
    for (layer, words) in [(small, 1_231_336), (large, 1_263_808)] {
      #expect(layer[.p] == 55 && layer[.q] == 55)
      #expect(layer.macs == 8_784_600)
      #expect(ReferenceDataflow.outputMapByOutputMap.traffic(of: layer).total == Words(words))
    }
    let nest = try ReferenceDataflow.outputMapByOutputMap.mapping()
    #expect(Traffic(of: nest, on: large, reuse: .sliding).total == Words(1_263_808))
  }

  @Test func formulas() throws {
    let layer = try Self.conv1(input: 227, padding: Padding(0))
    let (inputs, weights, outputs) = (3 * 227 * 227, 8 * 3 * 121, 8 * 55 * 55)
    #expect(
      ReferenceDataflow.outputMapByOutputMap.traffic(of: layer).total == Words(8 * (inputs + 3 * 121 + 1 + 55 * 55)))
    #expect(
      ReferenceDataflow.inputMapByInputMap.traffic(of: layer).total
        == Words(inputs + weights + 8 + (2 * 3 - 1) * outputs))
  }

  /// Where a reference dataflow is said to be attained, a mapping within the capacity costs no more.
  @Test func attainedWhereTheNestFits() throws {
    let layer = try Self.conv1(input: 227, padding: Padding(0))
    let widths = WordWidths(.byte)
    for reference in ReferenceDataflow.allCases {
      let needed = Occupancy(of: try reference.mapping(), on: layer).bits(widths)
      #expect(try reference.isAttained(on: Problem(layer, widths: widths, reuse: .sliding), capacity: needed))
      #expect(
        try !reference.isAttained(on: Problem(layer, widths: widths, reuse: .sliding), capacity: needed - Bits(1)))
    }
    // With dilation the windows of neighbouring rows do not overlap, and the nest moves more.
    let dilated = try Layer(
      name: "dilated", inputChannels: 2, input: Extent(12), outputChannels: 3, kernel: Extent(3), dilation: Extent(2))
    #expect(
      try !ReferenceDataflow.outputMapByOutputMap.isAttained(
        on: Problem(dilated, widths: widths, reuse: .sliding), capacity: .bytes(1 << 20)))
  }

  @Test("The loop nests move what the formulas say", arguments: seeds(0..<80))
  func nests(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let groups = random.pick(1...2)
    let stride = random.pick(1...3)
    let kernel = Extent(height: random.pick(stride...5), width: random.pick(1...5))
    let layer = try Layer(
      name: "random", batch: random.pick(1...2), groups: groups, inputChannels: groups * random.pick(1...4),
      input: Extent(height: kernel.height + stride * random.pick(1...4), width: kernel.width + random.pick(0...5)),
      outputChannels: groups * random.pick(2...4), kernel: kernel, stride: Extent(stride),
      hasBiases: random.oneIn(2))
    for reference in ReferenceDataflow.allCases {
      let traffic = Traffic(of: try reference.mapping(), on: layer, reuse: .sliding)
      #expect(traffic == reference.traffic(of: layer), "seed \(seed), \(reference): \(describe(layer))")
    }
  }
}
