public import Mappings
import Workloads

extension NestText {
  /// The template that a line stands for: a mapping's line in which a loop without a size is free, as `k` and `k~`.
  ///
  /// - Throws: ``FormatError`` naming the word that is wrong.
  public static func parseTemplate(_ text: String, origin: String) throws(FormatError) -> NestTemplate {
    var nodes: [NestTemplate.Node] = []
    let words = words(of: text)
    if words.isEmpty {
      throw FormatError(
        origin: origin, message: "is empty; a nest is expected, as k [weights] p q [inputs] c [outputs]")
    }
    for (index, word) in words.enumerated() {
      do {
        nodes.append(try templateNode(word, "word \(index + 1)"))
      } catch {
        throw FormatError(origin: origin, message: "\(error)")
      }
    }
    do {
      return try NestTemplate(nodes)
    } catch {
      throw FormatError(origin: origin, message: "\(error)")
    }
  }

  private static func templateNode(_ word: Substring, _ origin: String) throws(FormatError) -> NestTemplate.Node {
    let turns = word.last == "~"
    if word.count == (turns ? 2 : 1), let dimension = Dimension(rawValue: String(word.prefix(1))) {
      return .free(dimension, turns ? .backAndForth : .forward)
    }
    switch try node(word.utf8, origin, accepted: "a loop as in k, k:20 or r%2, back and forth as in k~ or k:20~,") {
    case .keep(let tensor): return .keep(tensor)
    case .loop(let loop) where loop.isFilled:
      throw FormatError(origin: origin, message: "'\(word.prefix(40))' is filled; loops of a template are not")
    case .loop(let loop): return .loop(loop)
    }
  }

  /// The line of a template.
  public static func text(_ template: NestTemplate) -> String {
    template.nodes.map { node in
      switch node {
      case .free(let dimension, let direction): dimension.rawValue + (direction == .backAndForth ? "~" : "")
      case .loop(let loop): ResultRecord.Node(loop).text
      case .keep(let tensor): ResultRecord.Node(keep: tensor.rawValue).text
      }
    }.joined(separator: " ")
  }
}
