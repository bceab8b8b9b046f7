import ArgumentParser
import Foundation
import Interchange
import Reports
import Sweeps
import Workloads

/// `tilebound report`: a page of HTML about result files.
struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a report of result files: one page of HTML that needs nothing else.",
    discussion: """
      The files are those that optimize, curve, sweep, gap and evaluate write as JSON, JSON lines or CSV. Every record is counted again \
      from its mapping, and one that says otherwise is refused. --network, --layer and --capacity choose records.

      Examples:
        tilebound gap --network resnet50 --capacity 1KiB...4MiB --format json --output gap.json
        tilebound report gap.json --output report.html
        tilebound report gap.json vgg16.csv --network vgg16 --capacity 64KiB,128KiB --output vgg16.html
      """)

  @Argument(help: ArgumentHelp("Result files.", valueName: "file"))
  var files: [String]

  @Option(help: ArgumentHelp("Write to this file, whole or not at all, instead of the terminal.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("The page's heading. (default: it names the networks)", valueName: "text"))
  var title: String?

  @Option(help: ArgumentHelp("Only records of the network of this name.", valueName: "name"))
  var network: String?

  @Option(help: ArgumentHelp("Only records of the layer of this name; may be given several times.", valueName: "name"))
  var layer: [String] = []

  @Option(help: ArgumentHelp("Only records at these capacities, as in 64KiB or 1KiB...4MiB.", valueName: "sizes"))
  var capacity: String?

  @Flag(help: "Leave the plots out, for which gnuplot is needed.")
  var noPlots = false

  func run() throws {
    do {
      if !noPlots { try Gnuplot.check() }
    } catch {
      throw CommandFailure(code: .failed, message: "\(error); --no-plots makes the report without them")
    }
    let capacities = try capacity.map { Set(try CapacityText.parseList($0, origin: "--capacity").map(\.count)) }
    if let title, title.allSatisfy(\.isWhitespace) {
      throw FormatError(origin: "--title", message: "is empty; a text is expected")
    }
    try refuseToOverwrite()
    var documents: [ResultDocument] = []
    for file in files {
      var document = try ResultReader.read(file: file)
      document.command = document.command ?? SweepIndex.command(thatMade: file)
      documents.append(document)
    }
    for index in documents.indices {
      documents[index].select { record in
        (network ?? record.network) == record.network
          && (layer.isEmpty || layer.contains(record.layer) || record.partOf.map(layer.contains) ?? false)
          && (capacities.map { capacities in record.capacityBits.map(capacities.contains) ?? false } ?? true)
      }
    }
    if documents.allSatisfy(\.records.isEmpty) { throw nothingLeft() }
    let figures = noPlots ? [] : ReportFigures.all(of: documents.flatMap(\.records))
    let report = HTMLReport(documents: documents.filter { !$0.records.isEmpty }, figures: figures, title: title)
    try OutputOptions.write(try report.page(), to: output)
  }

  /// A page must not take the place of a file that it is about.
  private func refuseToOverwrite() throws {
    func place(_ file: String) -> String { URL(fileURLWithPath: file).resolvingSymlinksInPath().standardized.path }
    guard let output, let file = files.first(where: { place($0) == place(output) }) else { return }
    throw CommandFailure(code: .usage, message: "--output names \(file), which is to be read; give another file")
  }

  private func nothingLeft() -> CommandFailure {
    let filters =
      [network.map { "--network \($0)" }, layer.isEmpty ? nil : "--layer \(layer.joined(separator: " or "))"]
      + [capacity.map { "--capacity \($0)" }]
    return CommandFailure(
      code: .usage,
      message: "no record of \(files.joined(separator: ", ")) is of "
        + filters.compactMap { $0 }.joined(separator: ", "))
  }
}
