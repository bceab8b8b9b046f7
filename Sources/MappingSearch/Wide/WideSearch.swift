import EnergyModel
import Mappings
import Workloads

/// The search of a problem under the rule `overlap` for layers whose input boxes overlap: its grids, and the choices of loops
/// that it has listed so far.
///
/// One thread at a time may use it. What it lists it keeps: some hundred bytes for each node, up to 2^17 of each order of
/// keeps.
///
/// Blocks at the first keep are gone through by the least energy that mappings with them can have; only where that is below
/// what is known are the loops inside them listed.
final class WideSearch: @unchecked Sendable {
  let problem: Problem
  let room: RoomRule
  let grids: [WideGrid]
  /// Whether mappings are counted anew before they are taken, since their sums may be too low: of small layers with one axis.
  private let isRecounted: Bool
  private var recounted: [WidePlace: Int] = [:]

  private struct ListKey: Hashable {
    let order: Int32
    let template: Int
    let isVertical: Bool
    let tile: Int32
  }
  private struct ColumnsKey: Hashable {
    let order: Int32
    let template: Int
    let tiles: SIMD3<Int32>
  }
  private var trees: [ListKey: AxisTree] = [:]
  private var columns: [ColumnsKey: WideColumns] = [:]
  /// The nodes of each grid that has not too many.
  private var listed: [[WideGrid.Node]?]
  /// What was last asked of each dataflow alone.
  private var asked: [Dataflow: Asked] = [:]
  /// How far a curve of a dataflow, or of all, has come.
  private var sampled: [Dataflow?: Sampled] = [:]

  /// - Parameters:
  ///   - problem: the problem.
  ///   - all: whether all block sizes of the templates are tried.
  ///   - room: what is taken for granted of how boxes lie in the Buffer; nil where they share it.
  init(_ problem: Problem, all: Bool, _ room: RoomRule? = nil) {
    let room = room ?? .shared(problem)
    self.problem = problem
    self.room = room
    let layer = problem.layer
    let (vertical, horizontal) = (RowClasses(layer.vertical), RowClasses(layer.horizontal))
    isRecounted = all && Self.hasOneAxis(layer)
    let ends: UnknownEnds = isRecounted ? .best : .worst
    let verticalSums = AxisSumsKnown(ends)
    let horizontalSums = layer.vertical == layer.horizontal ? verticalSums : AxisSumsKnown(ends)
    grids = problem.dataflows.map {
      WideGrid(problem, $0, vertical, horizontal, verticalSums, horizontalSums, room, all: all)
    }
    listed = grids.map { _ in nil }
  }

  /// Whether all block sizes of a layer are tried at one capacity.
  static func isSmall(_ layer: Layer) -> Bool {
    layer[.n] <= 4 && layer[.k] * layer[.c] <= 24 && layer[.p] * layer[.r] <= 48 && layer[.q] * layer[.s] <= 48
      && pairs(layer) <= (layer[.r] * layer[.s] <= 6 ? 576 : 216)
  }

  /// Whether they are at many capacities: of a layer with two axes only if it is smaller still.
  static func isSmallForCurves(_ layer: Layer) -> Bool { isSmall(layer) && (hasOneAxis(layer) || pairs(layer) <= 108) }

  private static func pairs(_ layer: Layer) -> Int { layer[.p] * layer[.r] * layer[.q] * layer[.s] }

  private static func hasOneAxis(_ layer: Layer) -> Bool {
    layer[.p] * layer[.r] == 1 || layer[.q] * layer[.s] == 1
  }

  // MARK: What is listed

  /// The choices of loops along one axis that go with blocks at the first keep.
  func tree(_ template: Int, _ tiles: WideTiles, isVertical: Bool) -> AxisTree {
    let tile = isVertical ? tiles.vertical : tiles.horizontal
    func key(_ template: Int) -> ListKey {
      ListKey(order: tiles.order, template: template, isVertical: isVertical, tile: tile)
    }
    if let known = trees[key(template)] { return known }
    let grid = grids[Int(tiles.order)]
    let listers = isVertical ? grid.verticalListers : grid.horizontalListers
    let list = isVertical ? grid.verticalTiles : grid.horizontalTiles
    let lister = listers[template]
    let choices = lister.choices(list[Int(tile)])
    func tree(_ template: Int) -> AxisTree {
      let terms = grid.terms[template]
      return AxisTree(
        choices, listers[template], isVertical ? terms.vertical : terms.horizontal, third: terms.third.product)
    }
    let own = tree(template)
    trees[key(template)] = own
    for other in grid.templates.indices where other != template && listers[other].listsTheSame(as: lister) {
      trees[key(other)] = tree(other)
    }
    return own
  }

  /// The cuts of n, k and c that go with them.
  func columns(_ template: Int, _ tiles: WideTiles) -> WideColumns {
    let key = ColumnsKey(order: tiles.order, template: template, tiles: tiles.channels)
    if let known = columns[key] { return known }
    let grid = grids[Int(tiles.order)]
    let made = WideColumns(grid.channelChoices(template, tiles), grid.terms[template], grid.widths)
    columns[key] = made
    return made
  }

  /// The grids of a dataflow, or all.
  private func orders(_ dataflow: Dataflow?) -> [Int] {
    grids.indices.filter {
      (dataflow == nil || grids[$0].dataflow == dataflow) && room.isKept(by: grids[$0].dataflow)
    }
  }

  /// Grids with more nodes than this go through them anew each time.
  private static let mostListed = 1 << 17

  /// Calls a closure with all nodes of a grid that fit a capacity.
  @inline(__always)
  private func forEachNode(_ order: Int, capacity: Int, _ body: (WideGrid.Node) -> Void) {
    let grid = grids[order]
    if grid.nodeCount > Self.mostListed {
      grid.forEachNode(order: order, capacity: capacity, body)
      return
    }
    if listed[order] == nil {
      var nodes: [WideGrid.Node] = []
      nodes.reserveCapacity(grid.nodeCount)
      grid.forEachNode(order: order, capacity: .max) { nodes.append($0) }
      listed[order] = nodes
    }
    guard let nodes = listed[order] else { return }
    for node in nodes where node.leastOccupancy <= capacity { body(node) }
  }

  /// Where the mappings of a node are that may be of use, of each template.
  typealias Frontier = [[WideLeaf.Pair]]
  /// Those of nodes that were looked into, and the least capacity at which they may be of use.
  private typealias Frontiers = [WideTiles: (frontier: Frontier, wakes: Int)]

  /// How far the search of a dataflow for a mapping that costs no more than so much has come.
  private struct Asked {
    var capacity = 0
    /// Mappings that cost more were left out.
    var energy = Int.max
    /// The best found, which costs that, if any was.
    var best: WideIncumbent?
    /// What may be of use at larger capacities.
    var frontiers: Frontiers? = [:]
  }

  /// Offers the mappings of a node to an incumbent.
  ///
  /// - Parameters:
  ///   - tiles: the node's blocks.
  ///   - frontier: where those that may be of use are: nil for all of them. It is left with those that may be at larger
  ///     capacities.
  ///   - incumbent: the best known.
  ///   - prunes: whether bounds leave mappings out.
  private func expand(
    _ tiles: WideTiles, _ frontier: inout Frontier?, to incumbent: inout WideIncumbent, prunes: Bool = true
  ) {
    let grid = grids[Int(tiles.order)]
    let (limits, searchedLimits) = (incumbent.limits(tiles.order), incumbent.searched.limits(tiles.order))
    var left: Frontier = []
    for template in grid.templates.indices {
      var pairs = frontier?[template] ?? []
      if frontier == nil || pairs.contains(where: { $0.wakes <= incumbent.capacity }) {
        let leaf = WideLeaf(
          grid: grid, template: template, tiles: tiles, columns: columns(template, tiles),
          vertical: tree(template, tiles, isVertical: true), horizontal: tree(template, tiles, isVertical: false),
          limits: limits, searchedLimits: searchedLimits, prunes: prunes)
        if frontier == nil { pairs = leaf.roots }
        leaf.offer(to: &incumbent, from: &pairs, counted: counted)
      }
      left.append(pairs)
    }
    frontier = left
  }

  /// What the mapping of a place costs in one group of channels, of which the sums say no more than that: counted anew where
  /// they may be too low.
  func counted(_ place: WidePlace, _ energy: Int) -> Int {
    if !isRecounted { return energy }
    if let known = recounted[place] { return known }
    let energy = problem.energyOfGroup(problem.evaluate(mapping(place)))
    recounted[place] = energy
    return energy
  }

  // MARK: One capacity

  /// The best mapping within a capacity.
  ///
  /// - Parameters:
  ///   - capacity: bits.
  ///   - limits: what else is asked of boxes, for each grid; nothing where it is empty.
  ///   - dataflow: the only dataflow to consider, or nil for all.
  ///   - known: the best within less, if that is known.
  ///   - prunes: whether bounds leave nodes out.
  ///   - isProven: whether nothing can be better than what is known.
  /// - Returns: the best mapping, without a place where none is better than what is known; and what was looked at.
  func optimum(
    capacity: Int, limits: [HeldLimits] = [], dataflow: Dataflow? = nil, known: WideIncumbent? = nil,
    prunes: Bool = true, until isProven: (WideIncumbent) -> Bool = { _ in false }
  ) -> (best: WideIncumbent, statistics: SearchStatistics) {
    var incumbent = WideIncumbent(capacity: capacity, known: known, limits: limits)
    var frontiers: Frontiers?
    let statistics = search(dataflow, for: &incumbent, from: &frontiers, prunes: prunes, until: isProven)
    return (incumbent, statistics)
  }

  /// Searches for a better mapping than an incumbent.
  private func search(
    _ dataflow: Dataflow?, for incumbent: inout WideIncumbent, from frontiers: inout Frontiers?, prunes: Bool = true,
    until isProven: (WideIncumbent) -> Bool
  ) -> SearchStatistics {
    var statistics = SearchStatistics()
    statistics.isComplete = false
    statistics.mappings = orders(dataflow).reduce(0) { $0 + grids[$1].nodeCount }
    if prunes, incumbent.energy < .max, isProven(incumbent) {
      statistics.prunedByBound = statistics.mappings
      return statistics
    }
    let (useful, fitting) = useful(dataflow, incumbent, prunes: prunes)
    let expanded = expand(useful, to: &incumbent, from: &frontiers, prunes: prunes, until: isProven)
    statistics.scored = expanded.count
    statistics.prunedByCapacity = statistics.mappings - fitting
    statistics.prunedByBound = expanded.isProven ? useful.count - expanded.count : 0
    statistics.prunedByEnergy = fitting - statistics.scored - statistics.prunedByBound
    return statistics
  }

  /// The nodes within an incumbent's capacity that may have better mappings, and the number of all that fit.
  private func useful(
    _ dataflow: Dataflow?, _ incumbent: WideIncumbent, prunes: Bool
  ) -> (nodes: [(least: Int, node: WideGrid.Node)], fitting: Int) {
    var fitting = 0
    var useful: [(least: Int, node: WideGrid.Node)] = []
    for order in orders(dataflow) {
      let limits = incumbent.limits(Int32(order))
      let (grid, mostWords) = (grids[order], grids[order].mostWords(limits))
      forEachNode(order, capacity: incumbent.capacity) { node in
        fitting += 1
        if node.held > limits.most[0] || node.held < limits.least[0] { return }
        let least = prunes ? grid.leastEnergy(node, capacity: incumbent.capacity, mostWords: mostWords) : 0
        if least <= incumbent.energy { useful.append((least, node)) }
      }
    }
    return (useful, fitting)
  }

  /// How far a search at capacities in a row has come.
  private struct Sampled {
    var searched = WideIncumbent.Searched()
    /// Nothing that fits costs less.
    var energy = Int.max
    /// What may be of use at larger capacities.
    var frontiers: Frontiers? = [:]
  }

  /// The best mapping within a capacity, as ``optimum(capacity:limits:dataflow:known:prunes:until:)`` finds it.
  ///
  /// The search goes on from the one before for the same dataflow, or all, if that was within a smaller capacity, with parts as much
  /// smaller, and found nothing that costs less than what is known now.
  ///
  /// - Parameters:
  ///   - capacity: bits.
  ///   - limits: what else is asked of boxes, for each grid; nothing where it is empty.
  ///   - dataflow: the only dataflow to consider, or nil for all.
  ///   - known: a mapping that fits, or nil.
  ///   - isProven: whether nothing can be better than what is known.
  /// - Returns: the best mapping, without a place where none is better than what is known; and what was looked at.
  func sample(
    capacity: Int, limits: [HeldLimits], dataflow: Dataflow?, known: WideIncumbent?,
    until isProven: (WideIncumbent) -> Bool
  ) -> (best: WideIncumbent, statistics: SearchStatistics) {
    var now = sampled[dataflow] ?? Sampled()
    sampled[dataflow] = nil
    if now.searched.capacity > capacity || known?.energy ?? .max > now.energy { now = Sampled() }
    var incumbent = WideIncumbent(capacity: capacity, known: known, searched: now.searched, limits: limits)
    let statistics = search(dataflow, for: &incumbent, from: &now.frontiers, until: isProven)
    now.searched = WideIncumbent.Searched(capacity: capacity, limits: limits)
    now.energy = incumbent.energy
    sampled[dataflow] = now
    return (incumbent, statistics)
  }

  /// A mapping of a dataflow within a capacity that may cost no more than so much: one of which the sums say so, or else the one
  /// with the least sums if it is to be counted anew.
  ///
  /// The search goes on from the one before for the same dataflow, if that was within a smaller capacity, with parts as much smaller,
  /// for no less energy.
  func candidate(costing energy: Int, capacity: Int, limits: [HeldLimits] = [], _ dataflow: Dataflow) -> Mapping? {
    let most = problem.largestSum(recountedTo: energy)
    var now = Asked()
    if let before = asked[dataflow], before.capacity <= capacity, most <= before.energy || before.best != nil {
      now = before
    }
    asked[dataflow] = nil
    var known = WideIncumbent(energy: most, occupancy: 0)
    if let best = now.best, best.energy < most { known = best }
    var incumbent = WideIncumbent(capacity: capacity, known: known, limits: limits)
    if incumbent.energy > energy {
      let (nodes, _) = useful(dataflow, incumbent, prunes: true)
      expand(nodes, to: &incumbent, from: &now.frontiers) { $0.energy <= energy }
    }
    now.capacity = capacity
    now.energy = min(now.energy, incumbent.energy)
    now.best = incumbent.place == nil ? nil : incumbent
    asked[dataflow] = now
    return incumbent.place.map(mapping)
  }

  /// Offers the mappings of nodes to an incumbent, those that can cost least first.
  ///
  /// - Parameters:
  ///   - nodes: the nodes, and the least that each can cost.
  ///   - incumbent: the best known.
  ///   - frontiers: where to go on, and where to go on at larger capacities; nil where nobody does.
  ///   - prunes: whether bounds leave mappings out.
  ///   - isProven: whether nothing can be better than what is known.
  /// - Returns: the number of nodes of which they were offered, and whether nothing can be better than what was found.
  @discardableResult
  private func expand(
    _ nodes: [(least: Int, node: WideGrid.Node)], to incumbent: inout WideIncumbent,
    from frontiers: inout Frontiers?, prunes: Bool = true,
    until isProven: (WideIncumbent) -> Bool = { _ in false }
  ) -> (count: Int, isProven: Bool) {
    var count = 0
    // A stable order, since among mappings that are alike the first is taken.
    for index in nodes.indices.sorted(by: { (nodes[$0].least, $0) < (nodes[$1].least, $1) }) {
      let (least, node) = nodes[index]
      if prunes {
        if least > incumbent.energy { break }
        // With as much energy it is of use only where it holds less.
        let grid = grids[Int(node.tiles.order)]
        if least == incumbent.energy {
          let mostWords = grid.mostWords(incumbent.limits(node.tiles.order))
          if grid.leastEnergy(node, capacity: incumbent.occupancy - 1, mostWords: mostWords) > least { continue }
        }
      }
      let known = frontiers?.removeValue(forKey: node.tiles)
      if let known, known.wakes > incumbent.capacity {
        frontiers?[node.tiles] = known
        continue
      }
      var frontier = known?.frontier
      expand(node.tiles, &frontier, to: &incumbent, prunes: prunes)
      count += 1
      if frontiers != nil, let frontier {
        frontiers?[node.tiles] = (frontier, frontier.joined().lazy.map(\.wakes).min() ?? .max)
      }
      if prunes, isProven(incumbent) { return (count, true) }
    }
    return (count, false)
  }

  // MARK: Many capacities

  /// The best mappings at many capacities, of which each costs less than those before.
  ///
  /// These are all capacities of a small Buffer, sixteen an octave of larger ones, powers of two among them, and those at which
  /// other mappings are known.
  ///
  /// - Parameters:
  ///   - dataflow: the only dataflow to consider, or nil for all.
  ///   - limits: what else is asked of boxes at all capacities, for each grid; nothing where it is empty.
  ///   - others: mappings of another search, by what they hold.
  /// - Returns: the mappings, those of the other search without a place; and what was looked at.
  func optima(
    dataflow: Dataflow? = nil, limits: [HeldLimits] = [], besides others: [WideIncumbent]
  ) -> (best: [WideIncumbent], statistics: SearchStatistics) {
    let capacities = capacities(dataflow, limits, others)
    var statistics = SearchStatistics()
    statistics.isComplete = false
    statistics.mappings = orders(dataflow).reduce(0) { $0 + grids[$1].nodeCount }
    var nodes: [WideGrid.Node] = []
    for order in orders(dataflow) {
      let least = limits.isEmpty ? 0 : limits[order].least[0]
      forEachNode(order, capacity: capacities.last ?? 0) { if $0.held >= least { nodes.append($0) } }
    }
    statistics.prunedByCapacity = statistics.mappings - nodes.count
    var sleepers = Sleepers(capacities)
    for index in nodes.indices { sleepers.add(index) { nodes[index].leastOccupancy <= $0 } }
    var frontiers: [Frontier?] = Array(repeating: nil, count: nodes.count)
    var optima: [WideIncumbent] = []
    var others = others[...]
    var searched = WideIncumbent.Searched()
    for capacity in capacities {
      var incumbent = WideIncumbent(capacity: capacity, known: optima.last, searched: searched, limits: limits)
      while let other = others.first, other.occupancy <= capacity {
        if other.isBetter(than: incumbent) {
          incumbent = WideIncumbent(capacity: capacity, known: other, searched: searched, limits: limits)
        }
        others.removeFirst()
      }
      var useful: [(least: Int, index: Int)] = []
      for index in sleepers.wake() {
        useful.append((grids[Int(nodes[index].tiles.order)].leastEnergy(nodes[index], capacity: capacity), index))
      }
      useful.sort { ($0.least, $0.index) < ($1.least, $1.index) }
      for (least, index) in useful {
        let node = nodes[index]
        if least > incumbent.energy {
          let grid = grids[Int(node.tiles.order)]
          sleepers.add(index) { grid.leastEnergy(node, capacity: $0) <= incumbent.energy }
          continue
        }
        expand(node.tiles, &frontiers[index], to: &incumbent)
        statistics.scored += 1
        if let wakes = frontiers[index]?.joined().lazy.map(\.wakes).min() { sleepers.add(index) { wakes <= $0 } }
      }
      if incumbent.energy < optima.last?.energy ?? .max { optima.append(incumbent) }
      searched = WideIncumbent.Searched(capacity: capacity, limits: limits)
    }
    statistics.prunedByEnergy = max(0, nodes.count - statistics.scored)
    return (optima, statistics)
  }

  /// Nodes by the capacity at which they may next be of use.
  private struct Sleepers {
    private let capacities: [Int]
    private var nodes: [[Int]]
    /// The position of the next capacity.
    private var next = 0

    init(_ capacities: [Int]) {
      self.capacities = capacities
      nodes = Array(repeating: [], count: capacities.count)
    }

    /// Has a node sleep until the first of the capacities to come at which it may be of use, as it then is at all larger ones.
    @inline(__always)
    mutating func add(_ node: Int, until mayBeOfUse: (_ capacity: Int) -> Bool) {
      // Mostly it is one of the next few.
      var (low, high, step) = (next, next, 1)
      while high < capacities.count, !mayBeOfUse(capacities[high]) {
        low = high + 1
        high += step
        step *= 2
      }
      let first = (low..<min(high, capacities.count)).partitionPoint { mayBeOfUse(capacities[$0]) }
      if first < nodes.count { nodes[first].append(node) }
    }

    /// The nodes that wake at the next capacity.
    mutating func wake() -> [Int] {
      defer { next += 1 }
      let woken = nodes[next]
      nodes[next] = []
      return woken
    }
  }

  /// The capacities looked at.
  private func capacities(_ dataflow: Dataflow?, _ limits: [HeldLimits], _ others: [WideIncumbent]) -> [Int] {
    let layer = problem.layer
    let whole = Tensor.allCases.reduce(0) {
      $0 + layer.usedElements(of: $1).count * room.width($1)
    }
    // What costs least and holds least of that ends the curve.
    let last = optimum(capacity: whole, limits: limits, dataflow: dataflow, known: others.last).best.occupancy
    // No order of keeps is searched, or nothing fits.
    if last == .max { return [] }
    let unit = problem.widths.unit
    let leastHeld = Tensor.allCases.reduce(0) { $0 + room.width($1) }
    let (least, end) = ((leastHeld + unit - 1) / unit, (last + unit - 1) / unit)
    var units = Set(least..<max(least, min(end, Self.few)))
    var capacities = others.map(\.occupancy).filter { $0 < last } + [last]
    var octave = 1
    while octave < last {
      units.formUnion(Self.parts(ofOctave: octave).map { $0 / unit })
      octave *= 2
    }
    capacities += units.filter { $0 >= least && $0 * unit < last }.map { $0 * unit }
    return Set(capacities).sorted()
  }

  /// Sixteen capacities from a power of two on.
  private static func parts(ofOctave start: Int) -> [Int] {
    var part = Double(start)
    return (0..<16).map { _ in
      defer { part *= sixteenthOfOctave }
      return Int(part)
    }
  }

  /// 2^(1/16).
  private static let sixteenthOfOctave = 1.044_273_782_427_413_8

  /// So many of the smallest sizes of a Buffer are all looked at, in words of the largest unit.
  private static let few = 64
}
