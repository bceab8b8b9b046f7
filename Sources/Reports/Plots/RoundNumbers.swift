import Foundation

/// Round numbers for the ticks of axes.
enum RoundNumbers {
  /// Multiples of 1, 2 or 5 times a power of ten between two values, about `count` of them.
  static func multiples(from low: Double, to high: Double, count: Int) -> [Double] {
    let span = high - low
    guard span > 0, span.isFinite, count > 0 else { return [low] }
    let power = Int(floor(log10(span / Double(count))))
    let candidates = [(1, power), (2, power), (5, power), (1, power + 1), (2, power + 1)]
    // The finest that is not much denser than asked for.
    let chosen = candidates.first { span / value($0.0, $0.1) <= Double(count) * 1.25 } ?? (5, power + 1)
    let step = value(chosen.0, chosen.1)
    let first = Int((low / step - 1e-9).rounded(.up))
    let last = Int((high / step + 1e-9).rounded(.down))
    return first > last ? [] : (first...last).map { value($0 * chosen.0, chosen.1) }
  }

  /// Ticks of a logarithmic axis: powers of ten; 1, 2 and 5 times them on one or two decades; multiples of a round number
  /// on less.
  static func logarithmic(from low: Double, to high: Double, count: Int) -> (major: [Double], minor: [Double]) {
    let decades = log10(high / low)
    let exponents = Int(floor(log10(low)))...Int(ceil(log10(high)))
    func inside(_ value: Double) -> Bool { value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9) }
    let everyMinor = exponents.flatMap { power in (2...9).map { value($0, power) } }.filter(inside)
    let powers = exponents.map { value(1, $0) }.filter(inside)
    if powers.count >= 3 {
      let stride = (powers.count + count - 1) / count
      let major = exponents.filter { $0 % stride == 0 }.map { value(1, $0) }.filter(inside)
      return (major, stride == 1 && decades < 6 ? everyMinor : powers.filter { !major.contains($0) })
    }
    let thirds = exponents.flatMap { power in [1, 2, 5].map { value($0, power) } }.filter(inside)
    if thirds.count >= 3 { return (thirds, everyMinor.filter { !thirds.contains($0) }) }
    return (multiples(from: low, to: high, count: min(count, 5)), [])
  }

  /// mantissa · 10^power, with the nearest double to the decimal number.
  static func value(_ mantissa: Int, _ power: Int) -> Double {
    power >= 0 ? Double(mantissa) * pow(10, Double(power)) : Double(mantissa) / pow(10, Double(-power))
  }
}
