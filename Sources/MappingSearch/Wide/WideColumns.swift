/// The factors of the cuts of n, k and c that go with some blocks at the first keep.
struct WideColumns {
  /// Columns from the end of the group before up to `end`, in the order of what they hold of the second tensor.
  struct Group {
    let end: Int
    /// The least that these columns hold of the second tensor: bits for each word of the axes.
    let held: Int
    /// Of all columns up to the end the least of what each needs of the third tensor, and the most words that one holds of it.
    let needed: Int
    let mostOfThird: Int
  }

  let cuts: [[ChannelCut]]
  /// For each term its numbers, one after the other.
  let factors: [Int]
  /// All columns, in groups.
  let groups: [Group]
  /// For each group and each product of axes' factors the least of its term up to the group's end.
  let leastOfProducts: [Int]
  /// For each group and each of ``WideTerms/keepingLoops`` the most steps of the columns up to the group's end.
  let mostSteps: [Int]
  /// The most of each tensor's bits.
  let mostHeld: SIMD4<Int>
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
    let held = (0..<3).map { tensor in
      cuts.map { cuts in widths[tensor] * cuts.reduce(1) { $0 * $1.held[tensor] } }
    }
    self.held = held.flatMap { $0 }
    let wordsOfThird = held[2].map { $0 / widths[2] }
    self.wordsOfThird = wordsOfThird
    leastHeld = SIMD4(held[0].min() ?? 0, held[1].min() ?? 0, held[2].min() ?? 0, 0)
    mostHeld = SIMD4(held[0].max() ?? 0, held[1].max() ?? 0, held[2].max() ?? 0, 0)
    let steps = cuts.map(terms.stepCounts)
    stepCounts = terms.keepingLoops.indices.flatMap { loop in steps.map { $0[loop] } }
    let needed = cuts.map { $0.reduce(1) { $0 * $1.needed } }
    self.needed = needed
    let size = max(1, cuts.count / 32)
    var groups: [Group] = []
    var least = Array(repeating: Int.max, count: terms.count)
    var most = Array(repeating: 0, count: terms.keepingLoops.count)
    var (leastOfProducts, mostSteps): ([Int], [Int]) = ([], [])
    for first in stride(from: 0, to: cuts.count, by: size) {
      let end = min(first + size, cuts.count)
      for column in first..<end {
        for term in least.indices { least[term] = min(least[term], columns[column][term]) }
        for loop in most.indices { most[loop] = max(most[loop], steps[column][loop]) }
      }
      groups.append(
        Group(
          end: end, held: second(cuts[first]), needed: min(groups.last?.needed ?? .max, needed[first..<end].min() ?? 0),
          mostOfThird: max(groups.last?.mostOfThird ?? 0, wordsOfThird[first..<end].max() ?? 0)))
      leastOfProducts += terms.termOfProduct.map { least[$0] }
      mostSteps += most
    }
    self.groups = groups
    self.leastOfProducts = leastOfProducts
    self.mostSteps = mostSteps
    isWhole = cuts.map { $0.allSatisfy { $0.tiles[1] == $0.tiles[0] } }
  }
}
