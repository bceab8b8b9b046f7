import Workloads

/// Where one dimension may be at the transitions of a loop, those places together that have the same bearing on how
/// often loops were entered.
struct Places {
  /// A dimension's blocks before and after the step, inside its loops up to the one that steps.
  struct Pair: Hashable {
    var before: Progression
    var after: Progression
  }

  /// The places with the same bearing.
  struct Class {
    /// For each term of ``Entries``: its factor, or for loops over the dimension how the sum differs going backward.
    let factors: [UInt64]
    /// For each term: the sum going forward, of loops over the dimension, or 0.
    let sums: [UInt64]
    /// Of the dimension that steps: what the step's own term adds, and whether it goes backward.
    let stepSum: UInt64
    let isBackward: Bool
    /// The blocks, and how often there are blocks that differ from them in their place alone, where it does not matter.
    var pairs: Tally<Pair>
  }

  let classes: [Class]

  /// The places of a dimension at the transitions of a loop.
  ///
  /// - Parameters:
  ///   - dimension: the dimension.
  ///   - size: its size.
  ///   - nest: the loops.
  ///   - step: the position of the loop that steps.
  ///   - entries: how often loops were entered, or nil where it does not matter.
  ///   - canonical: which blocks differ in their place alone, and it does not matter.
  ///   - work: what has been looked at.
  /// - Throws: ``UncountableNest/tooManyBlocks``.
  init(
    of dimension: Dimension, size: Int, in nest: OuterLoops, at step: Int, _ entries: Entries?, _ canonical: Canonical,
    _ work: inout Work
  ) throws(UncountableNest) {
    if !nest.hasLoops(over: dimension) {
      // In its one block, any other dimension's loop is entered as often as without it.
      let block = canonical(Progression(count: size))
      let factors = entries?.reach ?? []
      classes = [
        Class(
          factors: factors, sums: factors.map { _ in 0 }, stepSum: 0, isBackward: false,
          pairs: Tally(Pair(before: block, after: block), 1))
      ]
      return
    }
    var descent = Descent(dimension, size, nest, entries, canonical)
    for position in 0..<step { try descent.enter(position, &work) }
    classes = try nest.loops[step].dimension == dimension ? descent.steps(of: step, &work) : descent.still(at: step)
  }

  /// The blocks of a dimension inside all loops, and how often there are blocks like each.
  ///
  /// - Throws: ``UncountableNest/tooManyBlocks``.
  static func innermost(
    of dimension: Dimension, size: Int, in nest: OuterLoops, _ canonical: Canonical, _ work: inout Work
  ) throws(UncountableNest) -> Tally<Pair> {
    var descent = Descent(dimension, size, nest, nil, canonical)
    for position in nest.loops.indices { try descent.enter(position, &work) }
    var pairs = Tally<Pair>()
    for (place, count) in descent.places.entries { pairs.add(Pair(before: place.block, after: place.block), count) }
    return pairs
  }

  /// The factors and sums of places, term by term: each continues those of the terms before.
  private struct Bearings {
    private struct Link: Hashable {
      let before: Int
      let factor: UInt64
      let sum: UInt64
    }

    /// The number of those of no term.
    static let none = -1

    private var links = SmallDictionary<Link, Void>()

    /// The number of those that continue others by one more term.
    mutating func continuing(_ before: Int, factor: UInt64, sum: UInt64) -> Int {
      links.position(of: Link(before: before, factor: factor, sum: sum), adding: ())
    }

    /// The factors and the sums with a number.
    subscript(number: Int) -> (factors: [UInt64], sums: [UInt64]) {
      var (factors, sums): ([UInt64], [UInt64]) = ([], [])
      var number = number
      while number != Self.none {
        let link = links.entries[number].key
        factors.append(link.factor)
        sums.append(link.sum)
        number = link.before
      }
      return (factors.reversed(), sums.reversed())
    }
  }

  /// The places of a dimension while loops are gone through from the outside in.
  private struct Descent {
    struct Place: Hashable {
      var block: Progression
      /// The number of their factors and sums.
      var bearing = Bearings.none
    }

    /// What tells the places of one class from others.
    private struct Kind: Hashable {
      var bearing: Int
      var stepSum: UInt64 = 0
      var isBackward = false
    }

    let dimension: Dimension
    let nest: OuterLoops
    let entries: Entries?
    let canonical: Canonical
    /// How often there are places like each.
    private(set) var places: Tally<Place>
    private var bearings = Bearings()
    /// The next of the terms of entries.
    private var term = 0

    init(_ dimension: Dimension, _ size: Int, _ nest: OuterLoops, _ entries: Entries?, _ canonical: Canonical) {
      self.dimension = dimension
      self.nest = nest
      self.entries = entries
      self.canonical = canonical
      places = Tally(Place(block: canonical(Progression(count: size))), 1)
    }

    /// Entries, if a loop is the next of its terms.
    private func entries(ofTerm position: Int) -> Entries? {
      entries.flatMap { term < $0.terms.count && $0.terms[term] == position ? $0 : nil }
    }

    /// Goes inside a loop.
    mutating func enter(_ position: Int, _ work: inout Work) throws(UncountableNest) {
      let loop = nest.loops[position]
      guard loop.dimension == dimension else { return multiply(position) }
      let entries = entries(ofTerm: position)
      let turns = self.entries.map { $0.asked & 1 << UInt64(position) != 0 } ?? false
      var inner = Tally<Place>()
      for (place, count) in places.entries {
        let pieces = loop.cut.pieces(of: place.block.count)
        canonical.forEachBlock(pieces) { block, times in
          var next = place
          next.block = canonical(nest.block(block, of: place.block, at: position))
          if let entries {
            let sum = entries.sum(pieces, block: block, term: term)
            next.bearing = bearings.continuing(
              place.bearing, factor: turns ? sum.difference : 0, sum: sum.forward)
          }
          inner.add(next, count * times)
        }
        try work.add((canonical.isAnywhere ? 1 : pieces.count) * (1 + term / 4))
      }
      places = inner
      if entries != nil { term += 1 }
    }

    /// Takes in the factors of places for the term of a loop over another dimension.
    private mutating func multiply(_ position: Int) {
      guard let entries = entries(ofTerm: position) else { return }
      var multiplied = Tally<Place>()
      for (place, count) in places.entries {
        var next = place
        next.bearing = bearings.continuing(
          place.bearing, factor: entries.factor(dimension, size: place.block.count, term: term), sum: 0)
        multiplied.add(next, count)
      }
      places = multiplied
      term += 1
    }

    /// The places at the transitions of a loop over another dimension.
    mutating func still(at step: Int) -> [Class] {
      multiply(step)
      var found = SmallDictionary<Kind, Tally<Pair>>()
      for (place, count) in places.entries {
        found.add(Pair(before: place.block, after: place.block), count, of: Kind(bearing: place.bearing))
      }
      return classes(found)
    }

    /// The places at the transitions of a loop over the dimension.
    func steps(of step: Int, _ work: inout Work) throws(UncountableNest) -> [Class] {
      let cut = nest.loops[step].cut
      let turns = entries.map { $0.asked & 1 << UInt64(step) != 0 } ?? false
      let entries = entries(ofTerm: step)
      var found = SmallDictionary<Kind, Tally<Pair>>()
      for (place, count) in places.entries {
        let pieces = cut.pieces(of: place.block.count)
        canonical.forEachStep(pieces) { block, times in
          let (low, high) = (
            nest.block(block - 1, of: place.block, at: step), nest.block(block, of: place.block, at: step)
          )
          for isBackward in turns ? [false, true] : [false] {
            var kind = Kind(bearing: place.bearing, isBackward: isBackward)
            if let entries {
              let sum = entries.sum(pieces, block: isBackward ? block - 1 : block, term: term)
              kind.stepSum = isBackward ? sum.forward ^ sum.difference : sum.forward
            }
            let pair = canonical(isBackward ? Pair(before: high, after: low) : Pair(before: low, after: high))
            found.add(pair, count * times, of: kind)
          }
        }
        try work.add(canonical.isAnywhere ? 1 : pieces.count)
      }
      return classes(found)
    }

    private func classes(_ found: SmallDictionary<Kind, Tally<Pair>>) -> [Class] {
      found.entries.map { kind, pairs in
        let (factors, sums) = bearings[kind.bearing]
        return Class(factors: factors, sums: sums, stepSum: kind.stepSum, isBackward: kind.isBackward, pairs: pairs)
      }
    }
  }

  /// One block for all that differ from it in their place alone where that does not matter.
  struct Canonical {
    /// Where blocks may lie for their place not to matter, or nil where it never does.
    let interior: Range<Int>?

    /// Where the place of no block matters.
    static let anywhere = Canonical(interior: nil)

    /// Whether it does not.
    var isAnywhere: Bool { interior == nil }

    func callAsFunction(_ block: Progression) -> Progression {
      var block = block
      if let shift = shift(from: block.start, to: block.last) { block.start -= shift }
      return block
    }

    func callAsFunction(_ pair: Pair) -> Pair {
      var pair = pair
      let (before, after) = (pair.before, pair.after)
      let shift = shift(
        from: min(before.start, after.start),
        to: max(before.last, after.last))
      if let shift {
        pair.before.start -= shift
        pair.after.start -= shift
      }
      return pair
    }

    private func shift(from first: Int, to last: Int) -> Int? {
      guard let interior else { return first }
      return first >= interior.lowerBound && last < interior.upperBound ? first - interior.lowerBound : nil
    }

    /// Calls a closure for the blocks of a range, with how many there are like each.
    func forEachBlock(_ pieces: Loop.Cut.Pieces, _ body: (_ block: Int, _ times: Int) -> Void) {
      if isAnywhere {
        Self.forEachAlternating(0..<pieces.first, body)
        Self.forEachAlternating(pieces.first..<pieces.count, body)
      } else {
        for block in 0..<pieces.count { body(block, 1) }
      }
    }

    /// The same for the blocks that come next to one before them.
    func forEachStep(_ pieces: Loop.Cut.Pieces, _ body: (_ block: Int, _ times: Int) -> Void) {
      if isAnywhere {
        let middle = min(max(1, pieces.first), pieces.count)
        Self.forEachAlternating(1..<max(1, pieces.first), body)
        Self.forEachAlternating(middle..<min(middle + 1, pieces.count), body)
        Self.forEachAlternating(min(middle + 1, pieces.count)..<pieces.count, body)
      } else {
        for block in 1..<max(1, pieces.count) { body(block, 1) }
      }
    }

    /// The first even and odd numbers of a range, with the numbers of them: what blocks before them amount to alternates.
    private static func forEachAlternating(_ range: Range<Int>, _ body: (_ block: Int, _ times: Int) -> Void) {
      if !range.isEmpty { body(range.lowerBound, (range.count + 1) / 2) }
      if range.count > 1 { body(range.lowerBound + 1, range.count / 2) }
    }
  }
}

extension SmallDictionary {
  /// Adds to how often there is something of a kind.
  fileprivate mutating func add<Counted>(_ counted: Counted, _ count: Int, of kind: Key) where Value == Tally<Counted> {
    let position = position(of: kind, adding: Value())
    update(at: position) { $0.add(counted, count) }
  }
}
