import Mappings
import Workloads

/// How many nests a template has on a layer: the tiles of loops over one dimension depend on each other alone.
struct ChainCounts: Sendable {
  /// A loop over a dimension.
  private struct Step {
    /// Its position among the template's lines.
    let line: Int
    let content: TemplateSpace.Line
    /// For each size of a block, where free loops are further in: the choices for these inside all tiles below it.
    var below: [Int] = []
  }

  private let space: TemplateSpace
  /// The loops over each dimension, outermost first, by `Dimension.index`.
  private var steps: [[Step]]

  init(_ space: TemplateSpace) {
    self.space = space
    steps = Dimension.allCases.map { dimension in
      space.lines.enumerated().filter { space.dimension(of: $0.element) == dimension }
        .map { Step(line: $0.offset, content: $0.element) }
    }
    for dimension in Dimension.allCases {
      var hasInner = false
      for index in steps[dimension.index].indices.reversed() {
        guard case .free(let slot) = steps[dimension.index][index].content else { continue }
        if hasInner, !space.slots[slot].isAbsent {
          steps[dimension.index][index].below = choicesBelow(slot, dimension, inside: index)
        }
        hasInner = true
      }
    }
  }

  /// For each block up to the whole dimension, the choices inside all tiles below it.
  private func choicesBelow(_ slot: Int, _ dimension: Dimension, inside index: Int) -> [Int] {
    let slot = space.slots[slot]
    var (below, sum) = ([0], 0)
    for tile in stride(from: 1, to: space.problem.layer[dimension], by: 1) {
      below.append(sum)
      if tile >= slot.least, tile % slot.multiple == 0 {
        sum = Self.sum(sum, count(dimension, from: index + 1, tile))
      }
    }
    return below + [sum]
  }

  /// The choices of tiles for the free loops from a line on, inside some blocks; `Int.max` where there are more.
  ///
  /// - Complexity: O(loops).
  func count(from line: Int, _ block: [Int]) -> Int {
    Dimension.allCases.reduce(1) { count, dimension in
      let first = steps[dimension.index].firstIndex { $0.line >= line } ?? steps[dimension.index].endIndex
      return Self.product(count, self.count(dimension, from: first, block[dimension.index]))
    }
  }

  private func count(_ dimension: Dimension, from index: Int, _ block: Int) -> Int {
    guard index < steps[dimension.index].count else { return 1 }
    let step = steps[dimension.index][index]
    switch step.content {
    case .keep: return 1
    case .loop(let loop): return count(dimension, from: index + 1, loop.cut.largestBlock(of: block))
    case .free(let slot):
      if space.slots[slot].isAbsent { return count(dimension, from: index + 1, block) }
      if step.below.isEmpty { return space.sizes(.all, slot, of: block).count }
      return Self.sum(count(dimension, from: index + 1, block), step.below[block])
    }
  }

  private static func product(_ one: Int, _ other: Int) -> Int {
    let (product, overflow) = one.multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }

  private static func sum(_ one: Int, _ other: Int) -> Int {
    let (sum, overflow) = one.addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
