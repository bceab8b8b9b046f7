import Answers
import ArgumentParser
import Foundation
import Interchange
import Reports
import Sweeps
import Workloads

/// `tilebound report`: a page of HTML about result files.
struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make a report of result files: one page of HTML that needs nothing else.",
    usage: "tilebound report [<options>] <file> ...",
    discussion: """
      The files are those that optimize, curve, sweep, gap and evaluate write as JSON, JSON lines or CSV. Every record is counted again \
      from its mapping, and one that says otherwise is refused. --network, --layer and --capacity choose records. Of more than \
      20 000 the page has sums, plots and the layers with the largest gaps.

      Examples:
        tilebound gap alexnet --capacity 64KiB,128KiB --reuse sliding \\
          --format json --output gap.json
        tilebound report gap.json --output report.html
        tilebound sweep vgg16 --capacity 64KiB,128KiB --reuse sliding \\
          --output vgg16.csv
        tilebound report gap.json vgg16.csv --network vgg16 --capacity 64KiB,128KiB \\
          --output vgg16.html
      """)

  @Argument(help: ArgumentHelp("Result files.", valueName: "file"), completion: .file())
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "Write to this file, whole or not at all; without it to standard output unless that is a terminal, as - in any case.",
      valueName: "file"), completion: .file())
  var output: String?

  @Option(help: ArgumentHelp("The page's heading. (default: it names the networks)", valueName: "text"))
  var title: String?

  @Option(help: ArgumentHelp("Only records of the network of this name.", valueName: "name"))
  var network: String?

  @OptionGroup var names: LayerNameOptions

  @Option(
    help: ArgumentHelp(
      "Only records at these capacities, as in 64KiB or 1KiB...4MiB; \(CapacityOptions.units).", valueName: "sizes"))
  var capacity: String?

  @Flag(help: "Leave the plots out, for which gnuplot is needed.")
  var noPlots = false

  @OptionGroup var breakdown: BreakdownOptions

  func run() throws {
    if noPlots, breakdown.breakdownAt != nil {
      throw CommandFailure(code: .usage, message: "--breakdown-at is about a plot, which --no-plots leaves out")
    }
    do {
      if !noPlots { try Gnuplot.check() }
    } catch {
      throw CommandFailure(code: .failed, message: "\(error); --no-plots makes the report without them")
    }
    let capacities = try capacity.map { Set(try CapacityOptions.list($0)) }
    try refuse(blank: title, origin: "--title")
    if output == nil, isatty(STDOUT_FILENO) == 1 {
      throw CommandFailure(
        code: .usage,
        message: "needs a file for its page: give --output, for example: tilebound report "
          + "\(files[0]) --output report.html")
    }
    try OutputOptions.checkFile(output)
    try refuseToOverwrite()
    try OutputOptions.refuseEnding(of: output, unless: ["html", "htm"], what: "a page of HTML", accepted: ".html")
    var intake = ReportIntake(
      ReportIntake.Filter(network: network, layers: names.selection, capacities: capacities))
    for file in files {
      try StepProgress.during("reading \(file) and counting its records again") { tell in
        var records = try ResultStream(file: file)
        intake.begin(file)
        while let more = try records.next() {
          intake.add(more)
          tell(records.partRead)
        }
        intake.end(command: records.command ?? SweepIndex.command(thatMade: file))
      }
    }
    let network = try network.map { try RecordOptions.known($0, among: intake.networks) }
    let layers = try names.selection.chosen(among: intake.layers, of: files.map(TextFile.shown))
    var documents: [ResultDocument]
    switch intake.outcome {
    case .documents(let all): documents = all
    case .digest(let digest):
      if breakdown.breakdownAt != nil {
        throw CommandFailure(
          code: .usage,
          message: "--breakdown-at is about a plot of layers, which a page of more than \(ReportDigest.mostShown) "
            + "records has not; --network, --layer and --capacity choose some")
      }
      let report = HTMLReport(digest, figures: noPlots ? [] : digest.figures(), title: title)
      try OutputOptions.write(
        StepProgress.during("drawing the plots and writing the page") { try report.page() }, to: output)
      return
    }
    for index in documents.indices {
      documents[index].select { answer in
        (network ?? answer.network) == answer.network && answer.entry.isNamed(in: layers)
          && (capacities.map { capacities in answer.capacity.map(capacities.contains) ?? false } ?? true)
      }
    }
    if documents.allSatisfy(\.answers.isEmpty) { throw nothingLeft() }
    // What a sweep's index has of whole networks need not be searched once more.
    let areWhole = files.count == 1 && names.selection.isAll
    let curves = areWhole && !noPlots ? SweepIndex.networkCurves(of: files[0]) : []
    let answers = documents.flatMap(\.answers)
    let shown = try breakdown.capacity(among: answers.compactMap(\.capacity))
    let figures =
      noPlots
      ? []
      : StepProgress.during("searching what pictures show") {
        ReportFigures.all(of: answers, curves: curves, breakdownAt: shown, enough: HTMLReport.mostFigures + 1)
      }
    let report = HTMLReport(documents: documents.filter { !$0.answers.isEmpty }, figures: figures, title: title)
    let drawn = min(figures.count, HTMLReport.mostFigures)
    let pictures = "\(drawn) \(drawn.form(of: "picture"))"
    let records = "\(answers.count) \(answers.count.form(of: "record"))"
    let page = try StepProgress.during("drawing \(pictures) and writing \(records)") {
      try report.page()
    }
    try OutputOptions.write(page, to: output)
  }

  /// A page must not take the place of a file that it is about, nor count a file twice.
  private func refuseToOverwrite() throws {
    var places: Set<String> = []
    for file in files where !places.insert(TextFile.place(of: file)).inserted {
      throw CommandFailure(code: .usage, message: "\(file) is given twice; a page counts each of its files once")
    }
    guard let place = output.map(TextFile.place), let file = files.first(where: { TextFile.place(of: $0) == place })
    else { return }
    throw CommandFailure(code: .usage, message: "--output names \(file), which is to be read; give another file")
  }

  private func nothingLeft() -> CommandFailure {
    let filters =
      [
        network.map { "--network \($0)" },
        names.selection.isAll ? nil : "--layer \(names.layer.joined(separator: ","))",
      ]
      + [capacity.map { "--capacity \($0)" }]
    return CommandFailure(
      code: .usage,
      message: "no record of \(files.joined(separator: ", ")) is of "
        + filters.compactMap { $0 }.joined(separator: ", "))
  }
}
