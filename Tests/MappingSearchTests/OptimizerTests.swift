import EnergyModel
import LowerBounds
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

struct OptimizerTests {
  static func convolution(
    k: Int, c: Int, outputs: Int, kernel: Int, stride: Int = 1
  ) throws -> Layer {
    try Layer(
      name: "conv", inputChannels: c, input: Extent(stride * (outputs - 1) + kernel), outputChannels: k,
      kernel: Extent(kernel), stride: Extent(stride))
  }

  /// Words moved at 1, 4, 16 and 64 KiB with 8-bit words, from a search over fewer mappings: the most allowed.
  @Test func knownOptima() throws {
    let known: [(Layer, [Int])] = [
      (try Self.convolution(k: 192, c: 64, outputs: 27, kernel: 5), [4_656_960, 2_067_456, 1_062_208, 508_672]),
      (try Self.convolution(k: 1024, c: 256, outputs: 14, kernel: 1), [3_540_992, 1_890_304, 1_076_224, 513_024]),
      (
        try Self.convolution(k: 64, c: 3, outputs: 112, kernel: 7, stride: 2), [3_871_696, 1_346_023, 969_547, 969_547]
      ),
      (try Layer.gemm(name: "gemm", m: 512, n: 512, k: 512), [8_912_896, 4_718_592, 2_621_440, 1_572_864]),
    ]
    for (layer, words) in known {
      let optimizer = try Optimizer(Problem(layer, widths: WordWidths(.byte), reuse: .sliding))
      for (capacity, most) in zip([1024, 4096, 16384, 65536], words) {
        let optimum = try #require(optimizer.optimum(capacity: .bytes(capacity)))
        #expect(optimum.traffic.total.count <= most)
        #expect(optimum.energy.dataQuanta == 8 * optimum.traffic.total.count)
        #expect(optimum.occupancy.bits(WordWidths(.byte)) <= .bytes(capacity))
      }
    }
  }

  @Test func nothingFitsBelowOneWordOfEach() throws {
    let widths = WordWidths(
      inputs: .byte, weights: try #require(BitWidth(4)), outputs: .byte, partialSums: try #require(BitWidth(24)))
    let optimizer = try Optimizer(Problem(Layer.gemm(name: "gemm", m: 5, n: 4, k: 3), widths: widths, reuse: .sliding))
    #expect(optimizer.problem.leastCapacity == Bits(8 + 4 + 24))
    #expect(optimizer.optimum(capacity: Bits(35)) == nil)
    #expect(optimizer.optimum(capacity: Bits(36)) != nil)
  }

  @Test func compulsoryTrafficWhenAllFits() throws {
    var layers = RandomLayers(seed: 1, largestSize: 6, largestMACs: 4000)
    for _ in 0..<30 {
      let layer = layers.layer()
      let widths = layers.widths()
      let optimizer = try Optimizer(Problem(layer, widths: widths, reuse: .sliding))
      let optimum = try #require(optimizer.optimum(capacity: .bytes(1 << 20)))
      let compulsory = Tensor.allCases.reduce(layer.biases.count) { $0 + layer.usedElements(of: $1).count }
      #expect(optimum.traffic.total.count == compulsory, "\(describe(layer))")
    }
  }

  /// What is found is accepted where mappings are read: no tile is larger than what its loop walks.
  @Test func tilesLieWithinTheirRanges() throws {
    let seed = 7
    var layers = RandomLayers(seed: seed, largestSize: 7, largestMACs: 20_000)
    for number in 0..<60 {
      let layer = number % 3 == 0 ? layers.paddedLayer() : layers.layer()
      let widths = layers.widths()
      let optimizer = try Optimizer(Problem(layer, widths: widths, reuse: .sliding))
      for point in optimizer.curve().steps.points {
        let mapping = try #require(optimizer.optimum(capacity: point.capacity)).mapping
        #expect(mapping.loopBeyondRange(on: layer) == nil, "seed \(seed), \(describe(layer)), \(mapping.nodes)")
      }
    }
  }

  @Test func restrictedDataflows() throws {
    let layer = try Self.convolution(k: 12, c: 10, outputs: 9, kernel: 3)
    let capacity = Bits.bytes(200)
    let all = try #require(
      try Optimizer(Problem(layer, widths: WordWidths(.byte), reuse: .sliding)).optimum(capacity: capacity))
    var best = Int.max
    for dataflow in Dataflow.allCases {
      let optimizer = try Optimizer(Problem(layer, widths: WordWidths(.byte), reuse: .sliding, dataflows: [dataflow]))
      let optimum = try #require(optimizer.optimum(capacity: capacity))
      #expect(optimum.mapping.dataflow == dataflow)
      best = min(best, optimum.energy.dataQuanta)
    }
    #expect(best == all.energy.dataQuanta)
  }

  @Test func readAndWriteEnergiesChangeTheOptimum() throws {
    let layer = try Layer.gemm(name: "gemm", m: 24, n: 24, k: 24)
    func optimum(read: Double, write: Double) throws -> Optimum {
      let model = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 1, read: read, write: write)
      let optimizer = try Optimizer(Problem(layer, widths: WordWidths(.byte), energyModel: model, reuse: .sliding))
      return try #require(optimizer.optimum(capacity: .bytes(64)))
    }
    let dearWrites = try optimum(read: 1, write: 100)
    #expect(dearWrites.traffic.partialSumsWritten == .zero)
    let freeReads = try optimum(read: 0, write: 1)
    #expect(freeReads.energy.data == Double(8 * 24 * 24))
    // Of all mappings that write each output once, the one that holds least.
    #expect(freeReads.occupancy.bits(WordWidths(.byte)) == .bytes(3))
  }

  /// Of mappings with the same energy the one with the least occupancy is chosen: a smaller Buffer than that costs more.
  @Test("Ties are broken by occupancy", arguments: seeds(0..<20))
  func ties(seed: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 6, largestMACs: 3000)
    let layer = layers.layer()
    let optimizer = try Optimizer(Problem(layer, widths: layers.widths(), reuse: .sliding))
    var capacity = Bits.bytes(1 << 20)
    while let optimum = optimizer.optimum(capacity: capacity) {
      let occupancy = optimum.occupancy.bits(optimizer.problem.widths)
      let next = optimizer.optimum(capacity: occupancy - Bits(1))
      #expect(next.map { $0.energy.dataQuanta > optimum.energy.dataQuanta } ?? true, "seed \(seed)")
      #expect(optimizer.optimum(capacity: occupancy)?.mapping == optimum.mapping, "seed \(seed)")
      capacity = occupancy - Bits(1)
    }
    #expect(capacity < optimizer.problem.leastCapacity)
  }

  @Test func groupsCostAsMuchAsSeparateLayers() throws {
    let grouped = try Layer(
      name: "grouped", groups: 3, inputChannels: 12, input: Extent(9), outputChannels: 15, kernel: Extent(3))
    let one = try Layer(name: "one", inputChannels: 4, input: Extent(9), outputChannels: 5, kernel: Extent(3))
    for capacity in [3, 20, 60, 150, 400] {
      let whole = try #require(
        try Optimizer(Problem(grouped, widths: WordWidths(.byte), reuse: .sliding)).optimum(capacity: .bytes(capacity)))
      let part = try #require(
        try Optimizer(Problem(one, widths: WordWidths(.byte), reuse: .sliding)).optimum(capacity: .bytes(capacity)))
      #expect(whole.energy.dataQuanta == 3 * part.energy.dataQuanta)
    }
  }

  /// With padding, equal blocks are not always best: 3, 1 and 3 rows hold fewer inputs than 3, 3 and 1.
  @Test func unevenBlocksNearPadding() throws {
    let layer = try Layer(
      name: "padded", inputChannels: 1, input: Extent(height: 4, width: 1), outputChannels: 1,
      kernel: Extent(height: 2, width: 1), padding: Padding(top: 1, bottom: 1, left: 0, right: 0))
    let widths = WordWidths(
      inputs: .one, weights: .one, outputs: try #require(BitWidth(2)), partialSums: try #require(BitWidth(3)))
    let optimizer = try Optimizer(Problem(layer, widths: widths, reuse: .none))
    #expect(optimizer.optimum(capacity: Bits(7))?.energy.dataQuanta == 18)
  }

  /// A single output row shares no input row with another, and blocks of its kernel rows still differ: cut into 3 and 2,
  /// and those into 2, 1 and 2, no block of a kernel of 5 holds more than one of the rows that lie on no padding.
  @Test func unevenKernelBlocksOfASingleRow() throws {
    let layer = try Layer(
      name: "single", inputChannels: 3, input: Extent(height: 3, width: 1), outputChannels: 3,
      kernel: Extent(height: 5, width: 1), padding: Padding(top: 1, bottom: 1, left: 0, right: 0))
    let widths = WordWidths(inputs: try #require(BitWidth(2)), weights: .one, outputs: .one, partialSums: .one)
    let model = try EnergyModel(name: "m", source: "", unit: "bit", mac: 0, read: 3, write: 1)
    let optimum = try #require(
      try Optimizer(Problem(layer, widths: widths, energyModel: model, reuse: .sliding)).optimum(capacity: Bits(4)))
    #expect(optimum.energy.dataQuanta == 234)
  }

  /// What the search leaves out, on the smallest known layer: where the last block of the batch is a single image, the
  /// next loop outside could slide in it. When this fails because the search finds the better nest, that is progress.
  @Test func knownLeftover() throws {
    let layer = try Layer(
      name: "leftover", batch: 3, inputChannels: 1, input: Extent(height: 1, width: 9), outputChannels: 1,
      kernel: Extent(height: 1, width: 4), stride: Extent(2), dilation: Extent(2))
    let widths = WordWidths(inputs: .one, weights: try #require(BitWidth(2)), outputs: .one, partialSums: .one)
    let nest = try Mapping([
      .loop(.n, tile: 2), .loop(.s, tile: 1), .keep(.outputs), .loop(.n, tile: 1), .keep(.inputs),
      .loop(.q, tile: 1), .keep(.weights),
    ])
    let capacity = Occupancy(of: nest, on: layer).bits(widths)
    let better = try Replay(of: nest, on: layer, reuse: .sliding, widths: widths, capacity: capacity).traffic.bits(
      widths)
    let found = try #require(try Optimizer(Problem(layer, widths: widths, reuse: .sliding)).optimum(capacity: capacity))
    #expect(found.traffic.bits(widths).total.count == better.total.count + 1)
  }

  /// Another, without padding: 3, 2 and 2 rows of outputs in boxes of 2 rows need one box less than 3, 3 and 1.
  @Test func knownLeftoverOfUnequalBlocks() throws {
    let layer = try Layer(
      name: "leftover", inputChannels: 2, input: Extent(height: 9, width: 1), outputChannels: 1,
      kernel: Extent(height: 3, width: 1))
    let widths = WordWidths(.one)
    let nest = try Mapping([
      .loop(.p, tile: 5), .loop(.p, tile: 3), .keep(.outputs), .loop(.c, tile: 1), .loop(.r, tile: 1),
      .loop(.p, tile: 2), .keep(.inputs), .keep(.weights),
    ])
    let capacity = Occupancy(of: nest, on: layer).bits(widths)
    let better = try Replay(of: nest, on: layer, reuse: .sliding, widths: widths, capacity: capacity).traffic.bits(
      widths)
    let found = try #require(try Optimizer(Problem(layer, widths: widths, reuse: .sliding)).optimum(capacity: capacity))
    #expect(better.total.count == 59)
    #expect(found.traffic.bits(widths).total.count == 61)
  }

  /// Another: the last block of kernel rows is a single one, whose weights stay while output rows change.
  @Test func knownLeftoverOfSingleWeights() throws {
    let layer = try Layer(
      name: "leftover", inputChannels: 1, input: Extent(height: 3, width: 1), outputChannels: 3,
      kernel: Extent(height: 6, width: 1), padding: Padding(top: 4, bottom: 0, left: 0, right: 0))
    let two = try #require(BitWidth(2))
    let widths = WordWidths(inputs: two, weights: two, outputs: two, partialSums: try #require(BitWidth(3)))
    let model = try EnergyModel(name: "m", source: "", unit: "bit", mac: 0, read: 2, write: 1)
    let nest = try Mapping([
      .loop(.r, tile: 5), .keep(.inputs), .loop(.k, tile: 1), .loop(.p, tile: 1), .keep(.outputs), .loop(.r, tile: 1),
      .keep(.weights),
    ])
    let capacity = Occupancy(of: nest, on: layer).bits(widths)
    let better = try Replay(of: nest, on: layer, reuse: .none, widths: widths, capacity: capacity).traffic.bits(widths)
    let optimizer = try Optimizer(Problem(layer, widths: widths, energyModel: model, reuse: .none))
    let found = try #require(optimizer.optimum(capacity: capacity))
    #expect(2 * better.read.count + better.written.count == 142)
    #expect(found.energy.dataQuanta == 144)
  }

  /// Very long axes are searched in bounded time, with some block sizes for each number of blocks, and say so.
  @Test func longAxes() throws {
    let layer = try Layer(
      name: "audio", inputChannels: 1, input: Extent(height: 1, width: 10_005), outputChannels: 32,
      kernel: Extent(height: 1, width: 10), stride: Extent(height: 1, width: 5))
    let optimizer = try Optimizer(Problem(layer, widths: WordWidths(.byte), reuse: .sliding))
    #expect(!optimizer.isComplete)
    let optimum = try #require(optimizer.optimum(capacity: .bytes(1 << 10)))
    let replay = try Replay(
      of: optimum.mapping, on: layer, reuse: .sliding, widths: WordWidths(.byte), capacity: .bytes(1 << 10))
    #expect(replay.traffic == optimum.traffic)
    #expect(
      try Optimizer(
        Problem(Self.convolution(k: 2, c: 2, outputs: 224, kernel: 3), widths: WordWidths(.byte), reuse: .sliding)
      )
      .isComplete)
  }

  @Test func inexactEnergiesAreRefused() throws {
    let layer = try Layer.gemm(name: "huge", m: 1 << 18, n: 1 << 17, k: 1 << 18)
    let dear = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 0, read: 1e6, write: 1e6)
    #expect(throws: ProblemError.inexact(layer: "huge", model: "m")) {
      try Optimizer(Problem(layer, widths: WordWidths(.byte), energyModel: dear, reuse: .sliding))
    }
  }

  /// Of a 3×3 kernel on a single input only the weight in the middle is used, by mapping and bound alike.
  @Test func weightsThatMeetOnlyPadding() throws {
    let layer = try Layer(
      name: "one", inputChannels: 64, input: Extent(1), outputChannels: 64, kernel: Extent(3), padding: Padding(1))
    let widths = WordWidths(.byte)
    let optimum = try #require(
      try Optimizer(Problem(layer, widths: widths, reuse: .sliding)).optimum(capacity: .bytes(1 << 10)))
    #expect(optimum.traffic.bits(widths).total == Bits(33_792))
    #expect(try LowerBounds(Problem(layer, widths: widths)).best(capacity: .bytes(1 << 10)).total == Bits(33_792))
    #expect(layer.usedElements(of: .weights) == Words(64 * 64))
  }

  /// Layers of which every MAC reads padding, so that nothing but outputs is in the Buffer: these are moved once.
  @Test(arguments: [([], []), (Tensor.allCases, []), ([], [Tensor.outputs])] as [([Tensor], [Tensor])])
  func nothingIsRead(doubleBuffered: [Tensor], onChip: [Tensor]) throws {
    let layout = try BufferLayout(doubleBuffered: Set(doubleBuffered), onChip: Set(onChip))
    let layer = try Layer(
      name: "padding", inputChannels: 1, input: Extent(1), outputChannels: 3, kernel: Extent(1), stride: Extent(2),
      padding: Padding(1))
    for reuse in ReusePolicy.allCases {
      let problem = try Problem(
        layer, in: Problem.Setting(widths: WordWidths(.byte), reuse: reuse, layout: layout))
      for capacity in [problem.leastCapacity, .bytes(1024)] {
        let found = try #require(Optimizer(problem).optimum(capacity: capacity))
        #expect(found.energy.dataQuanta == (problem.layout.onChip.isEmpty ? 8 * 12 : 0))
      }
      #expect(Optimizer(problem).curve().steps.points.count == 1)
    }
  }
}
