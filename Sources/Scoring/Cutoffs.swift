/// For ranges of occupancy, the energy that a mapping must be below to matter.
///
/// A range holds the whole numbers with the same binary exponent and the same six bits after the leading one, so that no
/// number is wider than 1/64 of itself. Whole numbers from 1 to 2^63 - 1 have a range. What holds more must cost no more: no cutoff is
/// above that of a range of smaller numbers.
public struct Cutoffs: Sendable {
  /// The number of bits after the leading one.
  @usableFromInline static let fractionBits = 6
  /// The number of ranges.
  public static let count = 63 << fractionBits

  /// The cutoffs, and the same as doubles.
  @usableFromInline private(set) var integers: [Int]
  @usableFromInline private(set) var doubles: [Double]

  /// Cutoffs that everything is below.
  public init() {
    integers = [Int](repeating: .max, count: Self.count)
    doubles = [Double](repeating: .infinity, count: Self.count)
  }

  /// The range that an occupancy lies in; nothing, as is held of what no MAC uses, lies in that of 1.
  @inlinable
  public static func range(of occupancy: Int) -> Int {
    let occupancy = max(1, occupancy)
    let exponent = Int.bitWidth - 1 - occupancy.leadingZeroBitCount
    let fraction =
      exponent < fractionBits ? occupancy << (fractionBits - exponent) : occupancy >> (exponent - fractionBits)
    return exponent << fractionBits | fraction & (1 << fractionBits - 1)
  }

  /// The range of an occupancy that is a whole number: the exponent and the leading bits of the fraction.
  @inline(__always)
  static func range(of occupancy: Double) -> Int {
    let shift = UInt64(Double.significandBitCount - fractionBits)
    return max(0, Int(truncatingIfNeeded: occupancy.bitPattern &>> shift) &- (1023 << fractionBits))
  }

  /// The cutoff of a range.
  @inlinable
  public subscript(range: Int) -> Int { integers[range] }

  /// Sets the cutoffs of some ranges.
  ///
  /// As a double a cutoff is exact up to 2^53, and above that no smaller than any energy that is.
  public mutating func fill(_ ranges: Range<Int>, with cutoff: Int) {
    let double = cutoff < 1 << 53 ? Double(cutoff) : .infinity
    integers.withUnsafeMutableBufferPointer { $0[ranges].update(repeating: cutoff) }
    doubles.withUnsafeMutableBufferPointer { $0[ranges].update(repeating: double) }
  }

  /// Whether a mapping of an energy and an occupancy matters.
  @inlinable
  public func admits(energy: Int, occupancy: Int) -> Bool { energy < integers[Self.range(of: occupancy)] }
}
