import Workloads

/// What stays of boxes when one loop steps, summed over all places of all dimensions.
///
/// Places of a dimension are in classes of the same bearing on ``Entries``. Once it is chosen which of the terms' factors
/// are odd, the numbers of entries are linear in the terms' sums: each class *shifts* them by a fixed set of bits, and
/// classes whose shifts cancel to the same bits go together.
struct RetainedSum {
  private let nest: OuterLoops
  private let step: Int
  private let groups: [Group]
  /// The group of the dimension that steps, and that dimension.
  private let stepping: (group: Int, dimension: Int)
  private let entries: Entries?
  /// By ``Dimension/index``.
  private let classes: [[Places.Class]]
  /// Where the first of a dimension's classes is among those of all.
  private let offsets: [Int]
  /// For each dimension, its classes by their factors.
  private let alike: [SmallDictionary<[UInt64], [Int]>]
  /// The dimensions with classes of several factors.
  private let undecided: [Int]
  private var known = SmallDictionary<Key, Int>()

  /// A group, with the places of its dimensions.
  private struct Group {
    let box: BoxGroup
    let first: Int
    let second: Int?
    let rule: BoxGroup.Rule
    /// The loops over its dimensions inside the one that steps that run back and forth, as bits.
    let turning: UInt64

    init(_ box: BoxGroup, _ rule: BoxGroup.Rule, _ nest: OuterLoops, step: Int) {
      self.box = box
      self.rule = rule
      let dimensions = box.dimensions
      (first, second) = (dimensions[0].index, dimensions.count > 1 ? dimensions[1].index : nil)
      var turning: UInt64 = 0
      for dimension in dimensions {
        for loop in nest.loops(dimension, inside: step) where nest.loops[loop].direction == .backAndForth {
          turning |= 1 << UInt64(loop)
        }
      }
      self.turning = turning
    }
  }

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
    self.groups = groups.indices.map {
      Group(groups[$0], reuse == .overlap ? .common : $0 == stepping ? .slide : .whole, nest, step: step)
    }
    self.stepping = (stepping, nest.loops[step].dimension.index)
    self.entries = entries
    self.classes = classes
    var (offsets, count) = ([Int](), 0)
    alike = classes.map { classes in
      offsets.append(count)
      count += classes.count
      var alike = SmallDictionary<[UInt64], [Int]>()
      for (index, places) in classes.enumerated() {
        let position = alike.position(of: places.factors, adding: [])
        alike.update(at: position) { $0.append(index) }
      }
      return alike
    }
    self.offsets = offsets
    undecided = alike.indices.filter { [alike] in alike[$0].entries.count != 1 }
  }

  /// - Throws: ``UncountableNest/tooManyBlocks``.
  mutating func total(_ work: inout Work) throws(UncountableNest) -> Int {
    var choice = Choice(entries, dimensions: classes.count)
    for dimension in classes.indices where alike[dimension].entries.count == 1 {
      choose(0, of: dimension, &choice)
    }
    return try total(choice, from: 0, &work)
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

  /// Chooses the classes with some factors of a dimension.
  private func choose(_ number: Int, of dimension: Int, _ choice: inout Choice) {
    let (factors, classes) = alike[dimension].entries[number]
    choice.classes[dimension] = classes
    guard let entries else { return }
    for (term, factor) in factors.enumerated() {
      if nest.loops[entries.terms[term]].dimension.index == dimension {
        choice.differences[term] = factor
      } else {
        choice.products[term] &= factor
      }
    }
  }

  /// The sum over all choices of factors of the undecided dimensions from one on.
  private mutating func total(
    _ choice: Choice, from next: Int, _ work: inout Work
  ) throws(UncountableNest) -> Int {
    if next == undecided.count { return try total(choice, &work) }
    let dimension = undecided[next]
    var total = 0
    for number in alike[dimension].entries.indices {
      var choice = choice
      choose(number, of: dimension, &choice)
      total += try self.total(choice, from: next + 1, &work)
    }
    return total
  }

  /// The sum for one choice of factors.
  private mutating func total(_ choice: Choice, _ work: inout Work) throws(UncountableNest) -> Int {
    let shifts = shifts(choice)
    var reachable = Tally<UInt64>(0, 1)
    for (dimension, alike) in choice.classes.enumerated() {
      var different = Tally<UInt64>()
      for index in alike { different.add(shifts[offsets[dimension] + index], 1) }
      try work.add(alike.count + reachable.entries.count * different.entries.count)
      if different.entries.count == 1, different.entries[0].key == 0 { continue }
      var shifted = Tally<UInt64>()
      for (shift, _) in different.entries {
        for (odd, _) in reachable.entries { shifted.add(odd ^ shift, 1) }
      }
      reachable = shifted
    }
    let stepProduct = entries?.terms.last == step ? choice.products[choice.products.count - 1] : 0
    let asksStep = (entries?.asked ?? 0) & 1 << UInt64(step) != 0
    var steps = SmallDictionary<Step, [Int]>()
    for index in choice.classes[stepping.dimension] {
      let places = classes[stepping.dimension][index]
      let position = steps.position(
        of: Step(sum: places.stepSum & stepProduct, isBackward: places.isBackward), adding: [])
      steps.update(at: position) { $0.append(index) }
    }
    var total = 0
    for (key, alike) in steps.entries {
      var choice = choice
      choice.classes[stepping.dimension] = alike
      for (odd, _) in reachable.entries where !asksStep || (odd & 1 << UInt64(step) != 0) == key.isBackward {
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
  /// of it, as bits; those of all dimensions in a row.
  private func shifts(_ choice: Choice) -> [UInt64] {
    var shifts = [UInt64](repeating: 0, count: classes.reduce(0) { $0 + $1.count })
    guard let entries, !entries.terms.isEmpty else { return shifts }
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
        shifts[offsets[dimension] + index] ^= image(choice.products[term] & classes[dimension][index].sums[term])
      }
      images[loop] ^= image(choice.products[term] & choice.differences[term])
    }
    return shifts
  }

  /// The sum over the places at which just the loops `odd` were entered an odd number of times before the step.
  private mutating func sum(
    _ choice: Choice, _ shifts: [UInt64], to odd: UInt64, sides: UInt64, isBackward: Bool, _ work: inout Work
  ) throws(UncountableNest) -> Int {
    var sums = Tally<UInt64>(0, 1)
    for (index, group) in groups.enumerated() {
      var next = Tally<UInt64>()
      for first in choice.classes[group.first] {
        for second in group.second.map({ choice.classes[$0] }) ?? [0] {
          let value = try value(index, first, second, sides, isBackward, &work)
          if value == 0 { continue }
          try work.add(sums.entries.count)
          let shift = shifts[offsets[group.first] + first] ^ (group.second.map { shifts[offsets[$0] + second] } ?? 0)
          for (bits, sum) in sums.entries { next.add(bits ^ shift, sum * value) }
        }
      }
      if next.entries.isEmpty { return 0 }
      sums = next
    }
    return sums[odd] ?? 0
  }

  /// What is counted along a group over the places of some classes.
  private mutating func value(
    _ index: Int, _ first: Int, _ second: Int, _ sides: UInt64, _ isBackward: Bool, _ work: inout Work
  ) throws(UncountableNest) -> Int {
    let group = groups[index]
    let key = Key(group: index, first: first, second: second, sides: sides & group.turning)
    if let value = known[key] { return value }
    let change = BoxGroup.Change(
      rule: group.rule, sides: key.sides, isBackward: isBackward && index == stepping.group)
    let value = try group.box.sum(
      classes[group.first][first].pairs, group.second.map { classes[$0][second].pairs }, nest, step: step, change,
      &work)
    _ = known.position(of: key, adding: value)
    return value
  }
}
