import Workloads

/// Kernel rows of one axis cut into parents and each parent into blocks, with what the input rows of such blocks amount
/// to however the output rows are cut.
///
/// It needs output rows that share an input row to be neighbours (v = 1). Then `n` successive output rows reach
/// n·w - (n - 1)·max(0, w - u) input rows, padding included, with `w` successive kernel rows, where u is the kernel
/// period: each cut of the output rows adds max(0, w - u). A cut just before an output row that reaches padding adds only
/// those of its w - u first kernel rows that read a real input row.
final class KernelCut: Sendable {
  /// A number of rows that grows with each cut of the output rows.
  struct Line: Sendable {
    /// With output rows uncut.
    var whole = 0
    /// More for each cut before an output row that reads no padding.
    var perCut = 0
    /// Less for a cut before each of the others, in their order; none where no cut can fall among them.
    var lessInPadding: [Int32] = []

    /// Adds the rows of a block of kernel rows so many times, which may be negative.
    mutating func add(_ kernels: Range<Int>, times: Int = 1, _ rows: AxisRows) {
      let shared = kernels.lowerBound..<max(kernels.lowerBound, kernels.upperBound - rows.axis.kernelPeriod)
      whole += times * rows(0..<rows.axis.outputSize, kernels)
      perCut += times * shared.count
      if !rows.canCutPadding || shared.isEmpty { return }
      if lessInPadding.isEmpty { lessInPadding = Array(repeating: 0, count: rows.paddedCount) }
      rows.forEachPadded { index, output in
        lessInPadding[index] += Int32(times * (shared.count - rows.realPairs(output, shared)))
      }
    }

    /// The rows with so many cuts, none of them among output rows that reach padding.
    func callAsFunction(cuts: Int) -> Int { whole + perCut * cuts }

    /// The rows with the output rows cut into blocks of `tile` inside parents of `parent`.
    func callAsFunction(parent: Int, tile: Int, _ rows: AxisRows) -> Int {
      var sum = self(cuts: Tiles(parent, tile, tile).blockCount(of: rows.axis.outputSize, level: 1) - 1)
      if lessInPadding.isEmpty { return sum }
      let less = lessInPadding.span
      rows.forEachPaddedCut(parent: parent, tile: tile) { sum -= Int(less[$0]) }
      return sum
    }
  }

  let tiles: Tiles
  /// The size of a block, the ragged ones aside.
  let tile: Int
  /// The most weights of a block: kernel rows that meet some input.
  let weightsHeld: Int
  /// Blocks of the parents that have several.
  let moving: [[Range<Int>]]
  /// Parents that are a single block.
  let single: [Range<Int>]
  /// Rows over all blocks, each block for itself.
  let still: Line
  /// Rows over the blocks of `moving`, each less its overlap with the block before.
  let slid: Line
  /// Rows over the blocks of `single`.
  let rest: Line
  /// Pairs of an output row and a kernel row that read a real input row, over all blocks and over those of `single`.
  let realPairs: Int
  let realPairsOfRest: Int
  /// The most rows of output rows 0 ..< n with any block, at n.
  let head: [Int]
  /// The most rows of output rows n ..< P with any block, at n.
  let tail: [Int]
  /// The most rows of other ranges that reach padding, by their number; none where there are too many.
  private let padded: [Int32]

  init(_ rows: AxisRows, parents: [[Range<Int>]], tiles: Tiles) {
    self.tiles = tiles
    let all = 0..<rows.axis.outputSize
    let period = rows.axis.kernelPeriod
    moving = parents.filter { $0.count > 1 }
    single = parents.filter { $0.count == 1 }.map { $0[0] }
    let blocks = parents.flatMap { $0 }
    tile = blocks.map(\.count).max() ?? 0
    weightsHeld = blocks.map(rows.usedKernels).max() ?? 0
    func sum(_ blocks: [Range<Int>]) -> Line { blocks.reduce(into: Line()) { $0.add($1, rows) } }
    still = sum(blocks)
    rest = sum(single)
    var slid = sum(moving.map { $0[0] })
    for blocks in moving {
      for (before, next) in zip(blocks, blocks.dropFirst()) {
        slid.add(before.lowerBound..<next.upperBound, rows)
        slid.add(before, times: -1, rows)
      }
    }
    self.slid = slid
    realPairs = rows.axis.realPairs(outputs: all, kernels: 0..<rows.axis.kernelSize)
    realPairsOfRest = single.reduce(0) { $0 + rows.axis.realPairs(outputs: all, kernels: $1) }
    var head = [Int](repeating: 0, count: all.count + 1)
    var tail = head
    for block in blocks {
      for output in all {
        head[output + 1] = max(head[output + 1], rows(0..<output + 1, block))
        tail[output] = max(tail[output], rows(output..<all.count, block))
      }
    }
    self.head = head
    self.tail = tail
    padded = PaddedRanges(rows).map { range in Int32(blocks.reduce(0) { max($0, rows(range, $1)) }) }
  }

  /// The most rows of a range of output rows with any block.
  func rowsHeld(_ outputs: Range<Int>, _ rows: AxisRows) -> Int {
    if outputs.lowerBound == 0 { return head[outputs.upperBound] }
    if outputs.upperBound == rows.axis.outputSize { return tail[outputs.lowerBound] }
    if rows.interior.lowerBound <= outputs.lowerBound, outputs.upperBound <= rows.interior.upperBound {
      return rowsHeld(interior: outputs.count, rows)
    }
    if !padded.isEmpty { return Int(padded[PaddedRanges(rows).index(of: outputs)]) }
    var most = 0
    for blocks in moving {
      for block in blocks { most = max(most, rows(outputs, block)) }
    }
    for block in single { most = max(most, rows(outputs, block)) }
    return most
  }

  /// The most rows of so many output rows with any block, away from padding.
  @inline(__always)
  func rowsHeld(interior count: Int, _ rows: AxisRows) -> Int {
    count * tile - (count - 1) * max(0, tile - rows.axis.kernelPeriod)
  }
}

/// The ranges of output rows that reach padding, but for those from the first row on and up to the last.
private struct PaddedRanges {
  private let size: Int
  /// Ranges from a row before the first that reads no padding come first, by their start and end; then those from there on
  /// to an end beyond the last such row, by their end and start.
  private let front: Int
  private let back: Int

  /// More ranges than this are not tabulated.
  private static let mostRanges = 1 << 13

  init(_ rows: AxisRows) {
    size = rows.axis.outputSize
    front = max(1, rows.interior.lowerBound)
    back = max(front, rows.interior.upperBound)
  }

  /// What a closure gives for each of them, in their order; nothing of too many.
  func map(_ body: (Range<Int>) -> Int32) -> [Int32] {
    let count = (front - 1) * size + (size - back) * size
    if count == 0 || count > Self.mostRanges { return [] }
    var values = [Int32](repeating: 0, count: count)
    for start in 1..<front {
      for end in start + 1..<max(start + 1, size) { values[index(of: start..<end)] = body(start..<end) }
    }
    for end in back + 1..<max(back + 1, size) {
      for start in front..<end { values[index(of: start..<end)] = body(start..<end) }
    }
    return values
  }

  /// The position of a range.
  @inline(__always)
  func index(of range: Range<Int>) -> Int {
    range.lowerBound < front
      ? (range.lowerBound - 1) * size + range.upperBound
      : (front - 1) * size + (range.upperBound - back - 1) * size + range.lowerBound
  }
}
