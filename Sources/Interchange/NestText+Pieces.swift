public import Mappings
import Workloads

extension NestText {
  /// The mapping, in pieces or not, that a line stands for: `split k:300 { nest } { nest }` runs the first 300 indices of k
  /// as the first nest says and the others then as the second; either may be split again.
  ///
  /// - Parameters:
  ///   - text: the line.
  ///   - origin: where it comes from, for errors.
  /// - Returns: the mapping.
  /// - Throws: ``FormatError`` naming the part that is wrong.
  public static func parseTree(_ text: String, origin: String) throws(FormatError) -> MappingTree {
    var spaced = text
    if text.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) {
      spaced = ""
      for character in text { spaced += character == "{" || character == "}" ? " \(character) " : String(character) }
    }
    var reader = PiecesReader(words: NestText.words(of: spaced)[...], origin: origin)
    let tree = try reader.tree(depth: 0)
    if let word = reader.words.first { throw reader.error("'\(word.prefix(40))' stands where nothing is expected") }
    return tree
  }

  /// The line of a mapping, in pieces or not.
  public static func text(_ tree: MappingTree) -> String {
    switch tree {
    case .nest(let mapping): text(mapping)
    case .split(let dimension, let place, let first, let rest):
      "split \(dimension.rawValue):\(place) { \(text(first)) } { \(text(rest)) }"
    }
  }
}

/// Reads words of a mapping in pieces from the front.
private struct PiecesReader {
  var words: ArraySlice<Substring>
  let origin: String

  func error(_ message: String) -> FormatError { FormatError(origin: origin, message: message) }

  mutating func tree(depth: Int) throws(FormatError) -> MappingTree {
    if depth > MappingTree.largestDepth { throw error("splits lie more than \(MappingTree.largestDepth) deep") }
    guard words.first == "split" else {
      let end = words.firstIndex { $0 == "{" || $0 == "}" } ?? words.endIndex
      defer { words = words[end...] }
      return .nest(try NestText.nest(words[..<end], origin: origin))
    }
    words.removeFirst()
    let (dimension, place) = try split()
    let first = try part(depth + 1)
    return .split(dimension, at: place, first: first, rest: try part(depth + 1))
  }

  private mutating func split() throws(FormatError) -> (Dimension, Int) {
    let word = words.popFirst() ?? ""
    guard word.dropFirst().first == ":", let dimension = Dimension(rawValue: String(word.prefix(1))),
      let place = Int(word.dropFirst(2)), place > 0
    else { throw error("'\(word.prefix(40))' is no place to split at; one is as in split k:300 { ... } { ... }") }
    return (dimension, place)
  }

  private mutating func part(_ depth: Int) throws(FormatError) -> MappingTree {
    func expect(_ brace: Substring) throws(FormatError) {
      let word = words.popFirst()
      if word != brace {
        throw error(
          "'\(brace)' is expected, not \(word.map { "'\($0.prefix(40))'" } ?? "the end"), around a part of a split")
      }
    }
    try expect("{")
    let part = try tree(depth: depth)
    try expect("}")
    return part
  }
}
