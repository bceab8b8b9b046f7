import EnergyModel
import Mappings
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// The search under the rule `overlap` for layers whose input boxes overlap. What it attains is in ExhaustiveTests.
@Suite struct WideSearchTests {
  @Test(
    "what is found at a capacity does not depend on pruning, and costs and holds what it says", arguments: seeds(0..<12)
  )
  func pruning(_ seed: Int) throws {
    for (all, dataflow) in [true, false].flatMap({ all in Dataflow.allCases.map { (all, $0) } }) {
      let draw = try HaloDraw(seed: 5000 + seed, axes: seed % 2 + 1, largestMACs: all ? 30 : 400)
      let problem = draw.problem
      let (pruned, unpruned) = (WideSearch(problem, all: all), WideSearch(problem, all: all))
      let whole = Tensor.allCases.reduce(0) {
        $0 + (problem.layer.usedElements(of: $1) * problem.widths.inBuffer($1)).count
      }
      var capacity = problem.leastCapacity.count
      while capacity <= whole {
        let found = pruned.optimum(capacity: capacity, dataflow: dataflow).best
        let every = unpruned.optimum(capacity: capacity, dataflow: dataflow, prunes: false).best
        #expect(
          found.energy == every.energy && found.occupancy == every.occupancy,
          "\(draw), \(dataflow), at \(capacity): \(found.energy), \(every.energy)")
        let mapping = pruned.mapping(try #require(found.place, "\(draw)"))
        let evaluation = problem.evaluate(mapping)
        #expect(evaluation.occupancy.bits(problem.widths).count == found.occupancy, "\(draw) at \(capacity)")
        #expect(
          evaluation.energy.dataQuanta <= problem.dataQuanta(ofGroup: found.energy),
          "\(draw) at \(capacity)")
        let replay = ContentWalker.counts(mapping, on: problem.layer, reuse: .overlap)
        #expect(Words(replay[.weights]?.loaded ?? -1) == evaluation.traffic.weightsRead, "\(draw)")
        #expect(Words(replay[.inputs]?.loaded ?? -1) == evaluation.traffic.inputsRead, "\(draw)")
        capacity = max(capacity + 1, capacity * 3 / 2)
      }
    }
  }

  /// Loops over single kernel rows and columns inside those over the phases of both.
  @Test("loops over phases stand apart from the others of their axis")
  func phasesStandApart() throws {
    let layer = try Layer(
      name: "strided", inputChannels: 96, input: Extent(35), outputChannels: 96, kernel: Extent(3), stride: Extent(2))
    let problem = try Problem(layer, widths: WordWidths(.byte), reuse: .overlap)
    let nest = try Mapping([
      .loop(.p, tile: 11, .backAndForth), .loop(.p, tile: 6, .backAndForth), .loop(.k, tile: 48, .backAndForth),
      .keep(.outputs), .loop(.c, tile: 1, .backAndForth), .loop(.r, phases: 2, .backAndForth),
      .loop(.s, phases: 2, .backAndForth), .loop(.r, tile: 1, .backAndForth), .loop(.s, tile: 1, .backAndForth),
      .keep(.inputs), .loop(.k, tile: 1, .backAndForth), .keep(.weights),
    ])
    let (known, capacity) = (problem.evaluate(nest), Bits(40_000))
    #expect(problem.held(by: known) <= capacity)
    let found = try #require(Optimizer(problem).optimum(capacity: capacity))
    #expect(found.energy.dataQuanta <= known.energy.dataQuanta)
  }

  @Test(
    "what costs less holds more, for each dataflow too",
    arguments: Dataflow.allCases[seeds(0..<Dataflow.allCases.count)])
  func dataflows(_ dataflow: Dataflow) throws {
    let layer = try Layer(
      name: "middle", inputChannels: 4, input: Extent(9), outputChannels: 16, kernel: Extent(3), padding: Padding(1))
    let problem = try Problem(layer, widths: WordWidths(.byte), reuse: .overlap)
    let optima = WideSearch(problem, all: false).optima(dataflow: dataflow, besides: []).best
    for (before, after) in zip(optima, optima.dropFirst()) {
      #expect(before.energy > after.energy)
      #expect(before.capacity < after.occupancy, "\(before) \(after)")
    }
    #expect(optima.count > 10)
  }

  /// A layer with a halo and a Buffer with something of everything, or a shared one.
  private struct Layout {
    let problem: Problem
    let room: RoomRule
    let description: String

    init(_ draw: HaloDraw, _ random: inout SplitMix64, isShared: Bool, hasParts: Bool) throws {
      let layout = isShared ? .shared : try LayoutSearchTests.layout(&random, hasParts: hasParts)
      problem = try LayoutSearchTests.problem(draw.problem, layout)
      var resident = layout.onChip.union(layout.doubleBuffered.filter { _ in random.oneIn(2) })
      if resident.count == Tensor.allCases.count { resident = [] }
      room = RoomRule(problem, resident: resident)
      description = "\(draw), \(LayoutSearchTests.describe(layout)), \(resident)"
    }

    func search(all: Bool = false) -> WideSearch { WideSearch(problem, all: all, room) }

    func limits(_ capacity: Int) -> [HeldLimits] {
      problem.dataflows.map { room.limits($0.order, capacity: capacity, countsResidents: true) }
    }
  }

  @Test("whether a dataflow attains an energy does not depend on what was asked before", arguments: seeds(0..<20))
  func attains(_ seed: Int) throws {
    var random = SplitMix64(seed: 9000 + seed)
    let all = seed % 2 == 0
    let draw = try HaloDraw(seed: 9000 + seed, axes: seed % 4 / 2 + 1, largestMACs: all ? 30 : 3000)
    let layout = try Layout(draw, &random, isShared: seed < 10, hasParts: seed % 3 > 0)
    let problem = layout.problem
    let known = layout.search(all: all)
    let least = problem.leastCapacity.count
    for dataflow in Dataflow.allCases {
      var capacity = least
      for _ in 0..<24 {
        // Mostly larger than before.
        capacity =
          Int.random(in: 0..<6, using: &random) == 0
          ? Int.random(in: least...capacity, using: &random)
          : capacity + 1 + Int.random(in: 0...capacity / 4, using: &random)
        let (within, limits) = (capacity - layout.room.besides, layout.limits(capacity))
        let optimum = layout.search(all: all).optimum(capacity: within, limits: limits, dataflow: dataflow).best
        if optimum.energy == .max { continue }
        let energy = optimum.energy + Int.random(in: -optimum.energy / 40...optimum.energy / 40, using: &random)
        func cost(_ search: WideSearch) -> Int? {
          search.candidate(costing: energy, capacity: within, limits: limits, dataflow)
            .map { problem.evaluate($0).energy.dataQuanta }
        }
        let (found, expected) = (cost(known), cost(layout.search(all: all)))
        let least = problem.dataQuanta(ofGroup: energy)
        #expect(
          found.map { $0 <= least } ?? false == expected.map { $0 <= least } ?? false,
          """
          \(layout.description), \(dataflow) at \(capacity), \(energy): \(String(describing: found)), \
          \(String(describing: expected))
          """)
      }
    }
  }

  @Test(
    "a search that goes on from a smaller Buffer, in parts or not, finds what a new one does", arguments: seeds(0..<24))
  func sample(_ seed: Int) throws {
    var random = SplitMix64(seed: 9500 + seed)
    let draw = try HaloDraw(seed: 9500 + seed, axes: seed % 2 + 1, largestMACs: 3000)
    let layout = try Layout(draw, &random, isShared: false, hasParts: seed % 4 != 3)
    let search = layout.search()
    let least = layout.problem.leastCapacity.count
    var found = 0
    for dataflow in [nil] + Dataflow.allCases.map(Optional.some) {
      var capacity = least
      var known: WideIncumbent?
      for _ in 0..<24 {
        if random.oneIn(12) { (capacity, known) = (least, nil) }
        capacity += 1 + random.pick(0...capacity / 2)
        let (within, limits) = (capacity - layout.room.besides, layout.limits(capacity))
        let best = search.sample(
          capacity: within, limits: limits, dataflow: dataflow, known: known, until: { _ in false }
        ).best
        let alone = layout.search().optimum(capacity: within, limits: limits, dataflow: dataflow).best
        #expect(
          best.energy == alone.energy && best.occupancy == alone.occupancy,
          "\(layout.description), \(String(describing: dataflow)) at \(capacity)")
        known = best.energy == .max ? nil : best
        if known != nil { found += 1 }
      }
    }
    #expect(found > 0, "\(layout.description): nothing fits any Buffer")
  }

  @Test("a curve has what is found at each capacity alone", arguments: seeds(0..<12))
  func curve(_ seed: Int) throws {
    let draw = try HaloDraw(seed: 7000 + seed, axes: seed % 2 + 1, largestMACs: 3000)
    let search = WideSearch(draw.problem, all: false)
    let optima = search.optima(besides: []).best
    for (index, point) in optima.enumerated() {
      // A search of its own, which has listed nothing yet.
      let alone = WideSearch(draw.problem, all: false).optimum(capacity: point.capacity).best
      #expect(alone.energy == point.energy, "\(draw), point \(index) at \(point.capacity)")
    }
  }

  @Test("a curve has what is found at powers of two alone, of each dataflow too", arguments: seeds(0..<12))
  func ownCurves(_ seed: Int) throws {
    let draw = try HaloDraw(seed: 7100 + seed, axes: seed % 2 + 1, largestMACs: 3000)
    let search = WideSearch(draw.problem, all: false)
    let (least, unit) = (draw.problem.leastCapacity.count, draw.problem.widths.unit)
    let capacities = (0..<16).map { (1 << $0) / unit * unit }.filter { $0 >= least }
    for dataflow in [nil] + Dataflow.allCases.map(Optional.some) {
      let optima = search.optima(dataflow: dataflow, besides: []).best
      for capacity in capacities {
        let alone = WideSearch(draw.problem, all: false).optimum(capacity: capacity, dataflow: dataflow).best
        let here = optima.last { $0.occupancy <= capacity }
        #expect(here?.energy ?? .max == alone.energy, "\(draw), \(String(describing: dataflow)) at \(capacity)")
      }
    }
  }

  @Test("blocks of one size in a row are counted as each of them would be", arguments: seeds(0..<20))
  func alike(_ seed: Int) throws {
    var random = SplitMix64(seed: seed)
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let axis = try Layer(
      name: "drawn", inputChannels: 1, input: Extent(height: pick(30...90), width: 1), outputChannels: 1,
      kernel: Extent(height: pick(1...5), width: 1), stride: Extent(height: pick(1...3), width: 1),
      dilation: Extent(height: pick(1...3), width: 1),
      padding: Padding(top: pick(0...4), bottom: pick(0...4), left: 0, right: 0)
    ).vertical
    let rows = RowClasses(axis)
    for size in 1...axis.outputSize {
      for isEven in [false, true] {
        let loop = AxisLoop(isKernel: false, size: size, isEvenAtEnds: isEven)
        let run = rows.whole.outputs
        let every = (0..<loop.blockCount(of: run)).map {
          rows.count(AxisBlock(outputs: loop.block($0, of: run), kernels: rows.whole.kernels), of: .inputs)
        }
        let few = rows.blocks(loop, of: run)
        let counts = few.map { rows.count(AxisBlock(outputs: $0.run, kernels: rows.whole.kernels), of: .inputs) }
        #expect(few.reduce(0) { $0 + $1.times } == every.count, "seed \(seed), \(axis), blocks of \(size)")
        #expect(
          zip(few, counts).reduce(0) { $0 + $1.0.times * $1.1 } == every.reduce(0, +),
          "seed \(seed), \(axis), blocks of \(size)")
        #expect(Set(counts) == Set(every), "seed \(seed), \(axis), blocks of \(size)")
      }
    }
  }
}
