/// A range cut into blocks by nested tiles, in the order in which the loops visit them.
package struct Blocks {
  package var ranges: [Range<Int>]

  /// 0 ..< `size`, cut by each tile in turn.
  package init(of size: Int, tiles: [Int]) {
    ranges = [0..<size]
    for tile in tiles { ranges = ranges.flatMap { Self.cut($0, by: tile) } }
  }

  /// One range in blocks of `tile`, of which the last may be smaller.
  package static func cut(_ range: Range<Int>, by tile: Int) -> [Range<Int>] {
    if tile >= range.count { return [range] }
    return stride(from: range.lowerBound, to: range.upperBound, by: tile).map {
      $0..<min(range.upperBound, $0 + tile)
    }
  }

  /// The sizes of the blocks of 0 ..< `size` cut by each tile in turn, each with how many blocks have it.
  ///
  /// - Complexity: O(tiles²): every tile adds at most one size to those that there are.
  package static func sizes(of size: Int, tiles: [Int]) -> [(size: Int, count: Int)] {
    var sizes = [(size: size, count: 1)]
    for tile in tiles {
      var cut: [(size: Int, count: Int)] = []
      func add(_ size: Int, _ count: Int) {
        if size == 0 || count == 0 { return }
        if let known = cut.firstIndex(where: { $0.size == size }) {
          cut[known].count += count
        } else {
          cut.append((size, count))
        }
      }
      for (size, count) in sizes {
        if tile >= size {
          add(size, count)
        } else {
          add(tile, count * (size / tile))
          add(size % tile, count)
        }
      }
      sizes = cut
    }
    return sizes
  }
}
