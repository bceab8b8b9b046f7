import Mappings

/// How dataflows look, the same in all figures: two shades for each stationary tensor, and dashes for lines.
enum DataflowStyle {
  static func of(_ dataflow: Dataflow) -> (colour: Colour, dash: Figure.Dash) {
    switch dataflow {
    case .outputsInputsWeights: (.blue, .solid)
    case .outputsWeightsInputs: (.skyBlue, .dashed)
    case .weightsInputsOutputs: (.vermilion, .solid)
    case .weightsOutputsInputs: (.orange, .dashed)
    case .inputsOutputsWeights: (.green, .solid)
    case .inputsWeightsOutputs: (.purple, .dashed)
    }
  }
}
