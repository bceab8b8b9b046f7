/// The factors of the cuts of n, k and c that go with some blocks at the first keep.
struct WideColumns {
  /// Columns from the end of the group before up to `end`, in the order of what they hold of the second tensor.
  struct Group {
    let end: Int
    /// The least that these columns hold of the second tensor: bits for each word of the axes.
    let held: Int
  }

  let cuts: [[ChannelCut]]
  /// For each term its numbers, one after the other.
  let factors: [Int]
  /// All columns, in groups.
  let groups: [Group]
  /// For each group and each product of axes' factors the least of its term up to the group's end.
  let leastOfProducts: [Int]
  /// The number of products.
  let products: Int
  /// For each product whether its term is other than 0 of some column.
  let isUsed: [Bool]
  /// For each tensor in the order of the keeps the bits held, one after the other.
  let held: [Int]
  /// The words held of the third tensor.
  let wordsOfThird: [Int]
  /// The least of each tensor's bits.
  let leastHeld: SIMD4<Int>
  /// For each of ``WideTerms/keepingLoops`` the columns' numbers of steps, one after the other.
  let stepCounts: [Int]
  /// The elements of the third tensor that each block at the second keep touches, summed over the blocks; of a dimension that
  /// the third tensor does not depend on, their number.
  let needed: [Int]
  /// Whether the second tensor is held whole along z.
  let isWhole: [Bool]
  var count: Int { cuts.count }

  init(_ cuts: [[ChannelCut]], _ terms: WideTerms, _ widths: [Int]) {
    func second(_ cuts: [ChannelCut]) -> Int { cuts.reduce(widths[1]) { $0 * $1.held[1] } }
    let cuts = cuts.sorted { second($0) < second($1) }
    self.cuts = cuts
    let columns = cuts.map(terms.column)
    products = terms.termOfProduct.count
    factors = (0..<terms.count).flatMap { term in columns.map { $0[term] } }
    isUsed = terms.termOfProduct.map { term in columns.contains { $0[term] != 0 } }
    let size = max(1, cuts.count / 32)
    groups = stride(from: 0, to: cuts.count, by: size).map { first in
      Group(end: min(first + size, cuts.count), held: second(cuts[first]))
    }
    var running = Array(repeating: Int.max, count: terms.count)
    var (least, first): ([Int], Int) = ([], 0)
    for group in groups {
      for column in columns[first..<group.end] {
        for term in running.indices { running[term] = min(running[term], column[term]) }
      }
      first = group.end
      least += terms.termOfProduct.map { running[$0] }
    }
    leastOfProducts = least
    let held = (0..<3).map { tensor in
      cuts.map { cuts in widths[tensor] * cuts.reduce(1) { $0 * $1.held[tensor] } }
    }
    self.held = held.flatMap { $0 }
    wordsOfThird = held[2].map { $0 / widths[2] }
    leastHeld = SIMD4(held[0].min() ?? 0, held[1].min() ?? 0, held[2].min() ?? 0, 0)
    let steps = cuts.map(terms.stepCounts)
    stepCounts = terms.keepingLoops.indices.flatMap { loop in steps.map { $0[loop] } }
    needed = cuts.map { $0.reduce(1) { $0 * $1.needed } }
    isWhole = cuts.map { $0.allSatisfy { $0.tiles[1] == $0.tiles[0] } }
  }
}
