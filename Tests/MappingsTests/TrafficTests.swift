import EnergyModel
import Mappings
import TestSupport
import Testing
import Workloads

struct TrafficTests {
  /// Closed form, replay and box walk of random nests, sensible or not, on layers of every kind: 100 nests a seed.
  @Test("Closed form equals replay", arguments: seeds(0..<60))
  func closedFormEqualsReplay(seed: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 6, largestMACs: 400)
    for place in 0..<12 {
      // Some have kernel rows and columns that meet only padding.
      let layer = place < 10 ? layers.layer() : layers.overreachingLayer()
      let widths = layers.widths()
      for _ in 0..<10 {
        let mapping = layers.mapping(on: layer)
        for reuse in [ReusePolicy.sliding, .none] {
          func failure() -> Comment { "seed \(seed): \(describe(layer)), \(mapping.nodes), \(reuse)" }
          let replay = try Replay(of: mapping, on: layer, reuse: reuse, widths: widths)
          let traffic = Traffic(of: mapping, on: layer, reuse: reuse)
          let occupancy = Occupancy(of: mapping, on: layer)
          #expect(replay.traffic == traffic, failure())
          #expect(replay.occupancy == occupancy, failure())
          #expect(replay.macs == layer.macs, failure())
          #expect(replay.peak <= occupancy.bits(widths), failure())

          var walker = BoxWalker(layer, widths: widths, reuse: reuse, readEnergy: 2, writeEnergy: 3)
          let walk = walker.evaluate(mapping)
          let bits = traffic.bits(widths)
          #expect(walk.occupancy == occupancy.bits(widths).count, failure())
          #expect(walk.energy == 2 * bits.read.count + 3 * bits.written.count, failure())
        }
      }
    }
  }

  @Test func replayChecksTheCapacity() throws {
    let layer = try Layer.gemm(name: "gemm", m: 4, n: 4, k: 4)
    let mapping = try Mapping([.keep(.outputs), .loop(.c, tile: 1), .keep(.inputs), .keep(.weights)])
    let widths = WordWidths(.byte)
    let needed = Occupancy(of: mapping, on: layer).bits(widths)
    #expect(needed == Bits(8 * (16 + 4 + 4)))
    _ = try Replay(of: mapping, on: layer, reuse: .sliding, widths: widths, capacity: needed)
    #expect(throws: ReplayError.overCapacity(held: needed, capacity: needed - Bits(1))) {
      try Replay(of: mapping, on: layer, reuse: .sliding, widths: widths, capacity: needed - Bits(1))
    }
  }

  @Test func replayRefusesHugeLayers() throws {
    let layer = try Layer.gemm(name: "gemm", m: 4096, n: 4096, k: 4096)
    let mapping = try Mapping([.keep(.outputs), .keep(.inputs), .keep(.weights)])
    #expect(throws: ReplayError.tooManyMACs(1 << 36)) {
      try Replay(of: mapping, on: layer, reuse: .sliding, widths: WordWidths(.byte))
    }
  }

  @Test func slidingReadsOnlyWhatIsNew() throws {
    let layer = try Layer(
      name: "slide", inputChannels: 1, input: Extent(height: 10, width: 1), outputChannels: 2,
      kernel: Extent(height: 3, width: 1))
    let mapping = try Mapping([
      .keep(.weights), .loop(.k, tile: 1), .loop(.p, tile: 2), .keep(.inputs), .keep(.outputs),
    ])
    // Four boxes of four rows for each of the two output maps; three of them share two rows with the one before.
    #expect(Traffic(of: mapping, on: layer, reuse: .none).inputsRead == Words(2 * 4 * 4))
    #expect(Traffic(of: mapping, on: layer, reuse: .sliding).inputsRead == Words(2 * (4 * 4 - 3 * 2)))
  }

  @Test func spilledPartialSums() throws {
    let layer = try Layer.gemm(name: "gemm", m: 2, n: 3, k: 4)
    let mapping = try Mapping([
      .loop(.c, tile: 2), .keep(.inputs), .keep(.weights), .loop(.k, tile: 1), .keep(.outputs),
    ])
    let traffic = Traffic(of: mapping, on: layer, reuse: .sliding)
    #expect(traffic.partialSumsWritten == Words(6))
    #expect(traffic.partialSumsRead == Words(6))
    #expect(traffic.outputsWritten == Words(6))
    let widths = try #require(BitWidth(24)).count
    let bits = traffic.bits(
      WordWidths(inputs: .byte, weights: .byte, outputs: .byte, partialSums: try #require(BitWidth(widths))))
    #expect(bits.written == Bits(6 * 24 + 6 * 8))
  }
}
