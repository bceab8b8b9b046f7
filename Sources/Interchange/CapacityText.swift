import Foundation
public import Workloads

/// The Buffer's size as users write it: a number and a unit, as in 64KiB, 66.5KiB, 2MB, 4096B or 524288bit.
public enum CapacityText {
  private static let units: [(name: String, bits: Int)] = [
    ("bit", 1), ("bits", 1), ("B", 8), ("kB", 8_000), ("KB", 8_000), ("MB", 8_000_000), ("GB", 8_000_000_000),
    ("KiB", 8 << 10), ("MiB", 8 << 20), ("GiB", 8 << 30),
  ]

  private static let accepted = "a number and a unit is expected, as in 64KiB, 2MB, 4096B or 524288bit"

  /// The capacity that a text stands for, without the fraction of a bit that a decimal may leave.
  ///
  /// - Throws: ``FormatError`` unless it is at least one bit and below 2^53.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Bits {
    if text.contains(",") || text.contains("..") {
      throw FormatError(origin: origin, message: "'\(text)' is no single capacity; \(accepted)")
    }
    let number = text.prefix { $0.isNumber || $0 == "." }
    let unit = text.dropFirst(number.count).trimmingCharacters(in: .whitespaces)
    let points = number.count { $0 == "." }
    guard let value = Decimal(string: String(number)), number.allSatisfy(\.isASCII), points <= 1, number.count > points
    else {
      throw FormatError(origin: origin, message: "'\(text)' is no capacity; \(accepted)")
    }
    guard let factor = units.first(where: { $0.name == unit })?.bits else {
      throw FormatError(
        origin: origin,
        message: unit.isEmpty
          ? "'\(text)' has no unit; \(accepted)" : "'\(text)' has the unknown unit '\(unit)'; \(accepted)")
    }
    let bits = value * Decimal(factor)
    guard bits >= 1, bits < Decimal(1 << 53) else {
      throw FormatError(
        origin: origin, message: "'\(text)' is out of range; at least 1 bit and less than 1 PiB is accepted")
    }
    return Bits(NSDecimalNumber(decimal: bits).rounding(accordingToBehavior: wholeBits).intValue)
  }

  private static var wholeBits: NSDecimalNumberHandler {
    NSDecimalNumberHandler(
      roundingMode: .down, scale: 0, raiseOnExactness: false, raiseOnOverflow: false, raiseOnUnderflow: false,
      raiseOnDivideByZero: false)
  }

  /// The capacities that a list stands for: single ones and ranges by doubling as 1KiB...4MiB, by commas, each once.
  ///
  /// - Throws: ``FormatError`` as ``parse(_:origin:)``, and for a range whose end is no power of two times its start.
  public static func parseList(_ text: String, origin: String) throws(FormatError) -> [Bits] {
    var capacities: [Bits] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.components(separatedBy: "...")
      if ends.contains("") {
        throw FormatError(origin: origin, message: "'\(text)' lacks a capacity; \(accepted)")
      }
      let first = try parse(ends[0], origin: origin)
      capacities.append(first)
      if ends.count == 1 { continue }
      let last = try parse(ends[1], origin: origin)
      var next = first + first
      while next <= last {
        capacities.append(next)
        next = next + next
      }
      guard ends.count == 2, capacities.last == last else {
        throw FormatError(
          origin: origin,
          message: "'\(part)' is no range; its end must be its start doubled so many times, as in 1KiB...4MiB")
      }
    }
    var seen: Set<Bits> = []
    return capacities.filter { seen.insert($0).inserted }
  }

  /// A capacity in the largest binary unit that takes no more than one decimal, or in bits.
  public static func text(_ capacity: Bits) -> String {
    for (unit, bits) in [("GiB", 8 << 30), ("MiB", 8 << 20), ("KiB", 8 << 10), ("B", 8)]
    where capacity.count >= bits && 10 * capacity.count % bits == 0 {
      let tenths = 10 * capacity.count / bits
      if tenths % 10 == 0 { return "\(tenths / 10) \(unit)" }
      if unit != "B" { return "\(tenths / 10).\(tenths % 10) \(unit)" }
    }
    return "\(capacity.count) bit"
  }
}
