import EnergyModel
import Mappings
import TestSupport
import Testing
import Workloads

/// Mappings in pieces, whose closed form a walk of elements holds to account.
struct MappingTreeTests {
  /// Random nested splits of every dimension on layers of every kind, under each rule of what stays.
  @Test("Closed form equals replay", arguments: seeds(0..<20))
  func closedFormEqualsReplay(seed: Int) throws {
    var layers = RandomLayers(seed: 5000 + seed, largestSize: 7, largestMACs: 600)
    for place in 0..<12 {
      let layer = layers.layer(ofKind: place - 8)
      let widths = layers.widths()
      for _ in 0..<5 {
        let tree = layers.tree(on: layer, splits: layers.random.pick(1...3))
        for reuse in ReusePolicy.allCases {
          func failure() -> Comment { "seed \(seed): \(describe(layer)), \(tree), \(reuse), \(widths)" }
          let problem = try Problem(layer, widths: widths, reuse: reuse)
          let evaluation = try problem.evaluate(counting: tree)
          let replay = try TreeReplay(
            of: tree, on: layer, reuse: reuse, widths: widths, capacity: evaluation.occupancy(widths))
          #expect(replay.traffic == evaluation.traffic, failure())
          #expect(replay.occupancies == evaluation.occupancies, failure())
          #expect(replay.macs == layer.macs, failure())
          #expect(replay.peak <= evaluation.occupancy(widths), failure())
        }
      }
    }
  }

  /// A mapping of one piece is the nest: both closed forms and both replays count the same.
  @Test(arguments: seeds(0..<10))
  func onePieceIsANest(seed: Int) throws {
    var layers = RandomLayers(seed: 6000 + seed, largestSize: 6, largestMACs: 400)
    for _ in 0..<20 {
      let layer = layers.steppedLayer()
      let mapping = layers.wideMapping(on: layer)
      for reuse in ReusePolicy.allCases {
        func failure() -> Comment { "seed \(seed): \(describe(layer)), \(mapping.nodes), \(reuse)" }
        let problem = try Problem(layer, widths: WordWidths(.byte), reuse: reuse)
        let (tree, nest) = (try problem.evaluate(counting: .nest(mapping)), problem.evaluate(mapping))
        #expect(tree.traffic == nest.traffic, failure())
        #expect(tree.energy == nest.energy, failure())
        #expect(tree.occupancies == [nest.occupancy], failure())
        let walk = try TreeReplay(of: .nest(mapping), on: layer, reuse: reuse, widths: problem.widths)
        let replay = try Replay(of: mapping, on: layer, reuse: reuse, widths: problem.widths)
        #expect(walk.traffic == replay.traffic, failure())
        #expect(walk.peak == replay.peak, failure())
      }
    }
  }

  /// A product of 2×2 matrices by hand: half of the reduction, then the other; the sums stay, and everything else is read
  /// once.
  @Test func sumsStayInTheBuffer() throws {
    let layer = try Layer.gemm(name: "gemm", m: 2, n: 2, k: 2, hasBiases: true)
    let nest = try Mapping([.keep(.outputs), .keep(.inputs), .keep(.weights)])
    let tree = MappingTree.split(.c, at: 1, first: .nest(nest), rest: .nest(nest))
    let widths = WordWidths(.byte)
    let kept = try Problem(layer, widths: widths).evaluate(counting: tree)
    #expect(kept.traffic.inputsRead == Words(4))
    #expect(kept.traffic.weightsRead == Words(4))
    #expect(kept.traffic.partialSumsRead == .zero)
    #expect(kept.traffic.outputsWritten == Words(4))
    #expect(kept.traffic.biasesRead == Words(2))
    #expect(kept.carried.outputs == Words(4))
    // Half of the channels at a time: 2 inputs, 2 weights, 4 sums.
    #expect(kept.occupancy(widths) == Bits(64))
    // Nothing is carried over under the other rules: the sums are spilled once.
    let spilled = try Problem(layer, widths: widths, reuse: .sliding).evaluate(counting: tree)
    #expect(spilled.traffic.partialSumsRead == Words(4))
    #expect(spilled.traffic.partialSumsWritten == Words(4))
    #expect(spilled.carried == TreeEvaluation.Carried.none)
  }

  /// A split that leaves a side without work is refused, and a capacity that the pieces exceed.
  @Test func refusals() throws {
    let layer = try Layer.gemm(name: "gemm", m: 4, n: 3, k: 2)
    let nest = MappingTree.nest(try Mapping([.keep(.outputs), .keep(.inputs), .keep(.weights)]))
    let problem = try Problem(layer, widths: WordWidths(.byte))
    func refusal(_ dimension: Dimension, _ place: Int) -> MappingTreeError? {
      do {
        _ = try problem.evaluate(counting: .split(dimension, at: place, first: nest, rest: nest))
        return nil
      } catch { return error }
    }
    #expect(refusal(.p, 4) == .splitBeyondRange(.p, at: 4, range: 4))
    #expect(refusal(.p, 0) == .splitBeyondRange(.p, at: 0, range: 4))
    #expect(refusal(.p, .min) == .splitBeyondRange(.p, at: .min, range: 4))
    #expect(refusal(.q, 1) == .splitBeyondRange(.q, at: 1, range: 1))
    #expect(refusal(.p, 3) == nil)
    #expect(throws: ReplayError.overCapacity(held: Bits(8 * (3 * 3 + 3 * 2)), capacity: Bits(100))) {
      // Keeps come one after the other: the first part's inputs no longer fit beside its outputs.
      _ = try TreeReplay(
        of: .split(.p, at: 3, first: nest, rest: nest), on: layer, reuse: .overlap, widths: problem.widths,
        capacity: Bits(100))
    }
  }
}
