import ArgumentParser
import Interchange
import Reports
import Workloads

/// `tilebound networks`: what is built in.
struct Networks: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the built-in networks and energy models, or the source and layers of one.",
    discussion: """
      Weights are counted without biases and batch normalisation; in attention, keys and values stand in their place. MACs
      include those on padding. Word widths are those of inputs, weights, outputs and partial sums.

      Examples:
        tilebound networks
        tilebound networks resnet50
        tilebound networks hbm2-fp16
      """)

  @Argument(
    help: ArgumentHelp(
      "A built-in network or a file with layers, to list them, or a built-in energy model.", valueName: "name|file"))
  var name: String?

  @OptionGroup var dimensions: DimensionOptions

  func run() throws {
    if let name {
      if let model = try BuiltIn.energyModel(name) {
        try OutputOptions.print(NetworkListing.energyModel(model))
      } else {
        try OutputOptions.print(NetworkListing.layers(of: try dimensions.network(name, origin: "networks")))
      }
      return
    }
    let networks = try BuiltIn.networkNames.compactMap { try BuiltIn.network($0) }
    let models = try BuiltIn.energyModelNames.compactMap { try BuiltIn.energyModel($0) }
    let lines =
      NetworkListing.networks(networks) + [""] + NetworkListing.energyModels(models) + [
        "", "tilebound networks NAME tells where one comes from, and the layers of a network.",
      ]
    try OutputOptions.print(lines)
  }
}
