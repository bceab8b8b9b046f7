import Mappings
import Scoring
import Workloads

/// Lists the profiles of one axis whose output rows, kernel rows or both a loop splits into phases.
///
/// The loop is in any segment down to that of the inputs' keep where the mapspace cuts the dimension, and outside the
/// dimension's other loops there. Inside it the block sizes are those that the mapspace tries of the rows of a phase.
struct PhaseListing {
  private let rows: AxisRows
  private let mapspace: Mapspace
  /// The most block sizes of output and of kernel rows that are tried inside each block, or nil where all are.
  private let most: (outputs: Int, kernels: Int)?
  /// Whether the axis is so long that no phases are tried.
  private let isTooLong: Bool
  /// The pairs of a choice of output rows and one of kernel rows that can matter.
  private let pairs: [(output: PhaseSplit?, kernel: PhaseSplit?)]

  private var axis: ConvolutionAxis { rows.axis }

  /// The most output rows of an axis on which phases are tried.
  private static let longestAxis = 1 << 16
  /// The largest number of pairs of nested blocks for which all block sizes are tried.
  private static let largestChoice = 400_000.0
  /// On a longer axis, that number and the largest number of block sizes of kernel rows.
  private static let fewerChoices = 20_000
  private static let mostKernelTiles = 8

  /// Whether all block sizes are tried.
  var isComplete: Bool { pairs.isEmpty || most == nil }

  /// Of an axis in one order of keeps.
  init(_ rows: AxisRows, _ mapspace: Mapspace) {
    self.rows = rows
    self.mapspace = mapspace
    let axis = rows.axis
    isTooLong = axis.outputSize > Self.longestAxis
    func nested(_ count: Int) -> Double { Double(count) * Double(count + 1) / 2 }
    if nested(axis.outputSize) * nested(axis.kernelSize) <= Self.largestChoice {
      most = nil
    } else {
      let kernels = min(axis.kernelSize, Self.mostKernelTiles)
      var outputs = 2
      while nested(outputs + 1) * nested(kernels) <= Double(Self.fewerChoices) { outputs += 1 }
      most = (outputs, kernels)
    }
    // Without overlaps all cuts read as many rows, and what phases separate is separate in any case.
    let outputs = axis.hasOverlap ? Self.splits(mapspace.outputs, axis.outputPeriod, mapspace.inputLevel) : []
    let kernels = axis.hasOverlap ? Self.splits(mapspace.kernels, axis.kernelPeriod, mapspace.inputLevel) : []
    pairs = ([nil] + outputs).flatMap { output in ([nil] + kernels).map { (output, $0) } }.filter { pair in
      pair.0 != nil || pair.1 != nil
    }
  }

  /// The loops over phases that are tried of a dimension.
  private static func splits(_ sizes: [Mapspace.Sizes], _ period: Int, _ inputLevel: Int) -> [PhaseSplit] {
    if period == 1 { return [] }
    return (0...inputLevel).filter { segment in
      switch sizes[segment] {
      case .whole, .same, .one: false
      case .every, .everyOrSame, .everyOrOne, .fewest: true
      }
    }.map { PhaseSplit(segment: $0, count: period) }
  }

  /// Offers all profiles.
  ///
  /// - Complexity: O(P²·R²) block sizes for P output and R kernel rows.
  func list<Sink>(into found: inout ProfilesFound<Sink>) {
    if isTooLong { return }
    var maker = PhaseProfileMaker(rows: rows, mapspace: mapspace)
    for pair in pairs {
      let kernels = groups(mapspace.kernels, of: axis.kernelSize, pair.kernel, most?.kernels)
      for outputs in groups(mapspace.outputs, of: axis.outputSize, pair.output, most?.outputs) {
        // The blocks of kernel rows that chains of sliding loops are in do not depend on the sizes of smaller ones.
        let chains = kernels.first?.tiles.first.flatMap { kernel in
          maker.chainParts(outputs: outputs.parents, output: outputs.tiles[0], kernel: kernel)
        }
        for kernels in kernels {
          let parts = maker.parts(outputs: outputs.parents, kernels: kernels.parents)
          for output in outputs.tiles {
            for kernel in kernels.tiles { maker.add(output: output, kernel: kernel, parts, chains: chains, to: &found) }
          }
        }
      }
    }
  }

  /// Cuts of a dimension with the same blocks just outside the segment before the inputs' keep, its phases split.
  private struct Group {
    var parents: [Progression]
    var tiles: [SplitTiles]
  }

  /// What is tried of a dimension with a loop over phases or none.
  private func groups(_ sizes: [Mapspace.Sizes], of size: Int, _ split: PhaseSplit?, _ most: Int?) -> [Group] {
    var lists: [(blocks: [Int], outside: Int)] = [([], size)]
    for (segment, choice) in sizes.enumerated() {
      lists = lists.flatMap { blocks, outside -> [(blocks: [Int], outside: Int)] in
        var outside = outside
        if let split, split.segment == segment {
          // Phases of a single row each are blocks of one.
          if outside <= split.count { return [] }
          outside = Loop.Cut.phases(split.count).largestBlock(of: outside)
        }
        let tiles =
          switch choice {
          case .whole, .same: [outside]
          case .one: [1]
          case .every, .everyOrSame, .everyOrOne:
            most.map { Tiles.byBlockCount(of: outside, atMost: max(2, $0)) } ?? Array(1...outside)
          case .fewest: fewest(blocks, within: outside, of: size, split, most)
          }
        return tiles.map { (blocks + [$0], $0) }
      }
    }
    var groups: [Group] = []
    var last: ArraySlice<Int>?
    for (blocks, _) in lists {
      let tiles = SplitTiles(Tiles(blocks[0], blocks[1], blocks[2]), split)
      if groups.isEmpty || last != blocks[..<mapspace.inputLevel] {
        groups.append(Group(parents: tiles.parents(of: size, segment: mapspace.inputLevel), tiles: []))
        last = blocks[..<mapspace.inputLevel]
      }
      groups[groups.count - 1].tiles.append(tiles)
    }
    return groups
  }

  /// The sizes of blocks inside one that make fewer blocks than every smaller one.
  private func fewest(
    _ blocks: [Int], within outside: Int, of size: Int, _ split: PhaseSplit?, _ most: Int?
  ) -> [Int] {
    let all = most.map { Tiles.byBlockCount(of: outside, atMost: max(2, $0)).reversed() } ?? Array(1...outside)
    var fewest = Int.max
    return all.filter { tile in
      let tiles = SplitTiles(Tiles(blocks[0], tile, tile), split)
      let count = tiles.blockCount(of: size, level: 1)
      defer { fewest = min(fewest, count) }
      return count < fewest
    }
  }
}

/// Makes the profiles of one axis where loops split rows into phases.
///
/// Rows that one phase of outputs or kernels has are an axis of their own, without phases (theory §1). What boxes hold and
/// move is counted on such axes, one for each pair of blocks just outside the segment before the inputs' keep.
struct PhaseProfileMaker {
  let rows: AxisRows
  let mapspace: Mapspace
  /// What counts on the axes that pairs of blocks are, equal ones once.
  private var known: [ConvolutionAxis: PlainBoxCounts] = [:]

  private var axis: ConvolutionAxis { rows.axis }

  init(rows: AxisRows, mapspace: Mapspace) {
    self.rows = rows
    self.mapspace = mapspace
  }

  /// A pair of blocks as an axis, and how many pairs are like it.
  struct Part {
    var counts: PlainBoxCounts
    var times: Int

    fileprivate var outputs: Int { counts.rows.axis.outputSize }
    fileprivate var kernels: Int { counts.rows.axis.kernelSize }
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
        let counts = known[part] ?? PlainBoxCounts(rows: AxisRows(part))
        known[part] = counts
        places[part] = parts.count
        parts.append(Part(counts: counts, times: 1))
      }
    }
    return parts
  }

  /// Offers the profiles of given cuts, one for each loop that can slide.
  mutating func add<Sink>(output: SplitTiles, kernel: SplitTiles, to found: inout ProfilesFound<Sink>) {
    let parts = parts(
      outputs: output.parents(of: axis.outputSize, segment: mapspace.inputLevel),
      kernels: kernel.parents(of: axis.kernelSize, segment: mapspace.inputLevel))
    let chains = chainParts(
      outputs: output.parents(of: axis.outputSize, segment: mapspace.inputLevel), output: output, kernel: kernel)
    add(output: output, kernel: kernel, parts, chains: chains, to: &found)
  }

  /// The pairs of blocks of output rows with the blocks of kernel rows before the segment outside that of the inputs' keep,
  /// its phases split, in which kernel rows slide where output rows have a single block; nil where none can.
  mutating func chainParts(outputs: [Progression], output: SplitTiles, kernel: SplitTiles) -> [Part]? {
    guard mapspace.dataflow == .outputsWeightsInputs, !splitsLast(output, kernel) else { return nil }
    return parts(
      outputs: outputs, kernels: kernel.parents(of: axis.kernelSize, segment: mapspace.inputLevel - 1))
  }

  /// Whether a loop over phases is in the segment before the inputs' keep.
  private func splitsLast(_ output: SplitTiles, _ kernel: SplitTiles) -> Bool {
    output.split?.segment == mapspace.inputLevel || kernel.split?.segment == mapspace.inputLevel
  }

  /// The same with the pairs of blocks just outside the segment before the inputs' keep, and those of chains.
  func add<Sink>(
    output: SplitTiles, kernel: SplitTiles, _ parts: [Part], chains: [Part]?, to found: inout ProfilesFound<Sink>
  ) {
    let (outputTile, kernelTile) = (output.tiles[mapspace.inputLevel], kernel.tiles[mapspace.inputLevel])
    func boxes(_ part: Part, kernelParent: Int? = nil) -> Boxes {
      Boxes(
        outputParent: part.outputs, outputTile: min(outputTile, part.outputs),
        kernelParent: min(kernelParent ?? part.kernels, part.kernels), kernelTile: min(kernelTile, part.kernels))
    }
    func moved(_ slide: AxisLoops.Slide) -> Int {
      parts.reduce(0) { $0 + $1.times * $1.counts.moved(boxes($1), slide: slide) }
    }
    var factors = CostFactors(
      rowsMoved: moved(.none), rowsHeld: parts.reduce(0) { max($0, $1.counts.held(boxes($1))) },
      weightVisits: output.blockCount(of: axis.outputSize, level: mapspace.weightLevel),
      outputVisits: kernel.blockCount(of: axis.kernelSize, level: mapspace.outputLevel),
      weightsHeld: weightsHeld(kernel), outputsHeld: output.tiles[mapspace.outputLevel])
    var loops = AxisLoops(
      output: output.tiles, kernel: kernel.tiles, slide: .none,
      phases: PhasePlaces(output: output.split?.segment, kernel: kernel.split?.segment))
    found.still.offer(factors, loops)
    let (outputParent, kernelParent) = parts.reduce((0, 0)) { (max($0.0, $1.outputs), max($0.1, $1.kernels)) }
    let isCut = (output: outputTile < outputParent, kernel: kernelTile < kernelParent)
    if mapspace.dataflow == .outputsWeightsInputs, !isCut.output, !isCut.kernel, !splitsLast(output, kernel) {
      found.uncut.offer(factors, loops)
    }
    for (slide, isCut) in [(AxisLoops.Slide.output, isCut.output), (.kernel, isCut.kernel)] where isCut {
      loops.slide = slide
      factors.inputsMoved = moved(slide)
      found.sliding.offer(factors, loops)
    }
    guard let chains, isCut.output, !isCut.kernel, chains.contains(where: { $0.kernels > kernelTile }),
      parts.contains(where: { $0.outputs <= outputTile })
    else { return }
    loops.slide = .output
    factors.inputsMoved = chains.reduce(0) { moved, part in
      moved + part.times * part.counts.moved(boxes(part, kernelParent: kernelTile), slide: .output, chained: true)
    }
    found.chained.offer(factors, loops)
  }

  /// The most kernel rows that meet some input in a block at the weights' keep.
  private func weightsHeld(_ kernel: SplitTiles) -> Int {
    if axis.usedKernelRows == axis.kernelSize { return kernel.tiles[mapspace.weightLevel] }
    return kernel.blocks(of: axis.kernelSize, level: mapspace.weightLevel).reduce(0) { most, block in
      let used = (0..<block.count).count { index in
        let row = block.start + index * block.step
        return rows.usedKernels(row..<row + 1) > 0
      }
      return max(most, used)
    }
  }
}
