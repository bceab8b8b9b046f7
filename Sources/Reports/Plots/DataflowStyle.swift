/// How dataflows look, the same in all figures: two shades for each stationary tensor, and dashes for lines.
enum DataflowStyle {
  static func of(_ dataflow: String) -> (colour: Colour, dash: Figure.Dash) {
    switch dataflow {
    case "os-iw": (.blue, .solid)
    case "os-wi": (.skyBlue, .dashed)
    case "ws-io": (.vermilion, .solid)
    case "ws-oi": (.orange, .dashed)
    case "is-ow": (.green, .solid)
    case "is-wo": (.purple, .dashed)
    default: (.grey, .dotted)
    }
  }
}
