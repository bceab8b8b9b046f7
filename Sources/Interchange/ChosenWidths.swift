public import EnergyModel
public import Workloads

/// Word widths as far as they were chosen: those that were not are the energy model's.
public struct ChosenWidths: Hashable, Sendable {
  /// The width of an input.
  public var inputs: BitWidth?
  /// The width of a weight.
  public var weights: BitWidth?
  /// The width of a finished output.
  public var outputs: BitWidth?
  /// The width of a partial sum, and of a bias.
  public var partialSums: BitWidth?

  /// The widths that are given; none is chosen by default.
  public init(
    inputs: BitWidth? = nil, weights: BitWidth? = nil, outputs: BitWidth? = nil, partialSums: BitWidth? = nil
  ) {
    self.inputs = inputs
    self.weights = weights
    self.outputs = outputs
    self.partialSums = partialSums
  }

  /// All four widths.
  public init(_ widths: WordWidths) {
    self.init(
      inputs: widths.inputs, weights: widths.weights, outputs: widths.outputs, partialSums: widths.partialSums)
  }

  /// The widths to use with an energy model: where none is chosen the model's own, or 8 bits if it has none.
  public func widths(with model: EnergyModel) -> WordWidths {
    let own = model.widths ?? WordWidths(.byte)
    return WordWidths(
      inputs: inputs ?? own.inputs, weights: weights ?? own.weights, outputs: outputs ?? own.outputs,
      partialSums: partialSums ?? own.partialSums)
  }
}
