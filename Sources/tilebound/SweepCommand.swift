import ArgumentParser
import EnergyModel
import Foundation
import Interchange
import MappingSearch
import Mappings
import Reports
import Sweeps
import Workloads

/// `tilebound sweep`: every combination of networks, capacities, energy models, word widths and reuse policies.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Find the optima of every layer for every combination of settings, into one file.",
    discussion: """
      What to sweep stands in a file, or in options, which take the place of the file's keys: networks that the command \
      names, behind --network or not, are swept in place of the file's. Word widths that are left out \
      are each energy model's own. One curve for each \
      layer, width, reuse policy and ratio of read to write energy answers all capacities and energy models.

      The file has a record for each layer and setting, FILE.index.json the totals of the networks. A sweep that was \
      interrupted goes on where it was when the same command is given again, and ends with the same file.

      --capacity takes sizes and Buffers in parts, several by ';'.

      --shard 3/16 does the third of 16 parts that take about as long each, on as many machines for example; \
      'tilebound merge' puts them together. --plan says what each shard takes before anything is done.

      Examples:
        tilebound sweep --network alexnet,vgg16 --capacity 1KiB...4MiB \\
          --output sweep.csv
        tilebound sweep resnet50 --layer 'layer1.*' --capacity 16KiB...1MiB/4 \\
          --bits 8 --bits weights=4,partial-sums=24 \\
          --energy unit,horowitz-45nm-int8 --reuse sliding,none --output sweep.jsonl
        tilebound sweep mobilenet-v2 --accelerator ethos-u65-512,my-chip.yaml \\
          --output machines.csv
        tilebound sweep alexnet --output parts.csv --capacity \\
          'inputs=8KiB,weights=8KiB,outputs=8KiB; inputs+outputs=16KiB,weights=8KiB'
        tilebound sweep my-sweep.yaml --output mine.jsonl --plot plots
        tilebound sweep my-sweep.yaml --shard 1/16 --plan
        tilebound sweep my-sweep.yaml --shard 3/16 --output part-3.jsonl

      A sweep file:
        networks: [alexnet, my-network.yaml]
        capacities: [1KiB...4MiB, 108KiB]
        layers: [conv*]
        energy: [unit, my-energies.yaml]
        bits: [8, {weights: 4, partial-sums: 24}]
        reuse: [overlap, sliding]
        dataflow: [os, ws]
        compare-dataflows: true
        template: k [weights] p q [inputs] c [outputs]
        dimensions: [batch=1]
      """)

  @Argument(
    help: ArgumentHelp("What to sweep, a YAML file, or networks as --network takes.", valueName: "file|networks"),
    completion: .network)
  var arguments: [String] = []

  @Option(
    help: ArgumentHelp(
      "Built-in networks and files with layers, by commas, or - for standard input; may be given several times.",
      valueName: "names|files"), completion: .anyOf(BuiltIn.networkNames))
  var network: [String] = []

  @OptionGroup var dimensions: DimensionOptions
  @OptionGroup var names: LayerNameOptions
  @OptionGroup var capacities: CapacityOptions

  @Option(
    help: ArgumentHelp(
      "Accelerators, built-in or files, by commas, each with its own capacity, energy model and word widths, in place of the "
        + "options for these; may be given several times.", valueName: "names|files"),
    completion: .anyOf(BuiltIn.acceleratorNames))
  var accelerator: [String] = []

  @Option(
    help: ArgumentHelp(
      "Energy models, built-in or files, by commas; may be given several times. (default: bits moved)",
      valueName: "names|files"), completion: .anyOf(BuiltIn.energyModelNames))
  var energy: [String] = []

  @Option(
    help: ArgumentHelp(
      "Word widths, as in 8,16 or inputs=8,weights=8,outputs=8,partial-sums=24, of which any may be left out; may be given "
        + "several times. (default: each energy model's, or 8)", valueName: "widths"))
  var bits: [String] = []

  @Option(
    help: ArgumentHelp(
      "Reuse policies: overlap, sliding, none, or some by commas. (default: \(ReusePolicy.usual.rawValue))"),
    completion: .list(ReusePolicy.allCases.map(\.rawValue)))
  var reuse: [String] = []

  @Option(
    help: ArgumentHelp(
      "Loops over phases that are searched: on, kernels, outputs, off, or some by commas. "
        + "(default: on under reuse overlap, otherwise off)",
      valueName: "which"), completion: .list(PhasePolicy.allCases.map(\.rawValue)))
  var phases: [String] = []

  @OptionGroup var layout: LayoutOptions

  @Option(
    help: ArgumentHelp(
      "Only these orders of keeps, by commas, as for optimize: os-iw, or os for both that keep outputs outermost. "
        + "(default: any)", valueName: "names"), completion: .dataflows)
  var dataflow: String?

  @OptionGroup var templates: TemplateOptions

  @Flag(help: "Give each dataflow's own best in every record too.")
  var compareDataflows = false

  @Option(
    help: ArgumentHelp(
      "The file to write: a table for a name in .csv, JSON lines for one in .jsonl or of no form, compressed for one "
        + "in .csv.gz or .jsonl.gz. - is standard output, which cannot be gone on with.",
      valueName: "file"), completion: .file())
  var output: String?

  @Option(help: ArgumentHelp("The file's form, where its name does not say.", valueName: "form"))
  var format: SweepForm?

  @Option(
    help: ArgumentHelp(
      "Draw ski slopes, gaps, energy by layer and which dataflows attain the optima, of every network, into this folder.",
      valueName: "folder"), completion: .directory)
  var plot: String?

  @Option(help: ArgumentHelp("The kind of pictures. (default: svg)", valueName: "kind"))
  var plotFormat: GnuplotScript.Format?

  @OptionGroup var breakdown: BreakdownOptions

  @Option(
    help: ArgumentHelp(
      "Only a part of the sweep, the third of 16 as 3/16, to be merged with the others by 'tilebound merge'.",
      valueName: "i/n"))
  var shard: String?

  @Flag(
    help: ArgumentHelp(
      "Only estimate how long it takes and how much memory, with --shard each of as many shards, and write nothing."))
  var plan = false

  @Flag(
    help: "With --plan: find the answers too, on one thread, and say how far estimates are from how long that took.")
  var measure = false

  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Begin anew, whatever is there.")
  var restart = false

  @Flag(help: "Show neither progress nor totals.")
  var quiet = false

  @OptionGroup var table: TableOptions

  func run() throws {
    let request = try self.request()
    try refuse("--measure", measure ? true : nil, without: "--plan", plan ? true : nil)
    if plan {
      try printPlan(try Sweep(request), threads: try threads.count())
      return
    }
    guard let output else {
      throw CommandFailure(
        code: .usage,
        message: "needs a file to write: give --output, for example: tilebound sweep my-sweep.yaml "
          + "--output sweep.csv")
    }
    let form = try form(of: output)
    let threads = try threads.count()
    let plots = try Plots(format: plotFormat, isWanted: plot != nil)
    try refuse("--plot-format", plotFormat, without: "--plot", plot)
    try refuse("--breakdown-at", breakdown.breakdownAt, without: "--plot", plot)
    if let plot { try TextFile.checkNameOfFolder(plot, origin: "--plot") }
    if let plot, TextFile.place(of: plot) == TextFile.place(of: output) {
      throw CommandFailure(code: .usage, message: "--plot and --output name the same file, \(output)")
    }
    let shard = try chosenShard()
    if shard != nil, output == TextFile.standardInput {
      throw FormatError(origin: "--shard", message: "goes with a file, which is merged by the index beside it")
    }
    if shard != nil, plot != nil {
      throw FormatError(origin: "--shard", message: "does not go with --plot, which draws whole networks")
    }
    let sweep = try Sweep(request)
    try OutputOptions.checkFile(output)
    _ = try breakdown.capacity(among: sweep.settings.flatMap(\.capacities))
    if output == TextFile.standardInput {
      try printed(sweep, form, plots, threads: threads)
    } else {
      try write(sweep, shard, to: output, form, plots, threads: threads)
    }
  }

  /// Says what the sweep, or each of its shards, takes; with `--measure` what the shard that is named, or all, took.
  private func printPlan(_ sweep: Sweep, threads: Int) throws {
    let shard = try chosenShard()
    try OutputOptions.print(
      PlanReport.lines(sweep.estimates(shards: shard?.count, threads: threads), threads: threads, form: table.form))
    if !measure { return }
    let progress = ProgressLine(startedWith: 0, isQuiet: quiet)
    let costs = try sweep.measuredCosts(of: shard) { done, all, cost in
      progress.show(done, of: all, "layers", current: "\(cost.network) \(cost.layer)")
    }
    progress.clear()
    if costs.isEmpty { return }
    try OutputOptions.print(["", "\(shard?.text ?? "whole"):"] + PlanReport.lines(costs, form: table.form))
  }

  /// Sweeps into a file that is printed, the records alone, and does not stay.
  private func printed(_ sweep: Sweep, _ form: SweepForm, _ plots: Plots, threads: Int) throws {
    if restart { throw FormatError(origin: "--restart", message: "goes with a file, not with standard output") }
    let folder = FileManager.default.temporaryDirectory.appending(path: "tilebound-\(UUID().uuidString)").path
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure(code: .failed, message: "\(folder): cannot be made a folder")
    }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = "\(folder)/sweep"
    let run = try SweepRun(sweep, to: file, form: form, producer: Invocation.producer)
    _ = try finish(run, plots, threads: threads, ifInterrupted: "interrupted; nothing was printed") {
      try? FileManager.default.removeItem(atPath: folder)
    }
    try OutputOptions.write(TextFile.read(file, limit: .max), to: nil)
  }

  /// Sweeps into a file, or goes on with it.
  private func write(
    _ sweep: Sweep, _ shard: SweepShard?, to output: String, _ form: SweepForm, _ plots: Plots, threads: Int
  ) throws {
    let run = try SweepRun(
      sweep, to: output, form: form, shard: shard, restarts: restart, producer: Invocation.producer)
    let wasComplete = run.isComplete
    let lines = try finish(
      run, plots, threads: threads, ifInterrupted: "interrupted; the same command goes on from here")
    if quiet { return }
    let heading =
      "\(output): " + (shard.map { "\($0), " } ?? "")
      + "\(run.recordCount) \(run.recordCount.form(of: "record"))"
      + (wasComplete ? ", all there already" : run.resumed > 0 ? ", \(run.resumed) of them from before" : "")
    let pictures = plot == nil ? 0 : 1
    try OutputOptions.print(lines.prefix(pictures) + [heading] + lines.dropFirst(pictures))
  }

  /// Does what is left of a sweep and draws its pictures.
  ///
  /// - Parameters:
  ///   - run: the sweep.
  ///   - plots: how pictures are drawn.
  ///   - threads: how many layers are worked on at once.
  ///   - message: what is said when somebody ends the program.
  ///   - leave: is called then.
  /// - Returns: what is to be told: first of the pictures, if any are drawn, then of the sweep.
  /// - Throws: ``SweepError``, or an error of the pictures.
  private func finish(
    _ run: SweepRun, _ plots: Plots, threads: Int, ifInterrupted message: String,
    leave: @escaping @Sendable () -> Void = {}
  ) throws -> [String] {
    let progress = ProgressLine(startedWith: run.resumed, isQuiet: quiet)
    let interrupts = Interrupts { code in
      run.stop {
        progress.clear()
        TextFile.printError("tilebound: \(message)\n")
        leave()
        // At once: what `exit` takes down first, other threads still compute with.
        _exit(code)
      }
    }
    let result = try run.run(threads: threads, command: Invocation.text(), keepsAnswers: plot != nil) { now in
      progress.show(now.done, of: now.all, "records", current: "\(now.network) \(now.layer)")
    }
    progress.clear()
    interrupts.end()
    var lines: [String] = []
    if let plot {
      let figures = ReportFigures.all(
        of: result.answers, curves: result.networkCurves,
        breakdownAt: try breakdown.capacity(among: run.sweep.settings.flatMap(\.capacities)))
      let files = try plots.write(figures, into: plot, threads: threads)
      lines.append("\(plot): \(files.count) \(files.count.form(of: "picture"))")
    }
    if let shard = run.shard { return lines + SweepReport.lines(run, shard, isComplete: result.isComplete) }
    return lines
      + SweepReport.lines(
        run.sweep, result.totals, result.networkCurves, isComplete: result.isComplete,
        indexFile: SweepIndex.path(of: run.path), form: table.form)
  }

  /// What to sweep: the file's, with the options given in place of its keys.
  private func request() throws -> SweepRequest {
    let networks = Self.parts(arguments.filter(SweepFile.isNetwork) + network)
    let files = arguments.filter { !SweepFile.isNetwork($0) }
    if files.count > 1 {
      throw CommandFailure(
        code: .usage, message: "\(files.joined(separator: " and ")) are \(files.count) sweep files; one is expected")
    }
    let example = "for example: tilebound sweep --network alexnet --capacity 1KiB...4MiB --output sweep.csv"
    let hasCapacity = capacities.capacity != nil || !accelerator.isEmpty
    if files.isEmpty, networks.isEmpty {
      throw CommandFailure(
        code: .usage,
        message: "needs a sweep file or --network\(hasCapacity ? "" : " and --capacity"), \(example)")
    }
    let given = [
      ("--capacity", capacities.capacity != nil), ("--energy", !energy.isEmpty), ("--bits", !bits.isEmpty),
    ].first { $0.1 }
    if !accelerator.isEmpty, let given {
      throw CommandFailure(
        code: .usage, message: "\(given.0) does not go with --accelerator: accelerators have their own")
    }
    if files.isEmpty, !hasCapacity {
      throw CommandFailure(code: .usage, message: "needs the Buffer's size: give --capacity, \(example)")
    }
    var request = SweepRequest()
    if let file = files.first {
      request = try SweepFile.read(
        file: file, networks: networks, dimensions: dimensions.dim.isEmpty ? nil : dimensions.sizes())
      DimensionOptions.tell(request.remarks)
    } else {
      request.networks = try dimensions.networks(networks)
      for (network, name) in zip(request.networks, networks) { request.networkOrigins[network] = name }
    }
    if !names.selection.isAll { request.layers = names.selection }
    if let text = capacities.capacity {
      (request.capacities, request.buffers) = ([], [])
      for buffer in text.split(separator: ";", omittingEmptySubsequences: false).map(String.init) {
        if LayoutText.hasParts(buffer) {
          request.buffers.append(try LayoutText.layout(buffer, origin: "--capacity"))
        } else {
          request.capacities += try CapacityOptions.list(buffer)
        }
      }
    }
    let layout = try layout.layout()
    if self.layout.doubleBuffer != nil { request.doubleBuffered = layout.doubleBuffered }
    if self.layout.tiles != nil || self.layout.divisors { request.tiles = layout }
    if self.layout.onChip != nil || self.layout.leaveOnChip != nil { request.onChip = layout.onChip }
    if !accelerator.isEmpty {
      request.accelerators = try Self.parts(accelerator).map { try BuiltIn.accelerator(nameOrFile: $0) }
    }
    if !energy.isEmpty {
      let names = Self.parts(energy)
      request.energyModels = try names.map { try BuiltIn.energyModel(nameOrFile: $0) }
      for (model, name) in zip(request.energyModels, names) { request.energyModelOrigins[model] = name }
    }
    if !bits.isEmpty {
      request.widths = try bits.flatMap { $0.contains("=") ? [$0] : Self.parts([$0]) }.map {
        try WidthsText.parse($0, origin: "--bits")
      }
    }
    if !reuse.isEmpty { request.reuse = try Self.parts(reuse).map { try Self.policy($0, "--reuse") } }
    if !phases.isEmpty { request.phases = try Self.parts(phases).map { try Self.policy($0, "--phases") } }
    if let dataflow { request.dataflows = try DataflowText.parse(dataflow, origin: "--dataflow") }
    if compareDataflows { request.comparesDataflows = true }
    if let line = templates.line {
      request.template = try NestText.parseTemplate(line, origin: "--template")
      request.templateOrigin = "--template"
    }
    return request
  }

  private static func parts(_ lists: [String]) -> [String] {
    lists.flatMap { list in
      FileManager.default.fileExists(atPath: list)
        ? [list]
        : list.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }

  private static func policy<Policy: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ option: String
  ) throws -> Policy {
    guard let policy = Policy(rawValue: name) else {
      let accepted = Policy.allCases.map(\.rawValue).joined(separator: ", ")
      throw FormatError(origin: option, message: "'\(name)' is unknown; accepted: \(accepted)")
    }
    return policy
  }

  /// Which part of the sweep is asked for, if one is.
  private func chosenShard() throws -> SweepShard? {
    guard let shard else { return nil }
    let numbers = shard.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1],
      let shard = SweepShard(number, of: count)
    else {
      throw FormatError(
        origin: "--shard",
        message: "'\(shard)' is no part of a sweep; 3/16 is the third of 16, and 1/1 to "
          + "\(SweepShard.mostShards)/\(SweepShard.mostShards) are accepted")
    }
    return shard
  }

  private func form(of output: String) throws -> SweepForm {
    let name = Gzip.content(of: output)
    switch format {
    case nil: break
    case .csv:
      try OutputOptions.refuseEnding(of: name, unless: ["csv"], what: "a table (--format csv)", accepted: ".csv")
      return .csv
    case .jsonLines:
      try OutputOptions.refuseEnding(
        of: name, unless: ["jsonl"], what: "JSON lines (--format jsonl)", accepted: ".jsonl")
      return .jsonLines
    }
    try OutputOptions.refuseEnding(
      of: name, unless: ["csv", "jsonl"], what: "a table or JSON lines", accepted: ".csv or .jsonl")
    return OutputOptions.ending(of: name) == "csv" ? .csv : .jsonLines
  }
}
