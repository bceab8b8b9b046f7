import Foundation
import Workloads

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
      let key = Self.trimmed(sides[0])
      guard known.contains(key) else { throw FormatError(origin: origin, message: unknown("key", key, known: known)) }
      if values.updateValue(Self.trimmed(sides[1]), forKey: key) != nil {
        throw FormatError(origin: origin, message: "the key '\(key)' is given twice")
      }
    }
  }

  /// A text without blanks around it.
  private static func trimmed(_ text: Substring) -> String {
    // Foundation takes long to find that there are none.
    let hasNone = [text.utf8.first, text.utf8.last].allSatisfy { $0.map { (0x21..<0x80).contains($0) } ?? true }
    return hasNone ? String(text) : text.trimmingCharacters(in: .whitespaces)
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

  /// Numbers joined by `x`, or nil when the key is not given.
  ///
  /// - Parameters:
  ///   - key: the key.
  ///   - most: how many numbers there may be.
  ///   - limits: what each of them must lie within.
  /// - Returns: the numbers.
  /// - Throws: ``FormatError`` for too many numbers and for one that is none or beyond the limits.
  func integers(_ key: String, atMost most: Int, within limits: ClosedRange<Int>) throws(FormatError) -> [Int]? {
    guard let text = values[key] else { return nil }
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    if parts.count > most {
      throw FormatError(
        origin: origin, key: key,
        message: "'\(text)' has \(parts.count) numbers; at most \(most) are expected, as in 2x1")
    }
    var numbers: [Int] = []
    for part in parts {
      numbers.append(try Self.bounded(Self.integer(String(part), key, origin), key, origin, limits))
    }
    return numbers
  }

  /// A number that is accepted within limits.
  static func bounded(
    _ number: Int, _ key: String, _ origin: String, _ limits: ClosedRange<Int>
  ) throws(FormatError) -> Int {
    if limits.contains(number) { return number }
    throw FormatError(origin: origin, key: key, message: "is \(number); \(limits.accepted)")
  }

  private static func integer(_ text: String, _ key: String, _ origin: String) throws(FormatError) -> Int {
    guard let value = Int(text) else {
      throw FormatError(origin: origin, key: key, message: "'\(text)' is no whole number of at most 63 bits")
    }
    return value
  }
}
