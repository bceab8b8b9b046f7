import Workloads

/// Counts by what each cut of the axis adds, where output rows that share an input row are neighbours: v = 1, as wherever
/// the dilation divides the stride.
final class QuickBoxCounts: BoxCounts, Sendable {
  let rows: AxisRows
  let plain: PlainBoxCounts
  let ladder: TileLadder
  /// The cuts of the kernel rows into blocks of `tile` inside parents of `parent`, at `parent` - 1 and `tile` - 1.
  private let cuts: [[KernelCut]]

  private var outputSize: Int { rows.axis.outputSize }

  /// Whether an axis can be counted so, and its cuts of kernel rows are few enough to be listed.
  static func canCount(_ axis: ConvolutionAxis) -> Bool {
    axis.hasOverlap && axis.outputPeriod == 1
      && Double(axis.kernelSize) * Double(axis.kernelSize) * Double(axis.outputSize) <= largestLists
  }

  /// The largest product of output rows and squared kernel rows for which every cut of the kernel rows is listed with what
  /// goes with each output row, in some hundreds of megabytes.
  private static let largestLists = 0x1p25

  /// Counts on an axis that ``canCount(_:)`` allows.
  ///
  /// - Complexity: O(output rows · kernel rows²).
  init(_ rows: AxisRows, _ ladder: TileLadder) {
    self.rows = rows
    self.ladder = ladder
    plain = PlainBoxCounts(rows: rows)
    let size = rows.axis.kernelSize
    cuts = (1...size).map { parent in
      let starts = stride(from: 0, to: size, by: parent)
      return (1...parent).map { tile in
        KernelCut(
          rows,
          parents: starts.map { start in
            let end = min(start + parent, size)
            return stride(from: start, to: end, by: tile).map { $0..<min($0 + tile, end) }
          }, tiles: Tiles(parent, tile, tile))
      }
    }
  }

  /// The cut of the kernel rows into blocks of `tile` inside parents of `parent`.
  @inline(__always)
  func cut(_ parent: Int, _ tile: Int) -> KernelCut { cuts[parent - 1][tile - 1] }

  func held(_ boxes: Boxes) -> Int {
    held(parent: boxes.outputParent, tile: boxes.outputTile, cut(boxes.kernelParent, boxes.kernelTile))
  }

  func moved(_ boxes: Boxes, slide: AxisLoops.Slide, chained: Bool) -> Int {
    if chained { return plain.moved(boxes, slide: slide, chained: true) }
    return moved(
      parent: boxes.outputParent, tile: boxes.outputTile, cut(boxes.kernelParent, boxes.kernelTile), slide: slide)
  }

  /// The most rows of any box.
  func held(parent: Int, tile: Int, _ cut: KernelCut) -> Int {
    // A full block away from padding holds the most.
    if ladder.isInterior(parent, tile) { return cut.rowsHeld(interior: tile, rows) }
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

  /// Rows read.
  func moved(parent: Int, tile: Int, _ cut: KernelCut, slide: AxisLoops.Slide) -> Int {
    switch slide {
    case .none: stillMoved(parent: parent, tile: tile, cut)
    case .output: outputSlideMoved(parent: parent, tile: tile, cut)
    case .kernel: kernelSlideMoved(parent: parent, tile: tile, cut)
    }
  }

  /// Input rows of boxes of one size: the most that one holds, and those read with each loop that slides, or where none is
  /// cut, with none.
  struct Sums {
    let held: Int
    private let still: Int
    private let alongOutputs: Int
    private let alongKernels: Int

    @inline(__always)
    init(_ counts: QuickBoxCounts, parent: Int, tile: Int, _ cut: KernelCut) {
      held = counts.held(parent: parent, tile: tile, cut)
      still = counts.stillMoved(parent: parent, tile: tile, cut)
      alongOutputs = tile < parent ? counts.outputSlideMoved(parent: parent, tile: tile, cut) : still
      alongKernels = counts.kernelSlideMoved(parent: parent, tile: tile, cut)
    }

    @inline(__always)
    func moved(_ slide: AxisLoops.Slide) -> Int {
      switch slide {
      case .none: still
      case .output: alongOutputs
      case .kernel: alongKernels
      }
    }

    /// Whether fewer rows are held or moved than by others.
    @inline(__always)
    func isBetter(than other: Sums) -> Bool {
      held < other.held || still < other.still || alongOutputs < other.alongOutputs || alongKernels < other.alongKernels
    }
  }

  /// Rows read when no loop slides.
  func stillMoved(parent: Int, tile: Int, _ cut: KernelCut) -> Int {
    // No two kernel rows read the same for a single output row.
    tile == 1 ? cut.realPairs : cut.still(parent: parent, tile: tile, rows)
  }

  /// Rows read when the kernel loop slides; in kernel parents of a single block the output loop does.
  func kernelSlideMoved(parent: Int, tile: Int, _ cut: KernelCut) -> Int {
    let ofRest = cut.single.isEmpty ? 0 : cut.rest(parent: parent, tile: parent, rows)
    if tile == 1 { return cut.realPairs - cut.realPairsOfRest + ofRest }
    return cut.slid(parent: parent, tile: tile, rows) + ofRest
  }

  /// Rows read when the output loop slides; where the last parent is a single block, the kernel loop slides in it.
  func outputSlideMoved(parent: Int, tile: Int, _ cut: KernelCut) -> Int {
    let moved = cut.still(parent: parent, tile: parent, rows)
    let rest = outputSize % parent
    if rest == 0 || tile < rest { return moved }
    let last = outputSize - rest..<outputSize
    return cut.moving.reduce(moved) { $0 - savedBySliding(along: $1, last) }
  }

  /// Rows read when the output loop slides and, in a last parent of `rest` output rows that is a single block, the kernel
  /// rows' parents do.
  func chainedMoved(parent: Int, rest: Int, _ cut: KernelCut) -> Int {
    cut.rest(parent: parent, tile: parent, rows) - savedBySliding(along: cut.single, outputSize - rest..<outputSize)
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
}
