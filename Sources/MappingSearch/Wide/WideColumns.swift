/// The factors of the cuts of n, k and c that go with some blocks at the first keep.
struct WideColumns {
  /// Columns that hold little of the second tensor: those up to an end.
  struct Group {
    let end: Int
    /// The bits of the second tensor for each word that the axes hold, at least, of the last of them.
    let held: Int
  }

  let cuts: [[ChannelCut]]
  /// For each term its numbers, one after the other.
  let factors: [Int]
  /// Groups that hold more and more of the second tensor.
  let groups: [Group]
  /// For each group and each product of axes' factors the least of its term up to the group's end.
  let leastOfProducts: [Int]
  /// The number of products.
  let products: Int
  /// For each tensor in the order of the keeps the bits held, one after the other.
  let held: [Int]
  /// The least of each.
  let leastHeld: SIMD4<Int>
  /// For each of ``WideTerms/steps``, how often its loop steps, one after the other.
  let steps: [Int]
  /// What all boxes of the second tensor need of the third.
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
    leastHeld = SIMD4(held[0].min() ?? 0, held[1].min() ?? 0, held[2].min() ?? 0, 0)
    let stepsOfColumns = cuts.map(terms.steps)
    steps = terms.steps.indices.flatMap { step in stepsOfColumns.map { $0[step] } }
    needed = cuts.map { $0.reduce(1) { $0 * $1.needed } }
    isWhole = cuts.map { $0.allSatisfy { $0.tiles[1] == $0.tiles[0] } }
  }
}
