import Workloads

/// What stays of boxes when one loop steps, summed over all places of all dimensions.
///
/// Places of a dimension are in classes of the same bearing on ``Entries``. Once it is chosen which of the terms' factors
/// are odd, the numbers of entries are linear in the terms' sums: each class *shifts* them by a fixed set of bits, and
/// classes whose shifts cancel to the same bits go together.
struct RetainedSum {
  private let nest: OuterLoops
  private let step: Int
  private let groups: [BoxGroup]
  /// The group of the dimension that steps, and that dimension.
  private let stepping: (group: Int, dimension: Int)
  private let rules: [BoxGroup.Rule]
  private let entries: Entries?
  /// By ``Dimension/index``.
  private let classes: [[Places.Class]]
  /// The loops inside the one that steps that run back and forth, by group, as bits.
  private let turning: [UInt64]
  private var known: [Key: Int] = [:]

  /// Classes of a group's dimensions at some sides.
  private struct Key: Hashable {
    let group: Int
    let first: Int
    let second: Int
    let sides: UInt64
  }

  init(
    nest: OuterLoops, step: Int, reuse: ReusePolicy, groups: [BoxGroup], stepping: Int, entries: Entries?,
    classes: [[Places.Class]]
  ) {
    self.nest = nest
    self.step = step
    self.groups = groups
    self.stepping = (stepping, nest.loops[step].dimension.index)
    rules = groups.indices.map { reuse == .overlap ? .common : $0 == stepping ? .slide : .whole }
    self.entries = entries
    self.classes = classes
    turning = groups.map { group in
      group.dimensions.flatMap { nest.loops($0, inside: step) }
        .reduce(0) { nest.loops[$1].direction == .backAndForth ? $0 | 1 << UInt64($1) : $0 }
    }
  }

  /// - Throws: ``UncountableNest/tooManyBlocks``.
  mutating func total(_ work: inout Work) throws(UncountableNest) -> Int {
    try total(Choice(entries, dimensions: classes.count), from: 0, &work)
  }

  /// For each dimension the classes that have the same factors.
  private struct Choice {
    var classes: [[Int]]
    /// For each term, the product of the factors of the dimensions chosen for so far, as bits.
    var products: [UInt64]
    /// For each term, how its sum differs going backward, as bits.
    var differences: [UInt64]

    init(_ entries: Entries?, dimensions: Int) {
      classes = Array(repeating: [], count: dimensions)
      products = entries?.reach ?? []
      differences = Array(repeating: 0, count: products.count)
    }
  }

  /// The sum over all choices of factors of the dimensions from one on.
  private mutating func total(
    _ choice: Choice, from dimension: Int, _ work: inout Work
  ) throws(UncountableNest) -> Int {
    if dimension == classes.count { return try total(choice, &work) }
    var total = 0
    for (factors, alike) in Dictionary(grouping: classes[dimension].indices, by: { classes[dimension][$0].factors }) {
      var choice = choice
      choice.classes[dimension] = alike
      for (term, factor) in factors.enumerated() {
        if let entries, nest.loops[entries.terms[term]].dimension.index == dimension {
          choice.differences[term] = factor
        } else {
          choice.products[term] &= factor
        }
      }
      total += try self.total(choice, from: dimension + 1, &work)
    }
    return total
  }

  /// The sum for one choice of factors.
  private mutating func total(_ choice: Choice, _ work: inout Work) throws(UncountableNest) -> Int {
    let shifts = shifts(choice)
    var reachable: Set<UInt64> = [0]
    for (alike, shifts) in zip(choice.classes, shifts) {
      let different = Set(alike.map { shifts[$0] })
      try work.add(alike.count + reachable.count * different.count)
      reachable = Set(different.flatMap { shift in reachable.map { $0 ^ shift } })
    }
    let stepProduct = entries?.terms.last == step ? choice.products[choice.products.count - 1] : 0
    let asksStep = (entries?.asked ?? 0) & 1 << UInt64(step) != 0
    let steps = Dictionary(grouping: choice.classes[stepping.dimension]) { index in
      let places = classes[stepping.dimension][index]
      return Step(sum: places.stepSum & stepProduct, isBackward: places.isBackward)
    }
    var total = 0
    for (key, alike) in steps {
      var choice = choice
      choice.classes[stepping.dimension] = alike
      for odd in reachable where !asksStep || (odd & 1 << UInt64(step) != 0) == key.isBackward {
        total += try sum(choice, shifts, to: odd, sides: odd ^ key.sum, isBackward: key.isBackward, &work)
      }
    }
    return total
  }

  private struct Step: Hashable {
    let sum: UInt64
    let isBackward: Bool
  }

  /// The numbers of entries of the loops from the one that steps inward that each class of places changes, before the step
  /// of it, as bits.
  private func shifts(_ choice: Choice) -> [[UInt64]] {
    var shifts = classes.map { [UInt64](repeating: 0, count: $0.count) }
    guard let entries else { return shifts }
    // What becomes of a bit that is added to a number inside the terms that were gone through, from the inside out.
    var images = nest.loops.indices.map { $0 >= step ? 1 << UInt64($0) : UInt64(0) }
    func image(_ bits: UInt64) -> UInt64 {
      var (image, rest) = (UInt64(0), bits)
      while rest != 0 {
        image ^= images[rest.trailingZeroBitCount]
        rest &= rest - 1
      }
      return image
    }
    for (term, loop) in entries.terms.enumerated().reversed() where loop < step {
      let dimension = nest.loops[loop].dimension.index
      for index in choice.classes[dimension] {
        shifts[dimension][index] ^= image(choice.products[term] & classes[dimension][index].sums[term])
      }
      images[loop] ^= image(choice.products[term] & choice.differences[term])
    }
    return shifts
  }

  /// The sum over the places at which just the loops `odd` were entered an odd number of times before the step.
  private mutating func sum(
    _ choice: Choice, _ shifts: [[UInt64]], to odd: UInt64, sides: UInt64, isBackward: Bool, _ work: inout Work
  ) throws(UncountableNest) -> Int {
    var sums: [UInt64: Int] = [0: 1]
    for group in groups.indices {
      let dimensions = groups[group].dimensions.map(\.index)
      var next: [UInt64: Int] = [:]
      for first in choice.classes[dimensions[0]] {
        for second in dimensions.count > 1 ? choice.classes[dimensions[1]] : [0] {
          let value = try value(group, first, second, sides, isBackward, &work)
          if value == 0 { continue }
          try work.add(sums.count)
          let shift = shifts[dimensions[0]][first] ^ (dimensions.count > 1 ? shifts[dimensions[1]][second] : 0)
          for (bits, sum) in sums { next[bits ^ shift, default: 0] += sum * value }
        }
      }
      if next.isEmpty { return 0 }
      sums = next
    }
    return sums[odd] ?? 0
  }

  /// What is counted along a group over the places of some classes.
  private mutating func value(
    _ group: Int, _ first: Int, _ second: Int, _ sides: UInt64, _ isBackward: Bool, _ work: inout Work
  ) throws(UncountableNest) -> Int {
    let key = Key(group: group, first: first, second: second, sides: sides & turning[group])
    if let value = known[key] { return value }
    let dimensions = groups[group].dimensions.map(\.index)
    let places = zip(dimensions, [first, second]).map { classes[$0][$1].pairs }
    let change = BoxGroup.Change(
      rule: rules[group], sides: key.sides, isBackward: isBackward && group == stepping.group)
    let value = try groups[group].sum(places, nest, step: step, change, &work)
    known[key] = value
    return value
  }
}
