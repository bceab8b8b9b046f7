import Mappings

extension OverlapGrid {
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

  /// A chunk of block sizes of either group, with the order of loops.
  struct TileChunk {
    var grid: Int32
    var x: Int32
    var y: Int32
    var arrangement: OverlapNest.Arrangement
    /// What no mapping of its tiles costs less than, in quanta.
    var leastEnergy: Int
  }

  /// Whether all panels may help a tile: where the loops stand at the first panel whenever one stays, since an even number of
  /// blocks of the second group lies between.
  func takesAllPanels(_ tile: Tile) -> Bool {
    tile.arrangement == .secondInside && yCuts[Int(tile.y)].count % 2 == 0
  }

  // MARK: Lists

  /// Whether loops in an order have something to cut: where a group is whole there is one order.
  @inline(__always)
  private func isTile(_ arrangement: OverlapNest.Arrangement, xCount: Double, yCount: Double, ySize: Int) -> Bool {
    switch arrangement {
    case .thirdInside: true
    case .secondInside: xCount > 1 && yCount > 1
    case .cutTwice: xCount == 1 && ySize > 1
    }
  }

  @inline(__always)
  private func leastOccupancy(_ arrangement: OverlapNest.Arrangement, xSize: Int, ySize: Int) -> Int {
    widths.first * xSize * ySize + widths.second * (arrangement == .cutTwice ? 1 : ySize) + widths.third
  }

  /// The number of tiles that fit a capacity.
  func tileCount(within capacity: Int) -> Int {
    var count = 0
    for arrangement in OverlapNest.Arrangement.allCases {
      // As x grows, the largest y that fits does not.
      var end = yRanges.each.count
      for x in xRanges.each {
        while end > 0,
          leastOccupancy(arrangement, xSize: x.smallest, ySize: yRanges.each[end - 1].smallest) > capacity
        {
          end -= 1
        }
        // Only the smallest block is a word, and only the largest is whole.
        switch arrangement {
        case .thirdInside: count += end
        case .secondInside where x.fewest > 1: count += min(end, yRanges.each.count - 1)
        case .cutTwice where x.fewest == 1: count += max(0, end - 1)
        default: break
        }
      }
    }
    return count
  }

  /// The chunks with tiles that may cost no more than `energy` within a capacity, and within the most bits of each tensor.
  func chunks(_ grid: Int, capacity: Int, most: SIMD4<Int> = SIMD4(repeating: .max), energy: Int) -> [TileChunk] {
    var chunks: [TileChunk] = []
    for arrangement in OverlapNest.Arrangement.allCases {
      for x in xRanges.chunks.indices {
        let xs = xRanges.chunks[x]
        for y in yRanges.chunks.indices {
          let ys = yRanges.chunks[y]
          if leastOccupancy(arrangement, xSize: xs.smallest, ySize: ys.smallest) > capacity
            || widths.first * xs.smallest * ys.smallest > most[0]
          {
            break
          }
          let cuts = arrangement == .cutTwice ? xs.fewest : xs.most
          guard isTile(arrangement, xCount: cuts, yCount: ys.most, ySize: ys.largest) else { continue }
          let least = leastEnergy(arrangement, xs, ys, capacity: capacity, most)
          if least > energy { continue }
          chunks.append(
            TileChunk(grid: Int32(grid), x: Int32(x), y: Int32(y), arrangement: arrangement, leastEnergy: least))
        }
      }
    }
    return chunks
  }

  /// Appends the tiles of a chunk that may cost no more than `energy` within a capacity, and within the most bits of each
  /// tensor.
  func append(
    _ chunk: TileChunk, capacity: Int, most: SIMD4<Int> = SIMD4(repeating: .max), energy: Int, to tiles: inout [Tile]
  ) {
    let arrangement = chunk.arrangement
    for x in xRanges.chunk(Int(chunk.x)) {
      let xs = xRanges.each[x]
      for y in yRanges.chunk(Int(chunk.y)) {
        let ys = yRanges.each[y]
        guard isTile(arrangement, xCount: xs.fewest, yCount: ys.fewest, ySize: ys.smallest) else { continue }
        let occupancy = leastOccupancy(arrangement, xSize: xs.smallest, ySize: ys.smallest)
        if occupancy > capacity || widths.first * xs.smallest * ys.smallest > most[0] { break }
        let least = leastEnergy(arrangement, xs, ys, capacity: capacity, most)
        if least > energy { continue }
        tiles.append(
          Tile(
            grid: chunk.grid, x: Int32(xRanges.positions[x]), y: Int32(yRanges.positions[y]), arrangement: arrangement,
            leastEnergy: least, leastOccupancy: occupancy))
      }
    }
  }

  /// The tiles that may cost no more than `energy` within a capacity.
  func tiles(_ grid: Int, capacity: Int, energy: Int) -> [Tile] {
    var tiles: [Tile] = []
    for chunk in chunks(grid, capacity: capacity, energy: energy) {
      append(chunk, capacity: capacity, energy: energy, to: &tiles)
    }
    return tiles
  }

  // MARK: Bounds

  /// What no mapping within a capacity costs less than, in quanta.
  func leastEnergy(capacity: Int) -> Int {
    var least = Int.max
    var tiles: [Tile] = []
    for chunk in chunks(0, capacity: capacity, energy: .max) where chunk.leastEnergy < least {
      tiles.removeAll(keepingCapacity: true)
      append(chunk, capacity: capacity, energy: least, to: &tiles)
      for tile in tiles { least = min(least, tile.leastEnergy) }
    }
    return least
  }

  /// What no mapping of a tile within a capacity costs less than, in quanta.
  func leastEnergy(of tile: Tile, capacity: Int, most: SIMD4<Int> = SIMD4(repeating: .max)) -> Int {
    leastEnergy(
      tile.arrangement, BlockRange(xCuts[Int(tile.x)]), BlockRange(yCuts[Int(tile.y)]), capacity: capacity, most)
  }

  /// What no mapping with blocks of some sizes within a capacity costs less than, in quanta.
  ///
  /// Every visit needs all words of the second tensor that go with the block of the first, and all of the third. A step
  /// saves at most what is held: of the second tensor at steps of the first group, of the third at steps of the second
  /// group. What both hold has room in what the box of the first leaves. Of several sizes the fewest blocks load least, the
  /// most blocks make most steps, the smallest leave most room, and of the largest most can be held.
  @inline(__always)
  private func leastEnergy(
    _ arrangement: OverlapNest.Arrangement, _ x: BlockRange, _ y: BlockRange, capacity: Int, _ mostHeld: SIMD4<Int>
  ) -> Int {
    let (xSize, ySize) = (Double(mapspace.firstAndThird.size), Double(mapspace.firstAndSecond.size))
    let zSize = Double(mapspace.secondAndThird.size)
    let widths = (second: Double(widths.second), third: Double(widths.third))
    let prices = (second: Double(prices.second), third: Double(prices.third))
    let room = capacity - self.widths.first * x.smallest * y.smallest
    let wholeSecond = self.widths.second * y.smallest * mapspace.secondAndThird.size
    let fitsWhole = wholeSecond + self.widths.third <= room && wholeSecond <= mostHeld[1]
    let takesAllPanels = arrangement == .secondInside && y.hasEvenCount
    let part = takesAllPanels ? max(largestPart.any, largestPart.everyTile) : largestPart.everyTile
    // Steps at which a word held is saved; no more is saved than all loads but the first of every word.
    var steps = (second: x.most - 1, third: y.most - 1)
    var most = (second: ySize * zSize, third: xSize * zSize)
    if arrangement == .secondInside {
      steps.third *= x.most
      most.third /= x.most
    } else {
      steps.second *= y.most
      most.second /= y.most
    }
    most.second = steps.second == 0 ? 0 : min(most.second, Double(y.largest) * (fitsWhole ? zSize : Double(part)))
    most.third = steps.third == 0 ? 0 : min(most.third, Double(x.largest) * zSize)
    most.second = min(most.second, Double(max(0, mostHeld[1])) / widths.second)
    most.third = min(most.third, Double(max(0, mostHeld[2])) / widths.third)
    // What a word held saves goes first to the tensor for which it takes the least room.
    let saved = (second: prices.second * steps.second, third: prices.third * steps.third)
    let space = Double(max(0, room))
    var held = (second: 0.0, third: 0.0)
    if saved.second * widths.third >= saved.third * widths.second {
      held.second = min(most.second, space / widths.second)
      held.third = min(most.third, (space - widths.second * held.second) / widths.third)
    } else {
      held.third = min(most.third, space / widths.third)
      held.second = min(most.second, (space - widths.third * held.third) / widths.second)
    }
    let all = prices.second * x.fewest * ySize * zSize + prices.third * y.fewest * xSize * zSize
    let least = all - saved.second * held.second - saved.third * held.third
    // Doubles are off by a few parts in 2^53.
    return constant + Int((least - all * 0x1p-48).rounded(.down))
  }
}
