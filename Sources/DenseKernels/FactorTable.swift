/// Vectors of six whole numbers: three factors of the terms of an energy and three of those of an occupancy.
public struct FactorTable: Sendable {
  /// Numbers in a vector.
  public static let width = 6

  /// The vectors, one after the other.
  let integers: [Int]
  /// The same as doubles.
  let doubles: [Double]
  /// All vectors' first numbers, then all their second ones, and so on.
  let transposed: [Double]

  /// A table of so many vectors.
  ///
  /// - Parameters:
  ///   - count: the number of vectors.
  ///   - vector: gives each vector by its place: the factors of the energy, then those of the occupancy.
  public init(count: Int, _ vector: (Int) -> (Int, Int, Int, Int, Int, Int)) {
    integers = [Int](unsafeUninitializedCapacity: count * Self.width) { buffer, initialized in
      for place in 0..<count {
        let numbers = vector(place)
        let start = place * Self.width
        buffer[start] = numbers.0
        buffer[start + 1] = numbers.1
        buffer[start + 2] = numbers.2
        buffer[start + 3] = numbers.3
        buffer[start + 4] = numbers.4
        buffer[start + 5] = numbers.5
      }
      initialized = count * Self.width
    }
    let integers = integers
    doubles = integers.map(Double.init)
    transposed = [Double](unsafeUninitializedCapacity: count * Self.width) { buffer, initialized in
      for number in 0..<Self.width {
        for place in 0..<count { buffer[number * count + place] = Double(integers[place * Self.width + number]) }
      }
      initialized = count * Self.width
    }
  }

  /// A table of the least of each number among the vectors of some ranges of a table, a vector for each range.
  public init(leastOf table: FactorTable, _ ranges: [Range<Int>]) {
    self.init(count: ranges.count) { place in
      func least(_ number: Int) -> Int { ranges[place].reduce(.max) { min($0, table[$1, number]) } }
      return (least(0), least(1), least(2), least(3), least(4), least(5))
    }
  }

  /// The number of vectors.
  public var count: Int { integers.count / Self.width }

  /// The largest of each number.
  public var largest: [Int] {
    (0..<Self.width).map { number in (0..<count).reduce(0) { max($0, self[$1, number]) } }
  }

  /// One number of a vector.
  public subscript(vector: Int, number: Int) -> Int { integers[vector * Self.width + number] }
}
