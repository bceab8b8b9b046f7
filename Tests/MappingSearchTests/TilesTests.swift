import Testing

@testable import MappingSearch

/// The tiles of a dimension that are tried.
struct TilesTests {
  /// For every number of blocks that some tile makes, the smallest that makes it, from the largest on.
  @Test func smallestTileOfEveryBlockCount() {
    for size in 1...300 {
      var smallest: [Int: Int] = [:]
      for tile in (1...size).reversed() { smallest[(size + tile - 1) / tile] = tile }
      #expect(Tiles.byBlockCount(of: size) == smallest.values.sorted(by: >), "size \(size)")
    }
  }
}
