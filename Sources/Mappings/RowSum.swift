import Workloads

/// The input rows of every pair of an output block and a kernel block, added up without visiting the pairs of blocks.
///
/// Of the rows that two blocks read, ``ConvolutionAxis/inputRows(outputs:kernels:)`` counts the (output, kernel) pairs
/// less those that read a row for a second time. Which pairs read a real row does not depend on the blocks; so the sum
/// over all blocks takes one pass over the rows, each with the number of blocks that it belongs to.
///
/// - Complexity: O(output rows + kernel rows) for each time that ``sum()`` is asked for after additions.
struct RowSum {
  private let axis: ConvolutionAxis
  private var pairs: PairSum
  private var repeated: PairSum
  /// Blocks added since the sum was last asked for.
  private var newOutputs: [Range<Int>] = []
  private var newKernels: [Range<Int>] = []

  init(_ axis: ConvolutionAxis) {
    self.axis = axis
    pairs = PairSum(axis)
    repeated = PairSum(axis)
  }

  /// Adds blocks, to be paired with all of the other kind.
  mutating func add(outputs: [Range<Int>], kernels: [Range<Int>]) {
    newOutputs += outputs
    newKernels += kernels
  }

  /// The sum over all pairs of blocks added so far.
  mutating func sum() -> Int {
    pairs.add(outputs: newOutputs, kernels: newKernels)
    // (o, k) repeats the row of (o - v, k + u) where that is in the blocks too.
    repeated.add(
      outputs: newOutputs.compactMap {
        $0.count > axis.outputPeriod ? $0.lowerBound + axis.outputPeriod..<$0.upperBound : nil
      },
      kernels: newKernels.compactMap {
        $0.count > axis.kernelPeriod ? $0.lowerBound..<$0.upperBound - axis.kernelPeriod : nil
      })
    newOutputs = []
    newKernels = []
    return pairs.count - repeated.count
  }
}

/// The (output, kernel) pairs that read a real input row, over every pair of a range of outputs and one of kernel rows.
private struct PairSum {
  private let axis: ConvolutionAxis
  /// The number of ranges that each row is in.
  private var outputs: [Int]
  private var kernels: [Int]
  /// Whether some kernel row is in a range.
  private var hasKernels = false
  private(set) var count = 0

  init(_ axis: ConvolutionAxis) {
    self.axis = axis
    outputs = Array(repeating: 0, count: axis.outputSize)
    kernels = Array(repeating: 0, count: axis.kernelSize)
  }

  mutating func add(outputs newOutputs: [Range<Int>], kernels newKernels: [Range<Int>]) {
    if hasKernels, !newOutputs.isEmpty {
      let before = Self.runningSums(kernels)
      for output in newOutputs.joined() {
        let real = axis.realKernels(output: output)
        count += before[real.upperBound] - before[real.lowerBound]
      }
    }
    for output in newOutputs.joined() { outputs[output] += 1 }
    if newKernels.isEmpty { return }
    let before = Self.runningSums(outputs)
    for kernel in newKernels.joined() {
      let real = axis.realOutputs(kernel: kernel)
      count += before[real.upperBound] - before[real.lowerBound]
      kernels[kernel] += 1
    }
    hasKernels = true
  }

  /// The sums of the first 0, 1, 2, ... values.
  private static func runningSums(_ values: [Int]) -> [Int] {
    var sums = [0]
    sums.reserveCapacity(values.count + 1)
    var sum = 0
    for value in values {
      sum += value
      sums.append(sum)
    }
    return sums
  }
}
