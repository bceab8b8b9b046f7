/// The variables that may stand for sizes in files of v0.4: those under the key `variables`, and those that are given.
struct TimeloopVariables {
  private let roots: [YAMLNode]
  /// Given values by name, or nil where none can be given.
  private let values: [String: Int]?
  /// The names of those that stand for a size and are not in the files, in the order in which they were met.
  private(set) var open: [String] = []

  init(in roots: [YAMLNode], values: [String: Int]?) {
    self.roots = roots
    self.values = values
  }

  /// The size that a node holds, or the variable that it names.
  mutating func size(_ node: YAMLNode, in limits: ClosedRange<Int>) throws(FormatError) -> Int {
    guard let name = node.text, IndexExpression.isIdentifier(name) else { return try node.integer(in: limits) }
    if let value = roots.lazy.compactMap({ $0.value("variables")?.value(name) }).first {
      return try value.integer(in: limits)
    }
    if !open.contains(name) { open.append(name) }
    guard let value = values?[name] else {
      throw node.error(
        "is \(node.shown), a variable without a value; give one \(values == nil ? "" : "by --dim \(name.prefix(40))=1, or ")"
          + "under the file's 'variables', or write a whole number")
    }
    guard limits.contains(value) else { throw node.error("is \(node.shown), which is given as \(value)") }
    return value
  }
}
