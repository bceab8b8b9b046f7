public import Workloads

/// A loop of a nest: it cuts the current range of a dimension into blocks and walks them.
public struct Loop: Hashable, Sendable {
  /// How a range is cut.
  public enum Cut: Hashable, Sendable {
    /// Into runs of so many neighbours, its *tile*, of which the last may be shorter.
    case tile(Int)
    /// Into its *phases*: of so many neighbours each belongs to another block, so that the blocks are the residues of
    /// the range modulo that number.
    case phases(Int)
  }

  /// Which way a loop walks its blocks.
  public enum Direction: String, CaseIterable, Hashable, Sendable {
    /// From the first block to the last.
    case forward
    /// The other way each time that the loop is entered; forward at first.
    case backAndForth = "back-and-forth"
  }

  /// What becomes of the range.
  public let cut: Cut
  /// The dimension whose range is cut.
  public let dimension: Dimension
  /// Which way the blocks are walked.
  public let direction: Direction
  /// Whether boxes at the last, shorter block hold as many indices as at others, the last of its range: under the rule `overlap`,
  /// of the tensors of which it is the innermost loop outside the keep that changes their boxes.
  ///
  /// What is added was in the box before, and takes no more room than that had.
  public let isFilled: Bool

  /// The dimension if the loop is over its phases.
  package var dimensionInPhases: Dimension? { if case .phases = cut { dimension } else { nil } }

  /// A loop over a dimension.
  public init(_ dimension: Dimension, _ cut: Cut, _ direction: Direction = .forward, isFilled: Bool = false) {
    self.dimension = dimension
    self.cut = cut
    self.direction = direction
    self.isFilled = isFilled
  }
}

extension Loop {
  /// The same with other tiles.
  package func with(tile: Int) -> Loop { Loop(dimension, .tile(tile), direction, isFilled: isFilled) }
}

extension Loop.Cut {
  /// What a loop walks its range by, in words: "20" or "phases of 2".
  package var text: String {
    switch self {
    case .tile(let tile): String(tile)
    case .phases(let phases): "phases of \(phases)"
    }
  }

  /// The blocks of a range: first some of one size, then others of a smaller one.
  package struct Pieces: Hashable {
    /// The blocks of the first size.
    package let first: Int
    /// That size.
    package let firstSize: Int
    /// The blocks of the other size.
    package let rest: Int
    /// That size.
    package let restSize: Int

    /// The number of blocks.
    package var count: Int { first + rest }

    /// The sizes that there are.
    package var sizes: [Int] { (first > 0 ? [firstSize] : []) + (rest > 0 ? [restSize] : []) }

    /// The size of a block.
    func size(of block: Int) -> Int { block < first ? firstSize : restSize }
  }

  /// How `size` elements are cut.
  package func pieces(of size: Int) -> Pieces {
    switch self {
    case .tile(let tile):
      let rest = size % tile
      return Pieces(first: size / tile, firstSize: tile, rest: rest > 0 ? 1 : 0, restSize: rest)
    case .phases(let phases):
      let (each, longer) = size.quotientAndRemainder(dividingBy: phases)
      return Pieces(first: longer, firstSize: each + 1, rest: each > 0 ? phases - longer : 0, restSize: each)
    }
  }

  /// The size of the largest block of `size` elements.
  package func largestBlock(of size: Int) -> Int {
    switch self {
    case .tile(let tile): min(tile, size)
    case .phases(let phases): (size - 1) / phases + 1
    }
  }
}
