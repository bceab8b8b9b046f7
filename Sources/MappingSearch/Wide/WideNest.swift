import Mappings
import Workloads

/// An order of keeps with blocks at the first keep, by their numbers in the lists of a ``WideGrid``.
struct WideTiles: Hashable {
  var order: Int32
  /// Of n, k and c.
  var channels: SIMD3<Int32>
  var vertical: Int32
  var horizontal: Int32
}

/// Where a mapping stands among those searched.
struct WidePlace: Hashable {
  var tiles: WideTiles
  var template: Int32
  /// The choices of loops along the axes.
  var vertical: Int32
  var horizontal: Int32
  /// The cuts of n, k and c.
  var column: Int32
}

extension WideSearch {
  /// The loop nest of a place.
  func mapping(_ place: WidePlace) -> Mapping {
    let grid = grids[Int(place.tiles.order)]
    let template = grid.templates[Int(place.template)]
    let cuts = columns(Int(place.template), place.tiles).cuts[Int(place.column)]
    let axes = [
      tree(Int(place.template), place.tiles, isVertical: true).loops[Int(place.vertical)],
      tree(Int(place.template), place.tiles, isVertical: false).loops[Int(place.horizontal)],
    ]
    var nodes: [Mapping.Node] = problem.layer[.g] > 1 ? [.loop(.g, tile: 1)] : []
    var next = [0, 0]
    for (segment, keep) in grid.dataflow.order.enumerated() {
      for place in template.places[segment] {
        switch place {
        case .channel(let index):
          let dimension = WideTemplate.channels[index]
          let tile = cuts[index].tiles[segment]
          let outside = segment == 0 ? cuts[index].size : cuts[index].tiles[segment - 1]
          if tile == outside { continue }
          if let outer = cuts[index].outerTile(segment: segment) {
            nodes.append(.loop(dimension, tile: outer, .backAndForth))
          }
          nodes.append(.loop(dimension, tile: tile, .backAndForth))
        case .vertical, .horizontal:
          let axis = place == .vertical ? 0 : 1
          for loop in axes[axis] where loop.place == next[axis] {
            let dimension: Dimension =
              switch (place == .vertical, loop.isKernel) {
              case (true, true): .r
              case (true, false): .p
              case (false, true): .s
              case (false, false): .q
              }
            let direction: Loop.Direction = loop.turns ? .backAndForth : .forward
            if loop.isPhases {
              nodes.append(.loop(dimension, phases: loop.size, direction))
              continue
            }
            if loop.isEvenAtEnds {
              nodes.append(.loop(dimension, tile: problem.layer[dimension] - loop.size, direction))
            }
            nodes.append(.loop(dimension, tile: loop.size, direction))
          }
          next[axis] += 1
        }
      }
      nodes.append(.keep(keep))
    }
    do {
      return try Mapping(nodes).keepingFirst(room.resident)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
