import Mappings
import Workloads

/// A point of the canonical mapspace: the choices that determine a mapping.
struct Candidate {
  var dataflow: Dataflow
  var vertical: AxisLoops
  var horizontal: AxisLoops
  var batchTile: Int
  var outputChannelTile: Int
  var inputChannelTile: Int

  /// The loop nest: in each segment the loops of the axis that slides come last, and the sliding one last of all.
  func mapping(of layer: Layer) -> Mapping {
    let mapspace = Mapspace(dataflow)
    let tiles: [(Dimension, Tiles)] =
      [
        (.n, Mapspace.blockSizes(mapspace.batch, of: layer[.n], tile: batchTile)),
        (.k, Mapspace.blockSizes(mapspace.outputChannels, of: layer[.k], tile: outputChannelTile)),
        (.c, Mapspace.blockSizes(mapspace.inputChannels, of: layer[.c], tile: inputChannelTile)),
      ] + axisTiles
    var nodes: [Mapping.Node] = layer[.g] > 1 ? [.loop(.g, tile: 1)] : []
    for (segment, tensor) in dataflow.order.enumerated() {
      // A loop that only makes blocks uneven goes first: it must not come between the sliding loop and the others.
      nodes += tiles.compactMap { dimension, tiles in
        tiles.outerLoopTile(of: layer[dimension], segment: segment).map { .loop(dimension, tile: $0) }
      }
      nodes += tiles.compactMap { dimension, tiles in
        tiles.loopTile(of: layer[dimension], segment: segment).map { .loop(dimension, tile: $0) }
      }
      nodes.append(.keep(tensor))
    }
    guard let mapping = try? Mapping(nodes) else { preconditionFailure("a canonical nest keeps every tensor once") }
    return mapping
  }

  /// The block sizes of p, q, r and s, with those of the axis that slides last.
  private var axisTiles: [(Dimension, Tiles)] {
    func tiles(_ loops: AxisLoops, _ output: Dimension, _ kernel: Dimension) -> [(Dimension, Tiles)] {
      loops.slide == .output
        ? [(kernel, loops.kernel), (output, loops.output)] : [(output, loops.output), (kernel, loops.kernel)]
    }
    let rows = tiles(vertical, .p, .r)
    let columns = tiles(horizontal, .q, .s)
    return vertical.slide == .none ? rows + columns : columns + rows
  }
}
