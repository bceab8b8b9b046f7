import Mappings
import Workloads

/// Where a mapping stands among those searched.
struct WidePlace: Hashable {
  var order: Int32 = 0
  var template: Int32 = 0
  var batch: Int32 = 0
  var outputChannels: Int32 = 0
  var inputChannels: Int32 = 0
  var verticalTile: Int32 = 0
  var horizontalTile: Int32 = 0
  var vertical: Int32 = 0
  var horizontal: Int32 = 0
  var column: Int32 = 0
}

extension WideSearch {
  /// The loop nest of a place.
  func mapping(_ place: WidePlace) -> Mapping {
    let grid = grids[Int(place.order)]
    let template = grid.templates[Int(place.template)]
    let node = WideGrid.Node(
      order: place.order, batch: place.batch, outputChannels: place.outputChannels,
      inputChannels: place.inputChannels, vertical: place.verticalTile, horizontal: place.horizontalTile, held: 0,
      energy: 0, atX: (0, 0), atY: (0, 0), yOutside: (0, 0), xOutside: (0, 0))
    let cuts = columns(Int(place.template), node).cuts[Int(place.column)]
    let axes = [true, false].map { isVertical in
      tree(
        place.order, Int(place.template), isVertical: isVertical,
        isVertical ? place.verticalTile : place.horizontalTile
      ).choices[Int(isVertical ? place.vertical : place.horizontal)]
    }
    var nodes: [Mapping.Node] = problem.layer[.g] > 1 ? [.loop(.g, tile: 1)] : []
    var next = [0, 0]
    for (segment, keep) in grid.dataflow.order.enumerated() {
      for place in template.places[segment] {
        switch place {
        case .batch, .outputChannels, .inputChannels:
          let index = place == .batch ? 0 : place == .outputChannels ? 1 : 2
          let dimension = [Dimension.n, .k, .c][index]
          let tile = cuts[index].tiles[segment]
          let outside = segment == 0 ? cuts[index].size : cuts[index].tiles[segment - 1]
          if tile == outside { continue }
          if let outer = cuts[index].outerTile(segment: segment) {
            nodes.append(.loop(dimension, tile: outer, .backAndForth))
          }
          nodes.append(.loop(dimension, tile: tile, .backAndForth))
        case .vertical, .horizontal:
          let axis = place == .vertical ? 0 : 1
          for loop in axes[axis].loops where loop.place == next[axis] {
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
      return try Mapping(nodes)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
