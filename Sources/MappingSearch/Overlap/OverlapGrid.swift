import EnergyModel
import Mappings
import Workloads

/// The mappings of one order of keeps, with what words of its three tensors cost and take.
struct OverlapGrid {
  let mapspace: OverlapMapspace
  /// The block sizes tried at the first keep, of both groups that are cut there.
  let xCuts: [GroupCut]
  let yCuts: [GroupCut]
  /// Those tried of the third group at the second keep, from the smallest blocks on.
  let panels: [GroupCut]
  /// For each of them, whether it may help every tile.
  let helpsEveryTile: [Bool]
  /// Energy of loading a word of the second and the third tensor, in quanta, and bits of a word in the Buffer.
  let prices: (second: Int, third: Int)
  let widths: (first: Int, second: Int, third: Int)
  /// The energy of all that does not depend on block sizes: may be negative, since the last of an output's visits costs
  /// less than the others.
  let constant: Int
  /// The words of the largest panel that is not whole, and of the largest of those that may help every tile.
  private let largestPart: (any: Int, everyTile: Int)

  init(_ problem: Problem, _ dataflow: Dataflow) {
    let widths = problem.widths
    mapspace = OverlapMapspace(dataflow, on: problem.layer)
    xCuts = mapspace.firstAndThird.cutsByBlockCount
    yCuts = mapspace.firstAndSecond.cutsByBlockCount
    panels = mapspace.secondAndThird.panels
    let whole = mapspace.secondAndThird.size
    helpsEveryTile = panels.map(mapspace.secondAndThird.helpsEveryTile)
    largestPart = (
      panels.last { $0.size < whole }?.size ?? whole,
      zip(panels, helpsEveryTile).reversed().first { $0.size < whole && $1 }?.0.size ?? whole
    )
    let order = dataflow.order
    prices = (problem.loadQuanta(order[1]), problem.loadQuanta(order[2]))
    self.widths = (
      widths.inBuffer(order[0]).count, widths.inBuffer(order[1]).count, widths.inBuffer(order[2]).count
    )
    constant =
      problem.loadQuanta(order[0]) * mapspace.firstAndThird.size * mapspace.firstAndSecond.size
      + problem.quantaBesideLoads
  }

  /// Whether all panels are listed.
  var isComplete: Bool { mapspace.secondAndThird.listsAllPanels }

  /// A block size of either group at the first keep, with the order of loops there.
  struct Tile {
    var grid: Int32
    var x: Int32
    var y: Int32
    var arrangement: OverlapNest.Arrangement
    /// What no mapping of the tile costs less than, in quanta.
    var leastEnergy: Int
    /// Its least occupancy, in bits.
    var leastOccupancy: Int

    /// Where its mappings are.
    var place: OverlapPlace {
      OverlapPlace(
        grid: grid, x: x, y: y, arrangement: Int32(arrangement.rawValue), panel: 0, shape: .singleWords, third: 0)
    }
  }

  /// Whether all panels may help a tile: where the loops stand at the first panel whenever one stays, since an even number of
  /// blocks of the second group lies between.
  func takesAllPanels(_ tile: Tile) -> Bool {
    tile.arrangement == .secondInside && yCuts[Int(tile.y)].count % 2 == 0
  }

  /// The number of tiles.
  var tileCount: Int {
    let (xOnes, yOnes) = (xCuts.count { $0.count == 1 }, yCuts.count { $0.count == 1 })
    let words = yCuts.count { $0.size == 1 }
    return xCuts.count * yCuts.count + (xCuts.count - xOnes) * (yCuts.count - yOnes) + xOnes * (yCuts.count - words)
  }

  /// An occupancy at which the first tensor is whole in the Buffer, so that no word moves twice.
  var mostNeeded: Int {
    (widths.first * mapspace.firstAndThird.size + widths.second) * mapspace.firstAndSecond.size + widths.third
  }

  /// The bits that a mapping holds.
  func occupancy(of place: OverlapPlace) -> Int {
    let (x, y) = (xCuts[Int(place.x)], yCuts[Int(place.y)])
    let isCutTwice = place.arrangement == Int32(OverlapNest.Arrangement.cutTwice.rawValue)
    let second = isCutTwice ? yCuts[Int(place.panel)].size : y.size * panels[Int(place.panel)].size
    return widths.first * x.size * y.size + widths.second * second + widths.third * place.third
  }

  /// The tiles that may cost no more than `energy` within a capacity.
  func tiles(_ grid: Int, capacity: Int, energy: Int) -> [Tile] {
    var tiles: [Tile] = []
    forEachTile(grid, capacity: capacity) { tile in
      if tile.leastEnergy <= energy { tiles.append(tile) }
    }
    return tiles
  }

  /// What no mapping within a capacity costs less than.
  func leastEnergy(capacity: Int) -> Int {
    var least = Int.max
    forEachTile(0, capacity: capacity) { least = min(least, $0.leastEnergy) }
    return least
  }

  /// Calls a closure with each tile that fits a capacity, and what it costs at least there.
  @inline(__always)
  private func forEachTile(_ grid: Int, capacity: Int, _ body: (Tile) -> Void) {
    for x in xCuts.indices {
      for y in yCuts.indices {
        for arrangement in OverlapNest.Arrangement.allCases {
          // Where a group is whole there is one order of loops.
          if arrangement == .secondInside, xCuts[x].count == 1 || yCuts[y].count == 1 { continue }
          if arrangement == .cutTwice, xCuts[x].count > 1 || yCuts[y].size == 1 { continue }
          var tile = Tile(
            grid: Int32(grid), x: Int32(x), y: Int32(y), arrangement: arrangement, leastEnergy: 0, leastOccupancy: 0)
          tile.leastOccupancy = leastOccupancy(of: tile)
          if tile.leastOccupancy > capacity { continue }
          tile.leastEnergy = leastEnergy(of: tile, capacity: capacity)
          body(tile)
        }
      }
    }
  }

  private func leastOccupancy(of tile: Tile) -> Int {
    let (x, y) = (xCuts[Int(tile.x)], yCuts[Int(tile.y)])
    let second = tile.arrangement == .cutTwice ? 1 : y.size
    return widths.first * x.size * y.size + widths.second * second + widths.third
  }

  /// What no mapping of a tile within a capacity costs less than.
  ///
  /// Every visit needs all words of the second tensor that go with the block of the first, and all of the third. A step
  /// saves at most what is held: of the second tensor at steps of the first group, of the third at steps of the second
  /// group. What both hold has room in what the box of the first leaves.
  func leastEnergy(of tile: Tile, capacity: Int) -> Int {
    let (x, y) = (xCuts[Int(tile.x)], yCuts[Int(tile.y)])
    let (xSize, ySize) = (mapspace.firstAndThird.size, mapspace.firstAndSecond.size)
    let zSize = mapspace.secondAndThird.size
    let room = capacity - widths.first * x.size * y.size
    let fitsWhole = widths.second * y.size * zSize + widths.third <= room
    let part = takesAllPanels(tile) ? largestPart.any : largestPart.everyTile
    let most = (second: y.size * (fitsWhole ? zSize : part), third: x.size * zSize)
    // Steps at which a word held is saved.
    let steps =
      tile.arrangement == .secondInside
      ? (second: x.count - 1, third: x.count * (y.count - 1)) : (second: (x.count - 1) * y.count, third: y.count - 1)
    // No more is saved than all loads but the first of every word.
    func mostHeld(_ most: Int, _ visits: Int, _ size: Int, _ steps: Int) -> Double {
      steps == 0 ? 0 : min(Double(most), Double(visits - 1) * Double(size) / Double(steps))
    }
    let mostHeld = (
      second: mostHeld(most.second, x.count, ySize * zSize, steps.second),
      third: mostHeld(most.third, y.count, xSize * zSize, steps.third)
    )
    // What a word held saves goes first to the tensor for which it takes the least room.
    let saved = (
      second: Double(prices.second) * Double(steps.second), third: Double(prices.third) * Double(steps.third)
    )
    let widths = (second: Double(widths.second), third: Double(widths.third))
    var held = (second: 0.0, third: 0.0)
    let space = Double(max(0, room))
    if saved.second * widths.third >= saved.third * widths.second {
      held.second = min(mostHeld.second, space / widths.second)
      held.third = min(mostHeld.third, (space - widths.second * held.second) / widths.third)
    } else {
      held.third = min(mostHeld.third, space / widths.third)
      held.second = min(mostHeld.second, (space - widths.third * held.third) / widths.second)
    }
    let all =
      Double(prices.second) * Double(x.count) * Double(ySize * zSize)
      + Double(prices.third) * Double(y.count) * Double(xSize * zSize)
    let least = all - saved.second * held.second - saved.third * held.third
    // Doubles are off by a few parts in 2^53.
    return constant + Int((least - all * 0x1p-48).rounded(.down))
  }
}
