public import Workloads

/// The bits of one word of each kind.
///
/// Partial sums are usually wider than finished outputs (24 or 32 bits against 8). They take their width in the Buffer
/// and whenever they are spilled or fetched again; an output is written once at its own width when it is finished.
public struct WordWidths: Hashable, Sendable {
  /// The width of an input.
  public var inputs: BitWidth
  /// The width of a weight.
  public var weights: BitWidth
  /// The width of a finished output.
  public var outputs: BitWidth
  /// The width of a partial sum, and of a bias.
  public var partialSums: BitWidth

  /// A width for each kind.
  public init(inputs: BitWidth, weights: BitWidth, outputs: BitWidth, partialSums: BitWidth) {
    self.inputs = inputs
    self.weights = weights
    self.outputs = outputs
    self.partialSums = partialSums
  }

  /// One width for everything.
  public init(_ width: BitWidth) {
    self.init(inputs: width, weights: width, outputs: width, partialSums: width)
  }

  /// The width at which a tensor lies in the Buffer: that of partial sums for outputs.
  public func inBuffer(_ tensor: Tensor) -> BitWidth {
    switch tensor {
    case .inputs: inputs
    case .weights: weights
    case .outputs: partialSums
    }
  }
}
