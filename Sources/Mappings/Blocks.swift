/// The blocks into which nested loops cut the range 0 ..< size of a dimension, in the order in which they are visited.
struct Blocks {
  /// A block that no loop further in cuts.
  struct Block {
    /// The indices in it.
    var range: Range<Int>
    /// The number of loops down to the innermost that cuts it out. The loops inside that one make a single pass over it.
    var depth: Int
    /// Whether it is the first block of a pass of that loop.
    var isFirst: Bool
  }

  /// The tiles that cut something, each smaller than the one before.
  let tiles: [Int]
  private(set) var blocks: [Block] = []

  /// 0 ..< `size` cut by each tile in turn, the last block of each range being what is left over.
  ///
  /// - Complexity: O(blocks · log(tiles)): a range is visited only where it is cut, into two blocks at least.
  init(of size: Int, tiles: [Int]) {
    self.tiles = Self.cutting(size, tiles)
    append(0..<size, depth: 0, isFirst: true)
  }

  /// The tiles that cut a range of `size`: one that is no smaller than what encloses it makes a single pass.
  static func cutting(_ size: Int, _ tiles: [Int]) -> [Int] {
    var block = size
    return tiles.filter { tile in
      defer { block = min(block, tile) }
      return tile < block
    }
  }

  private mutating func append(_ range: Range<Int>, depth: Int, isFirst: Bool) {
    guard let next = firstTile(below: range.count, from: depth) else {
      blocks.append(Block(range: range, depth: depth, isFirst: isFirst))
      return
    }
    for start in stride(from: range.lowerBound, to: range.upperBound, by: tiles[next]) {
      append(
        start..<min(range.upperBound, start + tiles[next]), depth: next + 1, isFirst: start == range.lowerBound)
    }
  }

  /// The position of the first tile that cuts a block of `size`.
  private func firstTile(below size: Int, from first: Int) -> Int? {
    guard let smallest = tiles.last, smallest < size else { return nil }
    var (low, high) = (first, tiles.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if tiles[middle] < size { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The blocks of each depth.
  var rangesByDepth: [[Range<Int>]] {
    var ranges = [[Range<Int>]](repeating: [], count: tiles.count + 1)
    for block in blocks { ranges[block.depth].append(block.range) }
    return ranges
  }

  /// The blocks before and after each step of the innermost loop.
  var steps: [(before: Range<Int>, after: Range<Int>)] {
    zip(blocks, blocks.dropFirst()).compactMap { before, after in
      after.depth == tiles.count && !after.isFirst ? (before.range, after.range) : nil
    }
  }
}

/// How many blocks 0 ..< size is in, and how much of it is cut no further, inside each number of tiles.
struct BlockCounts {
  /// Blocks inside so many of the tiles.
  private(set) var blocks: [Int] = []
  /// The sum of the sizes of those blocks that the rest of the tiles leave as they are.
  private(set) var settled: [Int] = []

  /// Of 0 ..< `size` cut by `tiles`, each smaller than the one before.
  ///
  /// - Complexity: O(tiles²): every tile adds at most one size to those that there are.
  init(of size: Int, tiles: [Int]) {
    let innermost = tiles.last ?? size
    var counts = [size: 1]
    func add() {
      blocks.append(counts.reduce(0) { $0 + $1.value })
      settled.append(counts.reduce(0) { $1.key <= innermost ? $0 + $1.key * $1.value : $0 })
    }
    add()
    for tile in tiles {
      for (size, count) in counts where tile < size {
        counts[size] = nil
        counts[tile, default: 0] += count * (size / tile)
        if size % tile > 0 { counts[size % tile, default: 0] += count }
      }
      add()
    }
  }
}
