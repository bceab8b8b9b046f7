public import Mappings
import Workloads

/// A mapping in one line, outermost first, as it stands in tables: `k:20 [outputs] c:1 [inputs] k:1 r:1 s:1 [weights]`.
public enum NestText {
  /// The mapping that a line stands for: `d:t` is a loop over dimension d with tile t, `d%u` one over its phases, the
  /// residues modulo u, either with `~` behind it when it runs back and forth, and `+` when it is filled; `[tensor]` is a keep.
  ///
  /// - Throws: ``FormatError`` naming the part that is wrong.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Mapping {
    let words = words(of: text)
    if words.first == "split" {
      throw FormatError(origin: origin, message: "is a mapping in pieces; one nest is expected here")
    }
    return try nest(words[...], origin: origin)
  }

  /// What stands between blanks.
  static func words(of text: String) -> [Substring] {
    // Beyond ASCII an accent joins a blank, and other scalars are blank as well.
    if text.utf8.contains(where: { $0 >= 0x80 }) { return text.split(whereSeparator: \.isWhitespace) }
    return text.utf8.split { $0 == UInt8(ascii: " ") || (0x09...0x0d).contains($0) }.map(Substring.init)
  }

  /// The nest of some words.
  static func nest(_ words: ArraySlice<Substring>, origin: String) throws(FormatError) -> Mapping {
    var nodes: [Mapping.Node] = []
    nodes.reserveCapacity(words.count)
    for word in words { nodes.append(try node(word.utf8, origin)) }
    do {
      return try Mapping(nodes)
    } catch {
      throw FormatError(origin: origin, message: "\(error)")
    }
  }

  /// The line of a nest that a word stands for; `accepted` are the loops that are, for messages.
  static func node(
    _ word: Substring.UTF8View, _ origin: String,
    accepted: String = "a loop as in k:20 or r%2, back and forth as in k:20~,"
  ) throws(FormatError) -> Mapping.Node {
    if word.first == UInt8(ascii: "["), word.last == UInt8(ascii: "]") {
      let name = String(Substring(word.dropFirst().dropLast()))
      guard let tensor = Tensor(rawValue: name) else {
        throw FormatError(
          origin: origin, message: unknown("tensor", name, known: Tensor.allCases.map(\.rawValue)))
      }
      return .keep(tensor)
    }
    let isFilled = word.last == UInt8(ascii: "+")
    let walked = isFilled ? word.dropLast() : word
    let turns = walked.last == UInt8(ascii: "~")
    let loop = turns ? walked.dropLast() : walked
    guard let dimension = Dimension(rawValue: String(Substring(loop.prefix(1)))),
      let size = Int(Substring(loop.dropFirst(2))), let cut = cut(loop.dropFirst().first, size)
    else {
      throw FormatError(
        origin: origin,
        message:
          "'\(Substring(word).prefix(40))' is neither \(accepted) nor a keep as in [outputs]")
    }
    return .loop(Loop(dimension, cut, turns ? .backAndForth : .forward, isFilled: isFilled))
  }

  private static func cut(_ sign: UInt8?, _ size: Int) -> Loop.Cut? {
    switch sign {
    case UInt8(ascii: ":"): .tile(size)
    case UInt8(ascii: "%"): .phases(size)
    default: nil
    }
  }

  /// The line of a mapping.
  public static func text(_ mapping: Mapping) -> String {
    ResultRecord.nodes(mapping).map(\.text).joined(separator: " ")
  }
}
