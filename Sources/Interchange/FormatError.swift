/// What is wrong with a file or a value given by a user, in one line, and where.
public struct FormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, or what else the text came from.
  public let origin: String
  /// The line in it, counted from 1, where it is known.
  public let line: Int?
  /// The path of keys down to the value, as in `layers[2].kernel`.
  public let key: String?
  /// What is wrong and what would be accepted.
  public let message: String

  /// What is wrong, and where.
  public init(origin: String, line: Int? = nil, key: String? = nil, message: String) {
    self.origin = origin
    self.line = line
    self.key = key
    self.message = message
  }

  /// Origin, line, key and message in one line.
  public var description: String {
    var place = origin
    if let line { place += ":\(line)" }
    if let key { place += ": \(FormatError.shortened(key, to: 200))" }
    return FormatError.oneLine("\(place): \(FormatError.shortened(message, to: 4000))")
  }
}

extension FormatError {
  /// A text with its control characters made visible: values quoted from files may hold anything.
  public static func oneLine(_ text: String) -> String {
    if !text.unicodeScalars.contains(where: isControl) { return text }
    return text.unicodeScalars.map { scalar in
      isControl(scalar) ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }.joined()
  }

  /// A text cut at so many characters: files may have names of a million.
  private static func shortened(_ text: String, to length: Int) -> String {
    text.utf8.count > length && text.count > length ? text.prefix(length) + "..." : text
  }

  /// Whether a character could break or colour a line, or change the order in which it is shown.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x2028...0x2029: true
    case 0x61c, 0x200e...0x200f, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}

/// The candidate nearest to a misspelt word by edit distance, when one is near at all.
func nearest(to word: String, among candidates: [String]) -> String? {
  let ranked = candidates.map { ($0, editDistance(Array(word.prefix(64)), Array($0))) }
  guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= max(1, best.0.count / 3),
    best.1 < min(word.count, best.0.count)
  else { return nil }
  return best.0
}

/// The fewest insertions, deletions and replacements that turn one word into the other.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
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

/// A refusal of an unknown word, with the nearest known one or all of them.
func unknown(_ kind: String, _ word: String, known: [String]) -> String {
  let word = String(word.prefix(80))
  if let near = nearest(to: word, among: known) { return "unknown \(kind) '\(word)'; did you mean '\(near)'?" }
  return "unknown \(kind) '\(word)'; accepted: \(known.joined(separator: ", "))"
}
