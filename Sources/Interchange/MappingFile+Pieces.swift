public import Mappings
import Workloads

extension MappingFile {
  /// The mapping in a text, in pieces or not, and the name of the layer that it is for, where the text gives one.
  ///
  /// A split is alone in its list: `split` has the dimension, `at` how many of its indices are the first part's, `first`
  /// and `rest` the lists of both parts.
  ///
  /// - Throws: ``FormatError`` naming line and key, and `origin`.
  public static func parseTree(
    _ text: String, origin: String
  ) throws(FormatError) -> (layer: String?, tree: MappingTree) {
    try tree(YAMLNode.parse(text, origin: origin))
  }

  static func tree(_ root: YAMLNode) throws(FormatError) -> (layer: String?, tree: MappingTree) {
    let fields = try root.fields(["layer", "mapping"])
    return (try fields["layer"]?.string(), try tree(root.required("mapping", in: fields), depth: 0))
  }

  private static func tree(_ list: YAMLNode, depth: Int) throws(FormatError) -> MappingTree {
    let elements = try list.elements()
    guard let split = elements.first(where: { $0.value("split") != nil }) else {
      return .nest(try nest(list))
    }
    if depth >= MappingTree.largestDepth {
      throw split.error("splits lie more than \(MappingTree.largestDepth) deep")
    }
    if elements.count > 1 {
      throw split.error(
        "a split is alone in its list; loops and keeps go in the lists of its parts, 'first' and 'rest'")
    }
    let fields = try split.fields(["split", "at", "first", "rest"])
    let place = try split.required("at", in: fields)
    let count = try place.integer()
    if count < 1 { throw place.error("is \(count); \((1...).accepted)") }
    return .split(
      try dimension(split.required("split", in: fields)), at: count,
      first: try tree(split.required("first", in: fields), depth: depth + 1),
      rest: try tree(split.required("rest", in: fields), depth: depth + 1))
  }

  /// The file's text.
  ///
  /// - Parameters:
  ///   - tree: the mapping.
  ///   - layer: the layer that it is for, if it is to be named.
  /// - Returns: the text, which ``parseTree(_:origin:)`` takes back.
  public static func text(_ tree: MappingTree, layer: String?) -> String {
    let name = layer.map { ["layer: \(YAMLText.quoted($0))"] } ?? []
    return (name + ["mapping:"] + lines(tree).map { "  \($0)" }).joined(separator: "\n") + "\n"
  }

  private static func lines(_ tree: MappingTree) -> [String] {
    switch tree {
    case .nest(let mapping): lines(mapping)
    case .split(let dimension, let place, let first, let rest):
      ["- split: \(dimension.rawValue)", "  at: \(place)", "  first:"] + lines(first).map { "    \($0)" } + ["  rest:"]
        + lines(rest).map { "    \($0)" }
    }
  }
}
