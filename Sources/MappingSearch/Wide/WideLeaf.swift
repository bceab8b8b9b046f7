import Mappings

/// The mappings of one template with some blocks at the first keep.
struct WideLeaf {
  let grid: WideGrid
  let template: Int
  let tiles: WideTiles
  let columns: WideColumns
  let vertical: AxisTree
  let horizontal: AxisTree
  /// What is asked of boxes beside what they hold together, and what was asked where all was searched before.
  let limits: HeldLimits
  let searchedLimits: HeldLimits
  /// Whether bounds leave mappings out.
  let prunes: Bool
  private let terms: WideTerms
  /// The products that are not always 0, and how many of them are of the first two tensors.
  private let used: [Int]
  private let usedOfFirstTwo: Int

  init(
    grid: WideGrid, template: Int, tiles: WideTiles, columns: WideColumns, vertical: AxisTree, horizontal: AxisTree,
    limits: HeldLimits, searchedLimits: HeldLimits, prunes: Bool
  ) {
    (self.limits, self.searchedLimits, self.prunes) = (limits, searchedLimits, prunes)
    self.grid = grid
    self.template = template
    self.tiles = tiles
    self.columns = columns
    self.vertical = vertical
    self.horizontal = horizontal
    terms = grid.terms[template]
    let used = (0..<columns.products).filter { vertical.isUsed[$0] && horizontal.isUsed[$0] && columns.isUsed[$0] }
    self.used = used
    let firstOfThird = terms.third.product
    usedOfFirstTwo = used.count { $0 < firstOfThird }
  }

  /// A node of each axis whose mappings may be of use.
  struct Pair {
    let vertical: Int32
    let horizontal: Int32
    /// The least capacity at which they may be.
    var wakes = 0
  }

  /// A column that may be of use with a group of each axis.
  private struct Candidate {
    let column: Int
    /// What the first two tensors cost and hold.
    let energy: Int
    let first: Int
    let second: Int
    var occupancy: Int { first &+ second }
  }

  /// Room for what is known of pairs.
  private struct Scratch {
    /// Pairs yet to be looked at, and how many groups of columns may fit with them.
    var pairs: [(pair: Pair, fitting: Int)] = []
    /// What the axes have of each term of the first two tensors.
    var row: [Int]
    /// For each of ``WideTerms/keepingLoops`` the number of its steps along the axes.
    var steps: [Int]
    var candidates: [Candidate] = []
    /// The products of the third tensor that a choice of the vertical axis and a column have something of, counted from its
    /// first, and how much.
    var weights: [(product: Int, weight: Int)] = []

    init(_ terms: WideTerms) {
      row = Array(repeating: 0, count: terms.third.term)
      steps = Array(repeating: 0, count: terms.keepingLoops.count)
    }
  }

  /// Offers its mappings to an incumbent.
  ///
  /// Pairs of nodes are halved unless the least of all that they have is of no use.
  ///
  /// - Parameters:
  ///   - incumbent: the best known.
  ///   - pairs: where all that may be of use is: to begin with ``roots``. What is so at larger capacities alone, where no
  ///     more energy than the incumbent's is of use, is left there.
  ///   - counted: what a mapping costs, of which the sums give no more than that.
  func offer(
    to incumbent: inout WideIncumbent, from pairs: inout [Pair], counted: (WidePlace, _ energy: Int) -> Int
  ) {
    var scratch = Scratch(terms)
    var asleep: [Pair] = []
    asleep.reserveCapacity(pairs.count)
    for pair in pairs {
      if pair.wakes > incumbent.capacity {
        asleep.append(pair)
      } else {
        offer(pair, &asleep, &scratch, &incumbent, counted)
      }
    }
    pairs = asleep
  }

  /// The pair of all that each axis has.
  var roots: [Pair] {
    if vertical.nodes.isEmpty || horizontal.nodes.isEmpty || columns.count == 0 { return [] }
    return [Pair(vertical: 0, horizontal: 0)]
  }

  /// Offers the mappings of a pair, and keeps what may be of use at larger capacities.
  private func offer(
    _ pair: Pair, _ asleep: inout [Pair], _ scratch: inout Scratch, _ incumbent: inout WideIncumbent,
    _ counted: (WidePlace, Int) -> Int
  ) {
    let (verticalNodes, horizontalNodes) = (vertical.nodes.span, horizontal.nodes.span)
    scratch.pairs.append((pair, columns.groups.count))
    while let (next, most) = scratch.pairs.popLast() {
      var pair = next
      let (some, others) = (verticalNodes[Int(pair.vertical)], horizontalNodes[Int(pair.horizontal)])
      // Nothing new fits where all was searched.
      if wasSearched(some.mostHeld &* others.mostHeld &* columns.mostHeld, incumbent) { continue }
      let held = some.held &* others.held
      let fitting = fitting(held, atMost: most, capacity: incumbent.capacity)
      if let wakes = sleeps(pair, some, others, columns: fitting, incumbent) {
        pair.wakes = wakes
        if wakes < .max { asleep.append(pair) }
        continue
      }
      if some.isLeaf, others.isLeaf {
        pair.wakes = offer(
          some.groups.lowerBound, others.groups.lowerBound, columns.groups[fitting - 1].end, &scratch, &incumbent,
          counted)
        if fitting < columns.groups.count {
          pair.wakes = min(pair.wakes, leastCapacity(held, columns.groups[fitting].held))
        }
        if pair.wakes < .max { asleep.append(pair) }
      } else if others.isLeaf || some.groups.count >= others.groups.count {
        scratch.pairs.append((Pair(vertical: some.second, horizontal: pair.horizontal), fitting))
        scratch.pairs.append((Pair(vertical: some.first, horizontal: pair.horizontal), fitting))
      } else {
        scratch.pairs.append((Pair(vertical: pair.vertical, horizontal: others.second), fitting))
        scratch.pairs.append((Pair(vertical: pair.vertical, horizontal: others.first), fitting))
      }
    }
  }

  // MARK: Pairs of nodes

  /// Whether boxes of so many bits fit where all was searched before.
  @inline(__always)
  private func wasSearched(_ bits: SIMD4<Int>, _ incumbent: WideIncumbent) -> Bool {
    bits.wrappedSum() <= incumbent.searched.capacity && searchedLimits.haveRoom(for: bits)
  }

  /// The least capacity at which boxes of so many bits may fit.
  @inline(__always)
  private func leastCapacity(_ bits: SIMD4<Int>) -> Int {
    let sum = bits.wrappedSum()
    return limits.hasParts ? max(sum, limits.leastCapacity(for: bits)) : sum
  }

  /// The bits held with so many words at each keep and so many bits for each of the second tensor's, at least.
  @inline(__always)
  private func leastBits(_ held: SIMD4<Int>, _ ofSecond: Int) -> SIMD4<Int> {
    var ofColumn = columns.leastHeld
    ofColumn[1] = ofSecond
    return held &* ofColumn
  }

  /// The least capacity at which these may fit.
  @inline(__always)
  private func leastCapacity(_ held: SIMD4<Int>, _ ofSecond: Int) -> Int { leastCapacity(leastBits(held, ofSecond)) }

  /// The number of groups of columns that may fit a capacity with so many words held at each keep, of the first few.
  @inline(__always)
  private func fitting(_ held: SIMD4<Int>, atMost count: Int, capacity: Int) -> Int {
    var count = count
    while count > 0 {
      let bits = leastBits(held, columns.groups[count - 1].held)
      if bits.wrappedSum() <= capacity, limits.haveRoom(for: bits) { break }
      count -= 1
    }
    return count
  }

  /// The least capacity at which a pair of nodes may be of use, if it is of none with the groups of columns that fit now.
  ///
  /// - Parameters:
  ///   - pair: the pair.
  ///   - some: the vertical axis's node.
  ///   - others: the horizontal axis's.
  ///   - count: the number of groups that fit.
  ///   - incumbent: the best known.
  /// - Returns: bits, `Int.max` where it is of no use at any capacity, or nil where it may be of use now.
  private func sleeps(
    _ pair: Pair, _ some: AxisTree.Node, _ others: AxisTree.Node, columns count: Int, _ incumbent: WideIncumbent
  ) -> Int? {
    let held = some.held &* others.held
    // With ends at which more stays than does, numbers may be negative, and the least of them bounds nothing.
    let isBounded = prunes && !grid.mayBeNegative && !(some.isLeaf && others.isLeaf)
    /// The capacity at which more columns fit.
    var next: Int {
      let all = columns.groups.count
      if count == all || isBounded && leastEnergy(pair, columns: all).ofAll > incumbent.energy { return .max }
      return leastCapacity(held, columns.groups[count].held)
    }
    if count == 0 { return next }
    if !isBounded { return nil }
    let leastBits = held &* columns.leastHeld
    let (heldAtLeast, least) = (leastBits.wrappedSum(), leastEnergy(pair, columns: count))
    if !incumbent.admits(occupancy: heldAtLeast, energy: least.ofAll) { return next }
    let group = columns.groups[count - 1]
    let ofThird = ThirdBound(
      needed: some.needed &* others.needed &* group.needed, steps: mostSteps(pair, columns: count),
      mostKept: some.mostHeld[2] &* others.mostHeld[2] &* group.mostOfThird,
      price: grid.prices[2], width: grid.widths[2])
    let ofFirstTwo = leastBits[0] &+ leastBits[1]
    let room = min(incumbent.capacity &- ofFirstTwo, limits.most[2])
    if incumbent.admits(occupancy: heldAtLeast, energy: least.ofFirstTwo &+ ofThird.leastEnergy(room: room)) {
      return nil
    }
    let wakes = ofThird.leastRoom(above: room, energy: incumbent.energy &- least.ofFirstTwo)
    return min(next, wakes.map { leastCapacity(SIMD4(leastBits[0], leastBits[1], $0, 0)) } ?? .max)
  }

  /// The least energy of a pair of nodes with one of the first groups of columns, of which the last has the least: that of
  /// the first two tensors and what is the same for all mappings, and that of all three.
  @inline(__always)
  private func leastEnergy(_ pair: Pair, columns count: Int) -> (ofFirstTwo: Int, ofAll: Int) {
    let (some, others) = (vertical.factorsOfNodes.span, horizontal.factorsOfNodes.span)
    let least = columns.leastOfProducts.span
    let products = columns.products
    let (v, h) = (Int(pair.vertical) &* products, Int(pair.horizontal) &* products)
    let first = (count &- 1) &* products
    let used = used.span
    func energy(_ range: Range<Int>) -> Int {
      var energy = 0
      for index in range {
        let product = used[index]
        energy &+= some[v &+ product] &* others[h &+ product] &* least[first &+ product]
      }
      return energy
    }
    let ofFirstTwo = grid.constant &+ energy(0..<usedOfFirstTwo)
    return (ofFirstTwo, ofFirstTwo &+ energy(usedOfFirstTwo..<used.count))
  }

  /// The most steps of a pair of nodes at which the third tensor may stay, with one of the first groups of columns.
  @inline(__always)
  private func mostSteps(_ pair: Pair, columns count: Int) -> Int {
    let (v, h) = (Int(pair.vertical) &* vertical.blockCounts, Int(pair.horizontal) &* horizontal.blockCounts)
    let (ofAxis, ofOther) = (vertical.mostBlocks.span, horizontal.mostBlocks.span)
    let (steps, otherSteps) = (vertical.mostSteps.span, horizontal.mostSteps.span)
    let ofColumns = columns.mostSteps.span
    let loops = terms.keepingLoops.span
    let first = (count &- 1) &* loops.count
    var sum = 0
    for index in loops.indices {
      let loop = loops[index]
      let (v, h) = (v &+ loop.vertical, h &+ loop.horizontal)
      let some = loop.place == .vertical ? steps[v] : ofAxis[v]
      let others = loop.place == .horizontal ? otherSteps[h] : ofOther[h]
      sum &+= some &* others &* ofColumns[first &+ index]
    }
    return sum
  }

  /// What the third tensor costs at least: each time that the box of the second changes, all that it needs is loaded, but
  /// what was kept since the time before.
  ///
  /// Nothing is kept at steps of channels that the third depends on; at others no more than its largest box and than the room
  /// beside the first two.
  private struct ThirdBound {
    /// Words.
    let needed: Int
    let steps: Int
    let mostKept: Int
    let price: Int
    let width: Int

    @inline(__always)
    private func kept(_ room: Int) -> Int { min(room / width, mostKept) }

    @inline(__always)
    func leastEnergy(room: Int) -> Int { price &* (needed &- steps &* kept(room)) }

    /// The least room above one at which it may cost no more than so much, since each word kept saves as much at every step;
    /// nil where there is none.
    @inline(__always)
    func leastRoom(above room: Int, energy: Int) -> Int? {
      let saved = price &* steps
      if saved == 0 { return nil }
      let words = kept(room) &+ max(1, (leastEnergy(room: room) &- energy &+ saved &- 1) / saved)
      return words <= mostKept ? words &* width : nil
    }
  }

  // MARK: Pairs of groups

  /// Offers the mappings of a group of each axis with the columns before an end.
  ///
  /// - Returns: the least capacity beyond the incumbent's at which they may be of use.
  private func offer(
    _ some: Int, _ others: Int, _ end: Int, _ scratch: inout Scratch, _ incumbent: inout WideIncumbent,
    _ counted: (WidePlace, Int) -> Int
  ) -> Int {
    var wakes = choose(some, others, end, &scratch, incumbent)
    for candidate in scratch.candidates {
      wakes = min(
        wakes,
        score(candidate, vertical.groups[some], horizontal.groups[others], &scratch.weights, &incumbent, counted))
    }
    return wakes
  }

  /// Chooses the columns that may be of use with a group of each axis, of those before an end.
  ///
  /// The first two tensors are the same for all choices of a group. Each time that the box of the second changes, all that
  /// it needs of the third is loaded, but what was kept since the time before: nothing at steps of channels that the third
  /// depends on, else no more than its largest box and than the room beside the first two.
  ///
  /// - Returns: the least capacity beyond the incumbent's at which others may be.
  private func choose(
    _ verticalGroup: Int, _ horizontalGroup: Int, _ end: Int, _ scratch: inout Scratch, _ incumbent: WideIncumbent
  ) -> Int {
    let (some, others) = (vertical.groups[verticalGroup], horizontal.groups[horizontalGroup])
    var wakes = Int.max
    let (v, h) = (some.choices.lowerBound, others.choices.lowerBound)
    rows(v, h, &scratch.row)
    countSteps(verticalGroup &* vertical.blockCounts, horizontalGroup &* horizontal.blockCounts, &scratch.steps)
    let held = vertical.held[v] &* horizontal.held[h]
    let mostInBox =
      vertical.held[some.choices.upperBound - 1][2] &* horizontal.held[others.choices.upperBound - 1][2]
    let needed = some.needed &* others.needed
    let isWhole = !grid.allowsWhole && some.isWhole && others.isWhole
    let count = columns.count
    let (factors, columnsHeld) = (columns.factors.span, columns.held.span)
    let isLimited = !limits.areNone
    scratch.candidates.removeAll(keepingCapacity: true)
    for column in 0..<end {
      if isWhole, columns.isWhole[column] { continue }
      let (first, second) = (held[0] &* columnsHeld[column], held[1] &* columnsHeld[count &+ column])
      let occupancy = first &+ second
      let ofThird = columnsHeld[2 &* count &+ column]
      let leastBits = SIMD4(first, second, held[2] &* ofThird, 0)
      let leastOccupancy = leastBits.wrappedSum()
      if leastOccupancy > incumbent.capacity || isLimited && !limits.admits(leastBits) {
        wakes = min(wakes, leastCapacity(leastBits))
        continue
      }
      if wasSearched(SIMD4(first, second, mostInBox &* ofThird, 0), incumbent) { continue }
      var energy = grid.constant
      for term in 0..<terms.third.term { energy &+= scratch.row[term] &* factors[term &* count &+ column] }
      if prunes {
        let least = energy &+ grid.prices[2] &* grid.elements[2]
        if least > incumbent.energy { continue }
        var steps = 0
        for loop in scratch.steps.indices {
          steps &+= scratch.steps[loop] &* columns.stepCounts[loop &* count &+ column]
        }
        let bound = ThirdBound(
          needed: needed &* columns.needed[column], steps: steps,
          mostKept: mostInBox &* columns.wordsOfThird[column], price: grid.prices[2], width: grid.widths[2])
        let room = min(incumbent.capacity &- occupancy, limits.mostOfThird(first: first, second: second))
        if !incumbent.admits(
          occupancy: leastOccupancy, energy: max(least, energy &+ bound.leastEnergy(room: room)))
        {
          if let room = bound.leastRoom(above: room, energy: incumbent.energy &- energy) {
            wakes = min(wakes, leastCapacity(SIMD4(first, second, room, 0)))
          }
          continue
        }
      }
      scratch.candidates.append(
        Candidate(column: column, energy: energy, first: first, second: second))
    }
    return wakes
  }

  /// Counts the steps of each loop at which the third tensor may stay, along the axes, of groups whose numbers of blocks begin
  /// at these positions.
  @inline(__always)
  private func countSteps(_ some: Int, _ others: Int, _ steps: inout [Int]) {
    let (ofAxis, ofOther) = (vertical.blocks.span, horizontal.blocks.span)
    for index in terms.keepingLoops.indices {
      let loop = terms.keepingLoops[index]
      let (v, h) = (ofAxis[some &+ loop.vertical], ofOther[others &+ loop.horizontal])
      switch loop.place {
      case .vertical: steps[index] = (ofAxis[some &+ loop.vertical &+ 1] &- v) &* h
      case .horizontal: steps[index] = v &* (ofOther[others &+ loop.horizontal &+ 1] &- h)
      case .channel: steps[index] = v &* h
      }
    }
  }

  /// Offers the mappings of a group of each axis with a candidate.
  ///
  /// What the third tensor costs is a sum over products of what both axes and the column have. The least of it with a choice
  /// of the vertical axis is bounded first.
  ///
  /// - Returns: the least capacity beyond the incumbent's at which they may be of use.
  private func score(
    _ candidate: Candidate, _ some: AxisTree.Group, _ others: AxisTree.Group,
    _ weights: inout [(product: Int, weight: Int)], _ incumbent: inout WideIncumbent,
    _ counted: (WidePlace, Int) -> Int
  ) -> Int {
    let (count, products, third) = (columns.count, columns.products, terms.third.product)
    let (ofAxis, ofOther, least) = (vertical.factors.span, horizontal.factors.span, horizontal.leastOfThird.span)
    let (factors, termOfProduct, used) = (columns.factors.span, terms.termOfProduct.span, used.span)
    let ofThird = products - third
    let ofColumn = columns.held[2 &* count &+ candidate.column]
    let (first, last) = (others.choices.lowerBound, others.choices.upperBound - 1)
    let isBounded = prunes && !grid.mayBeNegative
    var (start, end) = (last + 1, last + 1)
    var wakes = Int.max
    let (ofFirst, ofSecond) = (candidate.first, candidate.second)
    let most = min(
      incumbent.capacity &- candidate.occupancy, limits.mostOfThird(first: ofFirst, second: ofSecond))
    // The most with which all was searched before: none where the first two did not fit.
    let mostSearched =
      wasSearched(SIMD4(ofFirst, ofSecond, 0, 0), incumbent)
      ? min(
        incumbent.searched.capacity &- candidate.occupancy,
        searchedLimits.mostOfThird(first: ofFirst, second: ofSecond)) : -1
    let leastOfFew = vertical.leastOfFew.span
    /// Whether no mapping of a choice of the vertical axis, the first of a few, and the others is of use.
    func costTooMuch(_ v: Int) -> Bool {
      var energy = candidate.energy
      let few = (some.few &+ (v &- some.choices.lowerBound) / AxisTree.few) &* ofThird
      for index in usedOfFirstTwo..<used.count {
        let product = used[index]
        let factor = factors[termOfProduct[product] &* count &+ candidate.column]
        energy &+= leastOfFew[few &+ product &- third] &* factor &* least[last &* ofThird &+ product &- third]
      }
      return energy > incumbent.energy
    }
    var skipped = some.choices.lowerBound
    for v in some.choices {
      if isBounded, (v &- some.choices.lowerBound) % AxisTree.few == 0, costTooMuch(v) { skipped = v &+ AxisTree.few }
      if v < skipped { continue }
      let held = vertical.held[v][2] &* ofColumn
      func bits(_ h: Int) -> Int { held &* horizontal.held[h][2] }
      func occupancy(_ h: Int) -> Int { candidate.occupancy &+ bits(h) }
      func capacity(_ h: Int) -> Int { leastCapacity(SIMD4(ofFirst, ofSecond, bits(h), 0)) }
      while end > first, bits(end &- 1) > most { end &-= 1 }
      // Those after it hold more.
      if end == first { return min(wakes, capacity(first)) }
      while start > first, bits(start &- 1) > mostSearched { start &-= 1 }
      if start > last { continue }
      weights.removeAll(keepingCapacity: true)
      for index in usedOfFirstTwo..<used.count {
        let product = used[index]
        let weight = ofAxis[v &* products &+ product] &* factors[termOfProduct[product] &* count &+ candidate.column]
        if weight != 0 { weights.append((product &- third, weight)) }
      }
      /// What a mapping costs with factors of the horizontal axis that begin at a position.
      func energy(_ ofOther: borrowing Span<Int>, _ start: Int) -> Int {
        var energy = candidate.energy
        for index in weights.indices {
          energy &+= weights[index].weight &* ofOther[start &+ weights[index].product]
        }
        return energy
      }
      if end <= last, !isBounded || energy(least, last &* ofThird) <= incumbent.energy {
        wakes = min(wakes, capacity(end))
      }
      if start >= end
        || isBounded
          && !incumbent.admits(occupancy: occupancy(start), energy: energy(least, (end &- 1) &* ofThird))
      {
        continue
      }
      for h in start..<end {
        let occupancy = occupancy(h)
        let energy = energy(ofOther, h &* products &+ third)
        if !incumbent.admits(occupancy: occupancy, energy: energy) { continue }
        let place = WidePlace(
          tiles: tiles, template: Int32(template), vertical: Int32(v), horizontal: Int32(h),
          column: Int32(candidate.column))
        let counted = counted(place, energy)
        if incumbent.admits(occupancy: occupancy, energy: counted) {
          incumbent.take(occupancy: occupancy, energy: counted, place)
        }
      }
    }
    return wakes
  }

  /// What a choice of each axis has of the terms of the first two tensors.
  @inline(__always)
  private func rows(_ v: Int, _ h: Int, _ row: inout [Int]) {
    let (some, others) = (vertical.factors.span, horizontal.factors.span)
    let termOfProduct = terms.termOfProduct.span
    let (v, h) = (v &* columns.products, h &* columns.products)
    for term in row.indices { row[term] = 0 }
    let used = used.span
    for index in 0..<usedOfFirstTwo {
      let product = used[index]
      row[termOfProduct[product]] &+= some[v &+ product] &* others[h &+ product]
    }
  }
}
