import EnergyModel
import Foundation
import LowerBounds
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

/// The search for mappings in pieces.
struct PieceSearchTests {
  /// What moving data costs when nothing stays from one piece to the next: what splits are chosen by.
  private static func withoutCarrying(_ found: TreeEvaluation, _ problem: Problem) -> Int {
    let (model, widths, carried) = (problem.energyModel, problem.widths, found.carried)
    let read = (carried.inputs * widths.inputs + carried.weights * widths.weights).count
    let sums = (carried.outputs * widths.partialSums).count
    return found.energy.dataQuanta + model.readQuanta * read + (model.readQuanta + model.writeQuanta) * sums
  }

  private static func draw(seed: Int, largestMACs: Int = 400) throws -> (problem: Problem, capacity: Bits) {
    var layers = RandomLayers(seed: seed, largestSize: 7, largestMACs: largestMACs)
    let layer = layers.random.oneIn(2) ? layers.layer() : layers.steppedLayer()
    let model = try EnergyModel(
      name: "drawn", source: "", unit: "bit", mac: 1, read: Double(layers.random.pick(1...3)),
      write: Double(layers.random.pick(0...3)))
    let problem = try Problem(
      layer, widths: layers.widths(), energyModel: model, reuse: layers.random.pick(ReusePolicy.allCases))
    let most = Occupancy(
      inputs: layer.usedElements(of: .inputs), weights: layer.usedElements(of: .weights),
      outputs: layer.usedElements(of: .outputs)
    ).bits(problem.widths).count
    return (
      problem, Bits(layers.random.pick(problem.leastCapacity.count...max(problem.leastCapacity.count, most * 2 / 3)))
    )
  }

  private static let moreSeeds = ProcessInfo.processInfo.environment["PIECE_SEEDS"].flatMap { Int($0) }

  /// The two pieces found cost as much as the best of all split points of all dimensions, each part with the best nest of a
  /// search that scores every mapping; counted by a walk of elements, they cost what is said of them.
  ///
  /// Layers of up to 150 MACs, or two a seed of up to 400, of as many seeds as the environment has as `PIECE_SEEDS`:
  ///
  ///     PIECE_SEEDS=12 OPTIMIZED=core swift test -c release --filter PieceSearchTests.everySplit
  @Test("Two pieces are the best of all splits", arguments: moreSeeds.map { 0..<$0 } ?? seeds(0..<24))
  func everySplit(seed: Int) throws {
    for index in 0..<(Self.moreSeeds == nil ? 1 : 2) {
      let (problem, capacity) = try Self.draw(
        seed: 90_000 + 5 * seed + index, largestMACs: Self.moreSeeds == nil ? 150 : 400)
      let layer = problem.layer
      func failure() -> Comment {
        "seed \(90_000 + 5 * seed + index): \(describe(layer)), \(problem.setting), \(capacity)"
      }
      // Parts inside a layer are often equal.
      var nests: [Layer: MappingTree] = [:]
      func nest(_ region: [Range<Int>]) throws -> MappingTree {
        let part = try layer.part(region)
        if let known = nests[part] { return known }
        let options = SearchOptions(prunes: problem.reuse == .overlap)
        let optimum = try Optimizer(Problem(part, in: problem.setting)).optimum(capacity: capacity, options: options)
        nests[part] = .nest(try #require(optimum).mapping)
        return try #require(nests[part])
      }
      let whole = Dimension.allCases.map { 0..<layer[$0] }
      var least = Self.withoutCarrying(try problem.evaluate(counting: nest(whole)), problem)
      for dimension in Dimension.allCases {
        for place in 1..<layer[dimension] {
          var (first, rest) = (whole, whole)
          first[dimension.index] = 0..<place
          rest[dimension.index] = place..<layer[dimension]
          let tree = MappingTree.split(dimension, at: place, first: try nest(first), rest: try nest(rest))
          least = min(least, Self.withoutCarrying(try problem.evaluate(counting: tree), problem))
        }
      }
      let found = try #require(PieceSearch(problem, capacity: capacity).optimum(pieces: 2), failure())
      #expect(Self.withoutCarrying(found.evaluation, problem) == least, failure())
      #expect(found.evaluation.occupancy(problem.widths) <= capacity, failure())
      let replay = try TreeReplay(
        of: found.evaluation.tree, on: layer, reuse: problem.reuse, widths: problem.widths, capacity: capacity)
      #expect(replay.traffic == found.evaluation.traffic, failure())
      let bound = try #require(LowerBounds(problem).best(capacity: capacity).energy(of: [problem]), failure())
      #expect(bound.dataQuanta <= found.evaluation.energy.dataQuanta, failure())
    }
  }

  /// More pieces cost no more.
  @Test(arguments: seeds(0..<6))
  func morePieces(seed: Int) throws {
    let (problem, capacity) = try Self.draw(seed: 91_000 + seed)
    let failure: Comment = "seed \(91_000 + seed): \(describe(problem.layer)), \(problem.setting), \(capacity)"
    func found(_ pieces: Int, leastSaving: Double = 0) throws -> TreeEvaluation {
      let search = PieceSearch(problem, capacity: capacity)
      return try #require(search.optimum(pieces: pieces, leastSaving: leastSaving), failure).evaluation
    }
    let trees = try (1...4).map { try found($0) }
    let costs = trees.map { Self.withoutCarrying($0, problem) }
    #expect(costs == costs.sorted(by: >), failure)
    let bound = try #require(LowerBounds(problem).best(capacity: capacity).energy(of: [problem]), failure)
    for (most, tree) in zip(1..., trees) {
      #expect(tree.pieces.count <= most, failure)
      #expect(tree.energy.dataQuanta >= bound.dataQuanta, failure)
    }
    #expect(try found(4, leastSaving: 1).pieces.count == 1, failure)
  }

  /// What is found does not depend on the number of threads.
  @Test(arguments: seeds(0..<6))
  func anyNumberOfThreads(seed: Int) throws {
    let (problem, capacity) = try Self.draw(seed: 91_000 + seed)
    let failure: Comment = "seed \(91_000 + seed): \(describe(problem.layer)), \(problem.setting), \(capacity)"
    let (one, three) = try (
      #require(PieceSearch(problem, capacity: capacity).optimum(pieces: 4), failure).evaluation,
      #require(PieceSearch(problem, capacity: capacity, options: SearchOptions(threads: 3)).optimum(pieces: 4), failure)
        .evaluation
    )
    #expect(one == three, failure)
  }

  /// A product of matrices at a capacity where one nest leaves much of the Buffer empty: two pieces are known that move
  /// 1 398 873 words.
  @Test func matrixProduct() throws {
    let layer = try Layer.gemm(name: "gemm", m: 512, n: 512, k: 512)
    let problem = try Problem(layer, widths: WordWidths(.one))
    let tree = MappingTree.split(
      .k, at: 255,
      first: .nest(
        try Mapping([
          .loop(.p, tile: 256, .backAndForth), .keep(.outputs), .loop(.c, tile: 1, .backAndForth),
          .loop(.p, tile: 1, .backAndForth), .keep(.inputs), .keep(.weights),
        ])),
      rest: .nest(
        try Mapping([
          .loop(.p, tile: 341, .backAndForth), .loop(.p, tile: 171, .backAndForth), .keep(.outputs),
          .loop(.c, tile: 428, .backAndForth), .loop(.c, tile: 84, .backAndForth), .keep(.weights),
          .loop(.c, tile: 1, .backAndForth), .loop(.p, tile: 1, .backAndForth), .keep(.inputs),
        ])))
    let known = try problem.evaluate(counting: tree)
    #expect(known.traffic.total == Words(1_398_873))
    #expect(known.occupancy(problem.widths) <= Bits(1 << 16))
    let found = try #require(PieceSearch(problem, capacity: Bits(1 << 16)).optimum(pieces: 2))
    #expect(found.evaluation.traffic.total <= known.traffic.total)
  }
}
