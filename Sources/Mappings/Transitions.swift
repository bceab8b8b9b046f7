import Workloads

/// What of one tensor's boxes stays in the Buffer, summed over all changes from a box to the next (theory §3).
///
/// Two boxes in a row differ by one step of one loop, the innermost that is not at its end; loops outside it do not move,
/// and each loop inside it jumps from its last block to its first, or stays where it is when it runs back and forth. So
/// there is one kind of transition for each loop. What two boxes have in common is a product over groups of dimensions
/// (n, g, k and c each alone, p with r, q with s), and the sum over the transitions of one kind would be a product of
/// sums over the places of each group, were it not that a loop that runs back and forth stays at its first or its last
/// block as it was entered an even or odd number of times before, which depends on where all loops outside it are.
/// ``Entries`` says how; for each outcome the sum is such a product again.
struct Transitions {
  private let layer: Layer
  private let nest: OuterLoops
  private let reuse: ReusePolicy
  private let groups: [BoxGroup]

  init(_ mapping: Mapping, on layer: Layer, of tensor: Tensor, reuse: ReusePolicy) {
    self.layer = layer
    nest = OuterLoops(mapping, on: layer, outside: tensor, reuse: reuse)
    // Only inputs slide.
    self.reuse = tensor != .inputs && reuse == .sliding ? .none : reuse
    groups = BoxGroup.all(of: tensor, layer)
  }

  /// What comes into the Buffer: the sizes of all boxes, less what stays of those before.
  ///
  /// - Throws: ``UncountableNest``.
  func wordsLoaded() throws(UncountableNest) -> Int {
    if nest.loops.count > OuterLoops.largestTurningCount, nest.turns { throw .tooManyLoops(nest.loops.count) }
    var work = Work()
    var words = 1
    for group in groups { words *= try size(of: group, &work) }
    for loop in nest.loops.indices { words -= try retained(at: loop, &work) }
    return words
  }

  /// The sum of the sizes along one group over all boxes.
  private func size(of group: BoxGroup, _ work: inout Work) throws(UncountableNest) -> Int {
    func places(_ dimension: Dimension) throws(UncountableNest) -> Tally<Places.Pair> {
      try Places.innermost(of: dimension, size: layer[dimension], in: nest, group.canonical(dimension), &work)
    }
    switch group {
    case .irrelevant(let dimension):
      return nest.blocks(dimension, of: layer[dimension], from: 0, to: nest.cuts(dimension).count)
    case .elements(let dimension) where nest.fills(dimension):
      return try places(dimension).entries.reduce(0) { $0 + $1.value * $1.key.before.count }
    case .elements(let dimension): return layer[dimension]
    case .usedRows(let axis, _): return axis.usedKernelRows
    case .inputRows(_, let output, let kernel):
      let sizes = BoxGroup.Change(rule: .whole, sides: 0, isBackward: false)
      return try group.sum(places(output), places(kernel), nest, step: nest.loops.count, sizes, &work)
    }
  }

  // MARK: The transitions of one loop

  /// What stays of boxes when the loop at a position steps.
  private func retained(at step: Int, _ work: inout Work) throws(UncountableNest) -> Int {
    guard let stepping = groups.firstIndex(where: { $0.dimensions.contains(nest.loops[step].dimension) }),
      groups.indices.allSatisfy({ canRetain(groups[$0], at: step, isStepping: $0 == stepping) })
    else { return 0 }
    let asked = asked(at: step, groups[stepping])
    let entries = asked == 0 ? nil : Entries(nest, step: step, asked: asked)
    var classes: [[Places.Class]] = Array(repeating: [], count: Dimension.allCases.count)
    for group in groups {
      for dimension in group.dimensions {
        classes[dimension.index] =
          try Places(
            of: dimension, size: layer[dimension], in: nest, at: step, entries, group.canonical(dimension), &work
          ).classes
      }
    }
    var sum = RetainedSum(
      nest: nest, step: step, reuse: reuse, groups: groups, stepping: stepping, entries: entries, classes: classes)
    return try sum.total(&work)
  }

  /// Whether anything can stay along a group when a loop steps.
  private func canRetain(_ group: BoxGroup, at step: Int, isStepping: Bool) -> Bool {
    switch group {
    case .irrelevant: return true
    case .elements(let dimension) where nest.fills(dimension): return !isStepping || step == nest.filled
    case .inputRows where reuse == .overlap || isStepping: return reuse != .none
    case .elements, .usedRows, .inputRows:
      return !isStepping
        && group.dimensions.allSatisfy { dimension in
          nest.loops(dimension, inside: step).allSatisfy { position in
            let loop = nest.loops[position]
            return loop.direction == .backAndForth
              || nest.sizes(dimension, depth: nest.depth(dimension, before: position))
                .contains { loop.cut.pieces(of: $0).count == 1 }
          }
        }
    }
  }

  /// The loops of which it matters whether they were entered an odd number of times, as bits.
  private func asked(at step: Int, _ stepping: BoxGroup) -> UInt64 {
    var asked: UInt64 = 0
    var isAsymmetric = false
    for group in groups where !group.isIrrelevant {
      for dimension in group.dimensions {
        for position in nest.loops(dimension, inside: step) {
          if nest.loops[position].direction == .backAndForth {
            asked |= 1 << UInt64(position)
          } else if group.dimensions == stepping.dimensions {
            isAsymmetric = true
          }
        }
      }
    }
    let mattersWhichWay = asked != 0 || isAsymmetric || reuse == .sliding && !stepping.isIrrelevant
    if mattersWhichWay, nest.loops[step].direction == .backAndForth { asked |= 1 << UInt64(step) }
    return asked
  }
}
