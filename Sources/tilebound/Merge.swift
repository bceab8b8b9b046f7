import ArgumentParser
import Foundation
import Interchange
import Reports
import Sweeps
import Workloads

/// `tilebound merge`: the parts of a sweep as one file.
struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Put the parts of a sweep together, as one sweep of everything would have written them.",
    usage: "tilebound merge [<options>] <file> ... --output <file>",
    discussion: """
      The parts are the files of 'tilebound sweep --shard 1/16' and so on, in any order, each with its .index.json beside \
      it. The file is the same byte for byte as that of the sweep without --shard, and so is its index but for the \
      processor's kernel, which is that of the first shard. Parts that are missing, given twice, of another sweep or of another \
      version are named, and nothing is written.

      Examples:
        tilebound sweep my-sweep.yaml --shard 1/2 --output part-1.jsonl
        tilebound sweep my-sweep.yaml --shard 2/2 --output part-2.jsonl
        tilebound merge part-*.jsonl --output sweep.jsonl
        tilebound merge part-*.jsonl --output - --quiet
      """)

  @Argument(help: ArgumentHelp("The parts' files.", valueName: "file"), completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "The file to write, whole or not at all, with the index beside it, compressed for a name in .gz. - is standard "
        + "output, without an index.",
      valueName: "file"), completion: .file())
  var output: String?

  @Flag(help: "Show neither progress nor totals.")
  var quiet = false

  @OptionGroup var table: TableOptions

  private static let example = "for example: tilebound merge part-*.jsonl --output sweep.jsonl"

  func run() throws {
    if files.isEmpty { throw CommandFailure(code: .usage, message: "needs the parts of a sweep, \(Self.example)") }
    guard let output else {
      throw CommandFailure(code: .usage, message: "needs a file to write: give --output, \(Self.example)")
    }
    try OutputOptions.checkFile(output)
    let merge = try SweepMerge(files, producer: Invocation.producer)
    let isTable = merge.form == .csv
    try OutputOptions.refuseEnding(
      of: Gzip.content(of: output), unless: [isTable ? "csv" : "jsonl"],
      what: isTable ? "a table" : "a file of JSON lines", accepted: isTable ? ".csv" : ".jsonl")
    if output == TextFile.standardInput {
      _ = try merge.print { bytes throws(FormatError) in try TextFile.print(bytes) }
      return
    }
    if let part = merge.part(at: output) {
      throw CommandFailure(
        code: .usage, message: "--output names \(part), which is to be read, or its index; give another file")
    }
    let result = try written(merge, to: output)
    if quiet { return }
    let records = merge.sweep.recordCount
    let heading =
      "\(output): \(records) \(records.form(of: "record")) of \(merge.count) \(merge.count.form(of: "part"))"
    try OutputOptions.print(
      [heading]
        + SweepReport.lines(
          merge.sweep, result.totals, result.networkCurves, isComplete: result.isComplete,
          indexFile: SweepIndex.path(of: output), form: table.form))
  }

  private func written(_ merge: SweepMerge, to output: String) throws -> SweepRun.Result {
    let progress = ProgressLine(startedWith: 0, isQuiet: quiet)
    let interrupts = Interrupts { code in
      merge.stop(output) {
        progress.clear()
        TextFile.printError("tilebound: interrupted; nothing was merged\n")
        _exit(code)
      }
    }
    defer {
      progress.clear()
      interrupts.end()
    }
    return try merge.write(to: output) { done in
      progress.show(done, of: merge.sweep.recordCount, "records", current: output)
    }
  }
}
