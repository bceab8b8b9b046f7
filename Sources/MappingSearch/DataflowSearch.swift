import DenseKernels
import EnergyModel
import Mappings
import Workloads

/// The canonical mapspace of one dataflow as grids of mappings, and the search through them.
///
/// All counts are of one group. For vertical profile v, horizontal profile h, batch tile n, input-channel tile c and
/// output-channel tile k,
///
///     inputs read   = N·C · (blocks of k) · v.rowsMoved · h.rowsMoved
///     weights read  = K·C·R·S · (blocks of n) · v.weightVisits · h.weightVisits
///     output visits = (blocks of c) · v.outputVisits · h.outputVisits
///
/// with the blocks counted at the keep of the tensor, and each box is a product of the same kind. So a pair of v and h is a
/// row of a grid whose columns are the pairs of k and c, and energies and occupancies are two products of low rank.
struct DataflowSearch: Sendable {
  let dataflow: Dataflow
  private let form: CanonicalForm
  let columns: ChannelProfiles
  let batches: [(tile: Int, scale: BlockScorer.Scale)]
  let grids: [Grid]
  /// Whether both axes are the same, so that a grid and its mirror image cost the same.
  let isSquare: Bool
  let arithmetic: BlockScorer.Arithmetic
  /// Whether every block size was tried.
  let isComplete: Bool
  /// Where a known mapping stands, if one is followed.
  var witness: ScoredMapping?

  /// Profiles of the vertical axis and those of the horizontal axis that go with them.
  struct Grid: Sendable {
    var vertical: SpatialProfiles
    var horizontal: SpatialProfiles
    /// Whether the batch must not be cut in the segment just outside the inputs' keep.
    var needsUncutBatch = false
  }

  /// Rows of a grid: a chunk of vertical profiles with one of horizontal profiles.
  struct Block: Sendable {
    var search: Int32
    var grid: Int32
    var batch: Int32
    var vertical: Int32
    var horizontal: Int32
  }

  /// Blocks of a grid that are next to each other: a group of chunks of vertical profiles with one of horizontal ones.
  struct Group: Sendable {
    var search: Int32
    var grid: Int32
    var batch: Int32
    var vertical: Int32
    var horizontal: Int32
    /// No mapping of the group that may matter has less energy.
    var leastEnergy = 0
  }

  init(
    _ layer: Layer, _ widths: WordWidths, _ model: EnergyModel, _ reuse: ReusePolicy, _ dataflow: Dataflow,
    vertical: AxisProfiles, horizontal: AxisProfiles, arithmetic: BlockScorer.Arithmetic? = nil
  ) {
    self.dataflow = dataflow
    form = CanonicalForm(dataflow)
    let prices = Prices(layer, widths, model)
    columns = ChannelProfiles(layer, form, prices, widths)
    isComplete = vertical.isComplete && horizontal.isComplete
    let isSquare = layer.vertical == layer.horizontal
    self.isSquare = isSquare
    func grids(
      _ a: KeyPath<AxisProfiles, [AxisProfile]>, _ b: KeyPath<AxisProfiles, [AxisProfile]>, uncutBatch: Bool = false
    ) -> [Grid] {
      let one = Grid(
        vertical: SpatialProfiles(vertical[keyPath: a]), horizontal: SpatialProfiles(horizontal[keyPath: b]),
        needsUncutBatch: uncutBatch)
      if isSquare || a == b { return [one] }
      return [
        one,
        Grid(
          vertical: SpatialProfiles(vertical[keyPath: b]), horizontal: SpatialProfiles(horizontal[keyPath: a]),
          needsUncutBatch: uncutBatch),
      ]
    }
    switch reuse {
    case .none: self.grids = grids(\.still, \.still)
    case .sliding: self.grids = grids(\.sliding, \.still) + grids(\.chained, \.uncut, uncutBatch: true)
    }
    let form = form
    batches = CanonicalForm.tiles(form.batch, size: layer[.n]).map { tile in
      (tile, Self.scale(layer, form, prices, batchTile: tile))
    }
    self.arithmetic = arithmetic ?? Self.arithmetic(self.grids, batches.map(\.scale), columns)
  }

  /// What the rows of a batch tile have in common.
  static func scale(_ layer: Layer, _ form: CanonicalForm, _ prices: Prices, batchTile tile: Int) -> BlockScorer.Scale {
    let blocks = CanonicalForm.blockSizes(form.batch, size: layer[.n], tile: tile)
    let visits = blocks.blockCount(of: layer[.n], level: form.weightLevel)
    return BlockScorer.Scale(
      factors: (1, prices.weights * visits, 1, blocks[form.inputLevel], 1, blocks[form.outputLevel]),
      offset: prices.finished - prices.spills)
  }

  /// Doubles where every sum of products in a grid, however it is associated, stays below 2^53.
  private static func arithmetic(
    _ grids: [Grid], _ scales: [BlockScorer.Scale], _ columns: ChannelProfiles
  ) -> BlockScorer.Arithmetic {
    let column = columns.table.largest.map(Double.init)
    for grid in grids {
      let row = zip(grid.vertical.table.largest, grid.horizontal.table.largest).map { Double($0) * Double($1) }
      for scale in scales {
        let factors = scale.factors
        let numbers = [factors.0, factors.1, factors.2, factors.3, factors.4, factors.5].map(Double.init)
        let products = (0..<FactorTable.width).map { row[$0] * numbers[$0] * column[$0] }
        let energy = products[0] + products[1] + products[2] + abs(Double(scale.offset))
        // Roundings here are far below a part in a million.
        if max(energy, products[3] + products[4] + products[5]) > 0x1p53 * (1 - 1e-6) { return .integers }
      }
    }
    return .doubles
  }

  /// The number of mappings in all grids.
  var mappingCount: Int {
    grids.reduce(0) { sum, grid in
      sum + grid.vertical.profiles.count * grid.horizontal.profiles.count * columns.count
        * (grid.needsUncutBatch ? batches.count { $0.tile == 1 } : batches.count)
    }
  }

  /// All blocks.
  func blocks(search: Int) -> [Block] {
    places(\.chunks).map {
      Block(
        search: Int32(search), grid: Int32($0.grid), batch: Int32($0.batch), vertical: Int32($0.vertical),
        horizontal: Int32($0.horizontal))
    }
  }

  /// The groups of blocks whose corner some thresholds admit with some column.
  ///
  /// A corner is a row with the least of every number of all rows: with any column it costs no more than they.
  ///
  /// - Returns: the groups, and the number of mappings that are in none of them or, with their corner, not admitted.
  func groups(search: Int, below thresholds: Thresholds, _ scorer: BlockScorer) -> (groups: [Group], left: Int) {
    var groups: [Group] = []
    var left = 0
    for place in places(\.groups) {
      var group = Group(
        search: Int32(search), grid: Int32(place.grid), batch: Int32(place.batch), vertical: Int32(place.vertical),
        horizontal: Int32(place.horizontal))
      let admitted = scorer.admitted(corner(group), columns.table, arithmetic, below: thresholds)
      let grid = grids[place.grid]
      let rows =
        grid.vertical.profileCount(group: place.vertical) * grid.horizontal.profileCount(group: place.horizontal)
      left += rows * (columns.count - admitted.runs.reduce(0) { $0 + $1.count })
      if admitted.runs.isEmpty { continue }
      group.leastEnergy = admitted.leastEnergy
      groups.append(group)
    }
    return (groups, left)
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

  /// The blocks of a group.
  func blocks(of group: Group) -> [Block] {
    let grid = grids[Int(group.grid)]
    return grid.vertical.groups[Int(group.vertical)].flatMap { vertical in
      grid.horizontal.groups[Int(group.horizontal)].map { horizontal in
        Block(
          search: group.search, grid: group.grid, batch: group.batch, vertical: Int32(vertical),
          horizontal: Int32(horizontal))
      }
    }
  }

  /// Whether thresholds admit a group's corner with some column.
  func admits(_ group: Group, _ scorer: BlockScorer, below thresholds: Thresholds) -> Bool {
    scorer.score(corner(group), columns.table, 0..<columns.count, arithmetic, below: thresholds)
    return !scorer.scores.isEmpty
  }

  /// A row with the least of every number of a group's rows.
  private func corner(_ group: Group) -> BlockScorer.Rows {
    let grid = grids[Int(group.grid)]
    return BlockScorer.Rows(
      grid.vertical.groupCorners, Int(group.vertical), grid.horizontal.groupCorners, Int(group.horizontal),
      batches[Int(group.batch)].scale)
  }

  /// A row with the least of every number of a block's rows.
  private func corner(_ block: Block) -> BlockScorer.Rows {
    let grid = grids[Int(block.grid)]
    return BlockScorer.Rows(
      grid.vertical.corners, Int(block.vertical), grid.horizontal.corners, Int(block.horizontal),
      batches[Int(block.batch)].scale)
  }

  /// Offers the mappings of a block to a record, those whose corner the record admits or all.
  ///
  /// - Returns: the number of mappings scored.
  func score(
    _ block: Block, prunes: Bool, _ scorer: BlockScorer, for record: inout some SearchRecord
  ) -> Int {
    let grid = grids[Int(block.grid)]
    let rows = BlockScorer.Rows(
      grid.vertical.table, grid.vertical.chunks[Int(block.vertical)], grid.horizontal.table,
      grid.horizontal.chunks[Int(block.horizontal)], batches[Int(block.batch)].scale)
    let runs =
      prunes
      ? scorer.admitted(corner(block), columns.table, arithmetic, below: record.thresholds).runs : [0..<columns.count]
    check(.corner, record) { place in !contains(block, place) || runs.contains { $0.contains(Int(place.column)) } }
    var scored = 0
    for run in runs {
      scored += rows.count * run.count
      scorer.score(rows, columns.table, run, arithmetic, below: record.thresholds)
      check(.threshold, record) { place in
        !contains(block, place) || !run.contains(Int(place.column))
          || scorer.scores.contains {
            $0.first == place.vertical && $0.second == place.horizontal && $0.column == place.column
          }
      }
      for score in scorer.scores {
        record.offer(
          ScoredMapping(
            energy: score.energy, occupancy: score.occupancy,
            place: ScoredMapping.Place(
              search: block.search, grid: block.grid, batch: block.batch, vertical: Int32(score.first),
              horizontal: Int32(score.second), column: Int32(score.column))))
      }
    }
    check(.record, record) { !contains(block, $0) }
    return scored
  }

  /// The choices that a mapping stands for.
  func candidate(_ mapping: ScoredMapping) -> Candidate {
    let place = mapping.place
    let grid = grids[Int(place.grid)]
    let tiles = columns.tiles(Int(place.column))
    return Candidate(
      dataflow: dataflow, vertical: grid.vertical.profiles[Int(place.vertical)].loops,
      horizontal: grid.horizontal.profiles[Int(place.horizontal)].loops, batchTile: batches[Int(place.batch)].tile,
      outputChannelTile: tiles.outputChannels, inputChannelTile: tiles.inputChannels)
  }
}
