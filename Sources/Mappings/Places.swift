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
    var pairs: [(pair: Pair, count: Int)]
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
    var descent = Descent(dimension, size, nest, entries, canonical)
    for position in 0..<step { try descent.enter(position, &work) }
    let found = try nest.loops[step].dimension == dimension ? descent.steps(of: step, &work) : descent.still(at: step)
    classes = found.map { bearing, pairs in
      Class(
        factors: bearing.factors, sums: bearing.sums, stepSum: bearing.stepSum, isBackward: bearing.isBackward,
        pairs: pairs.map { ($0.key, $0.value) })
    }
  }

  /// The blocks of a dimension inside all loops, and how often there are blocks like each.
  ///
  /// - Throws: ``UncountableNest/tooManyBlocks``.
  static func innermost(
    of dimension: Dimension, size: Int, in nest: OuterLoops, _ canonical: Canonical, _ work: inout Work
  ) throws(UncountableNest) -> [(pair: Pair, count: Int)] {
    var descent = Descent(dimension, size, nest, nil, canonical)
    for position in nest.loops.indices { try descent.enter(position, &work) }
    return descent.places.map { (Pair(before: $0.key.block, after: $0.key.block), $0.value) }
  }

  /// What a place has a bearing on numbers of entries by.
  private struct Bearing: Hashable {
    let factors: [UInt64]
    let sums: [UInt64]
    var stepSum: UInt64 = 0
    var isBackward = false
  }

  /// The places of a dimension while loops are gone through from the outside in.
  private struct Descent {
    struct Place: Hashable {
      var block: Progression
      var factors: [UInt64] = []
      var sums: [UInt64] = []
    }

    let dimension: Dimension
    let nest: OuterLoops
    let entries: Entries?
    let canonical: Canonical
    /// How often there are places like each.
    private(set) var places: [Place: Int]
    /// The next of the terms of entries.
    private var term = 0

    init(_ dimension: Dimension, _ size: Int, _ nest: OuterLoops, _ entries: Entries?, _ canonical: Canonical) {
      self.dimension = dimension
      self.nest = nest
      self.entries = entries
      self.canonical = canonical
      places = [Place(block: canonical(Progression(count: size))): 1]
    }

    /// Entries, if a loop is the next of its terms.
    private func entries(ofTerm position: Int) -> Entries? {
      entries.flatMap { term < $0.terms.count && $0.terms[term] == position ? $0 : nil }
    }

    /// Goes inside a loop.
    mutating func enter(_ position: Int, _ work: inout Work) throws(UncountableNest) {
      let loop = nest.loops[position]
      let entries = entries(ofTerm: position)
      guard loop.dimension == dimension else { return multiply(position) }
      let turns = self.entries.map { $0.asked & 1 << UInt64(position) != 0 } ?? false
      var inner: [Place: Int] = [:]
      for (place, count) in places {
        let pieces = loop.cut.pieces(of: place.block.count)
        for (block, times) in canonical.blocks(pieces) {
          var next = place
          next.block = canonical(place.block.block(block, of: loop.cut))
          if let entries {
            let sum = entries.sum(pieces, block: block, term: term)
            next.factors.append(turns ? sum.difference : 0)
            next.sums.append(sum.forward)
          }
          inner[next, default: 0] += count * times
        }
        try work.add((canonical.isAnywhere ? 1 : pieces.count) * (1 + place.factors.count / 4))
      }
      places = inner
      if entries != nil { term += 1 }
    }

    /// Takes in the factors of places for the term of a loop over another dimension.
    private mutating func multiply(_ position: Int) {
      guard let entries = entries(ofTerm: position) else { return }
      var multiplied: [Place: Int] = [:]
      for (place, count) in places {
        var next = place
        next.factors.append(entries.factor(dimension, size: place.block.count, term: term))
        next.sums.append(0)
        multiplied[next] = count
      }
      places = multiplied
      term += 1
    }

    /// The places at the transitions of a loop over another dimension.
    mutating func still(at step: Int) -> [Bearing: [Pair: Int]] {
      multiply(step)
      var found: [Bearing: [Pair: Int]] = [:]
      for (place, count) in places {
        let pair = Pair(before: place.block, after: place.block)
        found[Bearing(factors: place.factors, sums: place.sums), default: [:]][pair, default: 0] += count
      }
      return found
    }

    /// The places at the transitions of a loop over the dimension.
    func steps(of step: Int, _ work: inout Work) throws(UncountableNest) -> [Bearing: [Pair: Int]] {
      let cut = nest.loops[step].cut
      let turns = entries.map { $0.asked & 1 << UInt64(step) != 0 } ?? false
      let entries = entries(ofTerm: step)
      var found: [Bearing: [Pair: Int]] = [:]
      for (place, count) in places {
        let pieces = cut.pieces(of: place.block.count)
        for (block, times) in canonical.steps(pieces) {
          let (low, high) = (place.block.block(block - 1, of: cut), place.block.block(block, of: cut))
          for isBackward in turns ? [false, true] : [false] {
            var bearing = Bearing(factors: place.factors, sums: place.sums, isBackward: isBackward)
            if let entries {
              let sum = entries.sum(pieces, block: isBackward ? block - 1 : block, term: term)
              bearing.stepSum = isBackward ? sum.forward ^ sum.difference : sum.forward
            }
            let pair = canonical(isBackward ? Pair(before: high, after: low) : Pair(before: low, after: high))
            found[bearing, default: [:]][pair, default: 0] += count * times
          }
        }
        try work.add(canonical.isAnywhere ? 1 : pieces.count)
      }
      return found
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

    /// The blocks of a range, and how many there are like each.
    func blocks(_ pieces: Loop.Cut.Pieces) -> [(block: Int, times: Int)] {
      if !isAnywhere { return (0..<pieces.count).map { ($0, 1) } }
      return Self.alternating(0..<pieces.first) + Self.alternating(pieces.first..<pieces.count)
    }

    /// The blocks of a range that come next to one before them, and how many there are like each.
    func steps(_ pieces: Loop.Cut.Pieces) -> [(block: Int, times: Int)] {
      if !isAnywhere { return (1..<max(1, pieces.count)).map { ($0, 1) } }
      let middle = min(max(1, pieces.first), pieces.count)
      return Self.alternating(1..<max(1, pieces.first)) + Self.alternating(middle..<min(middle + 1, pieces.count))
        + Self.alternating(min(middle + 1, pieces.count)..<pieces.count)
    }

    /// The first even and odd numbers of a range, with the numbers of them: what blocks before them amount to alternates.
    private static func alternating(_ range: Range<Int>) -> [(block: Int, times: Int)] {
      switch range.count {
      case 0: []
      case 1: [(range.lowerBound, 1)]
      default: [(range.lowerBound, (range.count + 1) / 2), (range.lowerBound + 1, range.count / 2)]
      }
    }
  }
}
