public import EnergyModel
public import Workloads

/// The largest box of each tensor under a mapping, in words.
///
/// A mapping fits a Buffer when the sum of the three, in bits, is at most its capacity.
public struct Occupancy: Hashable, Sendable {
  /// Words of the largest box of inputs.
  public var inputs: Words
  /// Words of the largest box of weights.
  public var weights: Words
  /// Words of the largest box of outputs, finished or not.
  public var outputs: Words

  /// An occupancy by its parts.
  public init(inputs: Words, weights: Words, outputs: Words) {
    self.inputs = inputs
    self.weights = weights
    self.outputs = outputs
  }

  /// The occupancy of `mapping` on `layer`.
  ///
  /// Along a dimension without a halo the first block is the largest. Of input rows the most that an output block and a
  /// kernel block read is sought among all pairs, because padding makes equal blocks hold different numbers of them; of
  /// kernel rows those that meet only padding have no weights in the box.
  public init(of mapping: Mapping, on layer: Layer) {
    func cuts(_ tensor: Tensor, _ dimension: Dimension) -> [Loop.Cut] {
      mapping.loops(outside: tensor).filter { $0.dimension == dimension }.map(\.cut)
    }
    func largestBox(_ tensor: Tensor, _ dimensions: [Dimension]) -> Int {
      dimensions.reduce(1) { box, dimension in
        box * cuts(tensor, dimension).reduce(layer[dimension]) { $1.largestBlock(of: $0) }
      }
    }
    func blocks(_ tensor: Tensor, _ dimension: Dimension) -> BlockStarts {
      BlockStarts(of: layer[dimension], cuts(tensor, dimension))
    }
    func mostRows(_ axis: ConvolutionAxis, _ output: Dimension, _ kernel: Dimension) -> Int {
      FullestBox(axis: axis).rows(outputs: blocks(.inputs, output), kernels: blocks(.inputs, kernel))
    }
    func mostUsed(_ axis: ConvolutionAxis, _ kernel: Dimension) -> Int {
      blocks(.weights, kernel).blocks.reduce(0) { max($0, axis.usedKernelRows(in: $1)) }
    }
    inputs = Words(
      largestBox(.inputs, [.n, .g, .c]) * mostRows(layer.vertical, .p, .r) * mostRows(layer.horizontal, .q, .s))
    weights = Words(
      largestBox(.weights, [.g, .k, .c]) * mostUsed(layer.vertical, .r) * mostUsed(layer.horizontal, .s))
    outputs = Words(largestBox(.outputs, [.n, .g, .k, .p, .q]))
  }

  /// The words of one tensor's largest box.
  public subscript(tensor: Tensor) -> Words {
    switch tensor {
    case .inputs: inputs
    case .weights: weights
    case .outputs: outputs
    }
  }

  /// The three boxes together, outputs at the width of partial sums.
  public func bits(_ widths: WordWidths) -> Bits {
    Tensor.allCases.reduce(.zero) { $0 + self[$1] * widths.inBuffer($1) }
  }
}
