/// Files that become YAML only once a template is rendered, as front ends of other tools do.
enum YAMLTemplate {
  /// Reads a text. Where that fails on a template, this is what is said: the failure itself would be about YAML that
  /// nobody wrote.
  ///
  /// - Parameters:
  ///   - text: the file's text.
  ///   - origin: the file.
  ///   - body: reads it.
  /// - Returns: what was read.
  /// - Throws: ``FormatError``.
  static func explaining<Value>(
    _ text: String, origin: String, _ body: () throws(FormatError) -> Value
  ) throws(FormatError) -> Value {
    do {
      return try body()
    } catch {
      guard error.origin == origin, let line = firstLine(of: text) else { throw error }
      throw FormatError(
        origin: origin, line: line, message: "is a Jinja template; render it first, as the tool that it is for does")
    }
  }

  /// The number of the first line with a template's marks outside of comments.
  private static func firstLine(of text: String) -> Int? {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let index = lines.firstIndex { line in
      ["{{", "{%", "{#"].contains { withoutComment(line).contains($0) }
    }
    return index.map { $0 + 1 }
  }

  /// A line up to its comment, which begins after a space or at the line's beginning.
  private static func withoutComment(_ line: Substring) -> Substring {
    var previous: Character = " "
    let end = line.firstIndex { character in
      defer { previous = character }
      return character == "#" && previous.isWhitespace
    }
    return line[..<(end ?? line.endIndex)]
  }
}
