/// Lines of C, indented by the blocks around them.
struct CText {
  private(set) var lines: [String] = []
  private var depth = 0

  /// Lines are broken beyond so many columns where they can be.
  private static let width = 100

  /// Adds a line, or several where it is long.
  mutating func line(_ text: String = "") {
    if text.isEmpty { return lines.append("") }
    let indentation = String(repeating: "  ", count: depth)
    var rest = indentation + text
    let isComment = text.hasPrefix("/*") || text.hasPrefix(" ")
    while !isComment, rest.count > Self.width, let end = Self.lastBreak(rest.prefix(Self.width), beyond: depth * 2 + 4)
    {
      lines.append(String(rest[..<end]))
      rest = indentation + "    " + rest[end...].drop { $0 == " " }
    }
    lines.append(rest)
  }

  /// Where a long line may end: behind an operand of a conjunction or a list.
  private static func lastBreak(_ line: Substring, beyond indentation: Int) -> String.Index? {
    let breaks = [" && ", ", "].compactMap { separator -> String.Index? in
      let place = line.ranges(of: separator).last { !line[..<$0.lowerBound].contains("\"") }
      return place.map { separator == ", " ? line.index(after: $0.lowerBound) : $0.lowerBound }
    }
    return breaks.filter { line.distance(from: line.startIndex, to: $0) > indentation }.max()
  }

  /// Adds two blocks, of which one runs.
  mutating func branch(_ condition: String, _ yes: (inout CText) -> Void, otherwise: (inout CText) -> Void) {
    block("if (\(condition))", yes)
    lines.removeLast()
    block("} else", otherwise)
  }

  /// Adds a block: its head, what is in it, and its end.
  mutating func block(_ head: String, _ body: (inout CText) -> Void) {
    line("\(head) {")
    depth += 1
    body(&self)
    depth -= 1
    line("}")
  }
}
