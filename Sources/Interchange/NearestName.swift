/// Names as people write them: which one is meant by a name of another spelling, and which is nearest to a misspelt one.
package enum NearestName {
  /// A name without what spellings differ in: case, hyphens and all else that is neither letter nor digit.
  static func plain(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }

  /// The candidate that a name is in all but case, hyphens and the like, or nil where there is none.
  package static func match(_ name: String, among candidates: [String]) -> String? {
    if candidates.contains(name) { return name }
    let plain = plain(name)
    return plain.isEmpty ? nil : candidates.first { self.plain($0) == plain }
  }

  /// The candidate nearest to a misspelt word by edit distance, when one is near at all; case and hyphens do not count.
  package static func nearest(to word: String, among candidates: [String]) -> String? {
    let short = plain(String(word.prefix(64)))
    let ranked = candidates.map { name in
      (name: name, length: plain(name).count, distance: editDistance(Array(short), Array(plain(name))))
    }
    guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(1, best.length / 3),
      best.distance < min(short.count, best.length)
    else { return nil }
    return best.name
  }

  /// The fewest insertions, deletions and replacements that turn one word into the other.
  private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var previous = Array(0...b.count)
    for (i, left) in a.enumerated() {
      var current = [i + 1]
      for (j, right) in b.enumerated() {
        current.append(min(previous[j] + (left == right ? 0 : 1), previous[j + 1] + 1, current[j] + 1))
      }
      previous = current
    }
    return previous[b.count]
  }
}

/// A refusal of an unknown word, with the nearest known one or all of them.
package func unknown(_ kind: String, _ word: String, known: [String]) -> String {
  let word = String(word.prefix(80))
  if let near = NearestName.nearest(to: word, among: known) {
    return "unknown \(kind) '\(word)'; did you mean '\(near)'?"
  }
  return "unknown \(kind) '\(word)'; accepted: \(known.joined(separator: ", "))"
}
