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

  /// The loop nest: in each segment loops over phases come first, the loops of the axis that slides last, and the sliding
  /// one last of all.
  func mapping(of layer: Layer) -> Mapping {
    let mapspace = Mapspace(dataflow)
    let cuts: [(Dimension, SplitTiles)] =
      [
        (.n, SplitTiles(Mapspace.blockSizes(mapspace.batch, of: layer[.n], tile: batchTile))),
        (.k, SplitTiles(Mapspace.blockSizes(mapspace.outputChannels, of: layer[.k], tile: outputChannelTile))),
        (.c, SplitTiles(Mapspace.blockSizes(mapspace.inputChannels, of: layer[.c], tile: inputChannelTile))),
      ] + axisCuts(layer)
    var nodes: [Mapping.Node] = layer[.g] > 1 ? [.loop(.g, tile: 1)] : []
    for (segment, tensor) in dataflow.order.enumerated() {
      // A loop that only makes blocks uneven goes first: it must not come between the sliding loop and the others.
      nodes += cuts.compactMap { dimension, cut in
        cut.tiles.outerLoopTile(of: layer[dimension], segment: segment).map { .loop(dimension, tile: $0) }
      }
      let loops = cuts.flatMap { dimension, cut in
        cut.cuts(of: layer[dimension], segment: segment).map { Loop(dimension, $0) }
      }
      nodes += (loops.filter(\.cut.isPhases) + loops.filter { !$0.cut.isPhases }).map { .loop($0) }
      nodes.append(.keep(tensor))
    }
    guard let mapping = try? Mapping(nodes) else { preconditionFailure("a canonical nest keeps every tensor once") }
    return mapping
  }

  /// The cuts of p, q, r and s, with those of the axis that slides last.
  private func axisCuts(_ layer: Layer) -> [(Dimension, SplitTiles)] {
    func cuts(
      _ loops: AxisLoops, _ axis: ConvolutionAxis, _ output: Dimension, _ kernel: Dimension
    ) -> [(Dimension, SplitTiles)] {
      let outputs = (output, SplitTiles(loops.output, loops.phases.output(axis)))
      let kernels = (kernel, SplitTiles(loops.kernel, loops.phases.kernel(axis)))
      return loops.slide == .output ? [kernels, outputs] : [outputs, kernels]
    }
    let rows = cuts(vertical, layer.vertical, .p, .r)
    let columns = cuts(horizontal, layer.horizontal, .q, .s)
    return vertical.slide == .none ? rows + columns : columns + rows
  }
}

extension Loop.Cut {
  /// Whether it is into phases.
  fileprivate var isPhases: Bool { if case .phases = self { true } else { false } }
}
