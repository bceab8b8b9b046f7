import ArgumentParser
import Interchange
import Workloads

/// `tilebound convert`: files of other tools as a layer table.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the layers of models and of other tools' files as a layer table.",
    discussion: """
      Reads ONNX models (.onnx), Timeloop problems, ZigZag workloads and AccelForge workloads (.yaml), MAESTRO models \
      (.m), SCALE-Sim topologies (.csv), layer tables and built-in networks; several files become one network. What a \
      reader should know about a file, and each layer that is not understood, is told on standard error. Where a layer \
      is not understood nothing is written, unless --skip-unresolved leaves such layers out.

      Examples:
        tilebound convert model.onnx --dim batch=1 --output model.yaml
        tilebound convert conv*.yaml --name mine --merge
      """)

  @Argument(help: ArgumentHelp("Files with layers, or built-in networks.", valueName: "files"))
  var files: [String] = []

  @OptionGroup var dimensions: DimensionOptions

  @Option(help: ArgumentHelp("Only the layer of this name; may be given several times.", valueName: "name"))
  var layer: [String] = []

  @Option(help: ArgumentHelp("What to call the network. (default: as the first file does)", valueName: "name"))
  var name: String?

  @Flag(help: "List layers that differ in name alone once, under the first one's name, with their count.")
  var merge = false

  @Flag(help: "Leave out layers that are not understood.")
  var skipUnresolved = false

  @Option(help: ArgumentHelp("Write to this file, whole or not at all, instead of the terminal.", valueName: "file"))
  var output: String?

  func run() throws {
    let example = "tilebound convert model.onnx --output model.yaml"
    if files.isEmpty { throw CommandFailure(code: .usage, message: "needs a file to read, for example: \(example)") }
    let inputs = try dimensions.imported(files, origin: "convert")
    var remarks: [String] = []
    for (file, imported) in inputs {
      remarks += imported.remarks(on: file)
      remarks += wanted(imported.unresolved).map { "\(file): \($0.name): not understood: \($0.reason)" }
    }
    DimensionOptions.tell(remarks)
    let unresolved = inputs.reduce(0) { $0 + wanted($1.imported.unresolved).count }
    if unresolved > 0, !skipUnresolved {
      throw CommandFailure(
        code: .usage,
        message: "\(unresolved) \(unresolved == 1 ? "layer is" : "layers are") not understood, as listed; nothing is "
          + "written (--skip-unresolved leaves them out)")
    }
    let network = try chosen(from: inputs)
    try OutputOptions.write(LayerTable.text(network, remarks: remarks), to: output)
  }

  /// Of layers that are not understood those asked for.
  private func wanted(_ unresolved: [ImportedNetwork.Unresolved]) -> [ImportedNetwork.Unresolved] {
    layer.isEmpty ? unresolved : unresolved.filter { layer.contains($0.name) }
  }

  /// The layers asked for, as one network.
  private func chosen(from inputs: [(file: String, imported: ImportedNetwork)]) throws -> Network {
    var networks = inputs.map(\.imported.network)
    if !layer.isEmpty {
      let names = networks.flatMap(\.layerNames) + inputs.flatMap { $0.imported.unresolved.map(\.name) }
      if let stranger = layer.first(where: { !names.contains($0) }) {
        throw CommandFailure(
          code: .usage, message: "--layer: there is no layer '\(stranger)'; there are " + names.joined(separator: ", "))
      }
      networks = try networks.map { network in
        try Network(
          name: network.name, source: network.source, entries: network.entries.filter { $0.isNamed(in: layer) })
      }
    }
    if networks.allSatisfy(\.entries.isEmpty) {
      let isSkipped = inputs.contains { !wanted($0.imported.unresolved).isEmpty }
      throw CommandFailure(
        code: .usage,
        message: "\(inputs[0].file): " + (isSkipped ? "has no layer that is understood" : "has no layer with MACs"))
    }
    let sources = networks.map(\.source).filter { !$0.isEmpty }.uniqued()
    let network = try Network(
      name: name ?? networks[0].name, source: sources.joined(separator: "; "), joining: networks)
    return (merge ? network.withoutRepeats : network).withDistinctNames
  }
}
