import Workloads

/// Dimensions that determine together how far a tensor's box extends: its size is the product over such groups.
enum BoxGroup {
  /// A dimension that the tensor does not depend on.
  case irrelevant(Dimension)
  /// The elements of a dimension.
  case elements(Dimension)
  /// The used kernel rows of an axis.
  case usedRows(ConvolutionAxis, Dimension)
  /// The input rows that output rows and kernel rows of an axis read.
  case inputRows(ConvolutionAxis, Dimension, Dimension)

  /// The groups of a tensor, each dimension in one of them.
  static func all(of tensor: Tensor, _ layer: Layer) -> [BoxGroup] {
    switch tensor {
    case .inputs:
      [.elements(.n), .elements(.g), .irrelevant(.k), .elements(.c)]
        + [.inputRows(layer.vertical, .p, .r), .inputRows(layer.horizontal, .q, .s)]
    case .weights:
      [.irrelevant(.n), .elements(.g), .elements(.k), .elements(.c), .irrelevant(.p), .irrelevant(.q)]
        + [.usedRows(layer.vertical, .r), .usedRows(layer.horizontal, .s)]
    case .outputs: Dimension.allCases.map { tensor.isRelevant($0) ? .elements($0) : .irrelevant($0) }
    }
  }

  var dimensions: [Dimension] {
    switch self {
    case .irrelevant(let dimension), .elements(let dimension), .usedRows(_, let dimension): [dimension]
    case .inputRows(_, let output, let kernel): [output, kernel]
    }
  }

  var isIrrelevant: Bool { if case .irrelevant = self { true } else { false } }

  /// Which blocks of a dimension differ in their place alone without any consequence.
  func canonical(_ dimension: Dimension) -> Places.Canonical {
    switch self {
    case .irrelevant, .elements: return .anywhere
    case .usedRows(let axis, _): return axis.hasPaddedMACs ? Places.Canonical(interior: 0..<0) : .anywhere
    case .inputRows(let axis, let output, _):
      if !axis.hasPaddedMACs { return .anywhere }
      // Output rows that read real rows alone, whichever the kernel row.
      let real = axis.realOutputs(kernel: 0).clamped(to: axis.realOutputs(kernel: axis.kernelSize - 1))
      return Places.Canonical(interior: dimension == output ? real : 0..<0)
    }
  }

  /// What is counted of two boxes in a row.
  enum Rule {
    /// What they have in common.
    case common
    /// The whole box if it is the same, by the indices of loops.
    case whole
    /// What they have in common if no loop but the one that steps has another index, and that goes forward.
    case slide
  }

  /// How blocks change at a transition.
  struct Change {
    var rule: Rule
    /// The loops inside the one that steps that stay at their last block, as bits; others that run back and forth stay
    /// at their first.
    var sides: UInt64
    /// Whether the loop that steps goes backward.
    var isBackward: Bool
  }

  /// What is counted along the group, summed over the places of its dimensions, of which there are no second ones where there is but one.
  func sum(
    _ first: Tally<Places.Pair>, _ second: Tally<Places.Pair>?, _ nest: OuterLoops, step: Int, _ change: Change,
    _ work: inout Work
  ) throws(UncountableNest) -> Int {
    func moves(_ dimension: Dimension, _ places: Tally<Places.Pair>?) -> [Move] {
      (places?.entries ?? []).map { Move(nest, dimension, step: step, $0.key, change.sides, count: $0.value) }
    }
    switch self {
    case .irrelevant: return first.total
    case .elements(let dimension) where nest.fills(dimension):
      return moves(dimension, first).reduce(0) { $0 + $1.count * $1.before.countCommon(ofSameStep: $1.after) }
    case .elements(let dimension):
      return moves(dimension, first).reduce(0) { $1.stays ? $0 + $1.count * $1.before.count : $0 }
    case .usedRows(let axis, let dimension):
      return moves(dimension, first).reduce(0) { $1.stays ? $0 + $1.count * axis.usedKernelRows(in: $1.before) : $0 }
    case .inputRows(let axis, let output, let kernel):
      if change.rule == .slide, change.isBackward { return 0 }
      let kernels = moves(kernel, second)
      var sum = 0
      for output in moves(output, first) {
        try work.add(kernels.count)
        for kernel in kernels where change.rule == .common || output.stays && kernel.stays {
          let before = InputRows(axis, outputs: output.before, kernels: kernel.before)
          let after = InputRows(axis, outputs: output.after, kernels: kernel.after)
          sum += output.count * kernel.count * before.countCommon(with: after)
          try work.add(before.work)
        }
      }
      return sum
    }
  }

  /// The blocks of a dimension inside all its loops before and after a step.
  private struct Move {
    var before: Progression
    var after: Progression
    /// Whether all loops inside the one that steps keep their indices.
    var stays = true
    let count: Int

    init(_ nest: OuterLoops, _ dimension: Dimension, step: Int, _ pair: Places.Pair, _ sides: UInt64, count: Int) {
      (before, after) = (pair.before, pair.after)
      self.count = count
      for position in nest.loops(dimension, inside: step) {
        let loop = nest.loops[position]
        let last = (
          before: loop.cut.pieces(of: before.count).count - 1, after: loop.cut.pieces(of: after.count).count - 1
        )
        let index: (before: Int, after: Int) =
          switch loop.direction {
          case .forward: (last.before, 0)
          case .backAndForth: sides & 1 << UInt64(position) != 0 ? last : (0, 0)
          }
        stays = stays && index.before == index.after
        before = nest.block(index.before, of: before, at: position)
        after = nest.block(index.after, of: after, at: position)
      }
    }
  }
}
