import Mappings
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// The table of what is tried, and what is read from it.
struct MapspaceTests {
  private static let all = Dataflow.allCases.map(Mapspace.init)

  /// Blocks get no larger from keep to keep, and the tensor kept outermost moves once: whole in what it does not depend on.
  @Test func table() {
    for mapspace in Self.all {
      let stationary = mapspace.dataflow.stationary
      for (dimension, sizes) in Self.dimensions(mapspace) {
        #expect(sizes.count == 3)
        #expect(!stationary.isRelevant(dimension) == (sizes[0] == .whole), "\(mapspace.dataflow), \(dimension)")
      }
    }
  }

  private static func dimensions(_ mapspace: Mapspace) -> [(Dimension, [Mapspace.Sizes])] {
    [
      (.n, mapspace.batch), (.k, mapspace.outputChannels), (.c, mapspace.inputChannels), (.p, mapspace.outputs),
      (.r, mapspace.kernels),
    ]
  }

  /// Every nesting is one that the table describes, none comes twice, and all of them come.
  @Test("Nestings", arguments: 1...7)
  func nestings(size: Int) {
    for mapspace in Self.all {
      for sizes in [mapspace.outputs, mapspace.kernels] {
        let listed = Mapspace.nestings(sizes, of: size, tiles: Array(1...size), boxesDiffer: true).flatMap { $0 }
        var expected: Set<Tiles> = []
        for first in 1...size {
          for second in 1...first {
            for third in 1...second where Self.obeys(sizes, [first, second, third], size) {
              expected.insert(Tiles(first, second, third))
            }
          }
        }
        #expect(Set(listed) == expected && listed.count == expected.count, "\(mapspace.dataflow), size \(size)")
      }
    }
  }

  private static func obeys(_ sizes: [Mapspace.Sizes], _ blocks: [Int], _ size: Int) -> Bool {
    sizes.indices.allSatisfy { level in
      let outside = level == 0 ? size : blocks[level - 1]
      switch sizes[level] {
      case .whole: return blocks[level] == size
      case .same: return blocks[level] == outside
      case .one: return blocks[level] == 1
      case .every, .everyOrSame, .everyOrOne: return true
      case .fewest:
        func count(_ tile: Int) -> Int { Tiles(blocks[0], tile, tile).blockCount(of: size, level: 1) }
        return (1..<blocks[level]).allSatisfy { count($0) > count(blocks[level]) }
      }
    }
  }

  /// A tile gives block sizes that give the tile back.
  @Test func tilesOfChannels() {
    for mapspace in Self.all {
      for sizes in [mapspace.batch, mapspace.outputChannels, mapspace.inputChannels] {
        for tile in Mapspace.tiles(sizes, of: 12) {
          let blocks = Mapspace.blockSizes(sizes, of: 12, tile: tile)
          #expect(Mapspace.tile(sizes, giving: blocks, of: 12) == tile)
          #expect(Self.obeys(sizes, [blocks.first, blocks.second, blocks.third], 12))
        }
      }
    }
    #expect(Mapspace.tile([.every, .same, .one], giving: Tiles(5, 4, 1), of: 12) == nil)
  }

  /// Cut once, a dimension has the tile at the inputs' keep and outside of it the whole or the tile.
  @Test func cutOnce() {
    for mapspace in Self.all {
      for sizes in [mapspace.outputs, mapspace.kernels] {
        for tile in 1...6 {
          let cuts = mapspace.cutOnce(sizes, of: 7, tile: tile, outer: tile + 1)
          #expect(!cuts.isEmpty && Set(cuts).count == cuts.count)
          for blocks in cuts {
            #expect(blocks[mapspace.inputLevel] == tile && blocks.outer == tile + 1)
            #expect((0..<mapspace.inputLevel).allSatisfy { [tile, 7].contains(blocks[$0]) })
          }
        }
      }
    }
  }
}
