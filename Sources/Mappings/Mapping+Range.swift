public import Workloads

extension Mapping {
  /// A loop whose tile is larger than what it walks, or that has more phases.
  public struct LoopBeyondRange: Hashable, Sendable {
    /// The loop's position among the mapping's nodes.
    public let position: Int
    /// The loop.
    public let loop: Loop
    /// What there is of the dimension within the blocks of the loops around it.
    public let range: Int
  }

  /// The outermost loop whose tile or number of phases is larger than its range on a layer, or nil where there is none.
  ///
  /// Such a loop does what one with its range for a tile, or with a tile of 1, does; who wrote it meant something else.
  public func loopBeyondRange(on layer: Layer) -> LoopBeyondRange? {
    var block = Dictionary(uniqueKeysWithValues: Dimension.allCases.map { ($0, layer[$0]) })
    for (position, node) in nodes.enumerated() {
      guard case .loop(let loop) = node else { continue }
      let range = block[loop.dimension, default: 1]
      switch loop.cut {
      case .tile(let most), .phases(let most):
        if most > range { return LoopBeyondRange(position: position, loop: loop, range: range) }
      }
      block[loop.dimension] = loop.cut.largestBlock(of: range)
    }
    return nil
  }
}
