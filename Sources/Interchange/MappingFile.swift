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
    let list = try root.required("mapping", in: fields)
    var nodes: [Mapping.Node] = []
    for element in try list.elements() { nodes.append(try node(element)) }
    do {
      return (try fields["layer"]?.string(), try Mapping(nodes))
    } catch let error as FormatError {
      throw error
    } catch {
      throw list.error("\(error)")
    }
  }

  private static func node(_ element: YAMLNode) throws(FormatError) -> Mapping.Node {
    let fields = try element.fields(["for", "tile", "keep"])
    if let keep = fields["keep"] {
      if let other = fields["for"] ?? fields["tile"] { throw other.error("does not go with 'keep'") }
      let name = try keep.string()
      guard let tensor = Tensor(rawValue: name) else {
        throw keep.error(unknown("tensor", name, known: Tensor.allCases.map(\.rawValue)))
      }
      return .keep(tensor)
    }
    let loop = try element.required("for", in: fields)
    let name = try loop.string()
    guard let dimension = Dimension(rawValue: name) else {
      throw loop.error(
        "unknown dimension '\(name)'; accepted: \(Dimension.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let tile = try element.required("tile", in: fields)
    let size = try tile.integer()
    if size < 1 { throw tile.error("is \(size); a tile is at least 1") }
    return .loop(dimension, tile: size)
  }

  /// The file's text.
  public static func text(_ mapping: Mapping, layer: String?) -> String {
    var lines: [String] = []
    if let layer { lines.append("layer: \(YAMLText.quoted(layer))") }
    lines.append("mapping:")
    for node in mapping.nodes {
      switch node {
      case .loop(let dimension, let tile): lines += ["  - for: \(dimension.rawValue)", "    tile: \(tile)"]
      case .keep(let tensor): lines.append("  - keep: \(tensor.rawValue)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
