import Mappings
import Workloads

/// What the nest is at along one axis: some output rows and some kernel rows.
struct AxisBlock: Hashable {
  var outputs: Progression
  var kernels: Progression

  subscript(isKernel isKernel: Bool) -> Progression {
    get { isKernel ? kernels : outputs }
    set { if isKernel { kernels = newValue } else { outputs = newValue } }
  }
}

/// What blocks of an axis have in common of each tensor.
///
/// With u kernel phases and v output phases, output row b + v·p and kernel row a + u·r read the input row
/// lcm(σ,δ)·(p + r) + σ·b + δ·a - padding (theory §1). So for each pair of phases the rows of a block are an interval of p + r.
struct RowClasses {
  let axis: ConvolutionAxis
  private let kernelPhases: Int
  private let outputPhases: Int
  /// For each pair of phases the values of p + r whose rows are real, first and last.
  private let real: [(first: Int, last: Int)]
  /// The numbers of used kernel rows before each, or none where all are used.
  private let usedBefore: [Int]

  init(_ axis: ConvolutionAxis) {
    self.axis = axis
    kernelPhases = min(axis.kernelPeriod, axis.kernelSize)
    outputPhases = min(axis.outputPeriod, axis.outputSize)
    let distance = axis.stride * axis.outputPeriod
    var real: [(first: Int, last: Int)] = []
    for kernel in 0..<kernelPhases {
      for output in 0..<outputPhases {
        let row = axis.stride * output + axis.dilation * kernel - axis.paddingBefore
        let first = row >= 0 ? 0 : (-row + distance - 1) / distance
        let left = axis.inputSize - 1 - row
        real.append((first, left < 0 ? -1 : left / distance))
      }
    }
    self.real = real
    var before = [0]
    for kernel in 0..<axis.kernelSize { before.append(before[kernel] + axis.usedKernelRows(in: kernel..<kernel + 1)) }
    usedBefore = before.last == axis.kernelSize ? [] : before
  }

  /// The whole axis.
  var whole: AxisBlock {
    AxisBlock(outputs: Progression(count: axis.outputSize), kernels: Progression(count: axis.kernelSize))
  }

  /// Whether output rows read no padding with any kernel rows.
  func isInside(_ outputs: Progression) -> Bool {
    axis.stride * outputs.start >= axis.paddingBefore
      && axis.stride * outputs.last + axis.dilation * (axis.kernelSize - 1) - axis.paddingBefore < axis.inputSize
  }

  /// The blocks of a loop in their order, of many in a row that differ by a shift alone the first two and the last, the
  /// first standing for all others.
  func blocks(_ loop: AxisLoop, of run: Progression) -> [(run: Progression, times: Int)] {
    let count = loop.blockCount(of: run)
    // The last block may be smaller, or the last but one.
    var (first, last) = (0, count - (loop.isEvenAtEnds ? 3 : 2))
    if loop.isKernel || loop.isPhases { last = -1 }
    while first <= last, !isInside(loop.block(first, of: run)) { first += 1 }
    while first <= last, !isInside(loop.block(last, of: run)) { last -= 1 }
    let alike = last - first - 2 > 0 ? first + 2..<last : count..<count
    return [0..<alike.lowerBound, alike.upperBound..<count].joined().map {
      (run: loop.block($0, of: run), times: $0 == first ? alike.count + 1 : 1)
    }
  }

  /// The number of rows of a tensor in a block.
  func count(_ block: AxisBlock, of tensor: Tensor) -> Int { common(block, block, of: tensor) }

  /// The number of rows of a tensor that two blocks have in common, of which the runs have the same steps.
  func common(_ some: AxisBlock, _ others: AxisBlock, of tensor: Tensor) -> Int {
    switch tensor {
    case .outputs: return Self.overlap(some.outputs, others.outputs)
    case .weights:
      if usedBefore.isEmpty { return Self.overlap(some.kernels, others.kernels) }
      let (some, others) = (some.kernels, others.kernels)
      if (some.start - others.start) % some.step != 0 { return 0 }
      let (first, last) = (max(some.start, others.start), min(some.last, others.last))
      if last < first { return 0 }
      if some.step == 1 { return usedBefore[last + 1] - usedBefore[first] }
      return stride(from: first, through: last, by: some.step).reduce(0) { $0 + usedBefore[$1 + 1] - usedBefore[$1] }
    case .inputs: return commonInputs(some, others)
    }
  }

  private static func overlap(_ some: Progression, _ others: Progression) -> Int {
    let distance = some.start - others.start
    if some.step > 1, distance % some.step != 0 { return 0 }
    let length = min(some.last, others.last) - max(some.start, others.start)
    return length < 0 ? 0 : length / some.step + 1
  }

  private func commonInputs(_ some: AxisBlock, _ others: AxisBlock) -> Int {
    var count = 0
    for kernel in 0..<kernelPhases {
      let someKernels = Self.interval(some.kernels, phase: kernel, of: axis.kernelPeriod)
      let otherKernels = Self.interval(others.kernels, phase: kernel, of: axis.kernelPeriod)
      if someKernels.last < someKernels.first || otherKernels.last < otherKernels.first { continue }
      for output in 0..<outputPhases {
        let someOutputs = Self.interval(some.outputs, phase: output, of: axis.outputPeriod)
        let otherOutputs = Self.interval(others.outputs, phase: output, of: axis.outputPeriod)
        if someOutputs.last < someOutputs.first || otherOutputs.last < otherOutputs.first { continue }
        let real = real[kernel * outputPhases + output]
        let first = max(someKernels.first + someOutputs.first, otherKernels.first + otherOutputs.first, real.first)
        let last = min(someKernels.last + someOutputs.last, otherKernels.last + otherOutputs.last, real.last)
        count += max(0, last - first + 1)
      }
    }
    return count
  }

  /// The elements of a run that are in a phase, by their number within it.
  @inline(__always)
  private static func interval(_ run: Progression, phase: Int, of phases: Int) -> (first: Int, last: Int) {
    if phases == 1 { return (run.start, run.start + run.count - 1) }
    if run.step > 1 {
      if run.start % phases != phase { return (0, -1) }
      let first = run.start / phases
      return (first, first + run.count - 1)
    }
    let last = run.last - phase
    return ((run.start - phase + phases - 1) / phases, last < 0 ? -1 : last / phases)
  }
}
