import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// Rows of boxes, of which equal ones are counted together, against a walk of all boxes.
struct CoverageTests {
  private static func blocks(_ range: Range<Int>, by tile: Int) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: tile).map { $0..<min($0 + tile, range.upperBound) }
  }

  /// The rows that two ranges touch, one by one.
  private static func rows(_ axis: ConvolutionAxis, _ outputs: Range<Int>, _ kernels: Range<Int>) -> Set<Int> {
    Set(outputs.flatMap { output in kernels.compactMap { axis.inputRow(output: output, kernel: $0) } })
  }

  @Test("Rows held and moved", arguments: 0..<400)
  func rows(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let (stride, dilation, kernel) = (random.pick(1...4), random.pick(1...4), random.pick(1...9))
    let padding = random.oneIn(2) ? (random.pick(0...12), random.pick(0...12)) : (0, 0)
    let needed = dilation * (kernel - 1) + 1 - padding.0 - padding.1
    let layer = try Layer(
      name: "axis", inputChannels: 1, input: Extent(height: max(1, needed) + random.pick(0...40), width: 1),
      outputChannels: 1, kernel: Extent(height: kernel, width: 1), stride: Extent(height: stride, width: 1),
      dilation: Extent(height: dilation, width: 1),
      padding: Padding(top: padding.0, bottom: padding.1, left: 0, right: 0))
    let axis = layer.vertical
    let coverage = Coverage(rows: AxisRows(axis))
    for _ in 0..<10 {
      let outputParent = random.pick(1...axis.outputSize)
      let kernelParent = random.pick(1...kernel)
      let boxes = Boxes(
        outputParent: outputParent, outputTile: random.oneIn(3) ? 1 : random.pick(1...outputParent),
        kernelParent: kernelParent, kernelTile: random.oneIn(3) ? 1 : random.pick(1...kernelParent))
      let comment: Comment = "seed \(seed): \(describe(layer)), \(boxes)"
      var held = 0
      var moved = [AxisLoops.Slide.none: 0, .output: 0, .kernel: 0]
      for outputs in Self.blocks(0..<axis.outputSize, by: outputParent) {
        for kernels in Self.blocks(0..<kernel, by: kernelParent) {
          let outputBlocks = Self.blocks(outputs, by: boxes.outputTile)
          let kernelBlocks = Self.blocks(kernels, by: boxes.kernelTile)
          for slide in [AxisLoops.Slide.none, .output, .kernel] {
            // The loop that slides is innermost, or the other one where it has a single block.
            let slidesOutputs = outputBlocks.count > 1 && (slide == .output || kernelBlocks.count == 1)
            for (place, outputs) in outputBlocks.enumerated() {
              for (position, kernels) in kernelBlocks.enumerated() {
                let rows = Self.rows(axis, outputs, kernels)
                held = max(held, rows.count)
                var before: Set<Int> = []
                if slide != .none, slidesOutputs, place > 0 {
                  before = Self.rows(axis, outputBlocks[place - 1], kernels)
                } else if slide != .none, !slidesOutputs, position > 0 {
                  before = Self.rows(axis, outputs, kernelBlocks[position - 1])
                }
                moved[slide, default: 0] += rows.subtracting(before).count
              }
            }
          }
        }
      }
      #expect(coverage.rowsHeld(boxes) == held, comment)
      for (slide, rows) in moved { #expect(coverage.rowsMoved(boxes, slide: slide) == rows, "\(comment), \(slide)") }
    }
  }
}
