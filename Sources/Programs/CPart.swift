import Mappings
import Workloads

/// What of a tensor stays in the Buffer from one piece of a mapping to the next: the elements of the last box of the one
/// that are in the first box of the other, along each coordinate, as the whole layer counts them, rising.
struct Stay {
  let tensor: Tensor
  /// Those of the last box.
  let before: [[Int]]
  /// Those of the first box.
  let after: [[Int]]
  /// Those of both.
  let common: [[Int]]

  /// What stays; nil where that is nothing.
  init?(_ tensor: Tensor, from piece: MappingTree.Piece, to next: MappingTree.Piece, on layer: Layer) {
    let (last, first) = (EdgeBox(.last, of: tensor, in: piece), EdgeBox(.first, of: tensor, in: next))
    let before = Self.elements(tensor, last.blocks, in: piece, layer)
    let after = Self.elements(tensor, first.blocks, in: next, layer)
    let common = zip(before, after).map { before, after in
      let others = Set(after)
      return before.filter(others.contains)
    }
    if common.contains(where: \.isEmpty) { return nil }
    (self.tensor, self.before, self.after, self.common) = (tensor, before, after, common)
  }

  /// The elements of a box along each coordinate of its tensor.
  private static func elements(
    _ tensor: Tensor, _ blocks: [Progression], in piece: MappingTree.Piece, _ layer: Layer
  ) -> [[Int]] {
    func indices(_ dimension: Dimension) -> [Int] {
      let block = blocks[dimension.index]
      return (0..<block.count).map { block.start + block.step * $0 }
    }
    func rows(_ axis: ConvolutionAxis, _ output: Dimension, _ kernel: Dimension) -> [Int] {
      let kernels = indices(kernel)
      return Set(
        indices(output).flatMap { output in kernels.compactMap { axis.inputRow(output: output, kernel: $0) } }
      ).sorted()
    }
    func used(_ axis: ConvolutionAxis, _ kernel: Dimension) -> [Int] {
      let start = piece.region[kernel.index].lowerBound
      return indices(kernel).filter { !axis.realOutputs(kernel: $0 - start).isEmpty }
    }
    switch tensor {
    case .inputs:
      return [Dimension.n, .g, .c].map(indices) + [rows(layer.vertical, .p, .r), rows(layer.horizontal, .q, .s)]
    case .weights:
      return [Dimension.g, .k, .c].map(indices) + [used(piece.layer.vertical, .r), used(piece.layer.horizontal, .s)]
    case .outputs: return [Dimension.n, .g, .k, .p, .q].map(indices)
    }
  }

  /// The number of words.
  var words: Int { common.reduce(1) { $0 * $1.count } }

  /// Where the elements that stay lie along each coordinate among those of a box.
  static func ranks(of common: [[Int]], in box: [[Int]]) -> [[Int]] {
    zip(common, box).map { common, box in
      let places = Dictionary(uniqueKeysWithValues: zip(box, box.indices))
      return common.compactMap { places[$0] }
    }
  }
}

/// A piece of a mapping among the others, or the only one.
struct CPart {
  /// Where the part of the layer begins along each dimension.
  var starts = Dimension.allCases.map { _ in 0 }
  /// The input row and the input column at which its inputs begin.
  var (firstRow, firstColumn) = (0, 0)
  /// Whether a piece before it adds to the same outputs, and whether one behind it does.
  var (continues, isContinued) = (false, false)
  /// What stays from the piece before, and for the next.
  var (entering, leaving): ([Stay], [Stay]) = ([], [])

  /// The only piece.
  static let whole = CPart()

  private init() {}

  /// A piece of several.
  ///
  /// - Parameters:
  ///   - index: which it is.
  ///   - pieces: all.
  ///   - layer: the layer that they are parts of.
  ///   - reuse: what stays.
  init(_ index: Int, of pieces: [MappingTree.Piece], on layer: Layer, reuse: ReusePolicy) {
    let piece = pieces[index]
    func areAlike(_ other: MappingTree.Piece) -> Bool {
      [Dimension.n, .g, .k, .p, .q].allSatisfy { piece.region[$0.index].overlaps(other.region[$0.index]) }
    }
    func stays(_ from: Int, _ to: Int) -> [Stay] {
      if reuse != .overlap || !pieces.indices.contains(from) || !pieces.indices.contains(to) { return [] }
      // In the order in which boxes lie in the Buffer.
      return [Tensor.outputs, .inputs, .weights].compactMap {
        Stay($0, from: pieces[from], to: pieces[to], on: layer)
      }
    }
    func first(_ axis: ConvolutionAxis, _ output: Dimension, _ kernel: Dimension) -> Int {
      max(
        0,
        axis.stride * piece.region[output.index].lowerBound + axis.dilation * piece.region[kernel.index].lowerBound
          - axis.paddingBefore)
    }
    starts = piece.region.map(\.lowerBound)
    (firstRow, firstColumn) = (first(layer.vertical, .p, .r), first(layer.horizontal, .q, .s))
    continues = pieces[..<index].contains(where: areAlike)
    isContinued = pieces[(index + 1)...].contains(where: areAlike)
    (entering, leaving) = (stays(index - 1, index), stays(index, index + 1))
  }

  /// What stays of a tensor from the piece before.
  func entering(_ tensor: Tensor) -> Stay? { entering.first { $0.tensor == tensor } }
  /// What stays of a tensor for the next piece.
  func leaving(_ tensor: Tensor) -> Stay? { leaving.first { $0.tensor == tensor } }

  /// Where the piece begins along each coordinate of a tensor.
  func starts(_ tensor: Tensor) -> [Int] {
    func starts(_ dimensions: [Dimension]) -> [Int] { dimensions.map { self.starts[$0.index] } }
    switch tensor {
    case .inputs: return starts([.n, .g, .c]) + [firstRow, firstColumn]
    case .weights: return starts([.g, .k, .c, .r, .s])
    case .outputs: return starts([.n, .g, .k, .p, .q])
    }
  }
}
