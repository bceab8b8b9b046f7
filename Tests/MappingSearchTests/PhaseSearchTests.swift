import EnergyModel
import Mappings
import Scoring
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// The search with loops over phases under the rules `sliding` and `none`.
struct PhaseSearchTests {
  /// Mappings of the searched grids at random, with what the grids say of them.
  private static func someMappings(_ optimizer: Optimizer, _ random: inout SplitMix64, count: Int) -> [ScoredMapping] {
    (0..<count).map { _ in
      let order = random.pick(0...optimizer.orders.count - 1)
      let grids = optimizer.orders[order]
      let usable = grids.grids.indices.filter { grid in
        let (grid, batches) = (grids.grids[grid], grids.batches)
        return !grid.vertical.profiles.isEmpty && !grid.horizontal.profiles.isEmpty
          && (!grid.needsUncutBatch || batches.contains { $0.tile == 1 })
      }
      let grid = random.pick(usable)
      let batches = grids.batches.indices.filter { !grids.grids[grid].needsUncutBatch || grids.batches[$0].tile == 1 }
      let place = ScoredMapping.Place(
        order: Int32(order), grid: Int32(grid), batch: Int32(random.pick(batches)),
        vertical: Int32(random.pick(0...grids.grids[grid].vertical.profiles.count - 1)),
        horizontal: Int32(random.pick(0...grids.grids[grid].horizontal.profiles.count - 1)),
        column: Int32(random.pick(0...grids.columns.count - 1)))
      var pair =
        grids.batches[Int(place.batch)].scale.factors
        * grids.grids[grid].vertical.profiles[Int(place.vertical)].factors
        * grids.grids[grid].horizontal.profiles[Int(place.horizontal)].factors
      pair.weightsMoved += grids.batches[Int(place.batch)].scale.offset
      let product = pair * grids.columns.table[Int(place.column)]
      return ScoredMapping(energy: product.moved, occupancy: product.held, place: place)
    }
  }

  @Test("factors of profiles are what nests move and hold, element by element", arguments: seeds(0..<24))
  func factors(_ seed: Int) throws {
    let draw = try PhaseDraw(seed: seed, axes: 1 + seed % 2, largestMACs: seed % 2 == 0 ? 200 : 400)
    let problem = draw.problem
    let optimizer = Optimizer(problem)
    var random = SplitMix64(seed: seed)
    var (exact, withPhases) = (0, 0)
    let mappings = Self.someMappings(optimizer, &random, count: 30)
    for found in mappings {
      let evaluation = optimizer.evaluated(found)
      func failure() -> Comment { "\(draw): \(evaluation.mapping)" }
      #expect(evaluation.occupancy.bits(problem.widths).count == found.occupancy, failure())
      // A loop with a single pass lets the next one out slide, which factors do not tell.
      if evaluation.energy.dataQuanta == problem.dataQuanta(ofGroup: found.energy) { exact += 1 }
      if evaluation.mapping.hasPhases { withPhases += 1 }
      let replay = try Replay(of: evaluation.mapping, on: problem.layer, reuse: problem.reuse, widths: problem.widths)
      #expect(replay.traffic == evaluation.traffic && replay.occupancy == evaluation.occupancy, failure())
    }
    #expect(exact * 2 > mappings.count, "\(draw): \(exact)")
  }

  @Test("boxes that are left out move as much as smaller ones that hold no more", arguments: seeds(0..<200))
  func boxes(_ seed: Int) {
    var random = SplitMix64(seed: seed)
    let axis = random.axis(outputs: 24, kernels: 7, dilates: true)
    func blocks(_ size: Int, _ period: Int) -> [Progression] {
      let outer = random.pick(1...size)
      let inner = random.pick(1...outer)
      let split = period > 1 && random.oneIn(2) ? PhaseSplit(segment: random.pick(0...2), count: period) : nil
      return SplitTiles(Tiles(outer, inner, inner), split).parents(of: size, segment: 2)
    }
    let outputs = blocks(axis.outputSize, axis.outputPeriod)
    let kernels = blocks(axis.kernelSize, axis.kernelPeriod)
    let outputTiles = Array(1...outputs.reduce(1) { max($0, $1.count) })
    let kernelTiles = Array(1...kernels.reduce(1) { max($0, $1.count) })
    var parts = PhaseParts(AxisRows(axis))
    func totals(skips: Bool) -> [PhaseParts.Totals?] {
      parts.totals(outputs: outputs, kernels: kernels, outputTiles: outputTiles, kernelTiles: kernelTiles, skips: skips)
    }
    let (all, some) = (totals(skips: false), totals(skips: true))
    for (index, totals) in all.enumerated() {
      if let kept = some[index] {
        #expect(kept == totals, "seed \(seed), \(axis)")
        continue
      }
      // Of boxes with as many kernel rows, those with fewer output rows come before.
      let isNoBetter = stride(from: index - kernelTiles.count, through: 0, by: -kernelTiles.count).contains { smaller in
        var other = all[smaller]
        let holdsNoMore = other?.held ?? .max <= totals?.held ?? 0
        other?.held = totals?.held ?? 0
        return holdsNoMore && other == totals
      }
      #expect(isNoBetter, "seed \(seed), \(axis), \(outputs), \(kernels), sizes \(index)")
    }
  }

  @Test("pruned and unpruned searches agree", arguments: seeds(0..<24))
  func pruning(_ seed: Int) throws {
    let draw = try PhaseDraw(seed: 1000 + seed, axes: 1 + seed % 2, largestMACs: seed % 2 == 0 ? 300 : 900)
    let optimizer = Optimizer(draw.problem)
    let points = optimizer.curve().steps.points
    for point in points {
      let pruned = try #require(optimizer.optimum(capacity: point.capacity), "\(draw)")
      let all = try #require(
        optimizer.optimum(capacity: point.capacity, options: SearchOptions(prunes: false)), "\(draw)")
      #expect(pruned.mapping == all.mapping, "\(draw) at \(point.capacity)")
      #expect(pruned.energy.dataQuanta == point.dataQuanta, "\(draw) at \(point.capacity)")
      let replay = try Replay(
        of: pruned.mapping, on: draw.problem.layer, reuse: draw.problem.reuse, widths: draw.problem.widths,
        capacity: point.capacity)
      #expect(replay.traffic == pruned.traffic && replay.occupancy == pruned.occupancy, "\(draw) at \(point.capacity)")
    }
  }

  @Test("phases only ever gain, and without them nothing changes", arguments: seeds(0..<24))
  func gain(_ seed: Int) throws {
    let draw = try PhaseDraw(seed: 2000 + seed, axes: 1 + seed % 2, largestMACs: 900)
    var setting = draw.problem.setting
    setting.phases = .off
    let without = try Optimizer(Problem(draw.problem.layer, in: setting))
    let with = Optimizer(draw.problem)
    for point in without.curve().steps.points {
      let optimum = try #require(without.optimum(capacity: point.capacity), "\(draw)")
      #expect(!optimum.mapping.hasPhases, "\(draw)")
      let better = try #require(with.optimum(capacity: point.capacity), "\(draw)")
      #expect(better.energy.dataQuanta <= point.dataQuanta, "\(draw) at \(point.capacity)")
    }
  }

  /// Keeps the cuts of all profiles that are offered.
  private struct Listed: ProfileSink {
    private(set) var loops: [AxisLoops] = []

    mutating func offer(_ factors: CostFactors, _ loops: @autoclosure () -> AxisLoops) { self.loops.append(loops()) }
  }

  @Test("loops are over the phases asked for alone, and the more may be the better", arguments: seeds(0..<24))
  func policies(_ seed: Int) throws {
    let draw = try PhaseDraw(seed: 5000 + seed, axes: 1 + seed % 2, largestMACs: 400)
    func curve(_ phases: PhasePolicy, _ reuse: ReusePolicy) throws -> ParetoCurve {
      var setting = draw.problem.setting
      (setting.phases, setting.reuse) = (phases, reuse)
      return Optimizer(try Problem(draw.problem.layer, in: setting)).curve()
    }
    func energy(_ curve: ParetoCurve, _ capacity: Bits) -> Int {
      curve.steps.index(capacity: capacity).map { curve.steps.points[$0].dataQuanta } ?? .max
    }
    let policies: [(PhasePolicy, walked: Set<Dimension>)] = [
      (.on, [.p, .q, .r, .s]), (.kernels, [.r, .s]), (.outputs, [.p, .q]), (.off, []),
    ]
    let curves = try policies.map { (phases: $1, curve: try curve($0, draw.problem.reuse)) }
    let wide = try policies[1...2].map { (phases: $1, curve: try curve($0, .overlap)) }
    for (phases, curve) in curves + wide {
      for index in curve.steps.points.indices {
        let mapping = curve.evaluated(index).mapping
        let walked = mapping.nodes.compactMap { node in
          if case .loop(let loop) = node, case .phases = loop.cut { loop.dimension } else { nil }
        }
        #expect(phases.isSuperset(of: walked), "\(draw), \(phases): \(mapping)")
      }
    }
    for (some, one) in curves {
      for (others, other) in curves where others.isSubset(of: some) {
        for capacity in other.steps.points.map(\.capacity) {
          #expect(energy(one, capacity) <= energy(other, capacity), "\(draw) at \(capacity.count): \(some), \(others)")
        }
      }
    }
  }

  /// Any profile with phases that is listed is kept, or one that dominates it, through all rules.
  @Test("no rule loses a mapping with phases", arguments: seeds(0..<24))
  func debugSolution(_ seed: Int) throws {
    let draw = try PhaseDraw(seed: 3000 + seed, axes: 1 + seed % 2, largestMACs: 400)
    let (problem, layer) = (draw.problem, draw.problem.layer)
    var random = SplitMix64(seed: seed)
    var followed = 0
    for dataflow in Dataflow.allCases {
      let mapspace = Mapspace(dataflow)
      func loops(_ axis: ConvolutionAxis, sliding: Bool) -> AxisLoops? {
        let found = AxisListing<Listed>(axis, [mapspace], phases: .on).found()[0].profiles
        let all = sliding ? found.sliding.loops : found.still.loops
        let split = all.filter { $0.phases != PhasePlaces() }
        let from = split.isEmpty ? all : split
        return from.isEmpty ? nil : random.pick(from)
      }
      for _ in 0..<4 {
        let slides = problem.reuse == .sliding ? random.pick(0...2) : 0
        guard let vertical = loops(layer.vertical, sliding: slides == 1),
          let horizontal = loops(layer.horizontal, sliding: slides == 2)
        else { continue }
        let mapping = Candidate(
          dataflow: dataflow, vertical: vertical, horizontal: horizontal,
          batchTile: random.pick(Mapspace.tiles(mapspace.batch, of: layer[.n])),
          outputChannelTile: random.pick(Mapspace.tiles(mapspace.outputChannels, of: layer[.k])),
          inputChannelTile: random.pick(Mapspace.tiles(mapspace.inputChannels, of: layer[.c]))
        ).mapping(of: layer)
        // Where a loop has a single pass a nest may cost less than its factors say, and is not followed.
        guard let solution = DebugSolution(mapping, of: problem) else { continue }
        followed += 1
        let optimizer = Optimizer(problem, arithmetic: nil, debugSolution: solution)
        let optimum = try #require(optimizer.optimum(capacity: Bits(solution.occupancy)), "\(draw): \(mapping)")
        #expect(problem.energyOfGroup(optimum.evaluation) <= solution.energy, "\(draw): \(mapping)")
      }
    }
    #expect(followed > 3, "\(draw)")
  }

  @Test("under overlap phases can be left out")
  func overlap() throws {
    let layer = try Layer(
      name: "strided", inputChannels: 1, input: Extent(height: 9, width: 1), outputChannels: 2,
      kernel: Extent(height: 3, width: 1), stride: Extent(height: 2, width: 1))
    let (with, without) = try (
      Optimizer(Problem(layer, widths: WordWidths(.one), reuse: .overlap)),
      Optimizer(Problem(layer, widths: WordWidths(.one), reuse: .overlap, phases: .off))
    )
    for capacity in [4, 7] {
      let better = try #require(with.optimum(capacity: Bits(capacity)))
      let plain = try #require(without.optimum(capacity: Bits(capacity)))
      #expect(better.mapping.hasPhases && !plain.mapping.hasPhases)
      #expect(better.energy.dataQuanta < plain.energy.dataQuanta)
    }
  }

  @Test("on long axes some block sizes are tried, and the answer says so")
  func long() throws {
    let layer = try Layer(
      name: "long", inputChannels: 1, input: Extent(height: 604, width: 1), outputChannels: 1,
      kernel: Extent(height: 6, width: 1), stride: Extent(height: 2, width: 1))
    let optimizer = try Optimizer(Problem(layer, widths: WordWidths(.one), reuse: .sliding, phases: .on))
    #expect(!optimizer.isComplete)
    let optimum = try #require(optimizer.optimum(capacity: Bits(10)))
    #expect(!optimum.statistics.isComplete)
  }
}
