import Mappings
import Workloads

/// ``ConvolutionAxis/inputRows(outputs:kernels:)`` in constant time, for the many blocks that a search compares.
final class AxisRows: Sendable {
  let axis: ConvolutionAxis
  /// The output rows that read no padding: all of their blocks with the same sizes have the same number of rows.
  let interior: Range<Int>
  /// Output rows before this one reach padding in front.
  let frontEnd: Int
  /// Output rows from this one on reach padding behind.
  let backStart: Int
  /// Whether a cut can fall among output rows that reach padding.
  let canCutPadding: Bool
  /// More entries than this are not tabulated.
  private static let largestTable = 1 << 22

  /// With padding, on an axis small enough: real pairs in 0 ..< o × 0 ..< k, at o · (kernelSize + 1) + k.
  private let realPairs: [Int]
  /// Where some kernel rows meet only padding, the number of the others before each, up to one past the last.
  private let usedBefore: [Int]

  init(_ axis: ConvolutionAxis) {
    self.axis = axis
    frontEnd = min(axis.outputSize, (axis.paddingBefore + axis.stride - 1) / axis.stride)
    let last = axis.inputSize - 1 + axis.paddingBefore - axis.dilation * (axis.kernelSize - 1)
    backStart = last < 0 ? 0 : min(axis.outputSize, last / axis.stride + 1)
    interior = frontEnd..<max(frontEnd, backStart)
    canCutPadding = frontEnd > 1 || axis.outputSize - backStart > 1
    usedBefore =
      axis.usedKernelRows < axis.kernelSize ? (0...axis.kernelSize).map { axis.usedKernelRows(in: 0..<$0) } : []
    guard axis.hasPaddedMACs, (axis.outputSize + 1) * (axis.kernelSize + 1) <= Self.largestTable else {
      realPairs = []
      return
    }
    let width = axis.kernelSize + 1
    var pairs = [Int](repeating: 0, count: (axis.outputSize + 1) * width)
    for output in 0..<axis.outputSize {
      var ofThisOutput = 0
      for kernel in 0..<axis.kernelSize {
        if axis.inputRow(output: output, kernel: kernel) != nil { ofThisOutput += 1 }
        pairs[(output + 1) * width + kernel + 1] = pairs[output * width + kernel + 1] + ofThisOutput
      }
    }
    realPairs = pairs
  }

  /// The number of kernel rows in a range that meet some input, and so have weights.
  func usedKernels(_ kernels: Range<Int>) -> Int {
    usedBefore.isEmpty ? kernels.count : usedBefore[kernels.upperBound] - usedBefore[kernels.lowerBound]
  }

  /// The most kernel rows that meet some input in a block at the keep of a level.
  func weightsHeld(_ kernels: Tiles, level: Int) -> Int {
    if usedBefore.isEmpty { return kernels[level] }
    if kernels[level] >= axis.kernelSize { return axis.usedKernelRows }
    var blocks = [0..<axis.kernelSize]
    for tile in (kernels.outer > 0 ? [kernels.outer] : []) + (0...level).map({ kernels[$0] }) {
      blocks = blocks.flatMap { block in
        stride(from: block.lowerBound, to: block.upperBound, by: tile).map { $0..<min($0 + tile, block.upperBound) }
      }
    }
    return blocks.reduce(0) { max($0, usedKernels($1)) }
  }

  /// Whether blocks of `tile` inside parents of `parent` output rows have a cut among output rows that reach padding.
  func cutsPadding(_ parent: Int, _ tile: Int) -> Bool {
    let size = axis.outputSize
    if !canCutPadding || tile >= size { return false }
    if tile < frontEnd { return true }
    let lastParent = size % parent == 0 ? parent : size % parent
    let last = lastParent % tile == 0 ? min(tile, lastParent) : lastParent % tile
    return last < size - backStart
  }

  /// Whether blocks of `tile` inside one block of output rows have a cut among output rows that reach padding.
  func cutsPadding(_ block: Progression, _ tile: Int) -> Bool {
    if tile >= block.count { return false }
    let afterFirst = block.start + block.step * tile
    let beforeLast = block.start + block.step * ((block.count - 1) / tile * tile - 1)
    return afterFirst < frontEnd || beforeLast >= backStart
  }

  /// The number of output rows that reach padding, which are those outside ``interior``.
  var paddedCount: Int { axis.outputSize - interior.count }

  /// Calls a closure with each output row that reaches padding, and its position among them.
  @inline(__always)
  func forEachPadded(_ body: (_ index: Int, _ output: Int) -> Void) {
    for index in 0..<paddedCount { body(index, index < interior.lowerBound ? index : index + interior.count) }
  }

  /// Calls a closure with the position of each output row that reaches padding and begins a block of `tile` inside a parent of
  /// `parent` output rows, the first row aside.
  @inline(__always)
  func forEachPaddedCut(parent: Int, tile: Int, _ body: (_ index: Int) -> Void) {
    func visit(from first: Int, to end: Int, shift: Int) {
      var start = first / parent * parent
      while start < end {
        let blockEnd = min(start + parent, end)
        var cut = start + (max(0, first - start) + tile - 1) / tile * tile
        while cut < blockEnd {
          body(cut - shift)
          cut += tile
        }
        start += parent
      }
    }
    visit(from: 1, to: interior.lowerBound, shift: 0)
    visit(from: max(1, interior.upperBound), to: axis.outputSize, shift: interior.count)
  }

  /// The number of kernel rows of a range that read a real input row for an output row.
  func realPairs(_ output: Int, _ kernels: Range<Int>) -> Int {
    pairs(output, output + 1, kernels.lowerBound, kernels.upperBound)
  }

  /// The number of distinct input rows that the MACs of two ranges read.
  func callAsFunction(_ outputs: Range<Int>, _ kernels: Range<Int>) -> Int {
    let all = pairs(outputs.lowerBound, outputs.upperBound, kernels.lowerBound, kernels.upperBound)
    let lowest = outputs.lowerBound + axis.outputPeriod
    let highest = kernels.upperBound - axis.kernelPeriod
    if lowest >= outputs.upperBound || kernels.lowerBound >= highest { return all }
    return all - pairs(lowest, outputs.upperBound, kernels.lowerBound, highest)
  }

  private func pairs(_ firstOutput: Int, _ endOutput: Int, _ firstKernel: Int, _ endKernel: Int) -> Int {
    if realPairs.isEmpty {
      return axis.realPairs(outputs: firstOutput..<endOutput, kernels: firstKernel..<endKernel)
    }
    let width = axis.kernelSize + 1
    return realPairs[endOutput * width + endKernel] - realPairs[firstOutput * width + endKernel]
      - realPairs[endOutput * width + firstKernel] + realPairs[firstOutput * width + firstKernel]
  }
}
