import ArgumentParser
import Interchange
import Workloads

/// `tilebound convert`: files of other tools as a layer table.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write the layers of models and of other tools' files as a layer table.",
    usage: "tilebound convert [<options>] <files> ...",
    discussion: """
      Reads ONNX models (.onnx), Timeloop problems, ZigZag workloads and AccelForge workloads (.yaml), MAESTRO models \
      (.m), SCALE-Sim topologies (.csv), layer tables and built-in networks; several files become one network. What a \
      reader should know about a file, and each layer that is not understood, is told on standard error. Where a layer \
      is not understood nothing is written, unless --skip-unresolved leaves such layers out.

      Examples:
        tilebound convert model.onnx --dim batch=1 --output model.yaml
        tilebound convert vgg16 --layer 'conv3_*' --output conv3.yaml
        tilebound convert vgg16 --layer 'conv4_*' --output conv4.yaml
        tilebound convert conv3.yaml conv4.yaml --name mine --merge
      """)

  @Argument(
    help: ArgumentHelp("Files with layers, built-in networks, or - for standard input.", valueName: "files"),
    completion: .network)
  var files: [String] = []

  @Option(help: ArgumentHelp("The same; may be given several times.", valueName: "name|file"), completion: .network)
  var network: [String] = []

  @OptionGroup var dimensions: DimensionOptions
  @OptionGroup var names: LayerNameOptions

  @Option(help: ArgumentHelp("What to call the network. (default: as the first file does)", valueName: "name"))
  var name: String?

  @Flag(help: "List layers that differ in name alone once, under the first one's name, with their count.")
  var merge = false

  @Flag(help: "Leave out layers that are not understood.")
  var skipUnresolved = false

  @Option(help: ArgumentHelp(OutputOptions.outputHelp, valueName: "file"), completion: .file())
  var output: String?

  func run() throws {
    let example = "tilebound convert model.onnx --output model.yaml"
    let files = files + network
    if files.isEmpty { throw CommandFailure(code: .usage, message: "needs a file to read, for example: \(example)") }
    try refuse(blank: name, origin: "--name")
    try OutputOptions.refuseEnding(of: output, unless: ["yaml", "yml"], what: "a layer table", accepted: ".yaml")
    let inputs = try dimensions.imported(files, origin: "convert")
    try OutputOptions.checkFile(output)
    let chosen = try names.selection.chosen(
      among: inputs.flatMap { $0.imported.network.layerNames + $0.imported.unresolved.map(\.name) },
      of: files.map(TextFile.shown))
    func wanted(_ unresolved: [ImportedNetwork.Unresolved]) -> [ImportedNetwork.Unresolved] {
      unresolved.filter { chosen.contains($0.name) }
    }
    var remarks: [String] = []
    for (file, imported) in inputs {
      remarks += imported.remarks(on: file)
      remarks += wanted(imported.unresolved).map { "\(TextFile.shown(file)): \($0.name): not understood: \($0.reason)" }
    }
    DimensionOptions.tell(remarks)
    let unresolved = inputs.reduce(0) { $0 + wanted($1.imported.unresolved).count }
    if unresolved > 0, !skipUnresolved {
      throw CommandFailure(
        code: .usage,
        message: "\(unresolved) \(unresolved == 1 ? "layer is" : "layers are") not understood, as listed; nothing is "
          + "written (--skip-unresolved leaves them out)")
    }
    let network = try network(of: inputs, with: chosen)
    try OutputOptions.write(LayerTable.text(network, remarks: remarks), to: output)
  }

  /// The layers of these names, as one network.
  private func network(
    of inputs: [(file: String, imported: ImportedNetwork)], with names: Set<String>
  ) throws -> Network {
    let networks = try inputs.map(\.imported.network).map { network in
      try Network(
        name: network.name, source: network.source, entries: network.entries.filter { $0.isNamed(in: names) })
    }
    if networks.allSatisfy(\.entries.isEmpty) {
      let isSkipped = inputs.contains { $0.imported.unresolved.contains { names.contains($0.name) } }
      throw CommandFailure(
        code: .usage,
        message: "\(TextFile.shown(inputs[0].file)): "
          + (isSkipped ? "has no layer that is understood" : "has no layer with MACs"))
    }
    let sources = networks.map(\.source).filter { !$0.isEmpty }.uniqued()
    let network = try Network(
      name: name ?? networks[0].name, source: sources.joined(separator: "; "), joining: networks)
    return (merge ? network.withoutRepeats : network).withDistinctNames
  }
}
