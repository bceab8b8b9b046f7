public import Mappings
import Workloads

/// A mapping in one line, outermost first, as it stands in tables: `k:20 [outputs] c:1 [inputs] k:1 r:1 s:1 [weights]`.
public enum NestText {
  /// The mapping that a line stands for: `d:t` is a loop over dimension d with tile t, `d%u` one over its phases, the
  /// residues modulo u, either with `~` behind it when it runs back and forth; `[tensor]` is a keep.
  ///
  /// - Throws: ``FormatError`` naming the part that is wrong.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Mapping {
    if text.split(whereSeparator: \.isWhitespace).first == "split" {
      throw FormatError(origin: origin, message: "is a mapping in pieces; one nest is expected here")
    }
    var nodes: [Mapping.Node] = []
    for part in text.split(whereSeparator: \.isWhitespace) { nodes.append(try node(part, origin)) }
    do {
      return try Mapping(nodes)
    } catch {
      throw FormatError(origin: origin, message: "\(error)")
    }
  }

  private static func node(_ part: Substring, _ origin: String) throws(FormatError) -> Mapping.Node {
    if part.hasPrefix("["), part.hasSuffix("]") {
      let name = String(part.dropFirst().dropLast())
      guard let tensor = Tensor(rawValue: name) else {
        throw FormatError(
          origin: origin, message: unknown("tensor", name, known: Tensor.allCases.map(\.rawValue)))
      }
      return .keep(tensor)
    }
    let turns = part.hasSuffix("~")
    let loop = turns ? part.dropLast() : part
    let digits = loop.dropFirst(2)
    guard let dimension = Dimension(rawValue: String(loop.prefix(1))), let size = Int(digits),
      let cut = cut(loop.dropFirst().first, size)
    else {
      throw FormatError(
        origin: origin,
        message: "'\(part.prefix(40))' is neither a loop as in k:20 or r%2, back and forth as in k:20~, nor a keep as "
          + "in [outputs]")
    }
    return .loop(Loop(dimension, cut, turns ? .backAndForth : .forward))
  }

  private static func cut(_ sign: Character?, _ size: Int) -> Loop.Cut? {
    switch sign {
    case ":": .tile(size)
    case "%": .phases(size)
    default: nil
    }
  }

  /// The line of a mapping.
  public static func text(_ mapping: Mapping) -> String {
    ResultRecord.nodes(mapping).map(\.text).joined(separator: " ")
  }
}
