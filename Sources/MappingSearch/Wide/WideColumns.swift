/// The factors of the cuts of n, k and c that go with some blocks at the first keep.
struct WideColumns {
  let cuts: [[ChannelCut]]
  /// The terms that are not zero throughout.
  let terms: [Int]
  /// For each of them its numbers, one after the other.
  let factors: [Int]
  /// The ends of groups of columns that hold little of the second tensor, and more and more of it, with the most held of it
  /// before the end.
  let groups: [(end: Int, held: Int)]
  /// For each group the least of each factor up to its end.
  let least: [Int]
  /// For each tensor in the order of the keeps the words held, one after the other.
  let held: [Int]
  /// The least of each.
  let leastHeld: SIMD4<Int>
  /// Whether the second tensor is held whole along z.
  let isWhole: [Bool]
  var count: Int { cuts.count }

  init(_ cuts: [[ChannelCut]], _ terms: WideTerms, _ widths: [Int]) {
    func second(_ cuts: [ChannelCut]) -> Int { cuts.reduce(widths[1]) { $0 * $1.held[1] } }
    let cuts = cuts.sorted { second($0) < second($1) }
    self.cuts = cuts
    let columns = cuts.map(terms.column)
    let used = (0..<terms.count).filter { term in columns.contains { $0[term] != 0 } }
    self.terms = used
    factors = used.flatMap { term in columns.map { $0[term] } }
    let size = max(1, cuts.count / 32)
    let groups = stride(from: 0, to: cuts.count, by: size).map { first in
      let end = min(first + size, cuts.count)
      return (end: end, held: second(cuts[first]))
    }
    self.groups = groups
    var running = used.map { _ in Int.max }
    var (least, first): ([Int], Int) = ([], 0)
    for group in groups {
      for column in first..<group.end {
        for (index, term) in used.enumerated() { running[index] = min(running[index], columns[column][term]) }
      }
      first = group.end
      least += running
    }
    self.least = least
    let held = (0..<3).map { tensor in
      cuts.map { cuts in widths[tensor] * cuts.reduce(1) { $0 * $1.held[tensor] } }
    }
    self.held = held.flatMap { $0 }
    leastHeld = SIMD4(held[0].min() ?? 0, held[1].min() ?? 0, held[2].min() ?? 0, 0)
    isWhole = cuts.map { $0.allSatisfy { $0.tiles[1] == $0.tiles[0] } }
  }
}
