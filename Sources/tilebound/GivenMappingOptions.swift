import Answers
import ArgumentParser
import EnergyModel
import Interchange
import Mappings
import Workloads

/// A mapping that is given, in a file or in one line.
struct GivenMappingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The mapping, a file in YAML or JSON of this program's, or one of Timeloop's.", valueName: "file"),
    completion: .file())
  var mapping: String?

  @Option(
    help: ArgumentHelp(
      "The mapping in one line, outermost first: d:t is a loop over d in tiles of t, d%u one over its residues modulo u, "
        + "either with ~ behind it if it runs back and forth and + if it is filled; [tensor] is a keep.",
      valueName: "line"))
  var nest: String?

  /// The option that gives it, if one does.
  var option: String? { mapping != nil ? "--mapping" : nest != nil ? "--nest" : nil }

  /// What the mapping holds, moves and costs.
  ///
  /// - Parameters:
  ///   - layers: the layer that it is for, where its file does not say so.
  ///   - setting: the widths, prices and rules.
  ///   - phases: what was asked of loops over phases by name.
  ///   - capacity: the Buffer's size, if there is one to hold the mapping to.
  ///   - example: a command that is shown where there is no layer.
  /// - Returns: the mapping with its costs.
  /// - Throws: an error that names the file or the option.
  func answer(
    on layers: LayerOptions, in setting: Problem.Setting, phases: PhasePolicy?, capacity: Bits?, example: String
  ) throws -> Answer {
    let given = try read(on: layers, setting.widths, phases: phases, example: example)
    guard let mapping = given.tree.singleNest else {
      return try piecesAnswer(given, in: setting, capacity: capacity).answer
    }
    return try answer(mapping, given, in: setting, capacity: capacity)
  }

  /// The same of a mapping that was read.
  func answer(
    _ mapping: Mapping, _ given: Given, in setting: Problem.Setting, capacity: Bits?
  ) throws -> Answer {
    let (network, entry) = (given.network, given.entry)
    let problem = try Problem(entry.layer, in: setting)
    if let tensor = problem.movedFromChip(by: mapping) {
      throw CommandFailure(
        code: .impossible,
        message:
          "\(TextFile.shown(origin)): \(tensor.rawValue) are on the chip, and the mapping does not keep them whole; "
          + "their keep belongs outside all loops that they depend on")
    }
    if let refused = problem.refusedTile(of: mapping) {
      throw CommandFailure(
        code: .impossible,
        message:
          "\(TextFile.shown(origin)): has \(refused), and tiles are \(LayoutText.tiles(of: problem.layout) ?? "")")
    }
    let evaluation: Evaluation
    do {
      evaluation = try problem.evaluate(counting: mapping)
    } catch {
      // Forward loops over tiles are counted block by block, as many as there are, where contents do not count.
      let remedy = setting.reuse == .overlap && mapping.isPlain ? "; --reuse sliding or none counts them" : ""
      throw CommandFailure(code: .failed, message: "\(TextFile.shown(origin)): \(error)\(remedy)")
    }
    let answer = Answer(network: network, entry: entry, setting: setting, capacity: capacity, evaluation)
    if let capacity, let (parts, held) = LayoutText.shortage(answer.overfullParts(in: capacity)) {
      throw CommandFailure(
        code: .impossible, message: "\(TextFile.shown(origin)): does not fit \(parts); the mapping needs \(held)")
    }
    try refuse(answer.occupancy, beyond: capacity)
    return answer
  }

  /// What a mapping in pieces that was read holds, moves and costs.
  func piecesAnswer(_ given: Given, in setting: Problem.Setting, capacity: Bits?) throws -> PiecesAnswer {
    let evaluation: TreeEvaluation
    do {
      evaluation = try Problem(given.entry.layer, in: setting).evaluate(counting: given.tree)
    } catch let error as MappingTreeError {
      throw CommandFailure(code: .failed, message: "\(TextFile.shown(origin)): \(error)")
    }
    let answer = Answer(
      network: given.network, entry: given.entry, setting: setting, capacity: capacity, counted: .pieces(evaluation))
    try refuse(answer.occupancy, beyond: capacity)
    return PiecesAnswer(answer, evaluation)
  }

  private func refuse(_ occupancy: Bits, beyond capacity: Bits?) throws {
    guard let capacity, occupancy > capacity else { return }
    throw CommandFailure(
      code: .impossible,
      message: "\(TextFile.shown(origin)): does not fit \(CapacityText.text(capacity)); the mapping needs "
        + CapacityText.text(occupancy))
  }

  /// Where the mapping comes from.
  private var origin: String { mapping ?? "--nest" }

  /// A mapping that was read, and the layer that it is for.
  struct Given {
    let network: String?
    let entry: Network.Entry
    let tree: MappingTree
  }

  /// Reads the mapping, and finds the layer that it is for.
  ///
  /// - Parameters:
  ///   - layers: the layer, where the mapping's file does not say so.
  ///   - widths: the word widths that are asked for.
  ///   - phases: what was asked of loops over phases by name.
  ///   - example: a command that is shown where there is no layer.
  /// - Returns: the mapping and the layer.
  /// - Throws: an error that names the file or the option.
  func read(
    on layers: LayerOptions, _ widths: WordWidths, phases: PhasePolicy?, example: String
  ) throws -> Given {
    let (network, entry, tree) = try chosen(on: layers, widths, example: example)
    if let phases, let dimension = phases.excluded(tree.dimensionsInPhases) {
      throw CommandFailure(
        code: .usage,
        message: "\(TextFile.shown(origin)): a loop walks phases of \(dimension), which --phases \(phases) excludes")
    }
    return Given(network: network, entry: entry, tree: tree)
  }

  /// The mapping and the layer that it is for.
  private func chosen(
    on layers: LayerOptions, _ widths: WordWidths, example: String
  ) throws -> (network: String?, entry: Network.Entry, tree: MappingTree) {
    switch (mapping, nest) {
    case (let file?, nil):
      let document = try MappingDocument(file: file)
      if document.isOfTimeloop {
        let (network, entry, mapping) = try timeloopMapping(document, file, widths, layers)
        return (network, entry, .nest(mapping))
      }
      let (name, tree) = try document.tree()
      let (network, entry) = try entry(named: name, of: layers, example: example)
      try refuseLoopsBeyondRange(tree, on: entry.layer) { "\(TextFile.shown(file)): mapping[\($0)]" }
      return (network, entry, tree)
    case (nil, let line?):
      let tree = try NestText.parseTree(line, origin: "--nest")
      let (network, entry) = try entry(named: nil, of: layers, example: example)
      try refuseLoopsBeyondRange(tree, on: entry.layer) { _ in "--nest" }
      return (network, entry, tree)
    default:
      throw CommandFailure(
        code: .usage,
        message: (mapping == nil && nest == nil && !layers.isGiven
          ? "needs a layer and a mapping: give --network, --shape or --gemm, and either"
          : "needs one mapping: give either") + " --mapping, a file, or --nest, as in k:20 [outputs] c:1 ...")
    }
  }

  /// Refuses a mapping that is split beyond its layer, or of which a piece has too large a tile.
  private func refuseLoopsBeyondRange(
    _ tree: MappingTree, on layer: Layer, at place: (_ position: Int) -> String
  ) throws {
    if let mapping = tree.singleNest { return try refuseLoopsBeyondRange(mapping, on: layer, at: place) }
    let pieces: [MappingTree.Piece]
    do {
      pieces = try tree.pieces(on: layer)
    } catch {
      throw CommandFailure(code: .usage, message: "\(TextFile.shown(origin)): \(error)")
    }
    for (index, piece) in pieces.enumerated() {
      try refuseLoopsBeyondRange(piece.mapping, on: piece.layer) {
        "\(TextFile.shown(origin)): piece \(index + 1): node \($0)"
      }
    }
  }

  /// Refuses a mapping with a tile that is larger than what its loop walks: it cannot be meant for this layer.
  private func refuseLoopsBeyondRange(
    _ mapping: Mapping, on layer: Layer, at place: (_ position: Int) -> String
  ) throws {
    guard let loop = mapping.loopBeyondRange(on: layer) else { return }
    let dimension = loop.loop.dimension.rawValue
    let (name, what, least) =
      switch loop.loop.cut {
      case .tile(let tile): ("\(dimension):\(tile)", "a tile of \(tile)", 1)
      case .phases(let phases): ("\(dimension)%\(phases)", "\(phases) phases", 2)
      }
    throw CommandFailure(
      code: .usage,
      message: "\(place(loop.position)): the loop \(name) has \(what), but \(dimension) is \(loop.range) there; "
        + (loop.range < least ? "it cannot be cut" : (least...loop.range).accepted))
  }

  /// A mapping of Timeloop's with the layer of its problem.
  private func timeloopMapping(
    _ document: MappingDocument, _ file: String, _ widths: WordWidths, _ layers: LayerOptions
  ) throws -> (network: String?, entry: Network.Entry, mapping: Mapping) {
    let strangers = [
      layers.shape.map { _ in "--shape" }, layers.gemm.map { _ in "--gemm" },
      layers.names.layer.isEmpty ? nil : "--layer",
      layers.dimensions.dim.isEmpty ? nil : "--dim",
      document.hasProblem ? layers.network.map { _ in "--network" } : nil,
    ].compactMap { $0 }
    if let stranger = strangers.first {
      throw CommandFailure(
        code: .usage,
        message: "\(file): is a mapping of Timeloop's, "
          + (document.hasProblem ? "with its problem" : "whose problem is to be given as --network")
          + ": \(stranger) does not go with it")
    }
    if !document.hasProblem, layers.network == nil {
      throw CommandFailure(
        code: .usage,
        message: "\(file): is a mapping of Timeloop's without its problem: give the problem's file as --network")
    }
    let reading = try document.timeloopMapping(problem: layers.network)
    var remarks = reading.remarks
    if let own = reading.widths(otherThan: widths) {
      remarks.append("its word widths are not applied unless asked for by --bits \(WidthsText.list(own))")
    }
    DimensionOptions.tell(remarks.map { "\(file): \($0)" })
    return (nil, Network.Entry(layer: reading.layer, count: 1), reading.mapping)
  }

  /// The layer asked for, which is the one that the mapping file names where it names one of a network.
  private func entry(
    named name: String?, of layers: LayerOptions, example: String
  ) throws -> (String?, Network.Entry) {
    let (network, asked) = try layers.entries(example: example)
    let own = name.map { [$0] } ?? []
    let entries = network == nil || own.isEmpty ? asked : asked.filter { $0.isNamed(in: own) }
    if entries.isEmpty, let name {
      let names = asked.map(\.layer.name)
      throw CommandFailure(
        code: .usage,
        message: layers.names.layer.isEmpty
          ? "\(TextFile.shown(origin)): layer: \(unknown("layer", name, known: names))"
          : "--layer: is \(names.joined(separator: ", ")), and \(TextFile.shown(origin)) is for \(name); "
            + "\(ShellText.option("layer", name)), or a file that names no layer, is accepted")
    }
    guard entries.count == 1 else {
      throw CommandFailure(
        code: .usage,
        message: "\(TextFile.shown(origin)): is the mapping of one layer; choose it by --layer, one of "
          + entries.map(\.layer.name).joined(separator: ", "))
    }
    return (network, entries[0])
  }
}
