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
  init(_ rows: AxisRows, _ mapspace: Mapspace, _ phases: PhasePolicy) {
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
    guard Self.splits(axis) else {
      self.pairs = []
      return
    }
    // Either axis of a layer is as the other in this.
    let outputs = phases.allows(.p) ? Self.splits(mapspace.outputs, axis.outputPeriod, mapspace.inputLevel) : []
    let kernels = phases.allows(.r) ? Self.splits(mapspace.kernels, axis.kernelPeriod, mapspace.inputLevel) : []
    var pairs: [(output: PhaseSplit?, kernel: PhaseSplit?)] = []
    for output in [nil] + outputs {
      for kernel in [nil] + kernels where output != nil || kernel != nil { pairs.append((output, kernel)) }
    }
    self.pairs = pairs
  }

  /// Whether loops over phases are tried on an axis.
  ///
  /// Without overlaps all cuts read as many rows, and what phases separate is separate in any case.
  static func splits(_ axis: ConvolutionAxis) -> Bool {
    axis.hasOverlap && (axis.outputPeriod > 1 || axis.kernelPeriod > 1)
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
  /// - Parameters:
  ///   - found: takes them in.
  ///   - parts: what boxes hold and move, of which other orders of keeps may have counted some.
  ///   - limit: when to end, or nil.
  /// - Complexity: O(P²·R²) block sizes for P output and R kernel rows.
  func list<Sink>(into found: inout ProfilesFound<Sink>, _ parts: inout PhaseParts, _ limit: TimeLimit? = nil) {
    if isTooLong { return }
    let maker = PhaseProfileMaker(rows: rows, mapspace: mapspace)
    for pair in pairs {
      let kernels = groups(mapspace.kernels, of: axis.kernelSize, pair.kernel, most?.kernels)
      for outputs in groups(mapspace.outputs, of: axis.outputSize, pair.output, most?.outputs) {
        // The blocks of kernel rows that chains of sliding loops are in do not depend on the sizes of smaller ones.
        let chains = kernels.first?.tiles.first.flatMap { kernel in
          maker.chains(outputs: outputs.parents, output: outputs.tiles[0], kernel: kernel, &parts)
        }
        for kernels in kernels where !limit.endsListing() {
          maker.add(outputs, kernels, chains: chains, &parts, to: &found)
        }
      }
    }
  }

  /// What is tried of a dimension with a loop over phases or none.
  private func groups(_ sizes: [Mapspace.Sizes], of size: Int, _ split: PhaseSplit?, _ most: Int?) -> [SplitGroup] {
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
    var groups: [SplitGroup] = []
    var last: ArraySlice<Int>?
    for (blocks, _) in lists {
      let tiles = SplitTiles(Tiles(blocks[0], blocks[1], blocks[2]), split)
      if groups.isEmpty || last != blocks[..<mapspace.inputLevel] {
        groups.append(SplitGroup(parents: tiles.parents(of: size, segment: mapspace.inputLevel), tiles: []))
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

/// Cuts of a dimension with the same blocks just outside the segment before the inputs' keep, its phases split.
struct SplitGroup {
  var parents: [Progression]
  var tiles: [SplitTiles]

  /// The sizes of boxes, each once, and for each of the cuts the place of its own.
  fileprivate func boxTiles(_ inputLevel: Int) -> (sizes: [Int], places: [Int]) {
    var known: [Int: Int] = [:]
    var sizes: [Int] = []
    let places = tiles.map { tiles in
      let size = tiles.tiles[inputLevel]
      if let place = known[size] { return place }
      known[size] = sizes.count
      sizes.append(size)
      return sizes.count - 1
    }
    return (sizes, places)
  }
}

/// Makes the profiles of one axis where loops split rows into phases.
struct PhaseProfileMaker {
  let rows: AxisRows
  let mapspace: Mapspace

  private var axis: ConvolutionAxis { rows.axis }

  /// Offers the profiles of given cuts, one for each loop that can slide.
  func add<Sink>(output: SplitTiles, kernel: SplitTiles, to found: inout ProfilesFound<Sink>) {
    let outputs = SplitGroup(
      parents: output.parents(of: axis.outputSize, segment: mapspace.inputLevel), tiles: [output])
    let kernels = SplitGroup(
      parents: kernel.parents(of: axis.kernelSize, segment: mapspace.inputLevel), tiles: [kernel])
    var parts = PhaseParts(rows)
    let chains = chains(outputs: outputs.parents, output: output, kernel: kernel, &parts)
    add(outputs, kernels, chains: chains, &parts, to: &found)
  }

  /// The pairs of blocks of output rows with the blocks of kernel rows before the segment outside that of the inputs' keep,
  /// its phases split, in which kernel rows slide where output rows have a single block; nil where none can.
  func chains(
    outputs: [Progression], output: SplitTiles, kernel: SplitTiles, _ parts: inout PhaseParts
  ) -> [PhaseParts.Part]? {
    guard mapspace.dataflow == .outputsWeightsInputs, !splitsLast(output, kernel) else { return nil }
    return parts.parts(
      outputs: outputs, kernels: kernel.parents(of: axis.kernelSize, segment: mapspace.inputLevel - 1))
  }

  /// Whether a loop over phases is in the segment before the inputs' keep.
  private func splitsLast(_ output: SplitTiles, _ kernel: SplitTiles) -> Bool {
    output.split?.segment == mapspace.inputLevel || kernel.split?.segment == mapspace.inputLevel
  }

  /// Offers the profiles of each pair of cuts of a group of output rows and one of kernel rows.
  fileprivate func add<Sink>(
    _ outputs: SplitGroup, _ kernels: SplitGroup, chains: [PhaseParts.Part]?, _ parts: inout PhaseParts,
    to found: inout ProfilesFound<Sink>
  ) {
    let (outputTiles, outputPlaces) = outputs.boxTiles(mapspace.inputLevel)
    let (kernelTiles, kernelPlaces) = kernels.boxTiles(mapspace.inputLevel)
    // Inside the last keep sizes are in what boxes hold and move alone.
    let all = parts.totals(
      outputs: outputs.parents, kernels: kernels.parents, outputTiles: outputTiles, kernelTiles: kernelTiles,
      skips: mapspace.inputLevel == 2)
    let weightsHeld = kernels.tiles.map(weightsHeld)
    let visits = (
      weights: outputs.tiles.map { $0.blockCount(of: axis.outputSize, level: mapspace.weightLevel) },
      outputs: kernels.tiles.map { $0.blockCount(of: axis.kernelSize, level: mapspace.outputLevel) }
    )
    for (first, output) in outputs.tiles.enumerated() {
      for (second, kernel) in kernels.tiles.enumerated() {
        let place = outputPlaces[first] * kernelTiles.count + kernelPlaces[second]
        guard let totals = all[place] else { continue }
        var factors = CostFactors(
          rowsMoved: totals.moved, rowsHeld: totals.held, weightVisits: visits.weights[first],
          outputVisits: visits.outputs[second], weightsHeld: weightsHeld[second],
          outputsHeld: output.tiles[mapspace.outputLevel])
        var loops = AxisLoops(
          output: output.tiles, kernel: kernel.tiles, slide: .none,
          phases: PhasePlaces(output: output.split?.segment, kernel: kernel.split?.segment))
        found.still.offer(factors, loops)
        if totals.slidOutputs == nil, totals.slidKernels == nil, mapspace.dataflow == .outputsWeightsInputs,
          !splitsLast(output, kernel)
        {
          found.uncut.offer(factors, loops)
        }
        for (slide, moved) in [(AxisLoops.Slide.output, totals.slidOutputs), (.kernel, totals.slidKernels)] {
          guard let moved else { continue }
          loops.slide = slide
          factors.inputsMoved = moved
          found.sliding.offer(factors, loops)
        }
        let tiles = (output: output.tiles[mapspace.inputLevel], kernel: kernel.tiles[mapspace.inputLevel])
        guard let chains, totals.slidOutputs != nil, totals.slidKernels == nil,
          outputs.parents.contains(where: { $0.count <= tiles.output }), let moved = parts.chained(chains, tiles)
        else { continue }
        loops.slide = .output
        factors.inputsMoved = moved
        found.chained.offer(factors, loops)
      }
    }
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
