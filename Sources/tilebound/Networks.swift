import ArgumentParser
import Interchange
import Reports
import Workloads

/// `tilebound networks`: what is built in.
struct Networks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "networks",
    abstract:
      "List the built-in networks, energy models, accelerators and platforms, or the source and contents of one.",
    usage: "tilebound networks [<options>] [<network>]",
    discussion: """
      Weights are counted without biases and batch normalisation; in attention, keys and values stand in their place. MACs
      include those on padding. Word widths are those of inputs, weights, outputs and partial sums.

      Examples:
        tilebound networks
        tilebound networks resnet50
        tilebound networks hbm2-fp16
        tilebound networks eyeriss
        tilebound networks tpu-v1
        tilebound networks my-energies.yaml

      A name may also be that of an energy model or a platform, built in or a file; both are listed where it is both's.
      """)

  @OptionGroup var networks: NetworkOptions
  @OptionGroup var dimensions: DimensionOptions
  @OptionGroup var table: TableOptions

  func run() throws {
    if let name = networks.network {
      try OutputOptions.print(try listing(of: name))
      return
    }
    if !dimensions.dim.isEmpty { throw FormatError(origin: "--dim", message: "goes with a network") }
    let networks = try BuiltIn.networkSummaries()
    let models = try BuiltIn.energyModelNames.compactMap { try BuiltIn.energyModel($0) }
    let accelerators = try BuiltIn.acceleratorNames.compactMap { try BuiltIn.accelerator($0) }
    let platforms = try BuiltIn.platformNames.compactMap { try BuiltIn.platform($0) }
    let form = table.form
    let lines =
      NetworkListing.networks(networks, form: form) + [""] + NetworkListing.energyModels(models, form: form) + [""]
      + NetworkListing.accelerators(accelerators, form: form) + [""]
      + NetworkListing.platforms(platforms, form: form)
      + form.fitted(["", "tilebound networks NAME tells its source, and a network's layers or a platform's memories."])
    try OutputOptions.print(lines)
  }

  /// What there is to say of one thing. A name may be both an energy model's and a platform's.
  private func listing(of name: String) throws -> [String] {
    let kind = try BuiltIn.kind(of: name)
    if kind == .network {
      return NetworkListing.layers(of: try dimensions.network(name, origin: "networks"), form: table.form)
    }
    if !dimensions.dim.isEmpty {
      throw FormatError(origin: "--dim", message: "goes with a network, which \(name) is not")
    }
    if kind == .accelerator {
      return NetworkListing.accelerator(try BuiltIn.accelerator(nameOrFile: name), form: table.form)
    }
    if kind == .platform {
      return NetworkListing.platform(try BuiltIn.platform(nameOrFile: name), form: table.form)
    }
    let model = try BuiltIn.energyModel(nameOrFile: name)
    guard let known = BuiltIn.known(name, among: BuiltIn.platformNames), let platform = try BuiltIn.platform(known)
    else {
      return NetworkListing.energyModel(model, form: table.form)
    }
    return NetworkListing.both(model, platform, form: table.form)
  }
}
