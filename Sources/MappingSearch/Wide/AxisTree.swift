import Mappings

/// Choices of one axis, those together that have the same loops outside the second keep, which the first two tensors cannot
/// tell apart; and these groups in halves of halves, each with the least of all that its choices have.
struct AxisTree {
  /// Choices that have the same loops outside the second keep.
  struct Group {
    /// The choices, by the words held at the third keep, ascending.
    let choices: Range<Int>
    /// The rows of the third tensor that each block at the second keep touches, summed over the blocks.
    let needed: Int
    /// Whether the second tensor's block has all rows of the dimensions that it does not share with the first.
    let isWhole: Bool
    /// Where ``AxisTree/leastOfFew`` has its first choices.
    let few: Int
  }

  /// Groups in a row.
  struct Node {
    let groups: Range<Int>
    /// The halves, or 0.
    var first: Int32 = 0
    var second: Int32 = 0
    /// The words held at each keep, at least and at most.
    var held: SIMD4<Int>
    var mostHeld: SIMD4<Int>
    /// The least of what the groups need of the third tensor.
    var needed: Int
    var isLeaf: Bool { groups.count == 1 }
  }

  /// The loops of each choice.
  let loops: [[AxisLoop]]
  let groups: [Group]
  /// For each group, and each number of the axis's places outside the second keep, the number of blocks that their loops make.
  let blocks: [Int]
  /// The numbers of blocks of each group.
  let blockCounts: Int
  /// The root first.
  private(set) var nodes: [Node] = []
  /// The axis's factor of each product of a template: at least of a node's choices, one node after the other.
  private(set) var factorsOfNodes: [Int] = []
  /// For each node and each number of the axis's places outside the second keep, at most: the blocks that their loops make,
  /// and how many more the next place makes.
  private(set) var mostBlocks: [Int] = []
  private(set) var mostSteps: [Int] = []
  /// Of each choice.
  let factors: [Int]
  /// The words held by each choice at each keep.
  let held: [SIMD4<Int>]
  /// The factors of the products of the third tensor: at least of a group's choices up to each. None of a vertical axis.
  private(set) var leastOfThird: [Int] = []
  /// The factors of the products of the third tensor: at least of the first few choices of each group, the next few, and so on. None of
  /// a horizontal axis.
  private(set) var leastOfFew: [Int] = []
  /// So many together.
  static let few = 4
  /// For each product of a template whether the axis's factor is other than 0 of some choice.
  let isUsed: [Bool]
  private let products: Int

  /// - Parameters:
  ///   - choices: choices of loops, by the words they hold.
  ///   - lister: what listed them.
  ///   - factors: the axis's factor of each product of a template.
  ///   - third: the first product of the third tensor.
  init(_ choices: [AxisChoice], _ lister: AxisLister, _ factors: [WideTerms.Factor], third: Int) {
    var numbers: [PackedLoops: Int] = [:]
    var members: [[AxisChoice]] = []
    var groups: [Group] = []
    var outer: [ArraySlice<AxisLoop>] = []
    var blocks: [Int] = []
    for choice in choices {
      // They stand in the order of their places.
      let outside = choice.loops.prefix { $0.place < lister.layout.places[1] }
      let key = PackedLoops(outside, withPlaces: true)
      let number = numbers[key] ?? members.count
      if number == members.count {
        numbers[key] = number
        members.append([])
        outer.append(outside)
      }
      members[number].append(choice)
    }
    products = factors.count
    var ofChoices: [Int] = []
    let isHorizontal = lister.axis == .horizontal
    for (group, loops) in zip(members, outer) {
      let first = groups.last?.choices.upperBound ?? 0
      let sums = lister.sums.of(lister.template.dataflow.order[2], loops, lister.rows).sums
      groups.append(
        Group(
          choices: first..<first + group.count, needed: sums.starts[loops.count],
          isWhole: group[0].isWhole,
          few: groups.last.map { $0.few + ($0.choices.count + Self.few - 1) / Self.few } ?? 0))
      blocks += (0...lister.layout.places[1]).map { cut in sums.blocks[loops.count { $0.place < cut }] }
      var least = Array(repeating: Int.max, count: factors.count - third)
      for choice in group {
        for (product, factor) in factors.enumerated() {
          let own = factor.of(choice.values)
          ofChoices.append(own)
          if product >= third { least[product - third] = min(least[product - third], own) }
        }
        if isHorizontal { leastOfThird += least }
      }
    }
    loops = members.joined().map(\.loops)
    held = members.joined().map(\.held)
    self.groups = groups
    self.factors = ofChoices
    isUsed = factors.indices.map { product in
      stride(from: product, to: ofChoices.count, by: factors.count).contains { ofChoices[$0] != 0 }
    }
    self.blocks = blocks
    blockCounts = lister.layout.places[1] + 1
    if !groups.isEmpty { add(groups.indices) }
    if isHorizontal { return }
    for group in groups {
      for first in stride(from: group.choices.lowerBound, to: group.choices.upperBound, by: Self.few) {
        let few = first..<min(first + Self.few, group.choices.upperBound)
        leastOfFew += (third..<products).map { product in
          few.reduce(.max) { min($0, self.factors[$1 * products + product]) }
        }
      }
    }
  }

  @discardableResult
  private mutating func add(_ range: Range<Int>) -> Int {
    let index = nodes.count
    let group = groups[range.lowerBound].choices
    nodes.append(
      Node(
        groups: range, held: held[group.lowerBound], mostHeld: held[group.upperBound - 1],
        needed: groups[range.lowerBound].needed))
    let own = Array(blocks[range.lowerBound * blockCounts..<(range.lowerBound + 1) * blockCounts])
    mostBlocks += own
    mostSteps += zip(own, own.dropFirst()).map { $1 - $0 } + [0]
    for product in 0..<products {
      factorsOfNodes.append(group.reduce(.max) { min($0, factors[$1 * products + product]) })
    }
    if range.count == 1 { return index }
    let middle = range.lowerBound + range.count / 2
    let (first, second) = (add(range.lowerBound..<middle), add(middle..<range.upperBound))
    nodes[index].first = Int32(first)
    nodes[index].second = Int32(second)
    nodes[index].held = pointwiseMin(nodes[first].held, nodes[second].held)
    nodes[index].mostHeld = pointwiseMax(nodes[first].mostHeld, nodes[second].mostHeld)
    nodes[index].needed = min(nodes[first].needed, nodes[second].needed)
    for count in 0..<blockCounts {
      let (one, other) = (first * blockCounts + count, second * blockCounts + count)
      mostBlocks[index * blockCounts + count] = max(mostBlocks[one], mostBlocks[other])
      mostSteps[index * blockCounts + count] = max(mostSteps[one], mostSteps[other])
    }
    for product in 0..<products {
      factorsOfNodes[index * products + product] = min(
        factorsOfNodes[first * products + product], factorsOfNodes[second * products + product])
    }
    return index
  }
}
