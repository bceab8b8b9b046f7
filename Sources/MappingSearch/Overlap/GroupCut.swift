/// A group of dimensions cut into blocks by loops that run back and forth.
///
/// Where a dimension has three blocks or more, the smaller one is last but one, so that the blocks at both ends are full.
/// Only where it has two, of different sizes, does it matter at which end the loop stands: at the second after an odd
/// number of passes.
struct GroupCut: Hashable {
  /// The block size in each dimension.
  let tiles: SIMD4<Int>
  /// The size of a full block of all dimensions.
  let size: Int
  /// The number of blocks.
  let count: Int
  /// The dimension whose second block the loops stand at after an odd number of passes, where that is smaller.
  let oddDimension: Int?
  /// The size of that block in that dimension.
  let oddTile: Int
  /// The dimension whose loops are outermost of the group.
  let outermost: Int

  /// A group's sizes cut by tiles.
  ///
  /// The loops inside one with an even number of blocks are passed an even number of times: so only one dimension can stand
  /// at a smaller second block, and none does where one with an even number of blocks and full ends is outermost.
  init(_ sizes: SIMD4<Int>, by tiles: SIMD4<Int>) {
    self.tiles = tiles
    size = tiles.product
    var count = 1
    var full: Int?
    var uneven: (dimension: Int, rest: Int)?
    for dimension in 0..<3 {
      let (size, tile) = (sizes[dimension], tiles[dimension])
      let blocks = (size + tile - 1) / tile
      count *= blocks
      if blocks == 2, size < 2 * tile {
        let rest = size - tile
        if let known = uneven, rest * tiles[known.dimension] <= known.rest * tile { continue }
        uneven = (dimension, rest)
      } else if blocks % 2 == 0 {
        full = full ?? dimension
      }
    }
    self.count = count
    outermost = full ?? uneven?.dimension ?? 0
    oddDimension = full == nil ? uneven?.dimension : nil
    oddTile = full == nil ? uneven?.rest ?? 0 : 0
  }

  /// The block sizes where the loops stand after an odd number of passes.
  var oddTiles: SIMD4<Int> {
    guard let oddDimension else { return tiles }
    var odd = tiles
    odd[oddDimension] = oddTile
    return odd
  }

  /// The size of the block there.
  var oddSize: Int { oddDimension.map { size / tiles[$0] * oddTile } ?? size }

  /// The size of a dimension's last block when blocks of one size follow one another, the smaller one last.
  static func rest(of size: Int, by tile: Int) -> Int { size - (size - 1) / tile * tile }
}

extension GroupCut {
  /// Calls a closure for each size of its blocks with how often it is cut by smaller tiles and how many blocks have it.
  @inline(__always)
  func forEachInner(_ sizes: SIMD4<Int>, cutBy tiles: SIMD4<Int>, _ body: (_ blocks: Int, _ times: Int) -> Void) {
    // Each bit says of a dimension whether the block is its last.
    for last in 0..<8 {
      var (blocks, times) = (1, 1)
      for d in 0..<3 {
        let isLast = last >> d & 1 == 1
        let tile = isLast ? Self.rest(of: sizes[d], by: self.tiles[d]) : self.tiles[d]
        blocks *= (tile - 1) / tiles[d] + 1
        times *= isLast ? 1 : (sizes[d] - 1) / self.tiles[d]
      }
      if times > 0 { body(blocks, times) }
    }
  }

  /// The number of blocks when its blocks are cut again by smaller tiles.
  func visits(_ sizes: SIMD4<Int>, cutBy tiles: SIMD4<Int>) -> Int {
    (0..<3).reduce(1) { visits, d in
      let (full, rest) = ((sizes[d] - 1) / self.tiles[d], Self.rest(of: sizes[d], by: self.tiles[d]))
      return visits * (full * ((self.tiles[d] - 1) / tiles[d] + 1) + (rest - 1) / tiles[d] + 1)
    }
  }
}

extension DimensionGroup {
  /// Cuts with, in each dimension, the smallest tile of every number of blocks.
  ///
  /// Of two dimensions of one size, the tiles of the one are no larger than those of the other.
  var cutsByBlockCount: [GroupCut] {
    cuts(sizes.map { Tiles.byBlockCount(of: $0) })
  }

  /// Cuts with, in each dimension, every tile, from the smallest blocks to the largest; of those with blocks of one size
  /// the ones that stand at the largest after an odd number of passes, for an odd and for an even number of blocks, and
  /// for those that help every tile and for others.
  var panels: [GroupCut] {
    let all = cuts(sizes.map { listsAllPanels ? Array(1...$0) : Tiles.byBlockCount(of: $0) })
    var best: [SIMD4<Int>: GroupCut] = [:]
    for cut in all {
      let key = SIMD4(cut.size, cut.count % 2, helpsEveryTile(cut) ? 1 : 0, 0)
      if let known = best[key], known.oddSize >= cut.oddSize { continue }
      best[key] = cut
    }
    return best.values.sorted { ($0.size, $0.count) < ($1.size, $1.count) }
  }

  /// Whether blocks may stay to some use wherever the loops outside them turn: those of no more than half of every dimension
  /// that they are not the whole of, and those at which the loops stand after any number of passes.
  ///
  /// Of others the smaller rest stays every other time.
  func helpsEveryTile(_ cut: GroupCut) -> Bool {
    cut.oddDimension == nil
      || (0..<3).allSatisfy { cut.tiles[$0] == sizes[$0] || cut.tiles[$0] <= (sizes[$0] + 1) / 2 }
  }

  /// Whether all panels are listed; of larger groups the tiles are the smallest of every number of blocks.
  var listsAllPanels: Bool {
    (0..<3).reduce(1.0) { $0 * Double((sizes[$1] + 3) / 2) } <= Double(1 << 16)
  }

  private func cuts(_ tiles: [[Int]]) -> [GroupCut] {
    var cuts: [GroupCut] = []
    for first in tiles[0] {
      for second in tiles[1] where sizes[1] != sizes[0] || second <= first {
        for third in tiles[2] where sizes[2] != sizes[1] || third <= second {
          cuts.append(GroupCut(sizes, by: SIMD4(first, second, third, 1)))
        }
      }
    }
    return cuts
  }
}

extension SIMD4<Int> {
  fileprivate func map<T>(_ transform: (Int) -> T) -> [T] { (0..<3).map { transform(self[$0]) } }
}
