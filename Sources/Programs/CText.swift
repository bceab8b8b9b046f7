/// Lines of C, indented by the blocks around them.
struct CText {
  private(set) var lines: [String] = []
  private var depth = 0

  /// Adds a line.
  mutating func line(_ text: String = "") {
    lines.append(text.isEmpty ? "" : String(repeating: "  ", count: depth) + text)
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
