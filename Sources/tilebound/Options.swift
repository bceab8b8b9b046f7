import ArgumentParser
import EnergyModel
import Foundation
import Interchange
import Mappings
import Reports
import Workloads

/// A network, in either of the two ways in which every command takes it.
struct NetworkOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The network, where --network does not name it.", valueName: "network"), completion: .network)
  var argument: String?

  @Option(
    name: .customLong("network"),
    help: ArgumentHelp(
      "A built-in network, a layer table, a file of another tool, or - for standard input.", valueName: "name|file"),
    completion: .network)
  var option: String?

  /// The network's name or file, if one is given.
  var network: String? { option ?? argument }

  func validate() throws {
    if let argument, let option {
      throw ValidationError(
        "the network is given twice, as '\(argument)' and as --network '\(option)'; one is expected")
    }
  }
}

/// Layers of networks.
struct LayerNameOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only the layers of these names, by commas; * stands for any text, as in 'conv*'. May be given several times.",
      valueName: "names"), completion: .layers)
  var layer: [String] = []

  /// The layers that are named.
  var selection: LayerSelection { LayerSelection(layer) }
}

/// Which layers to work on.
struct LayerOptions: ParsableArguments {
  @OptionGroup var networks: NetworkOptions
  @OptionGroup var dimensions: DimensionOptions
  @OptionGroup var names: LayerNameOptions

  @Option(help: ArgumentHelp(shapeHelp, valueName: "key=value,..."))
  var shape: String?

  @Option(
    help: ArgumentHelp("A single layer: the product of an MxK and a KxN matrix, as 512x256x128.", valueName: "MxNxK"))
  var gemm: String?

  private static let shapeHelp: String =
    "A single layer: \(ShapeText.keys.joined(separator: ", ")), as in k=64,c=3,p=55,q=55,r=11,s=11,stride=4. "
    + "k and c count within a group; pairs are written 2x1. What is left out is 1, and padding 0."

  /// The network's name or file, if one is given.
  var network: String? { networks.network }

  /// Whether there is a layer to work on.
  var isGiven: Bool { network != nil || shape != nil || gemm != nil }

  /// Whether a whole network is asked for.
  var isNetwork: Bool { network != nil && names.selection.isAll }

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
    let given = [("--network", network), ("--shape", shape), ("--gemm", gemm)].filter { $0.1 != nil }.map(\.0)
    if given.count > 1 {
      throw CommandFailure(
        code: .usage,
        message: "\(given.joined(separator: " and ")) \(given.count == 2 ? "both" : "all") name the layer; "
          + "give one of them")
    }
    if let network { return try entries(of: network) }
    guard let option = given.first else {
      throw CommandFailure(
        code: .usage, message: "needs a layer: give --network, --shape or --gemm, for example: \(example)")
    }
    for (other, texts) in [("--layer", names.layer), ("--dim", dimensions.dim)] where !texts.isEmpty {
      throw CommandFailure(code: .usage, message: "\(other) goes with --network, not with \(option)")
    }
    let layer =
      try shape.map { try ShapeText.parse($0, origin: option) } ?? GEMMText.parse(gemm ?? "", origin: option)
    return (nil, [Network.Entry(layer: layer, count: 1)])
  }

  private func entries(of name: String) throws -> (network: Network?, entries: [Network.Entry]) {
    let network = try dimensions.network(name)
    let chosen = try names.selection.chosen(among: network.layerNames, of: [network.name])
    return (network, network.entries.filter { $0.isNamed(in: chosen) })
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
    try DimensionText.refuse(sizes, unknownTo: inputs.map(\.imported), origin: "--dim")
    return inputs
  }

  /// Remarks on files, a line each, on standard error.
  static func tell(_ remarks: [String]) {
    for remark in remarks { TextFile.printError("tilebound: \(FormatError.oneLine(remark))\n") }
  }
}

/// The sizes of the Buffer to look at.
struct CapacityOptions: ParsableArguments {
  static let units = "units are \(CapacityText.unitsText)"

  @Option(
    help: ArgumentHelp(
      "The Buffer's size, as in 64KiB; several by commas, doubled from the first as 1KiB...4MiB, or in 4 steps an octave "
        + "as 1KiB...4MiB/4; or one in parts, as inputs=16KiB,weights=32KiB,outputs=8KiB or "
        + "inputs+outputs=128KiB,weights=512KiB; \(units).",
      valueName: "sizes")) var capacity: String?

  /// The sizes, with the parts where there is one size that is given by these.
  func list(for layers: LayerOptions, example: String) throws -> (capacities: [Bits], layout: BufferLayout) {
    guard let capacity else { throw CommandFailure.missingCapacity(of: layers, example: example) }
    if !LayoutText.hasParts(capacity) { return (try Self.list(capacity), .shared) }
    let buffer = try Self.buffer(capacity)
    return ([buffer.capacity], buffer.layout)
  }

  /// The capacities of a list; what is to be known about its units is told.
  static func list(_ text: String) throws -> [Bits] {
    let capacities = try CapacityText.parseList(text, origin: "--capacity")
    DimensionOptions.tell(CapacityText.remarks(on: text, origin: "--capacity"))
    return capacities
  }

  /// The capacity that a text stands for, with its parts where it is given by these; what is to be known about units is told.
  static func buffer(_ text: String) throws -> (capacity: Bits, layout: BufferLayout) {
    if !LayoutText.hasParts(text) { return (try single(text), .shared) }
    let layout = try LayoutText.layout(text, origin: "--capacity")
    guard let capacity = layout.capacity else { preconditionFailure("a text with a part has a capacity") }
    return (capacity, layout)
  }

  /// The one capacity that a text stands for; what is to be known about its unit is told.
  static func single(_ text: String) throws -> Bits {
    let capacity = try CapacityText.parse(text, origin: "--capacity")
    DimensionOptions.tell(CapacityText.remarks(on: text, origin: "--capacity"))
    return capacity
  }
}

/// Which dataflows to search.
struct DataflowOptions: ParsableArguments {
  private static let names = Dataflow.allCases.map(\.rawValue).joined(separator: ", ")

  @Option(
    help: ArgumentHelp(
      "Only this order of keeps, or several by commas: \(names), or any; os, ws, is, or output-stationary and so on, are "
        + "both orders with that tensor outermost.", valueName: "names"), completion: .dataflows)
  var dataflow = "any"

  func dataflows() throws -> Set<Dataflow> { try DataflowText.parse(dataflow, origin: "--dataflow") }
}

/// How many layers are worked on side by side.
struct ThreadOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Layers searched side by side. (default: all cores)", valueName: "n"))
  var threads: Int?

  /// As many as there are processors.
  static var most: Int { ProcessInfo.processInfo.activeProcessorCount }

  func count() throws -> Int {
    guard let threads else { return Self.most }
    guard (1...1024).contains(threads) else {
      throw FormatError(origin: "--threads", message: "is \(threads); \((1...1024).accepted)")
    }
    return threads
  }
}

/// How long searches may take.
struct TimeLimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "End each layer's search after so long, as in 10s, 500ms or 2min, with the best that it has found; the gap says what may "
        + "be left. (default: none)", valueName: "time"))
  var timeLimit: String?

  /// The limit, or nil where there is none.
  func duration() throws -> Duration? { try timeLimit.map { try DurationText.parse($0, origin: "--time-limit") } }

  /// Tells which layers' searches were ended, since their results are not the same each time.
  static func tell(_ layers: [String]) {
    guard let first = layers.first else { return }
    let others = layers.count > 1 ? " and \(layers.count - 1) more" : ""
    DimensionOptions.tell(["--time-limit ended the search of \(first)\(others): the best found is given"])
  }
}

/// A machine that capacity, energies and word widths are taken of.
struct AcceleratorOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "An accelerator, built-in or a file: its capacity, energy model and word widths, in place of the options for these.",
      valueName: "name|file"), completion: .accelerator)
  var accelerator: String?

  /// The accelerator, where one is named.
  ///
  /// - Parameter options: options that say what it has itself, and their values.
  /// - Returns: the accelerator; nil where none is named.
  /// - Throws: an error that names one of these that is given besides.
  func named(besides options: [(name: String, value: String?)]) throws -> Accelerator? {
    guard let accelerator else { return nil }
    if let other = options.first(where: { $0.value != nil }) {
      throw CommandFailure(
        code: .usage,
        message: "\(other.name) does not go with --accelerator '\(accelerator)', whose file alone says it")
    }
    return try BuiltIn.accelerator(nameOrFile: accelerator)
  }
}

/// What a bit and a MAC cost.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("An energy model, built-in or a file. Without it energy is bits moved.", valueName: "name|file"),
    completion: .energyModel)
  var energy: String?

  @Option(
    help: ArgumentHelp(
      "Word widths: one for all, or inputs=8,weights=8,outputs=8,partial-sums=24, of which any may be left out. (default: "
        + "the energy model's, or 8)",
      valueName: "b|list")) var bits: String?

  /// Options that an accelerator takes the place of, with their values.
  var ofAccelerator: [(name: String, value: String?)] { [("--energy", energy), ("--bits", bits)] }

  /// What layers have in common, with the reuse, the phases and the dataflows that other options choose.
  func setting(
    _ reuse: ReusePolicy = .usual, _ phases: PhasePolicy? = nil,
    _ dataflows: Set<Dataflow> = Set(Dataflow.allCases), layout: BufferLayout = .shared,
    of accelerator: Accelerator? = nil
  ) throws -> Problem.Setting {
    let model = try accelerator?.energyModel ?? energyModel()
    return Problem.Setting(
      widths: try accelerator?.widths ?? widths(model), energyModel: model, reuse: reuse, phases: phases,
      dataflows: dataflows, layout: layout)
  }

  private func energyModel() throws -> EnergyModel {
    try energy.map { try BuiltIn.energyModel(nameOrFile: $0) } ?? .bitsMoved
  }

  /// The widths asked for; those that are not are the ones that the energy model is for, or 8 bits.
  private func widths(_ model: EnergyModel) throws -> WordWidths {
    let chosen = try bits.map { try WidthsText.parse($0, origin: "--bits") } ?? ChosenWidths()
    return chosen.widths(with: model)
  }

  /// A line that says what results are for.
  func heading(
    _ what: String, _ setting: Problem.Setting, _ accelerator: Accelerator? = nil, namesReuse: Bool = true
  ) -> String {
    "\(what)\(accelerator.map { " on \($0.name)" } ?? ""): energy model \(setting.energyModel.name), word widths \(WidthsText.text(setting.widths)) "
      + "(inputs/weights/outputs/partial sums)"
      + (namesReuse
        ? ", reuse \(setting.rulesText)" : LayoutText.words(setting.layout).map { ", \($0)" }.joined())
  }
}

/// What the Buffer reuses, and whether loops over phases are searched.
struct ReuseOptions: ParsableArguments {
  @Option(
    name: .customLong("reuse"),
    help: ArgumentHelp(
      "What of a box stays when the next one takes its place: overlap, all that both have, for which loops that turn round "
        + "are searched too; sliding, inputs that both have when one loop took one step forward; none. Under the last two all of "
        + "the mapspace of forward loops is searched, very long axes apart. (default: \(ReusePolicy.usual.rawValue))",
      valueName: "policy"))
  var named: ReusePolicy?

  /// The rule of reuse, the usual one unless another is named.
  var policy: ReusePolicy { named ?? .usual }

  @Option(
    help: ArgumentHelp(
      "Over phases of which dimensions loops are searched: on (p, q, r and s), kernels (r and s), outputs (p and q) or off. "
        + "(default: on under reuse overlap, otherwise off)",
      valueName: "which"))
  var phases: PhasePolicy?
}

/// How tables are printed.
struct TableOptions: ParsableArguments {
  /// When colours are used.
  enum Colours: String, CaseIterable, ExpressibleByArgument {
    case auto
    case always
    case never
  }

  @Flag(help: "In a table on a terminal, show all columns, however wide they are together.")
  var wide = false

  @Option(
    help: ArgumentHelp(
      "Whether tables have colours: auto, on a terminal where NO_COLOR is not set; always; never.", valueName: "when"))
  var color: Colours = .auto

  /// How what is printed is laid out: as wide as the terminal is or as `COLUMNS` says.
  var form: TextForm {
    let isColoured =
      switch color {
      case .auto: Terminal.takesColours
      case .always: true
      case .never: false
      }
    return TextForm(width: wide ? nil : Terminal.width, isColoured: isColoured)
  }
}

/// The form of the answer and where it goes.
struct OutputOptions: ParsableArguments {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case table
    case json
    case csv

    /// The form that a file's name ends in, or nil where it ends in none.
    init?(ending file: String) {
      switch OutputOptions.ending(of: Gzip.content(of: file)) {
      case "json": self = .json
      case "csv": self = .csv
      default: return nil
      }
    }
  }

  @Option(
    name: .customLong("format"),
    help: ArgumentHelp(
      "The answer's form. (default: what the name of --output ends in, .json or .csv, otherwise table)",
      valueName: "form"))
  var namedFormat: Format?

  @Option(help: ArgumentHelp(outputHelp, valueName: "file"), completion: .file())
  var output: String?

  @OptionGroup var table: TableOptions

  static let outputHelp = "Write to this file, whole or not at all; without it, or as -, to standard output."

  /// The form that is asked for by name, or else by the ending of the file's name.
  ///
  /// - Throws: an error for a file whose name ends as another form does.
  func format() throws -> Format {
    let file = output.map(Gzip.content)
    switch namedFormat {
    case nil:
      let form = output.flatMap(Format.init(ending:)) ?? .table
      if form == .table {
        try Self.refuseEnding(of: file, unless: [], what: "a table, JSON or CSV", accepted: ".txt, .json or .csv")
      }
      return form
    case .table: try Self.refuseEnding(of: file, unless: [], what: "a table (--format table)", accepted: ".txt")
    case .json: try Self.refuseEnding(of: file, unless: ["json"], what: "JSON (--format json)", accepted: ".json")
    case .csv: try Self.refuseEnding(of: file, unless: ["csv"], what: "CSV (--format csv)", accepted: ".csv")
    }
    return namedFormat ?? .table
  }

  /// Refuses files of which two are the same, or of which one is to go to standard output as the answer does, and files that
  /// ``checkFile(_:origin:)`` refuses.
  ///
  /// - Parameter others: what is written besides the answer, by option.
  /// - Throws: ``CommandFailure`` naming both files or the one.
  func checkFiles(besides others: [(option: String, file: String?)] = []) throws {
    let isPrinted = output == nil || output == TextFile.standardInput
    let answer: (option: String, file: String?) = (
      isPrinted ? "the answer" : "--output", output ?? TextFile.standardInput
    )
    var places: [String: String] = [:]
    for (option, file) in others + [answer] {
      guard let file else { continue }
      let place = file == TextFile.standardInput ? file : TextFile.place(of: file)
      guard let before = places.updateValue(option, forKey: place) else { continue }
      throw CommandFailure(
        code: .usage,
        message: file == TextFile.standardInput
          ? "\(before) and \(option) would both go to standard output; give one of them a file"
          : "\(before) and \(option) name the same file, \(file)")
    }
    for (option, file) in others + [answer] { try Self.checkFile(file, origin: option) }
  }

  /// Refuses, before any work, a file to write whose name cannot be one, from which something was read, or whose folder is not there.
  static func checkFile(_ file: String?, origin: String = "--output") throws {
    guard let file, file != TextFile.standardInput else { return }
    try TextFile.checkName(file, origin: origin)
    try refuseWhatWasRead(file, origin: origin)
    do {
      try TextFile.checkFolder(of: file)
    } catch {
      throw CommandFailure(code: .failed, message: error.description)
    }
  }

  /// How a table is laid out: as the terminal takes it, or plainly in a file.
  var form: TextForm { output == nil || output == TextFile.standardInput ? table.form : .plain }

  /// Lines broken where they are longer than the terminal is wide.
  func fitted(_ lines: [String]) -> [String] { form.fitted(lines) }

  /// Prints a text, or writes it to the file asked for, compressed where its name ends in `.gz`.
  func emit(_ text: String) throws {
    guard let output, Gzip.isName(output) else {
      try Self.write(text, to: output)
      return
    }
    do {
      try Self.write(Gzip.member(Array(text.utf8)), to: output)
    } catch let error as ZLibError {
      throw CommandFailure(code: .failed, message: "\(output): \(error)")
    }
  }

  /// Prints lines to the terminal.
  static func print(_ lines: [String]) throws { try write(lines.joined(separator: "\n") + "\n", to: nil) }

  /// What stands behind the last dot of a file's name, in lower case; nil where it has none.
  static func ending(of file: String) -> String? {
    file.split(separator: "/").last?.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last?
      .lowercased()
  }

  /// Refuses a file that would hold something else than its name says.
  ///
  /// - Parameters:
  ///   - file: the file to write.
  ///   - endings: those that it may have, of the endings that say what a file holds.
  ///   - what: what is written.
  ///   - accepted: the endings that are shown.
  /// - Throws: an error that names the ending.
  static func refuseEnding(of file: String?, unless endings: [String], what: String, accepted: String) throws {
    guard let file, let ending = ending(of: file), !endings.contains(ending) else { return }
    let known = ["json", "jsonl", "csv", "html", "htm", "yaml", "yml", "onnx", "m", "svg", "png", "pdf", "md", "gz"]
    if known.contains(ending) {
      throw FormatError(
        origin: "--output",
        message: "'\(file)' ends in .\(ending), and \(what) is written; a name in \(accepted) is accepted")
    }
  }

  /// Writes a text to a file, or to standard output when there is none.
  static func write(_ text: String, to output: String?) throws {
    if let output, output != TextFile.standardInput { return try write(Array(text.utf8), to: output) }
    if OutputTransaction.takes(text) { return }
    do {
      try TextFile.print(text)
    } catch {
      throw CommandFailure(code: .failed, message: error.description)
    }
  }

  /// Writes bytes to a file.
  static func write(_ bytes: [UInt8], to output: String) throws {
    try refuseWhatWasRead(output, origin: nil)
    do {
      if try OutputTransaction.takes(bytes, for: output) { return }
      try TextFile.write(bytes, to: output)
    } catch {
      throw CommandFailure(code: .failed, message: error.description)
    }
  }

  /// Refuses to write to a file from which something was read, which would be lost.
  private static func refuseWhatWasRead(_ file: String, origin: String?) throws {
    guard TextFile.wasRead(file) else { return }
    throw CommandFailure(
      code: .usage, message: "\(origin.map { "\($0) names " } ?? "")\(file), which was read; give another file to write"
    )
  }
}

/// Refuses a text without a visible character.
func refuse(blank text: String?, origin: String) throws {
  if let text, text.allSatisfy(\.isWhitespace) {
    throw FormatError(origin: origin, message: "is empty; a text is expected")
  }
}

/// Refuses an option that means nothing without another.
func refuse(_ option: String, _ value: Any?, without other: String, _ otherValue: Any?) throws {
  if value != nil, otherValue == nil {
    throw CommandFailure(code: .usage, message: "\(option) goes with \(other), which is not given")
  }
}
