import EnergyModel
import Mappings
import Workloads

/// One search under the rule `overlap` for layers whose input boxes overlap: its grids, and the choices of loops that it has
/// listed so far.
///
/// Blocks at the first keep are gone through by the least energy that mappings with them can have; only where that is below
/// what is known are the loops inside them listed.
final class WideSearch {
  let problem: Problem
  let grids: [WideGrid]
  private(set) var statistics = SearchStatistics()
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

  /// - Parameters:
  ///   - problem: the problem.
  ///   - dataflow: the only dataflow to consider, or nil for all.
  ///   - all: whether all block sizes of the templates are tried, or nil where the layer is small enough.
  init(_ problem: Problem, _ dataflow: Dataflow? = nil, all: Bool? = nil) {
    self.problem = problem
    let layer = problem.layer
    let (vertical, horizontal) = (RowClasses(layer.vertical), RowClasses(layer.horizontal))
    let all = all ?? Self.isSmall(layer)
    isRecounted = all && Self.hasOneAxis(layer)
    let ends: UnknownEnds = isRecounted ? .best : .worst
    let verticalSums = AxisSumsKnown(ends)
    let horizontalSums = layer.vertical == layer.horizontal ? verticalSums : AxisSumsKnown(ends)
    grids = problem.dataflows.filter { dataflow == nil || $0 == dataflow }.map {
      WideGrid(problem, $0, vertical, horizontal, verticalSums, horizontalSums, all: all)
    }
    statistics.isComplete = false
    statistics.mappings = grids.reduce(0) { $0 + $1.nodeCount }
  }

  /// Whether all block sizes of a layer are tried at one capacity.
  private static func isSmall(_ layer: Layer) -> Bool {
    layer[.n] <= 4 && layer[.k] * layer[.c] <= 24 && layer[.p] * layer[.r] <= 48 && layer[.q] * layer[.s] <= 48
      && pairs(layer) <= (layer[.r] * layer[.s] <= 6 ? 576 : 216)
  }

  /// Whether they are at many capacities: of a layer with two axes only if it is smaller still.
  static func isSmallForCurves(_ layer: Layer) -> Bool { isSmall(layer) && (hasOneAxis(layer) || pairs(layer) <= 108) }

  private static func pairs(_ layer: Layer) -> Int { layer[.p] * layer[.r] * layer[.q] * layer[.s] }

  private static func hasOneAxis(_ layer: Layer) -> Bool {
    layer[.p] * layer[.r] == 1 || layer[.q] * layer[.s] == 1
  }

  /// The choices of loops along one axis that go with blocks at the first keep.
  func tree(_ template: Int, _ tiles: WideTiles, isVertical: Bool) -> AxisTree {
    let tile = isVertical ? tiles.vertical : tiles.horizontal
    let key = ListKey(order: tiles.order, template: template, isVertical: isVertical, tile: tile)
    if let known = trees[key] { return known }
    let grid = grids[Int(tiles.order)]
    let lister = isVertical ? grid.verticalListers[template] : grid.horizontalListers[template]
    let list = isVertical ? grid.verticalTiles : grid.horizontalTiles
    let terms = grid.terms[template]
    let tree = AxisTree(lister.choices(list[Int(tile)]), lister, isVertical ? terms.vertical : terms.horizontal)
    trees[key] = tree
    return tree
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

  /// Offers the mappings of a node to an incumbent.
  private func expand(_ tiles: WideTiles, to incumbent: inout WideIncumbent) {
    statistics.scored += 1
    let grid = grids[Int(tiles.order)]
    for template in grid.templates.indices {
      let leaf = WideLeaf(
        grid: grid, template: template, tiles: tiles, columns: columns(template, tiles),
        vertical: tree(template, tiles, isVertical: true), horizontal: tree(template, tiles, isVertical: false))
      leaf.offer(to: &incumbent) { isRecounted ? recount($0) : $1 }
    }
  }

  /// What the mapping of a place costs in one group of channels, counted anew.
  private func recount(_ place: WidePlace) -> Int {
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
  ///   - known: the best within less, if that is known.
  ///   - prunes: whether bounds leave nodes out.
  ///   - isProven: whether nothing can be better than what is known.
  /// - Returns: the best mapping, without a place where none is better than what is known.
  func optimum(
    capacity: Int, known: WideIncumbent? = nil, prunes: Bool = true,
    until isProven: (WideIncumbent) -> Bool = { _ in false }
  ) -> WideIncumbent {
    let nodes = grids.indices.flatMap { grids[$0].nodes(order: $0, capacity: capacity) }
    statistics.prunedByCapacity = statistics.mappings - nodes.count
    defer { statistics.prunedByEnergy = nodes.count - statistics.scored }
    return best(of: nodes, capacity: capacity, known: known, prunes: prunes, until: isProven)
  }

  private func best(
    of nodes: [WideGrid.Node], capacity: Int, known: WideIncumbent?, prunes: Bool = true,
    until isProven: (WideIncumbent) -> Bool = { _ in false }
  ) -> WideIncumbent {
    var incumbent = WideIncumbent(capacity: capacity, known: known)
    if prunes, known != nil, isProven(incumbent) { return incumbent }
    var useful: [(least: Int, index: Int)] = []
    for index in nodes.indices where nodes[index].leastOccupancy <= capacity {
      let least = prunes ? leastEnergy(nodes[index], capacity: capacity) : 0
      if least <= incumbent.energy { useful.append((least, index)) }
    }
    useful.sort { $0 < $1 }
    for (least, index) in useful {
      if prunes {
        if least > incumbent.energy { break }
        // With as much energy it is of use only where it holds less.
        if least == incumbent.energy, leastEnergy(nodes[index], capacity: incumbent.occupancy - 1) > least { continue }
      }
      expand(nodes[index].tiles, to: &incumbent)
      if prunes, isProven(incumbent) { break }
    }
    return incumbent
  }

  // MARK: Many capacities

  /// The best mappings at many capacities, of which each costs less than those before.
  ///
  /// These are all capacities of a small Buffer, sixteen an octave of larger ones, powers of two among them, and those at
  /// which other mappings are known.
  ///
  /// - Parameter others: mappings of another search, by what they hold.
  /// - Returns: the mappings, those of the other search without a place.
  func optima(besides others: [WideIncumbent]) -> [WideIncumbent] {
    let layer = problem.layer
    let whole = Tensor.allCases.reduce(0) {
      $0 + (layer.usedElements(of: $1) * problem.widths.inBuffer($1)).count
    }
    // What costs least and holds least of that ends the curve.
    let last = optimum(capacity: whole, known: others.last)
    statistics.scored = 0
    let nodes = grids.indices.flatMap { grids[$0].nodes(order: $0, capacity: last.occupancy) }
    statistics.prunedByCapacity = statistics.mappings - nodes.count
    defer { statistics.prunedByEnergy = max(0, nodes.count - statistics.scored) }
    var optima: [WideIncumbent] = []
    var others = others[...]
    for capacity in capacities(to: last.occupancy, others.map(\.occupancy)) {
      var known = optima.last
      while let other = others.first, other.occupancy <= capacity {
        if other.isBetter(than: known) { known = other }
        others.removeFirst()
      }
      let best = best(of: nodes, capacity: capacity, known: known)
      if best.energy < optima.last?.energy ?? .max { optima.append(best) }
    }
    return optima
  }

  private func capacities(to last: Int, _ others: [Int]) -> [Int] {
    let unit = problem.widths.unit
    let (least, end) = ((problem.leastCapacity.count + unit - 1) / unit, (last + unit - 1) / unit)
    var units = Set(least..<max(least, min(end, Self.few)))
    var capacities = others.filter { $0 < last } + [last]
    var octave = 1
    while octave < last {
      var part = Double(octave)
      for _ in 0..<16 {
        units.insert(Int(part) / unit)
        part *= Self.sixteenthOfOctave
      }
      octave *= 2
    }
    capacities += units.filter { $0 >= least && $0 * unit < last }.map { $0 * unit }
    return Set(capacities).sorted()
  }

  /// 2^(1/16).
  private static let sixteenthOfOctave = 1.044_273_782_427_413_8

  /// So many of the smallest sizes of a Buffer are all looked at, in words of the largest unit.
  private static let few = 64

  private func leastEnergy(_ node: WideGrid.Node, capacity: Int) -> Int {
    grids[Int(node.tiles.order)].leastEnergy(node, capacity: capacity)
  }
}
