import Mappings
import Workloads

/// What a dataflow leaves to choose for batch, output channels and input channels (theory §4): at most one tile each.
struct CanonicalForm {
  /// The size of a block at one keep.
  enum Block {
    /// The whole dimension.
    case whole
    /// The tile to be chosen.
    case tile
    /// A single index.
    case one
  }

  /// The position of each tensor's keep, 0 outermost.
  let inputLevel: Int
  let weightLevel: Int
  let outputLevel: Int
  /// The blocks of n, k and c at the three keeps.
  let batch: [Block]
  let outputChannels: [Block]
  let inputChannels: [Block]

  init(_ dataflow: Dataflow) {
    let order = dataflow.order
    inputLevel = order.firstIndex(of: .inputs) ?? 0
    weightLevel = order.firstIndex(of: .weights) ?? 0
    outputLevel = order.firstIndex(of: .outputs) ?? 0
    switch dataflow {
    case .outputsInputsWeights:
      (batch, outputChannels, inputChannels) = ([.tile, .tile, .tile], [.tile, .tile, .one], [.whole, .one, .one])
    case .outputsWeightsInputs:
      (batch, outputChannels, inputChannels) = ([.tile, .tile, .one], [.tile, .tile, .tile], [.whole, .one, .one])
    case .weightsInputsOutputs:
      (batch, outputChannels, inputChannels) = ([.whole, .one, .one], [.tile, .tile, .one], [.tile, .tile, .tile])
    case .weightsOutputsInputs:
      (batch, outputChannels, inputChannels) = ([.whole, .one, .one], [.tile, .tile, .tile], [.tile, .tile, .one])
    case .inputsOutputsWeights:
      (batch, outputChannels, inputChannels) = ([.tile, .tile, .tile], [.whole, .one, .one], [.tile, .tile, .one])
    case .inputsWeightsOutputs:
      (batch, outputChannels, inputChannels) = ([.tile, .tile, .one], [.whole, .one, .one], [.tile, .tile, .tile])
    }
  }

  /// Whether the outputs' box, or the weights', has a block of k as large as the tile to be chosen.
  var outputsSpan: Bool { outputChannels[outputLevel] == .tile }
  var weightsSpan: Bool { outputChannels[weightLevel] == .tile }

  /// The tiles worth trying for a dimension, from the largest to the smallest; one that stands for none where the
  /// dataflow has none to choose.
  static func tiles(_ blocks: [Block], size: Int) -> [Int] {
    blocks.contains(.tile) ? Tiles.byBlockCount(of: size) : [size]
  }

  /// The block sizes at the three keeps for a tile.
  static func blockSizes(_ blocks: [Block], size: Int, tile: Int) -> Tiles {
    func blockSize(_ block: Block) -> Int {
      switch block {
      case .whole: size
      case .tile: tile
      case .one: 1
      }
    }
    return Tiles(blockSize(blocks[0]), blockSize(blocks[1]), blockSize(blocks[2]))
  }
}
