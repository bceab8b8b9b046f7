/// Which layers of a network are wanted: names, lists of names by commas, and patterns, in which `*` stands for any text.
public struct LayerSelection: Hashable, Sendable {
  private let texts: [String]
  /// Where the selection stands, for messages.
  public let origin: String

  /// The layers that texts name, each a name, a pattern or a list of them; no texts stand for all layers.
  public init(_ texts: [String], origin: String = "--layer") {
    self.texts = texts
    self.origin = origin
  }

  /// Whether all layers are wanted, none being named.
  public var isAll: Bool { texts.isEmpty }

  /// Of some layers those that are wanted.
  ///
  /// - Parameters:
  ///   - names: the layers' names.
  ///   - owners: what has these layers: networks or files.
  /// - Returns: names among those given.
  /// - Throws: ``FormatError`` for a name or a pattern that stands for none of them.
  public func chosen(among names: [String], of owners: [String]) throws(FormatError) -> Set<String> {
    if isAll { return Set(names) }
    let known = Set(names)
    var chosen: Set<String> = []
    for part in parts(known) {
      let own = known.contains(part) ? [part] : part.contains("*") ? names.filter { Self.matches($0, part) } : []
      if own.isEmpty { throw stranger(part, names, owners) }
      chosen.formUnion(own)
    }
    return chosen
  }

  /// Whether a name is among those wanted, where layers are named.
  public func includes(_ name: String) -> Bool {
    parts([name]).contains { $0 == name || $0.contains("*") && Self.matches(name, $0) }
  }

  /// Single names and patterns. A text that is a name as a whole is that name, whatever commas it has.
  private func parts(_ known: Set<String>) -> [String] {
    texts.flatMap { text in
      known.contains(text)
        ? [text] : text.split(separator: ",", omittingEmptySubsequences: false).map { String($0.trimmingSpaces) }
    }
  }

  private func stranger(_ part: String, _ names: [String], _ owners: [String]) -> FormatError {
    let (has, it) = owners.count == 1 ? ("has", "it has") : ("have", "they have")
    let near = NearestName.nearest(to: part, among: names).map { "did you mean '\($0)'? " } ?? ""
    return FormatError(
      origin: origin,
      message: "\(owners.joined(separator: ", ")) \(has) no layer '\(part.prefix(80))'; \(near)\(it) "
        + names.uniqued().joined(separator: ", "))
  }

  /// Whether a pattern stands for a text: the pieces between its stars are in the text, in their order, the first at the
  /// beginning and the last at the end.
  private static func matches(_ text: String, _ pattern: String) -> Bool {
    let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard let first = pieces.first, let last = pieces.last, text.hasPrefix(first) else { return false }
    var rest = text.dropFirst(first.count)
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
      guard let found = rest.firstRange(of: piece) else { return false }
      rest = rest[found.upperBound...]
    }
    return rest.hasSuffix(last)
  }
}
