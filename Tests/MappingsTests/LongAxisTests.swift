import EnergyModel
import Mappings
import TestSupport
import Testing
import Workloads

/// Axes on which blocks are many, uneven and in padding.
struct LongAxisTests {
  /// Sums over blocks equal a walk of the nest, and the fullest box is that of a plain walk of all pairs of blocks.
  @Test("Padded axes with nested blocks", arguments: seeds(0..<150))
  func paddedAxes(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<4 {
      let layer = try #require(randomLayer(&random))
      for _ in 0..<5 {
        let mapping = try randomMapping(&random, on: layer)
        func failure() -> Comment { "seed \(seed): \(describe(layer)), \(mapping.nodes)" }
        let rows = fullestRows(mapping, layer.vertical, .p, .r) * fullestRows(mapping, layer.horizontal, .q, .s)
        let channels = blocks(mapping, layer[.c], .c).map(\.count).max() ?? 0
        #expect(Occupancy(of: mapping, on: layer).inputs == Words(rows * channels), failure())
        for reuse in [ReusePolicy.sliding, .none] {
          // With one bit a word, energy is words read and written.
          let widths = WordWidths(.one)
          var walker = BoxWalker(layer, widths: widths, reuse: reuse, readEnergy: 1 << 30, writeEnergy: 1)
          let walk = walker.evaluate(mapping)
          let bits = Traffic(of: mapping, on: layer, reuse: reuse).bits(widths)
          #expect(walk.energy == bits.read.count << 30 + bits.written.count, failure())
          #expect(walk.occupancy == Occupancy(of: mapping, on: layer).bits(widths).count, failure())
        }
      }
    }
  }

  /// A layer with one long axis, often with more padding than input, and few other dimensions.
  private func randomLayer(_ random: inout SplitMix64) -> Layer? {
    for _ in 0..<1000 {
      let padding = random.pick([2, 10, 40])
      let kernel = Extent(height: random.pick(1...12), width: random.pick(1...2))
      let layer = try? Layer(
        name: "axis", inputChannels: random.pick(1...2),
        input: Extent(height: random.pick(1...random.pick([3, 20, 50])), width: random.pick(1...3)),
        outputChannels: random.pick(1...3), kernel: kernel,
        stride: Extent(height: random.pick(1...5), width: 1), dilation: Extent(height: random.pick(1...5), width: 1),
        padding: Padding(
          top: random.pick(0...padding), bottom: random.pick(0...padding), left: random.pick(0...1), right: 0))
      if let layer, layer.macs < 5000 { return random.oneIn(4) ? transposed(layer) : layer }
    }
    return nil
  }

  /// The layer with its rows for columns.
  private func transposed(_ layer: Layer) -> Layer? {
    let (rows, columns) = (layer.vertical, layer.horizontal)
    func extent(_ of: (ConvolutionAxis) -> Int) -> Extent { Extent(height: of(columns), width: of(rows)) }
    return try? Layer(
      name: "axis", inputChannels: layer.inputChannels, input: extent(\.inputSize),
      outputChannels: layer.outputChannels, kernel: extent(\.kernelSize), stride: extent(\.stride),
      dilation: extent(\.dilation),
      padding: Padding(
        top: columns.paddingBefore, bottom: columns.paddingAfter, left: rows.paddingBefore, right: rows.paddingAfter))
  }

  /// A nest with several loops over the long axis, most of them outside the inputs' keep.
  private func randomMapping(_ random: inout SplitMix64, on layer: Layer) throws -> Mapping {
    var nodes: [Mapping.Node] = []
    for (dimension, most) in [(Dimension.p, 4), (.q, 4), (.r, 3), (.s, 3), (.k, 2), (.c, 2)] {
      let tiles = (0..<random.pick(0...most)).map { _ in random.pick(1...layer[dimension]) }
      nodes += tiles.map { .loop(dimension, tile: $0) }
    }
    nodes.shuffle(using: &random)
    nodes.sort { tile($0) > tile($1) }
    // Loops of different dimensions in any order, those of one from the largest tile to the smallest.
    var orders = Dictionary(grouping: nodes, by: dimension)
    nodes.shuffle(using: &random)
    nodes = nodes.map { orders[dimension($0)]?.removeFirst() ?? $0 }
    let inputs = random.oneIn(3) ? random.pick(0...nodes.count) : nodes.count
    nodes.insert(.keep(.inputs), at: inputs)
    for tensor in [Tensor.weights, .outputs] { nodes.insert(.keep(tensor), at: random.pick(0...nodes.count)) }
    return try Mapping(nodes)
  }

  private func tile(_ node: Mapping.Node) -> Int {
    if case .loop(let loop) = node, case .tile(let tile) = loop.cut { tile } else { 0 }
  }

  private func dimension(_ node: Mapping.Node) -> Dimension? {
    if case .loop(let loop) = node { loop.dimension } else { nil }
  }

  /// The blocks of a dimension outside the inputs' keep, cut one tile after another.
  private func blocks(_ mapping: Mapping, _ size: Int, _ dimension: Dimension) -> [Range<Int>] {
    var blocks = [0..<size]
    for node in mapping.nodes.prefix(while: { $0 != .keep(.inputs) }) where self.dimension(node) == dimension {
      blocks = blocks.flatMap { block in
        stride(from: block.lowerBound, to: block.upperBound, by: tile(node)).map {
          $0..<min(block.upperBound, $0 + tile(node))
        }
      }
    }
    return blocks
  }

  /// The most rows of all pairs of blocks, one pair after another.
  private func fullestRows(_ mapping: Mapping, _ axis: ConvolutionAxis, _ output: Dimension, _ kernel: Dimension) -> Int
  {
    let kernels = blocks(mapping, axis.kernelSize, kernel)
    var most = 0
    for outputs in blocks(mapping, axis.outputSize, output) {
      for kernels in kernels { most = max(most, axis.inputRows(outputs: outputs, kernels: kernels)) }
    }
    return most
  }

  /// Hundreds of thousands of blocks along both sides of an axis: the 2^35 pairs of them are not walked one by one.
  @Test(.timeLimit(.minutes(5)), arguments: [true, false])
  func manyBlocks(hasPadding: Bool) throws {
    let (outputs, kernels, padding) = (1 << 18, 1 << 17, hasPadding ? 1 << 16 : 0)
    let layer = try Layer(
      name: "long", inputChannels: 1, input: Extent(height: outputs + kernels - 1 - 2 * padding, width: 1),
      outputChannels: 2, kernel: Extent(height: kernels, width: 1),
      padding: Padding(top: padding, bottom: padding, left: 0, right: 0))
    let mapping = try Mapping([
      .loop(.p, tile: 1), .loop(.k, tile: 1), .loop(.r, tile: 1), .keep(.inputs), .keep(.outputs), .keep(.weights),
    ])
    #expect(Occupancy(of: mapping, on: layer) == Occupancy(inputs: Words(1), weights: Words(1), outputs: Words(1)))
    // Of the outputs at either end, 2^16, 2^16 - 1, ... kernel rows fall on padding.
    let padded = padding * (padding + 1)
    #expect(
      Traffic(of: mapping, on: layer, reuse: .sliding).inputsRead == Words(2 * (outputs * kernels - padded)))
  }
}
