import Answers
import ArgumentParser
import EnergyModel
import Interchange
import LowerBounds
import MappingSearch
import Mappings
import Programs
import Workloads

/// `tilebound export`: a mapping as something that runs.
struct Export: ParsableCommand {
  /// What a mapping is written as.
  enum Target: String, CaseIterable, ExpressibleByArgument {
    case c
    case mlir
    case json

    var description: String {
      switch self {
      case .c: "a program in C"
      case .mlir: "a module of MLIR"
      case .json: "a mapping in JSON"
      }
    }
  }

  static let configuration = CommandConfiguration(
    abstract:
      "Write a mapping of a layer as a C program that runs it and counts itself, as MLIR that tiles, or as JSON.",
    discussion: """
      The mapping is the best that is found for --capacity, or one that is given: a file as evaluate takes it, a nest in one \
      line, or a record of results.

      --to c writes one file in C11: the tensors in DRAM, one Buffer that has room for the mapping's boxes and nothing else, \
      the copies in and out that the rule of reuse asks for, the MACs, and a main that compares the outputs with those of plain \
      loops and the words moved with the closed form's; it ends with 1 where they differ. The function that runs the layer, \
      with the hooks for copies, stands alone with --no-main. A search for it takes the word widths of --type unless --bits or \
      --energy has others: of int8, the default, 8 bits for inputs and weights and 32 for the sums that it accumulates and \
      for outputs, where optimize has 8 for all and may find another mapping.

      --to mlir writes a module with the layer as a named operation of linalg, and a sequence of the transform dialect that \
      tiles it by the mapping's loops, for mlir-opt --transform-interpreter of MLIR 19. Where tensors are kept and which way \
      loops run are comments in it.

      --to json writes what --mapping of evaluate takes.

      Examples:
        tilebound export --network alexnet --layer conv2 --capacity 64KiB --to c \\
          > conv2.c
        tilebound export alexnet --mapping my-mapping.yaml --to c --type float \\
          --no-main
        tilebound export --shape k=4,c=8,p=6 \\
          --nest 'k:2 [outputs] c:1 [inputs] k:1 p:1 [weights]' --to c
        tilebound optimize vgg16 --capacity 64KiB --output vgg16.csv
        tilebound export --result vgg16.csv --layer conv3_1 --to c --output conv3_1.c
        tilebound export --network vgg16 --layer conv3_1 --capacity 64KiB --to mlir \\
          > conv3_1.mlir
        tilebound export --gemm 512x512x512 --capacity 64KiB --to json > gemm.json
      """)

  @OptionGroup var layers: LayerOptions

  @Option(
    help: ArgumentHelp(
      "The Buffer's size, to search a mapping for or to hold a given one to; \(CapacityOptions.units).",
      valueName: "size"))
  var capacity: String?

  @OptionGroup var given: GivenMappingOptions
  @OptionGroup var record: RecordOptions

  @Option(help: ArgumentHelp("What to write.", valueName: "target"))
  var to: Target

  @Option(
    help: ArgumentHelp(
      "The elements of a program; with int8 sums and outputs have 32 bits. (default: int8)",
      valueName: "type"))
  var type: CProgram.Elements?

  @Flag(help: "Leave main out of a program in C, for use in others.")
  var noMain = false

  @OptionGroup var model: ModelOptions
  @OptionGroup var reuse: ReuseOptions
  @OptionGroup var chosen: DataflowOptions
  @OptionGroup var threads: ThreadOptions

  @Option(help: ArgumentHelp(OutputOptions.outputHelp, valueName: "file"), completion: .file())
  var output: String?

  func run() throws {
    let stranger = to == .json && type != nil ? "--type" : to != .c && noMain ? "--no-main" : nil
    if let stranger {
      throw CommandFailure(
        code: .usage,
        message: "\(stranger) goes with --to c\(stranger == "--type" ? " and mlir" : ""), not with --to \(to.rawValue)")
    }
    try OutputOptions.refuseEnding(
      of: output, unless: to == .json ? ["json"] : [], what: to.description, accepted: ".\(to.rawValue)")
    let capacity = try self.capacity.map { try CapacityOptions.single($0) }
    let answer = try answer(capacity)
    try OutputOptions.checkFile(output)
    if to != .json { try answer.setting.layout.withAnyTiles.refuse(for: "--to \(to.rawValue) writes for") }
    switch to {
    case .json:
      try OutputOptions.write(
        MappingFile.json(answer.mapping, layer: answer.network == nil ? nil : answer.name), to: output)
    case .c: try writeProgram(answer, capacity)
    case .mlir: try writeModule(answer)
    }
  }

  private static let example = "tilebound export --network alexnet --layer conv2 --capacity 64KiB --to c"

  /// The mapping that is meant.
  private func answer(_ capacity: Bits?) throws -> Answer {
    if let file = record.result {
      let strangers = [
        given.option, model.energy.map { _ in "--energy" }, model.bits.map { _ in "--bits" },
        reuse.phases.map { _ in "--phases" }, isAnyDataflow ? nil : "--dataflow",
      ]
      if let stranger = strangers.compactMap({ $0 }).first {
        throw CommandFailure(code: .usage, message: "\(stranger) does not go with --result, whose record has its own")
      }
      return try record.answer(file, of: layers, capacity: capacity, reuse: reuse.named)
    }
    var setting = try model.setting(reuse.policy, reuse.phases, try chosen.dataflows())
    if to != .json, model.bits == nil, model.energy == nil { setting.widths = (type ?? .int8).widths }
    if let option = given.option {
      if !isAnyDataflow {
        throw CommandFailure(code: .usage, message: "--dataflow goes with a search, not with \(option)")
      }
      return try given.answer(
        on: layers, in: try capacity.map { try setting.at($0) } ?? setting, phases: reuse.phases, capacity: capacity,
        example: Self.example)
    }
    guard let capacity else {
      throw CommandFailure(
        code: .usage,
        message: (layers.isGiven
          ? "needs a mapping: give --capacity to search for one, --mapping, --nest or --result"
          : "needs a layer and a mapping: give --network, --shape or --gemm, and --capacity to search for a mapping, "
            + "--mapping or --nest; or --result, which has both") + ", for example: \(Self.example)")
    }
    return try searched(capacity, try setting.at(capacity))
  }

  private var isAnyDataflow: Bool { (try? chosen.dataflows().count) == Dataflow.allCases.count }

  /// The best mapping that is found.
  private func searched(_ capacity: Bits, _ setting: Problem.Setting) throws -> Answer {
    let (network, entries) = try layers.entries(example: Self.example)
    guard entries.count == 1, let entry = entries.first else {
      throw CommandFailure(
        code: .usage,
        message: "writes the mapping of one layer; choose it by --layer, one of "
          + entries.map(\.layer.name).joined(separator: ", "))
    }
    try CommandFailure.refuse([capacity], inWhichNothingFitsOf: entries, in: setting)
    let problem = try Problem(entry.layer, in: setting)
    let options = SearchOptions(threads: try threads.count())
    guard let optimum = Optimizer(problem).optimum(capacity: capacity, options: options) else {
      throw CommandFailure.nothingFits(problem, capacity)
    }
    return Answer(
      network: network, entry: entry, problem, capacity: capacity, optimum, bounds: LowerBounds(problem))
  }

  private func writeProgram(_ answer: Answer, _ capacity: Bits?) throws {
    let problem = try Problem(answer.layer, in: answer.setting)
    let program: CProgram
    do {
      program = try self.program(answer.evaluation, of: problem)
    } catch {
      throw CommandFailure(
        code: .failed,
        message: "\(answer.name): cannot be written in C: \(error)\(remedy(error, answer).map { "; \($0)" } ?? "")")
    }
    if let capacity, Bits.bytes(program.bufferBytes) > capacity {
      DimensionOptions.tell([
        "\(answer.name): the program's Buffer has \(program.bufferBytes) bytes, more than \(CapacityText.text(capacity)), "
          + "since its words are wider than those of the mapping: \(WidthsText.list((type ?? .int8).widths))"
      ])
    }
    try OutputOptions.write(program.text, to: output)
  }

  private func program(_ evaluation: CountedMapping, of problem: Problem) throws(CProgramError) -> CProgram {
    let elements = type ?? .int8
    switch evaluation {
    case .nest(let evaluation):
      return try CProgram(evaluation, of: problem, elements: elements, includesMain: !noMain)
    case .pieces(let evaluation):
      return try CProgram(evaluation, of: problem, elements: elements, includesMain: !noMain)
    }
  }

  private func writeModule(_ answer: Answer) throws {
    let module: MLIRModule
    guard let nest = answer.mapping.singleNest else {
      throw CommandFailure(
        code: .usage,
        message: "\(answer.name): cannot be written in MLIR: it is a mapping in pieces; one nest is expected")
    }
    do {
      module = try MLIRModule(nest, on: answer.layer, elements: type ?? .int8)
    } catch {
      let remedy = answer.search == nil ? "" : "; --phases off searches for a mapping of these"
      throw CommandFailure(code: .failed, message: "\(answer.name): cannot be written in MLIR: \(error)\(remedy)")
    }
    try OutputOptions.write(module.text, to: output)
    DimensionOptions.tell(module.unsaid.map { "\(answer.name): MLIR does not say \($0)" })
  }

  /// What to ask for instead, where something else may do.
  private func remedy(_ error: CProgramError, _ answer: Answer) -> String? {
    if answer.mapping.singleNest == nil { return nil }
    return switch error {
    case .tooLong where answer.search == nil:
      "loops over phases of p and r, or q and s, outside the keep make them even"
    case .tooLong where answer.setting.phases == .off: "--phases on may find a mapping whose boxes have even ones"
    case .tooLong: "--reuse sliding --phases on may find a mapping whose boxes have even ones"
    case .tooManyLoops: answer.search == nil ? nil : "--reuse sliding searches nests of fewer loops"
    case .filled, .tooManyBiases, .tooManyPairs: nil
    }
  }
}

extension CProgram.Elements {
  /// The word widths of a program.
  var widths: WordWidths {
    switch self {
    case .int8: WordWidths(inputs: .byte, weights: .byte, outputs: .fourBytes, partialSums: .fourBytes)
    case .float: WordWidths(.fourBytes)
    }
  }
}

extension BitWidth {
  fileprivate static let fourBytes = BitWidth(32) ?? .byte
}
