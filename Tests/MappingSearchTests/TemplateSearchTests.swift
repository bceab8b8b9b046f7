import EnergyModel
import Foundation
import LowerBounds
import Mappings
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// The search for tile sizes of a given nest.
@Suite struct TemplateSearchTests {
  /// A small problem of any kind with a template and a capacity.
  struct Draw {
    let problem: Problem
    let template: NestTemplate
    let capacity: Bits
    let comment: Comment

    init(seed: Int, reuse: ReusePolicy) throws {
      var layers = RandomLayers(seed: seed, largestSize: 7, largestMACs: 300)
      let layer =
        layers.random.oneIn(2) ? layers.layer() : layers.random.oneIn(2) ? layers.steppedLayer() : layers.paddedLayer()
      var layout = BufferLayout.shared
      if layers.random.oneIn(3) {
        layout = try LayoutSearchTests.layout(&layers.random, hasParts: layers.random.oneIn(2))
      }
      if layers.random.oneIn(4) {
        layout = layout.withTiles(of: try BufferLayout(multiples: [.k: 2, .c: layers.random.pick(2...3)]))
      }
      if reuse == .overlap, layout.multiples.isEmpty, layers.random.oneIn(3) {
        layout.rules = try TileRulesSearchTests.rules(&layers.random, layer)
      }
      let (widths, model) = (layers.widths(), try layers.energyModel())
      problem = try Problem(
        layer, in: Problem.Setting(widths: widths, energyModel: model, reuse: reuse, layout: layout))
      let known = try Self.template(on: layer, &layers.random)
      template = known
      let most = Tensor.allCases.reduce(0) { $0 + (layer.usedElements(of: $1) * widths.inBuffer($1)).count }
      capacity = Bits(layers.random.pick(problem.leastCapacity.count...max(problem.leastCapacity.count, most * 3 / 2)))
      comment = Comment(
        rawValue:
          "\(describe(problem, seed: seed)), \(LayoutSearchTests.describe(layout)), multiples \(layout.multiples), rules \(layout.rules), "
          + "\(template.nodes) at \(capacity)")
    }

    /// Loops over dimensions of a layer in any order, up to five of them free.
    private static func template(on layer: Layer, _ random: inout SplitMix64) throws -> NestTemplate {
      let dimensions = Dimension.allCases.filter { layer[$0] > 1 }
      func direction() -> Loop.Direction { random.oneIn(2) ? .backAndForth : .forward }
      while true {
        var nodes: [NestTemplate.Node] = Tensor.allCases.map { .keep($0) }
        for _ in 0..<random.pick(1...5) { nodes.append(.free(random.pick(dimensions), direction())) }
        for _ in 0..<random.pick(0...2) {
          let dimension = random.pick(dimensions)
          if Mapping.dimensionsWithPhases.contains(dimension), random.oneIn(2) {
            nodes.append(.loop(Loop(dimension, .phases(random.pick(2...3)), direction())))
          } else {
            nodes.append(.loop(Loop(dimension, .tile(random.pick(1...layer[dimension])), direction())))
          }
        }
        nodes.shuffle(using: &random)
        // A given tile may not be within a smaller one.
        if let template = try? NestTemplate(nodes) { return template }
      }
    }
  }

  private static let moreSeeds = ProcessInfo.processInfo.environment["TEMPLATE_SEEDS"].flatMap { Int($0) }

  /// What is found costs as much as the best of all nests, which a walk of boxes counts, and replays.
  ///
  /// Six layers a seed, of as many seeds as the environment has as `TEMPLATE_SEEDS`:
  ///
  ///     TEMPLATE_SEEDS=5000 OPTIMIZED=core swift test -c release --filter TemplateSearchTests.everySize
  @Test("no tile sizes are better", arguments: moreSeeds.map { 0..<$0 } ?? seeds(0..<200))
  func everySize(_ batch: Int) throws {
    for (index, reuse) in ReusePolicy.allCases.enumerated() {
      for seed in [6 * batch + index, 6 * batch + index + 3] {
        let draw = try Draw(seed: 70_000 + seed, reuse: reuse)
        let (problem, capacity, comment) = (draw.problem, draw.capacity, draw.comment)
        guard let search = try? TemplateSearch(problem, draw.template) else { continue }
        let brute = TemplateBruteForce(problem, draw.template, capacity: capacity)
        // The walk alone, which no nest found before helps.
        let space = try TemplateSpace(problem, draw.template)
        var walk = TemplateWalk(
          space, .all, capacity: capacity, leastQuanta: .min, best: nil, TemplateCosts(space), ChainCounts(space),
          mostWork: 1 << 40, nil)
        walk.run()
        #expect(walk.end == .complete && walk.found.last?.energy == brute.least, comment)
        let found = search.optimum(capacity: capacity)
        #expect(found?.energy.dataQuanta == brute.least, comment)
        #expect(problem.layout.rules != .none || search.smallestCapacity >= brute.held.min() ?? Bits(0), comment)
        guard let found else { continue }
        let statistics = found.statistics
        #expect(statistics.isComplete && (problem.layout.rules != .none || statistics.mappings == brute.count), comment)
        #expect(statistics.scored + statistics.pruned == statistics.mappings && statistics.prunedByEnergy >= 0, comment)
        #expect(draw.template.has(found.mapping), comment)
        try Self.check(found, problem, capacity, comment)
      }
    }
  }

  /// A nest is one of a template's if it has the same keeps and between them loops of it alone, in its order and directions.
  @Test func nestsOfATemplate() throws {
    let keeps = [Tensor.weights, .inputs, .outputs]
    func template(_ loops: [NestTemplate.Node]) throws -> NestTemplate {
      try NestTemplate([.keep(keeps[0])] + loops + [.keep(keeps[1]), .keep(keeps[2])])
    }
    func nest(_ loops: [Mapping.Node], _ order: [Tensor] = keeps) throws -> Mapping {
      try Mapping([.keep(order[0])] + loops + [.keep(order[1]), .keep(order[2])])
    }
    let rows = try template([.free(.k, .forward), .loop(Loop(.r, .phases(2))), .free(.p, .backAndForth)])
    #expect(try rows.has(nest([])))
    #expect(try rows.has(nest([.loop(.k, tile: 2), .loop(.r, phases: 2), .loop(.p, tile: 1, .backAndForth)])))
    #expect(try rows.has(nest([.loop(.k, tile: 7)])))
    #expect(try !rows.has(nest([.loop(.p, tile: 1)])))
    #expect(try !rows.has(nest([.loop(.r, phases: 3)])))
    // Of two rows three phases are two.
    #expect(try template([.loop(Loop(.r, .phases(3)))]).has(nest([.loop(.r, phases: 2)])))
    #expect(try !rows.has(nest([.loop(.r, tile: 2)])))
    #expect(try !rows.has(nest([.loop(.p, tile: 1, .backAndForth), .loop(.k, tile: 2)])))
    #expect(try !rows.has(nest([.loop(.k, tile: 2), .loop(.k, tile: 1)])))
    #expect(try !rows.has(nest([], [.weights, .outputs, .inputs])))
    #expect(try !rows.has(Mapping([.loop(.k, tile: 2)] + keeps.map { .keep($0) })))
  }

  /// Holds what is found to a walk over its elements, and to the bounds.
  private static func check(_ found: Optimum, _ problem: Problem, _ capacity: Bits, _ comment: Comment) throws {
    let replay = try Replay(
      of: found.mapping, on: problem.layer, reuse: problem.reuse, widths: problem.widths, capacity: capacity,
      layout: problem.layout)
    #expect(replay.traffic == found.traffic && replay.occupancy == found.occupancy, comment)
    #expect(problem.movedFromChip(by: found.mapping) == nil, comment)
    #expect(problem.refusedTile(of: found.mapping) == nil, comment)
    #expect(found.mapping.loopBeyondRange(on: problem.layer) == nil, comment)
    #expect(problem.held(by: found.evaluation) <= capacity, comment)
    let bound = LowerBounds(problem).best(capacity: capacity).energy(of: [problem])
    #expect(bound?.dataQuanta ?? .max <= found.energy.dataQuanta, comment)
  }

  /// A search that has to stop early has a nest that fits, and says that it is not complete unless a bound proves it best.
  @Test("little work is enough for a nest that fits", arguments: seeds(0..<20))
  func littleWork(_ seed: Int) throws {
    let draw = try Draw(seed: 71_000 + seed, reuse: ReusePolicy.allCases[seed % 3])
    let (problem, capacity, comment) = (draw.problem, draw.capacity, draw.comment)
    // Where rules choose sizes, the smallest need not be allowed.
    guard problem.layout.rules == .none, let search = try? TemplateSearch(problem, draw.template),
      search.smallestCapacity <= capacity
    else { return }
    let brute = TemplateBruteForce(problem, draw.template, capacity: capacity)
    for work in [0, 10, 100] {
      let found = try #require(search.optimum(capacity: capacity, workOfAll: work, workOfSome: work / 2), comment)
      let least = try #require(brute.least, comment)
      #expect(found.energy.dataQuanta >= least, comment)
      #expect(found.energy.dataQuanta == least || !found.statistics.isComplete, comment)
      try Self.check(found, problem, capacity, comment)
    }
    let ended = try TemplateSearch(problem, draw.template, limit: TimeLimit(.zero)).optimum(capacity: capacity)
    try Self.check(try #require(ended, comment), problem, capacity, comment)
  }

  /// Nests that are left out one by one, of which many loops over one dimension have more than can be gone through, are work too.
  @Test func workOfManyLoops() throws {
    let problem = try Problem(Layer.gemm(name: "gemm", m: 2048, n: 4096, k: 4096), widths: WordWidths(.byte))
    let loops = [Dimension.k, .p, .c].map { NestTemplate.Node.free($0, .forward) }
    let keeps = [Tensor.outputs, .inputs, .weights].map { NestTemplate.Node.keep($0) }
    let space = try TemplateSpace(problem, NestTemplate((0..<5).flatMap { _ in loops } + keeps))
    var walk = TemplateWalk(
      space, .all, capacity: .bytes(1 << 16), leastQuanta: 0, best: nil, TemplateCosts(space), ChainCounts(space),
      mostWork: 1000, nil)
    walk.run()
    #expect(walk.end == .stopped && walk.leftOut <= TemplateWalk.leftOutAtOnce * walk.costs.work)
  }

  /// The optimum of a search over a mapspace, with its sizes left open, is found again or a better one.
  @Test("sizes of optima are found again", arguments: seeds(0..<12))
  func optimaAgain(_ seed: Int) throws {
    var layers = RandomLayers(seed: 72_000 + seed, largestSize: 24, largestMACs: 60_000)
    let layer = layers.layer()
    let problem = try Problem(layer, widths: layers.widths(), reuse: ReusePolicy.allCases[seed % 3])
    let most = Tensor.allCases.reduce(0) { $0 + (layer.usedElements(of: $1) * problem.widths.inBuffer($1)).count }
    let capacity = max(problem.leastCapacity, Bits(most / layers.random.pick(3...20)))
    let comment = Comment(rawValue: "\(describe(problem, seed: 72_000 + seed)) at \(capacity)")
    let optimum = try #require(Optimizer(problem).optimum(capacity: capacity), comment)
    let template = try NestTemplate(
      optimum.mapping.nodes.map { node in
        switch node {
        case .keep(let tensor): return .keep(tensor)
        case .loop(let loop):
          if case .phases = loop.cut { return .loop(loop) }
          return .free(loop.dimension, loop.direction)
        }
      })
    let found = try #require(try TemplateSearch(problem, template).optimum(capacity: capacity), comment)
    #expect(found.energy.dataQuanta <= optimum.energy.dataQuanta, comment)
  }

  @Test func noTemplates() {
    func message(_ nodes: [NestTemplate.Node]) -> String {
      do {
        return "\(try NestTemplate(nodes))"
      } catch { return "\(error)" }
    }
    let keeps: [NestTemplate.Node] = [.keep(.inputs), .keep(.weights), .keep(.outputs)]
    #expect(message([.keep(.inputs)]).hasPrefix("weights is kept 0 times"))
    #expect(message([.loop(Loop(.k, .tile(0)))] + keeps).hasPrefix("the tile of a loop over k is 0"))
    #expect(
      message([.loop(Loop(.k, .tile(2))), .loop(Loop(.k, .tile(3)))] + keeps)
        == "the loop k:3 is inside k:2; up to k:2 is accepted there")
    #expect(
      message(Array(repeating: .free(.k, .forward), count: 33) + keeps) == "has 33 loops; at most 32 are accepted")
  }

  @Test func contradictions() throws {
    let layer = try Layer.gemm(name: "gemm", m: 12, n: 12, k: 12)
    func error(_ layout: BufferLayout, _ nodes: [NestTemplate.Node]) throws -> TemplateError? {
      let problem = try Problem(layer, in: Problem.Setting(widths: WordWidths(.byte), layout: layout))
      let template = try NestTemplate(nodes + [.keep(.weights), .keep(.inputs), .keep(.outputs)])
      do {
        _ = try TemplateSearch(problem, template)
        return nil
      } catch { return error }
    }
    let loop = Loop(.k, .tile(3))
    #expect(try error(BufferLayout(onChip: [.weights]), [.loop(loop)]) == .cutsOnChip(loop, .weights))
    #expect(try error(BufferLayout(onChip: [.weights]), [.free(.k, .forward), .free(.p, .forward)]) == nil)
    #expect(try error(BufferLayout(multiples: [.k: 2]), [.loop(loop)]) == .noMultiple(loop, 2))
    #expect(try error(BufferLayout(multiples: [.k: 3]), [.loop(loop)]) == nil)
    #expect(try error(BufferLayout(multiples: [.k: 5]), [.loop(Loop(.k, .tile(12)))]) == nil)
  }
}
