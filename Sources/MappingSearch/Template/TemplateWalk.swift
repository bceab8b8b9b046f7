import EnergyModel
import Mappings
import Workloads

/// A walk through the nests of a template that leaves out what cannot be better than the best known.
///
/// It chooses tiles from the outermost loop on. Loops inside those chosen only cut further what these walk, and whatever is
/// in the Buffer when one of their blocks ends was not there for less: each tensor loads no less than by the loops chosen
/// alone. So the sum of these is a bound on the energy, and exact for tensors whose keeps were come by. Boxes that are still
/// open hold no less than with the smallest tiles. Proofs.md has both.
struct TemplateWalk {
  /// Why a walk ended.
  enum End {
    /// Nothing is left.
    case complete
    /// What was found cannot be beaten by any schedule.
    case proven
    /// It was too much work, or took too long.
    case stopped
  }

  /// What is chosen so far.
  private struct State {
    var block: [Int]
    var tiles: [Int] = []
    var loops: [Loop] = []
    /// What each tensor loads by these loops.
    var loaded: [Int]
    /// What each tensor holds: at least, until its keep was come by.
    var bits: [Bits]
    var isKept = [false, false, false]
    /// Whether some loop cuts each tensor.
    var changes = [false, false, false]
  }

  private let space: TemplateSpace
  private let sizes: TemplateSpace.Sizes
  private let capacity: Bits
  private let limit: TimeLimit?
  /// No schedule costs less, in quanta.
  private let leastQuanta: Int
  /// The most work, as ``TemplateCosts/work`` counts it.
  private let mostWork: Int
  private let counts: ChainCounts
  private(set) var costs: TemplateCosts
  /// The best nests, each better than the one before.
  private(set) var found: [TemplateCosts.Found]
  /// Nests left out since boxes that they have in common do not fit.
  private(set) var prunedByCapacity = 0
  /// Why it ended.
  private(set) var end = End.complete
  /// Loops inside which no box fits.
  private(set) var leftOut = 0
  static let leftOutAtOnce = 16
  /// What boxes hold at least, by tensor, line and tiles of free loops that cut it.
  private var least: [[Int]: Bits] = [:]

  /// A walk.
  ///
  /// - Parameters:
  ///   - space: the nests.
  ///   - sizes: the tile sizes that are tried.
  ///   - capacity: the Buffer's size.
  ///   - leastQuanta: no schedule costs less, in quanta.
  ///   - best: the best nest known, which only better ones follow.
  ///   - costs: what is known of costs.
  ///   - counts: how many nests there are.
  ///   - mostWork: how much more may be counted.
  ///   - limit: when it ends, or nil.
  init(
    _ space: TemplateSpace, _ sizes: TemplateSpace.Sizes, capacity: Bits, leastQuanta: Int, best: TemplateCosts.Found?,
    _ costs: TemplateCosts, _ counts: ChainCounts, mostWork: Int, _ limit: TimeLimit?
  ) {
    self.space = space
    self.sizes = sizes
    self.capacity = capacity
    self.leastQuanta = leastQuanta
    self.costs = costs
    self.limit = limit
    self.mostWork = costs.work + mostWork
    found = best.map { [$0] } ?? []
    self.counts = counts
  }

  /// Walks all nests.
  mutating func run() {
    let layer = space.problem.layer
    var state = State(
      block: Dimension.allCases.map { layer[$0] },
      loaded: Tensor.allCases.map { costs.loaded($0, by: []) ?? 0 },
      bits: [.zero, .zero, .zero])
    for tensor in Tensor.allCases { state.bits[tensor.position] = leastBits(tensor, from: 0, state) }
    enter(0, state)
  }

  private var isEnded: Bool {
    if case .complete = end { false } else { true }
  }

  /// Counts work, and ends the walk where that is too much or takes too long.
  private mutating func visit() {
    costs.visit()
    if costs.work > mostWork || limit.endsSearch() { end = .stopped }
  }

  private mutating func enter(_ line: Int, _ state: State) {
    if isEnded { return }
    visit()
    if isEnded { return }
    if line == space.lines.count { return offer(state) }
    switch space.lines[line] {
    case .keep(let tensor):
      if !allowsBox(of: tensor, state) { return }
      var state = state
      state.isKept[tensor.position] = true
      state.bits[tensor.position] = costs.held(tensor, by: state.tiles)
      if fits(state) { enter(line + 1, state) } else { leaveOut(line, state) }
    case .loop(let loop): enter(loop, line, state)
    case .free(let slot):
      let dimension = space.slots[slot].dimension.index
      for tile in space.sizes(sizes, slot, of: state.block[dimension]) {
        var state = state
        state.tiles.append(tile)
        enter(space.loop(slot, tile: tile), line, state)
        if isEnded { return }
      }
    }
  }

  /// Goes inside a loop, if what is there may be better than the best known.
  private mutating func enter(_ loop: Loop, _ line: Int, _ state: State) {
    let dimension = loop.dimension.index
    let inner = loop.cut.largestBlock(of: state.block[dimension])
    if inner == state.block[dimension] { return enter(line + 1, state) }
    if space.problem.layout.rules.cutsEvenly, loop.cut.pieces(of: state.block[dimension]).sizes.count > 1 { return }
    var state = state
    state.block[dimension] = inner
    state.loops.append(loop)
    let open = Tensor.allCases.filter { !state.isKept[$0.position] }
    for tensor in open where tensor.isRelevant(loop.dimension) {
      state.changes[tensor.position] = true
      state.bits[tensor.position] = leastBits(tensor, from: line + 1, state)
    }
    if !fits(state) {
      // So many are as much work as a loop that is gone into.
      leftOut += 1
      if leftOut % Self.leftOutAtOnce == 0 { visit() }
      return leaveOut(line + 1, state)
    }
    for tensor in open where tensor.isRelevant(loop.dimension) {
      // What cannot be counted is left out.
      guard let loaded = costs.loaded(tensor, by: state.loops[...]) else { return }
      state.loaded[tensor.position] = loaded
      if let best = found.last, costs.energy(loading: state.loaded) >= best.energy { return }
    }
    enter(line + 1, state)
  }

  /// Whether the layout's rules allow the sizes of a tensor's largest box, which are those of the blocks around its keep.
  private func allowsBox(of tensor: Tensor, _ state: State) -> Bool {
    let layout = space.problem.layout
    if layout.onChip.contains(tensor) { return true }
    return layout.rules.choices.keys.allSatisfy { dimension in
      !tensor.isRelevant(dimension)
        || layout.rules.allows(state.block[dimension.index], of: dimension, whole: space.problem.layer[dimension])
    }
  }

  private mutating func offer(_ state: State) {
    guard let own = costs.found(state.tiles, within: capacity) else { return }
    if found.last.map({ own.isBetter(than: $0) }) ?? true { found.append(own) }
    if own.energy <= leastQuanta { end = .proven }
  }

  private mutating func leaveOut(_ line: Int, _ state: State) {
    let (sum, overflow) = prunedByCapacity.addingReportingOverflow(counts.count(from: line, state.block))
    prunedByCapacity = overflow ? .max : sum
  }

  private func fits(_ state: State) -> Bool {
    space.problem.layout.leastCapacity { state.bits[$0.position] } <= capacity
  }

  private func mapping(_ state: State, keeping tensor: Tensor, inside loops: [Loop] = []) -> Mapping {
    let others = Tensor.allCases.filter { $0 != tensor }
    guard let mapping = try? Mapping((state.loops + loops).map { .loop($0) } + ([tensor] + others).map { .keep($0) })
    else {
      preconditionFailure("every tensor is kept once")
    }
    return mapping
  }

  /// What a tensor whose keep is further in holds at least.
  private mutating func leastBits(_ tensor: Tensor, from line: Int, _ state: State) -> Bits {
    let cutting = state.tiles.indices.filter { tensor.isRelevant(space.slots[$0].dimension) }
    let key = [tensor.position, line] + cutting.map { state.tiles[$0] }
    if let bits = least[key] { return bits }
    let bits = countedLeastBits(tensor, from: line, state)
    least[key] = bits
    return bits
  }

  private func countedLeastBits(_ tensor: Tensor, from line: Int, _ state: State) -> Bits {
    var block = state.block
    var loops: [Loop] = []
    var isOpen = Dimension.allCases.map { _ in false }
    for line in space.lines[line...] {
      if case .keep(tensor) = line { break }
      let loop: Loop
      switch line {
      case .keep: continue
      case .loop(let given): loop = given
      case .free(let slot):
        let dimension = space.slots[slot].dimension.index
        if block[dimension] > 1 { isOpen[dimension] = true }
        loop = space.loop(slot, tile: space.smallest(slot, of: block[dimension]))
      }
      let inner = loop.cut.largestBlock(of: block[loop.dimension.index])
      if inner == block[loop.dimension.index] { continue }
      block[loop.dimension.index] = inner
      loops.append(loop)
    }
    let box = BoxExtents(of: tensor, under: mapping(state, keeping: tensor, inside: loops), on: space.problem.layer)
    // Near padding smaller blocks may hold more rows: one is certain.
    func isCertain(_ axis: ConvolutionAxis, _ dimensions: [Dimension]) -> Bool {
      !axis.hasPaddedMACs || !dimensions.contains { tensor.isRelevant($0) && isOpen[$0.index] }
    }
    let layer = space.problem.layer
    let words =
      layer.usedElements(of: tensor) == .zero
      ? 0
      : Occupancy.words(
        of: tensor, in: box,
        countsRows: (isCertain(layer.vertical, [.p, .r]), isCertain(layer.horizontal, [.q, .s]))
      ).count
    let isTwice = state.changes[tensor.position] && space.problem.layout.doubleBuffered.contains(tensor)
    return Words(isTwice && !space.problem.layout.onChip.contains(tensor) ? 2 * words : words)
      * space.problem.widths.inBuffer(tensor)
  }
}
