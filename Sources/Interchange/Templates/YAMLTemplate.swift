/// A YAML file as the front ends of Timeloop and AccelForge read it: a template, rendered as far as that needs no code,
/// with the files that it includes and with merge keys.
///
/// This program's own files are no templates: marks in their texts stand as they are.
struct YAMLTemplate {
  /// The root of what the file becomes.
  let root: YAMLNode
  /// The variables that it leaves open, for which values can be given.
  let variables: [String]
  /// What a reader of results must know, a line each.
  let remarks: [String]
  /// The first line with a template's mark that was left as it is.
  private let unrenderedLine: Int?

  /// Reads a text.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - origin: the file, from whose folder others are included, or what else the text comes from.
  ///   - values: values of variables, by name, or nil where none can be given.
  /// - Throws: ``FormatError``.
  init(_ text: String, origin: String, values: [String: Int]? = [:]) throws(FormatError) {
    let mark = TemplateRenderer.firstMark(of: text)
    if mark == nil, !YAMLInclusion.isIn(text) {
      self.init(root: try YAMLNode.parse(text, origin: origin))
      return
    }
    if let root = try? YAMLNode.parse(text, origin: origin), DocumentKind.isOwn(root) {
      self.init(root: root, unrenderedLine: mark)
      return
    }
    let inclusions = Inclusions(origin: origin)
    var renderer = TemplateRenderer(inclusions, given: values ?? [:])
    let rendered =
      mark == nil ? TemplateText(text, origin: origin) : try renderer.render(text, of: inclusions.root)
    let option = values == nil ? nil : "--dim"
    try renderer.variables.checkMissing(option: option)
    let source = YAMLSource(rendered)
    let outer = YAMLNode(source: source, path: "", node: try source.compose())
    var inclusion = YAMLInclusion(in: outer, inclusions, renderer)
    let root = try inclusion.resolved(outer)
    try inclusion.variables.checkMissing(option: option)
    self.init(
      root: root, variables: inclusion.variables.open, remarks: Self.remarks(on: inclusion.variables, option))
  }

  private init(root: YAMLNode, variables: [String] = [], remarks: [String] = [], unrenderedLine: Int? = nil) {
    self.root = root
    self.variables = variables
    self.remarks = remarks
    self.unrenderedLine = unrenderedLine
  }

  private static func remarks(on variables: TemplateVariables, _ option: String?) -> [String] {
    if variables.defaults.isEmpty { return [] }
    let values = variables.defaults.prefix(16).map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
    let rest = variables.defaults.count > 16 ? " and \(variables.defaults.count - 16) more" : ""
    let others = option.map { "; \($0) gives others" } ?? ""
    return ["the template's variables have their defaults \(FormatError.oneLine(values))\(rest)\(others)"]
  }

  /// Reads what the file holds. Where that fails on marks that were left as they are, this is what is said: the failure
  /// itself would be about YAML that nobody wrote.
  ///
  /// - Parameter body: reads the root.
  /// - Returns: what was read.
  /// - Throws: ``FormatError``.
  func explaining<Value>(_ body: (YAMLNode) throws(FormatError) -> Value) throws(FormatError) -> Value {
    do {
      return try body(root)
    } catch {
      guard error.origin == root.origin, let line = unrenderedLine else { throw error }
      throw FormatError(
        origin: root.origin, line: line,
        message: "is a Jinja template; render it first, as the tool that it is for does")
    }
  }

  /// Reads the layers that the file has, to which its variables and what is to be known of them are added.
  func network(
    _ body: (YAMLNode) throws(FormatError) -> ImportedNetwork
  ) throws(FormatError) -> ImportedNetwork {
    var network = try explaining(body)
    network.remarks += remarks
    network.symbolicDimensions += variables
    return network
  }
}
