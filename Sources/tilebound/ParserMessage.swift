/// What the parser of the command line refuses, in the words of all other refusals.
enum ParserMessage {
  /// The parser's message in one line that says what would be accepted.
  ///
  /// - Parameters:
  ///   - message: the parser's own.
  ///   - command: the name of the command, if one was given.
  /// - Returns: the line.
  static func text(_ message: String, command: String?) -> String {
    let refusedValue =
      /The value '(.*)' is invalid for '(--[a-z-]+)[^']*'(?:\. Please provide one of (.*)\.|: (.*))?/
      .dotMatchesNewlines()
    if let (_, value, option, known, accepted) = message.wholeMatch(of: refusedValue)?.output {
      if let known {
        return "\(option): '\(value)' is unknown; accepted: "
          + known.matches(of: /'([^']*)'/).map { String($0.output.1) }.joined(separator: ", ")
      }
      return "\(option): is '\(value)'; \(accepted ?? "a number is expected")"
    }
    if let missing = message.wholeMatch(of: /Missing value for '(--[a-z-]+) (<.*>)'/)?.output {
      return "\(missing.1): has no value; \(missing.2) is expected"
    }
    // What options themselves refuse says it already.
    guard let first = message.first, first.isUppercase || first.isNumber else { return message }
    let line = first.lowercased() + message.dropFirst()
    if line.hasSuffix("?") { return line }
    return "\(line); 'tilebound help\(command.map { " \($0)" } ?? "")' tells what is accepted"
  }
}
