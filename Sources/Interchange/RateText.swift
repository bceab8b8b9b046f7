import Foundation

/// Rates as users write them: a clock as in 200MHz, a bandwidth as in 25.6GB/s or 64bit/s.
enum RateText {
  private static let prefixes: [(name: String, factor: Decimal)] = [
    ("", 1), ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000),
  ]
  private static let binaryPrefixes: [(name: String, factor: Decimal)] = [
    ("Ki", 1024), ("Mi", 1_048_576), ("Gi", 1_073_741_824), ("Ti", 1_099_511_627_776),
  ]

  private static let clocks = prefixes.map { ("\($0.name)Hz", $0.factor) }
  private static let bandwidths =
    prefixes.map { ("\($0.name)bit/s", $0.factor) }
    + (prefixes + binaryPrefixes).map { ("\($0.name)B/s", 8 * $0.factor) }

  /// Cycles per second.
  ///
  /// - Throws: ``FormatError`` for anything else.
  static func clock(_ text: String, origin: String) throws(FormatError) -> Double {
    try parse(text, clocks, origin, expected: "a clock is expected, as in 200MHz")
  }

  /// Bits per second.
  ///
  /// - Throws: ``FormatError`` for anything else.
  static func bandwidth(_ text: String, origin: String) throws(FormatError) -> Double {
    try parse(text, bandwidths, origin, expected: "bits or bytes per second are expected, as in 25.6GB/s or 64Gbit/s")
  }

  private static func parse(
    _ text: String, _ units: [(String, Decimal)], _ origin: String, expected: String
  ) throws(FormatError) -> Double {
    let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    let unit = text.dropFirst(digits.count).trimmingCharacters(in: .whitespaces)
    let points = digits.count { $0 == "." }
    guard points <= 1, digits.count > points, let number = Decimal(string: String(digits)),
      let factor = units.first(where: { $0.0 == unit })?.1
    else {
      throw FormatError(origin: origin, message: "is '\(text.prefix(40))'; \(expected)")
    }
    return NSDecimalNumber(decimal: number * factor).doubleValue
  }
}
