import Mappings

/// How dataflows look, the same in all figures: two shades for each stationary tensor, and dashes and widths for lines. Where lines
/// coincide the narrower ones, which are drawn later, leave something of the wider ones to be seen.
enum DataflowStyle {
  static func of(_ dataflow: Dataflow) -> (colour: Colour, dash: Figure.Dash, width: Double) {
    switch dataflow {
    case .outputsInputsWeights: (.blue, .solid, 2.2)
    case .weightsInputsOutputs: (.vermilion, .solid, 1.6)
    case .inputsOutputsWeights: (.green, .solid, 1.1)
    case .outputsWeightsInputs: (.skyBlue, .longDashed, 1)
    case .weightsOutputsInputs: (.orange, .dashed, 0.9)
    case .inputsWeightsOutputs: (.purple, .dashDotted, 0.8)
    }
  }
}
