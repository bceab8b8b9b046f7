import Mappings
import Workloads

extension QuickListing {
  private var outputSize: Int { axis.outputSize }
  private var kernelSize: Int { axis.kernelSize }

  /// Offers the profiles with uneven blocks, where the axis is cut in one segment only down to the inputs' keep, less
  /// those that hold and move no fewer input rows than even ones.
  func listUneven(_ mapspace: Mapspace, into found: inout ProfilesFound<Sink>) {
    let maker = ProfileMaker(rows: counts.rows, mapspace: mapspace, counts: counts)
    /// The block sizes of output rows at the three keeps that have blocks of n rows at the inputs', at n - 1.
    let outputs = (1...outputSize).map { mapspace.cutOnce(mapspace.outputs, of: outputSize, tile: $0, outer: 0) }
    for kernel in Partition.even(of: kernelSize) + Partition.uneven(of: kernelSize) where !limit.endsListing() {
      let cut = counts.cut(kernel.outer == 0 ? kernelSize : kernel.outer, kernel.tile)
      let even = counts.cut(kernelSize, kernel.tile)
      if mapspace.outputs.contains(.fewest) {
        listUnevenBoxes(kernel, cut, insteadOf: even, maker, into: &found)
        continue
      }
      if kernel.outer == 0 {
        for output in unevenOutputs(cut) { maker.add(output, kernel, to: &found) }
        continue
      }
      let kernels = mapspace.cutOnce(mapspace.kernels, of: kernelSize, tile: kernel.tile, outer: kernel.outer)
        .map { (tiles: $0, weightsHeld: counts.rows.weightsHeld($0, level: mapspace.weightLevel)) }
      // Where blocks of kernel rows are cut again, uneven ones may have fewer parts.
      let isAlwaysUseful = mapspace.dataflow == .inputsWeightsOutputs || cut.weightsHeld < even.weightsHeld
      /// Offers the profiles with blocks of output rows inside parents.
      func add(_ tile: Int, outer: Int, parents: [Int]) {
        let sums = parents.map { QuickBoxCounts.Sums(counts, parent: $0, tile: tile, cut) }
        guard
          isAlwaysUseful
            || zip(parents, sums).contains(where: {
              $1.isBetter(than: QuickBoxCounts.Sums(counts, parent: $0, tile: tile, even))
            })
        else { return }
        for tiles in outputs[tile - 1] {
          let output = outer == 0 ? tiles : tiles.around(outer)
          for (kernel, weightsHeld) in kernels {
            let boxes = maker.boxes(output, kernel)
            guard let place = parents.firstIndex(of: boxes.outputParent) else { continue }
            maker.add(
              output: output, kernel: kernel, weightsHeld: weightsHeld, boxes, held: sums[place].held, to: &found
            ) {
              sums[place].moved($0)
            }
          }
        }
      }
      for output in unevenOutputs(cut) { add(output.tile, outer: output.outer, parents: [output.outer]) }
      for tile in evenTiles(cut) {
        add(tile, outer: 0, parents: tile < outputSize ? [outputSize, tile] : [outputSize])
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
