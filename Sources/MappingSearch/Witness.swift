import DenseKernels
import EnergyModel
import Mappings
import Workloads

/// A mapping known beforehand that is followed through a search, for tests of what the search leaves out.
///
/// At every step it, or a mapping that costs and holds no more, must be left: among the profiles of each axis and the
/// tiles of batch and channels, in the blocks that are scored, in the record. A rule that loses it stops the program with
/// the rule's name. A search that follows nothing asks only whether there is something to follow, once a block.
struct Witness: Sendable {
  /// What leaves mappings out, or could.
  enum Rule: String {
    /// Profiles of an axis that are not listed, since a better one is known to be.
    case blockSizes = "block sizes"
    /// Profiles of an axis that are dropped, since another has no larger factor.
    case dominance
    /// Tiles of batch and channels with as many blocks as a smaller one.
    case tiles
    /// Groups of blocks that do not fit the Buffer.
    case capacity
    /// Blocks and groups of them whose least numbers together are no better than what is known.
    case corner
    /// Mappings that are no better than what is known, by the range that their occupancy lies in.
    case threshold
    /// What the record does not keep.
    case record
    /// All that is left when the lower bound for every schedule is met.
    case bound
    /// Blocks that nothing left out and nothing scored.
    case visits
  }

  /// What a mapping contributes along one axis, and the list of profiles that has it.
  struct Axis: Sendable {
    var dataflow: Dataflow
    var kind: AxisProfiles.Kind
    var factors: AxisFactors
  }

  let vertical: Axis
  let horizontal: Axis
  /// What its rows have in common, and its column.
  let scale: BlockScorer.Scale
  let column: FactorTable
  /// Energy of moving data in one group, in quanta, and bits held.
  let energy: Int
  let occupancy: Int

  var dataflow: Dataflow { vertical.dataflow }

  /// A mapping of the canonical mapspace as its factors, or nil for any other.
  ///
  /// The cost is that of the loop nest itself, and the factors must amount to it.
  init?(_ mapping: Mapping, on layer: Layer, widths: WordWidths, energyModel: EnergyModel, reuse: ReusePolicy) {
    let dataflow = mapping.dataflow
    let form = CanonicalForm(dataflow)
    if layer[.g] > 1, mapping.nodes.first != .loop(.g, tile: 1) { return nil }
    guard let tiles = Self.tiles(of: mapping, on: layer),
      let batch = Self.tile(form.batch, tiles[Dimension.n.index], size: layer[.n]),
      let outputChannels = Self.tile(form.outputChannels, tiles[Dimension.k.index], size: layer[.k]),
      let inputChannels = Self.tile(form.inputChannels, tiles[Dimension.c.index], size: layer[.c])
    else { return nil }
    let prices = Prices(layer, widths, energyModel)
    scale = DataflowSearch.scale(layer, form, prices, batchTile: batch)
    column =
      ChannelProfiles(layer, form, prices, widths, outputTiles: [outputChannels], inputTiles: [inputChannels]).table

    let moved = Traffic(of: mapping, on: layer, reuse: reuse).bits(widths)
    guard let whole = energyModel.energy(macs: layer.macs, read: moved.read, written: moved.written) else { return nil }
    let biases = energyModel.readQuanta * (layer.biases * widths.partialSums).count
    energy = (whole.dataQuanta - biases) / layer[.g]
    occupancy = Occupancy(of: mapping, on: layer).bits(widths).count

    func factors(
      _ axis: ConvolutionAxis, _ output: Dimension, _ kernel: Dimension
    ) -> [(kind: AxisProfiles.Kind, factors: AxisFactors)] {
      var plain = AxisEnumerator(AxisRows(axis), dataflow)
      plain.add(output: tiles[output.index], kernel: tiles[kernel.index])
      return AxisProfiles.Kind.allCases.flatMap { kind in
        plain.found[keyPath: kind.found].sorted.map { (kind, $0.factors) }
      }
    }
    for vertical in factors(layer.vertical, .p, .r) {
      for horizontal in factors(layer.horizontal, .q, .s)
      where AxisProfiles.Kind.go(vertical.kind, with: horizontal.kind, reuse, batchTile: batch) {
        let row = BlockScorer.Rows(
          FactorTable(count: 1) { _ in vertical.factors.numbers }, 0,
          FactorTable(count: 1) { _ in horizontal.factors.numbers }, 0, scale)
        let score = Self.score(row, column, 0)
        guard score?.energy == energy, score?.occupancy == occupancy else { continue }
        self.vertical = Axis(dataflow: dataflow, kind: vertical.kind, factors: vertical.factors)
        self.horizontal = Axis(dataflow: dataflow, kind: horizontal.kind, factors: horizontal.factors)
        return
      }
    }
    return nil
  }

  /// The block sizes of every dimension at the three keeps, or nil where a nest has loops that no such sizes stand for.
  private static func tiles(of mapping: Mapping, on layer: Layer) -> [Tiles]? {
    var blocks = Dimension.allCases.map { [layer[$0]] }
    var outer = [Int](repeating: 0, count: blocks.count)
    var loops = [[Int]](repeating: [], count: blocks.count)
    for node in mapping.nodes {
      switch node {
      case .loop(let dimension, let tile):
        let enclosing = loops[dimension.index].last ?? blocks[dimension.index].last ?? 1
        if tile < enclosing { loops[dimension.index].append(tile) }
      case .keep:
        for index in blocks.indices {
          let size = blocks[index][blocks[index].count - 1]
          if loops[index].count > 2 || loops[index].count == 2 && size < blocks[index][0] { return nil }
          if loops[index].count == 2 { outer[index] = loops[index][0] }
          blocks[index].append(loops[index].last ?? size)
          loops[index].removeAll()
        }
      }
    }
    return blocks.indices.map { Tiles(blocks[$0][1], blocks[$0][2], blocks[$0][3], outer: outer[$0]) }
  }

  /// The tile that gives some block sizes in a dataflow, or nil where none does.
  private static func tile(_ form: [CanonicalForm.Block], _ tiles: Tiles, size: Int) -> Int? {
    let tile = form.firstIndex(of: .tile).map { tiles[$0] } ?? size
    return CanonicalForm.blockSizes(form, size: size, tile: tile) == tiles ? tile : nil
  }

  /// What a row and a column cost.
  fileprivate static func score(_ row: BlockScorer.Rows, _ columns: FactorTable, _ column: Int) -> BlockScorer.Score? {
    let scorer = BlockScorer()
    scorer.score(row, columns, column..<column + 1, .integers, below: Thresholds())
    return scorer.scores.first
  }

  /// Stops the program.
  static func isLost(to rule: Rule, _ what: String) -> Never {
    fatalError("a known mapping is lost to the rule '\(rule.rawValue)': \(what)")
  }
}

extension DataflowSearch {
  /// Follows a known mapping of this dataflow from here on, or what dominates it in the grids.
  ///
  /// On axes so long that not every block size is tried there need be nothing to follow.
  mutating func follow(_ known: Witness, search: Int) {
    func isTiled(_ scale: BlockScorer.Scale) -> Bool {
      let (a, b) = (scale.factors, known.scale.factors)
      return a.0 <= b.0 && a.1 <= b.1 && a.2 <= b.2 && a.3 <= b.3 && a.4 <= b.4 && a.5 <= b.5
    }
    let column = (0..<columns.count).first { column in
      (0..<FactorTable.width).allSatisfy { columns.table[column, $0] <= known.column[0, $0] }
    }
    guard let column, batches.contains(where: { isTiled($0.scale) }) else {
      Witness.isLost(to: .tiles, "energy \(known.energy), occupancy \(known.occupancy)")
    }
    let mirrored = isSquare ? [(known.horizontal.factors, known.vertical.factors)] : []
    for (rows, others) in [(known.vertical.factors, known.horizontal.factors)] + mirrored {
      for (index, grid) in grids.enumerated() {
        let vertical = grid.vertical.profiles.firstIndex { $0.factors.isAsGood(as: rows) }
        let horizontal = grid.horizontal.profiles.firstIndex { $0.factors.isAsGood(as: others) }
        let batch = batches.firstIndex { isTiled($0.scale) && (!grid.needsUncutBatch || $0.tile == 1) }
        guard let vertical, let horizontal, let batch else { continue }
        let row = BlockScorer.Rows(
          grid.vertical.table, vertical, grid.horizontal.table, horizontal, batches[batch].scale)
        witness = Witness.score(row, columns.table, column).map {
          ScoredMapping(
            energy: $0.energy, occupancy: $0.occupancy,
            place: ScoredMapping.Place(
              search: Int32(search), grid: Int32(index), batch: Int32(batch), vertical: Int32(vertical),
              horizontal: Int32(horizontal), column: Int32(column)))
        }
        return
      }
    }
    if isComplete {
      Witness.isLost(to: .blockSizes, "\(known.vertical.factors) with \(known.horizontal.factors)")
    }
  }

  /// Stops the program if a rule left out what is followed, unless a record holds something as good or wants neither.
  @inline(__always)
  func check(_ rule: Witness.Rule, _ record: some SearchRecord, isLeft: (ScoredMapping.Place) -> Bool) {
    guard let witness, !record.covers(witness), !isLeft(witness.place) else { return }
    Witness.isLost(to: rule, "energy \(witness.energy), occupancy \(witness.occupancy)")
  }

  /// Whether a place is in a group of blocks.
  func contains(_ group: Group, _ place: ScoredMapping.Place) -> Bool {
    blocks(of: group).contains { contains($0, place) }
  }

  /// Whether a place is in a block.
  func contains(_ block: Block, _ place: ScoredMapping.Place) -> Bool {
    let grid = grids[Int(block.grid)]
    return block.grid == place.grid && block.batch == place.batch
      && grid.vertical.chunks[Int(block.vertical)].contains(Int(place.vertical))
      && grid.horizontal.chunks[Int(block.horizontal)].contains(Int(place.horizontal))
  }
}
