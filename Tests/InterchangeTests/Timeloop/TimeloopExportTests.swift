import EnergyModel
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

@testable import Interchange

/// Exported files, evaluated by ``TimeloopReferee`` from their text.
struct TimeloopExportTests {
  /// Where Timeloop counts inputs as ``Traffic`` does: nothing padded or skipped, and along each axis at most one loop
  /// outside the inputs' keep, which divides evenly.
  private func countsInputsAlike(_ mapping: Mapping, _ layer: Layer) -> Bool {
    func isPlain(_ axis: ConvolutionAxis) -> Bool {
      !axis.hasPaddedMACs && (axis.stride == 1 || axis.outputSize == 1) && (axis.dilation == 1 || axis.kernelSize == 1)
    }
    guard isPlain(layer.vertical), isPlain(layer.horizontal) else { return false }
    var tiles: [Dimension: [Int]] = [:]
    var block = Dimension.allCases.map { layer[$0] }
    for node in mapping.nodes {
      if node == .keep(.inputs) { break }
      if case .loop(let loop) = node, case .tile(let tile) = loop.cut, tile < block[loop.dimension.index] {
        block[loop.dimension.index] = tile
        tiles[loop.dimension, default: []].append(tile)
      }
    }
    return [[Dimension.p, .r], [.q, .s]].allSatisfy { pair in
      let loops = pair.flatMap { dimension in (tiles[dimension] ?? []).map { (dimension, $0) } }
      return loops.count <= 1 && loops.allSatisfy { layer[$0.0] % $0.1 == 0 }
    }
  }

  /// What is found of one export.
  private struct Found {
    var exports = 0
    var alike = 0
    var otherwise = 0
    var imperfect = 0
    var sampledOtherwise = 0
    var masterOtherwise = 0
    var refused = 0
  }

  private func check(
    _ mapping: Mapping, _ layer: Layer, _ widths: WordWidths, _ found: inout Found
  ) throws {
    let capacity = Occupancy(of: mapping, on: layer).bits(widths)
    let files: TimeloopFiles
    do {
      files = try TimeloopExport.files(
        layer: layer, mapping: mapping, capacity: capacity, widths: widths, reuse: .sliding)
    } catch {
      found.refused += 1
      return
    }
    found.exports += 1
    let context = Comment(rawValue: "\(describe(layer)); \(NestText.text(mapping))\n\(files.text)")
    let referee = try TimeloopReferee(files.text)
    try referee.checkFactors()
    let hasResiduals = files.mapping.split(separator: "\n").contains { $0.contains("factors:") && $0.contains(",") }
    if hasResiduals { found.imperfect += 1 }
    if files.timeloop.release != files.timeloop.walkingAll { found.sampledOtherwise += 1 }
    if files.timeloop.master != files.timeloop.release { found.masterOtherwise += 1 }
    let traffic = files.traffic
    for build in TimeloopReferee.Build.allCases {
      let expected =
        switch build {
        case .release: files.timeloop.release
        case .master: files.timeloop.master
        case .walkingAll: files.timeloop.walkingAll
        }
      let isExact = build != .master || !hasResiduals
      for space in referee.dataSpaces {
        let accesses = try referee.accesses(to: space, build)
        let (here, ours) =
          switch space.name {
          case "Inputs": (expected.inputsRead, traffic.inputsRead)
          case "Weights": (expected.weightsRead, traffic.weightsRead)
          default: (expected.outputsUpdated, traffic.partialSumsWritten + traffic.outputsWritten)
          }
        #expect(accesses.content == here.count, "\(space.name), \(build): \(context)")
        let isAlike =
          switch space.name {
          case "Inputs": countsInputsAlike(mapping, layer)
          case "Weights": Self.usesAllWeights(layer)
          default: true
          }
        if isExact, isAlike { #expect(here == ours, "\(space.name), \(build): \(context)") }
        // What meets only padding Timeloop reads besides.
        if isExact, space.name == "Weights" { #expect(here >= ours, "\(space.name), \(build): \(context)") }
        let depth = try #require(referee.levels.dropFirst().first { $0.keeps.contains(space.name) }?.depth)
        #expect(accesses.largestTile <= depth, context)
        if build == .walkingAll {
          for (dimension, size) in referee.sizes {
            #expect(accesses.covered[dimension] == Set(0..<size), "\(dimension): \(context)")
          }
        }
      }
      if isExact { #expect(expected.outputsRead == traffic.partialSumsRead, context) }
    }
    if countsInputsAlike(mapping, layer) { found.alike += 1 }
    if files.timeloop.walkingAll.inputsRead != traffic.inputsRead { found.otherwise += 1 }
  }

  private static func usesAllWeights(_ layer: Layer) -> Bool {
    layer.usedElements(of: .weights).count == [Dimension.g, .k, .c, .r, .s].reduce(1) { $0 * layer[$1] }
  }

  @Test(arguments: seeds(0..<4))
  func optimaAreCountedByTimeloop(seed: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 7, largestMACs: 1200)
    var found = Found()
    for index in 0..<24 {
      layers.allowsPadding = index % 3 == 0
      let layer = layers.layer()
      let widths = index % 2 == 0 ? WordWidths(.byte) : layers.widths()
      let optimizer = try Optimizer(Problem(layer, widths: widths, reuse: .sliding))
      let all = Tensor.allCases.reduce(Bits.zero) { $0 + layer.usedElements(of: $1) * widths.inBuffer($1) }
      for part in [1, 2, 3, 5, 8] {
        let capacity = Bits(max(optimizer.problem.leastCapacity.count, all.count * part / 8))
        guard let optimum = optimizer.optimum(capacity: capacity) else { continue }
        try check(optimum.mapping, layer, widths, &found)
      }
    }
    #expect(found.exports + found.refused == 120)
    #expect(found.alike > 10)
    #expect(found.otherwise > 0)
    #expect(found.sampledOtherwise > 0)
    #expect(found.imperfect > 0)
  }

  /// A nest that Timeloop can cut: loops over a dimension at most once between keeps, tiles dividing the tile around.
  private func dividingNest(_ layer: Layer, _ random: inout SplitMix64) -> Mapping? {
    var segments: [[Mapping.Node]] = [[], [], []]
    for dimension in Dimension.allCases where layer[dimension] > 1 {
      var around = layer[dimension]
      for segment in segments.indices where random.oneIn(2) {
        let tiles = (1..<max(2, around)).filter { around == layer[dimension] || around % $0 == 0 }
        around = random.pick(tiles)
        segments[segment].append(.loop(dimension, tile: around))
      }
    }
    for segment in segments.indices { segments[segment].shuffle(using: &random) }
    let keeps = Tensor.allCases.shuffled(using: &random).map { Mapping.Node.keep($0) }
    return try? Mapping(zip(segments, keeps).flatMap { $0 + [$1] })
  }

  @Test(arguments: seeds(0..<4))
  func nestsWithResidualsAreCountedByTimeloop(seed: Int) throws {
    var layers = RandomLayers(seed: 200 + seed, largestSize: 13, largestMACs: 900)
    var found = Found()
    for index in 0..<60 {
      layers.allowsPadding = index % 4 == 0
      let layer = layers.layer()
      let mapping = try #require(dividingNest(layer, &layers.random))
      try check(mapping, layer, index % 2 == 0 ? WordWidths(.byte) : layers.widths(), &found)
    }
    #expect(found.exports == 60)
    #expect(found.imperfect > 30)
    #expect(found.masterOtherwise > 0)
    #expect(found.alike > 4)
    #expect(found.otherwise > 10)
  }

  @Test(arguments: seeds(0..<2))
  func anyNestIsCountedOrRefused(seed: Int) throws {
    var layers = RandomLayers(seed: 100 + seed, largestSize: 7, largestMACs: 600)
    var found = Found()
    for index in 0..<120 {
      layers.allowsPadding = index % 2 == 0
      let layer = layers.layer()
      try check(layers.mapping(on: layer), layer, layers.widths(), &found)
    }
    #expect(found.exports > 100)
    #expect(found.refused + found.exports == 120)
  }

  // MARK: What is written

  private func files(
    _ nest: String, _ layer: Layer, _ widths: WordWidths = WordWidths(.byte), capacity: Int = 1 << 20,
    reuse: ReusePolicy = .sliding
  ) throws -> TimeloopFiles {
    try TimeloopExport.files(
      layer: layer, mapping: NestText.parse(nest, origin: "nest"), capacity: Bits(capacity), widths: widths,
      reuse: reuse)
  }

  private func convolution(_ padding: Int = 0, hasBiases: Bool = false) throws -> Layer {
    try Layer(
      name: "c\n1", inputChannels: 2, input: Extent(9 - 2 * padding), outputChannels: 3, kernel: Extent(3),
      padding: Padding(padding), hasBiases: hasBiases)
  }

  @Test func mappingText() throws {
    let files = try files("k:2 p:4 [outputs] c:1 p:2 [inputs] k:1 r:1 [weights] s:1", convolution())
    #expect(
      files.mapping == """
        mapping:
          - target: MainMemory
            type: temporal
            factors: N1 G1 K2 C1 P2 Q1 R1 S1
            permutation: PKNGCQRS
          - target: MainMemory
            type: datatype
            keep: [Inputs, Weights, Outputs]
            bypass: []
          - target: BufferOutputs
            type: temporal
            factors: N1 G1 K1 C2 P2 Q1 R1 S1
            permutation: PCNGKQRS
          - target: BufferOutputs
            type: datatype
            keep: [Outputs]
            bypass: [Inputs, Weights]
          - target: BufferInputs
            type: temporal
            factors: N1 G1 K2,1 C1 P1 Q1 R3 S1
            permutation: RKNGCPQS
          - target: BufferInputs
            type: datatype
            keep: [Inputs]
            bypass: [Weights, Outputs]
          - target: BufferWeights
            type: temporal
            factors: N1 G1 K1 C1 P2,1 Q7 R1 S3
            permutation: SQPNGKCR
          - target: BufferWeights
            type: datatype
            keep: [Weights]
            bypass: [Inputs, Outputs]

        """)
  }

  @Test func oneLevelWhereAllTensorsAreKeptAtOneDepth() throws {
    let files = try files("c:1 [inputs] [outputs] [weights]", convolution(), capacity: 8000)
    let referee = try TimeloopReferee(files.text)
    #expect(referee.levels.map(\.name) == ["MainMemory", "Buffer"])
    #expect(referee.levels[1].depth == 1000)
    #expect(referee.levels[1].keeps == ["Inputs", "Weights", "Outputs"])
    #expect(files.remarks.allSatisfy { !$0.contains("stand for one Buffer") })
  }

  @Test func everyTensorHasItsOwnWidth() throws {
    let widths = try WordWidths(
      inputs: #require(BitWidth(4)), weights: #require(BitWidth(2)), outputs: #require(BitWidth(8)),
      partialSums: #require(BitWidth(24)))
    let files = try files("c:1 [inputs] [outputs] [weights]", convolution(), widths)
    for line in [
      "attributes: {width: 24, block-size: 1, word-bits: 24}",
      "attributes: {depth: 81, width: 4, block-size: 1, word-bits: 4}",
      "attributes: {depth: 147, width: 24, block-size: 1, word-bits: 24}",
      "attributes: {depth: 27, width: 2, block-size: 1, word-bits: 2}",
    ] { #expect(files.architecture.contains(line)) }
    #expect(
      files.remarks == [
        "BufferInputs, BufferOutputs, BufferWeights stand for one Buffer of 1048576 bits, of which 3906 are used.",
        "Timeloop reuses inputs wherever a box overlaps the one before and moved as that one did; smaller last boxes are read whole.",
        "Partial sums and finished outputs have one width in Timeloop: 24 bits.",
        "MainMemory has one width for all words: compare words and not its energy.",
      ])
  }

  /// 7 output rows by 3 with a kernel of 3: 5 + 3 rows slide, and the last window, of 3 rows, is read whole.
  @Test func countsInNotes() throws {
    let files = try files("p:3 [inputs] [outputs] [weights]", convolution(1, hasBiases: true), reuse: .none)
    #expect(files.timeloop.release.inputsRead == Words((5 + 3 + 3) * 9 * 2))
    #expect(files.traffic.inputsRead == Words((4 + 5 + 2) * 7 * 2))
    #expect(
      files.notes.hasPrefix(
        """
        # Layer c\\u{a}1, for timeloop-model.
        # Scalar accesses at MainMemory, as Timeloop counts them:
        #   v3.0.3: Inputs 198 read, Weights 54 read, Outputs 147 updated and 0 read
        #   master since January 2024: Inputs 198 read, Weights 54 read, Outputs 189 updated and 42 read
        #   either with TIMELOOP_DISABLE_TEMPORAL_EXTRAPOLATION=1: Inputs 198 read, Weights 54 read, Outputs 147 updated and 0 read
        # As Tilebound counts them: Inputs 154 read, Weights 54 read, Outputs 147 updated and 0 read

        """))
    #expect(files.remarks.contains { $0.hasPrefix("Timeloop knows no padding") })
    #expect(files.remarks.contains { $0.hasPrefix("Timeloop reuses inputs where boxes overlap; Tilebound's figures") })
    #expect(files.remarks.contains("Biases are left out: 3 words more are read."))
  }

  @Test func skippedInputsAreHeldAndRead() throws {
    let layer = try Layer(
      name: "strided", inputChannels: 1, input: Extent(9), outputChannels: 1, kernel: Extent(1), stride: Extent(2))
    let files = try files("[inputs] [outputs] [weights]", layer, capacity: 8 * 51)
    #expect(files.traffic.inputsRead == Words(25))
    #expect(files.timeloop.release.inputsRead == Words(81))
    #expect(files.architecture.contains("depth: 107,"))
    #expect(
      files.remarks == [
        "Timeloop's tiles, which are bounding boxes and may exceed the layer at its edges, take 856 bits together.",
        "Timeloop reads the bounding box of a tile of inputs, elements that stride or dilation skip included.",
      ])
  }

  @Test(arguments: [
    (
      "q:4 [outputs] q:3 [inputs] [weights]", 1 << 20,
      "blocks of 4 over q are cut by 3: in Timeloop a tile must divide the tile around it"
    ),
    ("q:4 k:1 q:2 [outputs] [inputs] [weights]", 1 << 20, "accepted"),
    ("[outputs] [inputs] [weights]", 2903, "the mapping holds 2904 bits; the capacity is 2903 bits"),
    (
      (1...15).map { "n:\(1 << (15 - $0)) p:\(1 << (15 - $0)) " }.joined() + "[outputs] [inputs] [weights]", 1 << 20,
      "a nest of 18 storage levels is too large to be written for Timeloop"
    ),
  ])
  func refused(nest: String, capacity: Int, message: String) throws {
    let long = try Layer(
      name: "long", batch: 1 << 15, inputChannels: 1, input: Extent(height: 1 << 15, width: 1), outputChannels: 1,
      kernel: Extent(1))
    let layer = try nest.hasPrefix("n") ? long : convolution()
    #expect(refusal { _ = try files(nest, layer, capacity: capacity) } == message)
  }

  @Test func hugeTilesAreRefused() throws {
    let layer = try Layer.gemm(name: "huge", m: 1 << 20, n: 1, k: 1 << 20)
    #expect(
      refusal { _ = try files("[outputs] [inputs] [weights]", layer, capacity: 1 << 60) }
        == "the tile of inputs is too large to be written for Timeloop")
  }
}
