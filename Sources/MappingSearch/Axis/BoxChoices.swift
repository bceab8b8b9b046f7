import Workloads

/// The ways to cut the input boxes of one axis inside given parents that can be best, where ``QuickBoxCounts`` counts
/// them.
///
/// Of tiles of output rows that make the same number of blocks only the one that holds least can be best, see
/// ``TileLadder``. When the output loop slides, all of its tiles move the same rows.
struct BoxChoices {
  /// One way.
  struct Choice {
    var moved: Int
    var held: Int
    var outputTile: Int
    var kernel: Tiles
    var slide: AxisLoops.Slide
  }

  let counts: QuickBoxCounts

  var rows: AxisRows { counts.rows }
  var ladder: TileLadder { counts.ladder }
  private var outputSize: Int { counts.rows.axis.outputSize }

  /// The tiles of a range that hold less than every smaller one, the smallest first.
  ///
  /// - Complexity: O(tiles) boxes that are counted.
  func tilesHoldingLess(parent: Int, _ tiles: ClosedRange<Int>, _ cut: KernelCut) -> [Int] {
    var found: [Int] = []
    var least = Int.max
    for tile in tiles {
      // The first block alone holds as much, and so it does for all larger tiles.
      if cut.head[tile] >= least { break }
      let held = counts.held(parent: parent, tile: tile, cut)
      if held < least {
        found.append(tile)
        least = held
      }
    }
    return found
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
      let held = counts.held(parent: parent, tile: tile, cut)
      if held < bound {
        best = (tile, held)
        bound = held
      }
    }
    return best
  }

  /// The tile of a rung that holds least of those that no smaller parent makes superfluous.
  @inline(__always)
  private func leastHeld(parent: Int, _ rung: TileLadder.Rung, _ cut: KernelCut) -> (tile: Int, held: Int)? {
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
    forEachWithoutOutputSlide(parent: parent, cut, body)
    if parent > 1 { forEachOutputSlide(parent: parent, cut, countsMatter: countsMatter, body) }
  }

  /// The choices where no loop slides, or that of the kernel rows.
  @inline(__always)
  private func forEachWithoutOutputSlide(parent: Int, _ cut: KernelCut, _ body: (Choice, Int) -> Void) {
    let outerMoved = cut.rest(cuts: (outputSize + parent - 1) / parent - 1)
    let slidesKernel = !cut.moving.isEmpty
    for rung in ladder.rungs(parent: parent) {
      for tile in rung.padded {
        var choice = Choice(
          moved: counts.stillMoved(parent: parent, tile: tile, cut),
          held: counts.held(parent: parent, tile: tile, cut), outputTile: tile, kernel: cut.tiles, slide: .none)
        body(choice, rung.count)
        if slidesKernel {
          choice.slide = .kernel
          choice.moved = counts.kernelSlideMoved(parent: parent, tile: tile, cut)
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
  }

  /// The choices where the loop of the output rows slides.
  @inline(__always)
  private func forEachOutputSlide(
    parent: Int, _ cut: KernelCut, countsMatter: Bool, _ body: (Choice, Int) -> Void
  ) {
    let parents = (outputSize + parent - 1) / parent
    let rest = outputSize % parent
    let moved = counts.outputSlideMoved(parent: parent, tile: 1, cut)
    let singleMoved = rest > 1 ? counts.outputSlideMoved(parent: parent, tile: rest, cut) : moved
    let isDominated = !rows.cutsPadding(parent, parent) && (outputSize + parent - 2) / (parent - 1) == parents
    func slide(_ tiles: ClosedRange<Int>, _ count: Int) {
      guard let least = leastHeld(parent: parent, tiles, cut) else { return }
      let isSingle = rest > 0 && tiles.lowerBound >= rest
      body(
        Choice(
          moved: isSingle ? singleMoved : moved, held: least.held, outputTile: least.tile, kernel: cut.tiles,
          slide: .output), count)
    }
    guard countsMatter else {
      if !isDominated { slide(1...1, 0) }
      if singleMoved < moved { slide(rest...parent - 1, 0) }
      return
    }
    for rung in ladder.rungs(parent: parent) where rung.tiles.lowerBound < parent {
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
  }

  /// The choice with nothing cut inside the parents.
  func uncut(parent: Int, _ cut: KernelCut) -> Choice {
    Choice(
      moved: counts.stillMoved(parent: parent, tile: parent, cut),
      held: counts.held(parent: parent, tile: parent, cut), outputTile: parent, kernel: cut.tiles, slide: .none)
  }

  /// The choice where output rows slide and, in a last parent that is a single block, the kernel rows' parents do; nil
  /// where there is none.
  func chained(parent: Int, _ cut: KernelCut) -> Choice? {
    let rest = outputSize % parent
    guard cut.moving.isEmpty, cut.single.count > 1, rest > 0,
      let best = leastHeld(parent: parent, rest...parent - 1, cut)
    else { return nil }
    return Choice(
      moved: counts.chainedMoved(parent: parent, rest: rest, cut), held: best.held,
      outputTile: best.tile, kernel: cut.tiles, slide: .output)
  }

  /// The choices for boxes of `box` output rows, inputs outermost.
  func choices(box: Int, _ cut: KernelCut) -> [Choice] {
    var choice = Choice(
      moved: counts.stillMoved(parent: outputSize, tile: box, cut),
      held: counts.held(parent: outputSize, tile: box, cut), outputTile: box, kernel: cut.tiles, slide: .none)
    var choices = [choice]
    if box < outputSize {
      choice.slide = .output
      choice.moved = counts.outputSlideMoved(parent: outputSize, tile: box, cut)
      choices.append(choice)
    }
    if !cut.moving.isEmpty {
      choice.slide = .kernel
      choice.moved = counts.kernelSlideMoved(parent: outputSize, tile: box, cut)
      choices.append(choice)
    }
    return choices
  }
}
