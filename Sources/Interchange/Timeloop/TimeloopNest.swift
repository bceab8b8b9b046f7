import Mappings
import Workloads

/// A mapping as Timeloop writes it: one loop over each dimension at each storage level.
///
/// A storage level of Timeloop holds the tiles of all data spaces that it keeps at one depth of the nest; the Buffer of
/// a ``Mapping`` keeps three tensors at three depths. Each tensor therefore gets a level of its own, which the two
/// others bypass, and which takes its words from MainMemory because no level in between keeps it
/// (Timeloop's `src/loop-analysis/tiling.cpp`, `MaskTiles`). The three levels stand for one Buffer. As a level has one
/// loop over a dimension, loops over it with others between them need a level more, which keeps nothing.
///
/// Timeloop cuts evenly: a loop's bound is the same on every pass but the last of all loops around it over the same
/// dimension, where it is the residual (`src/loop-analysis/nest-analysis.cpp`, `IsLastGlobalIteration_`), and a step of
/// a loop is the product of the bounds inside it. So a tile must divide the tile around it; only the whole range may be
/// cut into blocks of which the last is smaller.
struct TimeloopNest: Hashable {
  /// A loop over one dimension at one level.
  struct Loop: Hashable {
    let dimension: Dimension
    /// Passes.
    let bound: Int
    /// Passes where all loops around over the same dimension are on their last.
    let residual: Int

    var hasResidual: Bool { bound != residual }
  }

  /// A storage level.
  struct Level: Hashable {
    let name: String
    /// What it does not let bypass.
    let keeps: [Tensor]
    /// The loops of more than one pass, outermost first.
    var loops: [Loop]
  }

  /// The levels, MainMemory first.
  let levels: [Level]

  init(levels: [Level]) { self.levels = levels }

  /// The nest of a mapping on a layer.
  ///
  /// - Parameters:
  ///   - mapping: the mapping.
  ///   - layer: the layer.
  ///   - sharesLevel: whether tensors that are kept at one depth, all three of them, share a level named Buffer.
  /// - Throws: ``TimeloopExportError`` for blocks that Timeloop cannot cut and for more levels than it has.
  init(_ mapping: Mapping, on layer: Layer, sharesLevel: Bool) throws(TimeloopExportError) {
    let segments = try Self.segments(mapping, layer)
    let loops = Self.loops(segments, layer)
    var levels = [Level(name: "MainMemory", keeps: Tensor.allCases, loops: loops[0])]
    let isOneDepth = loops[1..<loops.count - 1].allSatisfy(\.isEmpty)
    if sharesLevel, isOneDepth {
      levels.append(Level(name: "Buffer", keeps: Tensor.allCases, loops: loops[loops.count - 1]))
    } else {
      for (index, segment) in segments.enumerated().dropFirst() {
        let name = segment.keeps.map { "Buffer\(Self.dataSpace($0))" } ?? "Order\(index)"
        levels.append(Level(name: name, keeps: segment.keeps.map { [$0] } ?? [], loops: loops[index]))
      }
    }
    if levels.count > Self.largestLevelCount { throw .tooLarge("a nest of \(levels.count) storage levels") }
    self.levels = levels
  }

  /// As many levels as Timeloop has (`src/loop-analysis/tiling-tile-info.hpp`, `MaxTilingLevels`).
  private static let largestLevelCount = 16

  /// The name of a tensor's data space.
  static func dataSpace(_ tensor: Tensor) -> String {
    switch tensor {
    case .inputs: "Inputs"
    case .weights: "Weights"
    case .outputs: "Outputs"
    }
  }

  /// The tiles of loops that stand at one level, from a keep inward if it begins with one.
  private struct Segment {
    var keeps: Tensor?
    var tiles: [(dimension: Dimension, tile: Int)] = []
  }

  /// The loops that make more than one pass, loops over one dimension that follow each other as one. Where a dimension
  /// comes again after others, a level that keeps nothing begins.
  private static func segments(_ mapping: Mapping, _ layer: Layer) throws(TimeloopExportError) -> [Segment] {
    var segments = [Segment()]
    var block = Dimension.allCases.map { layer[$0] }
    for node in mapping.nodes {
      switch node {
      case .keep(let tensor): segments.append(Segment(keeps: tensor))
      case .loop(let loop):
        // Loops inside the last keep move nothing.
        if segments.count(where: { $0.keeps != nil }) == Tensor.allCases.count { continue }
        let dimension = loop.dimension
        let around = block[dimension.index]
        guard case .tile(let tile) = loop.cut else { throw .phases(dimension) }
        if tile >= around { continue }
        if loop.direction != .forward { throw .backAndForth(dimension) }
        if loop.isFilled { throw .filled(dimension) }
        if around < layer[dimension], around % tile != 0 { throw .uneven(dimension, tile, around: around) }
        block[dimension.index] = tile
        let tiles = segments[segments.count - 1].tiles
        if tiles.last?.dimension == dimension {
          segments[segments.count - 1].tiles[tiles.count - 1].tile = tile
          continue
        }
        if tiles.contains(where: { $0.dimension == dimension }) { segments.append(Segment()) }
        segments[segments.count - 1].tiles.append((dimension, tile))
      }
    }
    return segments
  }

  /// The loops of each segment; the last has all that is left to walk.
  private static func loops(_ segments: [Segment], _ layer: Layer) -> [[Loop]] {
    // The block around the next loop, and the last of the blocks of that size, which may be smaller.
    var block = Dimension.allCases.map { layer[$0] }
    var last = block
    func loop(_ dimension: Dimension, tile: Int) -> Loop {
      let index = dimension.index
      let passes = (block[index] + tile - 1) / tile
      let residual = (last[index] + tile - 1) / tile
      block[index] = tile
      last[index] -= (residual - 1) * tile
      return Loop(dimension: dimension, bound: passes, residual: residual)
    }
    var loops = segments.dropLast().map { $0.tiles.map { loop($0.dimension, tile: $0.tile) } }
    let innermost: [Dimension] = [.n, .g, .k, .c, .p, .q, .r, .s]
    loops.append(
      (segments.last?.tiles ?? []).map { loop($0.dimension, tile: $0.tile) }
        + innermost.map { loop($0, tile: 1) }.filter { $0.bound > 1 })
    return loops
  }

  // MARK: What follows from the loops

  /// The level that keeps a tensor besides MainMemory.
  func level(keeping tensor: Tensor) -> Int {
    levels.lastIndex { $0.keeps.contains(tensor) } ?? 0
  }

  /// The passes of all loops over a dimension at a level and inside it: a tile, which may exceed the range.
  func tile(_ dimension: Dimension, at level: Int) -> Int {
    levels[level...].joinedLoops.reduce(1) { $1.dimension == dimension ? $0 * $1.bound : $0 }
  }

  /// Whether some loop has a residual.
  var isImperfect: Bool { levels[...].joinedLoops.contains(where: \.hasResidual) }
}

extension ArraySlice<TimeloopNest.Level> {
  fileprivate var joinedLoops: some Sequence<TimeloopNest.Loop> { lazy.flatMap(\.loops) }
}
