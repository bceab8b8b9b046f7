import Foundation
import Interchange
import Workloads

/// The axis of the Buffer's sizes, logarithmic, in bytes.
enum CapacityAxis {
  /// An axis over a range of capacities.
  ///
  /// - Parameters:
  ///   - low: the least capacity in bytes, above zero.
  ///   - high: the largest, above `low`.
  ///   - width: the axis's length in pixels.
  /// - Returns: an axis with ticks at some powers of two, or at round numbers on less than an octave or two.
  static func axis(from low: Double, to high: Double, width: Int) -> Figure.Axis {
    // Below a bit no tick makes sense, as no capacity does.
    let exponents = max(-3, Int(ceil(log2(low) - 1e-9)))...max(-3, Int(floor(log2(high) + 1e-9)) + 1)
    let powers = exponents.map { ($0, pow(2, Double($0))) }.filter {
      $0.1 >= low * (1 - 1e-9) && $0.1 <= high * (1 + 1e-9)
    }
    let octave = Double(width) / log2(high / low)
    let stride = [1, 2, 4, 8, 10, 20].first { Double($0) * octave >= labelRoom } ?? 20
    let labelled = powers.filter { $0.0 % stride == 0 }
    let ticks: [Figure.Axis.Tick]
    if labelled.count >= 2 {
      ticks = labelled.map { Figure.Axis.Tick($0.1, text($0.1)) }
    } else {
      let unit = [Double(1 << 30), Double(1 << 20), 1024, 1].first { $0 <= low } ?? 0.125
      ticks = RoundNumbers.multiples(from: low / unit, to: high / unit, count: 4)
        .map { Figure.Axis.Tick($0 * unit, text($0 * unit)) }
    }
    let minor = labelled.count >= 2 && powers.count <= 40 ? powers.map(\.1) : []
    return Figure.Axis(
      title: "Buffer capacity", scale: .logarithmic, from: low, to: high, ticks: ticks,
      minorTicks: minor.filter { value in !ticks.contains { $0.position == value } })
  }

  /// Pixels from one label's middle to the next one's, at least.
  private static let labelRoom = 50.0

  /// A capacity in bytes as a reader wants it: three digits are enough.
  static func text(_ bytes: Double) -> String {
    let bits = Int((8 * bytes).rounded())
    return text(bits: bits)
  }

  /// A capacity with at most one decimal of a binary unit, of which larger ones have none.
  ///
  /// - Parameters:
  ///   - bits: the capacity.
  ///   - rule: how it is rounded: up where something holds from it on.
  /// - Returns: the text.
  static func text(bits: Int, rounded rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero) -> String {
    for (unit, size) in [("GiB", 8 << 30), ("MiB", 8 << 20), ("KiB", 8 << 10)] where bits >= size {
      let units = Double(bits) / Double(size)
      let tenths = Int((10 * units).rounded(rule))
      return tenths % 10 == 0 || tenths >= 1000
        ? "\(Int(units.rounded(rule))) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }
    return CapacityText.text(Bits(bits))
  }
}
