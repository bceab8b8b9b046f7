import EnergyModel
import Mappings
import TestSupport
import Testing
import Workloads

/// Bursts that a replay counts.
struct TransactionsTests {
  private static func count(
    _ nodes: [Mapping.Node], _ layer: Layer, widths: WordWidths = WordWidths(.byte), reuse: ReusePolicy = .overlap,
    burst: Bits, _ order: Bursts.Order = .channelsFirst
  ) throws -> (counts: Transactions, traffic: Traffic) {
    let replay = try Replay(
      of: Mapping(nodes), on: layer, reuse: reuse, widths: widths, bursts: #require(Bursts(of: burst, order)))
    return (try #require(replay.transactions), replay.traffic)
  }

  /// Two columns of a 4×4 input with four channels: whole rows are cut in two where columns are next to each other, and nothing
  /// is where channels are.
  @Test func columns() throws {
    let layer = try Layer(name: "a", inputChannels: 4, input: Extent(4), outputChannels: 1, kernel: Extent(1))
    let nodes: [Mapping.Node] = [.keep(.weights), .loop(.q, tile: 2), .keep(.outputs), .keep(.inputs)]
    let rows = try Self.count(nodes, layer, burst: .bytes(4)).counts
    #expect(rows.inputsRead == 32 && rows.weightsRead == 1 && rows.outputsWritten == 8)
    let pixels = try Self.count(nodes, layer, burst: .bytes(4), .channelsLast).counts
    #expect(pixels.inputsRead == 16 && pixels.weightsRead == 1 && pixels.outputsWritten == 8)
    #expect(pixels.total == 25 && pixels.used(Bits(8 * 84)) == 0.84)
  }

  /// Weights of a 3×3 kernel: one input channel at a time takes nine words in a row, or one in each of nine rows.
  @Test func weights() throws {
    let layer = try Layer(name: "a", inputChannels: 8, input: Extent(3), outputChannels: 2, kernel: Extent(3))
    let nodes: [Mapping.Node] = [.keep(.outputs), .loop(.c, tile: 1), .keep(.inputs), .keep(.weights)]
    let first = try Self.count(nodes, layer, burst: .bytes(1)).counts
    #expect(first.weightsRead == 144)
    #expect(try Self.count(nodes, layer, burst: .bytes(72)).counts.weightsRead == 16)
    #expect(try Self.count(nodes, layer, burst: .bytes(8), .channelsLast).counts.weightsRead == 144)
  }

  /// Words that are wider than a burst or that lie across two.
  @Test func wideWords() throws {
    let layer = try Layer.gemm(name: "a", m: 1, n: 1, k: 8)
    let widths = try WordWidths(
      inputs: #require(BitWidth(3)), weights: #require(BitWidth(16)), outputs: .byte, partialSums: .byte)
    let nodes: [Mapping.Node] = [.keep(.outputs), .loop(.c, tile: 1), .keep(.inputs), .keep(.weights)]
    let counts = try Self.count(nodes, layer, widths: widths, burst: Bits(4)).counts
    // Of eight words of 3 bits the second, third, sixth and seventh lie in two bursts of 4.
    #expect(counts.inputsRead == 12 && counts.weightsRead == 32 && counts.outputsWritten == 2)
  }

  /// Bursts of a word are words; twice as large ones are no more, and no fewer than half.
  @Test(arguments: seeds(0..<40))
  func sizes(seed: Int) throws {
    var layers = RandomLayers(seed: 95_000 + seed, largestSize: 6, largestMACs: 2_000)
    let layer = layers.layer()
    var nodes: [Mapping.Node] = []
    for tensor in Tensor.allCases.shuffled(using: &layers.random) {
      for dimension in Dimension.allCases where layers.random.oneIn(3) {
        nodes.append(.loop(dimension, tile: layers.random.pick(1...3), layers.random.pick(Loop.Direction.allCases)))
      }
      nodes.append(.keep(tensor))
    }
    let failure: Comment = "seed \(95_000 + seed): \(describe(layer)), \(nodes)"
    for (order, reuse) in zip(Bursts.Order.allCases, [ReusePolicy.overlap, .none]) {
      var last: Transactions?
      for words in [1, 2, 4, 8, 1 << 20] {
        let (counts, traffic) = try Self.count(nodes, layer, reuse: reuse, burst: .bytes(words), order)
        if words == 1 {
          #expect(counts.inputsRead == traffic.inputsRead.count, failure)
          #expect(counts.weightsRead == traffic.weightsRead.count, failure)
          #expect(counts.biasesRead == traffic.biasesRead.count, failure)
          #expect(counts.partialSumsRead == traffic.partialSumsRead.count, failure)
          #expect(counts.partialSumsWritten == traffic.partialSumsWritten.count, failure)
          #expect(counts.outputsWritten == traffic.outputsWritten.count, failure)
        } else if let last, words <= 8 {
          #expect(counts.total <= last.total && 2 * counts.total >= last.total, failure)
        }
        last = counts
      }
    }
  }

  /// Of boxes that are loaded whole as many bursts are counted as hold a word of them, looked up word by word.
  @Test(arguments: seeds(0..<40))
  func walked(seed: Int) throws {
    var layers = RandomLayers(seed: 96_000 + seed, largestSize: 5, largestMACs: 600)
    let layer = layers.layer()
    let mapping = layers.mapping(on: layer)
    let words = layers.random.pick(1...9)
    for order in Bursts.Order.allCases {
      let found = try Self.count(mapping.nodes, layer, reuse: .none, burst: .bytes(words), order).counts
      let walk = BurstWalk(mapping, on: layer, wordsOfBurst: words, channelsLast: order == .channelsLast)
      #expect(
        [found.inputsRead, found.weightsRead, found.partialSumsRead, found.partialSumsWritten, found.outputsWritten]
          == walk.counts, "seed \(96_000 + seed): \(describe(layer)), \(mapping.nodes), \(words) words, \(order)")
    }
  }
}
