import ArgumentParser
import EnergyModel
import Foundation
import Interchange
import Mappings
import Workloads

/// Which layers to work on.
struct LayerOptions: ParsableArguments {
  /// Whether a whole network is asked for.
  var isNetwork: Bool { network != nil && layer.isEmpty }

  @Option(help: ArgumentHelp("A built-in network, a layer table, or a file of another tool.", valueName: "name|file"))
  var network: String?

  @OptionGroup var dimensions: DimensionOptions

  @Option(help: ArgumentHelp("Only the layer of this name; may be given several times.", valueName: "name"))
  var layer: [String] = []

  @Option(help: ArgumentHelp(shapeHelp, valueName: "key=value,..."))
  var shape: String?

  private static let shapeHelp: String =
    "A single layer: \(ShapeText.keys.joined(separator: ", ")), as in k=64,c=3,p=55,q=55,r=11,s=11,stride=4. "
    + "k and c count within a group; pairs are written 2x1; a GEMM is p, k and c."

  /// The name of the network, if any, and the layers chosen; `example` is shown when there are none.
  func entries(example: String) throws -> (network: String?, entries: [Network.Entry]) {
    let (network, entries) = try chosen(example: example)
    return (network?.name, entries)
  }

  /// The same as wholes: of a layer that is given in parts all are to be chosen.
  func wholes(example: String) throws -> (network: String?, wholes: [WholeLayer]) {
    let (network, entries) = try chosen(example: example)
    let chosen = WholeLayer.all(of: entries)
    let all = network?.wholes ?? chosen
    if let part = chosen.first(where: { !all.contains($0) }) {
      throw CommandFailure(
        code: .usage,
        message: "--layer: '\(part.parts[0].name)' reads inputs in common with the other parts of '\(part.name)', and "
          + "only all of them together have a bound: give \(ShellText.option("layer", part.name))")
    }
    return (network?.name, chosen)
  }

  private func chosen(example: String) throws -> (network: Network?, entries: [Network.Entry]) {
    switch (network, shape) {
    case (nil, nil):
      throw CommandFailure(
        code: .usage, message: "needs a layer: give --network or --shape, for example: \(example)")
    case (.some, .some):
      throw CommandFailure(code: .usage, message: "--network and --shape both name the layer; give one of them")
    case (nil, .some(let shape)):
      for (option, given) in [("--layer", layer), ("--dim", dimensions.dim)] where !given.isEmpty {
        throw CommandFailure(code: .usage, message: "\(option) goes with --network, not with --shape")
      }
      return (nil, [Network.Entry(layer: try ShapeText.parse(shape, origin: "--shape"), count: 1)])
    case (.some(let name), nil):
      let network = try dimensions.network(name)
      let names = network.layerNames
      if let stranger = layer.first(where: { !names.contains($0) }) {
        throw CommandFailure(
          code: .usage,
          message: "--layer: \(network.name) has no layer '\(stranger)'; it has " + names.joined(separator: ", "))
      }
      return (network, network.entries.filter { layer.isEmpty || $0.isNamed(in: layer) })
    }
  }
}

/// Sizes for what a model leaves open.
struct DimensionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The size of a symbolic dimension of an ONNX model, or the value of a variable of a template, as in batch=1; may be "
        + "given several times.",
      valueName: "name=size"))
  var dim: [String] = []

  func sizes() throws -> [String: Int] { try DimensionText.parse(dim, origin: "--dim") }

  /// A network by name or file; what is to be known about the file is told.
  func network(_ nameOrFile: String, origin: String = "--network") throws -> Network {
    try networks([nameOrFile], origin: origin)[0]
  }

  /// Networks by name or file; what is to be known about the files is told.
  func networks(_ namesOrFiles: [String], origin: String = "--network") throws -> [Network] {
    let inputs = try imported(namesOrFiles, origin: origin)
    let networks = try inputs.map { try $0.imported.complete(file: $0.file) }
    for (file, imported) in inputs { Self.tell(imported.remarks(on: file)) }
    return networks
  }

  /// What is understood of networks by name or file, and what is not.
  func imported(_ namesOrFiles: [String], origin: String) throws -> [(file: String, imported: ImportedNetwork)] {
    let sizes = try sizes()
    let inputs = try namesOrFiles.map {
      (file: $0, imported: try BuiltIn.imported(nameOrFile: $0, origin: origin, dimensions: sizes))
    }
    Self.tell(DimensionText.remarks(on: sizes, for: inputs.map(\.imported), origin: "--dim"))
    return inputs
  }

  /// Remarks on files, a line each, on standard error.
  static func tell(_ remarks: [String]) {
    for remark in remarks { TextFile.printError("tilebound: \(FormatError.oneLine(remark))\n") }
  }
}

/// The sizes of the Buffer to look at.
struct CapacityOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The Buffer's size, as in 64KiB, 2MB, 4096B or 524288bit; several by commas, doubled from the first as "
        + "1KiB...4MiB, or in 4 steps an octave as 1KiB...4MiB/4.",
      valueName: "sizes")) var capacity: String?

  func list(example: String) throws -> [Bits] {
    guard let capacity else { throw CommandFailure.missingCapacity(example: example) }
    return try CapacityText.parseList(capacity, origin: "--capacity")
  }
}

/// Which dataflows to search.
struct DataflowOptions: ParsableArguments {
  private static let names = Dataflow.allCases.map(\.rawValue).joined(separator: ", ")

  @Option(help: ArgumentHelp("Only this order of keeps, or several separated by commas: \(names), or any."))
  var dataflow = "any"

  func dataflows() throws -> Set<Dataflow> {
    if dataflow == "any" { return Set(Dataflow.allCases) }
    var chosen: Set<Dataflow> = []
    for name in dataflow.split(separator: ",", omittingEmptySubsequences: false) {
      if name == "any" { throw FormatError(origin: "--dataflow", message: "'\(dataflow)': any stands alone") }
      guard let known = Dataflow(rawValue: String(name)) else {
        throw FormatError(origin: "--dataflow", message: "'\(name)' is unknown; accepted: any, \(Self.names)")
      }
      chosen.insert(known)
    }
    return chosen
  }
}

/// How many layers are worked on side by side.
struct ThreadOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Layers searched side by side. (default: all cores)", valueName: "n"))
  var threads: Int?

  func count() throws -> Int {
    guard let threads else { return ProcessInfo.processInfo.activeProcessorCount }
    guard (1...1024).contains(threads) else {
      throw FormatError(origin: "--threads", message: "\(threads) is out of range; 1 to 1024 is accepted")
    }
    return threads
  }
}

/// What a bit and a MAC cost.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("An energy model, built-in or a file. Without it energy is bits moved.", valueName: "name|file"))
  var energy: String?

  @Option(
    help: ArgumentHelp(
      "Word widths: one for all, or inputs=8,weights=8,outputs=8,partial-sums=24. (default: the energy model's, or 8)",
      valueName: "b|list")) var bits: String?

  func energyModel() throws -> EnergyModel {
    try energy.map { try BuiltIn.energyModel(nameOrFile: $0) } ?? .bitsMoved
  }

  /// The widths asked for, or those that the energy model is for, or 8 bits.
  func widths(_ model: EnergyModel) throws -> WordWidths {
    try bits.map { try WidthsText.parse($0, origin: "--bits") } ?? model.widths ?? WordWidths(.byte)
  }

  /// A line that says what results are for.
  func heading(_ what: String, _ model: EnergyModel, _ widths: WordWidths, _ reuse: ReusePolicy?) -> String {
    "\(what): energy model \(model.name), word widths \(WidthsText.text(widths)) (inputs/weights/outputs/partial sums)"
      + (reuse.map { ", reuse \($0.rawValue)" } ?? "")
  }
}

/// What the Buffer reuses.
struct ReuseOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Whether overlaps of successive input boxes stay in the Buffer: sliding or none."))
  var reuse = ReusePolicy.sliding.rawValue

  func policy() throws -> ReusePolicy { try Self.policy(reuse) }

  static func policy(_ name: String) throws -> ReusePolicy {
    guard let policy = ReusePolicy(rawValue: name) else {
      throw FormatError(origin: "--reuse", message: "'\(name)' is unknown; accepted: sliding, none")
    }
    return policy
  }
}

/// The form of the answer and where it goes.
struct OutputOptions: ParsableArguments {
  enum Format: String, CaseIterable {
    case table
    case json
    case csv
  }

  @Option(help: ArgumentHelp("table, json or csv.", valueName: "form"))
  var format = Format.table.rawValue

  @Option(help: ArgumentHelp("Write to this file, whole or not at all, instead of the terminal.", valueName: "file"))
  var output: String?

  func parsedFormat() throws -> Format {
    guard let parsed = Format(rawValue: format) else {
      throw FormatError(origin: "--format", message: "'\(format)' is unknown; accepted: table, json, csv")
    }
    return parsed
  }

  /// Prints a text, or writes it to the file asked for.
  func emit(_ text: String) throws { try Self.write(text, to: output) }

  /// Prints lines to the terminal.
  static func print(_ lines: [String]) throws { try write(lines.joined(separator: "\n") + "\n", to: nil) }

  /// Writes a text to a file, or to the terminal when there is none.
  static func write(_ text: String, to output: String?) throws {
    do {
      if let output { try TextFile.write(text, to: output) } else { try TextFile.print(text) }
    } catch {
      throw CommandFailure(code: .failed, message: error.description)
    }
  }

  /// Writes bytes to a file.
  static func write(_ bytes: [UInt8], to output: String) throws {
    do {
      try TextFile.write(bytes, to: output)
    } catch {
      throw CommandFailure(code: .failed, message: error.description)
    }
  }
}
