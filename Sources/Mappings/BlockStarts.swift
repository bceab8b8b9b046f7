/// The innermost blocks into which loops cut a dimension, by their sizes and where they begin.
struct BlockStarts {
  /// The distance from an element of a block to the next.
  let step: Int
  /// The first elements of the blocks of each size, in ascending order, the largest size first.
  let bySize: [(size: Int, starts: [Int])]

  /// The blocks of 0 ..< `size`. A cut may leave them as they are.
  init(of size: Int, _ cuts: [Loop.Cut]) {
    let tiles = cuts.compactMap { cut in if case .tile(let tile) = cut { tile } else { nil } }
    var starts: [Int: [Int]] = [:]
    if tiles.count == cuts.count {
      step = 1
      for block in Blocks(of: size, tiles: tiles).blocks {
        starts[block.range.count, default: []].append(block.range.lowerBound)
      }
    } else {
      let blocks = Progression(count: size).blocks(cuts).sorted { $0.start < $1.start }
      step = blocks.first?.step ?? 1
      for block in blocks { starts[block.count, default: []].append(block.start) }
    }
    bySize = starts.sorted { $0.key > $1.key }.map { ($0.key, $0.value) }
  }

  /// The blocks, the largest first.
  var blocks: [Progression] {
    bySize.flatMap { size, starts in starts.map { Progression(start: $0, step: step, count: size) } }
  }
}
