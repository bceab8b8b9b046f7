import EnergyModel
import Mappings
import Scoring
import Workloads

/// A known mapping that is followed through a search, for tests of what the search leaves out.
///
/// At every step it, or a mapping that costs and holds no more, must be kept: among the profiles of each axis and the
/// tiles of batch and channels, in the leaves that are scored, in the pool. A rule that loses it stops the program with
/// the rule's name.
struct DebugSolution: Sendable {
  /// What a mapping contributes along one axis, and the list of profiles that has it.
  struct Axis: Sendable {
    var kind: AxisProfiles.Kind
    var factors: CostFactors
  }

  let dataflow: Dataflow
  let vertical: Axis
  let horizontal: Axis
  /// What its tile of the batch contributes, and its column.
  let scale: Scorer.Scale
  let column: CostFactors
  /// Energy of moving data in one group of channels, in quanta, and bits held.
  let energy: Int
  let occupancy: Int
  /// Which loops over phases the search that it is followed through lists.
  private let phases: PhasePolicy

  /// A mapping of the canonical mapspace as its factors, or nil for any other.
  ///
  /// The cost is that of the loop nest itself, and the factors must amount to it.
  init?(_ mapping: Mapping, of problem: Problem) {
    let (layer, widths) = (problem.layer, problem.widths)
    dataflow = mapping.dataflow
    phases = problem.phases
    let mapspace = Mapspace(dataflow)
    if layer[.g] > 1, mapping.nodes.first != .loop(.g, tile: 1) { return nil }
    func tile(_ sizes: [Mapspace.Sizes], _ blocks: SplitTiles, _ dimension: Dimension) -> Int? {
      Mapspace.tile(sizes, giving: blocks.tiles, of: layer[dimension])
    }
    guard let blocks = Self.blockSizes(of: mapping, on: layer),
      let batch = tile(mapspace.batch, blocks[Dimension.n.index], .n),
      let outputChannels = tile(mapspace.outputChannels, blocks[Dimension.k.index], .k),
      let inputChannels = tile(mapspace.inputChannels, blocks[Dimension.c.index], .c)
    else { return nil }
    let room = RoomRule.shared(problem)
    let prices = Prices(problem, room)
    scale = DataflowGrids.scale(layer, mapspace, prices, batchTile: batch)
    column =
      ChannelProfiles(problem, mapspace, prices, room, outputTiles: [outputChannels], inputTiles: [inputChannels])
      .table[0]

    let evaluation = problem.evaluate(mapping)
    energy = problem.energyOfGroup(evaluation)
    occupancy = evaluation.occupancy.bits(widths).count

    func axes(_ axis: ConvolutionAxis, _ output: Dimension, _ kernel: Dimension) -> [Axis] {
      let rows = AxisRows(axis)
      var found = ProfilesFound<Skyline>()
      let (outputs, kernels) = (blocks[output.index], blocks[kernel.index])
      if outputs.split == nil, kernels.split == nil {
        ProfileMaker(rows: rows, mapspace: mapspace, counts: PlainBoxCounts(rows: rows))
          .add(output: outputs.tiles, kernel: kernels.tiles, to: &found)
      } else {
        PhaseProfileMaker(rows: rows, mapspace: mapspace).add(output: outputs, kernel: kernels, to: &found)
      }
      return AxisProfiles.Kind.allCases.flatMap { kind in
        found[kind].sorted.map { Axis(kind: kind, factors: $0.factors) }
      }
    }
    for vertical in axes(layer.vertical, .p, .r) {
      for horizontal in axes(layer.horizontal, .q, .s)
      where AxisProfiles.Kind.go(vertical.kind, with: horizontal.kind, problem.reuse, batchTile: batch) {
        let (energy, occupancy) = Self.cost(vertical.factors, horizontal.factors, scale, column)
        guard energy == self.energy, occupancy == self.occupancy else { continue }
        self.vertical = vertical
        self.horizontal = horizontal
        return
      }
    }
    return nil
  }

  /// The block sizes of every dimension at the three keeps, or nil where a nest has loops that no such sizes stand for.
  private static func blockSizes(of mapping: Mapping, on layer: Layer) -> [SplitTiles]? {
    var blocks = Dimension.allCases.map { [layer[$0]] }
    var outer = [Int](repeating: 0, count: blocks.count)
    var splits = [PhaseSplit?](repeating: nil, count: blocks.count)
    // In a segment, what a dimension's loop over phases leaves of a block, and the tiles inside it.
    var enclosing = blocks.map { $0[0] }
    var loops = [[Int]](repeating: [], count: blocks.count)
    var segment = 0
    for node in mapping.nodes {
      switch node {
      case .loop(let loop):
        if loop.direction != .forward { return nil }
        let dimension = loop.dimension.index
        switch loop.cut {
        case .tile(let tile):
          if tile < loops[dimension].last ?? enclosing[dimension] { loops[dimension].append(tile) }
        case .phases(let count):
          guard count == layer.period(of: loop.dimension), splits[dimension] == nil, loops[dimension].isEmpty else {
            return nil
          }
          splits[dimension] = PhaseSplit(segment: segment, count: count)
          enclosing[dimension] = loop.cut.largestBlock(of: enclosing[dimension])
        }
      case .keep:
        for index in blocks.indices {
          let size = blocks[index][blocks[index].count - 1]
          if loops[index].count > 2 || loops[index].count == 2 && (size < blocks[index][0] || splits[index] != nil) {
            return nil
          }
          if loops[index].count == 2 { outer[index] = loops[index][0] }
          enclosing[index] = loops[index].last ?? enclosing[index]
          blocks[index].append(enclosing[index])
          loops[index].removeAll()
        }
        segment += 1
      }
    }
    return blocks.indices.map { index in
      let sizes = blocks[index]
      return SplitTiles(Tiles(sizes[1], sizes[2], sizes[3], outer: outer[index]), splits[index])
    }
  }

  /// What profiles, a tile of the batch and a column cost together.
  private static func cost(
    _ vertical: CostFactors, _ horizontal: CostFactors, _ scale: Scorer.Scale, _ column: CostFactors
  ) -> (energy: Int, occupancy: Int) {
    var pair = scale.factors * vertical * horizontal
    pair.weightsMoved += scale.offset
    let product = pair * column
    return (product.moved, product.held)
  }

  /// Stops the program.
  private func isLost(to rule: SearchRule, _ what: String? = nil) -> Never {
    fatalError(
      "a known mapping is lost to the rule '\(rule.rawValue)': "
        + (what ?? "energy \(energy), occupancy \(occupancy)"))
  }
}

extension DebugSolution {
  /// An observer of a search through the grids of some orders of keeps.
  ///
  /// What is followed there is a mapping that dominates this one. On axes so long that not every block size is tried there
  /// need be none, and then nothing is followed.
  func observer(_ layer: Layer, _ orders: [DataflowGrids]) -> Observer {
    guard let order = orders.firstIndex(where: { $0.dataflow == dataflow }) else {
      return Observer(solution: self, order: -1, followed: nil)
    }
    let grids = orders[order]
    let column = (0..<grids.columns.count).first { grids.columns.table[$0].dominates(self.column) }
    guard let column, grids.batches.contains(where: { isTiled($0.scale) }) else { isLost(to: .tiles) }
    let followed = place(column, order, grids)
    if followed == nil, grids.isComplete { checkListed(layer, grids) }
    return Observer(solution: self, order: order, followed: followed)
  }

  private func isTiled(_ scale: Scorer.Scale) -> Bool { scale.factors.dominates(self.scale.factors) }

  /// The mapping of the grids that dominates this one, if there is one.
  private func place(_ column: Int, _ order: Int, _ grids: DataflowGrids) -> ScoredMapping? {
    let pair = (vertical.factors, horizontal.factors)
    for (vertical, horizontal) in grids.isSquare ? [pair, (pair.1, pair.0)] : [pair] {
      for (index, grid) in grids.grids.enumerated() {
        guard let row = grid.vertical.profiles.firstIndex(where: { $0.factors.dominates(vertical) }),
          let other = grid.horizontal.profiles.firstIndex(where: { $0.factors.dominates(horizontal) }),
          let batch = grids.batches.firstIndex(where: {
            isTiled($0.scale) && (!grid.needsUncutBatch || $0.tile == 1)
          })
        else { continue }
        let (energy, occupancy) = Self.cost(
          grid.vertical.profiles[row].factors, grid.horizontal.profiles[other].factors, grids.batches[batch].scale,
          grids.columns.table[column])
        return ScoredMapping(
          energy: energy, occupancy: occupancy,
          place: ScoredMapping.Place(
            order: Int32(order), grid: Int32(index), batch: Int32(batch), vertical: Int32(row),
            horizontal: Int32(other), column: Int32(column)))
      }
    }
    return nil
  }

  /// Stops the program where no profile of the grids dominates what this mapping contributes along an axis, with the rule
  /// that left it out: a listing that drops nothing tells whether such a profile was ever come upon.
  private func checkListed(_ layer: Layer, _ grids: DataflowGrids) {
    let mapspace = Mapspace(dataflow)
    for (axis, known) in [(layer.vertical, vertical), (layer.horizontal, horizontal)] {
      let isKept = grids.grids.contains { grid in
        (grid.vertical.profiles + grid.horizontal.profiles).contains { $0.factors.dominates(known.factors) }
      }
      if isKept { continue }
      let listed = AxisListing<Everything>(axis, [mapspace], phases: phases).found()[0].profiles
      let isListed = AxisProfiles.Kind.allCases.contains { kind in
        listed[kind].factors.contains { $0.dominates(known.factors) }
      }
      isLost(to: isListed ? .dominance : .blockSizes, "\(known.factors)")
    }
    isLost(to: .blockSizes, "\(vertical.factors) with \(horizontal.factors)")
  }

  /// Keeps all factors that are offered.
  private struct Everything: ProfileSink {
    private(set) var factors: [CostFactors] = []

    mutating func offer(_ factors: CostFactors, _ loops: @autoclosure () -> AxisLoops) { self.factors.append(factors) }
  }

  /// Stops the program when a rule leaves out what is followed, unless the pool holds something as good or wants neither.
  struct Observer: SearchObserver {
    fileprivate let solution: DebugSolution
    fileprivate let order: Int
    /// What is followed through the grids.
    let followed: ScoredMapping?

    func applied(_ rule: SearchRule, order: Int, _ pool: some SolutionPool, isKept: (ScoredMapping.Place) -> Bool) {
      guard order == self.order, let followed, !pool.covers(followed), !isKept(followed.place) else { return }
      solution.isLost(to: rule, "energy \(followed.energy), occupancy \(followed.occupancy)")
    }
  }
}
