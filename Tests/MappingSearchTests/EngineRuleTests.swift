import EnergyModel
import Mappings
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// Each rule by which the searches under `overlap` leave mappings out is held to all mappings of some blocks, whether these
/// are part of an optimum or not.
@Suite struct EngineRuleTests {
  private func lost(to rule: String, _ detail: String) -> Comment { "lost to the rule '\(rule)': \(detail)" }

  // MARK: Layers with a halo

  /// A combination of blocks at the first keep in one template.
  private struct Blocks {
    let search: WideSearch
    let grid: WideGrid
    let node: WideGrid.Node
    let template: Int

    /// The least energy within a capacity, and the least occupancy with that, of which no bound leaves any out.
    func best(_ capacity: Int) -> WideIncumbent { best(capacity, leaf(prunes: false)) }

    func best(_ capacity: Int, _ leaf: WideLeaf, isCounted: Bool = true) -> WideIncumbent {
      var incumbent = WideIncumbent(capacity: capacity)
      var pairs = leaf.roots
      leaf.offer(to: &incumbent, from: &pairs) { isCounted ? search.counted($0, $1) : $1 }
      return incumbent
    }

    func leaf(prunes: Bool) -> WideLeaf {
      leaf(
        search.tree(template, node.tiles, isVertical: true), search.tree(template, node.tiles, isVertical: false),
        prunes: prunes)
    }

    /// Of lists of loops of which none is left out.
    var longLeaf: WideLeaf {
      func tree(_ lister: AxisLister, _ tile: AxisTile, _ factors: [WideTerms.Factor]) -> AxisTree {
        AxisTree(
          lister.everyChoice(tile).sorted { $0.held[2] < $1.held[2] }, lister, factors,
          third: grid.terms[template].third.product)
      }
      return leaf(
        tree(
          grid.verticalListers[template], grid.verticalTiles[Int(node.tiles.vertical)], grid.terms[template].vertical),
        tree(
          grid.horizontalListers[template], grid.horizontalTiles[Int(node.tiles.horizontal)],
          grid.terms[template].horizontal), prunes: false)
    }

    private func leaf(_ vertical: AxisTree, _ horizontal: AxisTree, prunes: Bool) -> WideLeaf {
      WideLeaf(
        grid: grid, template: template, tiles: node.tiles, columns: search.columns(template, node.tiles),
        vertical: vertical, horizontal: horizontal, limits: HeldLimits(), searchedLimits: HeldLimits(),
        prunes: prunes)
    }
  }

  /// The second seed takes as long as all others.
  @Test("Blocks of layers with a halo lose nothing to a rule", arguments: cases([0, 255] + Array(1..<16)))
  func halo(_ seed: Int) throws {
    let draw = try HaloDraw(seed: 8000 + seed, axes: seed % 2 + 1, largestMACs: seed % 3 == 0 ? 60 : 1000)
    try expectNothingLost(draw.problem, seed: seed, "\(draw)")
  }

  @Test("nor do those with sizes of a choice", arguments: seeds(0..<40))
  func choices(_ seed: Int) throws {
    let draw = try HaloDraw(seed: 8400 + seed, axes: seed % 2 + 1, largestMACs: seed % 3 == 0 ? 60 : 1000)
    var random = SplitMix64(seed: seed)
    let layout = try BufferLayout(rules: TileRulesSearchTests.rules(&random, draw.problem.layer))
    let problem = try LayoutSearchTests.problem(draw.problem, layout)
    try expectNothingLost(problem, seed: seed, "\(draw), \(layout.rules)")
  }

  private func expectNothingLost(_ problem: Problem, seed: Int, _ draw: String) throws {
    let search = WideSearch(problem, all: seed % 3 == 0)
    var random = SplitMix64(seed: seed)
    let capacities = [1, 2, 3, 5, 8, 12, 20, 40].map { problem.leastCapacity.count * $0 }
    for (order, grid) in search.grids.enumerated() {
      var nodes: [WideGrid.Node] = []
      grid.forEachNode(order: order, capacity: capacities[capacities.count - 1]) { nodes.append($0) }
      for _ in 0..<3 {
        guard let node = nodes.randomElement(using: &random) else { continue }
        for template in grid.templates.indices {
          let blocks = Blocks(search: search, grid: grid, node: node, template: template)
          let (leaf, long) = (blocks.leaf(prunes: true), blocks.longLeaf)
          var pairs = leaf.roots
          var (known, searched): (WideIncumbent?, Int) = (nil, 0)
          for capacity in capacities {
            let best = blocks.best(capacity)
            func what() -> String { "\(draw), \(grid.dataflow), template \(template), \(node.tiles), at \(capacity)" }
            #expect(grid.leastEnergy(node, capacity: capacity) <= best.energy, lost(to: "visits of a node", what()))
            let pruned = blocks.best(capacity, leaf)
            #expect(
              (pruned.energy, pruned.occupancy) == (best.energy, best.occupancy), lost(to: "groups of loops", what()))
            #expect(
              blocks.best(capacity, long, isCounted: false).energy
                == blocks.best(capacity, leaf, isCounted: false).energy, lost(to: "dominated loops", what()))
            var incumbent = WideIncumbent(
              capacity: capacity, known: known, searched: WideIncumbent.Searched(capacity: searched))
            leaf.offer(to: &incumbent, from: &pairs, counted: search.counted)
            (known, searched) = (incumbent, capacity)
            #expect(incumbent.energy == best.energy, lost(to: "capacities in a row", what()))
          }
        }
      }
    }
  }

  @Test("What is said of groups in a row holds of each", arguments: seeds(0..<20))
  func nodes(_ seed: Int) throws {
    let draw = try HaloDraw(seed: 8300 + seed, axes: 2, largestMACs: 3000)
    let search = WideSearch(draw.problem, all: false)
    for (order, grid) in search.grids.enumerated() {
      grid.forEachNode(order: order, capacity: 20 * draw.problem.leastCapacity.count) { node in
        let tree = search.tree(0, node.tiles, isVertical: true)
        for (index, own) in tree.nodes.enumerated() {
          let first = index * tree.blockCounts
          let holds = own.groups.allSatisfy { number in
            let group = tree.groups[number]
            let blocks = tree.blocks[number * tree.blockCounts..<(number + 1) * tree.blockCounts]
            return group.needed >= own.needed
              && group.choices.allSatisfy {
                pointwiseMin(tree.held[$0], own.held) == own.held
                  && pointwiseMax(tree.held[$0], own.mostHeld) == own.mostHeld
              }
              && zip(blocks, tree.mostBlocks[first...]).allSatisfy { $0 <= $1 }
              && zip(zip(blocks.dropFirst(), blocks).map { $0 - $1 }, tree.mostSteps[first...]).allSatisfy { $0 <= $1 }
          }
          if !holds { Issue.record(lost(to: "groups of loops", "\(draw), \(node.tiles), node \(index)")) }
        }
      }
    }
  }

  @Test("A node sleeps no longer than its bound is too high", arguments: seeds(0..<20))
  func bounds(_ seed: Int) throws {
    let draw = try HaloDraw(seed: 8100 + seed, axes: seed % 2 + 1, largestMACs: 3000)
    let search = WideSearch(draw.problem, all: false)
    let least = draw.problem.leastCapacity.count
    for (order, grid) in search.grids.enumerated() {
      grid.forEachNode(order: order, capacity: 30 * least) { node in
        var bound = Int.max
        for capacity in node.leastOccupancy..<node.leastOccupancy + 40 {
          let next = grid.leastEnergy(node, capacity: capacity)
          if next > bound { Issue.record(lost(to: "capacities in a row", "\(draw), \(node.tiles), at \(capacity)")) }
          bound = next
        }
      }
    }
  }

  // MARK: Layers without

  @Test("Tiles of layers without a halo are taken in the order of their bounds, each once", arguments: seeds(0..<30))
  func tiles(_ seed: Int) throws {
    let draw = try OverlapSearchTests.Draw(
      seed: 8300 + seed, largestSize: 60, largestMACs: 40_000, dimensions: [.g, .n, .k, .c, .p, .q], count: 3)
    let problem = draw.problem
    let grids = problem.dataflows.map { OverlapGrid(problem, $0) }
    let all = grids.enumerated().flatMap { position, grid in
      grid.xCuts.indices.flatMap { x in
        grid.yCuts.indices.flatMap { y in
          OverlapNest.Arrangement.allCases.compactMap { arrangement -> OverlapGrid.Tile? in
            let (xCut, yCut) = (grid.xCuts[x], grid.yCuts[y])
            if arrangement == .secondInside, xCut.count == 1 || yCut.count == 1 { return nil }
            if arrangement == .cutTwice, xCut.count > 1 || yCut.size == 1 { return nil }
            return OverlapGrid.Tile(
              grid: Int32(position), x: Int32(x), y: Int32(y), arrangement: arrangement, leastEnergy: 0,
              leastOccupancy: grid.widths.first * xCut.size * yCut.size
                + grid.widths.second * (arrangement == .cutTwice ? 1 : yCut.size) + grid.widths.third)
          }
        }
      }
    }
    for capacity in [1, 3, 10, 100, 10_000].map({ problem.leastCapacity.count * $0 }) {
      let fitting = all.filter { $0.leastOccupancy <= capacity }
      #expect(fitting.count == grids.reduce(0) { $0 + $1.tileCount(within: capacity) }, "\(draw) at \(capacity)")
      let energies = fitting.map { grids[Int($0.grid)].leastEnergy(of: $0, capacity: capacity) }
      for (position, grid) in grids.enumerated() {
        let own = zip(fitting, energies).filter { $0.0.grid == Int32(position) }.map(\.1)
        #expect(grid.leastEnergy(capacity: capacity) == own.min() ?? .max, "\(draw) at \(capacity)")
      }
      let limit = energies.sorted().dropFirst(energies.count / 2).first ?? 0
      let expected = fitting.indices.filter { energies[$0] <= limit }.map { (energies[$0], fitting[$0].place) }.sorted(
        by: <)
      var queue = OverlapQueue(grids, Array(grids.indices), capacity: capacity, energy: .max, isOrdered: true)
      var taken: [(Int, OverlapPlace)] = []
      while let tile = queue.next(atMost: limit) { taken.append((tile.leastEnergy, tile.place)) }
      #expect(taken.map(\.0) == expected.map(\.0), lost(to: "chunks of tiles", "\(draw) at \(capacity)"))
      #expect(Set(taken.map(\.1)) == Set(expected.map(\.1)), lost(to: "chunks of tiles", "\(draw) at \(capacity)"))
    }
  }

  @Test("Blocks of layers without a halo lose nothing to a rule", arguments: seeds(0..<60))
  func noHalo(_ seed: Int) throws {
    let draw = try OverlapSearchTests.Draw(
      seed: 8200 + seed, largestSize: 9, largestMACs: 400, dimensions: [.g, .n, .k, .c, .p, .q], count: 3)
    let problem = draw.problem
    let grids = problem.dataflows.map { OverlapGrid(problem, $0) }
    for (position, grid) in grids.enumerated() {
      var random = SplitMix64(seed: seed)
      for tile in grid.tiles(position, capacity: 1 << 40, energy: .max).shuffled(using: &random).prefix(20) {
        for capacity in [1, 2, 3, 5, 8, 12, 20].map({ problem.leastCapacity.count * $0 }) {
          func what() -> String { "\(draw), \(grid.mapspace.dataflow), \(tile.place), at \(capacity)" }
          func best(prunes: Bool) -> OverlapSearch.Found? {
            var incumbent = OverlapIncumbent(capacity: capacity, prunes: prunes, mostEnergy: .max, leastEnergy: .min)
            grid.offer(tile, to: &incumbent)
            return incumbent.best
          }
          guard let found = best(prunes: false) else { continue }
          #expect(grid.leastEnergy(of: tile, capacity: capacity) <= found.energy, lost(to: "visits of a tile", what()))
          let pruned = best(prunes: true)
          #expect(
            pruned?.energy == found.energy && pruned?.occupancy == found.occupancy, lost(to: "boxes of a tile", what()))
          func points(prunes: Bool) -> [Int: Int] {
            var window = OccupancyWindow(
              capacity / 2..<capacity + 1, unit: problem.widths.unit, below: .max, prunes: prunes)
            grid.offer(tile, to: &window)
            var points = OverlapPoints()
            window.append(to: &points, grids)
            return Dictionary(uniqueKeysWithValues: points.points.map { ($0.occupancy, $0.energy) })
          }
          #expect(points(prunes: true) == points(prunes: false), lost(to: "boxes of a window", what()))
        }
      }
    }
  }
}
