import Dispatch
import Mappings
import Parallel
import Scoring
import Synchronization

/// One search through the grids of some orders of keeps for one pool.
struct SearchRun<Pool: SolutionPool, Observer: SearchObserver> {
  private let leafScorer: LeafScorer<Pool, Observer>
  private var orders: [DataflowGrids] { leafScorer.orders }
  private var options: SearchOptions { leafScorer.options }
  private var observer: Observer { leafScorer.observer }
  /// The positions of the orders wanted.
  private let wanted: [Int]
  private(set) var pool: Pool
  private(set) var statistics = SearchStatistics()

  /// One leaf in so many is scored first, so that good mappings are known early.
  private static var seedStep: Int { 16 }
  /// Leaves are scored in so many rounds of so many slices; slices of a round do not know of one another's finds.
  private static var rounds: Int { 4 }
  private static var slices: Int { 8 }
  /// Below so many mappings slices are not worth their while.
  private static var fewMappings: Int { 1 << 20 }

  init(
    _ orders: [DataflowGrids], of dataflow: Dataflow?, _ pool: Pool, _ limits: HeldLimits, _ options: SearchOptions,
    _ observer: Observer
  ) {
    leafScorer = LeafScorer(orders: orders, limits: limits, options: options, observer: observer)
    self.pool = pool
    wanted = orders.indices.filter { dataflow == nil || orders[$0].dataflow == dataflow }
    statistics.mappings = wanted.reduce(0) { $0 + orders[$1].mappingCount }
  }

  /// Scores all leaves that may hold something better.
  ///
  /// - Parameter isProven: whether nothing can be better than what the pool holds.
  mutating func search(until isProven: (Pool) -> Bool = { _ in false }) {
    let isEnded: Bool
    if options.prunes, let cutoffs = pool.initialCutoffs {
      isEnded = searchBestFirst(below: cutoffs, isProven)
    } else {
      isEnded = searchAll(isProven)
    }
    for order in wanted { observer.applied(isEnded ? .bound : .visits, order: order, pool) { _ in false } }
    let unscored = statistics.mappings - statistics.scored - statistics.prunedByCapacity
    if isEnded { statistics.prunedByBound = unscored } else { statistics.prunedByEnergy = unscored }
  }

  /// Scores nodes in the order of the least energy that they may hold, and returns whether that was ended.
  ///
  /// Most nodes are left out whole once good mappings are known, which the first nodes have.
  private mutating func searchBestFirst(below cutoffs: Cutoffs, _ isProven: (Pool) -> Bool) -> Bool {
    let scorer = Scorer()
    var nodes: [DataflowGrids.Node] = []
    for order in wanted {
      let (some, pruned) = orders[order].nodes(order: order, below: cutoffs, scorer)
      observer.applied(.capacity, order: order, pool) { place in
        some.contains { orders[order].contains($0, place) }
      }
      nodes += some
      statistics.prunedByCapacity += pruned
    }
    nodes.sort { $0.leastEnergy < $1.leastEnergy }
    for node in nodes {
      let grids = orders[Int(node.order)]
      if admits(node, of: grids, scorer) {
        if score(grids.leaves(of: node), scorer, isProven) { return true }
      } else {
        observer.applied(.corner, order: Int(node.order), pool) { !grids.contains(node, $0) }
      }
    }
    return false
  }

  /// Whether the pool's cutoffs admit a node's corner with some column.
  private func admits(_ node: DataflowGrids.Node, of grids: DataflowGrids, _ scorer: Scorer) -> Bool {
    let columns = grids.columns
    scorer.score(grids.corner(node), columns.table, 0..<columns.count, grids.arithmetic, below: pool.cutoffs)
    return !scorer.scores.isEmpty
  }

  /// Scores all leaves, one after the other or in slices if there are many mappings, and returns whether that was ended.
  private mutating func searchAll(_ isProven: (Pool) -> Bool) -> Bool {
    let scorer = Scorer()
    let leaves = wanted.flatMap { orders[$0].leaves(order: $0) }
    if score(Self.every(Self.seedStep, from: 0, of: leaves[...]), scorer, isProven) { return true }
    let rest = leaves.indices.filter { $0 % Self.seedStep != 0 }.map { leaves[$0] }
    if statistics.mappings < Self.fewMappings { return score(rest, scorer, isProven) }
    let perRound = max(1, (rest.count + Self.rounds - 1) / Self.rounds)
    for start in stride(from: 0, to: rest.count, by: perRound) {
      scoreSlices(rest[start..<min(start + perRound, rest.count)])
      if isProven(pool) { return true }
    }
    return false
  }

  /// Scores leaves until what the pool holds is proven, and returns whether it was.
  private mutating func score(_ leaves: [DataflowGrids.Leaf], _ scorer: Scorer, _ isProven: (Pool) -> Bool) -> Bool {
    let leafScorer = leafScorer
    for leaf in leaves {
      let scored = leafScorer.score(leaf, scorer, for: &pool)
      statistics.scored += scored
      if scored > 0, isProven(pool) { return true }
    }
    return false
  }

  /// Scores leaves in slices side by side, each with a copy of the pool.
  private mutating func scoreSlices(_ leaves: ArraySlice<DataflowGrids.Leaf>) {
    let (leafScorer, pool) = (leafScorer, pool)
    let options = options
    let results = Guarded([(pool: Pool, scored: Int)?](repeating: nil, count: Self.slices))
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(options.threads, Self.slices))) { _ in
      while true {
        let slice = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if slice >= Self.slices { return }
        let scorer = Scorer()
        var own = pool
        let scored = Self.every(Self.slices, from: slice, of: leaves).reduce(0) { scored, leaf in
          scored + leafScorer.score(leaf, scorer, for: &own)
        }
        let result = (own, scored)
        results.withLock { $0[slice] = result }
      }
    }
    for case let (pool, scored)? in results.value {
      self.pool.merge(pool)
      statistics.scored += scored
    }
  }

  /// One in so many leaves.
  private static func every(
    _ step: Int, from first: Int, of leaves: ArraySlice<DataflowGrids.Leaf>
  ) -> [DataflowGrids.Leaf] {
    stride(from: leaves.startIndex + first, to: leaves.endIndex, by: step).map { leaves[$0] }
  }
}

/// What it takes to score leaves, apart from the pool: a pool that it shared storage with would be copied at each change.
private struct LeafScorer<Pool: SolutionPool, Observer: SearchObserver> {
  let orders: [DataflowGrids]
  /// What is asked of what is held of inputs, weights and outputs, beside their sum.
  let limits: HeldLimits
  let options: SearchOptions
  let observer: Observer

  /// Offers the mappings of a leaf to a pool, those whose corner the pool's cutoffs admit or all.
  ///
  /// - Returns: the number of mappings scored.
  func score(_ leaf: DataflowGrids.Leaf, _ scorer: Scorer, for pool: inout Pool) -> Int {
    let order = Int(leaf.order)
    let grids = orders[order]
    let (columns, pairs) = (grids.columns.table, grids.pairs(leaf))
    let runs =
      options.prunes
      ? scorer.admitted(grids.corner(leaf), columns, grids.arithmetic, below: pool.cutoffs).runs : [0..<columns.count]
    observer.applied(.corner, order: order, pool) { place in
      !grids.contains(leaf, place) || runs.contains { $0.contains(Int(place.column)) }
    }
    var scored = 0
    for run in runs {
      scored += pairs.count * run.count
      scorer.score(pairs, columns, run, grids.arithmetic, below: pool.cutoffs)
      observer.applied(.cutoff, order: order, pool) { place in
        !grids.contains(leaf, place) || !run.contains(Int(place.column))
          || scorer.scores.contains {
            $0.first == place.vertical && $0.second == place.horizontal && $0.column == place.column
          }
      }
      for score in scorer.scores {
        let place = ScoredMapping.Place(
          order: leaf.order, grid: leaf.grid, batch: leaf.batch, vertical: Int32(score.first),
          horizontal: Int32(score.second), column: Int32(score.column))
        if limits.hasParts, !limits.admits(grids.held(place)) { continue }
        pool.offer(ScoredMapping(energy: score.energy, occupancy: score.occupancy, place: place))
      }
    }
    observer.applied(.pool, order: order, pool) { !grids.contains(leaf, $0) }
    return scored
  }
}
