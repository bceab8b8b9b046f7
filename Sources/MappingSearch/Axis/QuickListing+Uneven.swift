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
      var cuts = others.map { UnevenCut(kernel, orders[$0]) }
      // Where blocks of kernel rows are cut again, uneven ones may have fewer parts.
      let isAlwaysUseful = others.map {
        kernel.outer == 0 || mapspaces[$0].dataflow == .inputsWeightsOutputs || cut.weightsHeld < even.weightsHeld
      }
      func add(_ output: Partition) {
        let counted = CountedBoxes(counts, output, kernel)
        lazy var isBetter = counted.outputParents.contains { parent in
          counted[parent, kernel.outer].isBetter(
            than: QuickBoxCounts.Sums(counts, parent: parent, tile: output.tile, even))
        }
        for (place, index) in others.enumerated() where isAlwaysUseful[place] || isBetter {
          cuts[place].offer(output, counted, to: &found[index])
        }
      }
      for output in unevenOutputs(cut) { add(output) }
      if kernel.outer > 0 {
        for tile in evenTiles(cut) { add(Partition(tile: tile, outer: 0)) }
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
    func sums(_ cut: KernelCut) -> QuickBoxCounts.Sums {
      QuickBoxCounts.Sums(counts, parent: parent, tile: tile, cut)
    }
    return sums(cut).isBetter(than: sums(other))
  }
}

/// The input rows of boxes of one size, for each pair of parents that blocks cut once may lie in.
private struct CountedBoxes {
  let outputParents: [Int]
  private let kernelParents: [Int]
  private let sums: [QuickBoxCounts.Sums]

  init(_ counts: QuickBoxCounts, _ output: Partition, _ kernel: Partition) {
    let axis = counts.rows.axis
    let kernelParents = kernel.parents(of: axis.kernelSize)
    outputParents = output.parents(of: axis.outputSize)
    self.kernelParents = kernelParents
    sums = outputParents.flatMap { parent in
      kernelParents.map {
        QuickBoxCounts.Sums(counts, parent: parent, tile: output.tile, counts.cut($0, kernel.tile))
      }
    }
  }

  /// Those of boxes inside two parents.
  subscript(outputParent: Int, kernelParent: Int) -> QuickBoxCounts.Sums {
    guard let output = outputParents.firstIndex(of: outputParent),
      let kernel = kernelParents.firstIndex(of: kernelParent)
    else { preconditionFailure("blocks that are cut once lie in the outer ones, in the whole or in themselves") }
    return sums[output * kernelParents.count + kernel]
  }
}

/// One cut of the kernel rows in one order of keeps.
private struct UnevenCut {
  private let kernel: Partition
  private let order: UnevenOrder
  /// The block sizes of kernel rows at the three keeps, with the most weights of a block.
  private let kernels: [(tiles: Tiles, weightsHeld: Int)]
  /// The cuts of output rows that went with an uneven cut of the kernel rows so far, by what they contribute to profiles.
  private var tried: [SIMD8<Int>] = []

  init(_ kernel: Partition, _ order: UnevenOrder) {
    self.kernel = kernel
    self.order = order
    let (mapspace, rows) = (order.maker.mapspace, order.maker.rows)
    kernels = mapspace.cutOnce(mapspace.kernels, of: rows.axis.kernelSize, tile: kernel.tile, outer: kernel.outer)
      .map { ($0, rows.weightsHeld($0, level: mapspace.weightLevel)) }
  }

  /// Offers the profiles with a cut of the output rows, unless those of another before are no worse.
  mutating func offer<Sink>(_ output: Partition, _ counted: CountedBoxes, to found: inout ProfilesFound<Sink>) {
    for tiles in order.outputs[output.tile - 1] {
      let output = output.outer == 0 ? tiles : tiles.around(output.outer)
      if kernel.outer > 0, !isUseful(output, counted) { continue }
      for (kernel, weightsHeld) in kernels {
        let boxes = order.maker.boxes(output, kernel)
        let own = counted[boxes.outputParent, boxes.kernelParent]
        order.maker.add(output: output, kernel: kernel, weightsHeld: weightsHeld, boxes, held: own.held, to: &found) {
          own.moved($0)
        }
      }
    }
  }

  /// Whether no cut of the output rows before has all of this one's profiles, with factors that are no larger.
  private mutating func isUseful(_ output: Tiles, _ counted: CountedBoxes) -> Bool {
    let (mapspace, size) = (order.maker.mapspace, order.maker.rows.axis.outputSize)
    let (tile, parent) = (output[mapspace.inputLevel], order.maker.boxes(output, kernels[0].tiles).outputParent)
    let sums = counted[parent, kernel.outer]
    let hasSiblings = order.maker.hasSiblings(output, size)
    let slides = tile < parent && hasSiblings
    let key = SIMD8(
      sums.held, sums.moved(.none), slides ? sums.moved(.output) : .max, sums.moved(.kernel),
      output.blockCount(of: size, level: mapspace.weightLevel), output[mapspace.outputLevel],
      slides && !order.maker.hasSingleBlock(size, parent: parent, tile: tile) ? 0 : 1, hasSiblings ? 0 : 1)
    for known in tried where !any(known .> key) { return false }
    tried.append(key)
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
}
