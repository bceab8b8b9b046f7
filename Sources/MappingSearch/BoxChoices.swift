import Workloads

/// The ways to cut the input boxes of one axis inside given parents that can be best, where output rows that share an
/// input row are neighbours: v = 1, as wherever the dilation divides the stride.
///
/// Of tiles of output rows that make the same number of blocks only the one that holds least can be best, for all move
/// the same rows; where a cut falls among output rows that reach padding they may move fewer, so those are listed too.
/// When the output loop slides, all of its tiles move the same rows.
struct BoxChoices {
  /// One way.
  struct Choice {
    var moved: Int
    var held: Int
    var outputTile: Int
    var kernel: Tiles
    var slide: AxisLoops.Slide
  }

  let rows: AxisRows
  let coverage: Coverage
  let outputSize: Int
  let kernelSize: Int
  /// The sizes of parents, and of boxes that are cut no further outside, that are tried; the whole range is one.
  let parents: [Int]
  /// The rungs of parents of n output rows, at n - 1, where they are tried.
  private var ladders: [[Rung]]

  /// Tiles inside one parent that make the same number of blocks.
  private struct Rung {
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

  init(_ rows: AxisRows, parents sizes: [Int]) {
    self.rows = rows
    parents = sizes
    ladders = Array(repeating: [], count: rows.axis.outputSize)
    let axis = rows.axis
    coverage = Coverage(rows: rows)
    outputSize = axis.outputSize
    kernelSize = axis.kernelSize
    var fewest = [Int](repeating: .max, count: outputSize + 1)
    var count = 0
    for parent in sizes.sorted() {
      if count != (outputSize + parent - 1) / parent {
        count = (outputSize + parent - 1) / parent
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
      ladders[parent - 1] = ladder
    }
  }

  /// Calls `body` with the tiles inside a box of `box` output rows, and the number of blocks, that no smaller box makes
  /// superfluous.
  func forEachTile(box: Int, _ body: (Int, Int) -> Void) {
    let isPlain = isInterior(outputSize, box) && !rows.cutsPadding(outputSize, box)
    for rung in ladders[box - 1] where !(isPlain && rung.isDominated) { body(rung.tiles.lowerBound, rung.count) }
  }

  /// Whether a full block lies away from padding.
  private func isInterior(_ parent: Int, _ tile: Int) -> Bool {
    let first = (rows.frontEnd + tile - 1) / tile * tile
    if first + tile <= min(parent, rows.backStart) { return true }
    return parent < outputSize && (rows.frontEnd + parent - 1) / parent * parent + tile <= rows.backStart
  }

  /// Calls `body` with each range of tiles within `parent` that make the same number of blocks, and that number.
  func forEachBlockCount(parent: Int, _ body: (ClosedRange<Int>, Int) -> Void) {
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
  func forEachBlockCount(of sizes: (Int, Int, Int), _ body: (Int, Int) -> Void) {
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

  /// The most rows of any box.
  func rowsHeld(parent: Int, tile: Int, _ cut: KernelCut) -> Int {
    // A full block away from padding holds the most.
    if isInterior(parent, tile) { return cut.rowsHeld(interior: tile, rows) }
    var most = 0
    var start = 0
    while start < outputSize {
      let end = min(start + parent, outputSize)
      var block = start
      while block < end {
        most = max(most, cut.rowsHeld(block..<min(block + tile, end), rows))
        block += tile
      }
      start = end
    }
    return most
  }

  /// The tile of a range that holds least and less than `bound`.
  private func leastHeld(
    parent: Int, _ tiles: ClosedRange<Int>, _ cut: KernelCut, below bound: Int = .max
  ) -> (tile: Int, held: Int)? {
    var best: (tile: Int, held: Int)?
    var bound = bound
    for tile in tiles {
      // The first block alone holds as much, and so it does for all larger tiles.
      if cut.head[tile] >= bound { break }
      let held = rowsHeld(parent: parent, tile: tile, cut)
      if held < bound {
        best = (tile, held)
        bound = held
      }
    }
    return best
  }

  /// The tile of a rung that holds least of those that no smaller parent makes superfluous.
  @inline(__always)
  private func leastHeld(parent: Int, _ rung: Rung, _ cut: KernelCut) -> (tile: Int, held: Int)? {
    let first = rung.tiles.lowerBound
    guard rung.isInterior else { return leastHeld(parent: parent, rung.tiles, cut) }
    let held = cut.rowsHeld(interior: first, rows)
    if first < rung.tiles.upperBound, cut.head[first + 1] < held,
      let better = leastHeld(parent: parent, first + 1...rung.tiles.upperBound, cut, below: held)
    {
      return better
    }
    return rung.isDominated ? nil : (first, held)
  }

  /// Calls `body` with each choice inside parents of `parent` output rows for one cut of the kernel rows, and with the
  /// number of blocks of output rows.
  ///
  /// - Parameters:
  ///   - parent: output rows of a parent.
  ///   - cut: the kernel rows' parents and blocks.
  ///   - countsMatter: whether blocks of output rows cost something besides the rows of inputs.
  ///   - body: takes the choice.
  @inline(__always)
  func forEachChoice(parent: Int, _ cut: KernelCut, countsMatter: Bool, _ body: (Choice, Int) -> Void) {
    let parents = (outputSize + parent - 1) / parent
    let rest = outputSize % parent
    let outerMoved = cut.rest(cuts: parents - 1)
    let slidesKernel = !cut.moving.isEmpty
    for rung in ladders[parent - 1] {
      for tile in rung.padded {
        var choice = Choice(
          moved: stillMoved(parent: parent, tile: tile, cut), held: rowsHeld(parent: parent, tile: tile, cut),
          outputTile: tile, kernel: cut.tiles, slide: .none)
        body(choice, rung.count)
        if slidesKernel {
          choice.slide = .kernel
          choice.moved = kernelSlideMoved(parent: parent, tile: tile, cut)
          body(choice, rung.count)
        }
      }
      guard let least = leastHeld(parent: parent, rung, cut) else { continue }
      var choice = Choice(
        moved: cut.still(cuts: rung.count - 1), held: least.held, outputTile: least.tile, kernel: cut.tiles,
        slide: .none)
      body(choice, rung.count)
      if slidesKernel {
        choice.slide = .kernel
        choice.moved = cut.slid(cuts: rung.count - 1) + outerMoved
        body(choice, rung.count)
      }
    }
    guard parent > 1 else { return }
    let moved = outputSlideMoved(parent: parent, tile: 1, cut)
    let singleMoved = rest > 1 ? outputSlideMoved(parent: parent, tile: rest, cut) : moved
    let isDominated = !rows.cutsPadding(parent, parent) && (outputSize + parent - 2) / (parent - 1) == parents
    func slide(_ tiles: ClosedRange<Int>, _ count: Int) {
      guard let least = leastHeld(parent: parent, tiles, cut) else { return }
      let isSingle = rest > 0 && tiles.lowerBound >= rest
      body(
        Choice(
          moved: isSingle ? singleMoved : moved, held: least.held, outputTile: least.tile, kernel: cut.tiles,
          slide: .output), count)
    }
    if countsMatter {
      for rung in ladders[parent - 1] where rung.tiles.lowerBound < parent {
        let (first, last) = (rung.tiles.lowerBound, min(rung.tiles.upperBound, parent - 1))
        if isDominated, rung.isDominated, rung.isInterior, singleMoved == moved,
          first == last || cut.head[first + 1] >= cut.rowsHeld(interior: first, rows)
        {
          continue
        }
        if singleMoved < moved, first < rest, rest <= last {
          slide(first...rest - 1, rung.count)
          slide(rest...last, rung.count)
        } else {
          slide(first...last, rung.count)
        }
      }
    } else {
      if !isDominated { slide(1...1, 0) }
      if singleMoved < moved { slide(rest...parent - 1, 0) }
    }
  }

  /// Rows read.
  func rowsMoved(parent: Int, tile: Int, _ cut: KernelCut, slide: AxisLoops.Slide) -> Int {
    switch slide {
    case .none: stillMoved(parent: parent, tile: tile, cut)
    case .output: outputSlideMoved(parent: parent, tile: tile, cut)
    case .kernel: kernelSlideMoved(parent: parent, tile: tile, cut)
    }
  }

  private func boxes(parent: Int, tile: Int, _ cut: KernelCut) -> Boxes {
    Boxes(outputParent: parent, outputTile: tile, kernelParent: cut.tiles.first, kernelTile: cut.tile)
  }

  /// Rows read when no loop slides.
  private func stillMoved(parent: Int, tile: Int, _ cut: KernelCut) -> Int {
    // No two kernel rows read the same for a single output row.
    if tile == 1 { return cut.realPairs }
    if rows.cutsPadding(parent, tile) {
      return coverage.rowsMoved(boxes(parent: parent, tile: tile, cut), slide: .none)
    }
    return cut.still(cuts: Tiles(parent, tile, tile).blockCount(of: outputSize, level: 1) - 1)
  }

  /// Rows read when the kernel loop slides.
  private func kernelSlideMoved(parent: Int, tile: Int, _ cut: KernelCut) -> Int {
    let isPlain = !rows.cutsPadding(parent, parent)
    let ofRest = cut.rest(cuts: (outputSize + parent - 1) / parent - 1)
    if tile == 1, isPlain || cut.single.isEmpty { return cut.realPairs - cut.realPairsOfRest + ofRest }
    if rows.cutsPadding(parent, tile) {
      return coverage.rowsMoved(boxes(parent: parent, tile: tile, cut), slide: .kernel)
    }
    return cut.slid(cuts: Tiles(parent, tile, tile).blockCount(of: outputSize, level: 1) - 1) + ofRest
  }

  /// Rows read when the output loop slides; where the last parent is a single block, the kernel loop slides in it.
  private func outputSlideMoved(parent: Int, tile: Int, _ cut: KernelCut) -> Int {
    if rows.cutsPadding(parent, parent) {
      return coverage.rowsMoved(boxes(parent: parent, tile: tile, cut), slide: .output)
    }
    let moved = cut.still(cuts: (outputSize + parent - 1) / parent - 1)
    let rest = outputSize % parent
    if rest == 0 || tile < rest { return moved }
    let last = outputSize - rest..<outputSize
    return cut.moving.reduce(moved) { $0 - savedBySliding(along: $1, last) }
  }

  /// Rows that successive kernel blocks share with the one before, for some output rows.
  private func savedBySliding(along blocks: [Range<Int>], _ outputs: Range<Int>) -> Int {
    var saved = 0
    for (before, next) in zip(blocks, blocks.dropFirst()) {
      saved +=
        rows(outputs, before) + rows(outputs, next) - rows(outputs, before.lowerBound..<next.upperBound)
    }
    return saved
  }

  /// The choice with nothing cut inside the parents.
  func uncut(parent: Int, _ cut: KernelCut) -> Choice {
    Choice(
      moved: stillMoved(parent: parent, tile: parent, cut), held: rowsHeld(parent: parent, tile: parent, cut),
      outputTile: parent, kernel: cut.tiles, slide: .none)
  }

  /// The choice where output rows slide and, in a last parent that is a single block, the kernel rows' parents do; nil
  /// where there is none.
  func chained(parent: Int, _ cut: KernelCut) -> Choice? {
    let rest = outputSize % parent
    guard cut.moving.isEmpty, cut.single.count > 1, rest > 0,
      let best = leastHeld(parent: parent, rest...parent - 1, cut)
    else { return nil }
    let moved =
      rows.cutsPadding(parent, parent)
      ? coverage.rowsMoved(boxes(parent: parent, tile: best.tile, cut), slide: .output, chained: true)
      : cut.rest(cuts: outputSize / parent) - savedBySliding(along: cut.single, outputSize - rest..<outputSize)
    return Choice(moved: moved, held: best.held, outputTile: best.tile, kernel: cut.tiles, slide: .output)
  }

  /// The choices for boxes of `box` output rows, inputs outermost.
  func choices(box: Int, _ cut: KernelCut) -> [Choice] {
    var choice = Choice(
      moved: stillMoved(parent: outputSize, tile: box, cut), held: rowsHeld(parent: outputSize, tile: box, cut),
      outputTile: box, kernel: cut.tiles, slide: .none)
    var choices = [choice]
    if box < outputSize {
      choice.slide = .output
      choice.moved = outputSlideMoved(parent: outputSize, tile: box, cut)
      choices.append(choice)
    }
    if !cut.moving.isEmpty {
      choice.slide = .kernel
      choice.moved = kernelSlideMoved(parent: outputSize, tile: box, cut)
      choices.append(choice)
    }
    return choices
  }

  /// A range cut in three uneven blocks: blocks of `tile` inside blocks of `outer`.
  struct UnevenPart {
    var tile: Int
    var outer: Int
  }

  /// The uneven blocks of output rows that hold less than three even ones or cut padding: others have no use.
  func unevenParts(_ cut: KernelCut) -> [UnevenPart] {
    var parts: [UnevenPart] = []
    let third = (outputSize + 2) / 3
    let even = rowsHeld(parent: outputSize, tile: third, cut)
    for tile in third..<max(third, outputSize) {
      // The first block alone holds as much, and so it does for all larger tiles.
      if !rows.canCutPadding, cut.head[tile] >= even { break }
      for outer in stride(from: max(tile + 1, outputSize - tile), to: min(2 * tile, outputSize), by: 1)
      where rows.cutsPadding(outer, tile)
        || cut.head[tile] < even && rowsHeld(parent: outer, tile: tile, cut) < even
      {
        parts.append(UnevenPart(tile: tile, outer: outer))
      }
    }
    return parts
  }

  /// The tiles of even blocks of output rows that others do not make superfluous.
  func evenParts(_ cut: KernelCut) -> [Int] {
    ladders[outputSize - 1].flatMap { rung in
      rung.padded + (leastHeld(parent: outputSize, rung, cut).map { [$0.tile] } ?? [])
    }
  }

  /// Whether one cut of the kernel rows holds or moves fewer input rows than another for the same output rows.
  func isBetter(_ cut: KernelCut, than other: KernelCut, parent: Int, tile: Int) -> Bool {
    func moves(_ slide: AxisLoops.Slide) -> Bool {
      rowsMoved(parent: parent, tile: tile, cut, slide: slide)
        < rowsMoved(parent: parent, tile: tile, other, slide: slide)
    }
    return rowsHeld(parent: parent, tile: tile, cut) < rowsHeld(parent: parent, tile: tile, other)
      || moves(.none) || moves(.kernel) || tile < parent && moves(.output)
  }
}
