import ArgumentParser
import Foundation
import Interchange

/// A command line before it is parsed: what the parser would take in silence is refused here, by the commands' own
/// definitions of their options.
enum CommandArguments {
  /// What a command defines, as it tells completion tools.
  private struct Definitions: Decodable {
    struct Command: Decodable {
      var arguments: [Argument]?
    }

    struct Argument: Decodable {
      struct Name: Decodable {
        var name: String
      }

      var kind: String
      var isRepeating: Bool
      var names: [Name]?
    }

    var command: Command
  }

  /// An option that a command has.
  private struct Definition {
    var takesValue: Bool
    var isRepeating: Bool
  }

  /// The topic that help is asked for, if it is one and not a command.
  ///
  /// - Parameter arguments: what the user wrote.
  /// - Returns: the topic; nil where something else is asked.
  /// - Throws: ``CommandFailure`` for words behind a topic.
  static func helpTopic(_ arguments: [String]) throws(CommandFailure) -> HelpTopic? {
    guard arguments.first == "help", arguments.count > 1, let topic = HelpTopic(rawValue: arguments[1]) else {
      return nil
    }
    if arguments.count > 2 {
      throw CommandFailure(code: .usage, message: "help \(topic.rawValue): unexpected argument '\(arguments[2])'")
    }
    return topic
  }

  /// Arguments as the parser is to get them: a value that begins with a minus sign is joined to its option.
  ///
  /// - Parameters:
  ///   - arguments: what the user wrote.
  ///   - commands: the commands.
  /// - Returns: the same arguments for the parser.
  /// - Throws: ``CommandFailure`` for a command that is unknown, and for an option with one value that is given twice.
  static func checked(
    _ arguments: [String], for commands: [any ParsableCommand.Type]
  ) throws(CommandFailure) -> [String] {
    let names = commands.map(name)
    let asked = arguments.first == "help" ? arguments.dropFirst().first : arguments.first
    guard let asked, !asked.hasPrefix("-"), asked != "help" else { return arguments }
    guard let command = commands.first(where: { name($0) == asked }) else {
      let isHelp = arguments.first == "help"
      let topics = isHelp ? HelpTopic.allCases.map(\.rawValue) : []
      throw CommandFailure(
        code: .usage, message: unknown(isHelp ? "command or topic" : "command", asked, known: names + topics))
    }
    return arguments.first == "help" ? arguments : [asked] + (try checked(arguments.dropFirst(), of: command))
  }

  /// The name of a command.
  static func name(_ command: any ParsableCommand.Type) -> String {
    command.configuration.commandName ?? String(describing: command).lowercased()
  }

  private static func checked(
    _ arguments: ArraySlice<String>, of command: any ParsableCommand.Type
  ) throws(CommandFailure) -> [String] {
    if !needsCheck(arguments) { return Array(arguments) }
    let options = options(of: command)
    func option(_ argument: String) -> String? {
      let name = argument.prefix { $0 != "=" }
      return options[String(name)].map { _ in String(name) }
    }
    var prepared: [String] = []
    var values: [String: String] = [:]
    var rest = arguments
    while let argument = rest.popFirst() {
      prepared.append(argument)
      if argument == "--" { return prepared + rest }
      guard let name = option(argument), let definition = options[name], definition.takesValue else { continue }
      var value = String(argument.dropFirst(name.count + 1))
      if argument == name {
        // Where the value is missing, or another option in its place, the parser says so.
        guard let next = rest.first, !next.hasPrefix("--"), option(next) == nil else { continue }
        rest.removeFirst()
        value = next
        if next.hasPrefix("-"), next != "-" {
          prepared[prepared.count - 1] = "\(name)=\(next)"
        } else {
          prepared.append(next)
        }
      }
      if let before = values.updateValue(value, forKey: name), !definition.isRepeating {
        throw twice(name, before, value, of: command)
      }
    }
    return prepared
  }

  /// Whether an option may be given twice, or a value begin with a minus sign: most command lines need no definitions.
  private static func needsCheck(_ arguments: ArraySlice<String>) -> Bool {
    let names = arguments.filter { $0.hasPrefix("--") }.map { $0.prefix { $0 != "=" } }
    return Set(names).count < names.count
      || arguments.contains { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0 != "-" }
  }

  private static func twice(
    _ option: String, _ first: String, _ second: String, of command: any ParsableCommand.Type
  ) -> CommandFailure {
    let isSwept = ["--network", "--energy", "--bits", "--reuse", "--phases"].contains(option)
    let ways =
      isSwept && ["optimize", "curve", "gap"].contains(name(command)) ? "; 'tilebound sweep' takes several" : ""
    return CommandFailure(
      code: .usage,
      message: "\(option) is given twice, as '\(first.prefix(80))' and '\(second.prefix(80))'; one is expected\(ways)")
  }

  /// The options of a command by their names, dashes included.
  private static func options(of command: any ParsableCommand.Type) -> [String: Definition] {
    let text = Data(command._dumpHelp().utf8)
    // The parser defines these as it defines all else; were they not understood, only the checks would be missing.
    let arguments = (try? JSONDecoder().decode(Definitions.self, from: text))?.command.arguments ?? []
    var options: [String: Definition] = [:]
    for argument in arguments {
      for name in argument.names ?? [] {
        options[(name.name.count == 1 ? "-" : "--") + name.name] = Definition(
          takesValue: argument.kind == "option", isRepeating: argument.isRepeating)
      }
    }
    return options
  }
}
