import EnergyModel
import Mappings
import Scoring
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// Known optima followed through searches: nothing that is left out loses one, and what would lose one stops the program.
struct DebugSolutionTests {
  /// Every optimum that brute force finds among canonical nests, in each dataflow that has it, through searches for one
  /// capacity and for all of them, with and without pruning.
  @Test("Optima of brute force survive every cut", arguments: seeds(0..<160))
  func survives(seed: Int) throws {
    let problem = RandomProblem(seed: 700 + seed, largestSize: 5, largestMACs: seed % 2 == 0 ? 24 : 48)
    var bruteForce = BruteForce(problem)
    bruteForce.keepsNests = true
    bruteForce.tryNests(obeying: Set(BruteForce.Fact.allCases))
    var followed = 0
    for (occupancy, energy) in bruteForce.paretoPoints {
      var dataflows: Set<Dataflow> = []
      for mapping in bruteForce.mappings(occupancy: occupancy) where !dataflows.contains(mapping.dataflow) {
        guard let solution = problem.debugSolution(mapping) else { continue }
        dataflows.insert(mapping.dataflow)
        followed += 1
        let optimizer = problem.optimizer(following: solution)
        #expect(solution.observer(problem.layer, optimizer.orders).followed != nil, problem.comment)
        for options in [SearchOptions(), SearchOptions(prunes: false)] {
          for dataflow in [nil, mapping.dataflow] {
            let optimum = optimizer.optimum(capacity: Bits(occupancy), dataflow: dataflow, options: options)
            #expect(try #require(optimum).energy.dataQuanta <= energy, problem.comment)
            _ = optimizer.curve(dataflow: dataflow, options: options)
          }
        }
      }
    }
    #expect(followed > 0, problem.comment)
  }

  /// Any mapping of the canonical mapspace, good or bad, is itself in the grids or dominated.
  @Test("Random canonical mappings survive every cut", arguments: seeds(0..<60))
  func randomMappings(seed: Int) throws {
    let problem = RandomProblem(seed: 900 + seed, largestSize: 9, largestMACs: 20_000)
    var random = SplitMix64(seed: 900 + seed)
    var followed = 0
    for _ in 0..<12 {
      guard let solution = problem.debugSolution(Self.canonical(on: problem.layer, &random)) else { continue }
      followed += 1
      let optimizer = problem.optimizer(following: solution)
      #expect(solution.observer(problem.layer, optimizer.orders).followed != nil, problem.comment)
      let optimum = optimizer.optimum(capacity: Bits(solution.occupancy))
      #expect(try #require(optimum).occupancy.bits(problem.widths).count <= solution.occupancy, problem.comment)
      _ = optimizer.curve()
    }
    #expect(followed > 0, problem.comment)
  }

  /// The nest of random canonical choices.
  static func canonical(on layer: Layer, _ random: inout SplitMix64) -> Mapping {
    let dataflow = random.pick(Dataflow.allCases)
    func axis(_ output: Int, _ kernel: Int, slides: Bool) -> AxisLoops {
      let (p, r) = ((0..<2).map { _ in random.pick(1...output) }, (0..<2).map { _ in random.pick(1...kernel) })
      let (larger, smaller) = (max(p[0], p[1]), min(p[0], p[1]))
      let (more, fewer) = (max(r[0], r[1]), min(r[0], r[1]))
      let (outputs, kernels) =
        switch dataflow {
        case .outputsInputsWeights: (Tiles(larger, smaller, smaller), Tiles(kernel, more, 1))
        case .outputsWeightsInputs: (Tiles(larger, larger, smaller), Tiles(kernel, more, fewer))
        case .weightsOutputsInputs: (Tiles(output, larger, smaller), Tiles(more, more, fewer))
        case .weightsInputsOutputs: (Tiles(output, larger, 1), Tiles(more, fewer, fewer))
        case .inputsOutputsWeights: (Tiles(larger, smaller, smaller), Tiles(more, more, 1))
        case .inputsWeightsOutputs: (Tiles(larger, larger, 1), Tiles(more, fewer, fewer))
        }
      return AxisLoops(output: outputs, kernel: kernels, slide: slides ? random.pick([.output, .kernel]) : .none)
    }
    let slides = random.pick(0...2)
    return Candidate(
      dataflow: dataflow, vertical: axis(layer[.p], layer[.r], slides: slides == 1),
      horizontal: axis(layer[.q], layer[.s], slides: slides == 2), batchTile: random.pick(1...layer[.n]),
      outputChannelTile: random.pick(1...layer[.k]), inputChannelTile: random.pick(1...layer[.c])
    ).mapping(of: layer)
  }

  // MARK: Broken cuts

  /// A convolution with the optimum of some capacity, known.
  struct Known {
    let layer: Layer
    let capacity: Int
    let solution: DebugSolution
    let orders: [DataflowGrids]

    init() throws {
      layer = try OptimizerTests.convolution(k: 6, c: 4, outputs: 7, kernel: 3)
      let optimizer = try Optimizer(Problem(layer, widths: WordWidths(.byte), reuse: .sliding))
      let found = try #require(optimizer.optimum(capacity: Bits(8 * 60)))
      capacity = found.occupancy.bits(WordWidths(.byte)).count
      solution = try #require(DebugSolution(found.mapping, of: optimizer.problem))
      orders = optimizer.orders
    }

    /// The grids of the known mapping's order of keeps, for a layer with the profiles of another.
    func grids(_ layer: Layer, profilesOf other: Layer) throws -> DataflowGrids {
      let mapspace = Mapspace(solution.dataflow)
      let problem = try Problem(layer, widths: WordWidths(.byte), reuse: .sliding)
      return DataflowGrids(
        problem, mapspace, .shared(problem),
        vertical: AxisProfiles.all(other.vertical, in: [mapspace])[0],
        horizontal: AxisProfiles.all(other.horizontal, in: [mapspace])[0])
    }
  }

  /// A pool that is wrong in one way.
  struct BrokenPool: SolutionPool {
    enum Fault { case none, capacity, cutoffs, offer }
    let fault: Fault
    var whole: Incumbent
    var best: ScoredMapping? { whole.best }

    /// Nothing seems to fit or, once a mapping is known, to be better.
    var cutoffs: Cutoffs {
      var cutoffs = whole.cutoffs
      if fault == .capacity { cutoffs.fill(0..<Cutoffs.count, with: 0) }
      if fault == .cutoffs, best != nil { cutoffs.fill(0..<Cutoffs.count, with: 0) }
      return cutoffs
    }
    var initialCutoffs: Cutoffs? { best == nil ? cutoffs : nil }

    func covers(_ mapping: ScoredMapping) -> Bool { whole.covers(mapping) }
    mutating func offer(_ mapping: ScoredMapping) {
      // The first found stays.
      if fault == .offer, best != nil { return }
      whole.offer(mapping)
    }
    mutating func merge(_ other: BrokenPool) { whole.merge(other.whole) }
  }

  /// A search whose pool has a fault, or that ends at once as if the bound were met.
  static func search(_ fault: BrokenPool.Fault, prunes: Bool = true, ends: Bool = false) throws {
    let known = try Known()
    let pool = BrokenPool(fault: fault, whole: Incumbent(capacity: known.capacity))
    var run = SearchRun(
      known.orders, of: nil, pool, HeldLimits(), SearchOptions(prunes: prunes),
      known.solution.observer(known.layer, known.orders))
    run.search { _ in ends }
    #expect(run.pool.best?.energy == known.solution.energy)
  }

  @Test func wholePoolsPass() throws {
    try Self.search(.none)
    try Self.search(.none, prunes: false)
  }

  /// What a program that stopped wrote.
  static func names(_ rule: SearchRule, _ result: ExitTest.Result?) -> Bool {
    guard let result else { return false }
    return String(decoding: result.standardErrorContent, as: UTF8.self).contains("the rule '\(rule.rawValue)'")
  }

  @Test func brokenCapacity() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      try DebugSolutionTests.search(.capacity)
    }
    #expect(Self.names(.capacity, result))
  }

  @Test func brokenCorner() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      try DebugSolutionTests.search(.cutoffs)
    }
    #expect(Self.names(.corner, result))
  }

  @Test func brokenCutoff() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      try DebugSolutionTests.search(.cutoffs, prunes: false)
    }
    #expect(Self.names(.cutoff, result))
  }

  @Test func brokenPool() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      try DebugSolutionTests.search(.offer)
    }
    #expect(Self.names(.pool, result))
  }

  @Test func brokenBound() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      try DebugSolutionTests.search(.none, ends: true)
    }
    #expect(Self.names(.bound, result))
  }

  /// Profiles that are all worse: those of an axis with more outputs, where nothing better is listed.
  @Test func brokenBlockSizes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let known = try Known()
      let other = try OptimizerTests.convolution(k: 6, c: 4, outputs: 8, kernel: 3)
      _ = try known.solution.observer(other, [known.grids(known.layer, profilesOf: other)])
    }
    #expect(Self.names(.blockSizes, result))
  }

  /// Profiles that are listed for the axis and are not in the grids, which have those of another.
  @Test func brokenDominance() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let known = try Known()
      let other = try OptimizerTests.convolution(k: 6, c: 4, outputs: 8, kernel: 3)
      _ = try known.solution.observer(known.layer, [known.grids(known.layer, profilesOf: other)])
    }
    #expect(Self.names(.dominance, result))
  }

  /// Columns that are all worse: those of a layer with more input and output channels.
  @Test func brokenTiles() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let known = try Known()
      let other = try OptimizerTests.convolution(k: 60, c: 40, outputs: 7, kernel: 3)
      _ = try known.solution.observer(other, [known.grids(other, profilesOf: known.layer)])
    }
    #expect(Self.names(.tiles, result))
  }
}
