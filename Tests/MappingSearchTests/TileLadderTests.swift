import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// Runs of tiles that make the same number of blocks.
struct TileLadderTests {
  @Test("Rungs are the runs of tiles with one number of blocks", arguments: seeds(0..<60))
  func rungs(seed: Int) {
    var random = SplitMix64(seed: seed)
    let axis = random.axis(outputs: 30, kernels: 6)
    let rows = AxisRows(axis)
    let ladder = TileLadder(rows, parents: Array(1...axis.outputSize))
    for parent in 1...axis.outputSize {
      func comment() -> Comment { "seed \(seed): \(axis), parent \(parent)" }
      let rungs = ladder.rungs(parent: parent)
      #expect(rungs.flatMap { Array($0.tiles) } == Array(1...parent), comment())
      for rung in rungs {
        for tile in rung.tiles {
          let count = Tiles(parent, tile, tile).blockCount(of: axis.outputSize, level: 1)
          #expect(count == rung.count, comment())
        }
        #expect(rung.padded.allSatisfy { rung.tiles.contains($0) && rows.cutsPadding(parent, $0) }, comment())
      }
      #expect(zip(rungs, rungs.dropFirst()).allSatisfy { $0.count != $1.count }, comment())
    }
  }

  /// A block away from padding holds as much as any of its size.
  @Test("Interior blocks hold the most", arguments: seeds(0..<60))
  func interior(seed: Int) {
    var random = SplitMix64(seed: 300 + seed)
    let axis = random.axis(outputs: 24, kernels: 6)
    guard QuickBoxCounts.canCount(axis) else { return }
    let rows = AxisRows(axis)
    let ladder = TileLadder(rows, parents: Array(1...axis.outputSize))
    for parent in 1...axis.outputSize {
      for tile in 1...parent where ladder.isInterior(parent, tile) {
        let boxes = Boxes(
          outputParent: parent, outputTile: tile, kernelParent: axis.kernelSize, kernelTile: axis.kernelSize)
        let most = tile * axis.kernelSize - (tile - 1) * max(0, axis.kernelSize - axis.kernelPeriod)
        #expect(PlainBoxCounts(rows: rows).held(boxes) == most, "seed \(300 + seed): \(axis), \(boxes)")
      }
    }
  }

  @Test("The smallest tiles that cut three ranges into each number of blocks", arguments: seeds(0..<40))
  func threeRanges(seed: Int) {
    var random = SplitMix64(seed: 600 + seed)
    let sizes = (random.pick(1...20), random.pick(1...20), random.pick(1...20))
    var expected: [Int: Int] = [:]
    for tile in stride(from: max(sizes.0, sizes.1, sizes.2), through: 1, by: -1) {
      expected[[sizes.0, sizes.1, sizes.2].reduce(0) { $0 + ($1 + tile - 1) / tile }] = tile
    }
    var found: [Int: Int] = [:]
    TileLadder.forEachBlockCount(of: sizes) { tile, count in found[count] = tile }
    #expect(found == expected, "seed \(600 + seed): \(sizes)")
  }
}
