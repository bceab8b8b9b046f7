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
  public init(of mapping: Mapping, on layer: Layer) {
    func box(_ tensor: Tensor) -> BoxExtents { BoxExtents(of: tensor, under: mapping, on: layer) }
    func product(_ box: BoxExtents, _ dimensions: [Dimension]) -> Int {
      dimensions.reduce(1) { $0 * box.indices(of: $1) }
    }
    let (inputs, weights) = (box(.inputs), box(.weights))
    self.inputs = Words(product(inputs, [.n, .g, .c]) * inputs.inputRows * inputs.inputColumns)
    self.weights = Words(product(weights, [.g, .k, .c]) * weights.usedKernelRows * weights.usedKernelColumns)
    outputs = Words(product(box(.outputs), [.n, .g, .k, .p, .q]))
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
