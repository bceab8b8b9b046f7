import EnergyModel
public import Mappings
public import Workloads

/// Finds the tile sizes of least energy for a template: a nest whose loops and keeps are in a fixed order.
///
/// Nests of a few sizes for each loop are walked first, then those of the smallest tile for every number of blocks, and the
/// best of either are improved loop by loop. Then all nests of the template are walked, less those that a bound shows to be no
/// better. Where that is too much work it ends with the best found, and the search is not complete.
public struct TemplateSearch: Sendable {
  /// What is asked.
  public let problem: Problem
  private let space: TemplateSpace
  private let limit: TimeLimit?

  /// The work that the walk of all nests may take, and other steps each.
  private static let workOfAll = 1 << 17
  private static let workOfSome = 1 << 15

  /// Prepares the search.
  ///
  /// - Parameters:
  ///   - problem: what is asked; its dataflows and phases say nothing here.
  ///   - template: the nest.
  ///   - limit: how long the search may take, or nil for as long as it needs.
  /// - Throws: ``TemplateError`` where a loop that is given contradicts the problem's layout.
  public init(_ problem: Problem, _ template: NestTemplate, limit: TimeLimit? = nil) throws(TemplateError) {
    self.problem = problem
    self.limit = limit
    space = try TemplateSpace(problem, template)
  }

  /// The capacity that the nest with the smallest tiles needs.
  public var smallestCapacity: Bits {
    space.smallestTiles.map { problem.held(by: space.mapping($0)) }.min() ?? problem.leastCapacity
  }

  /// The nest of least energy of moving data at a capacity, as far as the search goes: its statistics are complete where no
  /// tile sizes can do better.
  ///
  /// - Parameter capacity: the Buffer's size.
  /// - Returns: the mapping with what it costs, or nil where none was found that fits.
  public func optimum(capacity: Bits) -> Optimum? {
    optimum(capacity: capacity, workOfAll: Self.workOfAll, workOfSome: Self.workOfSome)
  }

  /// The nests that are best at some capacities, those of smaller ones included: elsewhere others may be better.
  ///
  /// - Parameter capacities: sizes of the Buffer.
  /// - Returns: the curve, without points up to the first capacity at which a nest was found.
  public func curve(at capacities: [Bits]) -> ParetoCurve {
    ParetoCurve(problem, bestOf: Set(capacities).sorted().compactMap { optimum(capacity: $0) })
  }

  /// The same with the work that the walk of all nests may take, and other steps each.
  func optimum(capacity: Bits, workOfAll: Int, workOfSome: Int) -> Optimum? {
    var run = TemplateRun(space, capacity: capacity, limit)
    run.search(workOfAll: workOfAll, workOfSome: workOfSome)
    guard let best = run.best, let evaluation = try? problem.evaluate(counting: space.mapping(best.tiles)) else {
      return nil
    }
    precondition(
      evaluation.energy.dataQuanta == best.energy && problem.held(by: evaluation) == best.held,
      "a nest costs and holds what its tensors do")
    return Optimum(evaluation, run.statistics)
  }
}

/// One search.
private struct TemplateRun {
  private let space: TemplateSpace
  private let capacity: Bits
  private let limit: TimeLimit?
  private let leastQuanta: Int
  private let counts: ChainCounts
  private var costs: TemplateCosts
  private(set) var best: TemplateCosts.Found?
  private(set) var statistics = SearchStatistics()

  /// So many of what a walk found lately are improved.
  private static let starts = 3
  /// Tile sizes of a loop that the first walk tries.
  private static let coarseSizes = 5

  init(_ space: TemplateSpace, capacity: Bits, _ limit: TimeLimit?) {
    (self.space, self.capacity, self.limit) = (space, capacity, limit)
    leastQuanta = OptimalityProof(space.problem, capacity: capacity).leastQuanta
    counts = ChainCounts(space)
    costs = TemplateCosts(space)
  }

  mutating func search(workOfAll: Int, workOfSome: Int) {
    statistics.mappings = counts.count(from: 0, Dimension.allCases.map { space.problem.layer[$0] })
    for tiles in space.smallestTiles { keep(costs.found(tiles, within: capacity)) }
    for sizes in [TemplateSpace.Sizes.some(Self.coarseSizes), .everyBlockCount] where !isProven {
      improve(walk(sizes, work: workOfSome).found, work: workOfSome)
    }
    if isProven { return finish(isComplete: true) }
    let all = walk(.all, work: workOfAll)
    if all.end == .complete, !costs.hasUncountable {
      statistics.prunedByCapacity = all.prunedByCapacity
      return finish(isComplete: true)
    }
    if all.end == .stopped { improve(all.found, work: workOfSome) }
    finish(isComplete: isProven)
  }

  /// Whether no schedule costs less than the best.
  private var isProven: Bool { best.map { $0.energy <= leastQuanta } ?? false }

  private mutating func keep(_ found: TemplateCosts.Found?) {
    guard let found, best.map({ found.isBetter(than: $0) }) ?? true else { return }
    best = found
  }

  /// Walks the nests with some tile sizes.
  private mutating func walk(_ sizes: TemplateSpace.Sizes, work: Int) -> TemplateWalk {
    var walk = TemplateWalk(
      space, sizes, capacity: capacity, leastQuanta: leastQuanta, best: best, costs, counts, mostWork: work, limit)
    walk.run()
    costs = walk.costs
    keep(walk.found.last)
    return walk
  }

  /// Improves the last of the nests that a walk found, each better than the one before.
  private mutating func improve(_ found: [TemplateCosts.Found], work: Int) {
    var climb = TemplateClimb(
      space, capacity: capacity, leastQuanta: leastQuanta, costs, mostWork: work, limit)
    for start in found.suffix(Self.starts).reversed() where !isProven {
      keep(climb.highest(from: climb.top(from: start)))
    }
    costs = climb.costs
  }

  private mutating func finish(isComplete: Bool) {
    statistics.isComplete = isComplete
    statistics.scored = costs.scored
    let rest = max(0, statistics.mappings - statistics.scored - statistics.prunedByCapacity)
    if isProven {
      statistics.prunedByBound = rest
    } else if isComplete {
      statistics.prunedByEnergy = rest
    }
  }
}
