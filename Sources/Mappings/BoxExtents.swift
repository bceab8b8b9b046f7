package import Workloads

/// The most that the boxes of a tensor have along each dimension; some box has the most along all of them at once.
package struct BoxExtents {
  private let layer: Layer
  /// The loops outside the tensor's keep, outermost first.
  private let loops: [Loop]

  /// The extents of the boxes of `tensor`.
  package init(of tensor: Tensor, under mapping: Mapping, on layer: Layer) {
    self.layer = layer
    loops = mapping.loops(outside: tensor)
  }

  /// The indices of a dimension in the largest block, which is the first.
  package func indices(of dimension: Dimension) -> Int {
    loops.reduce(layer[dimension]) { $1.dimension == dimension ? $1.cut.largestBlock(of: $0) : $0 }
  }

  /// The most real input rows that an output block and a kernel block read.
  ///
  /// It is sought among all pairs, because padding makes equal blocks hold different numbers of them.
  package var inputRows: Int { mostRows(layer.vertical, .p, .r) }
  /// The same of columns.
  package var inputColumns: Int { mostRows(layer.horizontal, .q, .s) }

  /// The most kernel rows of a block that meet some real input row: those that meet only padding have no weights in a box.
  package var usedKernelRows: Int { mostUsed(layer.vertical, .r) }
  /// The same of columns.
  package var usedKernelColumns: Int { mostUsed(layer.horizontal, .s) }

  private func blocks(_ dimension: Dimension) -> BlockStarts {
    BlockStarts(of: layer[dimension], loops.filter { $0.dimension == dimension }.map(\.cut))
  }

  private func mostRows(_ axis: ConvolutionAxis, _ output: Dimension, _ kernel: Dimension) -> Int {
    // Each output row reads a row of its own.
    if axis.kernelSize == 1, !axis.hasPaddedMACs { return indices(of: output) }
    return FullestBox(axis: axis).rows(outputs: blocks(output), kernels: blocks(kernel))
  }

  private func mostUsed(_ axis: ConvolutionAxis, _ kernel: Dimension) -> Int {
    // Each row is used.
    if !axis.hasPaddedMACs { return indices(of: kernel) }
    return blocks(kernel).blocks.reduce(0) { max($0, axis.usedKernelRows(in: $1)) }
  }
}
