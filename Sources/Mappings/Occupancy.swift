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
    inputs = Self.words(of: .inputs, by: mapping, on: layer)
    weights = Self.words(of: .weights, by: mapping, on: layer)
    outputs = Self.words(of: .outputs, by: mapping, on: layer)
  }

  /// The words of one tensor's largest box under `mapping` on `layer`.
  static func words(of tensor: Tensor, by mapping: Mapping, on layer: Layer) -> Words {
    words(of: tensor, in: BoxExtents(of: tensor, under: mapping, on: layer))
  }

  /// The words of a tensor's largest box.
  ///
  /// - Parameters:
  ///   - tensor: the tensor.
  ///   - box: the extents of its boxes.
  ///   - countsRows: whether rows and columns of inputs and weights are counted, one of each being taken otherwise.
  /// - Returns: the words.
  package static func words(
    of tensor: Tensor, in box: BoxExtents, countsRows: (vertical: Bool, horizontal: Bool) = (true, true)
  ) -> Words {
    func product(_ dimensions: [Dimension]) -> Int { dimensions.reduce(1) { $0 * box.indices(of: $1) } }
    func rows(_ vertical: @autoclosure () -> Int, _ horizontal: @autoclosure () -> Int) -> Int {
      (countsRows.vertical ? vertical() : 1) * (countsRows.horizontal ? horizontal() : 1)
    }
    return switch tensor {
    case .inputs: Words(product([.n, .g, .c]) * rows(box.inputRows, box.inputColumns))
    case .weights: Words(product([.g, .k, .c]) * rows(box.usedKernelRows, box.usedKernelColumns))
    case .outputs: Words(product([.n, .g, .k, .p, .q]))
    }
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
