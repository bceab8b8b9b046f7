import Workloads

/// The walk of the loops outside one tensor's keep in a plain nest, where all of them go forward over runs of neighbours,
/// and nothing stays but what the rules `sliding` and `none` let stay.
///
/// A box changes when a loop outside its keep takes a step; loops inside that one start over.
struct PlainWalk {
  private let layer: Layer
  private let tensor: Tensor
  /// The loops outside the keep that make more than one pass, outermost first.
  private let loops: [(dimension: Dimension, tile: Int)]

  init(_ mapping: Mapping, _ layer: Layer, _ tensor: Tensor) {
    self.layer = layer
    self.tensor = tensor
    var block = Dimension.allCases.map { layer[$0] }
    var loops: [(dimension: Dimension, tile: Int)] = []
    for loop in mapping.loops(outside: tensor) {
      guard case .tile(let tile) = loop.cut, tile < block[loop.dimension.index] else { continue }
      block[loop.dimension.index] = tile
      loops.append((loop.dimension, tile))
    }
    self.loops = loops
  }

  /// Sums over one group of dimensions of the size of a box along it.
  private struct Sums {
    /// Over all innermost blocks.
    var all: Int
    /// For each loop, over the contexts in which it steps, of those in which the group's part of the box stays the same.
    var unchanged: [Int]
    /// For each loop over the group, of the overlap of the boxes before and after a step in which nothing else moves.
    var overlap: [Int]
  }

  /// What all passes of the loops load.
  func wordsLoaded(reuse: ReusePolicy) -> Int {
    let groups = self.groups
    var words = groups.reduce(1) { $0 * $1.all }
    for loop in loops.indices {
      words -= groups.reduce(1) { $0 * $1.unchanged[loop] }
      guard reuse == .sliding, let stepping = groups.firstIndex(where: { $0.overlap[loop] > 0 }) else { continue }
      words -= groups.indices.reduce(1) { $0 * ($1 == stepping ? groups[$1].overlap : groups[$1].unchanged)[loop] }
    }
    return words
  }

  /// The sums of the dimensions whose blocks determine the box together.
  private var groups: [Sums] {
    switch tensor {
    case .inputs:
      return [Dimension.n, .g, .k, .c].map(sums) + [sums(layer.vertical, .p, .r), sums(layer.horizontal, .q, .s)]
    case .weights:
      return [Dimension.n, .g, .k, .c, .p, .q].map(sums) + [sums(layer.vertical, .r), sums(layer.horizontal, .s)]
    case .outputs: return Dimension.allCases.map(sums)
    }
  }

  /// The tiles of a dimension's loops, outermost first.
  private func tiles(_ dimension: Dimension) -> [Int] {
    loops.filter { $0.dimension == dimension }.map(\.tile)
  }

  /// The number of a dimension's loops outside each loop.
  private func depths(_ dimension: Dimension) -> [Int] {
    var depth = 0
    return loops.map { loop in
      defer { if loop.dimension == dimension { depth += 1 } }
      return depth
    }
  }

  /// Along a dimension alone boxes before and after a step have nothing in common, or everything.
  private func sums(_ dimension: Dimension) -> Sums {
    let counts = BlockCounts(of: layer[dimension], tiles: tiles(dimension))
    let isRelevant = tensor.isRelevant(dimension)
    let unchanged = zip(loops, depths(dimension)).map { loop, depth in
      if loop.dimension != dimension { return isRelevant ? counts.settled[depth] : counts.blocks[depth] }
      return isRelevant ? 0 : counts.blocks[depth + 1] - counts.blocks[depth]
    }
    return Sums(
      all: isRelevant ? layer[dimension] : counts.blocks.last ?? 1, unchanged: unchanged,
      overlap: loops.map { _ in 0 })
  }

  /// Along the kernel rows that have weights: those that meet only padding have none.
  private func sums(_ axis: ConvolutionAxis, _ kernel: Dimension) -> Sums {
    let used = Blocks(of: layer[kernel], tiles: tiles(kernel)).rangesByDepth.map { ranges in
      ranges.reduce(0) { $0 + axis.usedKernelRows(in: $1) }
    }
    let unchanged = zip(loops, depths(kernel)).map { loop, depth in
      loop.dimension == kernel ? 0 : used[...depth].reduce(0, +)
    }
    return Sums(all: axis.usedKernelRows, unchanged: unchanged, overlap: loops.map { _ in 0 })
  }

  /// Along the input rows that blocks of output rows and kernel rows read together.
  private func sums(_ axis: ConvolutionAxis, _ output: Dimension, _ kernel: Dimension) -> Sums {
    // Each output row reads a row of its own.
    if axis.kernelSize == 1, !axis.hasPaddedMACs { return sums(output) }
    let outputs = Blocks(of: layer[output], tiles: tiles(output))
    let kernels = Blocks(of: layer[kernel], tiles: tiles(kernel))
    // Blocks that inner loops cut further start over, and the box with them: only settled ones can stay or slide.
    let settledOutputs = outputs.rangesByDepth
    let settledKernels = kernels.rangesByDepth
    var rows = RowSum(axis)
    rows.add(outputs: settledOutputs[0], kernels: settledKernels[0])
    var sums = Sums(all: 0, unchanged: [], overlap: [])
    for (loop, (outputDepth, kernelDepth)) in zip(loops, zip(depths(output), depths(kernel))) {
      var unchanged = 0
      var overlap = 0
      switch loop.dimension {
      case output:
        if outputDepth + 1 == outputs.tiles.count {
          let settled = settledKernels[...kernelDepth].flatMap(\.self)
          overlap = self.overlap(axis, outputs.steps) { $0.add(outputs: $1, kernels: settled) }
        }
        rows.add(outputs: settledOutputs[outputDepth + 1], kernels: [])
      case kernel:
        if kernelDepth + 1 == kernels.tiles.count {
          let settled = settledOutputs[...outputDepth].flatMap(\.self)
          overlap = self.overlap(axis, kernels.steps) { $0.add(outputs: settled, kernels: $1) }
        }
        rows.add(outputs: [], kernels: settledKernels[kernelDepth + 1])
      default: unchanged = rows.sum()
      }
      sums.unchanged.append(unchanged)
      sums.overlap.append(overlap)
    }
    sums.all = rows.sum()
    return sums
  }

  /// The rows that blocks before and after steps have in common.
  private func overlap(
    _ axis: ConvolutionAxis, _ steps: [(before: Range<Int>, after: Range<Int>)],
    _ add: (inout RowSum, [Range<Int>]) -> Void
  ) -> Int {
    func rows(_ ranges: [Range<Int>]) -> Int {
      var sum = RowSum(axis)
      add(&sum, ranges)
      return sum.sum()
    }
    return rows(steps.map(\.before)) + rows(steps.map(\.after))
      - rows(steps.map { $0.before.lowerBound..<$0.after.upperBound })
  }
}
