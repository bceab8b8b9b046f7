import Mappings
import Workloads

extension QuickListing {
  private var outputSize: Int { axis.outputSize }
  private var kernelSize: Int { axis.kernelSize }

  /// Offers the profiles with uneven blocks, where the axis is cut in one segment only down to the inputs' keep, less
  /// those that hold and move no fewer input rows than even ones.
  func listUneven(into found: inout [ProfilesFound<Sink>]) {
    let orders = mapspaces.map { UnevenOrder(ProfileMaker(rows: counts.rows, mapspace: $0, counts: counts)) }
    for kernel in Partition.even(of: kernelSize) + Partition.uneven(of: kernelSize) where !limit.endsListing() {
      let cut = counts.cut(kernel.outer == 0 ? kernelSize : kernel.outer, kernel.tile)
      let even = counts.cut(kernelSize, kernel.tile)
      for (index, order) in orders.enumerated() where order.cutsBoxesAgain {
        listUnevenBoxes(kernel, cut, insteadOf: even, order.maker, into: &found[index])
      }
      let others = orders.indices.filter { !orders[$0].cutsBoxesAgain }
      if others.isEmpty { continue }
      let kernels = others.map { orders[$0].kernels(kernel) }
      // Where blocks of kernel rows are cut again, uneven ones may have fewer parts.
      let isAlwaysUseful = others.map {
        kernel.outer == 0 || mapspaces[$0].dataflow == .inputsWeightsOutputs || cut.weightsHeld < even.weightsHeld
      }
      let kernelParents =
        kernel.outer > 0 ? [kernel.outer] : kernel.tile < kernelSize ? [kernelSize, kernel.tile] : [kernelSize]
      var tried = others.map { _ in TriedOutputs() }
      /// Offers the profiles with blocks of output rows inside parents.
      func add(_ tile: Int, outer: Int, parents: [Int]) {
        let sums = parents.map { parent in
          kernelParents.map { QuickBoxCounts.Sums(counts, parent: parent, tile: tile, counts.cut($0, kernel.tile)) }
        }
        lazy var isBetter = zip(parents, sums).contains {
          $1[0].isBetter(than: QuickBoxCounts.Sums(counts, parent: $0, tile: tile, even))
        }
        for (place, index) in others.enumerated() where isAlwaysUseful[place] || isBetter {
          for tiles in orders[index].outputs[tile - 1] {
            let output = outer == 0 ? tiles : tiles.around(outer)
            let row =
              parents.firstIndex(of: orders[index].maker.boxes(output, kernels[place][0].tiles).outputParent) ?? 0
            if kernel.outer > 0, !tried[place].isUseful(output, parent: parents[row], sums[row][0], orders[index].maker)
            {
              continue
            }
            for (kernel, weightsHeld) in kernels[place] {
              let boxes = orders[index].maker.boxes(output, kernel)
              let own = sums[row][kernelParents.firstIndex(of: boxes.kernelParent) ?? 0]
              orders[index].maker.add(
                output: output, kernel: kernel, weightsHeld: weightsHeld, boxes, held: own.held, to: &found[index]
              ) {
                own.moved($0)
              }
            }
          }
        }
      }
      for output in unevenOutputs(cut) { add(output.tile, outer: output.outer, parents: [output.outer]) }
      if kernel.outer > 0 {
        for tile in evenTiles(cut) {
          add(tile, outer: 0, parents: tile < outputSize ? [outputSize, tile] : [outputSize])
        }
      }
    }
  }

  /// With the inputs outermost and the outputs next, boxes of inputs are cut again: of boxes that hold as much, those
  /// whose parts are fewest.
  private func listUnevenBoxes(
    _ kernel: Partition, _ cut: KernelCut, insteadOf evenCut: KernelCut, _ maker: ProfileMaker<QuickBoxCounts>,
    into found: inout ProfilesFound<Sink>
  ) {
    let rows = counts.rows
    let kernelTiles = Tiles(kernel.tile, kernel.tile, 1).around(kernel.outer)
    // Of even boxes, three to the range, the largest that holds at most n rows, at n, or 0.
    let third = (outputSize + 2) / 3
    var largestEven = [0]
    for box in third..<max(third, (outputSize + 1) / 2) {
      let held = counts.held(parent: outputSize, tile: box, cut)
      while largestEven.count <= held { largestEven.append(largestEven.last ?? 0) }
      for place in held..<largestEven.count { largestEven[place] = box }
    }
    /// For each tile the fewest parts of boxes that hold so many rows.
    var fewest = [[(held: Int, parts: Int, outer: Int)]](repeating: [], count: outputSize + 1)
    for box in 1...outputSize {
      if kernel.outer > 0, isBetter(cut, than: evenCut, parent: outputSize, tile: box) {
        counts.ladder.forEachTile(box: box) { tile, _ in
          maker.add(output: Tiles(box, tile, tile), kernel: kernelTiles, to: &found)
        }
      }
      let even = counts.held(parent: outputSize, tile: box, cut)
      if cut.head[box] >= even && !rows.canCutPadding { continue }
      for outer in Partition.outers(of: box, in: outputSize) {
        let isExact = rows.cutsPadding(outer, box)
        let held = counts.held(parent: outer, tile: box, cut)
        if held >= even, !isExact { continue }
        if kernel.outer > 0, !isBetter(cut, than: evenCut, parent: outer, tile: box) { continue }
        let even = largestEven[min(held, largestEven.count - 1)]
        TileLadder.forEachBlockCount(of: (box, outer - box, outputSize - outer)) { tile, parts in
          // Even boxes that hold no more move as much.
          if !isExact, even > 0, Tiles(even, min(tile, even), 1).blockCount(of: outputSize, level: 1) <= parts {
            return
          }
          if isExact {
            maker.add(output: Tiles(box, tile, tile, outer: outer), kernel: kernelTiles, to: &found)
          } else if let known = fewest[tile].firstIndex(where: { $0.held == held }) {
            if parts < fewest[tile][known].parts { fewest[tile][known] = (held, parts, outer) }
          } else {
            fewest[tile].append((held, parts, outer))
          }
        }
      }
      for tile in 1...box {
        for best in fewest[tile] {
          maker.add(output: Tiles(box, tile, tile, outer: best.outer), kernel: kernelTiles, to: &found)
        }
        fewest[tile].removeAll(keepingCapacity: true)
      }
    }
  }

  /// The uneven blocks of output rows that hold less than three even ones or cut padding: others have no use.
  private func unevenOutputs(_ cut: KernelCut) -> [Partition] {
    let rows = counts.rows
    var partitions: [Partition] = []
    let third = (outputSize + 2) / 3
    let even = counts.held(parent: outputSize, tile: third, cut)
    for tile in third..<max(third, outputSize) {
      // The first block alone holds as much, and so it does for all larger tiles.
      if !rows.canCutPadding, cut.head[tile] >= even { break }
      for outer in Partition.outers(of: tile, in: outputSize)
      where rows.cutsPadding(outer, tile)
        || cut.head[tile] < even && counts.held(parent: outer, tile: tile, cut) < even
      {
        partitions.append(Partition(tile: tile, outer: outer))
      }
    }
    return partitions
  }

  /// The tiles of even blocks of output rows that others do not make superfluous: of those that make one number of blocks,
  /// each that holds fewer input rows than all smaller ones, which hold fewer outputs.
  private func evenTiles(_ cut: KernelCut) -> [Int] {
    counts.ladder.rungs(parent: outputSize).flatMap { rung in
      rung.padded + choices.tilesHoldingLess(parent: outputSize, rung.tiles, cut)
    }
  }

  /// Whether one cut of the kernel rows holds or moves fewer input rows than another for the same output rows.
  private func isBetter(_ cut: KernelCut, than other: KernelCut, parent: Int, tile: Int) -> Bool {
    func moves(_ slide: AxisLoops.Slide) -> Bool {
      counts.moved(parent: parent, tile: tile, cut, slide: slide)
        < counts.moved(parent: parent, tile: tile, other, slide: slide)
    }
    return counts.held(parent: parent, tile: tile, cut) < counts.held(parent: parent, tile: tile, other)
      || moves(.none) || moves(.kernel) || tile < parent && moves(.output)
  }
}

/// The cuts of output rows that went with one uneven cut of kernel rows so far, by what they contribute to profiles.
private struct TriedOutputs {
  private var keys: [SIMD8<Int>] = []

  /// Whether no cut before has all of its profiles, with factors that are no larger.
  mutating func isUseful(
    _ output: Tiles, parent: Int, _ sums: QuickBoxCounts.Sums, _ maker: ProfileMaker<QuickBoxCounts>
  ) -> Bool {
    let (mapspace, size) = (maker.mapspace, maker.rows.axis.outputSize)
    let tile = output[mapspace.inputLevel]
    let hasSiblings = maker.hasSiblings(output, size)
    let slides = tile < parent && hasSiblings
    let key = SIMD8(
      sums.held, sums.moved(.none), slides ? sums.moved(.output) : .max, sums.moved(.kernel),
      output.blockCount(of: size, level: mapspace.weightLevel), output[mapspace.outputLevel],
      slides && !maker.hasSingleBlock(size, parent: parent, tile: tile) ? 0 : 1, hasSiblings ? 0 : 1)
    for known in keys where !any(known .> key) { return false }
    keys.append(key)
    return true
  }
}

/// What uneven blocks need of an order of keeps.
private struct UnevenOrder {
  let maker: ProfileMaker<QuickBoxCounts>
  /// Whether boxes of inputs are cut again into blocks of outputs.
  let cutsBoxesAgain: Bool
  /// The block sizes of output rows at the three keeps that have blocks of n rows at the inputs', at n - 1.
  let outputs: [[Tiles]]

  init(_ maker: ProfileMaker<QuickBoxCounts>) {
    self.maker = maker
    let (mapspace, size) = (maker.mapspace, maker.rows.axis.outputSize)
    cutsBoxesAgain = mapspace.outputs.contains(.fewest)
    outputs = cutsBoxesAgain ? [] : (1...size).map { mapspace.cutOnce(mapspace.outputs, of: size, tile: $0, outer: 0) }
  }

  /// The block sizes of kernel rows that are cut in some way, with the most weights of a block.
  func kernels(_ kernel: Partition) -> [(tiles: Tiles, weightsHeld: Int)] {
    let mapspace = maker.mapspace
    return mapspace.cutOnce(mapspace.kernels, of: maker.rows.axis.kernelSize, tile: kernel.tile, outer: kernel.outer)
      .map {
        ($0, maker.rows.weightsHeld($0, level: mapspace.weightLevel))
      }
  }
}
