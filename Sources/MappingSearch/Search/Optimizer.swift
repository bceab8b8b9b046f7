public import EnergyModel
public import Mappings
import Parallel
import Scoring
public import Workloads

/// Finds the mapping of least energy for a layer over the mapspace that theory §4 states for its rule of reuse.
///
/// All of it is searched where ``isComplete`` says so. Nests outside may cost less; theory §4 says which are known to.
/// The mapspace is listed once, when it is first needed; ``optimum(capacity:dataflow:options:)`` then answers for any
/// capacity.
public struct Optimizer: Sendable {
  /// What is asked.
  public let problem: Problem
  /// The grids of mappings of each dataflow.
  var orders: [DataflowGrids] { listed.value }
  /// The same, listed once they are needed.
  let listed: Lazily<[DataflowGrids]>
  /// What is taken for granted of how boxes lie in the Buffer.
  let room: RoomRule
  /// The orders of keeps that are searched.
  var dataflows: [Dataflow] { problem.dataflows.filter(room.isKept) }
  /// The search of a problem that has no such grids; nil for others.
  let engine: (any SearchEngine)?
  /// When a search ends though it has more to look at.
  let limit: TimeLimit?
  /// A known mapping that no search may lose, in tests.
  private let debugSolution: DebugSolution?

  /// Whether all of the mapspace is searched.
  ///
  /// Under the reuse policy `overlap` it is not for layers whose input boxes overlap, see Proofs.md.
  /// Under the others, on very long axes with sliding windows or padding only some block sizes are tried, one for each number
  /// of blocks at most. With a kernel of 3 that begins at some 3 000 rows, or 300 where the dilation does not divide the
  /// stride; with loops over phases it begins sooner. The result is then the best of those.
  /// It is not once a time limit has ended a search.
  public var isComplete: Bool { (engine?.isComplete ?? orders.allSatisfy(\.isComplete)) && !limit.endedSearch }

  /// Prepares the search; nothing is listed before it is needed.
  ///
  /// - Parameters:
  ///   - problem: what is asked.
  ///   - limit: how long all searches of this optimizer together may take, listing included, or nil for as long as they
  ///     need. Only ``optimum(capacity:dataflow:options:)`` and ``dataflows(attaining:capacity:options:)`` end by it.
  public init(_ problem: Problem, limit: TimeLimit? = nil) { self.init(problem, limit: limit, arithmetic: nil) }

  /// The same with what is taken for granted of how boxes lie in the Buffer.
  init(_ problem: Problem, _ room: RoomRule, limit: TimeLimit?) {
    self.init(problem, room, limit: limit, arithmetic: nil)
  }

  /// The same with an arithmetic that is exact for the layer, or nil to choose the quicker one that is, and for tests with
  /// a known mapping that no search may lose.
  init(
    _ problem: Problem, _ given: RoomRule? = nil, limit: TimeLimit? = nil, arithmetic: Scorer.Arithmetic?,
    debugSolution: DebugSolution? = nil
  ) {
    let room = given ?? .shared(problem)
    engine = problem.engine(given, limit)
    self.room = room
    self.problem = problem
    self.limit = limit
    self.debugSolution = debugSolution
    let mapspaces = engine == nil ? problem.dataflows.filter(room.isKept).map(Mapspace.init) : []
    listed = Lazily {
      let layer = problem.layer
      let vertical = AxisProfiles.all(layer.vertical, in: mapspaces, phases: problem.phases, limit)
      let horizontal =
        layer.vertical == layer.horizontal
        ? vertical : AxisProfiles.all(layer.horizontal, in: mapspaces, phases: problem.phases, limit)
      return mapspaces.indices.map { index in
        DataflowGrids(
          problem, mapspaces[index], room, vertical: vertical[index], horizontal: horizontal[index],
          arithmetic: arithmetic)
      }
    }
  }

  /// The feasible mapping of least energy in the mapspace at a capacity, or nil when none fits.
  ///
  /// Of several with the same energy it is one of least occupancy, and among those the first in a fixed order. Where the
  /// mapspace would take a second or more to be listed and a simple mapping moves no more than any schedule must, it is
  /// that one at once, and another with as little energy may hold less. So it is under the reuse policy `overlap` where
  /// input boxes of a large layer overlap and no schedule moves less.
  ///
  /// - Parameters:
  ///   - capacity: the Buffer's size.
  ///   - dataflow: the only dataflow to consider, one of the problem's, or nil for all.
  ///   - options: how to search; the mapping found does not depend on it.
  /// - Returns: the mapping with what it costs.
  public func optimum(
    capacity: Bits, dataflow: Dataflow? = nil, options: SearchOptions = SearchOptions()
  ) -> Optimum? {
    guard capacity >= problem.leastCapacity else { return nil }
    if let engine { return engine.optimum(capacity: capacity, dataflow: dataflow, options: options) }
    let left = capacity.count - room.held
    // Where every MAC reads padding, what is not resident may take no room.
    if left < 0 || dataflows.isEmpty { return nil }
    let limits = room.limits(Tensor.allCases, capacity: capacity.count, countsResidents: false)
    let found: (pool: Incumbent, statistics: SearchStatistics)
    if options.prunes {
      let proof = OptimalityProof(problem, capacity: capacity)
      if isLongToList, let simple = simpleOptimum(capacity: capacity, least: proof.leastQuanta, dataflow: dataflow) {
        return simple
      }
      found = search(dataflow, Incumbent(capacity: left), limits: limits, options) { incumbent in
        incumbent.best.map {
          limit.endsSearch() || proof.holds(dataQuanta: dataQuanta($0), occupancy: Bits($0.occupancy + room.held))
        } ?? false
      }
    } else {
      found = search(dataflow, Incumbent(capacity: left), limits: limits, options)
    }
    guard let best = found.pool.best else { return nil }
    return optimum(best, found.statistics)
  }

  /// Searches the grids of one dataflow or of all for a pool.
  ///
  /// - Parameters:
  ///   - dataflow: the only dataflow to consider, or nil for all.
  ///   - pool: what is looked for.
  ///   - limits: what is asked of what is held of inputs, weights and outputs, beside their sum.
  ///   - options: how to search.
  ///   - isProven: whether nothing can be better than what the pool holds.
  /// - Returns: the pool with the best mappings, and what was looked at.
  func search<Pool: SolutionPool>(
    _ dataflow: Dataflow?, _ pool: Pool, limits: HeldLimits = HeldLimits(), _ options: SearchOptions,
    until isProven: (Pool) -> Bool = { _ in false }
  ) -> (pool: Pool, statistics: SearchStatistics) {
    func run(_ observer: some SearchObserver) -> (Pool, SearchStatistics) {
      var run = SearchRun(orders, of: dataflow, pool, limits, options, observer)
      run.search(until: isProven)
      var statistics = run.statistics
      statistics.isComplete = isComplete
      if limit.endedSearch { statistics.endEarly() }
      return (run.pool, statistics)
    }
    guard let debugSolution else { return run(NoObserver()) }
    return run(debugSolution.observer(problem.layer, orders))
  }

  /// The energy of moving data of all groups, biases included.
  func dataQuanta(_ mapping: ScoredMapping) -> Int { problem.dataQuanta(ofGroup: mapping.energy) }

  /// A mapping with what it costs.
  func optimum(_ found: ScoredMapping, _ statistics: SearchStatistics) -> Optimum {
    Optimum(evaluated(found), statistics)
  }

  /// A mapping with what it moves and costs.
  func evaluated(_ found: ScoredMapping) -> Evaluation {
    problem.recounted(
      orders[Int(found.place.order)].candidate(found).mapping(of: problem.layer).keepingFirst(room.resident),
      atMost: found.energy)
  }
}

/// A mapping of least energy with what it costs.
public struct Optimum: Hashable, Sendable {
  /// The mapping with its costs.
  public let evaluation: Evaluation
  /// What the search looked at.
  public let statistics: SearchStatistics

  init(_ evaluation: Evaluation, _ statistics: SearchStatistics) {
    self.evaluation = evaluation
    self.statistics = statistics
  }

  /// The same mapping of a problem that differs from the one searched by a constant factor of prices alone.
  func priced(in problem: Problem) -> Optimum { Optimum(evaluation.priced(in: problem), statistics) }

  /// The loop nest.
  public var mapping: Mapping { evaluation.mapping }
  /// The largest box of each tensor.
  public var occupancy: Occupancy { evaluation.occupancy }
  /// What the mapping moves.
  public var traffic: Traffic { evaluation.traffic }
  /// What it costs under the problem's energy model.
  public var energy: Energy { evaluation.energy }
}
