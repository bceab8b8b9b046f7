/// Renders templates as far as that needs no code: comments, variables with defaults, `set`, and the files that
/// `include_text` and `include` name.
///
/// Templates are those of Jinja (https://jinja.palletsprojects.com/templates), with the functions that the front ends of
/// Timeloop and AccelForge add (`accelergy/utils/yaml.py`, `accelforge/util/_yaml.py`). Comments of YAML are left as they
/// are, although Jinja renders them: one that sets a variable or includes a file is refused.
struct TemplateRenderer {
  /// Values of variables by name.
  typealias Scope = [String: TemplateValue]

  /// What `include` stands for: the value of some keys in a file.
  struct Load {
    let path: String
    /// The file that includes it.
    let file: Inclusions.File
    let scope: Scope
  }

  /// The tag of a scalar that stands for what is included: `0.a.b` is the value of the keys a and b in the first file.
  static let loadTag = "!include_loaded"

  private let inclusions: Inclusions
  private(set) var variables: TemplateVariables
  /// What has been included by `include`, for what is rendered to refer to.
  private(set) var loads: [Load] = []

  init(_ inclusions: Inclusions, given: [String: Int]) {
    self.inclusions = inclusions
    variables = TemplateVariables(given: given)
  }

  /// The number of the first line with a mark of a template outside of comments, or nil where there is none.
  static func firstMark(of text: String) -> Int? {
    var scanner = TemplateScanner(text)
    if !scanner.hasMarks { return nil }
    do {
      while let part = try scanner.next() {
        if part.kind != .text, part.kind != .yamlComment { return part.line }
      }
      return nil
    } catch {
      return error.line
    }
  }

  /// The text of a file as it is once rendered.
  ///
  /// - Parameters:
  ///   - text: the text of the file.
  ///   - file: the file.
  ///   - scope: the variables that are set.
  /// - Returns: the text, with the lines that it comes from.
  /// - Throws: ``FormatError``.
  mutating func render(
    _ text: String, of file: Inclusions.File, scope: Scope = [:]
  ) throws(FormatError) -> TemplateText {
    var output = TemplateText(origin: file.origin)
    try render(text, of: file, scope: scope, into: &output)
    return output
  }

  private mutating func render(
    _ text: String, of file: Inclusions.File, scope: Scope, into output: inout TemplateText
  ) throws(FormatError) {
    // What an included text sets holds to its end.
    var scope = scope
    var scanner = TemplateScanner(text, origin: file.origin)
    while let part = try scanner.next() {
      let place = TemplateText.Place(origin: file.origin, line: part.line)
      switch part.kind {
      case .text: output.append(part.content, at: place)
      case .yamlComment:
        try Self.checkComment(part.text, at: place)
        output.append(part.content, at: place)
      case .comment: continue
      case .statement: try set(part.text, in: &scope, of: file, at: place)
      case .expression:
        let expression = try TemplateExpression(part.text, at: place)
        if case .call("include_text", let arguments) = expression {
          let path = try texts(of: arguments, "include_text", atMost: 1, in: scope, at: place)[0]
          let (text, included) = try inclusions.open(path, from: file, at: place)
          try render(text, of: included, scope: scope, into: &output)
        } else {
          let value = try value(of: expression, in: scope, of: file, at: place)
          output.append(try variables.text(of: value, at: place).utf8, at: place)
        }
      }
      if output.count > YAMLNode.largestFile {
        throw place.error("the template makes more than the \(YAMLNode.largestFile) bytes that are accepted")
      }
    }
  }

  /// `set name = value`.
  private mutating func set(
    _ statement: String, in scope: inout Scope, of file: Inclusions.File, at place: TemplateText.Place
  ) throws(FormatError) {
    let statement = statement.trimmingSpaces
    let word = statement.prefix { $0.isLetter }
    let sides = statement.dropFirst(word.count).split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false
    ).map(\.trimmingSpaces)
    guard word == "set", sides.count == 2, IndexExpression.isIdentifier(sides[0]) else {
      throw place.error(
        "the statement '{% \(statement.prefix(40)) %}' is not carried out here, only '{% set name = value %}' is: render "
          + "the file first, as the tool that it is for does")
    }
    let expression = try TemplateExpression(String(sides[1]), at: place)
    scope[String(sides[0])] = try value(of: expression, in: scope, of: file, at: place)
  }

  /// The value of an expression, which may be what a file includes.
  private mutating func value(
    of expression: TemplateExpression, in scope: Scope, of file: Inclusions.File, at place: TemplateText.Place
  ) throws(FormatError) -> TemplateValue {
    guard case .call("include", let arguments) = expression else {
      return try variables.value(of: expression, in: scope, at: place)
    }
    let texts = try texts(of: arguments, "include", atMost: 2, in: scope, at: place)
    loads.append(Load(path: texts[0], file: file, scope: scope))
    let keys = texts.count > 1 ? texts[1].drop { $0 == "." } : ""
    return .text("\(Self.loadTag) \(loads.count - 1)\(keys.isEmpty ? "" : ".")\(keys)")
  }

  /// The arguments of a function that takes a file's path and perhaps more texts.
  private mutating func texts(
    of arguments: [TemplateExpression], _ function: String, atMost count: Int, in scope: Scope,
    at place: TemplateText.Place
  ) throws(FormatError) -> [String] {
    guard (1...count).contains(arguments.count) else {
      throw place.error(
        "\(function) has \(arguments.count) arguments; \(count == 1 ? "a file's name is" : "a file's name and keys are") "
          + "expected, as in \(function)('base.yaml'\(count == 1 ? "" : ", 'problem'"))")
    }
    var texts: [String] = []
    for argument in arguments {
      texts.append(try variables.text(of: variables.value(of: argument, in: scope, at: place), at: place))
    }
    return texts
  }

  /// Refuses a comment of YAML in which Jinja would set a variable or include a file.
  private static func checkComment(_ comment: String, at place: TemplateText.Place) throws(FormatError) {
    for (mark, isRefused) in [
      ("{%", { (content: Substring) in content.hasPrefix("set ") }),
      ("{{", { (content: Substring) in content.hasPrefix("include") && content.contains("(") }),
    ] {
      for part in comment.split(separator: mark, omittingEmptySubsequences: false).dropFirst()
      where isRefused(part.drop { $0 == "-" || $0 == "+" || $0.isWhitespace }) {
        throw place.error(
          "'\(mark)\(part.prefix(40))' stands in a comment, where Jinja carries it out all the same: take it out, or the "
            + "'#' before it")
      }
    }
  }
}
