import Mappings
import Workloads

extension TimeloopTraffic {
  /// Counts the scalar accesses at MainMemory that Timeloop finds for a nest.
  ///
  /// What moves into a tensor's level is, from one tile to the next, what the next has and the one before had not.
  /// Unlike in `Traffic`, tiles are bounding boxes in the coordinates of the data space, gaps that a stride or a
  /// dilation leaves and padding included; a box is reused from wherever it overlaps the one before, provided that the
  /// boxes move as they moved before; and not all passes of a loop are walked, see ``TimeloopPasses``. Facts from
  /// Timeloop's `src/loop-analysis/nest-analysis.cpp` (`ComputeTemporalWorkingSet`),
  /// `src/workload/shape-models/operation-space.cpp` (`SaveAndSubtractIfSameStride`),
  /// `src/loop-analysis/point-set-multi-aahr.cpp` (`GetTranslation`) and `src/loop-analysis/tiling.cpp`.
  ///
  /// - Parameters:
  ///   - nest: the nest.
  ///   - layer: the layer, whose padding is ignored.
  ///   - passes: which passes of loops are walked.
  /// - Throws: ``TimeloopExportError/tooLarge(_:)`` beyond 63 bits.
  init(_ nest: TimeloopNest, layer: Layer, passes: TimeloopPasses) throws(TimeloopExportError) {
    func accesses(_ tensor: Tensor) throws(TimeloopExportError) -> Words {
      let walk = TileWalk(nest, layer, tensor, passes)
      guard let words = walk.words() else { throw .tooLarge("the number of accesses to \(tensor.rawValue)") }
      return Words(words)
    }
    let outputs = try accesses(.outputs)
    self.init(
      inputsRead: try accesses(.inputs), weightsRead: try accesses(.weights), outputsUpdated: outputs,
      outputsRead: outputs - layer.usedElements(of: .outputs))
  }
}

extension TimeloopNest {
  /// The words of the largest tile of a tensor at its level, by the bounds of loops alone: what Timeloop holds against
  /// the level's size, or nil beyond 63 bits.
  func tileWords(of tensor: Tensor, on layer: Layer) -> Int? {
    let level = level(keeping: tensor)
    var words = 1
    for rank in Rank.all(of: tensor, layer) {
      var extent = 1
      for term in rank.terms {
        let (reach, overflow) = term.step.multipliedReportingOverflow(by: tile(term.dimension, at: level) - 1)
        if overflow || reach > Int.max - extent { return nil }
        extent += reach
      }
      let (product, overflow) = words.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      words = product
    }
    return words
  }
}

/// Which passes of a loop Timeloop walks; those walked stand for the others.
enum TimeloopPasses: CaseIterable {
  /// All, as with `TIMELOOP_DISABLE_TEMPORAL_EXTRAPOLATION=1`.
  case all
  /// As in v3.0.3: the first two, or in nests with residuals the first two and the last two.
  case release
  /// As on the master branch since January 2024: the first two, and later ones where the passes inside them may differ.
  case master
}

/// One coordinate of a data space: a sum of dimensions, each times a step.
private struct Rank {
  let terms: [(dimension: Dimension, step: Int)]

  static func all(of tensor: Tensor, _ layer: Layer) -> [Rank] {
    func plain(_ dimensions: Dimension...) -> [Rank] { dimensions.map { Rank(terms: [($0, 1)]) } }
    func window(_ axis: ConvolutionAxis, _ kernel: Dimension, _ output: Dimension) -> Rank {
      Rank(terms: [(kernel, axis.dilation), (output, axis.stride)])
    }
    switch tensor {
    case .inputs:
      return plain(.n, .g, .c) + [window(layer.vertical, .r, .p), window(layer.horizontal, .s, .q)]
    case .weights: return plain(.g, .k, .c, .r, .s)
    case .outputs: return plain(.n, .g, .k, .p, .q)
    }
  }
}

/// The walk of one tensor's tile through the loops outside its level.
///
/// What a loop moves depends on where the tile was before only relative to where the loop starts, so results are kept
/// and used again, and passes that repeat are counted at once.
private final class TileWalk {
  private struct Step {
    let loop: TimeloopNest.Loop
    /// How far a pass moves each coordinate.
    let shift: [Int]
    /// Whether the tile changes level right inside.
    let isInnermostOfParent: Bool
    /// Whether a loop inside it over its dimension, be it inside the tile, has a residual.
    let hasResidualInside: Bool
  }

  /// The tile before, relative to the walk's place, and how it got there.
  struct State: Hashable {
    /// First and last coordinates of each rank; empty at the start.
    var low: [Int] = []
    var high: [Int] = []
    /// The last move that was not zero, or nil after one that differed from the move before it.
    var move: [Int]?

    func shifted(by shift: [Int], times: Int) -> State {
      if low.isEmpty { return self }
      var state = self
      for rank in low.indices {
        state.low[rank] -= shift[rank] * times
        state.high[rank] -= shift[rank] * times
      }
      return state
    }
  }

  private struct Key: Hashable {
    let step: Int
    let isLast: [Bool]
    let state: State
  }

  private let ranks: [Rank]
  private let steps: [Step]
  private let passes: TimeloopPasses
  private let isImperfect: Bool
  /// The tile's size along each dimension: anywhere, and where all loops around are on their last pass.
  private let tile: [Int]
  private let lastTile: [Int]
  private var known: [Key: (words: Int, state: State)] = [:]
  private var isTooLarge = false

  init(_ nest: TimeloopNest, _ layer: Layer, _ tensor: Tensor, _ passes: TimeloopPasses) {
    ranks = Rank.all(of: tensor, layer)
    self.passes = passes
    isImperfect = nest.isImperfect
    let level = nest.level(keeping: tensor)
    var tile = Dimension.allCases.map { _ in 1 }
    var last = tile
    var kept = (tile: tile, last: last)
    var haveResiduals: Set<Dimension> = []
    var steps: [Step] = []
    for (index, inner) in nest.levels.enumerated().reversed() {
      // Timeloop gives a level without loops one of a single pass.
      if index == level - 1, inner.loops.isEmpty {
        let unit = TimeloopNest.Loop(dimension: .s, bound: 1, residual: 1)
        steps.append(
          Step(loop: unit, shift: ranks.map { _ in 0 }, isInnermostOfParent: true, hasResidualInside: false))
      }
      for (position, loop) in inner.loops.enumerated().reversed() {
        let dimension = loop.dimension.index
        if index < level {
          let shift = ranks.map { rank in
            rank.terms.reduce(0) { $1.dimension == loop.dimension ? $0 + $1.step * tile[dimension] : $0 }
          }
          steps.append(
            Step(
              loop: loop, shift: shift,
              isInnermostOfParent: index == level - 1 && position == inner.loops.count - 1,
              hasResidualInside: haveResiduals.contains(loop.dimension)))
        }
        if loop.hasResidual { haveResiduals.insert(loop.dimension) }
        last[dimension] += (loop.residual - 1) * tile[dimension]
        tile[dimension] *= loop.bound
      }
      if index == level { kept = (tile, last) }
    }
    self.tile = kept.tile
    lastTile = kept.last
    self.steps = steps.reversed()
  }

  /// The words that move, or nil beyond 63 bits.
  func words() -> Int? {
    let words = walk(0, Dimension.allCases.map { _ in true }, State()).words
    return isTooLarge ? nil : words
  }

  /// The words that all passes of a loop move, and what is left of the walk after them.
  private func walk(_ index: Int, _ isLast: [Bool], _ state: State) -> (words: Int, state: State) {
    if index == steps.count { return arrive(isLast, state) }
    let key = Key(step: index, isLast: isLast, state: state)
    if let known = known[key] { return known }
    let step = steps[index]
    let dimension = step.loop.dimension.index
    var words = 0
    var state = state
    func walk(pass: Int, weight: Int) -> Int {
      var inner = isLast
      inner[dimension] = isLast[dimension] && pass + 1 >= step.loop.residual
      let result = self.walk(index + 1, inner, state.shifted(by: step.shift, times: pass))
      state = result.state.shifted(by: step.shift, times: -pass)
      add(result.words, times: weight, to: &words)
      return result.words
    }
    let count = isLast[dimension] ? step.loop.residual : step.loop.bound
    if passes != .all {
      for (pass, weight) in sample(of: count, step, isLast: isLast[dimension]) { _ = walk(pass: pass, weight: weight) }
    } else {
      // From a pass that begins as the one before it did, all are alike but the last.
      var before: State?
      var pass = 0
      while pass < count {
        let beginning = state.shifted(by: step.shift, times: pass)
        let moved = walk(pass: pass, weight: 1)
        let alike = count - 2 - pass
        if alike > 0, before == beginning {
          add(moved, times: alike, to: &words)
          state = state.shifted(by: step.shift, times: -alike)
          pass += alike
        }
        before = beginning
        pass += 1
      }
    }
    known[key] = (words, state)
    return (words, state)
  }

  /// The passes of a loop that Timeloop walks, and how often it counts each.
  ///
  /// The loop next to the tile counts its second pass again in place of the last one before the residual.
  private func sample(of count: Int, _ step: Step, isLast: Bool) -> [(pass: Int, weight: Int)] {
    let isNextToTile = step.isInnermostOfParent
    let first = [(0, 1), (1, count - 1)]
    let runsLast = passes == .release ? isImperfect : isLast && step.hasResidualInside
    let runsLastTwo = passes == .release ? isImperfect : runsLast && step.loop.hasResidual
    if count == 1 || !runsLast { return count == 1 ? [(0, 1)] : first }
    switch count {
    case 2: return first
    case _ where !runsLastTwo && isNextToTile: return first + [(count - 1, 0)]
    case _ where !runsLastTwo: return [(0, 1), (1, count - 2), (count - 1, 1)]
    case 3: return [(0, 1), (1, 1), (2, 1)]
    case _ where isNextToTile: return [(0, 1), (1, count - 2), (count - 2, 0), (count - 1, 1)]
    default: return [(0, 1), (1, count - 3), (count - 2, 1), (count - 1, 1)]
    }
  }

  /// The tile at the walk's place: what it has that the tile before had not.
  private func arrive(_ isLast: [Bool], _ before: State) -> (words: Int, state: State) {
    var state = State(low: ranks.map { _ in 0 }, high: [], move: before.move)
    state.high = ranks.map { rank in
      rank.terms.reduce(0) { reach, term in
        let size = (isLast[term.dimension.index] ? lastTile : tile)[term.dimension.index]
        return reach + term.step * (size - 1)
      }
    }
    let all = state.high.reduce(1) { product($0, $1 + 1) }
    if before.low.isEmpty { return (all, state) }
    // From centre to centre, rounded away from zero.
    let move = ranks.indices.map { rank in
      let twice = state.high[rank] - before.low[rank] - before.high[rank]
      return twice.signum() * ((abs(twice) + 1) / 2)
    }
    if move.contains(where: { $0 != 0 }) {
      if let known = before.move, known != move {
        state.move = nil
        return (all, state)
      }
      state.move = move
    }
    let overlap = ranks.indices.reduce(1) {
      product($0, max(0, min(state.high[$1], before.high[$1]) - max(0, before.low[$1]) + 1))
    }
    return (all &- overlap, state)
  }

  private func product(_ a: Int, _ b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    if overflow { isTooLarge = true }
    return product
  }

  private func add(_ words: Int, times: Int, to sum: inout Int) {
    let (more, overflow) = sum.addingReportingOverflow(product(words, times))
    if overflow { isTooLarge = true }
    sum = more
  }
}
