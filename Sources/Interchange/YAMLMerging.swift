import Yams

/// Puts into mappings what their merge keys name: `<<`, as in YAML 1.1 (https://yaml.org/type/merge.html), and `<<<`, which
/// merges mappings within mappings too, as the front ends of Timeloop and AccelForge have it.
///
/// What a mapping has itself stands, and of several that are merged the first. With `<<<` AccelForge also joins lists;
/// the tag `!nomerge` keeps a mapping or a list as it is.
struct YAMLMerging {
  /// More mappings under one key, and mappings or lists nested deeper, are refused.
  private static let most = 64
  static let mostNested = 1000

  private let source: YAMLSource
  private let joinsLists: Bool

  /// - Parameter root: the root of the file, which is in one of AccelForge's or not.
  init(of root: YAMLNode) {
    source = root.source
    joinsLists = AccelForgeWorkload.recognises(root)
  }

  /// The tree without merge keys.
  ///
  /// - Throws: ``FormatError`` for a merge key without a mapping.
  func merged(_ root: Node) throws(FormatError) -> Node { try changed(root, depth: 0) ?? root }

  /// A node without merge keys, or nil where it has none: what aliases repeat then stays shared.
  private func changed(_ node: Node, depth: Int) throws(FormatError) -> Node? {
    if depth > Self.mostNested { throw error(node, "has lists or mappings nested too deeply to be read") }
    switch node {
    case .scalar, .alias: return nil
    case .sequence(let sequence):
      var elements: [Node]?
      for (index, element) in sequence.enumerated() {
        guard let element = try changed(element, depth: depth + 1) else { continue }
        if elements == nil { elements = Array(sequence) }
        elements?[index] = element
      }
      return elements.map {
        .sequence(Node.Sequence($0, sequence.tag, sequence.style, sequence.mark, sequence.anchor))
      }
    case .mapping(let mapping):
      var pairs: [(key: Node, value: Node)] = []
      var merging: (key: Node, value: Node)?
      var isChanged = false
      for (key, value) in mapping {
        let inner = try changed(value, depth: depth + 1)
        if inner != nil { isChanged = true }
        if Self.isMergeKey(key) {
          if merging != nil { throw error(key, "a mapping has one merge key at most, << or <<<") }
          merging = (key, inner ?? value)
        } else {
          pairs.append((key, inner ?? value))
        }
      }
      guard isChanged || merging != nil else { return nil }
      var result = Node.Mapping(pairs, mapping.tag, mapping.style, mapping.mark, mapping.anchor)
      if let (key, value) = merging {
        result = merge(try whole(value, of: key), into: result, isDeep: key.scalar?.string == "<<<")
      }
      return .mapping(result)
    }
  }

  private static func isMergeKey(_ key: Node) -> Bool {
    guard let scalar = key.scalar, scalar.style == .plain else { return false }
    return scalar.string == "<<" || scalar.string == "<<<"
  }

  /// What a merge key names: a mapping, or several as one.
  private func whole(_ value: Node, of key: Node) throws(FormatError) -> Node.Mapping {
    if let mapping = value.mapping { return mapping }
    let name = key.scalar?.string ?? ""
    var whole = Node.Mapping([])
    let parts = value.sequence.map(Array.init) ?? [value]
    if parts.count > Self.most { throw error(key, "merges \(parts.count) mappings; at most \(Self.most) are accepted") }
    for part in parts {
      guard let mapping = part.mapping else {
        throw error(
          part,
          YAMLInclusion.failure(part)
            ?? "stands after the merge key \(name), where a mapping is expected, as in \(name): *base, or a list of them"
        )
      }
      whole = merge(mapping, into: whole, isDeep: name == "<<<")
    }
    return whole
  }

  private func merge(_ other: Node.Mapping, into mapping: Node.Mapping, isDeep: Bool) -> Node.Mapping {
    var pairs = mapping.map { ($0.key, $0.value) }
    var positions: [String: Int] = [:]
    for (position, pair) in pairs.enumerated() { positions[pair.0.scalar?.string ?? ""] = position }
    for (key, value) in other {
      guard let name = key.scalar?.string, let position = positions[name] else {
        pairs.append((key, value))
        continue
      }
      let own = pairs[position].1
      if !isDeep || Self.isKept(own) { continue }
      if let inner = own.mapping, let others = value.mapping {
        pairs[position].1 = .mapping(merge(others, into: inner, isDeep: true))
      } else if joinsLists, let elements = own.sequence, let others = value.sequence {
        pairs[position].1 = .sequence(
          Node.Sequence(Array(elements) + Array(others), elements.tag, elements.style, elements.mark, elements.anchor))
      }
    }
    return Node.Mapping(pairs, mapping.tag, mapping.style, mapping.mark, mapping.anchor)
  }

  /// Whether nothing is to be merged into a value.
  private static func isKept(_ node: Node) -> Bool {
    let tag = node.mapping?.tag ?? node.sequence?.tag
    return tag?.rawValue == "!nomerge"
  }

  private func error(_ node: Node, _ message: String) -> FormatError {
    let place = source.place(of: node)
    return FormatError(origin: place.origin, line: place.line, message: message)
  }
}
