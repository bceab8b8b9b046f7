import Mappings
import Scoring
import Workloads

/// Makes the profiles of one axis that given block sizes have.
struct ProfileMaker<Counts: BoxCounts> {
  let rows: AxisRows
  let mapspace: Mapspace
  let counts: Counts

  private var axis: ConvolutionAxis { rows.axis }

  /// The boxes at the inputs' keep: blocks of the tile there inside blocks of the enclosing tile, or of the outer one where
  /// the dimension is cut unevenly.
  func boxes(_ output: Tiles, _ kernel: Tiles) -> Boxes {
    func parent(_ tiles: Tiles, _ size: Int) -> Int {
      if tiles.outer > 0 { return tiles.outer }
      return mapspace.inputLevel == 0 ? size : tiles[mapspace.inputLevel - 1]
    }
    return Boxes(
      outputParent: parent(output, axis.outputSize), outputTile: output[mapspace.inputLevel],
      kernelParent: parent(kernel, axis.kernelSize), kernelTile: kernel[mapspace.inputLevel])
  }

  /// Offers the profiles with the given block sizes at the three keeps, one for each loop that can slide.
  func add<Sink>(output: Tiles, kernel: Tiles, to found: inout ProfilesFound<Sink>) {
    let boxes = boxes(output, kernel)
    add(
      output: output, kernel: kernel, weightsHeld: rows.weightsHeld(kernel, level: mapspace.weightLevel), boxes,
      held: counts.held(boxes), to: &found
    ) {
      counts.moved(boxes, slide: $0)
    }
  }

  /// The same of boxes that are counted already: they hold `held` input rows and move `moved` with a loop that slides.
  @inline(__always)
  func add<Sink>(
    output: Tiles, kernel: Tiles, weightsHeld: Int, _ boxes: Boxes, held: Int, to found: inout ProfilesFound<Sink>,
    moved: (AxisLoops.Slide) -> Int
  ) {
    var factors = CostFactors(
      rowsMoved: moved(.none), rowsHeld: held, output: output, kernel: kernel, weightsHeld: weightsHeld, of: axis,
      in: mapspace)
    var loops = AxisLoops(output: output, kernel: kernel, slide: .none)
    found.still.offer(factors, loops)
    let isCut = (output: boxes.outputTile < boxes.outputParent, kernel: boxes.kernelTile < boxes.kernelParent)
    let canChain = mapspace.dataflow == .outputsWeightsInputs
    if canChain, !isCut.output, !isCut.kernel { found.uncut.offer(factors, loops) }
    guard axis.hasOverlap else { return }
    let hasSingle = (
      output: hasSingleBlock(axis.outputSize, parent: boxes.outputParent, tile: boxes.outputTile),
      kernel: hasSingleBlock(axis.kernelSize, parent: boxes.kernelParent, tile: boxes.kernelTile)
    )
    let siblings = (output: hasSiblings(output, axis.outputSize), kernel: hasSiblings(kernel, axis.kernelSize))
    if isCut.output, siblings.output, siblings.kernel || !hasSingle.output {
      loops.slide = .output
      factors.inputsMoved = moved(.output)
      found.sliding.offer(factors, loops)
      if canChain, output.outer == 0, !isCut.kernel, boxes.kernelTile < axis.kernelSize, hasSingle.output {
        factors.inputsMoved = counts.moved(boxes, slide: .output, chained: true)
        found.chained.offer(factors, loops)
      }
    }
    if isCut.kernel, siblings.kernel, siblings.output || !hasSingle.kernel {
      loops.slide = .kernel
      factors.inputsMoved = moved(.kernel)
      found.sliding.offer(factors, loops)
    }
  }

  /// Whether a dimension is cut evenly or in the segment just outside the inputs' keep, so that its blocks are those
  /// that ``BoxCounts`` see as siblings.
  func hasSiblings(_ tiles: Tiles, _ size: Int) -> Bool {
    tiles.outer == 0 || mapspace.inputLevel == 0 || tiles[mapspace.inputLevel - 1] == size
  }

  /// Whether some parent, the ragged last one or all, is a single block.
  func hasSingleBlock(_ size: Int, parent: Int, tile: Int) -> Bool {
    tile >= parent || (size % parent != 0 && size % parent <= tile)
  }

  /// Offers the profiles where the dimensions are cut once down to the inputs' keep.
  func add<Sink>(_ output: Partition, _ kernel: Partition, to found: inout ProfilesFound<Sink>) {
    let outputs = mapspace.cutOnce(mapspace.outputs, of: axis.outputSize, tile: output.tile, outer: output.outer)
    let kernels = mapspace.cutOnce(mapspace.kernels, of: axis.kernelSize, tile: kernel.tile, outer: kernel.outer)
    for output in outputs {
      for kernel in kernels { add(output: output, kernel: kernel, to: &found) }
    }
  }
}
