/// Block sizes of a group: one, or several of which a bound holds for all.
struct BlockRange {
  /// The fewest and the most blocks.
  var fewest: Double
  var most: Double
  /// The size of the smallest blocks and of the largest.
  var smallest: Int
  var largest: Int
  /// Whether some have an even number of blocks.
  var hasEvenCount: Bool

  init(_ cut: GroupCut) {
    (fewest, most) = (Double(cut.count), Double(cut.count))
    (smallest, largest) = (cut.size, cut.size)
    hasEvenCount = cut.count % 2 == 0
  }

  /// The same with those of another.
  func joined(with other: BlockRange) -> BlockRange {
    var all = self
    (all.fewest, all.most) = (min(fewest, other.fewest), max(most, other.most))
    (all.smallest, all.largest) = (min(smallest, other.smallest), max(largest, other.largest))
    all.hasEvenCount = hasEvenCount || other.hasEvenCount
    return all
  }
}

/// The block sizes of a group from the smallest to the largest, one by one and in chunks of a few.
struct BlockRanges {
  /// The position of each among the cuts that they were made of.
  let positions: [Int]
  let each: [BlockRange]
  let chunks: [BlockRange]

  private static let chunkSize = 16

  /// The ranges of those cuts that are tried.
  init(_ cuts: [GroupCut], where isTried: (GroupCut) -> Bool) {
    let positions = cuts.indices.filter { isTried(cuts[$0]) }.sorted { (cuts[$0].size, $0) < (cuts[$1].size, $1) }
    let each = positions.map { BlockRange(cuts[$0]) }
    self.positions = positions
    self.each = each
    chunks = stride(from: 0, to: each.count, by: Self.chunkSize).map { first in
      each[first..<min(first + Self.chunkSize, each.count)].dropFirst().reduce(each[first]) { $0.joined(with: $1) }
    }
  }

  /// The ranges of a chunk, by their numbers.
  func chunk(_ index: Int) -> Range<Int> {
    index * Self.chunkSize..<min((index + 1) * Self.chunkSize, each.count)
  }
}
