import Foundation

/// Options of the form `key=value,key=value`.
struct KeyValueText {
  let origin: String
  private(set) var values: [String: String] = [:]

  /// - Throws: ``FormatError`` for an unknown or repeated key and for a part that is no `key=value`.
  init(_ text: String, known: [String], origin: String) throws(FormatError) {
    self.origin = origin
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[1].isEmpty else {
        throw FormatError(origin: origin, message: "'\(part)' is no key=value; keys: \(known.joined(separator: ", "))")
      }
      let key = String(sides[0]).trimmingCharacters(in: .whitespaces)
      guard known.contains(key) else { throw FormatError(origin: origin, message: unknown("key", key, known: known)) }
      if values.updateValue(String(sides[1]).trimmingCharacters(in: .whitespaces), forKey: key) != nil {
        throw FormatError(origin: origin, message: "the key '\(key)' is given twice")
      }
    }
  }

  /// The whole number of a key, or nil when it is not given.
  func integer(_ key: String) throws(FormatError) -> Int? {
    guard let text = values[key] else { return nil }
    return try Self.integer(text, key, origin)
  }

  /// True or false, or nil when the key is not given.
  func boolean(_ key: String) throws(FormatError) -> Bool? {
    switch values[key] {
    case nil: return nil
    case "true": return true
    case "false": return false
    case let text?:
      throw FormatError(origin: origin, key: key, message: "'\(text)' is neither true nor false")
    }
  }

  /// One number for both axes or `HxW`, or nil when the key is not given.
  func extent(_ key: String) throws(FormatError) -> (height: Int, width: Int)? {
    guard let text = values[key] else { return nil }
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    if parts.count > 2 {
      throw FormatError(origin: origin, key: key, message: "'\(text)' is expected to be a number or a pair as 2x1")
    }
    let height = try Self.integer(String(parts[0]), key, origin)
    return (height, parts.count == 1 ? height : try Self.integer(String(parts[1]), key, origin))
  }

  private static func integer(_ text: String, _ key: String, _ origin: String) throws(FormatError) -> Int {
    guard let value = Int(text) else {
      throw FormatError(origin: origin, key: key, message: "'\(text)' is no whole number of at most 63 bits")
    }
    return value
  }
}
