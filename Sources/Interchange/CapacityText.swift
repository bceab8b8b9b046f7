import EnergyModel
import Foundation
package import Mappings
public import Workloads

/// The Buffer's size as users write it: a number and a unit, as in 64KiB, 66.5KiB, 2MB, 4096B or 524288bit.
public enum CapacityText {
  private static let units: [(names: [String], bits: Int)] = [
    (["bit", "bits"], 1), (["B"], 8), (["kB", "KB"], 8_000), (["MB"], 8_000_000), (["GB"], 8_000_000_000),
    (["KiB"], 8 << 10), (["MiB"], 8 << 20), (["GiB"], 8 << 30),
  ]

  /// Units in short, and what they mean: powers of 1024, as memories on a chip are counted.
  private static let shortUnits = ["k": "KiB", "K": "KiB", "M": "MiB", "G": "GiB"]

  /// All units, as messages and help list them.
  package static let unitsText =
    units.map { $0.names.joined(separator: " or ") }.joined(separator: ", ") + ", and k or K, M, G for the last three"

  private static let accepted = "a number and a unit is expected, as in 64KiB, 2MB, 4096B or 524288bit"
  private static let acceptedRange = "at least 1 bit and less than 1 PiB is accepted"

  /// The capacity that a text stands for, without the fraction of a bit that a decimal may leave.
  ///
  /// - Throws: ``FormatError`` unless it is at least one bit and below 2^53.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Bits {
    if text.contains(",") || text.contains("..") || otherRange(text) != nil {
      throw FormatError(origin: origin, message: "'\(text)' is no single capacity; \(accepted)")
    }
    let isNegative = text.hasPrefix("-")
    let (number, unit) = parts(isNegative ? text.dropFirst() : text[...])
    let points = number.count { $0 == "." }
    guard let value = Decimal(string: number), number.allSatisfy(\.isASCII), points <= 1, number.count > points
    else {
      throw FormatError(origin: origin, message: "'\(text)' is no capacity; \(accepted)")
    }
    if isNegative { throw FormatError(origin: origin, message: "'\(text)' is negative; \(acceptedRange)") }
    if value == 0 { throw FormatError(origin: origin, message: "'\(text)' is not positive; \(acceptedRange)") }
    let name = shortUnits[unit] ?? unit
    guard let factor = units.first(where: { $0.names.contains(name) })?.bits else {
      throw FormatError(
        origin: origin,
        message: unit.isEmpty
          ? "'\(text)' has no unit; accepted: \(unitsText)"
          : "'\(text)' has the unknown unit '\(unit)'; accepted: \(unitsText)")
    }
    let bits = value * Decimal(factor)
    guard bits >= 1, bits < Decimal(1 << 53) else {
      throw FormatError(origin: origin, message: "'\(text)' is out of range; \(acceptedRange)")
    }
    return Bits(NSDecimalNumber(decimal: bits).rounding(accordingToBehavior: wholeBits).intValue)
  }

  /// A number, without the spaces between groups of three digits, and what stands behind it.
  private static func parts(_ text: Substring) -> (number: String, unit: String) {
    // Most texts have no spaces, and to make the expression takes longer than all else that is read of a small file.
    let groups = text.contains(" ") ? text.prefixMatch(of: /[0-9]{1,3}(?: [0-9]{3})+(?![0-9])/)?.output ?? "" : ""
    let rest = text.dropFirst(groups.count)
    let number = rest.prefix { $0.isNumber || $0 == "." }
    return (groups.filter { $0 != " " } + number, rest.dropFirst(number.count).trimmingCharacters(in: .whitespaces))
  }

  /// Whether a capacity's unit is in short, as in 64K.
  static func hasShortUnit(_ text: String) -> Bool { shortUnits[parts(text[...]).unit] != nil }

  /// What is to be said of capacities in a text that can be read: which powers units in short stand for.
  public static func remarks(on text: String, origin: String) -> [String] {
    let places = text.split(separator: ",").flatMap { $0.components(separatedBy: "...") }
      .map { $0.prefix { $0 != "/" }.trimmingSpaces }
    return places.uniqued().compactMap { place in
      let (number, unit) = parts(place)
      return shortUnits[unit].map {
        "\(origin): '\(place)' means \(number)\($0); powers of 1000 are written \(number)\(unit)B"
      }
    }
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
  /// down to whole bytes, or to whole bits where it starts at a part of a byte. Its last step is the last that its end has
  /// room for: 1KiB...100KiB stops at 64KiB.
  ///
  /// - Throws: ``FormatError`` as ``parse(_:origin:)``, and for a range that ends below its start.
  public static func parseList(_ text: String, origin: String) throws(FormatError) -> [Bits] {
    var capacities: [Bits] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmingSpaces) {
      if let range = otherRange(part) {
        throw FormatError(origin: origin, message: "'\(part)' is no range of capacities; it is written \(range)")
      }
      let ends = part.components(separatedBy: "...").map { String($0.trimmingSpaces) }
      if ends.contains("") {
        throw FormatError(origin: origin, message: "'\(text)' lacks a capacity; \(accepted)")
      }
      switch ends.count {
      case 1: capacities.append(try parse(ends[0], origin: origin))
      case 2: capacities += try range(part, from: ends[0], to: ends[1], origin: origin)
      default:
        throw FormatError(
          origin: origin, message: "'\(part)' is no range; one start and one end are expected, as in 1KiB...4MiB")
      }
    }
    return capacities.uniqued()
  }

  /// The capacities of a range, whose end may have a number of steps an octave.
  private static func range(
    _ text: Substring, from start: String, to end: String, origin: String
  ) throws(FormatError) -> [Bits] {
    let first = try parse(start, origin: origin)
    let sides = end.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let last = try parse(String(sides[0]), origin: origin)
    let steps = sides.count == 1 ? 1 : Int(sides[1]) ?? 0
    guard (1...mostStepsPerOctave).contains(steps) else {
      throw FormatError(
        origin: origin,
        message: "'\(text)' has '\(sides[sides.count - 1])' steps an octave; \((1...mostStepsPerOctave).accepted)")
    }
    if last < first { throw FormatError(origin: origin, message: "'\(text)' is no range; it ends below its start") }
    var capacities: [Bits] = []
    var octave = first
    while octave <= last {
      capacities += (0..<steps).map { between(octave, step: $0, of: steps) }.filter { $0 <= last }
      octave = octave + octave
    }
    return capacities
  }

  /// A range that is written in another way than ours, as ours.
  private static func otherRange(_ text: some StringProtocol) -> String? {
    guard text.contains(where: { ".…-–—:t".contains($0) }) else { return nil }
    let form =
      /\s*(\d+(?:\.\d+)?\s*[A-Za-z]*?)\s*(?:\.\.|\.{4,}|…|-|–|—|:|to)\s*(\d+(?:\.\d+)?\s*[A-Za-z]*(?:\/\d+)?)\s*/
    return String(text).wholeMatch(of: form).map { "\($0.output.1)...\($0.output.2)" }
  }

  /// A capacity so many steps towards its double.
  private static func between(_ octave: Bits, step: Int, of steps: Int) -> Bits {
    let bits = Int(Double(octave.count) * exp2(Double(step) / Double(steps)))
    return Bits(octave.count % 8 == 0 ? bits / 8 * 8 : bits)
  }

  /// A capacity in the largest binary unit that takes no more than one decimal, or in bits.
  public static func text(_ capacity: Bits) -> String { capacity.inLargestUnit }
}

extension CapacityText {
  /// That no mapping fits a capacity, and which is the least that would do.
  package static func nothingFits(_ problem: Problem, _ capacity: Bits) -> String {
    if let (parts, least) = LayoutText.shortage(problem.partsTooSmall(in: capacity)) {
      return "\(problem.layer.name): no mapping fits \(parts); the least that would do is \(least)"
    }
    return "\(problem.layer.name): no mapping fits \(text(capacity)); the least capacity that would is "
      + text(problem.leastCapacity)
  }
}
