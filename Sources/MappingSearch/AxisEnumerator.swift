import Mappings
import Workloads

/// Lists the profiles of one axis: all block sizes that the canonical mapspace (theory §4) allows.
///
/// On an axis without overlaps every choice moves the same rows and, without padding, a block holds the same wherever it
/// lies: then the smallest block is best wherever the number of blocks does not matter, and one tile for each number of
/// blocks is enough.
struct AxisEnumerator {
  let rows: AxisRows
  let coverage: Coverage
  /// Quick counts of the same rows, where the axis allows them.
  let quick: BoxProfiles?
  let dataflow: Dataflow
  let form: CanonicalForm
  /// Output rows, P.
  let outputSize: Int
  /// Kernel rows, R.
  let kernelSize: Int
  /// Whether output rows share input rows.
  let overlaps: Bool
  /// Whether blocks of the same size may hold or move different numbers of input rows.
  let boxesDiffer: Bool
  /// Whether all block sizes are tried.
  let isComplete: Bool
  /// The block sizes tried of output rows and of kernel rows.
  let outputTiles: [Int]
  let kernelTiles: [Int]
  var found: AxisProfiles.Found

  init(
    _ rows: AxisRows, _ dataflow: Dataflow, quick: BoxProfiles? = nil, following followed: [Witness.Axis] = []
  ) {
    found = AxisProfiles.Found(dataflow, following: followed)
    self.rows = rows
    self.quick = quick
    self.dataflow = dataflow
    form = CanonicalForm(dataflow)
    coverage = Coverage(rows: rows)
    outputSize = rows.axis.outputSize
    kernelSize = rows.axis.kernelSize
    overlaps = rows.axis.hasOverlap
    boxesDiffer = overlaps || rows.axis.hasPaddedMACs
    isComplete =
      quick?.isComplete
      ?? (!boxesDiffer
        || Double(Self.pairs(outputSize)) * Double(Self.pairs(kernelSize)) <= Double(Self.largestChoice))
    if !boxesDiffer {
      outputTiles = Tiles.byBlockCount(of: outputSize)
      kernelTiles = Tiles.byBlockCount(of: kernelSize)
    } else if isComplete {
      (outputTiles, kernelTiles) = (Array(1...outputSize), Array(1...kernelSize))
    } else {
      kernelTiles = Tiles.byBlockCount(of: kernelSize, atMost: Self.mostKernelTiles)
      var most = 2
      while Self.pairs(most + 1) * Self.pairs(kernelTiles.count) <= Self.fewerChoices { most += 1 }
      outputTiles = Tiles.byBlockCount(of: outputSize, atMost: most)
    }
  }

  /// The largest number of pairs of nested blocks of output rows with nested blocks of kernel rows for which all block
  /// sizes are tried.
  private static let largestChoice = 400_000
  /// On a longer axis, that number and the largest number of block sizes of kernel rows.
  private static let fewerChoices = 40_000
  private static let mostKernelTiles = 16
  /// On a longer axis, choices with more boxes in padding than this are left out, but for boxes of single rows.
  private static let mostBoxes = 4096

  /// The number of nested pairs of so many sizes.
  private static func pairs(_ count: Int) -> Int { count * (count + 1) / 2 }

  mutating func run() {
    if let quick { found = quick.profiles(of: dataflow) } else { addEven() }
    if isComplete, rows.axis.hasPaddedMACs { addUneven() }
  }

  /// Equal blocks, but for a ragged last one.
  mutating func addEven() {
    switch dataflow {
    case .outputsInputsWeights:
      for outer in outputTiles {
        for inner in outputTiles(within: outer, otherwise: outer) {
          for kernel in kernelTiles(otherwise: 1) {
            add(output: Tiles(outer, inner, inner), kernel: Tiles(kernelSize, kernel, 1))
          }
        }
      }
    case .outputsWeightsInputs:
      for outer in outputTiles {
        for held in kernelTiles(otherwise: 1) {
          for inner in outputTiles(within: outer, otherwise: 1) {
            for kernel in kernelTiles(within: held, otherwise: held) {
              add(output: Tiles(outer, outer, inner), kernel: Tiles(kernelSize, held, kernel))
            }
          }
        }
      }
    case .weightsOutputsInputs:
      for outer in boxesDiffer ? outputTiles : [1] {
        for held in kernelTiles {
          for inner in outputTiles(within: outer, otherwise: outer) {
            for kernel in kernelTiles(within: held, otherwise: 1) {
              add(output: Tiles(outputSize, outer, inner), kernel: Tiles(held, held, kernel))
            }
          }
        }
      }
    case .weightsInputsOutputs:
      for tile in boxesDiffer ? outputTiles : [1] {
        for held in kernelTiles {
          for kernel in kernelTiles(within: held, otherwise: held) {
            add(output: Tiles(outputSize, tile, 1), kernel: Tiles(held, kernel, kernel))
          }
        }
      }
    case .inputsOutputsWeights:
      for outer in outputTiles {
        let inners = boxesDiffer ? tilesWithFewerBlocks(Tiles(outer, outer, outer), of: outputSize) : [outer]
        for kernel in kernelTiles {
          for inner in inners {
            add(output: Tiles(outer, inner, inner), kernel: Tiles(kernel, kernel, 1))
          }
        }
      }
    case .inputsWeightsOutputs:
      for tile in outputTiles {
        for kernel in kernelTiles {
          for held in kernelTiles(within: kernel, otherwise: kernel) {
            add(output: Tiles(tile, tile, 1), kernel: Tiles(kernel, held, held))
          }
        }
      }
    }
  }

  func kernelTiles(otherwise tile: Int) -> [Int] { boxesDiffer ? kernelTiles : [tile] }

  func outputTiles(within outer: Int, otherwise tile: Int) -> [Int] {
    boxesDiffer ? outputTiles.filter { $0 <= outer } : [tile]
  }

  func kernelTiles(within outer: Int, otherwise tile: Int) -> [Int] {
    boxesDiffer ? kernelTiles.filter { $0 <= outer } : [tile]
  }

  /// The boxes at the inputs' keep: blocks of the tile there inside blocks of the enclosing tile, or of the outer one where
  /// the dimension is cut unevenly.
  private func boxes(_ output: Tiles, _ kernel: Tiles) -> Boxes {
    func parent(_ tiles: Tiles, _ size: Int) -> Int {
      if tiles.outer > 0 { return tiles.outer }
      return form.inputLevel == 0 ? size : tiles[form.inputLevel - 1]
    }
    return Boxes(
      outputParent: parent(output, outputSize), outputTile: output[form.inputLevel],
      kernelParent: parent(kernel, kernelSize), kernelTile: kernel[form.inputLevel])
  }

  private func rowsHeld(_ boxes: Boxes) -> Int {
    guard let quick else { return coverage.rowsHeld(boxes) }
    return quick.choices.rowsHeld(
      parent: boxes.outputParent, tile: boxes.outputTile, quick.cut(boxes.kernelParent, boxes.kernelTile))
  }

  private func rowsMoved(_ boxes: Boxes, slide: AxisLoops.Slide) -> Int {
    guard let quick else { return coverage.rowsMoved(boxes, slide: slide) }
    return quick.choices.rowsMoved(
      parent: boxes.outputParent, tile: boxes.outputTile, quick.cut(boxes.kernelParent, boxes.kernelTile), slide: slide)
  }

  /// Whether a dimension is cut evenly or in the segment just outside the inputs' keep, so that its blocks are those
  /// that ``Coverage`` sees as siblings.
  private func hasSiblings(_ tiles: Tiles, _ size: Int) -> Bool {
    tiles.outer == 0 || form.inputLevel == 0 || tiles[form.inputLevel - 1] == size
  }

  /// Whether some parent, the ragged last one or all, is a single block.
  private func hasSingleBlock(_ size: Int, parent: Int, tile: Int) -> Bool {
    tile >= parent || (size % parent != 0 && size % parent <= tile)
  }

  /// The tiles within `tiles.first` that make fewer blocks than every smaller one, the smallest first.
  func tilesWithFewerBlocks(_ tiles: Tiles, of size: Int) -> [Int] {
    var fewest = Int.max
    return outputTiles.sorted().filter { tile in
      if tile > tiles.first { return false }
      let count = Tiles(tiles.first, tile, tile, outer: tiles.outer).blockCount(of: size, level: 1)
      defer { fewest = min(fewest, count) }
      return count < fewest
    }
  }

  /// Adds the profiles with the given block sizes at the three keeps, one for each loop that can slide.
  mutating func add(output: Tiles, kernel: Tiles) {
    let boxes = boxes(output, kernel)
    if !isComplete, quick == nil, boxes.outputTile > 1 || boxes.kernelTile > 1,
      coverage.boxCount(boxes) > Self.mostBoxes
    {
      return
    }
    var profile = AxisProfile(
      factors: AxisFactors(
        rowsMoved: rowsMoved(boxes, slide: .none), rowsHeld: rowsHeld(boxes),
        outputsHeld: output[form.outputLevel],
        weightVisits: output.blockCount(of: outputSize, level: form.weightLevel),
        weightsHeld: kernel[form.weightLevel],
        outputVisits: kernel.blockCount(of: kernelSize, level: form.outputLevel)),
      loops: AxisLoops(output: output, kernel: kernel, slide: .none))
    found.still.offer(profile.factors, profile.loops)
    let isCut = (output: boxes.outputTile < boxes.outputParent, kernel: boxes.kernelTile < boxes.kernelParent)
    if dataflow == .outputsWeightsInputs, !isCut.output, !isCut.kernel {
      found.uncut.offer(profile.factors, profile.loops)
    }
    guard overlaps else { return }
    let hasSingle = (
      output: hasSingleBlock(outputSize, parent: boxes.outputParent, tile: boxes.outputTile),
      kernel: hasSingleBlock(kernelSize, parent: boxes.kernelParent, tile: boxes.kernelTile)
    )
    let siblings = (output: hasSiblings(output, outputSize), kernel: hasSiblings(kernel, kernelSize))
    if isCut.output, siblings.output, siblings.kernel || !hasSingle.output {
      profile.loops.slide = .output
      profile.factors.rowsMoved = rowsMoved(boxes, slide: .output)
      found.sliding.offer(profile.factors, profile.loops)
      if dataflow == .outputsWeightsInputs, output.outer == 0, !isCut.kernel, boxes.kernelTile < kernelSize,
        hasSingle.output
      {
        profile.factors.rowsMoved = coverage.rowsMoved(boxes, slide: .output, chained: true)
        found.chained.offer(profile.factors, profile.loops)
      }
    }
    if isCut.kernel, siblings.kernel, siblings.output || !hasSingle.kernel {
      profile.loops.slide = .kernel
      profile.factors.rowsMoved = rowsMoved(boxes, slide: .kernel)
      found.sliding.offer(profile.factors, profile.loops)
    }
  }
}
