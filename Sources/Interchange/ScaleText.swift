import Foundation
public import Workloads

/// How many times as large as given a Buffer is to be: factors by commas, as `1/2,1,2`, and ranges that double, as `1/4...8`.
public enum ScaleText {
  private static let accepted = "factors are written as 1/2, 0.75 or 4, and ranges as 1/4...8"

  /// The capacities that a text stands for, each once.
  ///
  /// - Parameters:
  ///   - text: the factors.
  ///   - whole: the Buffer as given.
  ///   - origin: what errors name.
  /// - Returns: capacities in whole bits, rounded down.
  /// - Throws: ``FormatError`` for what is no factor from 2^-20 to 2^20.
  public static func parse(_ text: String, of whole: Bits, origin: String) throws(FormatError) -> [Bits] {
    var factors: [Double] = []
    for field in text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmingSpaces) {
      let ends = String(field).components(separatedBy: "...")
      guard let first = factor(ends[0]), ends.count <= 2, let last = factor(ends[ends.count - 1]), last >= first else {
        throw FormatError(
          origin: origin, message: "'\(field)' is no factor from 2^-20 to 2^20 and no range; \(accepted)")
      }
      var next = first
      while next <= last {
        factors.append(next)
        next *= 2
      }
    }
    let capacities = factors.map { Bits(Int((Double(whole.count) * $0).rounded(.down))) }
    if capacities.contains(where: { !(1..<1 << 53).contains($0.count) }) {
      throw FormatError(origin: origin, message: "'\(text)' leaves nothing of the Buffer, or makes it 1 PiB or more")
    }
    return capacities.uniqued()
  }

  private static func factor(_ text: String) -> Double? {
    let sides = text.split(separator: "/", omittingEmptySubsequences: false).map { Double($0.trimmingSpaces) }
    guard (1...2).contains(sides.count), let above = sides[0] else { return nil }
    guard let below = sides.count == 2 ? sides[1] : 1 else { return nil }
    let factor = above / below
    return factor >= 0x1p-20 && factor <= 0x1p20 ? factor : nil
  }
}
