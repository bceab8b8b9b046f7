import EnergyModel
import Mappings
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// Searches in which boxes have sizes of a choice, or loops cut evenly.
@Suite struct TileRulesSearchTests {
  /// Rules for a layer, with some dimensions at most so large, and some of sizes that one may choose from.
  static func rules(_ random: inout SplitMix64, _ layer: Layer) throws -> TileRules {
    let cutsEvenly = random.oneIn(3)
    var choices: [Dimension: TileRules.Choice] = [:]
    for dimension in TileRules.dimensions where layer[dimension] > 1 && random.oneIn(2) {
      let size = layer[dimension]
      if random.oneIn(3) {
        choices[dimension] = .atMost(random.pick(1...size + 1))
      } else {
        // Where loops cut evenly, 1 does.
        choices[dimension] = .oneOf(
          (0..<random.pick(1...3)).map { _ in random.pick(1...size + 1) } + (cutsEvenly ? [1] : []))
      }
    }
    return try TileRules(choices, cutsEvenly: cutsEvenly)
  }

  /// A drawn problem with rules, and with a layout of its own where it has one.
  private static func problem(_ drawn: Problem, seed: Int) throws -> Problem {
    var random = SplitMix64(seed: seed)
    var layout = seed % 3 == 0 ? try LayoutSearchTests.layout(&random, hasParts: seed % 2 == 0) : .shared
    layout.rules = try rules(&random, drawn.layer)
    return try LayoutSearchTests.problem(drawn, layout)
  }

  /// Where nests beat what is found.
  private static func lost(
    _ problem: Problem, _ space: TurningBruteForce.Space, _ comment: Comment
  ) throws -> [String] {
    try LayoutSearchTests.lost(problem, space, atMost: 1, comment) {
      #expect(!$0.statistics.isComplete || problem.layout.rules.restricting(problem.layer) == .none, comment)
    }
  }

  @Test("no nest beats what is found, by brute force", arguments: seeds(0..<20))
  func products(_ batch: Int) throws {
    var lost: [String] = []
    for seed in batch * 4..<batch * 4 + 4 {
      let draw = try OverlapSearchTests.Draw(
        seed: seed + 11_000, largestSize: 6, largestMACs: 48, dimensions: [.g, .k, .c, .p, .n, .q], count: 3)
      let problem = try Self.problem(draw.problem, seed: seed)
      let comment = Comment(rawValue: "\(draw), \(LayoutSearchTests.describe(problem.layout)), \(problem.layout.rules)")
      lost += try Self.lost(problem, .init(), comment)
    }
    #expect(lost.isEmpty, "\(lost)")
  }

  @Test("nor does one of layers with a halo", arguments: seeds(0..<20))
  func halo(_ seed: Int) throws {
    let draw = try HaloDraw(seed: seed + 600, axes: 1, largestMACs: 24)
    let problem = try Self.problem(draw.problem, seed: seed)
    let comment = Comment(rawValue: "\(draw), \(LayoutSearchTests.describe(problem.layout)), \(problem.layout.rules)")
    let lost = try Self.lost(problem, .init(phases: TurningBruteForce.Space.allPhases), comment)
    #expect(lost.isEmpty, "\(lost)")
  }

  /// Where a last block is smaller than its neighbours, sums are well above what nests cost.
  @Test(
    "no order of keeps alone does better than all together", arguments: [(1, 2048, 512), (3, 96, 160), (3, 40, 300)])
  func orders(_ kernel: Int, _ k: Int, _ c: Int) throws {
    let layer = try Layer(
      name: "layer", inputChannels: c, input: Extent(7 + kernel - 1), outputChannels: k, kernel: Extent(kernel))
    let choices: [[Dimension: TileRules.Choice]] = [
      [.p: .oneOf([2, 4]), .q: .oneOf([4, 8])], [.p: .atMost(6)], [.k: .atMost(50), .c: .atMost(30)],
    ]
    for choices in choices {
      let setting = Problem.Setting(
        widths: WordWidths(.byte), reuse: .overlap, layout: try BufferLayout(rules: TileRules(choices)))
      let optimizer = Optimizer(try Problem(layer, in: setting))
      for capacity in [1024, 5000, 16_384].map({ Bits($0 * 8) }) {
        let best = try #require(optimizer.optimum(capacity: capacity))
        for dataflow in Dataflow.allCases {
          let own = optimizer.optimum(capacity: capacity, dataflow: dataflow)
          #expect(
            own?.energy.dataQuanta ?? .max >= best.energy.dataQuanta, "\(layer), \(choices), \(capacity), \(dataflow)")
          let curve = optimizer.curve(dataflow: dataflow, at: [capacity], options: SearchOptions())
          #expect(
            curve.steps.index(capacity: capacity).map { curve.steps.points[$0].dataQuanta } == own?.energy.dataQuanta,
            "\(layer), \(choices), \(capacity), \(dataflow)")
        }
      }
    }
  }

  /// Lists have one row or channel alone at some keeps, where more than one may be allowed and do better.
  @Test("a looser choice finds nothing worse", arguments: [0, 1, 2])
  func looser(_ index: Int) throws {
    typealias Choices = [Dimension: TileRules.Choice]
    let (layer, bytes, loose, tight): (Layer, Int, Choices, Choices) =
      switch index {
      case 0:
        (
          try Layer(
            name: "rows", inputChannels: 8, input: Extent(height: 25, width: 27), outputChannels: 24,
            kernel: Extent(height: 3, width: 1), stride: Extent(2)), 891,
          [.p: .atMost(1), .r: .atMost(2)], [.p: .atMost(1), .r: .oneOf([2])]
        )
      case 1:
        (
          try Layer(
            name: "dilated", inputChannels: 8, input: Extent(height: 9, width: 18), outputChannels: 16,
            kernel: Extent(height: 2, width: 3), dilation: Extent(2)), 604,
          [.c: .oneOf([1, 2]), .q: .oneOf([2]), .r: .oneOf([1, 2]), .s: .oneOf([1, 2])],
          [.c: .oneOf([1, 2]), .q: .oneOf([2]), .r: .oneOf([1, 2]), .s: .oneOf([2])]
        )
      default:
        (
          try Layer.gemm(name: "gemm", m: 3, n: 16, k: 3), 86,
          [.p: .oneOf([1, 2]), .k: .oneOf([1, 3]), .c: .oneOf([1, 2])],
          [.p: .oneOf([1, 2]), .k: .oneOf([1, 3]), .c: .oneOf([2])]
        )
      }
    func least(_ choices: Choices) throws -> Int {
      let setting = Problem.Setting(
        widths: WordWidths(.byte), reuse: .overlap, layout: try BufferLayout(rules: TileRules(choices)))
      let optimizer = Optimizer(try Problem(layer, in: setting))
      let found = try #require(optimizer.optimum(capacity: Bits(8 * bytes)))
      // Curves at given sizes have it too.
      let curve = optimizer.curve(including: [Bits(8 * bytes)])
      let step = try #require(curve.steps.index(capacity: Bits(8 * bytes)))
      #expect(curve.steps.points[step].dataQuanta == found.energy.dataQuanta)
      return found.energy.dataQuanta
    }
    #expect(try least(loose) <= least(tight))
  }

  @Test("a choice that leaves every size is none")
  func idleChoices() throws {
    let layer = try Layer(name: "halo", inputChannels: 4, input: Extent(8), outputChannels: 6, kernel: Extent(3))
    let rules = try TileRules([
      .k: .oneOf([1, 2, 3, 4, 5, 9]), .c: .atMost(4), .p: .oneOf([2, 6]), .q: .atMost(5), .n: .oneOf([8]),
    ])
    #expect(Set(rules.restricting(layer).choices.keys) == [.p, .q])
    func optimum(_ rules: TileRules) throws -> Optimum? {
      let layout = try BufferLayout(rules: rules)
      let problem = try Problem(layer, in: Problem.Setting(widths: WordWidths(.byte), reuse: .overlap, layout: layout))
      return Optimizer(problem).optimum(capacity: Bits(800))
    }
    #expect(try optimum(TileRules([.k: .atMost(6), .p: .oneOf([1, 2, 3, 4, 5, 6])])) == optimum(.none))
    #expect(try TileRules([.k: .oneOf([1, 2, 3])], cutsEvenly: true).restricting(layer).choices.isEmpty == false)
    #expect(try TileRules([.k: .oneOf([1, 2, 3, 6])], cutsEvenly: true).restricting(layer).choices.isEmpty)
  }

  @Test("what rules leave no box for, or what they are not searched under, is no problem")
  func refusals() throws {
    let layer = try Layer(name: "halo", inputChannels: 4, input: Extent(8), outputChannels: 6, kernel: Extent(3))
    func problem(_ choices: [Dimension: TileRules.Choice], cutsEvenly: Bool = false, _ reuse: ReusePolicy = .overlap)
      throws
    {
      let layout = try BufferLayout(rules: TileRules(choices, cutsEvenly: cutsEvenly))
      _ = try Problem(layer, in: Problem.Setting(widths: WordWidths(.byte), reuse: reuse, layout: layout))
    }
    #expect(throws: ProblemError.withoutTile(layer: "halo", .k)) { try problem([.k: .oneOf([4])], cutsEvenly: true) }
    #expect(throws: ProblemError.withoutTile(layer: "halo", .p)) { try problem([.p: .oneOf([7])], cutsEvenly: true) }
    #expect(throws: ProblemError.rulesNeedOverlap(.sliding)) { try problem([.k: .atMost(4)], .sliding) }
    #expect(throws: ProblemError.rulesNeedOverlap(.none)) { try problem([:], cutsEvenly: true, .none) }
    #expect(throws: BufferLayoutError.withoutTiles(.g)) { try problem([.g: .atMost(4)]) }
    #expect(throws: BufferLayoutError.tile(.c, 0)) { try problem([.c: .oneOf([0, 2])]) }
    #expect(throws: BufferLayoutError.twoRules(.c)) {
      try BufferLayout(multiples: [.c: 2], rules: TileRules([.c: .atMost(2)]))
    }
    try problem([.k: .oneOf([4, 8]), .p: .oneOf([2, 3])])
    try problem([.k: .oneOf([4, 3])], cutsEvenly: true)
  }

  /// Where multiples have to be divisors too, a dimension that none divides is whole.
  @Test("multiples that divide", arguments: [(6, 4, [6]), (8, 2, [2, 4, 8]), (12, 3, [3, 6, 12])])
  func multiplesThatDivide(_ size: Int, _ multiple: Int, _ tiles: [Int]) throws {
    let layer = try Layer.gemm(name: "gemm", m: 5, n: size, k: 7)
    let layout = try BufferLayout(multiples: [.k: multiple], rules: TileRules([:], cutsEvenly: true))
    let problem = try Problem(layer, in: Problem.Setting(widths: WordWidths(.byte), reuse: .overlap, layout: layout))
    let curve = Optimizer(problem).curve()
    #expect(!curve.steps.points.isEmpty)
    for index in curve.steps.points.indices {
      let mapping = curve.optimum(at: index).mapping
      #expect(problem.refusedTile(of: mapping) == nil)
      for case .loop(let loop) in mapping.nodes where loop.dimension == .k {
        guard case .tile(let tile) = loop.cut else { continue }
        #expect(tiles.contains(tile))
      }
    }
  }
}
