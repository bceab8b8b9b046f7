import Mappings
import Workloads

extension OverlapGrid {
  /// The nest at a place.
  func nest(_ place: OverlapPlace, _ inner: InnerBoxes, _ parts: InnerBoxes) -> OverlapNest {
    let (x, y) = (xCuts[Int(place.x)], yCuts[Int(place.y)])
    let ones = SIMD4<Int>(repeating: 1)
    guard let arrangement = OverlapNest.Arrangement(rawValue: Int(place.arrangement)) else {
      preconditionFailure("a place has an arrangement")
    }
    if arrangement == .cutTwice {
      return OverlapNest(
        x: x, y: y, arrangement: arrangement, z: GroupCut(mapspace.secondAndThird.sizes, by: ones),
        secondTiles: yCuts[Int(place.panel)].tiles, xTiles: inner.tiles(inner.count(upTo: place.third) - 1),
        zTiles: ones)
    }
    let z = panels[Int(place.panel)]
    let xTiles: SIMD4<Int>
    let zTiles: SIMD4<Int>
    switch place.shape {
    case .singleWords: (xTiles, zTiles) = (inner.tiles(inner.count(upTo: place.third) - 1), ones)
    case .wholePanels: (xTiles, zTiles) = (inner.tiles(inner.count(upTo: place.third / z.size) - 1), z.tiles)
    case .partsOfPanels: (xTiles, zTiles) = (x.tiles, parts.tiles(parts.count(upTo: place.third / x.size) - 1))
    }
    return OverlapNest(
      x: x, y: y, arrangement: arrangement, z: z, secondTiles: y.tiles, xTiles: xTiles, zTiles: zTiles)
  }

  /// The same without boxes made before.
  func nest(_ place: OverlapPlace) -> OverlapNest {
    nest(place, InnerBoxes(in: xCuts[Int(place.x)].tiles), InnerBoxes(in: panelTiles(place)))
  }

  private func panelTiles(_ place: OverlapPlace) -> SIMD4<Int> {
    place.shape == .partsOfPanels ? panels[Int(place.panel)].tiles : SIMD4(repeating: 1)
  }

  /// What a nest costs in one group of channels, in quanta.
  func energy(of nest: OverlapNest) -> Int {
    let loads = nest.loads(in: mapspace)
    return constant + prices.second * loads.second + prices.third * loads.third
  }

  /// Offers the mappings of a tile that limits allow to a pool, from the largest boxes of the third tensor on.
  func offer(_ tile: Tile, _ limits: HeldLimits = HeldLimits(), to pool: inout some OverlapPool) {
    let (x, y) = (xCuts[Int(tile.x)], yCuts[Int(tile.y)])
    let inner = InnerBoxes(in: x.tiles)
    let (xSize, zSize) = (mapspace.firstAndThird.size, mapspace.secondAndThird.size)
    let (low, end) = (pool.occupancies.lowerBound, pool.occupancies.upperBound)
    var place = tile.place

    let first = widths.first * x.size * y.size
    /// The bits that the third tensor may have beside so many of the second, or nil where these are not allowed.
    func room(beside second: Int) -> Int? {
      guard limits.admits(SIMD4(first, second, 0, 0)) else { return nil }
      return min(end - 1 - first - second, limits.mostOfThird(first: first, second: second))
    }
    /// Offers boxes of `unit` times the sizes of a list, `leastEnergy` being what one of so many words costs at least.
    func offer(
      _ boxes: InnerBoxes, unit: Int, base: Int, room: Int, shape: OverlapPlace.Shape, parts: InnerBoxes, panel: Int,
      leastEnergy: (Int) -> Int
    ) {
      guard room >= widths.third * unit else { return }
      let least = max(1, (low - base + widths.third * unit - 1) / (widths.third * unit))
      var index = boxes.count(upTo: room / (widths.third * unit)) - 1
      place.shape = shape
      place.panel = Int32(panel)
      while index >= 0, boxes.size(index) >= least {
        place.third = boxes.size(index) * unit
        let (bound, occupancy) = (leastEnergy(place.third), base + widths.third * place.third)
        if bound > pool.largestEnergy { return }
        // Smaller boxes cost no less.
        let most = pool.mostOccupancy(costing: bound)
        if occupancy > most {
          index = min(index - 1, boxes.count(upTo: (most - base) / (widths.third * unit)) - 1)
          continue
        }
        pool.offer(energy: energy(of: nest(place, inner, parts)), occupancy: occupancy, place)
        index -= max(1, pool.unit / (widths.third * unit))
      }
    }

    let none = InnerBoxes(in: SIMD4(repeating: 1))
    if tile.arrangement == .cutTwice {
      for index in yCuts.indices {
        let cut = yCuts[index].tiles
        if cut == y.tiles || (0..<3).contains(where: { cut[$0] > y.tiles[$0] }) { continue }
        let second = widths.second * cut.product
        guard let room = room(beside: second) else { continue }
        // With all of the third tensor's words held no visit but the first of each block loads any.
        let visits = y.visits(mapspace.firstAndSecond.sizes, cutBy: cut)
        let all = constant + prices.second * mapspace.firstAndSecond.size * zSize
        offer(
          inner, unit: 1, base: first + second, room: room, shape: .singleWords, parts: none, panel: index
        ) { third in
          all + prices.third
            * (visits * xSize * zSize - (visits - y.count) * zSize * third - (y.count - 1) * third)
        }
      }
      return
    }
    let steps = tile.arrangement == .secondInside ? x.count * (y.count - 1) : y.count - 1
    let panelsSaved = PanelSavings(
      second: Double(prices.second) * Double(x.count - 1)
        * Double(tile.arrangement == .secondInside ? y.size : mapspace.firstAndSecond.size),
      third: Double(prices.third) * Double(steps), room: Double(end - 1 - first),
      widths: (Double(widths.second * y.size), Double(widths.third)), x: Double(x.size))
    let allVisits =
      Double(constant) + Double(prices.second) * Double(x.count) * Double(mapspace.firstAndSecond.size * zSize)
      + Double(prices.third) * Double(y.count) * Double(xSize * zSize)
    let takesAllPanels = takesAllPanels(tile)
    // Those that have room beside a word of the third tensor.
    let fitting = panelCount(upTo: (end - 1 - first - widths.third) / (widths.second * y.size))
    for index in (0..<fitting).reversed() where helpsEveryTile[index] || takesAllPanels {
      let z = panels[index]
      let second = widths.second * y.size * z.size
      guard let room = room(beside: second) else { continue }
      let base = first + second
      // Smaller ones hold too little.
      if base + widths.third * x.size * z.size < low { break }
      let most = min(room / widths.third, x.size * z.size)
      // Of smaller panels no more is saved either.
      if panelsSaved.fallsBelow(z.size),
        allVisits - panelsSaved.most(z.size) - 0x1p-48 * abs(allVisits) > Double(pool.largestEnergy)
      {
        break
      }
      let loads = OverlapNest(
        x: x, y: y, arrangement: tile.arrangement, z: z, secondTiles: y.tiles, xTiles: x.tiles, zTiles: z.tiles
      ).loads(in: mapspace)
      let withoutThird = constant + prices.second * loads.second
      func leastEnergy(_ third: Int) -> Int {
        withoutThird + prices.third * max(y.count * xSize * zSize - steps * third, xSize * zSize)
      }
      if leastEnergy(most) > pool.largestEnergy { continue }
      offer(
        inner, unit: 1, base: base, room: room, shape: .singleWords, parts: none, panel: index,
        leastEnergy: leastEnergy)
      if z.size > 1 {
        offer(
          inner, unit: z.size, base: base, room: room, shape: .wholePanels, parts: none, panel: index,
          leastEnergy: leastEnergy)
      }
      // Other boxes than a single word deep and than whole panels.
      if z.size > 2, y.count > 1, leastEnergy(min(most, x.size * z.size)) <= pool.largestEnergy,
        room >= widths.third * x.size
      {
        let parts = InnerBoxes(in: z.tiles)
        offer(
          parts, unit: x.size, base: base, room: room, shape: .partsOfPanels, parts: parts, panel: index,
          leastEnergy: leastEnergy)
      }
    }
  }
}

/// The most that panels of a size save at every turn, together with the third tensor's box in the room that they leave: a
/// sum that rises with the size and falls again.
private struct PanelSavings {
  /// Energy saved for each word of a panel's size, and for each word of the third tensor.
  let second: Double
  let third: Double
  /// Bits for both.
  let room: Double
  /// Bits that each word of the panel's size and each word of the third tensor take.
  let widths: (second: Double, third: Double)
  /// The words of the third tensor for each word of the panel's size.
  let x: Double

  func most(_ size: Int) -> Double {
    second * Double(size) + third * max(0, min((room - widths.second * Double(size)) / widths.third, x * Double(size)))
  }

  /// Whether smaller panels save no more than those of this size.
  func fallsBelow(_ size: Int) -> Bool {
    second * widths.third >= third * widths.second || Double(size) * (widths.second + widths.third * x) <= room
  }
}
