import Yams

/// What keeps small YAML files from becoming large work: aliases repeat what they stand for, and aliases to lists of
/// aliases do so without end.
enum YAMLBounds {
  /// Trees of this size are accepted whatever the file's.
  static let leastLimit = 1 << 18

  /// Refuses a tree that has, what aliases repeat included, more nodes than its text could have written out.
  static func checkSize(_ root: Node, of text: String, origin: String) throws(FormatError) {
    let limit = max(text.utf8.count, leastLimit)
    var count = 0
    var rest = [root]
    while let node = rest.popLast() {
      count += 1
      let parts: Int
      switch node {
      case .sequence(let sequence):
        parts = sequence.count
        if count + rest.count + parts <= limit { rest += sequence }
      case .mapping(let mapping):
        parts = 2 * mapping.count
        if count + rest.count + parts <= limit { for (key, value) in mapping { rest += [key, value] } }
      case .scalar, .alias: parts = 0
      }
      if count + rest.count + parts > limit, parts > 0 {
        throw FormatError(
          origin: origin, line: node.mark?.line,
          message: "repeats more than \(limit) values by aliases; write them out, or give repeated layers a count")
      }
    }
  }

  /// Refuses keys on which the parser could spend for ever: it compares keys whole, also those that are lists or
  /// mappings, which none of the formats has.
  ///
  /// This looks for characters that could begin such a key, wherever they stand, before anything is parsed.
  static func checkKeys(_ text: String, origin: String) throws(FormatError) {
    var found = (anchor: false, alias: false, compound: false, explicit: 0)
    var previous = UInt8(ascii: "\n")
    /// Whether the text is within an alias, and whether a colon would make a key of what stands before it.
    var (isAlias, isKey) = (false, false)
    let bytes = Array(text.utf8)
    for (position, byte) in bytes.enumerated() {
      let next = position + 1 < bytes.count ? bytes[position + 1] : UInt8(ascii: "\n")
      switch byte {
      case UInt8(ascii: ":"):
        if isKey { found.compound = true }
        (isAlias, isKey) = (false, false)
      case UInt8(ascii: "]"), UInt8(ascii: "}"): (isAlias, isKey) = (false, true)
      case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"): (isAlias, isKey) = (false, false)
      case UInt8(ascii: "*") where begins(after: previous) && !isSpace(next):
        found.alias = true
        (isAlias, isKey) = (true, true)
      case _ where isSpace(byte): isAlias = false
      default:
        if !isAlias { isKey = false }
        if byte == UInt8(ascii: "&"), begins(after: previous), !isSpace(next) { found.anchor = true }
        if byte == UInt8(ascii: "?"), begins(after: previous) { found.explicit += 1 }
      }
      previous = byte
    }
    let repeats = found.anchor && found.alias && (found.compound || found.explicit > 0)
    let (work, overflow) = found.explicit.multipliedReportingOverflow(by: bytes.count)
    if repeats || overflow || work > mostKeyWork {
      throw FormatError(
        origin: origin,
        message: repeats
          ? "has anchors, aliases, and what may be keys that are lists, mappings or aliases; keys are texts"
          : "has \(found.explicit) times what may be a key that is a list or a mapping, after a '?'; keys are texts")
    }
  }

  /// Bytes that may be compared for keys within keys.
  private static let mostKeyWork = 1 << 28

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

  /// Whether a value or a key may begin after a byte: other than one of a word, or of a text that goes on.
  private static func begins(after byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","), UInt8(ascii: ":"), 0x80...0xff: true
    default: isSpace(byte)
    }
  }
}
