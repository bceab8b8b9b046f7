public import Mappings
import Workloads

/// The YAML form of a mapping: the nest as a list, outermost first, each element a loop or a keep.
public enum MappingFile {
  /// The mapping in a file and the name of the layer that it is for, where the file gives one.
  ///
  /// - Throws: ``FormatError`` naming file, line and key.
  public static func read(file: String) throws(FormatError) -> (layer: String?, mapping: Mapping) {
    try mapping(YAMLNode.read(file: file))
  }

  /// The same of a text, of which errors say that it comes from `origin`.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> (layer: String?, mapping: Mapping) {
    try mapping(YAMLNode.parse(text, origin: origin))
  }

  static func mapping(_ root: YAMLNode) throws(FormatError) -> (layer: String?, mapping: Mapping) {
    let fields = try root.fields(["layer", "mapping"])
    return (try fields["layer"]?.string(), try nest(root.required("mapping", in: fields)))
  }

  /// One nest, as a list of its nodes.
  static func nest(_ list: YAMLNode) throws(FormatError) -> Mapping {
    var nodes: [Mapping.Node] = []
    for element in try list.elements() { nodes.append(try node(element)) }
    do {
      return try Mapping(nodes)
    } catch {
      throw list.error("\(error)")
    }
  }

  private static func node(_ element: YAMLNode) throws(FormatError) -> Mapping.Node {
    if let split = element.value("split") { throw split.error("is a mapping in pieces; one nest is expected here") }
    let fields = try element.fields(["for", "tile", "phases", "direction", "filled", "keep"])
    if let keep = fields["keep"] {
      if let other = fields["for"] ?? fields["tile"] ?? fields["phases"] ?? fields["direction"] ?? fields["filled"] {
        throw other.error("does not go with 'keep'")
      }
      let name = try keep.string()
      guard let tensor = Tensor(rawValue: name) else {
        throw keep.error(unknown("tensor", name, known: Tensor.allCases.map(\.rawValue)))
      }
      return .keep(tensor)
    }
    let dimension = try dimension(element.required("for", in: fields))
    let (cut, direction) = (try cut(dimension, element, fields), try direction(fields["direction"]))
    guard let filled = fields["filled"], try filled.boolean() else { return .loop(Loop(dimension, cut, direction)) }
    if !Mapping.dimensionsFilled.contains(dimension) {
      throw filled.error("\(dimension.rawValue) is not filled; only n, g, k and c can be")
    }
    return .loop(Loop(dimension, cut, direction, isFilled: true))
  }

  static func dimension(_ node: YAMLNode) throws(FormatError) -> Dimension {
    let name = try node.string()
    guard let dimension = Dimension(rawValue: name) else {
      throw node.error(
        "unknown dimension '\(name)'; accepted: \(Dimension.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return dimension
  }

  private static func cut(
    _ dimension: Dimension, _ element: YAMLNode, _ fields: [String: YAMLNode]
  ) throws(FormatError) -> Loop.Cut {
    guard let phases = fields["phases"] else {
      let tile = try element.required("tile", in: fields)
      let size = try tile.integer()
      if size < 1 { throw tile.error("is \(size); \((1...).accepted)") }
      return .tile(size)
    }
    if let tile = fields["tile"] { throw tile.error("does not go with 'phases'") }
    let count = try phases.integer()
    if count < 2 { throw phases.error("is \(count); \((2...).accepted)") }
    if !Mapping.dimensionsWithPhases.contains(dimension) {
      throw phases.error("\(dimension.rawValue) has no phases; only p, q, r and s have")
    }
    return .phases(count)
  }

  private static func direction(_ node: YAMLNode?) throws(FormatError) -> Loop.Direction {
    guard let node else { return .forward }
    let name = try node.string()
    guard let direction = Loop.Direction(rawValue: name) else {
      throw node.error(unknown("direction", name, known: Loop.Direction.allCases.map(\.rawValue)))
    }
    return direction
  }

  /// The file in JSON, which is YAML too: ``read(file:)`` takes it back. Its keys are those of a record's mapping.
  public static func json(_ mapping: MappingTree, layer: String?) -> String {
    let nodes = ResultRecord.nodes(mapping).map { "    \($0.json)" }.joined(separator: ",\n")
    let layer = layer.map { "  \"layer\": \(YAMLText.quoted($0)),\n" } ?? ""
    return "{\n\(layer)  \"mapping\": [\n\(nodes)\n  ]\n}\n"
  }

  /// The file's text.
  public static func text(_ mapping: Mapping, layer: String?) -> String {
    text(.nest(mapping), layer: layer)
  }

  /// The list of a nest.
  static func lines(_ mapping: Mapping) -> [String] {
    var lines: [String] = []
    for node in mapping.nodes {
      switch node {
      case .loop(let loop):
        lines.append("- for: \(loop.dimension.rawValue)")
        switch loop.cut {
        case .tile(let tile): lines.append("  tile: \(tile)")
        case .phases(let phases): lines.append("  phases: \(phases)")
        }
        if loop.direction != .forward { lines.append("  direction: \(loop.direction.rawValue)") }
        if loop.isFilled { lines.append("  filled: true") }
      case .keep(let tensor): lines.append("- keep: \(tensor.rawValue)")
      }
    }
    return lines
  }
}
