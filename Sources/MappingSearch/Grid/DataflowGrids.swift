import EnergyModel
import Mappings
import Scoring
import Workloads

/// The canonical mapspace of one order of keeps as grids of mappings.
///
/// All counts are of one group of channels. For vertical profile v, horizontal profile h, batch tile n, input-channel tile
/// c and output-channel tile k,
///
///     inputs read   = N·C · (blocks of k) · v.inputsMoved · h.inputsMoved
///     weights read  = (weights used) · (blocks of n) · v.weightsMoved · h.weightsMoved
///     output visits = (blocks of c) · v.outputsMoved · h.outputsMoved
///
/// with the blocks counted at the keep of the tensor, and each box is a product of the same kind. So a pair of v and h is a
/// row of a grid whose columns are the pairs of k and c, and energies and occupancies are two products of low rank.
struct DataflowGrids: Sendable {
  let dataflow: Dataflow
  let columns: ChannelProfiles
  let batches: [(tile: Int, scale: Scorer.Scale)]
  let grids: [Grid]
  /// Whether both axes are the same, so that a grid and its mirror image cost the same.
  let isSquare: Bool
  let arithmetic: Scorer.Arithmetic
  /// Whether every block size was tried.
  let isComplete: Bool

  /// Profiles of the vertical axis and those of the horizontal axis that go with them.
  struct Grid: Sendable {
    var vertical: SpatialProfiles
    var horizontal: SpatialProfiles
    /// Whether the batch must not be cut in the segment just outside the inputs' keep.
    var needsUncutBatch = false
  }

  init(
    _ problem: Problem, _ mapspace: Mapspace, _ room: RoomRule, vertical: AxisProfiles, horizontal: AxisProfiles,
    arithmetic: Scorer.Arithmetic? = nil
  ) {
    dataflow = mapspace.dataflow
    let layer = problem.layer
    let prices = Prices(problem, room)
    columns = ChannelProfiles(problem, mapspace, prices, room)
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
    switch problem.reuse {
    case .none: self.grids = grids(\.still, \.still)
    case .overlap: preconditionFailure("not searched")
    case .sliding: self.grids = grids(\.sliding, \.still) + grids(\.chained, \.uncut, uncutBatch: true)
    }
    batches = Mapspace.tiles(mapspace.batch, of: layer[.n]).map { tile in
      (tile, Self.scale(layer, mapspace, prices, batchTile: tile))
    }
    self.arithmetic = arithmetic ?? Self.arithmetic(self.grids, batches.map(\.scale), columns)
  }

  /// What the rows of a batch tile have in common.
  static func scale(_ layer: Layer, _ mapspace: Mapspace, _ prices: Prices, batchTile tile: Int) -> Scorer.Scale {
    let blocks = Mapspace.blockSizes(mapspace.batch, of: layer[.n], tile: tile)
    let visits = blocks.blockCount(of: layer[.n], level: mapspace.weightLevel)
    return Scorer.Scale(
      factors: CostFactors(
        inputsMoved: 1, weightsMoved: prices.weights * visits, outputsMoved: 1,
        inputsHeld: blocks[mapspace.inputLevel], weightsHeld: 1, outputsHeld: blocks[mapspace.outputLevel]),
      offset: prices.once - prices.spills)
  }

  /// Doubles where every sum of products in a grid, however it is associated, stays below 2^53.
  private static func arithmetic(
    _ grids: [Grid], _ scales: [Scorer.Scale], _ columns: ChannelProfiles
  ) -> Scorer.Arithmetic {
    let column = columns.table.largest
    for grid in grids {
      let (vertical, horizontal) = (grid.vertical.table.largest, grid.horizontal.table.largest)
      for scale in scales {
        func largest(_ term: CostFactors.Term) -> Double {
          [vertical, horizontal, scale.factors, column].reduce(1) { $0 * Double($1[term]) }
        }
        let energy =
          largest(.inputsMoved) + largest(.weightsMoved) + largest(.outputsMoved) + abs(Double(scale.offset))
        let occupancy = largest(.inputsHeld) + largest(.weightsHeld) + largest(.outputsHeld)
        // Roundings here are far below a part in a million.
        if max(energy, occupancy) > 0x1p53 * (1 - 1e-6) { return .integers }
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

  /// Bits held of inputs, weights and outputs at a place.
  func held(_ place: ScoredMapping.Place) -> SIMD4<Int> {
    let grid = grids[Int(place.grid)]
    let factors =
      grid.vertical.profiles[Int(place.vertical)].factors * grid.horizontal.profiles[Int(place.horizontal)].factors
      * batches[Int(place.batch)].scale.factors * columns.table.factors(Int(place.column))
    return SIMD4(factors.inputsHeld, factors.weightsHeld, factors.outputsHeld, 0)
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
