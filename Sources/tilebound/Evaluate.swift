import Answers
import ArgumentParser
import EnergyModel
import Interchange
import Mappings
import Reports
import Workloads

/// `tilebound evaluate`: what a given mapping costs on a layer.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Count what a mapping holds and moves on a layer; with --replay, element by element as well.",
    discussion: """
      The mapping may be any loop nest, in a file or in one line as in tables of results. Its file may name the layer; \
      --layer overrides that. With --capacity a mapping that does not fit ends with exit code 2. A mapping of Timeloop's \
      is read as well, its problem being in the same file or given as --network.

      Examples:
        tilebound evaluate --network alexnet --mapping configs/mappings/alexnet-conv2.yaml --replay
        tilebound evaluate --shape k=4,c=8,p=6 --nest 'k:2 [outputs] c:1 [inputs] k:1 p:1 [weights]' --replay
        tilebound evaluate problem.yaml --mapping timeloop.map.yaml
      """)

  @Option(help: ArgumentHelp("The mapping, a YAML file of this program's or of Timeloop's.", valueName: "file"))
  var mapping: String?

  @Option(
    help: ArgumentHelp(
      "The mapping in one line, outermost first: d:t is a loop over d in tiles of t, d%u one over its residues modulo u, "
        + "either with ~ behind it if it runs back and forth; [tensor] is a keep.",
      valueName: "line"))
  var nest: String?

  @OptionGroup var layers: LayerOptions

  @Option(help: ArgumentHelp("The Buffer's size, to hold the mapping to; \(CapacityOptions.units).", valueName: "size"))
  var capacity: String?

  @OptionGroup var model: ModelOptions
  @OptionGroup var reuse: ReuseOptions

  @Flag(help: "Walk the nest element by element and compare.")
  var replay = false

  @OptionGroup var timeloop: TimeloopOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let format = try output.format()
    let capacity = try self.capacity.map { try CapacityOptions.single($0) }
    let setting = try model.setting(reuse.policy, reuse.phases)
    try output.checkFiles(besides: [("--timeloop", timeloop.timeloop)])
    let (network, entry, mapping) = try chosen(setting.widths)

    if reuse.phases == .off, mapping.hasPhases {
      throw CommandFailure(
        code: .usage, message: "\(TextFile.shown(origin)): the nest has loops over phases, which --phases off excludes")
    }
    let problem = try Problem(entry.layer, in: setting)
    let evaluation: Evaluation
    do {
      evaluation = try problem.evaluate(counting: mapping)
    } catch {
      // Forward loops over tiles are counted block by block, as many as there are, where contents do not count.
      let remedy = setting.reuse == .overlap && mapping.isPlain ? "; --reuse sliding or none counts them" : ""
      throw CommandFailure(code: .failed, message: "\(TextFile.shown(origin)): \(error)\(remedy)")
    }
    var answer = Answer(
      network: network, entry: entry, setting: setting, capacity: capacity, evaluation)
    if let capacity, answer.occupancy > capacity {
      throw CommandFailure(
        code: .impossible,
        message: "\(TextFile.shown(origin)): does not fit \(CapacityText.text(capacity)); the mapping needs "
          + CapacityText.text(answer.occupancy))
    }
    if replay {
      try compare(answer.evaluation, problem, capacity)
      answer.replayAgrees = true
    }
    try timeloop.write(answer, capacity: capacity ?? answer.occupancy, isSearched: false)
    switch format {
    case .json: try output.emit(ResultFile.json([answer], command: Invocation.text(), producer: Invocation.producer))
    case .csv: try output.emit(ResultFile.csv([answer]))
    case .table:
      let heading = model.heading(network ?? answer.name, setting)
      let details = MappingReport([answer]).details.dropLast()
      try output.emit(([heading, ""] + details).joined(separator: "\n") + "\n")
    }
  }

  /// Where the mapping comes from.
  private var origin: String { mapping ?? "--nest" }

  /// The mapping and the layer that it is for.
  private func chosen(_ widths: WordWidths) throws -> (network: String?, entry: Network.Entry, mapping: Mapping) {
    switch (mapping, nest) {
    case (let file?, nil):
      let document = try MappingDocument(file: file)
      if document.isOfTimeloop { return try timeloopMapping(document, file, widths) }
      let (name, mapping) = try document.mapping()
      let (network, entry) = try self.entry(named: name)
      try refuseLoopsBeyondRange(mapping, on: entry.layer) { "\(TextFile.shown(file)): mapping[\($0)]" }
      return (network, entry, mapping)
    case (nil, let line?):
      let mapping = try NestText.parse(line, origin: "--nest")
      let (network, entry) = try self.entry(named: nil)
      try refuseLoopsBeyondRange(mapping, on: entry.layer) { _ in "--nest" }
      return (network, entry, mapping)
    default:
      throw CommandFailure(
        code: .usage,
        message: "needs one mapping: give either --mapping, a file, or --nest, as in k:20 [outputs] c:1 ...")
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
        + (loop.range < least ? "it cannot be cut" : "\(least) to \(loop.range) is accepted"))
  }

  /// A mapping of Timeloop's with the layer of its problem.
  private func timeloopMapping(
    _ document: MappingDocument, _ file: String, _ widths: WordWidths
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

  /// The layer asked for, or else the one that the mapping file names.
  private func entry(named name: String?) throws -> (String?, Network.Entry) {
    var chosen = layers
    if chosen.network != nil, chosen.names.layer.isEmpty, let name { chosen.names.layer = [name] }
    let (network, entries) = try chosen.entries(
      example: "tilebound evaluate --network alexnet --mapping configs/mappings/alexnet-conv2.yaml")
    guard entries.count == 1 else {
      throw CommandFailure(
        code: .usage,
        message: "\(TextFile.shown(origin)): is the mapping of one layer; choose it by --layer, one of "
          + entries.map(\.layer.name).joined(separator: ", "))
    }
    return (network, entries[0])
  }

  /// Replays the mapping; ends the command where the replay counts something else.
  private func compare(_ evaluation: Evaluation, _ problem: Problem, _ capacity: Bits?) throws {
    let widths = problem.widths
    let replay: Replay
    do {
      replay = try Replay(
        of: evaluation.mapping, on: problem.layer, reuse: problem.reuse, widths: widths, capacity: capacity)
    } catch {
      throw CommandFailure(code: .failed, message: "replay: \(error)")
    }
    if replay.traffic != evaluation.traffic || replay.occupancy != evaluation.occupancy {
      throw CommandFailure(
        code: .failed,
        message: "the replay counts \(replay.traffic.bits(widths).total.count) bits moved and "
          + "\(replay.occupancy.bits(widths).count) held, the closed form "
          + "\(evaluation.traffic.bits(widths).total.count) and \(evaluation.occupancy.bits(widths).count): this is an "
          + "error in Tilebound, please report it")
    }
  }
}
