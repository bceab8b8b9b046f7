import Mappings

/// The blocks into which the blocks of a group are cut further, by their size: for each size one choice of tiles.
struct InnerBoxes {
  /// The sizes from the smallest to the largest, with tiles; nil where one dimension alone is larger than 1, so that there
  /// is every size.
  private let list: [(size: Int, tiles: SIMD4<Int>)]?
  private let enclosing: SIMD4<Int>
  private let dimension: Int

  /// The boxes inside blocks of some tiles.
  init(in enclosing: SIMD4<Int>) {
    self.enclosing = enclosing
    let cut = (0..<3).filter { enclosing[$0] > 1 }
    dimension = cut.first ?? 0
    if cut.count <= 1 {
      list = nil
      return
    }
    var best: [Int: (isEven: Bool, tiles: SIMD4<Int>)] = [:]
    for first in 1...enclosing[0] {
      for second in 1...enclosing[1] {
        for third in 1...enclosing[2] {
          let tiles = SIMD4(first, second, third, 1)
          // Blocks that are all of one size stand no worse at any end.
          let isEven = (0..<3).allSatisfy { enclosing[$0] % tiles[$0] == 0 }
          if let known = best[tiles.product], known.isEven || !isEven { continue }
          best[tiles.product] = (isEven, tiles)
        }
      }
    }
    list = best.map { (size: $0, tiles: $1.tiles) }.sorted { $0.size < $1.size }
  }

  /// The number of sizes.
  var count: Int { list?.count ?? enclosing[dimension] }

  /// The size at a position.
  func size(_ index: Int) -> Int { list?[index].size ?? index + 1 }

  /// The tiles at a position.
  func tiles(_ index: Int) -> SIMD4<Int> {
    if let list { return list[index].tiles }
    var tiles = SIMD4<Int>(repeating: 1)
    tiles[dimension] = index + 1
    return tiles
  }

  /// The number of sizes up to `size`.
  func count(upTo size: Int) -> Int {
    guard let list else { return max(0, min(size, enclosing[dimension])) }
    return list.indices.partitionPoint { list[$0].size > size }
  }
}
