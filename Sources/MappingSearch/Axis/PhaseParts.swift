import Mappings
import Workloads

/// What boxes hold and move inside blocks of output rows and of kernel rows, where loops split rows into phases.
///
/// Rows that one phase of outputs or kernels has are an axis of their own, without phases (theory §1). What boxes hold and
/// move is counted on such axes, one for each pair of blocks just outside the segment before the inputs' keep.
struct PhaseParts {
  let rows: AxisRows
  /// What counts on the axes that pairs of blocks are, equal ones once.
  private var counts: [ConvolutionAxis: PlainBoxCounts] = [:]
  /// What was counted, since orders of keeps have blocks in common.
  private var known: [Key: [Totals?]] = [:]

  private var axis: ConvolutionAxis { rows.axis }

  init(_ rows: AxisRows) { self.rows = rows }

  /// A pair of blocks as an axis, and how many pairs are like it.
  struct Part {
    var counts: PlainBoxCounts
    var times: Int

    fileprivate var outputs: Int { counts.rows.axis.outputSize }
    fileprivate var kernels: Int { counts.rows.axis.kernelSize }

    fileprivate func boxes(_ tiles: (output: Int, kernel: Int), kernelParent: Int? = nil) -> Boxes {
      Boxes(
        outputParent: outputs, outputTile: min(tiles.output, outputs),
        kernelParent: min(kernelParent ?? kernels, kernels), kernelTile: min(tiles.kernel, kernels))
    }
  }

  /// The pairs of some blocks of output rows with some of kernel rows.
  ///
  /// - Complexity: O(pairs).
  mutating func parts(outputs: [Progression], kernels: [Progression]) -> [Part] {
    var places: [ConvolutionAxis: Int] = [:]
    var parts: [Part] = []
    for output in outputs {
      for kernel in kernels {
        let part = ConvolutionAxis(
          partOf: axis, outputs: (output.start, output.step, output.count),
          kernels: (kernel.start, kernel.step, kernel.count))
        if let place = places[part] {
          parts[place].times += 1
          continue
        }
        let ofPart = counts[part] ?? PlainBoxCounts(rows: AxisRows(part))
        counts[part] = ofPart
        places[part] = parts.count
        parts.append(Part(counts: ofPart, times: 1))
      }
    }
    return parts
  }

  /// What boxes of one size hold and move in all pairs of blocks.
  struct Totals: Equatable {
    /// The most input rows of a box.
    var held = 0
    /// Input rows read over all boxes without a slide.
    var moved = 0
    /// The same where output rows or kernel rows slide, of which no block is a box alone.
    var slidOutputs: Int?
    var slidKernels: Int?
  }

  private struct Key: Hashable {
    var outputs: [Progression]
    var kernels: [Progression]
    var outputTiles: [Int]
    var kernelTiles: [Int]
    var skips: Bool
  }

  /// What boxes of each pair of sizes hold and move in the pairs of some blocks.
  ///
  /// - Parameters:
  ///   - outputs: the blocks of output rows.
  ///   - kernels: the blocks of kernel rows.
  ///   - outputTiles: the sizes of boxes in output rows.
  ///   - kernelTiles: the sizes in kernel rows.
  ///   - skips: whether sizes in output rows are left out of which a smaller one moves as much and holds no more.
  /// - Returns: the totals of each size in output rows with each in kernel rows, nil where they are left out.
  mutating func totals(
    outputs: [Progression], kernels: [Progression], outputTiles: [Int], kernelTiles: [Int], skips: Bool
  ) -> [Totals?] {
    let key = Key(outputs: outputs, kernels: kernels, outputTiles: outputTiles, kernelTiles: kernelTiles, skips: skips)
    if let known = known[key] { return known }
    let parts = parts(outputs: outputs, kernels: kernels)
    var all: [Totals?] = []
    all.reserveCapacity(outputTiles.count * kernelTiles.count)
    var heldBefore = [Int](repeating: .max, count: kernelTiles.count)
    for (index, output) in outputTiles.enumerated() {
      let isAlike = skips && index > 0 && areCutAlike(outputs, by: output, and: outputTiles[index - 1])
      for (place, kernel) in kernelTiles.enumerated() {
        let tiles = (output: output, kernel: kernel)
        let held = parts.reduce(0) { max($0, $1.counts.held($1.boxes(tiles))) }
        all.append(isAlike && heldBefore[place] <= held ? nil : totals(parts, tiles, held: held))
        heldBefore[place] = held
      }
    }
    known[key] = all
    return all
  }

  private func totals(_ parts: [Part], _ tiles: (output: Int, kernel: Int), held: Int) -> Totals {
    func moved(_ slide: AxisLoops.Slide) -> Int {
      parts.reduce(0) { $0 + $1.times * $1.counts.moved($1.boxes(tiles), slide: slide) }
    }
    let isCut = (
      output: parts.contains { tiles.output < $0.outputs }, kernel: parts.contains { tiles.kernel < $0.kernels }
    )
    return Totals(
      held: held, moved: moved(.none), slidOutputs: isCut.output ? moved(.output) : nil,
      slidKernels: isCut.kernel ? moved(.kernel) : nil)
  }

  /// Whether two sizes cut each of some blocks of output rows as often, the second being the smaller, between rows that
  /// share input and do not reach padding: boxes then move as much.
  private func areCutAlike(_ outputs: [Progression], by tile: Int, and smaller: Int) -> Bool {
    smaller < tile
      && outputs.allSatisfy { block in
        block.step % axis.outputPeriod == 0 && (block.count - 1) / tile == (block.count - 1) / smaller
          && !rows.cutsPadding(block, tile) && !rows.cutsPadding(block, smaller)
      }
  }

  /// Input rows read where kernel rows slide in place of output rows that a box has all of, or nil where none can.
  func chained(_ chains: [Part], _ tiles: (output: Int, kernel: Int)) -> Int? {
    guard chains.contains(where: { $0.kernels > tiles.kernel }) else { return nil }
    return chains.reduce(0) { moved, part in
      moved + part.times
        * part.counts.moved(part.boxes(tiles, kernelParent: tiles.kernel), slide: .output, chained: true)
    }
  }
}
