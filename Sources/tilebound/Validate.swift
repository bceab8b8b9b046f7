import ArgumentParser
import DenseKernels
import EnergyModel
import Foundation
import Interchange
import Parallel
import Reports
import Statistics
import Synchronization
import Validation
import Workloads

/// `tilebound validate`: measured energies held against the model.
struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Hold measured energies of many layers against the model's bounds and optima, and fit them.",
    discussion: """
      Each row of the table is a layer with what it was measured to cost: two at least of its total energy, that of \
      computing and that of moving data. A column is named by what it holds: a key of --shape (several by +, as in h+w), \
      layer (of --network, by name or counted from 1), total, compute, data, macs, words, or - for nothing. The Buffer of the two-level model is all memory on the platform's \
      chip; --capacity tries others besides. Optima are those under reuse sliding, of which all are searched.

      Examples:
        tilebound validate measured.csv --columns k,total,compute,data \\
          --shape c=3,h=227,w=227,r=11,s=11,stride=4 --platform simba --levels
        tilebound validate measured.csv --platform simba --bins 2 --below 1e12 \\
          --shape c=3,h=227,w=227,r=11,s=11,stride=4
        tilebound validate my-measurements.yaml --page validation.html

      A file of several tables:
        data-sets:
          - data: measured.csv
            columns: [k, total, compute, data]
            shape: c=3,h=227,w=227,r=11,s=11,stride=4
            platform: simba
            bins: 2
            below: 1e12
      """)

  @Argument(
    help: ArgumentHelp("A table of measured energies, or a YAML file of several.", valueName: "file"),
    completion: .file())
  var file: String

  @Option(help: ArgumentHelp("What the table's columns hold. (default: its first line says it)", valueName: "names"))
  var columns: String?

  @Option(help: ArgumentHelp("What is the same for all layers, as in c=3,r=11,s=11,stride=4.", valueName: "sizes"))
  var shape: String?

  @Option(
    help: ArgumentHelp("The network whose layers a column 'layer' tells, built-in or a file.", valueName: "name|file"),
    completion: .network)
  var network: String?

  @Option(
    help: ArgumentHelp("The platform, built-in or a file.", valueName: "name|file"),
    completion: .anyOf(BuiltIn.platformNames))
  var platform: String?

  @Option(
    help: ArgumentHelp(
      "Fit the least energies in bins of so many values of k·c·h·w·r·s/stride², the term of the model's formulas, too.",
      valueName: "n"))
  var bins: Int?

  @Option(help: ArgumentHelp("Only rows whose term is below this value go into bins.", valueName: "value"))
  var below: Double?

  @Option(
    help: ArgumentHelp(
      "Sizes of the Buffer to try too, as in 64KiB or 64KiB...1MiB; \(CapacityOptions.units).", valueName: "sizes"))
  var capacity: String?

  @Option(
    help: ArgumentHelp("Where the tables of a YAML file are. (default: its folder)", valueName: "folder"),
    completion: .directory)
  var dataFolder: String?

  @Flag(help: "Look at all levels of the platform's memories, not at DRAM alone.")
  var levels = false

  @Option(
    help: ArgumentHelp("Draw measured against predicted energies into this folder.", valueName: "folder"),
    completion: .directory)
  var plot: String?

  @Option(help: ArgumentHelp("The kind of pictures. (default: svg)", valueName: "kind"))
  var plotFormat: GnuplotScript.Format?

  @Option(
    help: ArgumentHelp(
      "Make a page of it: .html, which stands alone, or .md, which shows the pictures of --plot if it is given.",
      valueName: "file"), completion: .file())
  var page: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Show neither progress nor tables.")
  var quiet = false

  func run() throws {
    let format = try output.format()
    let threads = try threads.count()
    let requests = try self.requests()
    let isHTML = try pageIsHTML()
    if plotFormat == .pdf, page != nil, !isHTML {
      throw FormatError(
        origin: "--plot-format", message: "is pdf, which --page in .md does not show; svg or png is accepted")
    }
    let plots = try Plots(format: plotFormat, isWanted: plot != nil || isHTML)
    try refuse("--plot-format", plotFormat, without: "--plot", plot)
    if let plot { try TextFile.checkNameOfFolder(plot, origin: "--plot") }
    var data: [MeasuredData] = []
    for request in requests {
      data.append(
        try MeasuredFile.read(
          file: request.data, columns: request.columns, shape: request.shape, network: request.network,
          name: request.name))
    }
    try output.checkFiles(besides: [("--page", page)])
    let findings = try self.findings(zip(requests, data).map { $0 }, threads: threads)
    let parts = findings.map { ValidationPage.Part($0, figures: ValidationFigures.all($0)) }
    let written = OutputTransaction()
    if let plot { _ = try plots.write(parts.flatMap(\.figures), into: plot, threads: threads) }
    if let page { try write(ValidationPage(parts, command: Invocation.text()), plots, to: page, isHTML: isHTML) }
    switch format {
    case .json:
      try output.emit(ValidationResult.json(findings, command: Invocation.text(), producer: Invocation.producer))
    case .csv: try output.emit(ValidationResult.csv(findings))
    case .table:
      if quiet, output.output == nil { break }
      let lines = findings.map { ValidationReport.lines($0, form: output.form).joined(separator: "\n") + "\n" }
      try output.emit(lines.joined(separator: "\n\n"))
    }
    try written.commit()
  }

  /// What is to be held against the model.
  private func requests() throws -> [ValidationRequest] {
    let capacities = try capacity.map { try CapacityOptions.list($0) } ?? []
    if let bins, bins < 1 { throw FormatError(origin: "--bins", message: "is \(bins); \((1...).accepted)") }
    if let below, !(below > 0) { throw FormatError(origin: "--below", message: "is \(below); more than 0 is accepted") }
    if file.hasSuffix(".yaml") || file.hasSuffix(".yml") {
      let given = [
        ("--columns", columns), ("--shape", shape), ("--network", network), ("--platform", platform),
      ].first { $0.1 != nil }
      let name = given?.0 ?? (bins != nil ? "--bins" : below != nil ? "--below" : nil)
      if let name { throw FormatError(origin: name, message: "stands in \(file), for each of its tables") }
      let requests = try ValidationFile.read(file: file, data: dataFolder)
      DimensionOptions.tell(requests.flatMap(\.remarks).uniqued())
      return requests.map { request in
        var request = request
        request.capacities += capacities
        return request
      }
    }
    guard let platform else {
      throw CommandFailure(
        code: .usage,
        message: "needs a platform: give --platform, one of \(BuiltIn.platformNames.joined(separator: ", ")), or a file"
      )
    }
    if dataFolder != nil {
      throw FormatError(origin: "--data-folder", message: "goes with a YAML file of several tables")
    }
    if below != nil, bins == nil {
      throw FormatError(origin: "--below", message: "limits what goes into --bins: give both")
    }
    return [
      ValidationRequest(
        data: file, columns: columns?.split(separator: ",", omittingEmptySubsequences: false).map(String.init),
        shape: shape, network: try network.map { try BuiltIn.network(nameOrFile: $0) },
        platform: try BuiltIn.platform(nameOrFile: platform),
        bins: bins.map { Bins(size: $0, below: below) }, capacities: capacities)
    ]
  }

  /// Whether the page asked for is HTML.
  private func pageIsHTML() throws -> Bool {
    guard let page else { return false }
    if page.hasSuffix(".html") || page.hasSuffix(".htm") { return true }
    guard page.hasSuffix(".md") else {
      throw FormatError(
        origin: "--page", message: "'\(page)' names no kind of page; a name in .html or .md is accepted")
    }
    return false
  }

  /// Predicts all layers, side by side, and holds the measurements against the predictions.
  private func findings(
    _ sets: [(request: ValidationRequest, data: MeasuredData)], threads: Int
  ) throws -> [Findings] {
    // What cannot be fitted need not be predicted.
    _ = try OpenBLAS.loaded()
    let all = sets.reduce(0) { $0 + $1.data.rows.count }
    let progress = ProgressLine(startedWith: 0, isQuiet: quiet)
    defer { progress.clear() }
    let done = Atomic<Int>(0)
    var findings: [Findings] = []
    for (request, data) in sets {
      let platform = request.platform
      let capacities = ([platform.onChip] + platform.buffers + request.capacities).uniqued()
      let predictions = try data.rows.concurrentMap(threads: threads) { row in
        let prediction: LayerPrediction
        do {
          prediction = try LayerPrediction(row.layer, on: platform, capacities: capacities, levels: levels)
        } catch {
          throw FormatError(origin: request.data, line: row.line, message: "\(error)")
        }
        progress.show(
          done.wrappingAdd(1, ordering: .relaxed).newValue, of: all, "layers", current: data.name)
        return prediction
      }
      do {
        findings.append(try Findings(data, on: platform, predictions, bins: request.bins, levels: levels))
      } catch {
        throw FormatError(origin: request.data, message: "\(error)")
      }
    }
    return findings
  }

  private func write(_ page: ValidationPage, _ plots: Plots, to file: String, isHTML: Bool) throws {
    if isHTML {
      try OutputOptions.write(try page.html(), to: file)
      return
    }
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().standardized.path
    let pictures = plot.map { plot in
      let path = URL(fileURLWithPath: plot).standardized.path
      return path.hasPrefix(folder + "/") ? String(path.dropFirst(folder.count + 1)) : path
    }
    let text = page.markdown { figure in
      pictures.map { "\($0)/\(figure.name).\(plots.format.rawValue)" }
    }
    try OutputOptions.write(text, to: file)
  }
}
