import Mappings

/// The mappings of one template with some blocks at the first keep.
struct WideLeaf {
  let grid: WideGrid
  let template: Int
  let tiles: WideTiles
  let columns: WideColumns
  let vertical: AxisTree
  let horizontal: AxisTree
  private let terms: WideTerms
  private var row: [Int]
  private var energies: [Int]

  init(
    grid: WideGrid, template: Int, tiles: WideTiles, columns: WideColumns, vertical: AxisTree, horizontal: AxisTree
  ) {
    self.grid = grid
    self.template = template
    self.tiles = tiles
    self.columns = columns
    self.vertical = vertical
    self.horizontal = horizontal
    terms = grid.terms[template]
    row = Array(repeating: 0, count: terms.count)
    energies = Array(repeating: 0, count: columns.count)
  }

  /// Offers its mappings to an incumbent.
  ///
  /// - Parameters:
  ///   - incumbent: the best known.
  ///   - counted: what a mapping costs, of which the sums give no more than that.
  mutating func offer(to incumbent: inout WideIncumbent, counted: (WidePlace, _ energy: Int) -> Int) {
    if vertical.nodes.isEmpty || horizontal.nodes.isEmpty || columns.count == 0 { return }
    descend(0, 0, &incumbent, counted)
  }

  /// Offers what two nodes hold, in halves unless the least of all that they have is of no use.
  private mutating func descend(
    _ v: Int, _ h: Int, _ incumbent: inout WideIncumbent, _ counted: (WidePlace, Int) -> Int
  ) {
    let held = vertical.held[v] &* horizontal.held[h]
    let fixed = held[0] &* columns.leastHeld[0] &+ held[2] &* columns.leastHeld[2]
    let occupancy = fixed &+ held[1] &* columns.leastHeld[1]
    if occupancy > incumbent.capacity { return }
    terms.row(vertical, v, horizontal, h, into: &row)
    guard let least = leastEnergy(fixed, held[1], capacity: incumbent.capacity),
      incumbent.admits(occupancy: occupancy, energy: least)
    else { return }
    let (some, others) = (vertical.nodes[v], horizontal.nodes[h])
    if some.isLeaf, others.isLeaf {
      score(some.choice, others.choice, held, &incumbent, counted)
    } else if others.isLeaf || !some.isLeaf && some.second - v >= others.second - h {
      descend(some.first, h, &incumbent, counted)
      descend(some.second, h, &incumbent, counted)
    } else {
      descend(v, others.first, &incumbent, counted)
      descend(v, others.second, &incumbent, counted)
    }
  }

  /// The least energy that columns can have with the present row, of those that fit a capacity, or nil where none does: the
  /// first and the third tensor hold at least `fixed` bits, the second `held` for each that the columns hold.
  private func leastEnergy(_ fixed: Int, _ held: Int, capacity: Int) -> Int? {
    // Of the groups that fit the last has the least.
    guard let group = columns.groups.lastIndex(where: { fixed &+ held &* $0.held <= capacity }) else { return nil }
    var least = grid.constant
    let first = group * columns.terms.count
    for (index, term) in columns.terms.enumerated() { least &+= row[term] &* columns.least[first + index] }
    return least
  }

  private mutating func score(
    _ v: Int, _ h: Int, _ held: SIMD4<Int>, _ incumbent: inout WideIncumbent, _ counted: (WidePlace, Int) -> Int
  ) {
    let count = columns.count
    for index in 0..<count { energies[index] = grid.constant }
    for (index, term) in columns.terms.enumerated() {
      let factor = row[term]
      if factor == 0 { continue }
      let base = index * count
      for column in 0..<count { energies[column] &+= factor &* columns.factors[base + column] }
    }
    let isWhole = !grid.allowsWhole && vertical.choices[v].isWhole && horizontal.choices[h].isWhole
    for column in 0..<count {
      if isWhole, columns.isWhole[column] { continue }
      let occupancy =
        held[0] &* columns.held[column] &+ held[1] &* columns.held[count + column] &+ held[2]
        &* columns.held[2 * count + column]
      if !incumbent.admits(occupancy: occupancy, energy: energies[column]) { continue }
      let place = WidePlace(
        tiles: tiles, template: Int32(template), vertical: Int32(v), horizontal: Int32(h), column: Int32(column))
      let energy = counted(place, energies[column])
      if incumbent.admits(occupancy: occupancy, energy: energy) {
        incumbent.take(occupancy: occupancy, energy: energy, place)
      }
    }
  }
}
