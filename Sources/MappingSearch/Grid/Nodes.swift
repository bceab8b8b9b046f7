import Scoring

extension DataflowGrids {
  /// Mappings that are scored together: a chunk of vertical profiles with one of horizontal profiles, in all columns.
  struct Leaf: Sendable {
    /// The order of keeps, by its position among those searched.
    var order: Int32
    var grid: Int32
    var batch: Int32
    var vertical: Int32
    var horizontal: Int32
  }

  /// Leaves of a grid that are next to each other: a cluster of chunks of vertical profiles with one of horizontal ones.
  struct Node: Sendable {
    /// The order of keeps, by its position among those searched.
    var order: Int32
    var grid: Int32
    var batch: Int32
    var vertical: Int32
    var horizontal: Int32
    /// No mapping of the node that may matter has less energy.
    var leastEnergy = 0
  }

  /// All leaves.
  func leaves(order: Int) -> [Leaf] {
    places(\.chunks).map {
      Leaf(
        order: Int32(order), grid: Int32($0.grid), batch: Int32($0.batch), vertical: Int32($0.vertical),
        horizontal: Int32($0.horizontal))
    }
  }

  /// The nodes whose corner some cutoffs admit with some column.
  ///
  /// A corner has the least of every factor of all pairs of profiles: with any column it costs no more than they.
  ///
  /// - Returns: the nodes, and the number of mappings that are in none of them or, with their corner, not admitted.
  func nodes(order: Int, below cutoffs: Cutoffs, _ scorer: Scorer) -> (nodes: [Node], pruned: Int) {
    var nodes: [Node] = []
    var pruned = 0
    for place in places(\.clusters) {
      var node = Node(
        order: Int32(order), grid: Int32(place.grid), batch: Int32(place.batch), vertical: Int32(place.vertical),
        horizontal: Int32(place.horizontal))
      let admitted = scorer.admitted(corner(node), columns.table, arithmetic, below: cutoffs)
      let grid = grids[place.grid]
      let pairs =
        grid.vertical.profileCount(cluster: place.vertical) * grid.horizontal.profileCount(cluster: place.horizontal)
      pruned += pairs * (columns.count - admitted.runs.reduce(0) { $0 + $1.count })
      if admitted.runs.isEmpty { continue }
      node.leastEnergy = admitted.leastEnergy
      nodes.append(node)
    }
    return (nodes, pruned)
  }

  /// Every grid with each tile of the batch that goes with it, and each pair of places along its axes.
  private func places(
    _ along: KeyPath<SpatialProfiles, [Range<Int>]>
  ) -> [(grid: Int, batch: Int, vertical: Int, horizontal: Int)] {
    grids.indices.flatMap { grid in
      batches.indices.filter { !grids[grid].needsUncutBatch || batches[$0].tile == 1 }.flatMap { batch in
        grids[grid].vertical[keyPath: along].indices.flatMap { vertical in
          grids[grid].horizontal[keyPath: along].indices.map { (grid, batch, vertical, $0) }
        }
      }
    }
  }

  /// The leaves of a node.
  func leaves(of node: Node) -> [Leaf] {
    let grid = grids[Int(node.grid)]
    return grid.vertical.clusters[Int(node.vertical)].flatMap { vertical in
      grid.horizontal.clusters[Int(node.horizontal)].map { horizontal in
        Leaf(
          order: node.order, grid: node.grid, batch: node.batch, vertical: Int32(vertical),
          horizontal: Int32(horizontal))
      }
    }
  }

  /// The least of every factor of a node's pairs of profiles.
  func corner(_ node: Node) -> Scorer.Pairs {
    let grid = grids[Int(node.grid)]
    return Scorer.Pairs(
      grid.vertical.clusterCorners, Int(node.vertical), grid.horizontal.clusterCorners, Int(node.horizontal),
      batches[Int(node.batch)].scale)
  }

  /// The least of every factor of a leaf's pairs of profiles.
  func corner(_ leaf: Leaf) -> Scorer.Pairs {
    let grid = grids[Int(leaf.grid)]
    return Scorer.Pairs(
      grid.vertical.corners, Int(leaf.vertical), grid.horizontal.corners, Int(leaf.horizontal),
      batches[Int(leaf.batch)].scale)
  }

  /// All pairs of profiles of a leaf.
  func pairs(_ leaf: Leaf) -> Scorer.Pairs {
    let grid = grids[Int(leaf.grid)]
    return Scorer.Pairs(
      grid.vertical.table, grid.vertical.chunks[Int(leaf.vertical)], grid.horizontal.table,
      grid.horizontal.chunks[Int(leaf.horizontal)], batches[Int(leaf.batch)].scale)
  }

  /// Whether a place is in a node.
  func contains(_ node: Node, _ place: ScoredMapping.Place) -> Bool {
    leaves(of: node).contains { contains($0, place) }
  }

  /// Whether a place is in a leaf.
  func contains(_ leaf: Leaf, _ place: ScoredMapping.Place) -> Bool {
    let grid = grids[Int(leaf.grid)]
    return leaf.grid == place.grid && leaf.batch == place.batch
      && grid.vertical.chunks[Int(leaf.vertical)].contains(Int(place.vertical))
      && grid.horizontal.chunks[Int(leaf.horizontal)].contains(Int(place.horizontal))
  }
}
