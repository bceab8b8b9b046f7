import Mappings

/// The mappings of one template with some blocks at the first keep.
struct WideLeaf {
  let grid: WideGrid
  let template: Int
  let tiles: WideTiles
  let columns: WideColumns
  let vertical: AxisTree
  let horizontal: AxisTree
  /// Whether bounds leave mappings out.
  let prunes: Bool
  private let terms: WideTerms

  init(
    grid: WideGrid, template: Int, tiles: WideTiles, columns: WideColumns, vertical: AxisTree, horizontal: AxisTree,
    prunes: Bool
  ) {
    self.prunes = prunes
    self.grid = grid
    self.template = template
    self.tiles = tiles
    self.columns = columns
    self.vertical = vertical
    self.horizontal = horizontal
    terms = grid.terms[template]
  }

  /// A node of each axis, and how many groups of columns may fit with them.
  private struct Pair {
    let vertical: Int
    let horizontal: Int
    let fitting: Int
  }

  /// A column that may be of use with a group of each axis.
  private struct Candidate {
    let column: Int
    /// What the first two tensors cost and hold.
    let energy: Int
    let occupancy: Int
  }

  /// Room for what is known of a pair of groups.
  private struct Scratch {
    /// What the axes have of each term.
    var row: [Int]
    /// For each of ``WideTerms/keepingLoops`` the number of its steps along the axes.
    var steps: [Int]
    var candidates: [Candidate] = []
  }

  /// Offers its mappings to an incumbent.
  ///
  /// Pairs of nodes are halved unless the least of all that they have is of no use.
  ///
  /// - Parameters:
  ///   - incumbent: the best known.
  ///   - counted: what a mapping costs, of which the sums give no more than that.
  func offer(to incumbent: inout WideIncumbent, counted: (WidePlace, _ energy: Int) -> Int) {
    if vertical.nodes.isEmpty || horizontal.nodes.isEmpty || columns.count == 0 { return }
    let (verticalNodes, horizontalNodes) = (vertical.nodes.span, horizontal.nodes.span)
    var scratch = Scratch(
      row: Array(repeating: 0, count: terms.count), steps: Array(repeating: 0, count: terms.keepingLoops.count))
    var pairs = [Pair(vertical: 0, horizontal: 0, fitting: columns.groups.count)]
    while let pair = pairs.popLast() {
      let (some, others) = (verticalNodes[pair.vertical], horizontalNodes[pair.horizontal])
      let held = some.held &* others.held
      let fitting = fitting(held, atMost: pair.fitting, capacity: incumbent.capacity)
      if fitting == 0 { continue }
      if some.isLeaf, others.isLeaf {
        offer(
          vertical.groups[some.groups.lowerBound], horizontal.groups[others.groups.lowerBound],
          columns.groups[fitting - 1].end, &scratch, &incumbent, counted)
        continue
      }
      // With ends at which more stays than does, numbers may be negative, and the least of them bounds nothing.
      if prunes, !grid.mayBeNegative {
        let energy = leastEnergy(pair, columns: fitting)
        if !incumbent.admits(occupancy: leastOccupancy(held), energy: energy) { continue }
      }
      func push(_ vertical: Int, _ horizontal: Int) {
        pairs.append(Pair(vertical: vertical, horizontal: horizontal, fitting: fitting))
      }
      if others.isLeaf || some.groups.count >= others.groups.count {
        push(some.second, pair.horizontal)
        push(some.first, pair.horizontal)
      } else {
        push(pair.vertical, others.second)
        push(pair.vertical, others.first)
      }
    }
  }

  // MARK: Pairs of nodes

  /// The bits held with so many words at each keep, at least.
  @inline(__always)
  private func leastOccupancy(_ held: SIMD4<Int>) -> Int {
    held[0] &* columns.leastHeld[0] &+ held[1] &* columns.leastHeld[1] &+ held[2] &* columns.leastHeld[2]
  }

  /// The number of groups of columns that may fit a capacity with so many words held at each keep, of the first few.
  @inline(__always)
  private func fitting(_ held: SIMD4<Int>, atMost count: Int, capacity: Int) -> Int {
    let fixed = held[0] &* columns.leastHeld[0] &+ held[2] &* columns.leastHeld[2]
    var count = count
    while count > 0, fixed &+ held[1] &* columns.groups[count - 1].held > capacity { count -= 1 }
    return count
  }

  /// The least energy of a pair of nodes with one of the first groups of columns, of which the last has the least.
  private func leastEnergy(_ pair: Pair, columns count: Int) -> Int {
    let (some, others) = (vertical.factorsOfNodes.span, horizontal.factorsOfNodes.span)
    let least = columns.leastOfProducts.span
    let products = columns.products
    let (v, h, first) = (pair.vertical &* products, pair.horizontal &* products, (count &- 1) &* products)
    var energy = grid.constant
    for product in 0..<products {
      energy &+= some[v &+ product] &* others[h &+ product] &* least[first &+ product]
    }
    return energy
  }

  // MARK: Pairs of groups

  /// Offers the mappings of a group of each axis with the columns before an end.
  private func offer(
    _ some: AxisTree.Group, _ others: AxisTree.Group, _ end: Int, _ scratch: inout Scratch,
    _ incumbent: inout WideIncumbent, _ counted: (WidePlace, Int) -> Int
  ) {
    choose(some, others, end, &scratch, incumbent)
    guard let least = scratch.candidates.lazy.map(\.occupancy).min() else { return }
    for v in some.choices {
      for h in others.choices {
        let held = vertical.held[v][2] &* horizontal.held[h][2]
        // Those after it hold more.
        if least &+ held &* columns.leastHeld[2] > incumbent.capacity { break }
        rows(v, h, terms.third.product..<columns.products, &scratch.row)
        score(v, h, held, scratch, &incumbent, counted)
      }
    }
  }

  /// Chooses the columns that may be of use with a group of each axis, of those before an end.
  ///
  /// The first two tensors are the same for all choices of a group. Each time that the box of the second changes, all that
  /// it needs of the third is loaded, but what was kept since the time before: nothing at steps of channels that the third
  /// depends on, else no more than its largest box and than the room beside the first two.
  private func choose(
    _ some: AxisTree.Group, _ others: AxisTree.Group, _ end: Int, _ scratch: inout Scratch, _ incumbent: WideIncumbent
  ) {
    let (v, h) = (some.choices.lowerBound, others.choices.lowerBound)
    rows(v, h, 0..<terms.third.product, &scratch.row)
    countSteps(some, others, &scratch.steps)
    let held = vertical.held[v] &* horizontal.held[h]
    let mostOfThird =
      vertical.held[some.choices.upperBound - 1][2] &* horizontal.held[others.choices.upperBound - 1][2]
    let needed = some.needed &* others.needed
    let isWhole = !grid.allowsWhole && vertical.choices[v].isWhole && horizontal.choices[h].isWhole
    let count = columns.count
    let (factors, columnsHeld) = (columns.factors.span, columns.held.span)
    scratch.candidates.removeAll(keepingCapacity: true)
    for column in 0..<end {
      if isWhole, columns.isWhole[column] { continue }
      let occupancy = held[0] &* columnsHeld[column] &+ held[1] &* columnsHeld[count &+ column]
      let ofThird = columnsHeld[2 &* count &+ column]
      let leastOccupancy = occupancy &+ held[2] &* ofThird
      if leastOccupancy > incumbent.capacity { continue }
      var energy = grid.constant
      for term in 0..<terms.third.term { energy &+= scratch.row[term] &* factors[term &* count &+ column] }
      if prunes {
        let kept = min(incumbent.capacity &- occupancy, mostOfThird &* ofThird) / grid.widths[2]
        var steps = 0
        for loop in scratch.steps.indices {
          steps &+= scratch.steps[loop] &* columns.stepCounts[loop &* count &+ column]
        }
        let loaded = max(grid.elements[2], needed &* columns.needed[column] &- steps &* kept)
        if !incumbent.admits(occupancy: leastOccupancy, energy: energy &+ grid.prices[2] &* loaded) { continue }
      }
      scratch.candidates.append(Candidate(column: column, energy: energy, occupancy: occupancy))
    }
  }

  /// Counts the steps of each loop at which the third tensor may stay, along the axes.
  @inline(__always)
  private func countSteps(_ some: AxisTree.Group, _ others: AxisTree.Group, _ steps: inout [Int]) {
    for (index, loop) in terms.keepingLoops.enumerated() {
      let (v, h) = (some.blocks[loop.vertical], others.blocks[loop.horizontal])
      switch loop.place {
      case .vertical: steps[index] = (some.blocks[loop.vertical + 1] &- v) &* h
      case .horizontal: steps[index] = v &* (others.blocks[loop.horizontal + 1] &- h)
      case .channel: steps[index] = v &* h
      }
    }
  }

  /// Offers the mappings of a choice of each axis, which hold so many words of the third tensor's box, with the candidates.
  @inline(__always)
  private func score(
    _ v: Int, _ h: Int, _ held: Int, _ scratch: Scratch, _ incumbent: inout WideIncumbent,
    _ counted: (WidePlace, Int) -> Int
  ) {
    let count = columns.count
    let (factors, columnsHeld) = (columns.factors.span, columns.held.span)
    for candidate in scratch.candidates {
      let occupancy = candidate.occupancy &+ held &* columnsHeld[2 &* count &+ candidate.column]
      if occupancy > incumbent.capacity { continue }
      var energy = candidate.energy
      for term in terms.third.term..<terms.count {
        energy &+= scratch.row[term] &* factors[term &* count &+ candidate.column]
      }
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

  /// What a choice of each axis has of the terms of some products.
  @inline(__always)
  private func rows(_ v: Int, _ h: Int, _ products: Range<Int>, _ row: inout [Int]) {
    let (some, others) = (vertical.factors.span, horizontal.factors.span)
    let terms = terms.termOfProduct.span
    let (v, h) = (v &* columns.products, h &* columns.products)
    for product in products { row[terms[product]] = 0 }
    for product in products { row[terms[product]] &+= some[v &+ product] &* others[h &+ product] }
  }
}
