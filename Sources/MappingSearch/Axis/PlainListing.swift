import Mappings
import Workloads

/// Lists the profiles of one axis: all block sizes of the mapspace, one after the other.
///
/// On an axis without overlaps every choice moves the same rows and, without padding, a block holds the same wherever it
/// lies: then the smallest block is best wherever the number of blocks does not matter, and one tile for each number of
/// blocks is enough.
struct PlainListing {
  private let rows: AxisRows
  private let maker: ProfileMaker<PlainBoxCounts>
  /// Whether blocks of the same size may hold or move different numbers of input rows.
  private let boxesDiffer: Bool
  /// Whether all block sizes are tried.
  let isComplete: Bool
  /// The block sizes tried of output rows and of kernel rows.
  private let outputTiles: [Int]
  private let kernelTiles: [Int]

  private var axis: ConvolutionAxis { rows.axis }

  /// Of an axis in one order of keeps.
  init(_ rows: AxisRows, _ mapspace: Mapspace) {
    self.rows = rows
    let axis = rows.axis
    maker = ProfileMaker(rows: rows, mapspace: mapspace, counts: PlainBoxCounts(rows: rows))
    boxesDiffer = axis.hasOverlap || axis.hasPaddedMACs
    isComplete =
      !boxesDiffer
      || Double(Self.pairs(axis.outputSize)) * Double(Self.pairs(axis.kernelSize)) <= Double(Self.largestChoice)
    if !boxesDiffer {
      outputTiles = Tiles.byBlockCount(of: axis.outputSize)
      kernelTiles = Tiles.byBlockCount(of: axis.kernelSize)
    } else if isComplete {
      (outputTiles, kernelTiles) = (Array(1...axis.outputSize), Array(1...axis.kernelSize))
    } else {
      kernelTiles = Tiles.byBlockCount(of: axis.kernelSize, atMost: Self.mostKernelTiles)
      var most = 2
      while Self.pairs(most + 1) * Self.pairs(kernelTiles.count) <= Self.fewerChoices { most += 1 }
      outputTiles = Tiles.byBlockCount(of: axis.outputSize, atMost: most)
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

  /// Offers all profiles.
  ///
  /// - Complexity: O(P²·R²) block sizes for P output and R kernel rows, each counted in O(different boxes).
  ///
  /// - Parameters:
  ///   - found: takes them in.
  ///   - limit: when to end, or nil.
  func list<Sink>(into found: inout ProfilesFound<Sink>, _ limit: TimeLimit? = nil) {
    listEven(into: &found, limit)
    if isComplete, axis.hasPaddedMACs { listUneven(into: &found, limit) }
  }

  /// Offers the profiles with equal blocks, but for a ragged last one, until a limit ends that.
  func listEven<Sink>(into found: inout ProfilesFound<Sink>, _ limit: TimeLimit? = nil) {
    listEven(outputTiles, kernelTiles, into: &found, limit)
  }

  /// Offers some profiles with equal blocks, of powers of two, of ones and of everything: among them those that fit wherever any
  /// does.
  func listFew<Sink>(into found: inout ProfilesFound<Sink>) {
    func few(_ size: Int) -> [Int] {
      sequence(first: 1) { 2 * $0 }.prefix { $0 < size } + [size]
    }
    listEven(few(axis.outputSize), few(axis.kernelSize), into: &found, nil)
  }

  private func listEven<Sink>(
    _ outputTiles: [Int], _ kernelTiles: [Int], into found: inout ProfilesFound<Sink>, _ limit: TimeLimit?
  ) {
    let mapspace = maker.mapspace
    let outputs = Mapspace.nestings(
      mapspace.outputs, of: axis.outputSize, tiles: outputTiles, boxesDiffer: boxesDiffer)
    let kernels = Mapspace.nestings(
      mapspace.kernels, of: axis.kernelSize, tiles: kernelTiles, boxesDiffer: boxesDiffer)
    for outputs in outputs {
      for kernels in kernels {
        for output in outputs where !limit.endsListing() {
          for kernel in kernels where isTried(output, kernel) { maker.add(output: output, kernel: kernel, to: &found) }
        }
      }
    }
  }

  private func isTried(_ output: Tiles, _ kernel: Tiles) -> Bool {
    if isComplete { return true }
    let boxes = maker.boxes(output, kernel)
    return boxes.outputTile == 1 && boxes.kernelTile == 1 || maker.counts.boxCount(boxes) <= Self.mostBoxes
  }

  /// Offers the profiles with uneven blocks, where the axis is cut in one segment only down to the inputs' keep.
  private func listUneven<Sink>(into found: inout ProfilesFound<Sink>, _ limit: TimeLimit?) {
    let kernels = (even: Partition.even(of: axis.kernelSize), uneven: Partition.uneven(of: axis.kernelSize))
    for output in Partition.uneven(of: axis.outputSize) where !limit.endsListing() {
      for kernel in kernels.even + kernels.uneven where isUseful(output, kernel) {
        maker.add(output, kernel, to: &found)
      }
    }
    for output in Partition.even(of: axis.outputSize) where !limit.endsListing() {
      for kernel in kernels.uneven { maker.add(output, kernel, to: &found) }
    }
  }

  /// Whether uneven output blocks can be better than even blocks of the same tile: where they hold fewer rows or are cut
  /// among output rows that reach padding.
  private func isUseful(_ output: Partition, _ kernel: Partition) -> Bool {
    if axis.outputPeriod > 1 && kernel.outer > 0 || rows.cutsPadding(output.outer, output.tile) { return true }
    let even = Boxes(
      outputParent: axis.outputSize, outputTile: output.tile,
      kernelParent: kernel.outer == 0 ? axis.kernelSize : kernel.outer, kernelTile: kernel.tile)
    var uneven = even
    uneven.outputParent = output.outer
    return maker.counts.held(uneven) < maker.counts.held(even)
  }
}
