import Workloads

/// The tiles of output rows inside parents of each size, in runs that make the same number of blocks.
///
/// Of tiles that make the same number of blocks only the one that holds least can be best, for all move the same rows;
/// where a cut falls among output rows that reach padding they may move fewer, so those are listed too.
struct TileLadder: Sendable {
  /// Tiles inside one parent that make the same number of blocks.
  struct Rung: Sendable {
    var tiles: ClosedRange<Int>
    var count: Int
    /// Whether a full block of the smallest tile lies away from padding: then the boxes hold what that one holds.
    var isInterior: Bool
    /// Whether a smaller parent, as many times in the range, has no more blocks of the smallest tile. It holds no more if
    /// this one is interior.
    var isDominated: Bool
    /// The tiles with a cut among output rows that reach padding, less those that a smaller parent makes superfluous.
    var padded: [Int] = []
  }

  let rows: AxisRows
  /// The sizes of parents, and of boxes that are cut no further outside, that are tried; the whole range is one.
  let parents: [Int]
  /// The rungs of parents of n output rows, at n - 1, where they are tried.
  private var rungs: [[Rung]]

  private var outputSize: Int { rows.axis.outputSize }

  /// The rungs of some sizes of parents.
  ///
  /// - Complexity: O(√output rows) for each parent, and O(output rows) more where cuts can fall among padding.
  init(_ rows: AxisRows, parents sizes: [Int]) {
    self.rows = rows
    parents = sizes
    rungs = Array(repeating: [], count: rows.axis.outputSize)
    var fewest = [Int](repeating: .max, count: outputSize + 1)
    var parentCount = 0
    for parent in sizes.sorted() {
      if parentCount != (outputSize + parent - 1) / parent {
        parentCount = (outputSize + parent - 1) / parent
        for tile in 1...outputSize { fewest[tile] = .max }
      }
      var ladder: [Rung] = []
      forEachBlockCount(parent: parent) { tiles, count in
        var rung = Rung(
          tiles: tiles, count: count, isInterior: isInterior(parent, tiles.lowerBound),
          isDominated: fewest[tiles.lowerBound] <= count)
        if rows.canCutPadding {
          // Single output rows are the same in all parents.
          let isRepeated = rung.isDominated && !rows.cutsPadding(parent, parent)
          rung.padded = tiles.filter { rows.cutsPadding(parent, $0) && !($0 == 1 && isRepeated) }
        }
        ladder.append(rung)
        for tile in tiles { fewest[tile] = min(fewest[tile], count) }
      }
      rungs[parent - 1] = ladder
    }
  }

  /// The rungs of a parent, from the smallest tiles to the largest.
  @inline(__always)
  func rungs(parent: Int) -> [Rung] { rungs[parent - 1] }

  /// Whether a full block lies away from padding.
  func isInterior(_ parent: Int, _ tile: Int) -> Bool {
    let first = (rows.frontEnd + tile - 1) / tile * tile
    if first + tile <= min(parent, rows.backStart) { return true }
    return parent < outputSize && (rows.frontEnd + parent - 1) / parent * parent + tile <= rows.backStart
  }

  /// Calls `body` with the tiles inside a box of `box` output rows, and the number of blocks, that no smaller box makes
  /// superfluous.
  func forEachTile(box: Int, _ body: (Int, Int) -> Void) {
    let isPlain = isInterior(outputSize, box) && !rows.cutsPadding(outputSize, box)
    for rung in rungs[box - 1] where !(isPlain && rung.isDominated) { body(rung.tiles.lowerBound, rung.count) }
  }

  /// Calls `body` with each range of tiles within `parent` that make the same number of blocks, and that number.
  private func forEachBlockCount(parent: Int, _ body: (ClosedRange<Int>, Int) -> Void) {
    let (full, rest) = outputSize.quotientAndRemainder(dividingBy: parent)
    var tile = 1
    while tile <= parent {
      let inFull = (parent + tile - 1) / tile
      let inRest = (rest + tile - 1) / tile
      var end = inFull > 1 ? (parent - 1) / (inFull - 1) : parent
      if inRest > 1 { end = min(end, (rest - 1) / (inRest - 1)) }
      body(tile...end, full * inFull + inRest)
      tile = end + 1
    }
  }

  /// Calls `body` with the smallest of all tiles that cut three ranges into the same number of blocks, and that number.
  static func forEachBlockCount(of sizes: (Int, Int, Int), _ body: (Int, Int) -> Void) {
    let largest = max(sizes.0, sizes.1, sizes.2)
    var tile = 1
    var before = Int.max
    while tile <= largest {
      var count = 0
      var end = largest
      for size in [sizes.0, sizes.1, sizes.2] {
        let blocks = (size + tile - 1) / tile
        count += blocks
        if blocks > 1 { end = min(end, (size - 1) / (blocks - 1)) }
      }
      if count < before { body(tile, count) }
      before = count
      tile = end + 1
    }
  }
}
