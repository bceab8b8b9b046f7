import Mappings
import Workloads

/// Counts by visiting the boxes, equal ones together.
struct PlainBoxCounts: BoxCounts {
  let rows: AxisRows

  /// A range of output rows cut by a tile: each block with the number of blocks like it, for full blocks that meet no
  /// padding stand for one another.
  @inline(__always)
  private func forEachOutputBlock(_ range: Range<Int>, by tile: Int, _ body: (Range<Int>, Int) -> Void) {
    var start = range.lowerBound
    while start < range.upperBound {
      let equal = max(1, equalBlocks(from: start, to: range.upperBound, tile))
      body(start..<min(range.upperBound, start + tile), equal)
      start += equal * tile
    }
  }

  /// The number of successive full blocks from `start` that meet no padding.
  private func equalBlocks(from start: Int, to end: Int, _ tile: Int) -> Int {
    start < rows.interior.lowerBound ? 0 : max(0, min(end, rows.interior.upperBound) - start) / tile
  }

  /// Whether some output rows meet no padding: with them, kernel blocks of one size read as many rows.
  private func isInterior(_ outputs: Range<Int>) -> Bool {
    rows.interior.lowerBound <= outputs.lowerBound && outputs.upperBound <= rows.interior.upperBound
  }

  /// A range of kernel rows cut by a tile: each block with the number of blocks that are like it for some output rows.
  @inline(__always)
  private func forEachKernelBlock(
    _ range: Range<Int>, by tile: Int, with outputs: Range<Int>, _ body: (Range<Int>, Int) -> Void
  ) {
    let areEqual = isInterior(outputs)
    var start = range.lowerBound
    while start < range.upperBound {
      let equal = areEqual ? max(1, (range.upperBound - start) / tile) : 1
      body(start..<min(range.upperBound, start + tile), equal)
      start += equal * tile
    }
  }

  /// Pairs of an output row and a kernel row that read a real input row.
  private var realPairs: Int {
    rows.axis.realPairs(outputs: 0..<rows.axis.outputSize, kernels: 0..<rows.axis.kernelSize)
  }

  /// The number of different boxes that are counted one by one, at most.
  func boxCount(_ boxes: Boxes) -> Int {
    let padded = rows.axis.outputSize - rows.interior.count
    return (padded / boxes.outputTile + 1) * (rows.axis.kernelSize / boxes.kernelTile + 1)
  }

  /// - Complexity: O(different boxes), see ``boxCount(_:)``.
  func held(_ boxes: Boxes) -> Int {
    if boxes.outputTile == 1, boxes.kernelTile == 1 { return min(1, realPairs) }
    var most = 0
    forEachBox(boxes) { outputs, kernels, _ in most = max(most, rows(outputs, kernels)) }
    return most
  }

  /// - Complexity: O(different boxes), see ``boxCount(_:)``.
  func moved(_ boxes: Boxes, slide: AxisLoops.Slide, chained: Bool) -> Int {
    // Boxes of single rows have nothing in common, and no two kernel rows read the same for a single output row.
    if boxes.outputTile == 1, slide == .none || boxes.kernelTile == 1 { return realPairs }
    var moved = 0
    if slide == .none {
      forEachBox(boxes) { outputs, kernels, count in moved += count * rows(outputs, kernels) }
      return moved
    }
    let kernelParent = chained ? rows.axis.kernelSize : boxes.kernelParent
    forEachOutputBlock(0..<rows.axis.outputSize, by: boxes.outputParent) { outputParent, count in
      forEachKernelBlock(0..<rows.axis.kernelSize, by: kernelParent, with: outputParent) { kernelParent, parents in
        let outputMoves = boxes.outputTile < outputParent.count
        let kernelMoves = boxes.kernelTile < kernelParent.count
        if outputMoves && (slide == .output || !kernelMoves) {
          forEachKernelBlock(kernelParent, by: boxes.kernelTile, with: outputParent) { kernels, inParent in
            moved += count * parents * inParent * slidOutputs(outputParent, by: boxes.outputTile, kernels: kernels)
          }
        } else {
          forEachOutputBlock(outputParent, by: boxes.outputTile) { outputs, inParent in
            moved += count * parents * inParent * slidKernels(kernelParent, by: boxes.kernelTile, outputs: outputs)
          }
        }
      }
    }
    return moved
  }

  /// Rows of the blocks of a range of output rows, each less its overlap with the one before.
  private func slidOutputs(_ range: Range<Int>, by tile: Int, kernels: Range<Int>) -> Int {
    var before = range.lowerBound
    var next = min(range.upperBound, before + tile)
    var moved = rows(before..<next, kernels)
    while next < range.upperBound {
      let end = min(range.upperBound, next + tile)
      let step = rows(before..<end, kernels) - rows(before..<next, kernels)
      // Steps between blocks that meet no padding all read the same.
      let equal = max(1, equalBlocks(from: before, to: range.upperBound, tile) - 1)
      moved += equal * step
      before += equal * tile
      next = min(range.upperBound, before + tile)
    }
    return moved
  }

  /// Rows of the blocks of a range of kernel rows, each less its overlap with the one before.
  private func slidKernels(_ range: Range<Int>, by tile: Int, outputs: Range<Int>) -> Int {
    let areEqual = isInterior(outputs)
    var before = range.lowerBound
    var next = min(range.upperBound, before + tile)
    var moved = rows(outputs, before..<next)
    while next < range.upperBound {
      let end = min(range.upperBound, next + tile)
      let step = rows(outputs, before..<end) - rows(outputs, before..<next)
      let equal = areEqual ? max(1, (range.upperBound - next) / tile) : 1
      moved += equal * step
      before += equal * tile
      next = min(range.upperBound, before + tile)
    }
    return moved
  }

  @inline(__always)
  private func forEachBox(_ boxes: Boxes, _ body: (Range<Int>, Range<Int>, Int) -> Void) {
    forEachOutputBlock(0..<rows.axis.outputSize, by: boxes.outputParent) { outputParent, parents in
      forEachOutputBlock(outputParent, by: boxes.outputTile) { outputs, inParent in
        forEachKernelBlock(0..<rows.axis.kernelSize, by: boxes.kernelParent, with: outputs) {
          kernelParent, kernelParents in
          forEachKernelBlock(kernelParent, by: boxes.kernelTile, with: outputs) { kernels, inKernelParent in
            body(outputs, kernels, parents * inParent * kernelParents * inKernelParent)
          }
        }
      }
    }
  }
}
