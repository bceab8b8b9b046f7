/// A number of tensor elements, of whatever width.
public struct Words: Hashable, Comparable, Sendable, AdditiveArithmetic {
  /// How many words.
  public var count: Int

  /// So many words.
  public init(_ count: Int) { self.count = count }

  /// No words.
  public static let zero = Words(0)
  /// Whether `a` is the smaller number.
  public static func < (a: Words, b: Words) -> Bool { a.count < b.count }
  /// The sum.
  public static func + (a: Words, b: Words) -> Words { Words(a.count + b.count) }
  /// The difference; it may be negative.
  public static func - (a: Words, b: Words) -> Words { Words(a.count - b.count) }

  /// The bits that these words take at `width` bits each.
  public static func * (words: Words, width: BitWidth) -> Bits { Bits(words.count * width.count) }
}

extension Words: CustomStringConvertible {
  /// The number as people read it: "1 word", "59 904 words".
  public var description: String { "\(count.groupedDigits) \(count.form(of: "word"))" }
}

/// A number of bits: a capacity, an occupancy, or traffic.
public struct Bits: Hashable, Comparable, Sendable, AdditiveArithmetic {
  /// How many bits.
  public var count: Int

  /// So many bits.
  public init(_ count: Int) { self.count = count }

  /// The bits of `count` bytes.
  public static func bytes(_ count: Int) -> Bits { Bits(8 * count) }

  /// No bits.
  public static let zero = Bits(0)
  /// Whether `a` is the smaller number.
  public static func < (a: Bits, b: Bits) -> Bool { a.count < b.count }
  /// The sum.
  public static func + (a: Bits, b: Bits) -> Bits { Bits(a.count + b.count) }
  /// The difference; it may be negative.
  public static func - (a: Bits, b: Bits) -> Bits { Bits(a.count - b.count) }

  /// In the largest binary unit that takes no more than one decimal, or in bits: "64 KiB", "51 343 B".
  public var inLargestUnit: String {
    for (unit, bits) in [("GiB", 8 << 30), ("MiB", 8 << 20), ("KiB", 8 << 10), ("B", 8)] where count >= bits {
      let (whole, rest) = count.quotientAndRemainder(dividingBy: bits)
      if rest == 0 { return "\(whole.groupedDigits) \(unit)" }
      if unit != "B", 10 * rest % bits == 0 { return "\(whole.groupedDigits).\(10 * rest / bits) \(unit)" }
    }
    return "\(count.groupedDigits) bit"
  }
}

/// The number of bits of one word, 1 to 64.
public struct BitWidth: Hashable, Sendable {
  /// How many bits.
  public let count: Int

  /// The widths that there are.
  package static let range = 1...64

  /// A width of `count` bits, or nil outside 1 to 64.
  public init?(_ count: Int) {
    guard Self.range.contains(count) else { return nil }
    self.count = count
  }

  package init(unchecked count: Int) { self.count = count }

  /// One byte.
  public static let byte = BitWidth(unchecked: 8)
  /// One bit, which makes bits count words.
  public static let one = BitWidth(unchecked: 1)
}
