import Yams

/// Puts files in the places of values that name them, as `!include base.yaml` does, or `include` in a template.
///
/// A file that cannot be read there is no error until its value is asked for: what is not read may be missing.
struct YAMLInclusion {
  /// The tag of a value that a file would stand for: no text of YAML has one with a space.
  private static let failureTag = "not included"

  private let source: YAMLSource
  private let inclusions: Inclusions
  private var renderer: TemplateRenderer
  private let merging: YAMLMerging
  /// The values of all included files.
  private var count = 0

  /// - Parameters:
  ///   - root: the root of the file that includes.
  ///   - inclusions: the files that may be included.
  ///   - renderer: what rendered it.
  init(in root: YAMLNode, _ inclusions: Inclusions, _ renderer: TemplateRenderer) {
    source = root.source
    merging = YAMLMerging(of: root)
    self.inclusions = inclusions
    self.renderer = renderer
  }

  /// The variables that included templates leave open too.
  var variables: TemplateVariables { renderer.variables }

  /// Whether a text may have values that name files.
  static func isIn(_ text: String) -> Bool {
    let word = Array("!include".utf8)
    var matched = 0
    for byte in text.utf8 {
      matched = byte == word[matched] ? matched + 1 : byte == word[0] ? 1 : 0
      if matched == word.count { return true }
    }
    return false
  }

  /// Why there is nothing in the place of a node, if there is a reason.
  static func failure(_ node: Node) -> String? {
    guard case .scalar(let scalar) = node, scalar.tag.rawValue == failureTag else { return nil }
    return scalar.string
  }

  /// The tree of the root with all files in their places, and without merge keys.
  mutating func resolved(_ root: YAMLNode) throws(FormatError) -> YAMLNode {
    let node = try changed(root.node, in: inclusions.root, depth: 0) ?? root.node
    return root.at(root.path, try merging.merged(node))
  }

  /// A node with files in their places, or nil where it has none: what aliases repeat then stays shared.
  private mutating func changed(_ node: Node, in file: Inclusions.File, depth: Int) throws(FormatError) -> Node? {
    if depth > YAMLMerging.mostNested {
      throw place(of: node).error("has lists or mappings nested too deeply to be read")
    }
    switch node {
    case .alias: return nil
    case .scalar(let scalar):
      let tag = scalar.tag.rawValue
      guard tag == "!include" || tag == TemplateRenderer.loadTag else { return nil }
      let place = place(of: node)
      do {
        return tag == "!include"
          ? try whole(scalar.string, from: file, scope: [:], at: place, depth: depth)
          : try loaded(scalar.string, at: place, depth: depth)
      } catch {
        let isHere = error.origin == place.origin && error.line == place.line
        let message = isHere ? error.message : "'\(scalar.string.prefix(200))' cannot be included: \(error)"
        return .scalar(
          Node.Scalar(message, Tag(Tag.Name(rawValue: Self.failureTag)), .plain, scalar.mark, scalar.anchor))
      }
    case .sequence(let sequence):
      var elements: [Node]?
      for (index, element) in sequence.enumerated() {
        guard let element = try changed(element, in: file, depth: depth + 1) else { continue }
        if elements == nil { elements = Array(sequence) }
        elements?[index] = element
      }
      return elements.map {
        .sequence(Node.Sequence($0, sequence.tag, sequence.style, sequence.mark, sequence.anchor))
      }
    case .mapping(let mapping):
      var pairs: [(Node, Node)]?
      for (index, pair) in mapping.enumerated() {
        guard let value = try changed(pair.value, in: file, depth: depth + 1) else { continue }
        if pairs == nil { pairs = mapping.map { ($0.key, $0.value) } }
        pairs?[index].1 = value
      }
      return pairs.map { .mapping(Node.Mapping($0, mapping.tag, mapping.style, mapping.mark, mapping.anchor)) }
    }
  }

  /// The tree of a file.
  private mutating func whole(
    _ path: String, from file: Inclusions.File, scope: TemplateRenderer.Scope, at place: TemplateText.Place, depth: Int
  ) throws(FormatError) -> Node {
    let (text, included) = try inclusions.open(path, from: file, at: place)
    let isTemplate = TemplateRenderer.firstMark(of: text) != nil
    let rendered =
      isTemplate
      ? try renderer.render(text, of: included, scope: scope) : TemplateText(text, origin: included.origin)
    let node = try source.compose(included: rendered, count: &count, limit: YAMLBounds.leastLimit)
    return try merging.merged(changed(node, in: included, depth: depth) ?? node)
  }

  /// What a template's `include` stands for.
  private mutating func loaded(_ text: String, at place: TemplateText.Place, depth: Int) throws(FormatError) -> Node {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let index = parts.first.flatMap({ Int($0) }), renderer.loads.indices.contains(index) else {
      throw place.error("\(TemplateRenderer.loadTag) stands for what a template includes; here is none")
    }
    let load = renderer.loads[index]
    var node = try whole(load.path, from: load.file, scope: load.scope, at: place, depth: depth)
    for (position, key) in parts.enumerated().dropFirst() {
      guard let value = node.mapping?[String(key)] else {
        let keys = parts[1...position].joined(separator: ".").prefix(200)
        throw place.error("'\(load.path.prefix(200))' has no key '\(keys)', which is to be included")
      }
      node = value
    }
    return node
  }

  private func place(of node: Node) -> TemplateText.Place {
    let place = source.place(of: node)
    return TemplateText.Place(origin: place.origin, line: place.line ?? 1)
  }
}
