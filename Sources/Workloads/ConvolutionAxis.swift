/// One spatial axis of a convolution: how output positions and kernel positions meet input positions.
///
/// Output position `o` and kernel position `k` read input position `stride·o + dilation·k - paddingBefore` when that
/// lies in 0 ..< `inputSize`, and a zero of the padding, which is stored nowhere, otherwise. "Row" below stands for a
/// position along the axis, whichever axis it is.
public struct ConvolutionAxis: Hashable, Sendable {
  /// Input positions, without padding.
  public let inputSize: Int
  /// Kernel positions.
  public let kernelSize: Int
  /// Input positions from one output position to the next.
  public let stride: Int
  /// Input positions from one kernel position to the next.
  public let dilation: Int
  /// Zeros in front of the first input position.
  public let paddingBefore: Int
  /// Zeros behind the last input position.
  public let paddingAfter: Int
  /// Output positions.
  public let outputSize: Int

  /// u = σ/gcd(σ,δ): kernel positions reach the same input position only when they agree modulo u.
  public let kernelPeriod: Int
  /// v = δ/gcd(σ,δ): output positions that share an input position lie a multiple of v apart.
  public let outputPeriod: Int

  /// An axis with the given sizes, all of them already checked by ``Layer``.
  init(inputSize: Int, kernelSize: Int, stride: Int, dilation: Int, paddingBefore: Int, paddingAfter: Int) {
    self.inputSize = inputSize
    self.kernelSize = kernelSize
    self.stride = stride
    self.dilation = dilation
    self.paddingBefore = paddingBefore
    self.paddingAfter = paddingAfter
    let reach = dilation * (kernelSize - 1) + 1
    outputSize = (inputSize + paddingBefore + paddingAfter - reach) / stride + 1
    (kernelPeriod, outputPeriod) = Self.periods(stride, dilation)
  }

  /// What some output rows and some kernel rows of another axis, each at equal distances, read as an axis of its own.
  ///
  /// Its rows are those of the input from the first that is read on, and no more than are reached where no padding is.
  ///
  /// - Parameters:
  ///   - axis: the other axis.
  ///   - outputs: the first output row, the distance from one to the next and their number.
  ///   - kernels: the same of kernel rows.
  package init(
    partOf axis: ConvolutionAxis, outputs: (start: Int, step: Int, count: Int),
    kernels: (start: Int, step: Int, count: Int)
  ) {
    (outputSize, kernelSize) = (outputs.count, kernels.count)
    (stride, dilation) = (axis.stride * outputs.step, axis.dilation * kernels.step)
    let first = axis.stride * outputs.start + axis.dilation * kernels.start - axis.paddingBefore
    let span = stride * (outputSize - 1) + dilation * (kernelSize - 1) + 1
    paddingBefore = max(0, -first)
    let rows = max(0, axis.inputSize - max(0, first))
    inputSize = min(rows, max(0, span - paddingBefore))
    paddingAfter = max(0, span - paddingBefore - inputSize)
    (kernelPeriod, outputPeriod) = Self.periods(stride, dilation)
  }

  /// u and v.
  private static func periods(_ stride: Int, _ dilation: Int) -> (kernel: Int, output: Int) {
    let divisor = greatestCommonDivisor(stride, dilation)
    return (stride / divisor, dilation / divisor)
  }

  /// Whether some MACs of this axis read padding.
  public var hasPaddedMACs: Bool {
    paddingBefore > 0 || stride * (outputSize - 1) + dilation * (kernelSize - 1) - paddingBefore >= inputSize
  }

  /// Whether two different (output, kernel) pairs can read the same input row.
  public var hasOverlap: Bool { kernelSize > kernelPeriod && outputSize > outputPeriod }

  /// The input row that an output row and a kernel row read, or nil in the padding.
  public func inputRow(output: Int, kernel: Int) -> Int? {
    let row = stride * output + dilation * kernel - paddingBefore
    return 0 <= row && row < inputSize ? row : nil
  }

  /// The output rows that read a real input row with a kernel row.
  package func realOutputs(kernel: Int) -> Range<Int> {
    // stride·o lies in first ..< first + inputSize.
    Self.multiples(of: stride, from: paddingBefore - dilation * kernel, count: inputSize, below: outputSize)
  }

  /// The kernel rows that read a real input row with an output row.
  package func realKernels(output: Int) -> Range<Int> {
    Self.multiples(of: dilation, from: paddingBefore - stride * output, count: inputSize, below: kernelSize)
  }

  /// The factors in 0 ..< `limit` by which `step` lies in `first` ..< `first` + `count`.
  private static func multiples(of step: Int, from first: Int, count: Int, below limit: Int) -> Range<Int> {
    let end = first + count
    let low = first <= 0 ? 0 : min(limit, (first + step - 1) / step)
    let high = end <= 0 ? 0 : min(limit, (end - 1) / step + 1)
    return low..<max(low, high)
  }

  /// The number of (output row, kernel row) pairs in the two ranges that read a real input row.
  ///
  /// - Complexity: O(1) without padding, otherwise O(log(rows)).
  public func realPairs(outputs: Range<Int>, kernels: Range<Int>) -> Int {
    if outputs.isEmpty || kernels.isEmpty { return 0 }
    if !hasPaddedMACs { return outputs.count * kernels.count }
    if kernels.count > Self.fewKernels {
      return pairs(outputs, kernels, before: paddingBefore + inputSize) - pairs(outputs, kernels, before: paddingBefore)
    }
    var sum = 0
    for kernel in kernels {
      let real = realOutputs(kernel: kernel)
      sum += max(0, min(outputs.upperBound, real.upperBound) - max(outputs.lowerBound, real.lowerBound))
    }
    return sum
  }

  /// So many kernel rows are counted one by one, which is quicker.
  private static let fewKernels = 12

  /// The number of (output row, kernel row) pairs in two ranges with stride·o + dilation·k < `end`.
  private func pairs(_ outputs: Range<Int>, _ kernels: Range<Int>, before end: Int) -> Int {
    let end = end - stride * outputs.lowerBound - dilation * kernels.lowerBound
    // The first outputs go with all kernel rows, those from `some` on with none.
    func count(below limit: Int) -> Int { limit <= 0 ? 0 : min(outputs.count, (limit + stride - 1) / stride) }
    let all = count(below: end - dilation * (kernels.count - 1))
    let some = count(below: end)
    if all == some { return all * kernels.count }
    // Output o between them goes with ⌈(end - stride·o) / dilation⌉ kernel rows; the last has the fewest.
    let least = end - stride * (some - 1) + dilation - 1
    return all * kernels.count + floorSum(some - all, step: stride, start: least, divisor: dilation)
  }

  /// The number of distinct input rows that the MACs of two ranges read: theory's `ext`, exact with padding.
  ///
  /// A pair (o, k) is counted unless (o - v, k + u), which reads the same row, is in the ranges too.
  public func inputRows(outputs: Range<Int>, kernels: Range<Int>) -> Int {
    let all = realPairs(outputs: outputs, kernels: kernels)
    let lowest = outputs.lowerBound + outputPeriod
    let highest = kernels.upperBound - kernelPeriod
    guard lowest < outputs.upperBound, kernels.lowerBound < highest else { return all }
    return all - realPairs(outputs: lowest..<outputs.upperBound, kernels: kernels.lowerBound..<highest)
  }

  /// The number of distinct input rows that some MAC reads.
  public var usedInputRows: Int { inputRows(outputs: 0..<outputSize, kernels: 0..<kernelSize) }

  /// The number of kernel rows in a range that read a real input row with some output row.
  ///
  /// The others meet only padding, and what weights they have is not used. They lie at the ends of the kernel or, where the
  /// input is shorter than the stride, anywhere.
  ///
  /// - Complexity: O(1) where the input is longer than the stride or without padding, otherwise O(log(rows)).
  public func usedKernelRows(in kernels: Range<Int>) -> Int {
    if !hasPaddedMACs { return kernels.count }
    // Output rows are too far apart for two of them to read real rows with the same kernel row.
    if inputSize <= stride { return realPairs(outputs: 0..<outputSize, kernels: kernels) }
    // Every stretch of inputSize numbers has a multiple of the stride: some output row reads a real row with a kernel row
    // unless all of them lie to one side of the input.
    let used = Self.multiples(
      of: dilation, from: paddingBefore - stride * (outputSize - 1), count: stride * (outputSize - 1) + inputSize,
      below: kernelSize)
    return kernels.clamped(to: used).count
  }

  /// The number of kernel rows that read a real input row.
  public var usedKernelRows: Int { usedKernelRows(in: 0..<kernelSize) }
}
