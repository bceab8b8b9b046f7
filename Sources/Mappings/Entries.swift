import Workloads

/// How often loops were entered before a transition, as far as it matters: whether the numbers are odd.
///
/// At a transition of loop i, loops inside it are at their first pass. With loop l at block x of its range, what it has
/// done so far entered a loop j inside it as often as the blocks before x were cut: for each of these, once for each
/// block that the loops between l and j make of it and of the current blocks of all other dimensions. So
///
///     entries(j) = Σ over l up to i of (Π over other dimensions of the blocks that loops between l and j make)
///                                      · (Σ over blocks before x of the blocks that loops between l and j make of them)
///
/// modulo 2. When l runs backward, which is when its own number is odd, the blocks after x come before it: the inner sum
/// is larger by those of all blocks and of block x. Each factor depends on one dimension alone.
struct Entries {
  private let nest: OuterLoops
  /// The loop that steps.
  let step: Int
  /// The loops whose numbers are asked for, as bits, with those on which these depend.
  let asked: UInt64
  /// The loops l whose place has a bearing on some number, from the outside in.
  private(set) var terms: [Int] = []
  /// For each of them, the loops on whose numbers it may have a bearing.
  private(set) var reach: [UInt64] = []

  /// - Parameters:
  ///   - nest: the loops, at most 64 of them.
  ///   - step: the position of the loop that steps.
  ///   - asked: the loops whose numbers are asked for, as bits: of those from `step` inward that run back and forth.
  init(_ nest: OuterLoops, step: Int, asked: UInt64) {
    self.nest = nest
    self.step = step
    var asked = asked
    for loop in (0...step).reversed() where asked != 0 {
      let reach = Self.reach(nest, loop, asked)
      if reach == 0 { continue }
      terms.insert(loop, at: 0)
      self.reach.insert(reach, at: 0)
      if loop < step, nest.loops[loop].direction == .backAndForth, Self.turnsMatter(nest, loop, reach) {
        asked |= 1 << UInt64(loop)
      }
    }
    self.asked = asked
  }

  /// The loops among some, inside `loop`, that a pass of it may enter an odd number of times.
  private static func reach(_ nest: OuterLoops, _ loop: Int, _ asked: UInt64) -> UInt64 {
    var reach = asked & (~0 << UInt64(loop + 1))
    for dimension in Dimension.allCases where reach != 0 && dimension != nest.loops[loop].dimension {
      let depth = nest.depth(dimension, before: loop)
      var odd: UInt64 = 0
      for size in nest.sizes(dimension, depth: depth) { odd |= nest.oddBlocks(dimension, of: size, depth: depth) }
      reach &= odd
    }
    return reach
  }

  /// Whether it matters for one of some loops which way `loop` goes.
  private static func turnsMatter(_ nest: OuterLoops, _ loop: Int, _ reach: UInt64) -> Bool {
    let dimension = nest.loops[loop].dimension
    let depth = nest.depth(dimension, before: loop)
    return nest.sizes(dimension, depth: depth).contains { size in
      let all = nest.oddBlocks(dimension, of: size, depth: depth)
      return nest.loops[loop].cut.pieces(of: size).sizes.contains { piece in
        (all ^ nest.oddBlocks(dimension, of: piece, depth: depth + 1)) & reach != 0
      }
    }
  }

  /// What a block of another dimension than the term's loop has contributes to the product of a term, as bits.
  func factor(_ dimension: Dimension, size: Int, term: Int) -> UInt64 {
    nest.oddBlocks(dimension, of: size, depth: nest.depth(dimension, before: terms[term])) & reach[term]
  }

  /// What a term's loop at one of its blocks contributes, as bits: going forward, and how that differs going backward.
  func sum(_ pieces: Loop.Cut.Pieces, block: Int, term: Int) -> (forward: UInt64, difference: UInt64) {
    let dimension = nest.loops[terms[term]].dimension
    let depth = nest.depth(dimension, before: terms[term]) + 1
    func odd(_ size: Int) -> UInt64 {
      nest.oddBlocks(dimension, of: size, depth: depth) & reach[term]
    }
    let first = pieces.first > 0 ? odd(pieces.firstSize) : 0
    let rest = pieces.rest > 0 ? odd(pieces.restSize) : 0
    func sum(_ firsts: Int, _ rests: Int) -> UInt64 {
      (firsts % 2 == 1 ? first : 0) ^ (rests % 2 == 1 ? rest : 0)
    }
    let forward = sum(min(block, pieces.first), max(0, block - pieces.first))
    return (forward, sum(pieces.first, pieces.rest) ^ (block < pieces.first ? first : rest))
  }
}
