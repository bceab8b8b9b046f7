import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// Rows of boxes, of which equal ones are counted together, against a walk of all boxes.
struct BoxCountsTests {
  private static func blocks(_ range: Range<Int>, by tile: Int) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: tile).map { $0..<min($0 + tile, range.upperBound) }
  }

  /// The rows that two ranges touch, one by one.
  static func rows(_ axis: ConvolutionAxis, _ outputs: Range<Int>, _ kernels: Range<Int>) -> Set<Int> {
    Set(outputs.flatMap { output in kernels.compactMap { axis.inputRow(output: output, kernel: $0) } })
  }

  @Test("Rows held and moved", arguments: seeds(0..<400))
  func rows(seed: Int) {
    var random = SplitMix64(seed: seed)
    let axis = random.axis(outputs: 24, kernels: 9, dilates: true)
    let kernel = axis.kernelSize
    let counts = PlainBoxCounts(rows: AxisRows(axis))
    for _ in 0..<10 {
      let outputParent = random.pick(1...axis.outputSize)
      let kernelParent = random.pick(1...kernel)
      let boxes = Boxes(
        outputParent: outputParent, outputTile: random.oneIn(3) ? 1 : random.pick(1...outputParent),
        kernelParent: kernelParent, kernelTile: random.oneIn(3) ? 1 : random.pick(1...kernelParent))
      func comment() -> Comment { "seed \(seed): \(axis), \(boxes)" }
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
      #expect(counts.held(boxes) == held, comment())
      for (slide, rows) in moved { #expect(counts.moved(boxes, slide: slide) == rows, "\(comment()), \(slide)") }
    }
  }

  @Test("Quick counts are the plain ones", arguments: seeds(0..<200))
  func quick(seed: Int) {
    var random = SplitMix64(seed: 5000 + seed)
    let axis = random.axis(outputs: 24, kernels: 7)
    guard QuickBoxCounts.canCount(axis) else { return }
    let rows = AxisRows(axis)
    let plain = PlainBoxCounts(rows: rows)
    let quick = QuickBoxCounts(rows, TileLadder(rows, parents: Array(1...axis.outputSize)))
    for _ in 0..<20 {
      let (outputParent, kernelParent) = (random.pick(1...axis.outputSize), random.pick(1...axis.kernelSize))
      let boxes = Boxes(
        outputParent: outputParent, outputTile: random.pick(1...outputParent), kernelParent: kernelParent,
        kernelTile: random.pick(1...kernelParent))
      func comment() -> Comment { "seed \(5000 + seed): \(axis), \(boxes)" }
      #expect(quick.held(boxes) == plain.held(boxes), comment())
      for slide in [AxisLoops.Slide.none, .output, .kernel] {
        // A loop that does not cut its parent is never the one that slides.
        if slide == .output && boxes.outputTile == outputParent { continue }
        if slide == .kernel && boxes.kernelTile == kernelParent { continue }
        #expect(quick.moved(boxes, slide: slide) == plain.moved(boxes, slide: slide), "\(comment()), \(slide)")
      }
    }
  }
}
