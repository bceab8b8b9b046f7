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
    commandName: "evaluate",
    abstract: "Count what a mapping holds and moves on a layer; with --replay, element by element as well.",
    discussion: """
      The mapping may be any loop nest, in a file or in one line as in tables of results. Its file may name the layer of \
      the network, and --layer is then that one or left out. With --capacity a mapping that does not fit ends with exit \
      code 2. A mapping of Timeloop's is read as well, its problem being in the same file or given as --network.

      Examples:
        tilebound evaluate alexnet --mapping my-mapping.yaml --replay
        tilebound evaluate --shape k=4,c=8,p=6 \\
          --nest 'k:2 [outputs] c:1 [inputs] k:1 p:1 [weights]' --replay
        tilebound optimize alexnet --layer conv3 --capacity 64KiB --reuse sliding \\
          --timeloop conv3.timeloop.yaml
        tilebound evaluate --mapping conv3.timeloop.yaml --reuse sliding
      """)

  @OptionGroup var given: GivenMappingOptions
  @OptionGroup var layers: LayerOptions

  @Option(
    help: ArgumentHelp(
      "The Buffer's size or its parts, to hold the mapping to, as for optimize; \(CapacityOptions.units).",
      valueName: "size"))
  var capacity: String?

  @OptionGroup var machine: AcceleratorOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var reuse: ReuseOptions
  @OptionGroup var layout: LayoutOptions

  @Flag(help: "Walk the nest element by element and compare.")
  var replay = false

  @Option(
    help: ArgumentHelp(
      "With --replay: count the bursts of this size, as 64B, that move between DRAM and the Buffer.", valueName: "size")
  )
  var burst: String?

  @Option(
    help: ArgumentHelp(
      "How tensors lie in DRAM: nchw, columns next to each other, or nhwc, channels. (default: nchw)",
      valueName: "order"))
  var memoryOrder: Bursts.Order?

  @OptionGroup var timeloop: TimeloopOptions
  @OptionGroup var output: OutputOptions

  /// The bursts to count, or nil for none.
  private func bursts() throws -> Bursts? {
    guard let burst else {
      if memoryOrder != nil { throw CommandFailure(code: .usage, message: "--memory-order goes with --burst") }
      return nil
    }
    if !replay { throw CommandFailure(code: .usage, message: "--burst goes with --replay, which sees each transfer") }
    let size = try CapacityText.parse(burst, origin: "--burst")
    guard let bursts = Bursts(of: size, memoryOrder ?? .channelsFirst) else {
      throw FormatError(origin: "--burst", message: "is \(burst); at most 128 GiB is accepted")
    }
    return bursts
  }

  func run() throws {
    let format = try output.format()
    let bursts = try bursts()
    let accelerator = try machine.named(
      besides: [("--capacity", self.capacity)] + model.ofAccelerator + layout.ofAccelerator)
    let buffer = try self.capacity.map { try CapacityOptions.buffer($0) }
    let capacity = accelerator?.capacity ?? buffer?.capacity
    let layout = try self.layout.layout(buffer?.layout ?? .shared, of: accelerator)
    try timeloop.refuse(layout)
    let given = try model.setting(reuse.policy, reuse.phases, layout: layout, of: accelerator)
    let setting = try capacity.map { try given.at($0) } ?? given
    let mapping = try self.given.read(
      on: layers, setting.widths, phases: reuse.phases,
      example: "tilebound evaluate --network alexnet --mapping configs/mappings/alexnet-conv2.yaml")
    try output.checkFiles(besides: [("--timeloop", timeloop.timeloop)])
    guard let nest = mapping.tree.singleNest else {
      if bursts != nil {
        throw CommandFailure(code: .usage, message: "--burst takes a mapping of one nest, not one in pieces")
      }
      return try evaluate(mapping, in: setting, capacity, accelerator, as: format)
    }
    var answer = try self.given.answer(nest, mapping, in: setting, capacity: capacity)
    answer.accelerator = accelerator?.identity
    if replay {
      answer.transactions = try compare(answer, nest, capacity, bursts)
      answer.replayAgrees = true
    }
    let written = OutputTransaction()
    try write(answer, as: format, accelerator, details: MappingReport([answer], form: output.form).details)
    let refusal = try timeloop.write(answer, capacity: capacity ?? answer.occupancy, isSearched: false)
    try written.commit()
    if let refusal { throw refusal }
  }

  /// Writes an answer, in a table by its details.
  private func write(
    _ answer: Answer, as format: OutputOptions.Format, _ accelerator: Accelerator?,
    details: @autoclosure () -> [String]
  ) throws {
    switch format {
    case .json: try output.emit(ResultFile.json([answer], command: Invocation.text(), producer: Invocation.producer))
    case .csv: try output.emit(ResultFile.csv([answer]))
    case .table:
      let heading = model.heading(answer.network ?? answer.name, answer.setting, accelerator)
      try output.emit((output.fitted([heading, ""]) + details().dropLast()).joined(separator: "\n") + "\n")
    }
  }

  /// Evaluates a mapping in pieces.
  private func evaluate(
    _ mapping: GivenMappingOptions.Given, in setting: Problem.Setting, _ capacity: Bits?, _ accelerator: Accelerator?,
    as format: OutputOptions.Format
  ) throws {
    if timeloop.timeloop != nil {
      throw CommandFailure(code: .usage, message: "--timeloop takes a mapping of one nest, not one in pieces")
    }
    try setting.layout.refuse(for: "a mapping in pieces takes")
    var pieces = try given.piecesAnswer(mapping, in: setting, capacity: capacity)
    pieces.answer.accelerator = accelerator?.identity
    if replay {
      try compare(pieces, capacity)
      pieces.answer.replayAgrees = true
    }
    try write(
      pieces.answer, as: format, accelerator, details: PiecesReport([pieces], form: output.form).details)
  }

  /// What a replay is called while it runs.
  private static func replaying(_ layer: Layer) -> String {
    "replaying \(layer.name), \(layer.macs.groupedDigits) MACs"
  }

  /// Replays a mapping in pieces; ends the command where the replay counts something else.
  private func compare(_ pieces: PiecesAnswer, _ capacity: Bits?) throws {
    let (answer, evaluation) = (pieces.answer, pieces.evaluation)
    let replay: TreeReplay
    do {
      replay = try StepProgress.during(Self.replaying(answer.layer)) {
        try TreeReplay(
          of: evaluation.tree, on: answer.layer, reuse: answer.setting.reuse, widths: answer.setting.widths,
          capacity: capacity)
      }
    } catch let error as ReplayError {
      throw CommandFailure(replay: error)
    }
    if replay.traffic != evaluation.traffic || replay.occupancies != evaluation.occupancies {
      throw CommandFailure(
        code: .failed,
        message: "the replay counts \(replay.traffic.bits(answer.setting.widths).total.count) bits moved, the closed "
          + "form \(answer.traffic.total.count): this is an error in Tilebound, please report it")
    }
  }

  /// Replays the mapping; ends the command where the replay counts something else.
  ///
  /// - Returns: the bursts that moved, where these are asked for.
  private func compare(
    _ answer: Answer, _ nest: Mapping, _ capacity: Bits?, _ bursts: Bursts?
  ) throws -> Transactions? {
    let (setting, evaluation) = (answer.setting, answer.evaluation)
    let widths = setting.widths
    let replay: Replay
    do {
      replay = try StepProgress.during(Self.replaying(answer.layer)) {
        try Replay(
          of: nest, on: answer.layer, reuse: setting.reuse, widths: widths, capacity: capacity, layout: setting.layout,
          bursts: bursts)
      }
    } catch let error as ReplayError {
      throw CommandFailure(replay: error)
    }
    if replay.traffic != evaluation.traffic || [replay.occupancy] != evaluation.occupancies {
      let held = evaluation.occupancies.reduce(.zero) { max($0, $1.bits(widths)) }
      throw CommandFailure(
        code: .failed,
        message: "the replay counts \(replay.traffic.bits(widths).total.count) bits moved and "
          + "\(replay.occupancy.bits(widths).count) held, the closed form "
          + "\(evaluation.traffic.bits(widths).total.count) and \(held.count): this is an error in Tilebound, please "
          + "report it")
    }
    return replay.transactions
  }
}
