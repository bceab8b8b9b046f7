package import Workloads

/// The first or the last box of a tensor that a piece holds, as blocks of the whole layer's dimensions.
package struct EdgeBox {
  /// When a box is held.
  package enum Moment { case first, last }

  private let piece: MappingTree.Piece
  private let tensor: Tensor
  /// By ``Dimension/index``.
  package let blocks: [Progression]

  package init(_ moment: Moment, of tensor: Tensor, in piece: MappingTree.Piece) {
    self.piece = piece
    self.tensor = tensor
    let nest = OuterLoops(piece.mapping, on: piece.layer, outside: tensor, reuse: .overlap)
    var blocks = piece.region.map { Progression(start: $0.lowerBound, step: 1, count: $0.count) }
    for (position, loop) in nest.loops.enumerated() {
      let dimension = loop.dimension.index
      // A loop that was entered an even number of times went backward the last time, if it turns round.
      let endsForward =
        loop.direction == .forward
        || Dimension.allCases.allSatisfy { dimension in
          let depth = nest.depth(dimension, before: position)
          return nest.blocks(dimension, of: piece.layer[dimension], from: 0, to: depth) % 2 == 1
        }
      let last = loop.cut.pieces(of: blocks[dimension].count).count - 1
      let index = moment == .last && endsForward ? last : 0
      blocks[dimension] = nest.block(index, of: blocks[dimension], at: position)
    }
    self.blocks = blocks
  }

  /// The words that are in both of two boxes of one tensor.
  ///
  /// - Throws: ``UncountableNest/tooManyBlocks`` where rows at unlike distances are too many to be compared.
  func wordsCommon(with other: EdgeBox, on layer: Layer) throws(UncountableNest) -> Int {
    func alike(_ dimensions: [Dimension]) -> Int {
      dimensions.reduce(1) { $0 * self[$1].countCommon(with: other[$1]) }
    }
    func rows(
      _ axis: ConvolutionAxis, _ output: Dimension, _ kernel: Dimension
    ) throws(UncountableNest) -> Int {
      try axis.countCommonRows((self[output], self[kernel]), (other[output], other[kernel]))
    }
    func used(_ kernel: Dimension, _ axis: (Layer) -> ConvolutionAxis) -> Int {
      self[kernel].countCommon(with: other[kernel]) { row in
        [piece, other.piece].allSatisfy { piece in
          !axis(piece.layer).realOutputs(kernel: row - piece.region[kernel.index].lowerBound).isEmpty
        }
      }
    }
    switch tensor {
    case .inputs:
      return try alike([.n, .g, .c]) * rows(layer.vertical, .p, .r) * rows(layer.horizontal, .q, .s)
    case .weights: return alike([.g, .k, .c]) * used(.r, \.vertical) * used(.s, \.horizontal)
    case .outputs: return alike([.n, .g, .k, .p, .q])
    }
  }

  private subscript(dimension: Dimension) -> Progression { blocks[dimension.index] }
}

extension Progression {
  /// The elements of both, of those for which something is true.
  fileprivate func countCommon(with other: Progression, where isCounted: (Int) -> Bool = { _ in true }) -> Int {
    let (few, many) = count <= other.count ? (self, other) : (other, self)
    return (0..<few.count).count { index in
      let element = few.start + few.step * index
      let (place, rest) = (element - many.start).quotientAndRemainder(dividingBy: many.step)
      return rest == 0 && 0..<many.count ~= place && isCounted(element)
    }
  }
}

extension ConvolutionAxis {
  fileprivate typealias Blocks = (outputs: Progression, kernels: Progression)

  /// The input rows that two pairs of blocks both read.
  fileprivate func countCommonRows(_ some: Blocks, _ others: Blocks) throws(UncountableNest) -> Int {
    if some.outputs.step == others.outputs.step, some.kernels.step == others.kernels.step {
      return InputRows(self, outputs: some.outputs, kernels: some.kernels)
        .countCommon(with: InputRows(self, outputs: others.outputs, kernels: others.kernels))
    }
    return try rows(some).intersection(rows(others)).count
  }

  /// The most pairs of rows that are looked at one by one.
  private static var mostPairs: Int { 1 << 24 }

  private func rows(_ blocks: Blocks) throws(UncountableNest) -> Set<Int> {
    let (outputs, kernels) = blocks
    if outputs.count > Self.mostPairs / kernels.count { throw .tooManyBlocks }
    var rows: Set<Int> = []
    for output in 0..<outputs.count {
      for kernel in 0..<kernels.count {
        let row = inputRow(
          output: outputs.start + outputs.step * output, kernel: kernels.start + kernels.step * kernel)
        if let row { rows.insert(row) }
      }
    }
    return rows
  }
}
