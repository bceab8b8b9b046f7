import EnergyModel
import Foundation
import Workloads
import Yams

/// A place in a YAML file, read strictly: every error names the file, the line and the path of keys.
package struct YAMLNode {
  let source: YAMLSource
  package let path: String
  let node: Node

  /// The file, or what else the text came from.
  package var origin: String { source.origin }

  /// Larger files are refused unread.
  static let largestFile = 16 << 20

  /// The root of a file.
  ///
  /// - Throws: ``FormatError`` when the file cannot be read or is not YAML.
  package static func read(file: String) throws(FormatError) -> YAMLNode {
    try parse(try TextFile.read(file, limit: largestFile), origin: file)
  }

  /// The root of a text, with merge keys resolved.
  package static func parse(_ text: String, origin: String) throws(FormatError) -> YAMLNode {
    let source = YAMLSource(TemplateText(text, origin: origin))
    let root = YAMLNode(source: source, path: "", node: try source.compose())
    return root.at("", try YAMLMerging(of: root).merged(root.node))
  }

  package func error(_ message: String) -> FormatError {
    let place = source.place(of: node)
    return FormatError(
      origin: place.origin, line: place.line, key: path.isEmpty ? nil : path, message: inclusion ?? message)
  }

  /// The same node, or one inside of it, at another path.
  func at(_ path: String, _ node: Node) -> YAMLNode { YAMLNode(source: source, path: path, node: node) }

  /// What there is to say of a value in whose place another file's contents are meant to be, whatever is asked of it.
  private var inclusion: String? {
    if let failure = YAMLInclusion.failure(node) { return failure }
    let tag = node.tag.rawValue
    return tag.hasPrefix("!include") ? "\(tag) is not followed; put the contents of \(shown) here" : nil
  }

  /// What the node holds, for messages.
  var shown: String {
    switch node {
    case .scalar(let scalar): "'\(scalar.string.prefix(40))'"
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .alias: "an alias"
    }
  }

  /// Whether the node is a mapping.
  var isMapping: Bool { node.mapping != nil }

  /// Whether the node is a list.
  var isList: Bool { node.sequence != nil }

  /// The values of a mapping whose keys must be among `known`.
  package func fields(_ known: [String]) throws(FormatError) -> [String: YAMLNode] {
    guard let mapping = node.mapping else {
      throw error("is \(shown); a mapping with the keys \(known.joined(separator: ", ")) is expected")
    }
    var fields: [String: YAMLNode] = [:]
    for (key, value) in mapping {
      guard let name = key.scalar?.string, known.contains(name) else {
        throw at(path, key).error(
          unknown("key", key.scalar.map { String($0.string.prefix(40)) } ?? "?", known: known))
      }
      fields[name] = at(path.isEmpty ? name : "\(path).\(name)", value)
    }
    return fields
  }

  /// The keys of a mapping, whatever they are, with values that are texts.
  func pairs() throws(FormatError) -> [(key: String, value: String)] {
    guard let mapping = node.mapping else { throw error("is \(shown); a mapping is expected") }
    return try mapping.map { key, value throws(FormatError) in
      guard let name = key.scalar?.string else { throw at(path, key).error("is no key; a text is expected") }
      return (name, try at(path.isEmpty ? name : "\(path).\(name)", value).string())
    }
  }

  /// A Buffer's parts as ``LayoutText`` reads them, of a mapping from tensors to sizes.
  func partsText() throws(FormatError) -> String {
    try pairs().map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }

  /// The same with the hyphens of keys that are not known read as underscores.
  func fieldsWithUnderscores(_ known: [String]) throws(FormatError) -> [String: YAMLNode] {
    guard let mapping = node.mapping else { return try fields(known) }
    var pairs: [(Node, Node)] = []
    var names: Set<String> = []
    for (key, value) in mapping {
      guard var scalar = key.scalar else {
        pairs.append((key, value))
        continue
      }
      if !known.contains(scalar.string) { scalar.string = scalar.string.replacing("-", with: "_") }
      if !names.insert(scalar.string).inserted {
        throw at(path, key).error("the key '\(scalar.string)' is given twice")
      }
      pairs.append((.scalar(scalar), value))
    }
    let normalised = Node.mapping(Node.Mapping(pairs, mapping.tag, mapping.style, mapping.mark, mapping.anchor))
    return try at(path, normalised).fields(known)
  }

  /// The value of a key of a mapping, whatever other keys there are, or nil where there is none.
  func value(_ key: String) -> YAMLNode? {
    node.mapping?[key].map { at(path.isEmpty ? key : "\(path).\(key)", $0) }
  }

  /// The value of a key that must be there.
  package func required(_ key: String, in fields: [String: YAMLNode]) throws(FormatError) -> YAMLNode {
    guard let field = fields[key] else { throw error("the key '\(key)' is missing") }
    return field
  }

  package func elements() throws(FormatError) -> [YAMLNode] {
    guard let sequence = node.sequence else { throw error("is \(shown); a list is expected") }
    return sequence.enumerated().map { at("\(path)[\($0)]", $1) }
  }

  /// The elements of a list, or the node itself where it is no list.
  package func oneOrMore() throws(FormatError) -> [YAMLNode] {
    guard node.sequence != nil else { return [self] }
    let elements = try elements()
    if elements.isEmpty { throw error("is an empty list; leave the key out for the default") }
    return elements
  }

  /// Does what the node's value asks for; what is wrong with the value itself, or with all of a file that it names, is said to
  /// be wrong here.
  package func placing<Value>(_ body: () throws(FormatError) -> Value) throws(FormatError) -> Value {
    do {
      return try body()
    } catch {
      if error.line != nil || error.key != nil { throw error }
      throw self.error(error.origin == origin ? error.message : error.description)
    }
  }

  /// A text that can stand in a table: not empty and without control characters.
  package func name() throws(FormatError) -> String {
    let text = try string()
    if text.isEmpty || text.unicodeScalars.contains(where: FormatError.isControl) {
      throw error("is \(shown); a text without control characters is expected")
    }
    return text
  }

  package func string() throws(FormatError) -> String {
    guard let scalar = node.scalar, inclusion == nil else { throw error("is \(shown); a text is expected") }
    return scalar.string
  }

  func integer() throws(FormatError) -> Int {
    guard let text = node.scalar?.string, let value = Int(text) else {
      throw error("is \(shown); a whole number is expected")
    }
    return value
  }

  /// A whole number within limits.
  package func integer(in limits: ClosedRange<Int>) throws(FormatError) -> Int {
    let value = try integer()
    guard limits.contains(value) else {
      throw error("is \(value); \(limits.accepted)")
    }
    return value
  }

  package func number() throws(FormatError) -> Double {
    guard let text = node.scalar?.string, !text.lowercased().contains("x"), let value = Double(text), value.isFinite
    else {
      throw error("is \(shown); a number is expected")
    }
    return value
  }

  /// A capacity, whose unit says of which powers it is: where nothing can be told of a unit in short it is refused.
  func capacity() throws(FormatError) -> Bits {
    let text = try string()
    let capacity = try placing { () throws(FormatError) in try CapacityText.parse(text, origin: origin) }
    if CapacityText.hasShortUnit(text) { throw error("'\(text)' may mean \(text)iB or \(text)B; write which") }
    return capacity
  }

  /// Tensors by name, as a list, as one text or as `all`.
  func tensors(of known: [Tensor] = Tensor.allCases) throws(FormatError) -> Set<Tensor> {
    let names = try oneOrMore().map { node throws(FormatError) in try node.string() }.joined(separator: ",")
    return try placing { () throws(FormatError) in try LayoutText.tensors(names, origin: origin, of: known) }
  }

  /// What tiles may be: a text as `k=16*,p=1|2|4,q<=8`, a list of such, or a mapping of dimensions, in which the largest sizes
  /// are written `q: <=8`.
  func tiles() throws(FormatError) -> BufferLayout {
    let fields =
      isMapping
      ? try pairs().map { $0.value.hasPrefix("<") ? $0.key + $0.value : "\($0.key)=\($0.value)" }
      : try oneOrMore().map { node throws(FormatError) in try node.string() }
    return try placing { () throws(FormatError) in
      try LayoutText.tiles(fields.joined(separator: ","), origin: origin)
    }
  }

  /// One width for all words, or a mapping with all four.
  func wordWidths() throws(FormatError) -> WordWidths {
    if !isMapping { return WordWidths(try bitWidth()) }
    let fields = try fields(WidthsText.keys)
    return WordWidths(
      inputs: try required("inputs", in: fields).bitWidth(), weights: try required("weights", in: fields).bitWidth(),
      outputs: try required("outputs", in: fields).bitWidth(),
      partialSums: try required("partial-sums", in: fields).bitWidth())
  }

  /// One width for all words, or a mapping with those that are chosen.
  func chosenWidths() throws(FormatError) -> ChosenWidths {
    if !isMapping { return ChosenWidths(WordWidths(try bitWidth())) }
    let fields = try fields(WidthsText.keys)
    if fields.isEmpty { throw error("names no width; accepted: \(WidthsText.keys.joined(separator: ", "))") }
    return ChosenWidths(
      inputs: try fields["inputs"]?.bitWidth(), weights: try fields["weights"]?.bitWidth(),
      outputs: try fields["outputs"]?.bitWidth(), partialSums: try fields["partial-sums"]?.bitWidth())
  }

  func bitWidth() throws(FormatError) -> BitWidth {
    let count = try integer()
    guard let width = BitWidth(count) else { throw error("is \(count); \(BitWidth.range.accepted)") }
    return width
  }

  func boolean() throws(FormatError) -> Bool {
    switch node.scalar?.string {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: throw error("is \(shown); true or false is expected")
    }
  }
}
