/// The tiles of some grids by the least energy that mappings of them can have.
///
/// Chunks of tiles are opened as they are come to, since mostly few are.
struct OverlapQueue {
  private let grids: [OverlapGrid]
  private let capacity: Int
  /// The most bits of each tensor, for each grid.
  private let most: [SIMD4<Int>]
  private let isOrdered: Bool
  /// The chunks that are not opened yet, the last one first.
  private var chunks: [OverlapGrid.TileChunk] = []
  /// The tiles of opened chunks that were not taken yet, the last one first.
  private var tiles: [OverlapGrid.Tile] = []
  /// So many chunks are opened next: more each time, so that sorting tiles again takes less than opening chunks.
  private var batch = 8

  /// The tiles that may cost no more than `energy` within a capacity.
  ///
  /// - Parameters:
  ///   - grids: all grids.
  ///   - positions: those whose tiles are taken.
  ///   - capacity: bits.
  ///   - most: the most bits of each tensor, in the order of the keeps, for each grid; nil where nothing limits one alone.
  ///   - energy: quanta.
  ///   - isOrdered: whether those come first that may cost least; otherwise as they are listed.
  init(
    _ grids: [OverlapGrid], _ positions: [Int], capacity: Int, most: [SIMD4<Int>]? = nil, energy: Int, isOrdered: Bool
  ) {
    self.grids = grids
    self.capacity = capacity
    let most = most ?? grids.map { _ in SIMD4(repeating: .max) }
    self.most = most
    self.isOrdered = isOrdered
    chunks = positions.flatMap { grids[$0].chunks($0, capacity: capacity, most: most[$0], energy: energy) }
    if isOrdered { chunks.sort { $0.leastEnergy > $1.leastEnergy } } else { chunks.reverse() }
  }

  /// Takes the next tile, unless all that are left cost more than `energy`.
  mutating func next(atMost energy: Int) -> OverlapGrid.Tile? {
    while let chunk = chunks.last, tiles.last.map({ isOrdered && $0.leastEnergy >= chunk.leastEnergy }) ?? true {
      if isOrdered, chunk.leastEnergy > energy {
        chunks = []
        break
      }
      open(atMost: energy)
    }
    guard let tile = tiles.popLast(), !isOrdered || tile.leastEnergy <= energy else { return nil }
    return tile
  }

  /// Opens the next chunks.
  private mutating func open(atMost energy: Int) {
    for chunk in chunks.suffix(batch).reversed() {
      let grid = Int(chunk.grid)
      grids[grid].append(chunk, capacity: capacity, most: most[grid], energy: energy, to: &tiles)
    }
    chunks.removeLast(min(batch, chunks.count))
    batch += batch / 4
    if !isOrdered { return }
    tiles.removeAll { $0.leastEnergy > energy }
    tiles.sort { (a: OverlapGrid.Tile, b: OverlapGrid.Tile) in
      if a.leastEnergy != b.leastEnergy { return a.leastEnergy > b.leastEnergy }
      if a.leastOccupancy != b.leastOccupancy { return a.leastOccupancy > b.leastOccupancy }
      return (a.grid, a.x, a.y, a.arrangement.rawValue) > (b.grid, b.x, b.y, b.arrangement.rawValue)
    }
  }
}
