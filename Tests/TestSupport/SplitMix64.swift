/// A small random number generator whose seed reproduces a test (Steele, Lea, Flood, OOPSLA 2014).
public struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  /// A generator that a seed reproduces.
  public init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A random element of a range.
  public mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  /// A random element of a list that has some.
  public mutating func pick<Element>(_ list: [Element]) -> Element { list[pick(0...list.count - 1)] }

  /// True once in so many times.
  public mutating func oneIn(_ count: Int) -> Bool { pick(1...count) == 1 }
}
