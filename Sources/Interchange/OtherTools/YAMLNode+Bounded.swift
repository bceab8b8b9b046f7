import Workloads
import Yams

/// Reading of files whose keys are another tool's. Aliases can make a small file a huge tree, so lists are bounded.
extension YAMLNode {
  /// The elements of a list of at most so many.
  func elements(atMost limit: Int) throws(FormatError) -> [YAMLNode] {
    if let count = node.sequence?.count, count > limit {
      throw error("has \(count) elements; at most \(limit) are accepted")
    }
    return try elements()
  }

  /// The values of a mapping, whatever its keys, in their order.
  func orderedFields(atMost limit: Int = 64) throws(FormatError) -> [(key: String, value: YAMLNode)] {
    guard let mapping = node.mapping else { throw error("is no mapping; one is expected") }
    if mapping.count > limit { throw error("has \(mapping.count) keys; at most \(limit) are accepted") }
    var fields: [(key: String, value: YAMLNode)] = []
    for (key, value) in mapping {
      guard let name = key.scalar?.string else { continue }
      fields.append((name, at(path.isEmpty ? name : "\(path).\(name)", value)))
    }
    return fields
  }

  /// The values of a mapping, whatever its keys.
  func openFields(atMost limit: Int = 64) throws(FormatError) -> [String: YAMLNode] {
    Dictionary(try orderedFields(atMost: limit).map { ($0.key, $0.value) }) { first, _ in first }
  }

  /// Whether the node is an empty value or `null`.
  var isNull: Bool {
    guard let scalar = node.scalar else { return false }
    return scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// The text of a node that is one.
  var text: String? { node.scalar?.string }

  /// A size from 1 on; Layer bounds it from above.
  func size() throws(FormatError) -> Int {
    let size = try integer()
    if size < 1 { throw error("is \(size); \((1...).accepted)") }
    return size
  }
}
