public import Workloads

/// The order of a mapping's three keeps. The outermost tensor is *stationary*.
///
/// "os-iw" is outputs-stationary with the inputs' keep outside the weights'.
public enum Dataflow: String, CaseIterable, Hashable, Sendable {
  /// Outputs stationary, inputs' keep outside weights'.
  case outputsInputsWeights = "os-iw"
  /// Outputs stationary, weights' keep outside inputs'.
  case outputsWeightsInputs = "os-wi"
  /// Weights stationary, inputs' keep outside outputs'.
  case weightsInputsOutputs = "ws-io"
  /// Weights stationary, outputs' keep outside inputs'.
  case weightsOutputsInputs = "ws-oi"
  /// Inputs stationary, outputs' keep outside weights'.
  case inputsOutputsWeights = "is-ow"
  /// Inputs stationary, weights' keep outside outputs'.
  case inputsWeightsOutputs = "is-wo"

  /// The dataflow that keeps `outermost` first and `middle`, another tensor, second.
  init(outermost: Tensor, middle: Tensor) {
    self =
      switch outermost {
      case .outputs: middle == .inputs ? .outputsInputsWeights : .outputsWeightsInputs
      case .weights: middle == .inputs ? .weightsInputsOutputs : .weightsOutputsInputs
      case .inputs: middle == .outputs ? .inputsOutputsWeights : .inputsWeightsOutputs
      }
  }

  /// The tensors in the order of their keeps, outermost first.
  public var order: [Tensor] {
    switch self {
    case .outputsInputsWeights: [.outputs, .inputs, .weights]
    case .outputsWeightsInputs: [.outputs, .weights, .inputs]
    case .weightsInputsOutputs: [.weights, .inputs, .outputs]
    case .weightsOutputsInputs: [.weights, .outputs, .inputs]
    case .inputsOutputsWeights: [.inputs, .outputs, .weights]
    case .inputsWeightsOutputs: [.inputs, .weights, .outputs]
    }
  }

  /// Whether some tensors are kept before all others.
  package func keepsFirst(_ tensors: Set<Tensor>) -> Bool { Set(order.prefix(tensors.count)) == tensors }

  /// The tensor whose keep is outermost.
  public var stationary: Tensor { order[0] }

  /// Its name in full: "output-stationary", "weight-stationary" or "input-stationary".
  public var stationaryName: String {
    switch stationary {
    case .outputs: "output-stationary"
    case .weights: "weight-stationary"
    case .inputs: "input-stationary"
    }
  }
}
