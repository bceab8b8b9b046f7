import Foundation

/// A length of time as users write it: 10s, 500ms, 1.5min, 2h.
public enum DurationText {
  private static let units: [(name: String, milliseconds: Decimal)] = [
    ("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000),
  ]

  /// The length of time that a text stands for, to the millisecond.
  ///
  /// - Parameters:
  ///   - text: a number and one of the units ms, s, min and h.
  ///   - origin: where the text stands, for the error.
  /// - Returns: a time from 1 ms to 1000 h.
  /// - Throws: ``FormatError`` for anything else.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Duration {
    let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    let unit = text.dropFirst(digits.count).trimmingCharacters(in: .whitespaces)
    let points = digits.count { $0 == "." }
    guard points <= 1, digits.count > points, let number = Decimal(string: String(digits)),
      let scale = units.first(where: { $0.name == unit })?.milliseconds
    else {
      throw FormatError(
        origin: origin,
        message: "'\(text)' is no length of time; a number and a unit, ms, s, min or h, is expected, as in 10s")
    }
    let milliseconds = number * scale
    guard milliseconds >= 1, milliseconds <= 1000 * 3_600_000 else {
      throw FormatError(origin: origin, message: "'\(text)' is out of range; 1ms to 1000h is accepted")
    }
    return .milliseconds(NSDecimalNumber(decimal: milliseconds).intValue)
  }
}
