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

  /// The most steps from a capacity to its double.
  static let mostStepsPerOctave = 64

  /// The capacities that a list stands for: single ones and ranges, by commas, each once.
  ///
  /// A range doubles, as 1KiB...4MiB, or takes n equal factors from each capacity to its double, as 1KiB...4MiB/n, rounded
  /// down to whole bytes, or to whole bits where it starts at a part of a byte.
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
      let sides = ends[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      let last = try parse(String(sides[0]), origin: origin)
      let steps = sides.count == 1 ? 1 : Int(sides[1]) ?? 0
      guard (1...mostStepsPerOctave).contains(steps) else {
        throw FormatError(
          origin: origin,
          message: "'\(part)' has '\(sides[sides.count - 1])' steps an octave; 1 to \(mostStepsPerOctave) is accepted")
      }
      var octave = first
      while octave < last {
        capacities += (1..<steps).map { between(octave, step: $0, of: steps) }
        octave = octave + octave
        capacities.append(octave)
      }
      guard ends.count == 2, octave == last else {
        throw FormatError(
          origin: origin,
          message: "'\(part)' is no range; its end must be its start doubled so many times, as in 1KiB...4MiB")
      }
    }
    return capacities.uniqued()
  }

  /// A capacity so many steps towards its double.
  private static func between(_ octave: Bits, step: Int, of steps: Int) -> Bits {
    let bits = Int(Double(octave.count) * exp2(Double(step) / Double(steps)))
    return Bits(octave.count % 8 == 0 ? bits / 8 * 8 : bits)
  }

  /// A capacity in the largest binary unit that takes no more than one decimal, or in bits.
  public static func text(_ capacity: Bits) -> String {
    for (unit, bits) in [("GiB", 8 << 30), ("MiB", 8 << 20), ("KiB", 8 << 10), ("B", 8)]
    where capacity.count >= bits {
      let (whole, rest) = capacity.count.quotientAndRemainder(dividingBy: bits)
      if rest == 0 { return "\(whole) \(unit)" }
      if unit != "B", 10 * rest % bits == 0 { return "\(whole).\(10 * rest / bits) \(unit)" }
    }
    return "\(capacity.count) bit"
  }
}
