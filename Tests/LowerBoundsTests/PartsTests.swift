import EnergyModel
import LowerBounds
import Mappings
import TestSupport
import Testing
import Workloads

/// Lower bounds of layers that are given in parts.
struct PartsTests {
  /// One to four layers that read the same inputs, of any kernels, strides, dilations and paddings.
  private static func parts(_ random: inout SplitMix64) -> [Layer] {
    let (batch, groups) = (random.pick(1...2), random.pick(1...2))
    let (channels, input) = (random.pick(1...3), Extent(height: random.pick(1...5), width: random.pick(1...5)))
    var parts: [Layer] = []
    let count = random.pick(1...4)
    while parts.count < count {
      let kernel = Extent(height: random.pick(1...3), width: random.pick(1...3))
      let part = try? Layer(
        name: "part", batch: batch, groups: groups, inputChannels: groups * channels, input: input,
        outputChannels: groups * random.pick(1...3), kernel: kernel,
        stride: Extent(height: random.pick(1...2), width: random.pick(1...2)),
        dilation: Extent(height: random.pick(1...2), width: random.pick(1...2)),
        padding: Padding(
          top: random.pick(0...kernel.height), bottom: random.pick(0...kernel.height),
          left: random.pick(0...kernel.width), right: random.pick(0...kernel.width)),
        hasBiases: random.oneIn(4))
      if let part, part.macs <= 300 { parts.append(part) }
    }
    return parts
  }

  /// The four phases of a transposed convolution with a 4x4 kernel, stride 2 and padding 1.
  private static func transposed(channels: (Int, Int), size: Int) throws -> [Layer] {
    try [(1, 0), (0, 1)].flatMap { top, bottom in
      try [(1, 0), (0, 1)].map { left, right in
        try Layer(
          name: "phase-\(bottom)-\(right)", inputChannels: channels.0, input: Extent(size), outputChannels: channels.1,
          kernel: Extent(2), padding: Padding(top: top, bottom: bottom, left: left, right: right))
      }
    }
  }

  private func expectBounds(
    of parts: [Layer], _ widths: WordWidths, orders: Int, _ random: inout SplitMix64, _ failure: Comment
  ) throws {
    let walker = PartsWalker(parts, widths: widths)
    let bounds = try LowerBounds(parts.map { try Problem($0, widths: widths) })
    let least = widths.inputs.count + widths.weights.count + widths.partialSums.count
    for _ in 0..<orders {
      let order = random.oneIn(8) ? walker.byParts() : walker.order(&random)
      var capacity = least
      while capacity < 1 << 12 {
        let moved = walker.run(order, capacity: capacity)
        for bound in bounds.all(capacity: Bits(capacity)) {
          #expect(bound.read.count <= moved.read && bound.written.count <= moved.written, failure)
        }
        capacity += 1 + capacity / 2
      }
    }
  }

  /// Schedules that interleave the parts in every way, with any Buffer: none moves less than a bound.
  @Test("No schedule of all parts beats the bounds", arguments: seeds(0..<80))
  func holds(seed: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 3, largestMACs: 300)
    let parts = Self.parts(&layers.random)
    let widths = layers.widths()
    let failure: Comment = "seed \(seed): \(parts.map { describe($0) }), \(widths)"
    try expectBounds(of: parts, widths, orders: 8, &layers.random, failure)
  }

  @Test(arguments: seeds(0..<30))
  func holdsForTransposedConvolutions(seed: Int) throws {
    var layers = RandomLayers(seed: 1000 + seed, largestSize: 3, largestMACs: 300)
    let channels = (layers.random.pick(1...4), layers.random.pick(1...3))
    let parts = try Self.transposed(channels: channels, size: layers.random.pick(2...4))
    let widths = layers.widths()
    try expectBounds(
      of: parts, widths, orders: 6, &layers.random, "seed \(1000 + seed): \(channels), \(describe(parts[0]))")
  }

  /// Bounds of the parts as layers by themselves, added up, are above what such a schedule moves.
  @Test func boundsOfPartsAddUpToNone() throws {
    let parts = try Self.transposed(channels: (4, 2), size: 4)
    let walker = PartsWalker(parts, widths: WordWidths(.byte))
    let moved = walker.run(walker.byParts(), capacity: 1 << 16)
    let sum = try parts.reduce(0) { sum, part in
      sum + (try LowerBounds(Problem(part, widths: WordWidths(.byte))).best(capacity: Bits(1 << 16)).total.count)
    }
    let whole = try LowerBounds(parts.map { try Problem($0, widths: WordWidths(.byte)) }).best(capacity: Bits(1 << 16))
    #expect(sum > moved.read + moved.written)
    #expect(whole.family == .compulsory && whole.total.count == moved.read + moved.written)
  }

  /// Output channels of one layer are parts that read the same inputs: their bounds are the layer's.
  @Test("The channels of a layer as its parts", arguments: seeds(0..<100))
  func channelsAreParts(seed: Int) throws {
    var layers = RandomLayers(seed: 2000 + seed, largestSize: 12, largestMACs: 1 << 20)
    let layer = layers.layer()
    let widths = layers.widths()
    func channels(_ count: Int) throws -> Layer {
      let (rows, columns) = (layer.vertical, layer.horizontal)
      return try Layer(
        name: "part", batch: layer.batch, groups: layer.groups, inputChannels: layer.inputChannels,
        input: Extent(height: rows.inputSize, width: columns.inputSize), outputChannels: layer.groups * count,
        kernel: Extent(height: rows.kernelSize, width: columns.kernelSize),
        stride: Extent(height: rows.stride, width: columns.stride),
        dilation: Extent(height: rows.dilation, width: columns.dilation),
        padding: Padding(
          top: rows.paddingBefore, bottom: rows.paddingAfter, left: columns.paddingBefore,
          right: columns.paddingAfter))
    }
    var (parts, left) = ([Layer](), layer[.k])
    while left > 0 {
      let count = layers.random.pick(1...left)
      parts.append(try channels(count))
      left -= count
    }
    let (divided, whole) = (
      LowerBounds(try parts.map { try Problem($0, widths: widths) }),
      LowerBounds(try Problem(channels(layer[.k]), widths: widths))
    )
    for capacity in [3, 24, 100, 1000, 10_000, 1 << 20] {
      for (a, b) in zip(divided.all(capacity: Bits(capacity)), whole.all(capacity: Bits(capacity))) {
        // The last bits of sums may differ, and a bound is rounded up.
        let most = widths.inputs.count * widths.weights.count * widths.partialSums.count
        #expect(
          a.family == b.family && a.written == b.written && abs(a.read.count - b.read.count) <= most,
          "seed \(2000 + seed), \(a), \(b): \(describe(layer))")
      }
    }
  }

  /// Layers that stand for themselves at 64 KiB, all words of 8 bits: the best bound and that of the inputs' Loomis-Whitney
  /// family.
  @Test(arguments: [
    ([1, 64, 3, 224, 7, 2, 3], 7_702_016, 6_422_528), ([1, 256, 128, 56, 3, 1, 1], 20_040_152, 19_335_816),
    ([32, 32, 32, 14, 3, 2, 1], 4_366_336, 1_912_480), ([96, 1, 1, 112, 3, 1, 1], 19_274_496, 9_685_848),
    ([1, 512, 512, 20, 1, 1, 0], 7_076_104, 7_076_104),
  ])
  func plainLayersHaveTheirBounds(shape: [Int], best: Int, inputs: Int) throws {
    let layer = try Layer(
      name: "plain", groups: shape[0], inputChannels: shape[0] * shape[2], input: Extent(shape[3]),
      outputChannels: shape[0] * shape[1], kernel: Extent(shape[4]), stride: Extent(shape[5]),
      padding: Padding(shape[6]))
    let bounds = try LowerBounds(Problem(layer, widths: WordWidths(.byte)))
    #expect(bounds.best(capacity: .bytes(1 << 16)).total == Bits(best))
    #expect(bounds.all(capacity: .bytes(1 << 16))[2].total == Bits(inputs))
  }

  /// More words than 64 bits count as bits only lower a bound.
  @Test func partsBeyondCounting() throws {
    let part = try Layer(
      name: "part", groups: 1 << 8, inputChannels: 1 << 28, input: Extent(1), outputChannels: 1 << 28,
      kernel: Extent(1))
    let problem = try Problem(part, widths: WordWidths(try #require(BitWidth(64))))
    let bound = LowerBounds(Array(repeating: problem, count: 1 << 8)).best(capacity: .bytes(1 << 16))
    #expect(bound.total.count > 1 << 60)
    #expect(bound.energy(of: Array(repeating: problem, count: 1 << 16)) == nil)
  }
}
