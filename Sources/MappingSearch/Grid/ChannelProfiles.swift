import EnergyModel
import Mappings
import Scoring
import Workloads

/// The choices of one order of keeps on output and input channels: the columns of its grids.
///
/// A column's factors hold the prices and widths besides, by which those of a pair of axis profiles are multiplied.
struct ChannelProfiles: Sendable {
  let outputTiles: [Int]
  let inputTiles: [Int]
  /// A column for each pair, the tiles of c in turn for each tile of k.
  let table: FactorTable

  /// The columns of all tiles worth trying.
  init(_ problem: Problem, _ mapspace: Mapspace, _ prices: Prices, _ room: RoomRule) {
    self.init(
      problem, mapspace, prices, room, outputTiles: Mapspace.tiles(mapspace.outputChannels, of: problem.layer[.k]),
      inputTiles: Mapspace.tiles(mapspace.inputChannels, of: problem.layer[.c]))
  }

  /// The columns of some tiles.
  ///
  /// - Complexity: O(tiles of both).
  init(
    _ problem: Problem, _ mapspace: Mapspace, _ prices: Prices, _ room: RoomRule, outputTiles: [Int], inputTiles: [Int]
  ) {
    let layer = problem.layer
    // What is resident takes its room whatever the mapping.
    func width(_ tensor: Tensor) -> Int { room.resident.contains(tensor) ? 0 : room.width(tensor) }
    self.outputTiles = outputTiles
    self.inputTiles = inputTiles
    let outputs = outputTiles.map { tile in
      let blocks = Mapspace.blockSizes(mapspace.outputChannels, of: layer[.k], tile: tile)
      return CostFactors(
        inputsMoved: prices.inputs * blocks.blockCount(of: layer[.k], level: mapspace.inputLevel), weightsMoved: 1,
        outputsMoved: 1, inputsHeld: 1, weightsHeld: width(.weights) * blocks[mapspace.weightLevel],
        outputsHeld: width(.outputs) * blocks[mapspace.outputLevel])
    }
    let inputs = inputTiles.map { tile in
      let blocks = Mapspace.blockSizes(mapspace.inputChannels, of: layer[.c], tile: tile)
      return CostFactors(
        inputsMoved: 1, weightsMoved: 1,
        outputsMoved: prices.spills * blocks.blockCount(of: layer[.c], level: mapspace.outputLevel),
        inputsHeld: width(.inputs) * blocks[mapspace.inputLevel], weightsHeld: blocks[mapspace.weightLevel],
        outputsHeld: 1)
    }
    table = FactorTable(outputs, times: inputs)
  }

  /// The number of columns.
  var count: Int { table.count }

  /// The tiles of k and c of a column.
  func tiles(_ column: Int) -> (outputChannels: Int, inputChannels: Int) {
    (outputTiles[column / inputTiles.count], inputTiles[column % inputTiles.count])
  }
}
