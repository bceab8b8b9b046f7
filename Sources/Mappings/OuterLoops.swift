import Workloads

/// The loops outside one tensor's keep that make more than one pass, outermost first, and the sizes of their blocks.
struct OuterLoops {
  let loops: [Loop]
  /// The position of the loop whose last block boxes hold whole, if there is one.
  let filled: Int?
  /// The positions of the loops over each dimension, by ``Dimension/index``.
  private let positions: [[Int]]
  /// The sizes that blocks of each dimension have inside none, one, two, ... of its loops.
  private let sizes: [[[Int]]]
  /// For each dimension and each number of its loops, and each size of a block inside these in turn: the loops, as bits,
  /// outside of which the block is in an odd number of blocks. Empty where it is not asked for.
  private var odd: [[[UInt64]]] = []

  /// - Parameters:
  ///   - mapping: the nest.
  ///   - layer: the layer.
  ///   - tensor: the tensor.
  ///   - reuse: the rule of what stays, which tells whether loops are filled.
  init(_ mapping: Mapping, on layer: Layer, outside tensor: Tensor, reuse: ReusePolicy) {
    var largest = Dimension.allCases.map { layer[$0] }
    var loops: [Loop] = []
    var positions = [[Int]](repeating: [], count: largest.count)
    var sizes = largest.map { [[$0]] }
    var filled: Int?
    for loop in mapping.loops(outside: tensor) {
      let dimension = loop.dimension.index
      let block = loop.cut.largestBlock(of: largest[dimension])
      if block == largest[dimension] { continue }
      largest[dimension] = block
      positions[dimension].append(loops.count)
      if tensor.isRelevant(loop.dimension) { filled = loop.isFilled && reuse == .overlap ? loops.count : nil }
      // The outermost loop is entered once.
      loops.append(loops.isEmpty ? Loop(loop.dimension, loop.cut) : loop)
      let inside = sizes[dimension][sizes[dimension].count - 1].flatMap { loop.cut.pieces(of: $0).sizes }
      sizes[dimension].append(Set(inside).sorted())
    }
    self.loops = loops
    self.filled = filled
    self.positions = positions
    self.sizes = sizes
    if loops.count <= Self.largestTurningCount, turns { odd = Dimension.allCases.map(oddBlocks) }
  }

  /// More loops than this are not followed when some run back and forth.
  static let largestTurningCount = 64

  /// Whether some loop runs back and forth.
  var turns: Bool { loops.contains { $0.direction == .backAndForth } }

  /// Whether boxes are filled along a dimension.
  func fills(_ dimension: Dimension) -> Bool { filled.map { loops[$0].dimension == dimension } ?? false }

  /// One of the blocks of a range that the loop at `position` walks, as boxes have it.
  func block(_ index: Int, of range: Progression, at position: Int) -> Progression {
    let cut = loops[position].cut
    var block = range.block(index, of: cut)
    if position == filled {
      let missing = cut.largestBlock(of: range.count) - block.count
      block.start -= range.step * missing
      block.count += missing
    }
    return block
  }

  /// How many of a dimension's loops are outside the loop at `position`.
  func depth(_ dimension: Dimension, before position: Int) -> Int {
    positions[dimension.index].count { $0 < position }
  }

  /// Whether a dimension is cut.
  func hasLoops(over dimension: Dimension) -> Bool { !positions[dimension.index].isEmpty }

  /// The cuts of a dimension's loops, outermost first.
  func cuts(_ dimension: Dimension) -> [Loop.Cut] { positions[dimension.index].map { loops[$0].cut } }

  /// The dimension's loops inside the loop at `position`, outermost first.
  func loops(_ dimension: Dimension, inside position: Int) -> ArraySlice<Int> {
    positions[dimension.index].drop { $0 <= position }
  }

  /// The sizes of a dimension's blocks inside so many of its loops.
  func sizes(_ dimension: Dimension, depth: Int) -> [Int] { sizes[dimension.index][depth] }

  /// The number of blocks into which a dimension's loops from one depth to another cut a block.
  func blocks(_ dimension: Dimension, of size: Int, from outer: Int, to inner: Int) -> Int {
    var counts = Tally(size, 1)
    for position in positions[dimension.index][outer..<max(outer, inner)] {
      var inside = Tally<Int>()
      for (size, count) in counts.entries {
        let pieces = loops[position].cut.pieces(of: size)
        if pieces.first > 0 { inside.add(pieces.firstSize, count * pieces.first) }
        if pieces.rest > 0 { inside.add(pieces.restSize, count * pieces.rest) }
      }
      counts = inside
    }
    return counts.total
  }

  /// The loops, as bits, outside of which a dimension's block, inside `depth` of its loops, is in an odd number of blocks.
  func oddBlocks(_ dimension: Dimension, of size: Int, depth: Int) -> UInt64 {
    let sizes = sizes[dimension.index][depth]
    let place = sizes.indices.partitionPoint { sizes[$0] >= size }
    return place < sizes.count && sizes[place] == size ? odd[dimension.index][depth][place] : 0
  }

  /// The same of all sizes at each depth.
  private func oddBlocks(_ dimension: Dimension) -> [[UInt64]] {
    let (positions, sizes) = (positions[dimension.index], sizes[dimension.index])
    // Bit i: whether i loops further in the number of blocks is odd.
    var parities: [UInt64] = []
    var odd = sizes.map { _ in [UInt64]() }
    for depth in sizes.indices.reversed() {
      let (inside, inner) = (parities, depth < positions.count ? sizes[depth + 1] : [])
      parities = sizes[depth].map { size in
        if depth == positions.count { return 1 }
        let pieces = loops[positions[depth]].cut.pieces(of: size)
        var parity: UInt64 = 1
        for (count, piece) in [(pieces.first, pieces.firstSize), (pieces.rest, pieces.restSize)] where count % 2 == 1 {
          parity ^= inside[inner.indices.partitionPoint { inner[$0] >= piece }] << 1
        }
        return parity
      }
      // For so many loops further in, the loops that stand so far in.
      var standing = [UInt64](repeating: 0, count: positions.count - depth + 1)
      var further = 0
      for loop in loops.indices where depth == 0 || loop > positions[depth - 1] {
        standing[further] |= 1 << UInt64(loop)
        if depth + further < positions.count, positions[depth + further] == loop { further += 1 }
      }
      odd[depth] = parities.map { parity in
        standing.indices.reduce(0) { parity & 1 << UInt64($1) != 0 ? $0 | standing[$1] : $0 }
      }
    }
    return odd
  }
}
