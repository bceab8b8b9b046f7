import TestSupport
import Testing
import Workloads

struct ConvolutionAxisTests {
  /// The rows that two ranges touch, one by one.
  static func rows(_ axis: ConvolutionAxis, _ outputs: Range<Int>, _ kernels: Range<Int>) -> Set<Int> {
    var rows: Set<Int> = []
    for output in outputs {
      for kernel in kernels {
        let row = axis.stride * output + axis.dilation * kernel - axis.paddingBefore
        if row >= 0, row < axis.inputSize { rows.insert(row) }
      }
    }
    return rows
  }

  @Test("Distinct rows equal those of an explicit set", arguments: seeds(0..<300))
  func inputRows(seed: Int) {
    var random = SplitMix64(seed: seed)
    let axis = random.axis(outputs: 12, kernels: 7, dilates: true)
    let firstOutput = random.pick(0...axis.outputSize - 1)
    let outputs = firstOutput..<random.pick(firstOutput + 1...axis.outputSize)
    let firstKernel = random.pick(0...axis.kernelSize - 1)
    let kernels = firstKernel..<random.pick(firstKernel + 1...axis.kernelSize)
    #expect(
      axis.inputRows(outputs: outputs, kernels: kernels) == Self.rows(axis, outputs, kernels).count,
      "seed \(seed): \(axis), outputs \(outputs), kernels \(kernels)")
    #expect(axis.usedInputRows == Self.rows(axis, 0..<axis.outputSize, 0..<axis.kernelSize).count, "seed \(seed)")
  }

  /// Many kernel rows on padding are counted as lattice points under lines, here one by one.
  @Test("Pairs on real rows with long kernels", arguments: seeds(0..<300))
  func realPairs(seed: Int) throws {
    var random = SplitMix64(seed: 1000 + seed)
    let (stride, dilation, kernel) = (random.pick(1...9), random.pick(1...9), random.pick(13...40))
    let (top, bottom) = (random.pick(0...200), random.pick(0...200))
    let layer = try Layer(
      name: "axis", inputChannels: 1,
      input: Extent(height: max(1, dilation * (kernel - 1) + 1 - top - bottom) + random.pick(0...100), width: 1),
      outputChannels: 1, kernel: Extent(height: kernel, width: 1), stride: Extent(height: stride, width: 1),
      dilation: Extent(height: dilation, width: 1), padding: Padding(top: top, bottom: bottom, left: 0, right: 0))
    let axis = layer.vertical
    for _ in 0..<20 {
      let firstOutput = random.pick(0...axis.outputSize - 1)
      let outputs = firstOutput..<random.pick(firstOutput + 1...axis.outputSize)
      let firstKernel = random.pick(0...axis.kernelSize - 1)
      let kernels = firstKernel..<random.pick(firstKernel + 1...axis.kernelSize)
      let pairs = outputs.reduce(0) { sum, output in
        sum + kernels.count { axis.inputRow(output: output, kernel: $0) != nil }
      }
      #expect(
        axis.realPairs(outputs: outputs, kernels: kernels) == pairs,
        "seed \(seed): \(describe(layer)), outputs \(outputs), kernels \(kernels)")
    }
  }

  @Test func closedFormWithoutPadding() throws {
    // ext(a, b) = a·b - max(0, a-v)·max(0, b-u)
    for (stride, dilation) in [(1, 1), (2, 1), (1, 2), (2, 2), (4, 6), (3, 2)] {
      let layer = try Layer(
        name: "ext", inputChannels: 1, input: Extent(height: 100, width: 1), outputChannels: 1,
        kernel: Extent(height: 7, width: 1), stride: Extent(height: stride, width: 1),
        dilation: Extent(height: dilation, width: 1))
      let axis = layer.vertical
      for a in 1...axis.outputSize {
        for b in 1...7 {
          let expected = a * b - max(0, a - axis.outputPeriod) * max(0, b - axis.kernelPeriod)
          #expect(axis.inputRows(outputs: 0..<a, kernels: 0..<b) == expected)
        }
      }
    }
  }

  /// Kernel rows that some output row reads a real input row with, against a walk: also where the input is shorter than the
  /// stride, so that unused ones lie between used ones.
  @Test("Used kernel rows", arguments: seeds(0..<200))
  func usedKernelRows(seed: Int) {
    var random = SplitMix64(seed: 7000 + seed)
    let axis = random.axis(outputs: 6, kernels: 9, dilates: true)
    let used = (0..<axis.kernelSize).map { kernel in
      (0..<axis.outputSize).contains { axis.inputRow(output: $0, kernel: kernel) != nil }
    }
    #expect(axis.usedKernelRows == used.count { $0 }, "seed \(7000 + seed): \(axis)")
    for low in 0..<axis.kernelSize {
      for high in low...axis.kernelSize {
        #expect(axis.usedKernelRows(in: low..<high) == used[low..<high].count { $0 }, "seed \(7000 + seed): \(axis)")
      }
    }
  }
}
