/// The block sizes of one dimension at the three keeps, outermost first: D ≥ first ≥ second ≥ third.
struct Tiles: Hashable, Comparable, Sendable {
  /// Four sizes of at most 2^31 - 1 each, packed: profiles are copied much more often than they are read.
  private var sizes: SIMD4<Int32>

  var first: Int { Int(sizes[0]) }
  var second: Int { Int(sizes[1]) }
  var third: Int { Int(sizes[2]) }
  /// A larger tile just outside the first one that cuts, or 0 for none.
  ///
  /// It makes the blocks uneven: a range of 7 in blocks of 4, cut into blocks of 3, gives 3, 1 and 3. With padding the
  /// first and the last block can then be larger than those between and still hold no more input rows.
  var outer: Int { Int(sizes[3]) }

  init(_ first: Int, _ second: Int, _ third: Int, outer: Int = 0) {
    sizes = SIMD4(Int32(first), Int32(second), Int32(third), Int32(outer))
  }

  /// The same tiles with an outer one around the first that cuts.
  func around(_ outer: Int) -> Tiles { Tiles(first, second, third, outer: outer) }

  /// The block size at the keep of a level, 0 to 2.
  subscript(level: Int) -> Int {
    switch level {
    case 0: first
    case 1: second
    default: third
    }
  }

  /// The number of blocks at the keep of a level when the dimension has `size` indices.
  func blockCount(of size: Int, level: Int) -> Int {
    outer == 0 || self[level] >= size
      ? evenBlockCount(of: size, level: level)
      : Self.nested(size, outer) { evenBlockCount(of: $0, level: level) }
  }

  private func evenBlockCount(of size: Int, level: Int) -> Int {
    switch level {
    case 0: Self.blocks(size, first)
    case 1: Self.blocks(size, first, second)
    default: Self.nested(size, first) { Self.blocks($0, second, third) }
    }
  }

  private static func blocks(_ size: Int, _ tile: Int) -> Int { (size + tile - 1) / tile }

  private static func blocks(_ size: Int, _ outer: Int, _ inner: Int) -> Int {
    nested(size, outer) { blocks($0, inner) }
  }

  /// floor(D/t) times the blocks of t, plus the blocks of what is left over.
  private static func nested(_ size: Int, _ tile: Int, _ blocks: (Int) -> Int) -> Int {
    let (full, rest) = size.quotientAndRemainder(dividingBy: tile)
    return (full == 0 ? 0 : full * blocks(tile)) + (rest == 0 ? 0 : blocks(rest))
  }

  /// The outer tile in the segment of the first loop, or nil where there is none.
  func outerLoopTile(of size: Int, segment: Int) -> Int? {
    outer > 0 && enclosing(segment, of: size) == size && self[segment] < size ? outer : nil
  }

  private func enclosing(_ segment: Int, of size: Int) -> Int { segment == 0 ? size : self[segment - 1] }

  static func < (a: Tiles, b: Tiles) -> Bool {
    (a.first, a.second, a.third, a.outer) < (b.first, b.second, b.third, b.outer)
  }

  /// The tiles of a dimension without a halo that matter: for every number of blocks the smallest tile that makes it.
  ///
  /// About 2·√size of them, from the largest to the smallest.
  static func byBlockCount(of size: Int) -> [Int] {
    var tiles = [size]
    while let last = tiles.last, last > 1 {
      let count = (size + last - 2) / (last - 1)
      tiles.append((size + count - 1) / count)
    }
    return tiles
  }

  /// So many of those tiles at even distances, the largest and the smallest among them.
  static func byBlockCount(of size: Int, atMost most: Int) -> [Int] {
    let tiles = byBlockCount(of: size)
    if tiles.count <= most { return tiles }
    return (0..<most).map { tiles[$0 * (tiles.count - 1) / (most - 1)] }
  }

  /// Those tiles within `first` that make fewer blocks than every smaller one, the smallest first, where the range is cut
  /// by `first` and before that by `outer` unless that is 0.
  static func withFewerBlocks(_ tiles: [Int], within first: Int, outer: Int, of size: Int) -> [Int] {
    var fewest = Int.max
    return tiles.sorted().filter { tile in
      if tile > first { return false }
      let count = Tiles(first, tile, tile, outer: outer).blockCount(of: size, level: 1)
      defer { fewest = min(fewest, count) }
      return count < fewest
    }
  }
}
