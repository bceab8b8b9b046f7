import DenseKernels
import EnergyModel
import Workloads

/// The choices of one dataflow on output and input channels: the columns of its grid of mappings.
///
/// A column's numbers are the prices and bits by which the numbers of a row, see ``SpatialProfiles``, are multiplied.
struct ChannelProfiles: Sendable {
  let outputTiles: [Int]
  let inputTiles: [Int]
  /// A column for each pair, the tiles of c in turn for each tile of k.
  let table: FactorTable

  /// The columns of all tiles worth trying.
  init(_ layer: Layer, _ form: CanonicalForm, _ prices: Prices, _ widths: WordWidths) {
    self.init(
      layer, form, prices, widths, outputTiles: CanonicalForm.tiles(form.outputChannels, size: layer[.k]),
      inputTiles: CanonicalForm.tiles(form.inputChannels, size: layer[.c]))
  }

  /// The columns of some tiles.
  init(
    _ layer: Layer, _ form: CanonicalForm, _ prices: Prices, _ widths: WordWidths, outputTiles: [Int], inputTiles: [Int]
  ) {
    self.outputTiles = outputTiles
    self.inputTiles = inputTiles
    let outputs = outputTiles.map { tile in
      let blocks = CanonicalForm.blockSizes(form.outputChannels, size: layer[.k], tile: tile)
      return (
        inputsRead: prices.inputs * blocks.blockCount(of: layer[.k], level: form.inputLevel),
        weightsHeld: widths.weights.count * blocks[form.weightLevel],
        outputsHeld: widths.partialSums.count * blocks[form.outputLevel]
      )
    }
    let inputs = inputTiles.map { tile in
      let blocks = CanonicalForm.blockSizes(form.inputChannels, size: layer[.c], tile: tile)
      return (
        spills: prices.spills * blocks.blockCount(of: layer[.c], level: form.outputLevel),
        inputsHeld: widths.inputs.count * blocks[form.inputLevel], weightsHeld: blocks[form.weightLevel]
      )
    }
    table = FactorTable(count: outputs.count * inputs.count) { column in
      let (k, c) = (outputs[column / inputs.count], inputs[column % inputs.count])
      return (k.inputsRead, 1, c.spills, c.inputsHeld, k.weightsHeld * c.weightsHeld, k.outputsHeld)
    }
  }

  /// The number of columns.
  var count: Int { table.count }

  /// The tiles of k and c of a column.
  func tiles(_ column: Int) -> (outputChannels: Int, inputChannels: Int) {
    (outputTiles[column / inputTiles.count], inputTiles[column % inputTiles.count])
  }
}

/// The energy of one unit of each term of a mapping, in quanta, for one group.
struct Prices: Sendable {
  /// Of reading one row and column of inputs once, for all images and input channels.
  var inputs: Int
  /// Of reading every weight once.
  var weights: Int
  /// Of spilling every output once and fetching it again.
  var spills: Int
  /// Of writing every finished output.
  var finished: Int

  init(_ layer: Layer, _ widths: WordWidths, _ model: EnergyModel) {
    let outputs = layer[.n] * layer[.k] * layer[.p] * layer[.q]
    inputs = model.readQuanta * widths.inputs.count * layer[.n] * layer[.c]
    weights = model.readQuanta * widths.weights.count * layer[.k] * layer[.c] * layer[.r] * layer[.s]
    spills = (model.readQuanta + model.writeQuanta) * widths.partialSums.count * outputs
    finished = model.writeQuanta * widths.outputs.count * outputs
  }
}
