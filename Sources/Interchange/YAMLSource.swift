import Yams

/// Where the nodes of a YAML file come from: its own text, those that its template includes, and files in it.
///
/// Nodes of a file within have an anchor of that file's, which is not an anchor of its text: lines alone would not tell.
final class YAMLSource {
  private let text: TemplateText
  private var included: [ObjectIdentifier: (anchor: Anchor, text: TemplateText)] = [:]

  /// The file, or what else the text came from.
  var origin: String { text.origin }

  init(_ text: TemplateText) { self.text = text }

  /// The tree of the text.
  ///
  /// - Throws: ``FormatError`` where it is not YAML.
  func compose() throws(FormatError) -> Node { try Self.compose(text) }

  /// The tree of a file within.
  ///
  /// - Parameters:
  ///   - text: its text.
  ///   - count: the nodes of all such files.
  ///   - limit: how many are accepted.
  /// - Returns: its root.
  /// - Throws: ``FormatError`` where it is not YAML, or has more nodes with what aliases repeat.
  func compose(included text: TemplateText, count: inout Int, limit: Int) throws(FormatError) -> Node {
    let anchor = Anchor(rawValue: text.origin)
    included[ObjectIdentifier(anchor)] = (anchor, text)
    return try Self.marked(try Self.compose(text), anchor, &count, limit)
  }

  /// The file and line of a node.
  func place(of node: Node) -> (origin: String, line: Int?) {
    let text = node.anchor.flatMap { included[ObjectIdentifier($0)]?.text } ?? text
    guard let line = node.mark?.line else { return (text.origin, nil) }
    let place = text.place(ofLine: line)
    return (place.origin, place.line)
  }

  private static func marked(
    _ node: Node, _ anchor: Anchor, _ count: inout Int, _ limit: Int
  ) throws(FormatError) -> Node {
    count += 1
    if count > limit {
      throw FormatError(
        origin: anchor.rawValue, message: "makes more than the \(limit) values that included files may have together")
    }
    switch node {
    case .scalar(var scalar):
      scalar.anchor = anchor
      return .scalar(scalar)
    case .sequence(let sequence):
      var elements: [Node] = []
      for element in sequence { elements.append(try marked(element, anchor, &count, limit)) }
      return .sequence(Node.Sequence(elements, sequence.tag, sequence.style, sequence.mark, anchor))
    case .mapping(let mapping):
      var pairs: [(Node, Node)] = []
      for (key, value) in mapping {
        pairs.append((try marked(key, anchor, &count, limit), try marked(value, anchor, &count, limit)))
      }
      return .mapping(Node.Mapping(pairs, mapping.tag, mapping.style, mapping.mark, anchor))
    case .alias: return node
    }
  }

  private static func compose(_ template: TemplateText) throws(FormatError) -> Node {
    let (text, origin) = (template.text, template.origin)
    try YAMLBounds.checkKeys(text, origin: origin)
    do {
      // Values are read by what is expected in their place: what their texts look like is not found out.
      guard let node = try Yams.compose(yaml: text, .basic) else {
        throw FormatError(origin: origin, message: "the file is empty; YAML with keys is expected")
      }
      try YAMLBounds.checkSize(node, of: text, origin: origin)
      return node
    } catch let error as FormatError {
      throw error.line.map { template.place(ofLine: $0).error(error.message) } ?? error
    } catch let error as YamlError {
      throw describe(error, in: template)
    } catch {
      throw FormatError(origin: origin, message: "is not valid YAML")
    }
  }

  private static func describe(_ error: YamlError, in text: TemplateText) -> FormatError {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let place = text.place(ofLine: mark.line)
      if problem.contains("nesting level") {
        return place.error("has lists or mappings nested too deeply to be read")
      }
      let before = context.map { "\($0.text) " } ?? ""
      return place.error("is not valid YAML: \(before)\(problem)")
    case .reader(let problem, _, _, _):
      return FormatError(origin: text.origin, message: "is not valid YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      return text.place(ofLine: context.mark.line).error(
        "the key '\(duplicates.first?.prefix(80) ?? "?")' is given twice")
    default:
      return FormatError(origin: text.origin, message: "is not valid YAML")
    }
  }
}
