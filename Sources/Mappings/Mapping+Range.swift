public import Workloads

extension Mapping {
  /// A loop whose tile is larger than what it walks.
  public struct LoopBeyondRange: Hashable, Sendable {
    /// The loop's position among the mapping's nodes.
    public let position: Int
    /// What it walks.
    public let dimension: Dimension
    /// Its tile.
    public let tile: Int
    /// What there is of the dimension within the blocks of the loops around it.
    public let range: Int
  }

  /// The outermost loop whose tile is larger than its range on a layer, or nil where there is none.
  ///
  /// Such a loop makes a single pass, as one with its range for a tile does; who wrote it meant something else.
  public func loopBeyondRange(on layer: Layer) -> LoopBeyondRange? {
    var block = Dictionary(uniqueKeysWithValues: Dimension.allCases.map { ($0, layer[$0]) })
    for (position, node) in nodes.enumerated() {
      guard case .loop(let dimension, let tile) = node else { continue }
      let range = block[dimension, default: 1]
      if tile > range { return LoopBeyondRange(position: position, dimension: dimension, tile: tile, range: range) }
      block[dimension] = tile
    }
    return nil
  }
}
