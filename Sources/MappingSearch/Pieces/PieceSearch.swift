import EnergyModel
import LowerBounds
public import Mappings
import Parallel
public import Workloads

/// Finds mappings in pieces: a dimension is split in two parts, each with the best nest for it, and parts again.
///
/// What a mapping costs is the sum of what its pieces cost on parts of the layer, less what stays in the Buffer from one
/// piece to the next. Splits are chosen by the sum, and what stays is taken off afterwards. Of two pieces the split with
/// the least sum is found, over n, k, c, p, q, r and s and all points, as far as parts cost no less when they are longer:
/// points are left out between two of which the shorter parts of both together cost as much as the best known. That is
/// tested on small layers and not proven of nests, see Proofs.md. Where both axes of an area are alike one of them is split.
/// Of more pieces, the piece is split again whose best split saves the most: other splits may save more.
public struct PieceSearch: Sendable {
  /// What is asked.
  public let problem: Problem
  /// The Buffer's size.
  public let capacity: Bits
  /// The search for one nest.
  public let optimizer: Optimizer
  /// How to search; with pruning off every split point is tried. No result depends on the number of threads.
  public let options: SearchOptions
  private let limit: TimeLimit?
  /// The best nest of each part that was asked for, or nil where none fits.
  private let known = Guarded<[Layer: Optimum?]>([:])
  private let knownCuts = Guarded<[Layer: Cut?]>([:])

  /// Prepares the search.
  ///
  /// - Parameters:
  ///   - problem: what is asked.
  ///   - capacity: the Buffer's size.
  ///   - limit: when the search ends with what it has, or nil.
  ///   - options: how to search.
  public init(
    _ problem: Problem, capacity: Bits, limit: TimeLimit? = nil, options: SearchOptions = SearchOptions()
  ) {
    self.problem = problem
    self.capacity = capacity
    optimizer = Optimizer(problem, limit: limit)
    self.limit = limit
    self.options = options
  }

  /// Where a part is split in two.
  struct Cut {
    var dimension: Dimension
    var place: Int
    /// What both sides cost together, as ``cost(of:)`` counts.
    var cost: Int
  }

  /// The mapping with the least sum of two pieces, or with more of them one that is found from it, or one nest where no
  /// split saves anything.
  ///
  /// - Parameters:
  ///   - most: the most pieces.
  ///   - leastSaving: what a further piece must save, as a share of what one nest costs to move data.
  /// - Returns: the mapping, or nil where no nest fits.
  public func optimum(pieces most: Int, leastSaving: Double = 0) -> PiecesOptimum? {
    guard let single = optimizer.optimum(capacity: capacity, options: options) else { return nil }
    let whole = Dimension.allCases.map { 0..<problem.layer[$0] }
    remember(single, for: problem.layer.part(whole))
    let least = max(1, Int((leastSaving * Double(single.energy.dataQuanta)).rounded(.up)))
    var plan = Plan(whole, single.mapping)
    while plan.leaves.count < min(most, MappingTree.largestPieceCount), !limit.endsSearch() {
      var best: (leaf: Int, cut: Cut, saving: Int)?
      for (leaf, piece) in plan.leaves.enumerated() {
        let part = problem.layer.part(piece.region)
        guard let cut = cut(part, saving: least), let cost = cost(of: part) else { continue }
        if cost - cut.cost > best?.saving ?? 0 { best = (leaf, cut, cost - cut.cost) }
      }
      guard let best else { break }
      plan.split(best.leaf, best.cut.dimension, at: best.cut.place) { region in
        optima(of: [problem.layer.part(region)])[0]?.mapping
      }
    }
    // Pieces of known nests within known layers: they can be counted.
    guard let evaluation = try? problem.evaluate(counting: plan.tree) else { return nil }
    var statistics = single.statistics
    if plan.leaves.count > 1 {
      statistics = known.value.values.compactMap { $0?.statistics }.reduce(into: SearchStatistics()) { $0.add($1) }
      statistics.isComplete = false
    }
    return PiecesOptimum(
      evaluation: evaluation, nest: single, statistics: statistics, partsSearched: known.value.count,
      isEndedByLimit: limit.endedSearch)
  }

  /// Has the best nest of the layer stand for that of the whole as a part, which has no biases.
  private func remember(_ single: Optimum, for whole: Layer) {
    let part = try? Problem(whole, in: problem.setting).evaluate(counting: single.mapping)
    guard let part else { return }
    known.withLock { $0[whole] = .some(Optimum(part, single.statistics)) }
  }

  /// An optimum of this search, with the mapping of one within a smaller capacity in place of its own where that costs less.
  ///
  /// - Parameters:
  ///   - optimum: what was found.
  ///   - smaller: what was found for the same layer within less.
  /// - Returns: the better of both.
  public func better(of optimum: PiecesOptimum, _ smaller: PiecesOptimum) -> PiecesOptimum {
    guard let other = try? problem.evaluate(counting: smaller.evaluation.tree),
      other.energy.dataQuanta < optimum.evaluation.energy.dataQuanta
    else { return optimum }
    var better = optimum
    better.evaluation = other
    if let nest = other.tree.singleNest {
      better.nest = Optimum(problem.evaluate(nest), optimum.nest.statistics)
    }
    return better
  }

  // MARK: One split

  /// The split of a part that costs least, if it saves so much, or nil where none does.
  private func cut(_ part: Layer, saving least: Int) -> Cut? {
    if let cut = knownCuts.withLock({ $0[part] }) { return cut }
    let cut = search(part, saving: least)
    knownCuts.withLock { $0[part] = .some(cut) }
    return cut
  }

  /// The points of a dimension between two that were tried.
  private struct Interval {
    var dimension: Dimension
    /// The points that were tried, or the ends.
    var low: Int
    var high: Int
    /// What a split between them costs at least.
    var bound: Int
  }

  private func search(_ part: Layer, saving least: Int) -> Cut? {
    guard let whole = cost(of: part), let problem = try? Problem(part, in: problem.setting) else { return nil }
    // No schedule saves more than what is above the bound.
    if options.prunes, let bound = LowerBounds(problem).best(capacity: capacity).energy(of: [problem]),
      whole - spill(of: part) - bound.dataQuanta < least
    {
      return nil
    }
    var best: Cut?
    /// A split has to cost less.
    var cutoff = whole - least + 1
    var open = Self.dimensions(of: part).map { dimension in
      // The points beyond the middle have the same parts, the other way round.
      let end = Self.isEven(dimension, part) ? part[dimension] / 2 + 1 : part[dimension]
      return Interval(dimension: dimension, low: 0, high: end, bound: 0)
    }
    while !open.isEmpty, !limit.endsSearch() {
      open.sort { ($0.bound, $0.dimension.index, $0.low) < ($1.bound, $1.dimension.index, $1.low) }
      let chosen = Array(open.prefix(Self.atOnce))
      open.removeFirst(chosen.count)
      let middles = chosen.map { ($0.low + $0.high) / 2 }
      _ = optima(
        of: zip(chosen, middles).flatMap { interval, middle in
          let split = Split(interval.dimension, of: part)
          return [split.first(middle), split.rest(middle)]
        })
      for (interval, middle) in zip(chosen, middles) {
        let dimension = interval.dimension
        let split = Split(dimension, of: part)
        func first(_ place: Int) -> Int { place == 0 ? 0 : cost(of: split.first(place)) ?? .max / 4 }
        func rest(_ place: Int) -> Int { place == split.size ? 0 : cost(of: split.rest(place)) ?? .max / 4 }
        let sum = first(middle) + rest(middle)
        if sum < cutoff {
          best = Cut(dimension: dimension, place: middle, cost: sum)
          cutoff = sum
        }
        for (low, high) in [(interval.low, middle), (middle, interval.high)] where high - low > 1 {
          let bound = options.prunes ? first(low) + rest(high) + split.leastBetween(low, high, problem.loadQuanta) : 0
          open.append(Interval(dimension: dimension, low: low, high: high, bound: bound))
        }
      }
      if options.prunes { open.removeAll { $0.bound >= cutoff } }
    }
    return best
  }

  /// So many intervals are halved at once, whatever the number of threads.
  private static let atOnce = 4

  /// The dimensions that are split. Groups have nothing in common that a split could keep, and where rows and columns are
  /// alike rows stand for both.
  private static func dimensions(of part: Layer) -> [Dimension] {
    let isSquare = part.vertical == part.horizontal
    return Dimension.allCases.filter { dimension in
      switch dimension {
      case .g: false
      case .q, .s: part[dimension] > 1 && !isSquare
      case .n, .k, .c, .p, .r: part[dimension] > 1
      }
    }
  }

  /// Whether equal lengths of a dimension are equal parts wherever they lie.
  private static func isEven(_ dimension: Dimension, _ part: Layer) -> Bool {
    switch dimension {
    case .n, .g, .k, .c: true
    case .p, .r: !part.vertical.hasPaddedMACs
    case .q, .s: !part.horizontal.hasPaddedMACs
    }
  }

  // MARK: The nests of parts

  /// What a part costs whose sums are taken for unfinished: then costs of parts add up along every dimension.
  ///
  /// - Returns: quanta, or nil where no nest fits.
  private func cost(of part: Layer) -> Int? {
    optima(of: [part])[0].map { $0.energy.dataQuanta + spill(of: part) }
  }

  /// What it would cost more to have each output of a part read and written as a partial sum, for one time that it is
  /// written when finished. Of a layer's outputs it is the same whatever its pieces, and a split of c, r or s has it twice.
  private func spill(of part: Layer) -> Int {
    part.usedElements(of: .outputs).count
      * (problem.loadQuanta(.outputs) - problem.energyModel.writeQuanta * problem.widths.outputs.count)
  }

  /// The best nests of parts, in their order; those that are not known yet are sought side by side.
  private func optima(of parts: [Layer]) -> [Optimum?] {
    let missing = known.withLock { known in
      var missing: [Layer] = []
      for part in parts where known[part] == nil && !missing.contains(part) { missing.append(part) }
      return missing
    }
    if !missing.isEmpty {
      let isSingle = missing.count == 1
      let found =
        try? missing.concurrentMap(threads: isSingle ? 1 : options.threads) { part in
          try Optimizer(Problem(part, in: problem.setting), limit: limit)
            .optimum(capacity: capacity, options: SearchOptions(threads: isSingle ? options.threads : 1))
        }
      known.withLock { known in
        for (index, part) in missing.enumerated() { known[part] = .some(found?[index]) }
      }
    }
    return known.withLock { known in parts.map { known[$0] ?? nil } }
  }
}

/// A mapping in pieces that was searched for.
public struct PiecesOptimum: Hashable, Sendable {
  /// The mapping with what it costs, what stays between pieces taken off.
  public internal(set) var evaluation: TreeEvaluation
  /// The best mapping of one nest.
  public internal(set) var nest: Optimum
  /// What the searches of all parts looked at: not all mappings in pieces. Where one nest is all there is, what its own
  /// search did.
  public let statistics: SearchStatistics
  /// The parts of the layer of which the best nest was sought, itself included.
  public let partsSearched: Int
  /// Whether a time limit ended the search.
  public let isEndedByLimit: Bool
}

/// A mapping in pieces that grows.
private struct Plan {
  private indirect enum Node {
    case leaf(Int)
    case split(Dimension, Int, Node, Node)
  }

  /// The pieces so far, each with the indices of its dimensions.
  private(set) var leaves: [(region: [Range<Int>], mapping: Mapping)]
  private var root = Node.leaf(0)

  init(_ region: [Range<Int>], _ mapping: Mapping) { leaves = [(region, mapping)] }

  /// Splits a piece in two, of which the first takes its place and the other is the last of the list.
  mutating func split(_ leaf: Int, _ dimension: Dimension, at place: Int, _ nest: ([Range<Int>]) -> Mapping?) {
    let region = leaves[leaf].region
    let (first, rest) = (region.with(dimension) { $0.prefix(place) }, region.with(dimension) { $0.dropFirst(place) })
    guard let firstNest = nest(first), let restNest = nest(rest) else { return }
    leaves[leaf] = (first, firstNest)
    root = Self.replacing(leaf, in: root, by: .split(dimension, place, .leaf(leaf), .leaf(leaves.count)))
    leaves.append((rest, restNest))
  }

  private static func replacing(_ leaf: Int, in node: Node, by other: Node) -> Node {
    switch node {
    case .leaf(leaf): other
    case .leaf: node
    case .split(let dimension, let place, let first, let rest):
      .split(dimension, place, replacing(leaf, in: first, by: other), replacing(leaf, in: rest, by: other))
    }
  }

  var tree: MappingTree { tree(root) }

  private func tree(_ node: Node) -> MappingTree {
    switch node {
    case .leaf(let leaf): .nest(leaves[leaf].mapping)
    case .split(let dimension, let place, let first, let rest):
      .split(dimension, at: place, first: tree(first), rest: tree(rest))
    }
  }
}

extension [Range<Int>] {
  fileprivate func with(_ dimension: Dimension, _ range: (Range<Int>) -> Range<Int>) -> Self {
    var region = self
    region[dimension.index] = range(region[dimension.index])
    return region
  }
}
