import Mappings
import Workloads

/// A loop over all phases of a dimension of an axis, the first of the dimension's loops in its segment.
struct PhaseSplit: Hashable, Sendable {
  /// The segment, 0 outermost.
  var segment: Int
  /// The number of phases.
  var count: Int
}

/// The block sizes of one dimension of an axis at the three keeps, and the loop over phases that splits it, if one does.
///
/// A block inside that loop is of rows of one phase, and its size is the number of these.
struct SplitTiles: Hashable, Sendable {
  var tiles: Tiles
  var split: PhaseSplit?

  init(_ tiles: Tiles, _ split: PhaseSplit? = nil) {
    self.tiles = tiles
    self.split = split
  }

  /// How the loops of a segment cut blocks, outermost first, when the dimension has `size` indices.
  ///
  /// An outer tile that only makes blocks uneven is not among them.
  func cuts(of size: Int, segment: Int) -> [Loop.Cut] {
    var enclosing = segment == 0 ? size : tiles[segment - 1]
    var cuts: [Loop.Cut] = []
    if let split, split.segment == segment {
      cuts.append(.phases(split.count))
      enclosing = cuts[0].largestBlock(of: enclosing)
    }
    if tiles[segment] < enclosing { cuts.append(.tile(tiles[segment])) }
    return cuts
  }

  /// The blocks inside all loops of the segments before one, and inside its loop over phases if it has that.
  func parents(of size: Int, segment: Int) -> [Progression] {
    var cuts = (0..<segment).flatMap { self.cuts(of: size, segment: $0) }
    if let split, split.segment == segment { cuts.append(.phases(split.count)) }
    return Progression(count: size).blocks(cuts)
  }

  /// The blocks at the keep of a level.
  func blocks(of size: Int, level: Int) -> [Progression] {
    Progression(count: size).blocks((0...level).flatMap { cuts(of: size, segment: $0) })
  }

  /// The number of blocks at the keep of a level.
  func blockCount(of size: Int, level: Int) -> Int {
    guard let split else { return tiles.blockCount(of: size, level: level) }
    func count(_ block: Int, _ segment: Int) -> Int {
      if segment > level { return 1 }
      func cut(_ part: Int) -> Int {
        let (full, rest) = part.quotientAndRemainder(dividingBy: tiles[segment])
        return (full == 0 ? 0 : full * count(tiles[segment], segment + 1)) + (rest == 0 ? 0 : count(rest, segment + 1))
      }
      if split.segment != segment { return cut(block) }
      let (each, longer) = block.quotientAndRemainder(dividingBy: split.count)
      return (longer == 0 ? 0 : longer * cut(each + 1)) + (each == 0 ? 0 : (split.count - longer) * cut(each))
    }
    return count(size, 0)
  }
}
