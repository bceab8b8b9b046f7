public import Mappings
import Workloads

/// A mapping in one line, outermost first, as it stands in tables: `k:20 [outputs] c:1 [inputs] k:1 r:1 s:1 [weights]`.
public enum NestText {
  /// The mapping that a line stands for: `d:t` is a loop over dimension d with tile t, `[tensor]` a keep.
  ///
  /// - Throws: ``FormatError`` naming the part that is wrong.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Mapping {
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
    let sides = part.split(separator: ":", omittingEmptySubsequences: false)
    guard sides.count == 2, let dimension = Dimension(rawValue: String(sides[0])), let tile = Int(sides[1]) else {
      throw FormatError(
        origin: origin, message: "'\(part.prefix(40))' is neither a loop as in k:20 nor a keep as in [outputs]")
    }
    return .loop(dimension, tile: tile)
  }

  /// The line of a mapping.
  public static func text(_ mapping: Mapping) -> String {
    ResultRecord.nodes(mapping).map(\.text).joined(separator: " ")
  }
}
