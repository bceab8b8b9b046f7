public import Workloads

extension Traffic {
  /// The traffic of any loop nest, by sums over the blocks of each dimension apart.
  ///
  /// A box changes when a loop outside its keep takes a step; loops inside that one start over. Over all such steps of
  /// one loop, what is read is the sum of the new boxes' sizes less those that did not change, and with sliding reuse
  /// less the overlaps of boxes that differ by this one step. Box sizes, "unchanged" and overlaps are products over
  /// independent groups of dimensions (n, g, k and c each alone, p with r, q with s), so each sum is a product of sums
  /// over one group. Ragged blocks, padding, stride and dilation are exact, as theory §3 defines them.
  ///
  /// - Complexity: O(loops · (P·R² + Q·S²)) at most.
  public init(of mapping: Mapping, on layer: Layer, reuse: ReusePolicy) {
    let inputs = Walk(mapping, layer, .inputs).wordsLoaded(reuse: reuse)
    let weights = Walk(mapping, layer, .weights).wordsLoaded(reuse: .none)
    let outputVisits = Walk(mapping, layer, .outputs).wordsLoaded(reuse: .none)
    let finished = layer.usedElements(of: .outputs)
    let again = Words(outputVisits) - finished
    self.init(
      inputsRead: Words(inputs), weightsRead: Words(weights), biasesRead: layer.biases, partialSumsRead: again,
      partialSumsWritten: again, outputsWritten: finished)
  }
}

/// The walk of the loops outside one tensor's keep.
private struct Walk {
  let layer: Layer
  let tensor: Tensor
  /// The loops outside the keep that make more than one pass, outermost first.
  let loops: [(dimension: Dimension, tile: Int)]

  init(_ mapping: Mapping, _ layer: Layer, _ tensor: Tensor) {
    self.layer = layer
    self.tensor = tensor
    var block = Dimension.allCases.map { layer[$0] }
    var loops: [(dimension: Dimension, tile: Int)] = []
    for case .loop(let dimension, let tile) in mapping.nodes[..<mapping.keepPosition(of: tensor)]
    where tile < block[dimension.index] {
      block[dimension.index] = tile
      loops.append((dimension, tile))
    }
    self.loops = loops
  }

  /// Sums over the contexts in which one loop steps, for one group of dimensions.
  struct Sums {
    /// Of the new box's size along the group.
    var all = 0
    /// The same, of those contexts in which the group's part of the box stays the same.
    var unchanged = 0
    /// Of the overlap along the group, of those contexts in which only the stepping loop moved.
    var overlap = 0
  }

  /// The first box and everything that steps of the loops load after it.
  func wordsLoaded(reuse: ReusePolicy) -> Int {
    var words = groups.reduce(1) { $0 * firstSize($1) }
    for loop in loops.indices {
      let sums = groups.map { self.sums($0, steppingLoop: loop) }
      words += sums.reduce(1) { $0 * $1.all } - sums.reduce(1) { $0 * $1.unchanged }
      guard reuse == .sliding, let stepping = groups.firstIndex(where: { $0.contains(loops[loop].dimension) })
      else { continue }
      words -= sums.indices.reduce(1) { $0 * ($1 == stepping ? sums[$1].overlap : sums[$1].unchanged) }
    }
    return words
  }

  /// Dimensions whose blocks determine the box together.
  enum Group {
    case alone(Dimension)
    case axis(ConvolutionAxis, output: Dimension, kernel: Dimension)

    func contains(_ dimension: Dimension) -> Bool {
      switch self {
      case .alone(let own): dimension == own
      case .axis(_, let output, let kernel): dimension == output || dimension == kernel
      }
    }
  }

  var groups: [Group] {
    if tensor != .inputs { return Dimension.allCases.map(Group.alone) }
    return [Dimension.n, .g, .k, .c].map(Group.alone) + [
      .axis(layer.vertical, output: .p, kernel: .r), .axis(layer.horizontal, output: .q, kernel: .s),
    ]
  }

  /// The tiles of a dimension's loops in a range of positions.
  func tiles(_ dimension: Dimension, _ positions: Range<Int>) -> [Int] {
    loops[positions].filter { $0.dimension == dimension }.map(\.tile)
  }

  /// The size of the first box along a group.
  func firstSize(_ group: Group) -> Int {
    func firstBlock(_ dimension: Dimension) -> Int {
      tiles(dimension, loops.indices).reduce(layer[dimension], min)
    }
    switch group {
    case .alone(let dimension): return tensor.isRelevant(dimension) ? firstBlock(dimension) : 1
    case .axis(let axis, let output, let kernel):
      return axis.inputRows(outputs: 0..<firstBlock(output), kernels: 0..<firstBlock(kernel))
    }
  }

  func sums(_ group: Group, steppingLoop loop: Int) -> Sums {
    switch group {
    case .alone(let dimension): sums(dimension, steppingLoop: loop)
    case .axis(let axis, let output, let kernel):
      sums(axis, changes(output, steppingLoop: loop), changes(kernel, steppingLoop: loop))
    }
  }

  /// One dimension's block before and after a step: the last innermost block of one context, the first of the next.
  struct Change {
    let before: Range<Int>
    let after: Range<Int>
    /// Whether loops inside the stepping one had moved, and so start over.
    let startsOver: Bool
  }

  /// The changes of one dimension over all steps of a loop, or over all contexts of a loop of another dimension.
  func changes(_ dimension: Dimension, steppingLoop loop: Int) -> [Change] {
    let outside = Blocks(of: layer[dimension], tiles: tiles(dimension, 0..<loop)).ranges
    let inner = tiles(dimension, loop + 1..<loops.count).min() ?? .max
    func first(_ block: Range<Int>) -> Range<Int> { block.lowerBound..<block.lowerBound + min(block.count, inner) }
    guard loops[loop].dimension == dimension else {
      return outside.map { Change(before: $0, after: first($0), startsOver: inner < $0.count) }
    }
    return outside.flatMap { parent in
      let blocks = Blocks.cut(parent, by: loops[loop].tile)
      return zip(blocks, blocks.dropFirst()).map {
        Change(before: $0, after: first($1), startsOver: inner < $0.count)
      }
    }
  }

  /// Along a dimension alone only the sizes of blocks matter, and there are few different ones.
  func sums(_ dimension: Dimension, steppingLoop loop: Int) -> Sums {
    let outside = Blocks.sizes(of: layer[dimension], tiles: tiles(dimension, 0..<loop))
    let inner = tiles(dimension, loop + 1..<loops.count).min() ?? .max
    var sums = Sums()
    /// So many changes from a block to one of another size, of which the part that the inner loops start with is held.
    func add(_ before: Int, _ after: Int, _ count: Int) {
      guard tensor.isRelevant(dimension) else {
        sums.all += count
        sums.unchanged += count
        return
      }
      let held = min(after, inner)
      sums.all += count * held
      if loops[loop].dimension != dimension, inner >= before { sums.unchanged += count * held }
    }
    for (size, count) in outside {
      guard loops[loop].dimension == dimension else {
        add(size, size, count)
        continue
      }
      let tile = loops[loop].tile
      if tile >= size { continue }
      add(tile, tile, count * (size / tile - 1))
      if size % tile > 0 { add(tile, size % tile, count) }
    }
    return sums
  }

  func sums(_ axis: ConvolutionAxis, _ outputs: [Change], _ kernels: [Change]) -> Sums {
    var sums = Sums()
    for output in outputs {
      for kernel in kernels {
        let rows = axis.inputRows(outputs: output.after, kernels: kernel.after)
        sums.all += rows
        if output.startsOver || kernel.startsOver { continue }
        if output.before == output.after, kernel.before == kernel.after {
          sums.unchanged += rows
        } else {
          let before = axis.inputRows(outputs: output.before, kernels: kernel.before)
          let both = axis.inputRows(
            outputs: Self.union(output.before, output.after), kernels: Self.union(kernel.before, kernel.after))
          sums.overlap += before + rows - both
        }
      }
    }
    return sums
  }

  /// The smallest range that covers two neighbouring ones.
  static func union(_ a: Range<Int>, _ b: Range<Int>) -> Range<Int> {
    min(a.lowerBound, b.lowerBound)..<max(a.upperBound, b.upperBound)
  }
}
