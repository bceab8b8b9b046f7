import Mappings
import Workloads

/// A dimension without a halo, cut into nested blocks at the three keeps by loops that run back and forth.
///
/// Of three blocks or more of which one is smaller, that one is last but one, so that the blocks at both ends are full,
/// unless the blocks outside differ. Where it is not known at which of two different blocks a loop stands, one is counted.
struct ChannelCut {
  let size: Int
  /// The block sizes, outermost first.
  let tiles: [Int]
  /// By tensor in the order of the keeps, with the number of the dimension's places outside its keep: the sum over the
  /// blocks that so many loops make, of the block where the loops inside stand; of tensors that do not depend on the
  /// dimension, the number of blocks.
  let starts: [[Int]]
  /// For each number of the dimension's places outside the second keep, the number of blocks that so many loops make.
  let blocks: [Int]
  /// What each block at the second keep touches of the third tensor along the dimension, summed over the blocks: their number
  /// where it does not depend on it.
  let needed: Int
  /// The largest block at each keep, 1 where the tensor does not depend on the dimension.
  let held: [Int]

  /// - Parameters:
  ///   - size: the size of the dimension.
  ///   - tiles: the block sizes.
  ///   - segments: the segments that have a place for its loop.
  ///   - depends: for each tensor in the order of the keeps whether it depends on the dimension.
  ///   - ends: which of two different blocks is counted.
  init(size: Int, tiles: [Int], segments: [Int], depends: [Bool], ends: UnknownEnds) {
    self.size = size
    self.tiles = tiles
    held = depends.indices.map { depends[$0] ? tiles[$0] : 1 }
    let outside = segments.filter { $0 <= 1 }
    blocks = (0...outside.count).map { count in
      let end = count < outside.count ? outside[count] : 2
      return Self.blocks(size, tiles[..<end]).reduce(0) { $0 + $1.times }
    }
    needed = depends[2] ? size : blocks[outside.count]
    starts = depends.indices.map { level in
      let inside = segments.filter { $0 <= level }
      return (0...inside.count).map { count in
        let end = count < inside.count ? inside[count] : level + 1
        return Self.blocks(size, tiles[..<end]).reduce(0) { sum, blocks in
          sum + blocks.times
            * (depends[level] ? Self.end(blocks.size, tiles[end..<level + 1], blocks.isWhole, ends) : 1)
        }
      }
    }
  }

  /// The tile of a loop around a segment's own by which the smaller block is last but one, or nil where there is none.
  func outerTile(segment: Int) -> Int? {
    let outside = segment == 0 ? size : tiles[segment - 1]
    let isUniform = (0..<segment).allSatisfy { ($0 == 0 ? size : tiles[$0 - 1]) % tiles[$0] == 0 }
    let tile = tiles[segment]
    return isUniform && outside > 2 * tile && outside % tile > 0 ? outside - tile : nil
  }

  /// The blocks that some tiles make, by size; whether they are all that there are of their kind.
  private static func blocks(_ size: Int, _ tiles: ArraySlice<Int>) -> [(size: Int, times: Int, isWhole: Bool)] {
    tiles.reduce([(size, 1, true)]) { blocks, tile in
      blocks.flatMap { block -> [(size: Int, times: Int, isWhole: Bool)] in
        let (full, rest) = block.size.quotientAndRemainder(dividingBy: tile)
        return (full > 0 ? [(tile, block.times * full, block.isWhole && rest == 0)] : [])
          + (rest > 0 ? [(rest, block.times, block.isWhole && full == 0)] : [])
      }
    }
  }

  /// The size of a block at an end where tiles cut a block further.
  private static func end(_ size: Int, _ tiles: ArraySlice<Int>, _ isWhole: Bool, _ ends: UnknownEnds) -> Int {
    guard let tile = tiles.first else { return size }
    let rest = size % tile
    let inner = tiles.dropFirst()
    if size <= tile { return end(size, inner, isWhole, ends) }
    let full = end(tile, inner, isWhole && rest == 0, ends)
    return rest == 0 || isWhole && size > 2 * tile ? full : ends.choose(full, end(rest, inner, false, ends))
  }
}
