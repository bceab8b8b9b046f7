import ArgumentParser
import DenseKernels
import EnergyModel
import Foundation
import Interchange
import Mappings
import Reports
import Sweeps
import Workloads

/// The command line: `tilebound COMMAND OPTIONS`.
@main
struct Tilebound: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tilebound",
    abstract: "Finds the loop tiling of a layer that costs the least energy, and a lower bound for every schedule.",
    discussion: """
      Two memories, DRAM and a Buffer of a given size; a MAC runs when its operands are in the Buffer; energy is spent \
      on MACs and on bits moved between the two.

      A network stands as the first argument or as --network; - is standard input for a file to read and standard \
      output for one to write.

      What commands have in common: tilebound help mapping (dimensions, keeps, dataflows), help files, help energy.

      Exit codes: 0 done, 1 failed, 2 no mapping fits, 64 wrong usage or input, 128 + n ended by signal n.

      Example: tilebound optimize --network alexnet --capacity 64KiB
      """,
    version: Producer.version + (commitOfBuild.map { " (commit \($0))" } ?? ""),
    subcommands: [
      Optimize.self, Curve.self, SweepCommand.self, Merge.self, Gap.self, Bound.self, Evaluate.self, Export.self,
      Validate.self,
      Convert.self, Report.self, Networks.self,
    ])

  static func main() {
    do {
      StandardStreams.keepPlaces()
      let arguments = Array(CommandLine.arguments.dropFirst())
      if let topic = try CommandArguments.helpTopic(arguments) {
        return try TextFile.print(topic.text + "\n")
      }
      var command = try parseAsRoot(CommandArguments.checked(arguments, for: configuration.subcommands))
      try command.run()
      if let failure = OpenBLAS.failure { warn("slower than it could be: \(failure)") }
    } catch {
      exit(with: error)
    }
  }

  /// Ends the program with one line about the error and the documented exit code, or with the help asked for.
  private static func exit(with error: any Error) -> Never {
    switch error {
    case let error as CommandFailure: fail(error.message, code: error.code)
    case let error as FormatError: fail(error.description, code: .usage)
    case let error as ProblemError: fail(error.description, code: .usage)
    case let error as PlotError: fail(error.description, code: .failed)
    case let error as OpenBLASError: fail(error.description, code: .failed)
    case let error as SweepError: fail(error.description, code: code(of: error))
    default:
      let code = exitCode(for: error)
      if code.isSuccess {
        do {
          let text = fullMessage(for: error)
          let isScript = CompletionScript.isAsked(Array(CommandLine.arguments.dropFirst()))
          try TextFile.print((isScript ? CompletionScript.withHelp(text) : text) + "\n")
        } catch { fail(error.description, code: .failed) }
        Foundation.exit(0)
      }
      let command = CommandLine.arguments.dropFirst().first
      let isCommand = configuration.subcommands.contains { CommandArguments.name($0) == command }
      fail(ParserMessage.text(message(for: error), command: isCommand ? command : nil), code: .usage)
    }
  }

  private static func code(of error: SweepError) -> CommandFailure.Code {
    switch error {
    case .nothingFits: .impossible
    case .failed: .failed
    case .noNest(let error): CommandFailure(error).code
    case .lacks, .contradiction, .unknownLayer, .sameName, .unanswerable, .refused, .missing: .usage
    }
  }

  /// Says what does not hinder a command.
  private static func warn(_ message: String) {
    TextFile.printError("tilebound: \(FormatError.oneLine(message))\n")
  }

  private static func fail(_ message: String, code: CommandFailure.Code) -> Never {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    // Names of layers may be many, and long.
    let shown = line.utf8.count > 8000 ? line.prefix(8000) + "..." : line
    TextFile.printError("tilebound: \(FormatError.oneLine(shown))\n")
    Foundation.exit(code.rawValue)
  }
}

/// Why a command stops, and with which exit code.
struct CommandFailure: Error {
  enum Code: Int32 {
    /// Something went wrong while working.
    case failed = 1
    /// There is no answer: no mapping fits.
    case impossible = 2
    /// Wrong usage or input.
    case usage = 64
  }

  let code: Code
  let message: String

  /// A command that needs a capacity was given none, and perhaps no layer either.
  static func missingCapacity(of layers: LayerOptions, example: String) -> CommandFailure {
    CommandFailure(
      code: .usage,
      message: layers.isGiven
        ? "needs the Buffer's size: give --capacity, for example: \(example)"
        : "needs a layer and the Buffer's size: give --network, --shape or --gemm, and --capacity, for example: \(example)"
    )
  }

  /// No mapping of a layer fits a capacity.
  static func nothingFits(_ problem: Problem, _ capacity: Bits) -> CommandFailure {
    CommandFailure(code: .impossible, message: CapacityText.nothingFits(problem, capacity))
  }

  /// Refuses capacities that no mapping of some problem fits, before any search: by the problem that needs most, so that what it
  /// needs is enough for all.
  static func refuse(_ capacities: [Bits], inWhichNothingFitsOf problems: [Problem]) throws(CommandFailure) {
    guard let largest = problems.max(by: { $0.leastCapacity < $1.leastCapacity }) else { return }
    for capacity in capacities where capacity < largest.leastCapacity { throw nothingFits(largest, capacity) }
  }

  /// The same of layers in a setting.
  static func refuse(
    _ capacities: [Bits], inWhichNothingFitsOf entries: [Network.Entry], in setting: Problem.Setting
  ) throws {
    try refuse(capacities, inWhichNothingFitsOf: try entries.map { try Problem($0.layer, in: setting) })
  }
}

extension CommandFailure {
  /// A replay that stopped: a layer is asked for that is too large for it, or something else went wrong.
  init(replay error: ReplayError) {
    let code: Code = if case .tooManyMACs = error { .usage } else { .failed }
    self.init(code: code, message: "--replay: \(error)")
  }
}
