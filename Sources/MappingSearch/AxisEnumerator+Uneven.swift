import Mappings

extension AxisEnumerator {
  /// One range cut once: in blocks of `tile`, inside blocks of `outer` unless that is 0.
  struct Partition {
    var tile: Int
    var outer: Int
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
    for output in outputs.uneven {
      for kernel in kernels.even where holdsLess(output, kernel) { addUneven(output, kernel) }
      for kernel in kernels.uneven { addUneven(output, kernel) }
      found.absorb(&group)
    }
    for output in outputs.even {
      for kernel in kernels.uneven { addUneven(output, kernel) }
      found.absorb(&group)
    }
  }

  /// Whether uneven output blocks hold fewer rows than even blocks of the same tile, as only near padding they can.
  private func holdsLess(_ output: Partition, _ kernel: Partition) -> Bool {
    let even = Boxes(
      outputParent: outputSize, outputTile: output.tile, kernelParent: kernelSize, kernelTile: kernel.tile)
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
