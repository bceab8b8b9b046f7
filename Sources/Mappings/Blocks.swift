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
}
