import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// What blocks of kernel rows amount to, against a walk of the rows.
struct KernelCutTests {
  @Test("Rows by the number of cuts", arguments: seeds(0..<100))
  func rows(seed: Int) {
    var random = SplitMix64(seed: seed)
    let axis = random.axis(outputs: 16, kernels: 7)
    guard axis.outputPeriod == 1 else { return }
    let rows = AxisRows(axis)
    let (parent, all) = (random.pick(1...axis.kernelSize), 0..<axis.outputSize)
    let tile = random.pick(1...parent)
    func blocks(_ range: Range<Int>, by tile: Int) -> [Range<Int>] {
      stride(from: range.lowerBound, to: range.upperBound, by: tile).map { $0..<min($0 + tile, range.upperBound) }
    }
    let parents = blocks(0..<axis.kernelSize, by: parent).map { blocks($0, by: tile) }
    let cut = KernelCut(rows, parents: parents, tiles: Tiles(parent, tile, tile))
    func comment() -> Comment { "seed \(seed): \(axis), \(parent), \(tile)" }
    func count(_ outputs: Range<Int>, _ kernels: Range<Int>) -> Int {
      BoxCountsTests.rows(axis, outputs, kernels).count
    }
    #expect(cut.still.whole == parents.joined().reduce(0) { $0 + count(all, $1) }, comment())
    #expect(cut.rest.whole == parents.filter { $0.count == 1 }.reduce(0) { $0 + count(all, $1[0]) }, comment())
    // Of each parent of several blocks the rows of its blocks, each less those that the block before had.
    var slid = 0
    for blocks in parents where blocks.count > 1 {
      var before: Set<Int> = []
      for block in blocks {
        let rows = BoxCountsTests.rows(axis, all, block)
        slid += rows.subtracting(before).count
        before = rows
      }
    }
    #expect(cut.slid.whole == slid, comment())
    if !rows.canCutPadding, axis.outputSize > 1 {
      // One cut of the output rows, wherever it falls.
      let halves = [0..<1, 1..<axis.outputSize]
      let moved = halves.reduce(0) { sum, half in sum + parents.joined().reduce(0) { $0 + count(half, $1) } }
      #expect(cut.still(cuts: 1) == moved, comment())
    }
    let used = parents.joined().map { block in block.count { !BoxCountsTests.rows(axis, all, $0..<$0 + 1).isEmpty } }
    #expect(cut.weightsHeld == used.max(), comment())
    for output in 1...axis.outputSize {
      #expect(cut.head[output] == parents.joined().map { count(0..<output, $0) }.max(), comment())
    }
  }
}
