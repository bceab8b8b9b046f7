import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// Rows of two ranges in constant time, against a walk.
struct AxisRowsTests {
  @Test("Rows, and where padding is cut", arguments: seeds(0..<200))
  func rows(seed: Int) {
    var random = SplitMix64(seed: seed)
    let axis = random.axis(outputs: 20, kernels: 8, dilates: true)
    let rows = AxisRows(axis)
    func comment() -> Comment { "seed \(seed): \(axis)" }
    for _ in 0..<20 {
      let output = random.pick(0...axis.outputSize - 1)
      let kernel = random.pick(0...axis.kernelSize - 1)
      let outputs = output..<random.pick(output + 1...axis.outputSize)
      let kernels = kernel..<random.pick(kernel + 1...axis.kernelSize)
      #expect(rows(outputs, kernels) == BoxCountsTests.rows(axis, outputs, kernels).count, comment())
    }
    for output in 0..<axis.outputSize {
      let meetsPadding = (0..<axis.kernelSize).contains { axis.inputRow(output: output, kernel: $0) == nil }
      #expect(rows.interior.contains(output) == !meetsPadding, comment())
    }
  }
}
