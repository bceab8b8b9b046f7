import ArgumentParser
import Interchange
import Reports
import Workloads

/// `tilebound networks`: what is built in.
struct Networks: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the built-in networks and energy models, or the layers of a network.",
    discussion: """
      Weights are counted without biases and batch normalisation; MACs include those on padding.

      Examples:
        tilebound networks
        tilebound networks resnet50
      """)

  @Argument(help: ArgumentHelp("A built-in network or a file with layers, to list them.", valueName: "name|file"))
  var network: String?

  @OptionGroup var dimensions: DimensionOptions

  func run() throws {
    if let network {
      try OutputOptions.print(NetworkListing.layers(of: try dimensions.network(network, origin: "networks")))
      return
    }
    let networks = try BuiltIn.networkNames.compactMap { try BuiltIn.network($0) }
    let models = try BuiltIn.energyModelNames.compactMap { try BuiltIn.energyModel($0) }
    let lines = NetworkListing.networks(networks) + [""] + NetworkListing.energyModels(models)
    try OutputOptions.print(lines)
  }
}
