import Mappings
import Workloads

extension AxisEnumerator {
  /// One range cut once: in blocks of `tile`, inside blocks of `outer` unless that is 0.
  struct Partition {
    var tile: Int
    var outer: Int

    init(tile: Int, outer: Int) {
      self.tile = tile
      self.outer = outer
    }

    init(_ part: BoxChoices.UnevenPart) { self.init(tile: part.tile, outer: part.outer) }
  }

  /// The even partitions of a range and, where they can be better, the uneven ones into three blocks.
  ///
  /// With more blocks a full one lies between others, and the even partition holds no more rows.
  private func partitions(of size: Int) -> (even: [Partition], uneven: [Partition]) {
    var uneven: [Partition] = []
    for tile in stride(from: 1, to: size, by: 1) {
      for outer in stride(from: max(tile + 1, size - tile), to: min(2 * tile, size), by: 1) {
        uneven.append(Partition(tile: tile, outer: outer))
      }
    }
    return ((1...size).map { Partition(tile: $0, outer: 0) }, uneven)
  }

  /// Uneven blocks, where the axis is cut in one segment only down to the inputs' keep.
  mutating func addUneven() {
    let outputs = partitions(of: outputSize)
    let kernels = partitions(of: kernelSize)
    if let quick {
      for kernel in kernels.even + kernels.uneven {
        let cut = quick.cut(kernel.outer == 0 ? kernelSize : kernel.outer, kernel.tile)
        let even = quick.cut(kernelSize, kernel.tile)
        if dataflow == .inputsOutputsWeights {
          addUnevenBoxes(kernel, cut, insteadOf: even, quick.choices)
          continue
        }
        // Where blocks of kernel rows are cut again, uneven ones may have fewer parts.
        let isAlwaysUseful = kernel.outer == 0 || dataflow == .inputsWeightsOutputs
        for part in quick.choices.unevenParts(cut)
        where isAlwaysUseful || quick.choices.isBetter(cut, than: even, parent: part.outer, tile: part.tile) {
          addUneven(Partition(part), kernel)
        }
        if kernel.outer > 0 {
          for tile in quick.choices.evenParts(cut)
          where isAlwaysUseful || quick.choices.isBetter(cut, than: even, parent: outputSize, tile: tile)
            || quick.choices.isBetter(cut, than: even, parent: tile, tile: tile)
          {
            addUneven(Partition(tile: tile, outer: 0), kernel)
          }
        }
      }
      return
    }
    for output in outputs.uneven {
      for kernel in kernels.even + kernels.uneven where isUseful(output, kernel) { addUneven(output, kernel) }
    }
    for output in outputs.even {
      for kernel in kernels.uneven { addUneven(output, kernel) }
    }
  }

  /// With the inputs outermost and the outputs next, boxes of inputs are cut again: of boxes that hold as much, those
  /// whose parts are fewest.
  private mutating func addUnevenBoxes(
    _ kernel: Partition, _ cut: KernelCut, insteadOf evenCut: KernelCut, _ choices: BoxChoices
  ) {
    let kernelTiles = Tiles(kernel.tile, kernel.tile, 1).around(kernel.outer)
    // Of even boxes, three to the range, the largest that holds at most n rows, at n, or 0.
    let third = (outputSize + 2) / 3
    var largestEven = [0]
    for box in third..<max(third, (outputSize + 1) / 2) {
      let held = choices.rowsHeld(parent: outputSize, tile: box, cut)
      while largestEven.count <= held { largestEven.append(largestEven.last ?? 0) }
      for place in held..<largestEven.count { largestEven[place] = box }
    }
    /// For each tile the fewest parts of boxes that hold so many rows.
    var fewest = [[(held: Int, parts: Int, outer: Int)]](repeating: [], count: outputSize + 1)
    for box in 1...outputSize {
      if kernel.outer > 0, choices.isBetter(cut, than: evenCut, parent: outputSize, tile: box) {
        choices.forEachTile(box: box) { tile, _ in add(output: Tiles(box, tile, tile), kernel: kernelTiles) }
      }
      let even = choices.rowsHeld(parent: outputSize, tile: box, cut)
      if cut.head[box] >= even && !rows.canCutPadding { continue }
      for outer in stride(from: max(box + 1, outputSize - box), to: min(2 * box, outputSize), by: 1) {
        let isExact = rows.cutsPadding(outer, box)
        let held = choices.rowsHeld(parent: outer, tile: box, cut)
        if held >= even, !isExact { continue }
        if kernel.outer > 0, !choices.isBetter(cut, than: evenCut, parent: outer, tile: box) { continue }
        let even = largestEven[min(held, largestEven.count - 1)]
        choices.forEachBlockCount(of: (box, outer - box, outputSize - outer)) { tile, parts in
          // Even boxes that hold no more move as much.
          if !isExact, even > 0, Tiles(even, min(tile, even), 1).blockCount(of: outputSize, level: 1) <= parts {
            return
          }
          if isExact {
            add(output: Tiles(box, tile, tile, outer: outer), kernel: kernelTiles)
          } else if let known = fewest[tile].firstIndex(where: { $0.held == held }) {
            if parts < fewest[tile][known].parts { fewest[tile][known] = (held, parts, outer) }
          } else {
            fewest[tile].append((held, parts, outer))
          }
        }
      }
      for tile in 1...box {
        for best in fewest[tile] { add(output: Tiles(box, tile, tile, outer: best.outer), kernel: kernelTiles) }
        fewest[tile].removeAll(keepingCapacity: true)
      }
    }
  }

  /// Whether uneven output blocks can be better than even blocks of the same tile: where they hold fewer rows or are cut
  /// among output rows that reach padding.
  private func isUseful(_ output: Partition, _ kernel: Partition) -> Bool {
    if rows.axis.outputPeriod > 1 && kernel.outer > 0 || rows.cutsPadding(output.outer, output.tile) { return true }
    let even = Boxes(
      outputParent: outputSize, outputTile: output.tile,
      kernelParent: kernel.outer == 0 ? kernelSize : kernel.outer, kernelTile: kernel.tile)
    var uneven = even
    uneven.outputParent = output.outer
    return coverage.rowsHeld(uneven) < coverage.rowsHeld(even)
  }

  private mutating func addUneven(_ output: Partition, _ kernel: Partition) {
    let (p, r) = (output.tile, kernel.tile)
    let (wholeOutput, wholeKernel) = (outputSize, kernelSize)
    let outputs: [Tiles]
    let kernels: [Tiles]
    switch dataflow {
    case .outputsInputsWeights:
      (outputs, kernels) = ([Tiles(p, p, p), Tiles(wholeOutput, p, p)], [Tiles(wholeKernel, r, 1)])
    case .outputsWeightsInputs:
      (outputs, kernels) = (
        [Tiles(p, p, p), Tiles(wholeOutput, wholeOutput, p)],
        [Tiles(wholeKernel, r, r), Tiles(wholeKernel, wholeKernel, r)]
      )
    case .weightsOutputsInputs:
      (outputs, kernels) = (
        [Tiles(wholeOutput, p, p), Tiles(wholeOutput, wholeOutput, p)],
        [Tiles(r, r, r), Tiles(wholeKernel, wholeKernel, r)]
      )
    case .weightsInputsOutputs:
      (outputs, kernels) = ([Tiles(wholeOutput, p, 1)], [Tiles(r, r, r), Tiles(wholeKernel, r, r)])
    case .inputsOutputsWeights:
      let blocks = tilesWithFewerBlocks(Tiles(p, p, p, outer: output.outer), of: outputSize)
      (outputs, kernels) = (blocks.map { Tiles(p, $0, $0) }, [Tiles(r, r, 1)])
    case .inputsWeightsOutputs:
      (outputs, kernels) = ([Tiles(p, p, 1)], (1...r).map { Tiles(r, $0, $0) })
    }
    for outputTiles in outputs {
      for kernelTiles in kernels {
        add(output: outputTiles.around(output.outer), kernel: kernelTiles.around(kernel.outer))
      }
    }
  }
}
