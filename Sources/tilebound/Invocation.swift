import Interchange

/// The program and the command line that it was called with, as results keep them.
enum Invocation {
  /// The program.
  static let producer = Producer(commit: commitOfBuild)

  /// Options that change neither the results nor their form, and take a value.
  private static let withValue: Set<String> = ["--threads", "--output", "--plot", "--plot-format", "--plot-in"]
  /// The same without a value.
  private static let flags: Set<String> = ["--quiet", "--restart"]

  /// The command in a form that a shell takes back, without where the answer goes and how it is made: equal results
  /// are then equal bytes.
  static func text(_ arguments: [String] = Array(CommandLine.arguments.dropFirst())) -> String {
    var kept = ["tilebound"]
    var skipsNext = false
    for argument in arguments {
      if skipsNext {
        skipsNext = false
      } else if withValue.contains(argument) {
        skipsNext = true
      } else if !flags.contains(argument), !withValue.contains(where: { argument.hasPrefix("\($0)=") }) {
        kept.append(ShellText.quoted(argument))
      }
    }
    return kept.joined(separator: " ")
  }
}
