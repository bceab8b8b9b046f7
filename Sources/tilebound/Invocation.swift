import Interchange

/// The program and the command line that it was called with, as results keep them.
enum Invocation {
  /// The program.
  static let producer = Producer(commit: commitOfBuild)

  /// Options that change neither the results nor their form, and take a value.
  private static let withValue: Set<String> = [
    "--threads", "--output", "--plot", "--plot-format", "--plot-in", "--breakdown-at", "--shard", "--color",
  ]
  /// The same without a value.
  private static let flags: Set<String> = ["--quiet", "--restart", "--wide"]

  /// The command in a form that a shell takes back, without where the answer goes and how it is made: equal results are
  /// then equal bytes. A form that the answer has by its file's name is said instead, for commands whose answers print.
  static func text(_ arguments: [String] = Array(CommandLine.arguments.dropFirst())) -> String {
    var kept = ["tilebound"]
    var output: String?
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if withValue.contains(argument) {
        let value = rest.popFirst()
        if argument == "--output" { output = value }
      } else if withValue.contains(where: { argument.hasPrefix("\($0)=") }) {
        if argument.hasPrefix("--output=") { output = String(argument.dropFirst("--output=".count)) }
      } else if !flags.contains(argument) {
        kept.append(ShellText.quoted(argument))
      }
    }
    let isFormGiven = arguments.contains { $0 == "--format" || $0.hasPrefix("--format=") }
    if !isFormGiven, arguments.first != "sweep", let form = OutputOptions.Format(ending: output ?? "") {
      kept.append("--format \(form.rawValue)")
    }
    return kept.joined(separator: " ")
  }
}
