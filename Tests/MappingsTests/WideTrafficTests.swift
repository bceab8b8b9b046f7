import EnergyModel
import Mappings
import TestSupport
import Testing
import Workloads

/// Nests whose loops run back and forth or walk phases, under each rule of what stays.
struct WideTrafficTests {
  /// Closed form, replay and a walk of the boxes of random nests on layers of every kind: 120 nests a seed under three
  /// rules.
  @Test("Closed form equals replay", arguments: seeds(0..<40))
  func closedFormEqualsReplay(seed: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 7, largestMACs: 600)
    for place in 0..<12 {
      let layer = layers.layer(ofKind: place - 8)
      let widths = layers.widths()
      for _ in 0..<10 {
        let mapping = layers.wideMapping(on: layer)
        for reuse in ReusePolicy.allCases {
          func failure() -> Comment { "seed \(seed): \(describe(layer)), \(mapping.nodes), \(reuse)" }
          let traffic = Traffic(of: mapping, on: layer, reuse: reuse)
          let occupancy = Occupancy(of: mapping, on: layer)
          let replay = try Replay(
            of: mapping, on: layer, reuse: reuse, widths: widths, capacity: occupancy.bits(widths))
          #expect(replay.traffic == traffic, failure())
          #expect(replay.occupancy == occupancy, failure())
          #expect(replay.macs == layer.macs, failure())

          let walk = ContentWalker.counts(mapping, on: layer, reuse: reuse)
          for tensor in Tensor.allCases {
            #expect(walk[tensor]?.held == occupancy[tensor].count, failure())
          }
          expect(traffic, agreesWith: walk, failure())
        }
      }
    }
  }

  /// Many loops over few dimensions, cut unevenly: which way a loop goes depends on where all others are.
  @Test("Closed form equals a walk of boxes", arguments: seeds(0..<40))
  func closedFormEqualsWalk(seed: Int) throws {
    var layers = RandomLayers(seed: 1000 + seed, largestSize: 12, largestMACs: 2000)
    for _ in 0..<6 {
      let layer = layers.random.oneIn(3) ? layers.layer() : layers.steppedLayer()
      for _ in 0..<5 {
        let mapping = layers.wideMapping(on: layer, loops: 6...18)
        for reuse in ReusePolicy.allCases {
          func failure() -> Comment { "seed \(seed): \(describe(layer)), \(mapping.nodes), \(reuse)" }
          let traffic = Traffic(of: mapping, on: layer, reuse: reuse)
          let walk = ContentWalker.counts(mapping, on: layer, reuse: reuse)
          expect(traffic, agreesWith: walk, failure())
        }
      }
    }
  }

  /// Plain nests too, whose sums under the other rules take another way.
  @Test("Plain nests under each rule", arguments: seeds(0..<20))
  func plainNests(seed: Int) throws {
    var layers = RandomLayers(seed: 2000 + seed, largestSize: 6, largestMACs: 400)
    for _ in 0..<20 {
      let layer = layers.steppedLayer()
      let mapping = layers.mapping(on: layer)
      func failure() -> Comment { "seed \(seed): \(describe(layer)), \(mapping.nodes)" }
      let totals = try ReusePolicy.allCases.map { reuse in
        let traffic = Traffic(of: mapping, on: layer, reuse: reuse)
        let replay = try Replay(of: mapping, on: layer, reuse: reuse, widths: WordWidths(.byte))
        #expect(replay.traffic == traffic, failure())
        return traffic.total
      }
      // The more stays, the less moves: overlap, sliding, none.
      #expect(totals == totals.sorted(), failure())
    }
  }

  private func expect(_ traffic: Traffic, agreesWith walk: [Tensor: ContentWalker.Count], _ failure: Comment) {
    #expect(walk[.inputs]?.loaded == traffic.inputsRead.count, failure)
    #expect(walk[.weights]?.loaded == traffic.weightsRead.count, failure)
    #expect(walk[.outputs]?.loaded == traffic.partialSumsRead.count + traffic.outputsWritten.count, failure)
  }

  // MARK: Known points

  /// The product of two 512×512 matrices: when columns step, a panel of inputs is still there because the loop over c
  /// turned round. Its blocks at either end have `panel` channels.
  @Test(arguments: [
    (rows: 8, columns: 9, panel: 6, capacity: 4 << 10, moved: 4_694_016),
    (4, 5, 24, 16 << 10, 2_572_288), (2, 3, 84, 64 << 10, 1_486_848), (2, 2, 255, 128 << 10, 1_180_160),
    (1, 2, 255, 256 << 10, 918_016),
  ])
  func retainedPanels(_ point: (rows: Int, columns: Int, panel: Int, capacity: Int, moved: Int)) throws {
    let layer = try Layer.gemm(name: "gemm", m: 512, n: 512, k: 512)
    func mapping(_ direction: Loop.Direction) throws -> Mapping {
      try Mapping([
        .loop(.p, tile: (512 + point.rows - 1) / point.rows),
        .loop(.k, tile: (512 + point.columns - 1) / point.columns, direction), .keep(.outputs),
        .loop(.c, tile: 512 - point.panel, direction), .loop(.c, tile: point.panel, direction), .keep(.inputs),
        .loop(.c, tile: 1), .loop(.k, tile: 1), .keep(.weights),
      ])
    }
    let turning = try mapping(.backAndForth)
    #expect(Occupancy(of: turning, on: layer).bits(WordWidths(.one)) <= Bits(point.capacity))
    #expect(Traffic(of: turning, on: layer, reuse: .overlap).total == Words(point.moved))
    // Without turning every block of columns reads all inputs of its rows.
    let forward = Traffic(of: try mapping(.forward), on: layer, reuse: .overlap).total
    #expect(forward == Words((point.rows + point.columns + 1) << 18))
  }

  /// A 7×7 kernel at stride 2 in its phases, of 4 and 3 rows: each input row is read for one of them alone.
  @Test func stridedKernelsInPhases() throws {
    let layer = try Layer(
      name: "conv1", inputChannels: 3, input: Extent(229), outputChannels: 64, kernel: Extent(7), stride: Extent(2))
    func mapping(_ direction: Loop.Direction) throws -> Mapping {
      try Mapping([
        .loop(.k, tile: 5, direction), .loop(.p, tile: 23, direction), .loop(.q, tile: 1, direction), .keep(.outputs),
        .loop(.c, tile: 1, direction), .loop(.s, tile: 1, direction), .loop(.r, phases: 2, direction),
        .loop(.r, tile: 1, direction), .keep(.inputs), .loop(.k, tile: 1, direction), .keep(.weights),
      ])
    }
    let (forward, turning) = (try mapping(.forward), try mapping(.backAndForth))
    for reuse in [ReusePolicy.overlap, .sliding] {
      #expect(Traffic(of: forward, on: layer, reuse: reuse).total == Words(13_684_720))
    }
    #expect(Traffic(of: turning, on: layer, reuse: .overlap).total == Words(13_677_195))
    for mapping in [forward, turning] {
      #expect(Occupancy(of: mapping, on: layer).bits(WordWidths(.one)) == Bits(139))
    }
  }

  /// Blocks of four pixels 4 rows and columns apart make a dense layer of a dilated one.
  @Test func dilatedLayersInPhases() throws {
    let layer = try Layer(
      name: "dilated", inputChannels: 8, input: Extent(16), outputChannels: 8, kernel: Extent(3), dilation: Extent(4),
      padding: Padding(4))
    let dense = try Layer(
      name: "dense", batch: 16, inputChannels: 8, input: Extent(4), outputChannels: 8, kernel: Extent(3),
      padding: Padding(1))
    for direction in Loop.Direction.allCases {
      let inside: [Mapping.Node] = [
        .loop(.k, tile: 3, direction), .loop(.p, tile: 3, direction), .loop(.q, tile: 3, direction), .keep(.outputs),
        .loop(.c, tile: 2, direction), .loop(.r, tile: 1, direction), .keep(.inputs), .loop(.s, tile: 2, direction),
        .keep(.weights),
      ]
      // Rows, then columns, each in four phases, are sixteen images.
      let phases = try Mapping([.loop(.p, phases: 4), .loop(.q, phases: 4)] + inside)
      let images = try Mapping([.loop(.n, tile: 4), .loop(.n, tile: 1)] + inside)
      #expect(Occupancy(of: phases, on: layer) == Occupancy(of: images, on: dense))
      for reuse in ReusePolicy.allCases {
        #expect(Traffic(of: phases, on: layer, reuse: reuse) == Traffic(of: images, on: dense, reuse: reuse))
      }
    }
  }

  // MARK: What is too much

  /// What cannot be counted in time is said to be so.
  @Test(.timeLimit(.minutes(5))) func uncountableNests() throws {
    let keeps: [Mapping.Node] = [.keep(.inputs), .keep(.outputs), .keep(.weights)]
    func refusal(_ nodes: [Mapping.Node], _ layer: Layer) throws -> UncountableNest? {
      let mapping = try Mapping(nodes + keeps)
      do {
        _ = try Traffic(counting: mapping, on: layer, reuse: .overlap)
        return nil
      } catch { return error }
    }
    let (outputs, kernels, padding) = (1 << 18, 1 << 17, 1 << 16)
    let long = try Layer(
      name: "long", inputChannels: 1, input: Extent(height: outputs + kernels - 1 - 2 * padding, width: 1),
      outputChannels: 2, kernel: Extent(height: kernels, width: 1),
      padding: Padding(top: padding, bottom: padding, left: 0, right: 0))
    #expect(try refusal([.loop(.p, tile: 1), .loop(.r, tile: 1)], long) == .tooManyBlocks)
    #expect(try refusal([.loop(.p, tile: 1 << 17), .loop(.r, tile: 1 << 16)], long) == nil)

    let large = try Layer.gemm(name: "large", m: 1 << 20, n: 1 << 20, k: 1 << 20)
    var loops: [Mapping.Node] = []
    for step in 0..<24 {
      loops += [Dimension.p, .k, .c].map { .loop($0, tile: (1 << 20) * 3 / (4 + 2 * step) - 7 * step, .backAndForth) }
    }
    #expect(try refusal(loops, large) == .tooManyLoops(72))
    #expect(try refusal(Array(loops[..<63]), large) == .tooManyBlocks)
    // Alone in their dimension they are as quick as any.
    #expect(
      try refusal(Array(loops.filter { if case .loop(let loop) = $0 { loop.dimension == .p } else { false } }), large)
        == nil)
  }
}
