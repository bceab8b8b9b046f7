import Statistics
import TestSupport
import Testing

struct BinnedMinimaTests {
  static func rows(_ values: [Double], _ term: [Double], _ size: Int) throws -> [Int] {
    try BinnedMinima.rows(of: Variable("data", values), over: Variable("t", term), size: size)
  }

  @Test func bins() throws {
    // Distinct numbers 1 2 | 3 5 | 8: the last is too few for a bin.
    let term: [Double] = [5, 1, 3, 2, 8, 2, 5]
    #expect(try Self.rows([7, 4, 9, 5, 0, 3, 6], term, 2) == [5, 6])
    #expect(try Self.rows([7, 4, 9, 5, 0, 3, 6], term, 1) == [1, 5, 2, 6, 4])
    #expect(try Self.rows([7, 4, 9, 5, 0, 3, 6], term, 5) == [4])
    #expect(try Self.rows([7, 4, 9, 5, 0, 3, 6], term, 6) == [])
    #expect(try Self.rows([], [], 3) == [])
  }

  @Test func ties() throws {
    // Equal values: the smaller term, then the earlier row.
    #expect(try Self.rows([1, 1, 1, 1], [4, 3, 3, 4], 2) == [1])
    #expect(try Self.rows([1, 1, 1, 1], [3, 4, 4, 3], 2) == [0])
    #expect(try Self.rows([0.0, -0.0], [-0.0, 0.0], 1) == [0])
  }

  @Test("The definition, word by word", arguments: seeds(0..<40))
  func definition(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let count = random.pick(0...60)
    let term = (0..<count).map { _ in Double(random.pick(0...25)) }
    let values = (0..<count).map { _ in Double(random.pick(0...9)) }
    let size = random.pick(1...7)
    let distinct = Set(term).sorted()
    let expected = stride(from: 0, through: distinct.count - size, by: size).compactMap { start in
      let bin = Set(distinct[start..<start + size])
      return (0..<count).filter { bin.contains(term[$0]) }
        .min { (values[$0], term[$0], $0) < (values[$1], term[$1], $1) }
    }
    #expect(try Self.rows(values, term, size) == expected, "seed \(seed)")
  }

  @Test func errors() throws {
    #expect(throws: StatisticsError.binSize(0)) { try Self.rows([1], [1], 0) }
    #expect(throws: StatisticsError.binSize(-3)) { try Self.rows([1], [1], -3) }
    #expect(throws: StatisticsError.differentLengths(name: "t", count: 2, expected: 1)) {
      try Self.rows([1], [1, 2], 1)
    }
    #expect(throws: StatisticsError.notFinite(name: "data", row: 2)) { try Self.rows([1, .nan], [1, 2], 1) }
    #expect(throws: StatisticsError.notFinite(name: "t", row: 1)) { try Self.rows([1, 2], [.infinity, 2], 1) }
    #expect(try Self.rows([1], [1], .max) == [])
  }
}
