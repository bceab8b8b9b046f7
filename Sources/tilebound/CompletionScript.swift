import ArgumentParser

/// The scripts by which shells complete command lines.
enum CompletionScript {
  /// What `tilebound help` takes: the commands and the topics.
  private static let helped =
    Tilebound.configuration.subcommands.map(CommandArguments.name) + HelpTopic.allCases.map(\.rawValue)

  /// Whether a command line asks for a script.
  static func isAsked(_ arguments: [String]) -> Bool {
    arguments.contains { $0.hasPrefix("--generate-completion-script") }
  }

  /// A script of the parser's in which `tilebound help` offers what it takes.
  ///
  /// The parser's own command for help takes any words and offers none. Each of the places is in the script of one shell.
  static func withHelp(_ script: String) -> String {
    let words = helped.joined(separator: " ")
    let bash =
      "    [[ \"${positional_number}\" -eq 1 ]] && __tilebound_add_completions -W '"
      + helped.joined(separator: "'$'\\n''") + "'"
    let fish =
      "complete -c 'tilebound' -n '__tilebound_should_offer_completions_for_positional \"tilebound help\" -eq 1' "
      + "-fka '\(words)'"
    var lines: [Substring] = []
    var isInHelp = false
    for line in script.split(separator: "\n", omittingEmptySubsequences: false) {
      isInHelp = line == "_tilebound_help() {" || isInHelp && line != "}"
      lines.append(line == "        '*:subcommands:'" ? "        ':topic:(\(words))'" : line)
      if isInHelp, line == "    __tilebound_offer_flags_options -1" { lines.append(bash[...]) }
      if line.hasPrefix("complete -c 'tilebound' "), line.contains("-fa 'help' ") { lines.append(fish[...]) }
    }
    return lines.joined(separator: "\n")
  }
}
