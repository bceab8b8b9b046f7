import EnergyModel
import Mappings
import Workloads

/// The canonical mapspace of one dataflow: its undominated profiles, and the search through their combinations.
///
/// All counts are of one group. For vertical profile v, horizontal profile h, batch tile n, input-channel tile c and
/// output-channel tile k,
///
///     inputs read   = N·C · (blocks of k) · v.rowsMoved · h.rowsMoved
///     weights read  = K·C·R·S · (blocks of n) · v.weightVisits · h.weightVisits
///     output visits = (blocks of c) · v.outputVisits · h.outputVisits
///
/// with the blocks counted at the keep of the tensor, and each box is a product of the same kind.
struct DataflowSearch: Sendable {
  let dataflow: Dataflow
  private let layer: Layer
  private let form: CanonicalForm
  private let widths: (inputs: Int, weights: Int, partialSums: Int)
  private let prices: Prices
  private let batchTiles: [Int]
  private let inputChannelTiles: [Int]
  private let pairs: [Pair]
  /// Whether every block size was tried.
  let isComplete: Bool

  /// The profiles of the vertical axis and those of the horizontal axis that go with them.
  private struct Pair: Sendable {
    var vertical: [AxisProfile]
    var horizontal: [AxisProfile]
    /// Whether the batch must not be cut in the segment just outside the inputs' keep.
    var needsUncutBatch = false
    /// The least of each factor over the horizontal profiles.
    var leastHorizontal: AxisFactors

    init(_ vertical: [AxisProfile], _ horizontal: [AxisProfile], needsUncutBatch: Bool = false) {
      self.needsUncutBatch = needsUncutBatch
      self.vertical = vertical
      self.horizontal = horizontal
      leastHorizontal = horizontal.reduce(AxisFactors.largest) { $0.lowered(by: $1.factors) }
    }
  }

  /// The energy of one unit of each term, in quanta.
  private struct Prices {
    /// Of reading one row and column of inputs once, for all images and input channels.
    var inputs: Int
    /// Of reading every weight once.
    var weights: Int
    /// Of spilling every output once and fetching it again.
    var spills: Int
    /// Of writing every finished output.
    var finished: Int
  }

  init(
    _ layer: Layer, _ widths: WordWidths, _ model: EnergyModel, _ reuse: ReusePolicy, _ dataflow: Dataflow
  ) {
    self.layer = layer
    self.dataflow = dataflow
    form = CanonicalForm(dataflow)
    self.widths = (widths.inputs.count, widths.weights.count, widths.partialSums.count)
    let outputs = layer[.n] * layer[.k] * layer[.p] * layer[.q]
    prices = Prices(
      inputs: model.readQuanta * widths.inputs.count * layer[.n] * layer[.c],
      weights: model.readQuanta * widths.weights.count * layer[.k] * layer[.c] * layer[.r] * layer[.s],
      spills: (model.readQuanta + model.writeQuanta) * widths.partialSums.count * outputs,
      finished: model.writeQuanta * widths.outputs.count * outputs)
    batchTiles = CanonicalForm.tiles(form.batch, size: layer[.n])
    inputChannelTiles = CanonicalForm.tiles(form.inputChannels, size: layer[.c])
    let vertical = AxisProfiles(layer.vertical, dataflow: dataflow)
    let horizontal =
      layer.vertical == layer.horizontal ? vertical : AxisProfiles(layer.horizontal, dataflow: dataflow)
    isComplete = vertical.isComplete && horizontal.isComplete
    switch reuse {
    case .none: pairs = [Pair(vertical.still, horizontal.still)]
    case .sliding:
      pairs = [
        Pair(vertical.sliding, horizontal.still), Pair(vertical.still, horizontal.sliding),
        Pair(vertical.chained, horizontal.uncut, needsUncutBatch: true),
        Pair(vertical.uncut, horizontal.chained, needsUncutBatch: true),
      ].filter { !$0.vertical.isEmpty && !$0.horizontal.isEmpty }
    }
  }

  /// Replaces `best` by a better mapping of this dataflow, if there is one that fits.
  func improve(_ best: inout Candidate?, capacity: Bits, _ statistics: inout SearchStatistics) {
    for pair in pairs {
      statistics.mappings +=
        pair.vertical.count * pair.horizontal.count * batchTiles.count * inputChannelTiles.count
      for batchTile in batchTiles {
        if pair.needsUncutBatch, batchTile > 1 { continue }
        let batch = Batch(self, tile: batchTile)
        for v in pair.vertical {
          let least = Spatial(v.factors, pair.leastHorizontal)
          if !canImprove(best, least, batch, capacity: capacity.count) { continue }
          for h in pair.horizontal {
            let spatial = Spatial(v.factors, h.factors)
            if !canImprove(best, spatial, batch, capacity: capacity.count) { continue }
            for tile in inputChannelTiles {
              guard let (candidate, isLast) = candidate(v, h, spatial, batch, inputChannelTile: tile, capacity)
              else { continue }
              statistics.scored += 1
              if candidate.isBetter(than: best) { best = candidate }
              if isLast { break }
            }
          }
        }
      }
    }
  }

  /// Products of the factors of both axes.
  private struct Spatial {
    let moved: Int
    let inputsHeld: Int
    let outputsHeld: Int
    let weightVisits: Int
    let weightsHeld: Int
    let outputVisits: Int

    init(_ v: AxisFactors, _ h: AxisFactors) {
      moved = v.rowsMoved * h.rowsMoved
      inputsHeld = v.rowsHeld * h.rowsHeld
      outputsHeld = v.outputsHeld * h.outputsHeld
      weightVisits = v.weightVisits * h.weightVisits
      weightsHeld = v.weightsHeld * h.weightsHeld
      outputVisits = v.outputVisits * h.outputVisits
    }
  }

  /// What a batch tile contributes.
  private struct Batch {
    let tile: Int
    let inputsHeld: Int
    let outputsHeld: Int
    let weightVisits: Int

    init(_ search: DataflowSearch, tile: Int) {
      let form = search.form
      let size = search.layer[.n]
      let blocks = CanonicalForm.blockSizes(form.batch, size: size, tile: tile)
      self.tile = tile
      inputsHeld = blocks[form.inputLevel]
      outputsHeld = blocks[form.outputLevel]
      weightVisits = blocks.blockCount(of: size, level: form.weightLevel)
    }
  }

  /// Whether a mapping with these factors might fit and be better than the best one, whatever tiles of k and c it has.
  private func canImprove(_ best: Candidate?, _ spatial: Spatial, _ batch: Batch, capacity: Int) -> Bool {
    let inputs = widths.inputs * batch.inputsHeld * spatial.inputsHeld
    let weights = widths.weights * spatial.weightsHeld
    let outputs = widths.partialSums * batch.outputsHeld * spatial.outputsHeld
    let occupancy = inputs + weights + outputs
    if occupancy > capacity { return false }
    guard let best else { return true }
    var blocks = 1
    if form.outputChannels[form.inputLevel] == .tile {
      // k is largest when c is smallest, as in this occupancy.
      let perChannel =
        (form.weightsSpan ? weights : 0) + (form.outputsSpan ? outputs : 0)
      let tile = min(layer[.k], (capacity - occupancy) / perChannel + 1)
      blocks = (layer[.k] + tile - 1) / tile
    }
    let energy =
      prices.finished + prices.inputs * blocks * spatial.moved
      + prices.weights * batch.weightVisits * spatial.weightVisits + prices.spills * (spatial.outputVisits - 1)
    return (energy, occupancy) < (best.energy, best.occupancy)
  }

  /// The mapping with the given choices and the tile of k that is best for them, or nil when none fits.
  ///
  /// - Returns: with the mapping, whether smaller tiles of c can only cost more.
  private func candidate(
    _ v: AxisProfile, _ h: AxisProfile, _ spatial: Spatial, _ batch: Batch, inputChannelTile: Int, _ capacity: Bits
  ) -> (Candidate, isLast: Bool)? {
    let c = CanonicalForm.blockSizes(form.inputChannels, size: layer[.c], tile: inputChannelTile)
    let inputs = widths.inputs * batch.inputsHeld * c[form.inputLevel] * spatial.inputsHeld
    let weights = widths.weights * c[form.weightLevel] * spatial.weightsHeld
    let outputs = widths.partialSums * batch.outputsHeld * spatial.outputsHeld
    // Bits that do not depend on k, and bits for each output channel of a block.
    let perChannel = (form.weightsSpan ? weights : 0) + (form.outputsSpan ? outputs : 0)
    let fixed = inputs + weights + outputs - perChannel
    var tile = layer[.k]
    var blocks = 1
    if form.outputChannels[form.inputLevel] == .tile {
      tile = min(layer[.k], (capacity.count - fixed) / perChannel)
      if tile < 1 { return nil }
      if prices.inputs * spatial.moved == 0 { tile = 1 }
      blocks = (layer[.k] + tile - 1) / tile
      tile = (layer[.k] + blocks - 1) / blocks
    }
    let occupancy = fixed + (perChannel == 0 ? 0 : perChannel * tile)
    if occupancy > capacity.count { return nil }
    let visits = c.blockCount(of: layer[.c], level: form.outputLevel) * spatial.outputVisits
    let energy =
      prices.finished + prices.inputs * blocks * spatial.moved
      + prices.weights * batch.weightVisits * spatial.weightVisits + prices.spills * (visits - 1)
    let candidate = Candidate(
      dataflow: dataflow, vertical: v.loops, horizontal: h.loops, batchTile: batch.tile, outputChannelTile: tile,
      inputChannelTile: inputChannelTile, energy: energy, occupancy: occupancy)
    return (candidate, isLast: blocks == 1 && prices.spills > 0)
  }
}
