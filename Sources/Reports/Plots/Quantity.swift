import Foundation

/// What a figure shows values of: its name and its unit, with the unit's multiples.
public struct Quantity: Hashable, Sendable {
  /// As in "data energy".
  public let name: String
  /// As in energy models: pJ, bit.
  public let unit: String

  /// A name and a unit.
  public init(name: String, unit: String) {
    self.name = name
    self.unit = unit
  }

  /// The unit without a prefix and what one of `unit` is in it, or nil for a unit that takes no prefixes that we know.
  private var base: (name: String, factor: Double)? {
    switch unit {
    case "bit", "B", "Hz", "B/s", "MAC/s", "s": (unit, 1)
    case "fJ": ("J", 1e-15)
    case "pJ": ("J", 1e-12)
    case "nJ": ("J", 1e-9)
    case "µJ", "uJ": ("J", 1e-6)
    case "mJ": ("J", 1e-3)
    case "J": ("J", 1)
    default: nil
    }
  }

  /// Whether the unit is the joule or a multiple of it.
  var isInJoules: Bool { base?.name == "J" }

  private static let prefixes = [
    (-15, "f"), (-12, "p"), (-9, "n"), (-6, "µ"), (-3, "m"), (0, ""), (3, "k"), (6, "M"), (9, "G"), (12, "T"),
    (15, "P"),
    (18, "E"),
  ]

  /// The multiple of the unit in which a value has one to three digits before the point, and how many of `unit` it is.
  func multiple(for value: Double) -> (unit: String, size: Double) {
    guard value > 0, value.isFinite else { return (base?.name ?? unit, 1 / (base?.factor ?? 1)) }
    guard let base else {
      let power = Int(floor(log10(value) / 3 + 1e-9)) * 3
      return power == 0 ? (unit, 1) : ("10\(Self.superscript(power)) \(unit)", RoundNumbers.value(1, power))
    }
    let power = log10(value * base.factor) + 1e-9
    let isWhole = base.name == "bit" || base.name == "B"
    let fitting = Self.prefixes.last { Double($0.0) <= power && (!isWhole || $0.0 >= 0) }
    let (exponent, prefix) = fitting ?? (isWhole ? (0, "") : (-15, "f"))
    // Exact where the powers are: 10^6 pJ are 1 µJ without any error of rounding.
    let factorPower = Int(log10(base.factor).rounded())
    return (prefix + base.name, RoundNumbers.value(1, exponent - factorPower))
  }

  /// A value with three digits in a fitting multiple of the unit: "370 Mbit".
  public func text(_ value: Double) -> String {
    if base == nil { return "\(Self.scientific(Double(String(format: "%.2e", value)) ?? value)) \(unit)" }
    // Rounding may lift 999.6 to 1000.
    let rounded = Double(String(format: "%.2e", value)) ?? value
    let multiple = multiple(for: rounded)
    let text = Self.digits(rounded / multiple.size, 3)
    return "\(text) \(multiple.unit)"
  }

  /// An axis from zero to a value or a little more.
  func linearAxis(to most: Double, ticks count: Int) -> Figure.Axis {
    let end = most > 0 ? most * 1.03 : 1
    let multiple = multiple(for: end / 2)
    let ticks = RoundNumbers.multiples(from: 0, to: end / multiple.size, count: count).map {
      Figure.Axis.Tick($0 * multiple.size, Self.digits($0, 6))
    }
    return Figure.Axis(title: "\(name) [\(multiple.unit)]", scale: .linear, from: 0, to: end, ticks: ticks)
  }

  /// A logarithmic axis over a range above zero.
  func logarithmicAxis(from low: Double, to high: Double, ticks count: Int) -> Figure.Axis {
    let (major, minor) = RoundNumbers.logarithmic(from: low, to: high, count: count)
    let ticks = major.map { value in
      let multiple = multiple(for: value)
      let text =
        base == nil
        ? Self.scientific(value) : "\(Self.digits(value / multiple.size, 6)) \(multiple.unit)"
      return Figure.Axis.Tick(value, text)
    }
    let title = base == nil && !unit.isEmpty ? "\(name) [\(unit)]" : name
    return Figure.Axis(title: title, scale: .logarithmic, from: low, to: high, ticks: ticks, minorTicks: minor)
  }

  /// A number with at most so many digits and no zeros at the end of its fraction.
  private static func digits(_ value: Double, _ count: Int) -> String {
    guard value != 0 else { return "0" }
    let before = max(1, Int(floor(log10(abs(value)) + 1e-12)) + 1)
    var text = String(format: "%.\(max(0, count - before))f", value)
    if text.contains(".") {
      while text.last == "0" { text.removeLast() }
      if text.last == "." { text.removeLast() }
    }
    return text
  }

  private static func scientific(_ value: Double) -> String {
    let power = Int(floor(log10(value) + 1e-9))
    let mantissa = digits(value / RoundNumbers.value(1, power), 4)
    if (-1...3).contains(power) { return digits(value, 6) }
    return mantissa == "1" ? "10\(superscript(power))" : "\(mantissa)·10\(superscript(power))"
  }

  private static func superscript(_ power: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return String(String(power).map { $0.wholeNumberValue.map { digits[$0] } ?? "⁻" })
  }
}
