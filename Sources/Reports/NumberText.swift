import Foundation
import Statistics
import Workloads

/// Numbers as people read them.
enum NumberText {
  /// A whole number with its digits in groups of three: 1 231 336.
  static func grouped(_ value: Int) -> String { value.groupedDigits }

  /// A number of bits likewise.
  static func grouped(_ value: Bits) -> String { grouped(value.count) }

  /// A number with groups of three digits, and three decimals unless it is whole.
  static func grouped(_ value: Double) -> String {
    if let whole = Int(exactly: value) { return grouped(whole) }
    return fixed(value, decimals: 3)
  }

  /// A number with groups of three digits and so many decimals.
  static func fixed(_ value: Double, decimals: Int) -> String {
    if value < 0 { return "-" + fixed(-value, decimals: decimals) }
    let unit = (0..<decimals).reduce(1) { product, _ in 10 * product }
    guard let scaled = Int(exactly: (value * Double(unit)).rounded()) else { return "\(value)" }
    if decimals == 0 { return grouped(scaled) }
    let fraction = String(scaled % unit)
    return grouped(scaled / unit) + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }

  /// An energy among others in a column: decimals of large ones would tell nothing and break the column.
  static func energy(_ value: Double) -> String { grouped(abs(value) < 10_000 ? value : value.rounded()) }

  /// A text whose numbers stay whole where lines are broken: with blanks that hold between digits and before percent signs and
  /// units.
  static func unbroken(_ text: String) -> String {
    let characters = Array(text)
    return String(
      characters.indices.map { index in
        guard characters[index] == " ", index > 0, index + 1 < characters.count, characters[index - 1].isNumber else {
          return characters[index]
        }
        let next = characters[index + 1]
        let goesOn =
          next.isNumber || next == "%" || isUnit(String(characters[(index + 1)...].prefix(while: \.isLetter)))
        return goesOn ? "\u{A0}" : " "
      })
  }

  /// Whether a word is a unit of bits, bytes, energy or time, in some multiple.
  private static func isUnit(_ word: String) -> Bool {
    ["bit", "iB", "J"].contains { word.hasSuffix($0) && word.count <= $0.count + 1 }
      || ["B", "s", "ms", "µs", "ns"].contains(word)
  }

  /// A price as it is, digits and all.
  static func price(_ value: Double) -> String { Int(exactly: value).map(grouped) ?? "\(value)" }

  /// A factor to three digits or so; one that is not 1 never looks like it.
  static func factor(_ value: Double) -> String {
    if value.rounded() != value, abs(value - 1) < 0.005 { return fixed(value, decimals: 4) }
    return fixed(value, decimals: value < 10 ? 2 : value < 100 ? 1 : 0)
  }

  /// A number to so many significant digits, with a power of ten where it is far from 1.
  static func significant(_ value: Double, _ digits: Int) -> String {
    guard value != 0, value.isFinite else { return "\(value)" }
    let exponent = Int(log10(abs(value)).rounded(.down))
    if (-4..<max(digits, 6)).contains(exponent) {
      return String(format: "%.\(max(0, digits - 1 - exponent))f", value)
    }
    return String(format: "%.\(digits - 1)e", value)
  }

  /// A probability to four digits, down to any size.
  static func probability(_ tail: TailProbability) -> String {
    if tail.p >= 1e-300 || tail.logP == -.infinity { return significant(tail.p, 4) }
    let decimal = tail.logP / log(10)
    let exponent = decimal.rounded(.down)
    return String(format: "%.3fe%.0f", pow(10, decimal - exponent), exponent)
  }

  /// A share or an excess in percent: "99.8 %", and "<0.1 %" where it is less than what "0.1 %" stands for and more than nothing.
  static func percent(_ share: Double) -> String {
    share > leastShare && share < 0.0005 ? "<0.1 %" : "\(fixed(100 * share, decimals: 1)) %"
  }

  /// Sums of the same energies in another order differ by less than this part.
  private static let leastShare = 1e-12
}
