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
      What to sweep stands in a file, or in options, which take the place of the file's keys. One exact curve for each \
      layer, width, reuse policy and ratio of read to write energy answers all capacities and energy models.

      The file has a record for each layer and setting, FILE.index.json the totals of the networks. A sweep that was \
      interrupted goes on where it was when the same command is given again, and ends with the same file.

      Examples:
        tilebound sweep --network alexnet,vgg16 --capacity 1KiB...4MiB --output sweep.csv
        tilebound sweep --network resnet50 --capacity 16KiB...1MiB/4 --bits 8 --bits inputs=8,weights=4,outputs=8,partial-sums=24 \\
          --energy unit,horowitz-45nm-int8 --reuse sliding,none --output sweep.jsonl
        tilebound sweep my-sweep.yaml --output sweep.jsonl --plot plots

      A sweep file:
        networks: [alexnet, my-layers.yaml]
        capacities: [1KiB...4MiB, 108KiB]
        energy: [unit, my-energies.yaml]
        bits: [8, {inputs: 8, weights: 4, outputs: 8, partial-sums: 24}]
        reuse: [sliding, none]
        compare-dataflows: true
        dimensions: [batch=1]
      """)

  @Argument(help: ArgumentHelp("What to sweep, a YAML file.", valueName: "file"))
  var file: String?

  @Option(
    help: ArgumentHelp(
      "Built-in networks and files with layers, by commas; may be given several times.", valueName: "names|files"))
  var network: [String] = []

  @OptionGroup var dimensions: DimensionOptions
  @OptionGroup var capacities: CapacityOptions

  @Option(
    help: ArgumentHelp(
      "Energy models, built-in or files, by commas; may be given several times. (default: bits moved)",
      valueName: "names|files"))
  var energy: [String] = []

  @Option(
    help: ArgumentHelp(
      "Word widths, as in 8,16 or inputs=8,weights=8,outputs=8,partial-sums=24; may be given several times. "
        + "(default: each energy model's, or 8)", valueName: "widths"))
  var bits: [String] = []

  @Option(help: ArgumentHelp("Reuse policies: sliding, none, or both by a comma. (default: sliding)"))
  var reuse: [String] = []

  @Flag(help: "Give each dataflow's own best in every record too.")
  var compareDataflows = false

  @Option(help: ArgumentHelp("The file to write: a table for a name in .csv, JSON lines otherwise.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("csv or jsonl, whatever the file's name.", valueName: "form"))
  var format: String?

  @Option(
    help: ArgumentHelp(
      "Draw ski slopes, gaps, energy by layer and the winning dataflows of every network into this folder.",
      valueName: "folder"))
  var plot: String?

  @Option(help: ArgumentHelp("The kind of pictures: svg or png.", valueName: "kind"))
  var plotFormat = GnuplotScript.Format.svg.rawValue

  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Begin anew, whatever is there.")
  var restart = false

  @Flag(help: "Show neither progress nor totals.")
  var quiet = false

  func run() throws {
    let request = try self.request()
    guard let output else {
      throw CommandFailure(
        code: .usage,
        message: "needs a file to write: give --output, for example: tilebound sweep my-sweep.yaml "
          + "--output sweep.csv")
    }
    let form = try form(of: output)
    let threads = try threads.count()
    let plots = try Plots(format: plotFormat, origin: "--plot-format", isWanted: plot != nil)
    if let plot { try Plots.checkFolder(plot, origin: "--plot") }
    let sweep = try Sweep(request)
    let run = try SweepRun(sweep, to: output, form: form, restarts: restart, producer: Invocation.producer)
    let progress = ProgressLine(startedWith: run.resumed, isQuiet: quiet)
    let interrupts = Interrupts { code in
      run.stop {
        progress.clear()
        TextFile.printError("tilebound: interrupted; the same command goes on from here\n")
        // At once: what `exit` takes down first, other threads still compute with.
        _exit(code)
      }
    }
    let wasComplete = run.isComplete
    let result = try run.run(threads: threads, command: Invocation.text()) { now in
      progress.show(now.done, of: now.all, "records", current: "\(now.network) \(now.layer)")
    }
    progress.clear()
    interrupts.end()
    if let plot {
      let figures = ReportFigures.all(of: try ResultReader.read(file: output).records)
      let files = try plots.write(figures, into: plot, threads: threads)
      if !quiet { try OutputOptions.print(["\(plot): \(files.count) \(files.count == 1 ? "picture" : "pictures")"]) }
    }
    if quiet { return }
    var lines = [
      "\(output): \(sweep.recordCount) records"
        + (wasComplete ? ", all there already" : run.resumed > 0 ? ", \(run.resumed) of them from before" : "")
    ]
    lines += SweepReport.lines(
      sweep, result.totals, isComplete: result.isComplete, indexFile: SweepIndex.path(of: output))
    try OutputOptions.print(lines)
  }

  /// What to sweep: the file's, with the options given in place of its keys.
  private func request() throws -> SweepRequest {
    let sizes = dimensions.dim.isEmpty || !network.isEmpty ? nil : try dimensions.sizes()
    var request = try file.map { try SweepFile.read(file: $0, dimensions: sizes) } ?? SweepRequest()
    if file == nil, network.isEmpty {
      throw CommandFailure(
        code: .usage,
        message: "needs a sweep file or --network, for example: tilebound sweep --network alexnet "
          + "--capacity 1KiB...4MiB --output sweep.csv")
    }
    if file == nil, capacities.capacity == nil {
      throw CommandFailure.missingCapacity(
        example: "tilebound sweep --network alexnet --capacity 1KiB...4MiB --output sweep.csv")
    }
    if network.isEmpty {
      DimensionOptions.tell(request.remarks)
    } else {
      let names = Self.parts(network)
      request.networks = try dimensions.networks(names)
      for (network, name) in zip(request.networks, names) { request.networkOrigins[network] = name }
    }
    if let text = capacities.capacity { request.capacities = try CapacityText.parseList(text, origin: "--capacity") }
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
    if !reuse.isEmpty { request.reuse = try Self.parts(reuse).map { try ReuseOptions.policy($0) } }
    if compareDataflows { request.comparesDataflows = true }
    return request
  }

  private static func parts(_ lists: [String]) -> [String] {
    lists.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }

  private func form(of output: String) throws -> SweepForm {
    guard let format else { return output.hasSuffix(".csv") ? .csv : .jsonLines }
    guard let form = SweepForm(rawValue: format) else {
      throw FormatError(origin: "--format", message: "'\(format)' is unknown; accepted: csv, jsonl")
    }
    return form
  }
}
