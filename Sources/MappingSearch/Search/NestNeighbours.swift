import EnergyModel
import Mappings
import Workloads

/// The nests that differ from one in the blocks of a dimension at one place, in the direction of a loop, or in the order of a loop and
/// the loop or keep next to it.
///
/// Lists of block sizes hold the smallest of those that do alike, and at some keeps the smallest box alone. Where a larger box fits into
/// what others leave, a larger one may do better, and such a nest is near the best of those listed: most often in a part of the Buffer
/// or where sizes are chosen.
struct NestNeighbours {
  private let nodes: [Mapping.Node]
  private let layer: Layer
  private let rules: TileRules
  /// Of one block so many sizes on either side are tried, and as many others: more where lists of sizes leave more out.
  private let nearby: Int

  init(of mapping: Mapping, in problem: Problem) {
    (nodes, layer, rules) = (mapping.nodes, problem.layer, problem.layout.rules)
    nearby = rules == .none && problem.layout.parts.isEmpty ? 1 : 4
  }

  /// Calls a closure for each neighbour that differs at a node.
  func forEach(at index: Int, _ body: (Mapping) -> Void) {
    guard case .loop(let loop) = nodes[index] else { return }
    if case .tile(let tile) = loop.cut { forEachSize(of: loop, tile, at: index, body) }
    offer(nodes.replacing(index, with: .loop(loop.turned)), body)
    // Of two loops the outer one is exchanged with the inner one.
    if index > 0, case .keep = nodes[index - 1] { exchange(index, index - 1, body) }
    if index + 1 < nodes.count, Self.dimension(nodes[index + 1]) != loop.dimension { exchange(index, index + 1, body) }
  }

  /// The nests with a loop filled, in two blocks of which the first is the largest for which something is true of the nest. Where it
  /// cuts the blocks of a loop next to it, it does so in the place of both. In one of the nests the blocks are as they were from the
  /// next keep inward.
  func filled(at index: Int, where fits: (Mapping) -> Bool) -> [Mapping] {
    guard case .loop(let loop) = nodes[index], Mapping.dimensionsFilled.contains(loop.dimension),
      let keep = nodes[index...].firstIndex(where: { Self.dimension($0) == nil })
    else { return [] }
    let isOuterNext = index > 0 && Self.tile(nodes[index - 1], of: loop.dimension) != nil
    let range = enclosing(isOuterNext ? index - 1 : index, loop.dimension)
    return [false, true].compactMap { cutsInside in
      filled(range, atLeast: cutsInside ? 1 : enclosed(index, loop.dimension)) { tile in
        var filled = nodes
        if cutsInside { filled.insert(.loop(Loop(loop.dimension, loop.cut, loop.direction)), at: keep + 1) }
        filled[index] = .loop(Loop(loop.dimension, .tile(tile), loop.direction, isFilled: true))
        if isOuterNext { filled.remove(at: index - 1) }
        return try? Mapping(filled)
      } where: {
        fits($0)
      }
    }
  }

  private func filled(
    _ range: Int, atLeast least: Int, _ nest: (_ tile: Int) -> Mapping?, where fits: (Mapping) -> Bool
  ) -> Mapping? {
    // Blocks of half the range at most have nothing in common.
    let least = max(range / 2 + 1, least)
    if least >= range { return nil }
    let tiles = least..<range
    let fitting = tiles.partitionPoint { tile in !(nest(tile).map(fits) ?? false) }
    return fitting == tiles.lowerBound ? nil : nest(fitting - 1)
  }

  /// The nest with a loop that is filled as it would be otherwise, or nil where it is not.
  func unfilled(at index: Int) -> Mapping? {
    guard case .loop(let loop) = nodes[index], loop.isFilled else { return nil }
    return try? Mapping(nodes.replacing(index, with: .loop(Loop(loop.dimension, loop.cut, loop.direction))))
  }

  private func exchange(_ some: Int, _ other: Int, _ body: (Mapping) -> Void) {
    var exchanged = nodes
    exchanged.swapAt(some, other)
    offer(exchanged, body)
  }

  /// The neighbours with other blocks of one loop. Where it cuts the blocks of a loop next to it so that the smaller one is the last
  /// but one, it does so with other blocks too.
  private func forEachSize(of loop: Loop, _ tile: Int, at index: Int, _ body: (Mapping) -> Void) {
    let isOuterNext = index > 0 && Self.tile(nodes[index - 1], of: loop.dimension) != nil
    let outer = enclosing(index, loop.dimension)
    let whole = isOuterNext ? enclosing(index - 1, loop.dimension) : outer
    for size in sizes(of: loop.dimension, from: enclosed(index, loop.dimension), to: whole, near: tile)
    where size != tile {
      if size <= outer { offer(nodes.replacing(index, with: size < outer ? .loop(loop.with(tile: size)) : nil), body) }
      if isOuterNext {
        let isCutTwice = 2 * size < whole && whole % size > 0
        let inner = nodes.replacing(index, with: size < whole ? .loop(loop.with(tile: size)) : nil)
        offer(inner.replacing(index - 1, with: isCutTwice ? .loop(loop.with(tile: whole - size)) : nil), body)
      }
    }
  }

  private func offer(_ nodes: [Mapping.Node], _ body: (Mapping) -> Void) {
    if let mapping = try? Mapping(nodes) { body(mapping) }
  }

  /// The size of the block of a dimension outside of a node.
  private func enclosing(_ index: Int, _ dimension: Dimension) -> Int {
    nodes[..<index].reduce(layer[dimension]) { size, node in
      if case .loop(let loop) = node, loop.dimension == dimension { loop.cut.largestBlock(of: size) } else { size }
    }
  }

  /// The size of the largest block of a dimension inside of a node that it need not cut.
  private func enclosed(_ index: Int, _ dimension: Dimension) -> Int {
    nodes[(index + 1)...].lazy.compactMap { Self.tile($0, of: dimension) }.first ?? 1
  }

  private static func dimension(_ node: Mapping.Node) -> Dimension? {
    if case .loop(let loop) = node { loop.dimension } else { nil }
  }

  private static func tile(_ node: Mapping.Node, of dimension: Dimension) -> Int? {
    if case .loop(let loop) = node, loop.dimension == dimension, case .tile(let tile) = loop.cut { tile } else { nil }
  }

  /// The sizes tried: those nearby, the smallest of some numbers of blocks, and those that a choice names.
  private func sizes(of dimension: Dimension, from least: Int, to most: Int, near tile: Int) -> [Int] {
    if least > most { return [] }
    let near = max(least, tile - nearby)..<min(most, tile + nearby) + 1
    let named = rules.listed(dimension, upTo: most, whole: layer[dimension]) ?? []
    let others = Tiles.byBlockCount(of: most, atMost: 2 * nearby) + named
    return Set(near).union(others.filter { $0 >= least }).sorted()
  }
}

extension Loop {
  /// The loop in the other direction.
  fileprivate var turned: Loop {
    Loop(dimension, cut, direction == .forward ? .backAndForth : .forward, isFilled: isFilled)
  }
}

extension [Mapping.Node] {
  /// The same with another node in the place of one, or with none.
  fileprivate func replacing(_ index: Int, with node: Mapping.Node?) -> [Mapping.Node] {
    var nodes = self
    if let node { nodes[index] = node } else { nodes.remove(at: index) }
    return nodes
  }
}

extension Problem {
  /// Whether filled loops are searched: where one tensor cannot have the room of another, more than half of one is kept.
  private var fillsLoops: Bool { !layout.parts.isEmpty && reuse == .overlap }

  /// The nest that is reached from one by going to the best neighbour that fits a capacity, node by node, until none is better.
  ///
  /// - Parameters:
  ///   - evaluation: the nest to start at.
  ///   - capacity: the Buffer's size.
  ///   - loads: what is known of what tensors load.
  ///   - limit: when it ends, or nil.
  /// - Returns: the nest with what it costs.
  func improved(
    _ evaluation: Evaluation, within capacity: Bits, _ loads: inout TensorLoads, _ limit: TimeLimit?
  ) -> Evaluation {
    let leastQuanta = OptimalityProof(self, capacity: capacity).leastQuanta
    return improved(evaluation, within: capacity, costingAtLeast: leastQuanta, &loads, limit).best
  }

  /// The same where it is known what no nest that fits costs less than, in quanta.
  ///
  /// - Returns: the nest with what it costs, and a capacity below which no step leads on from it.
  func improved(
    _ evaluation: Evaluation, within capacity: Bits, costingAtLeast leastQuanta: Int, _ loads: inout TensorLoads,
    _ limit: TimeLimit?
  ) -> (best: Evaluation, until: Bits) {
    /// The least that a neighbour holds that does not fit.
    var until = Bits(.max)
    /// What a neighbour holds, if it fits.
    func fitting(_ neighbour: Mapping) -> Bits? {
      let held = held(by: neighbour)
      if held <= capacity { return held }
      until = min(until, held)
      return nil
    }
    var best = (mapping: evaluation.mapping, energy: evaluation.energy.dataQuanta, held: held(by: evaluation))
    // Nodes since the last change.
    var (index, unchanged) = (0, 0)
    while unchanged < best.mapping.nodes.count, best.energy > leastQuanta, !limit.endsSearch() {
      let before = best.mapping
      if index >= before.nodes.count { index = 0 }
      func offer(_ neighbour: Mapping) {
        // What is on the chip stays there.
        if movedFromChip(by: neighbour) != nil || refusedTile(of: neighbour) != nil { return }
        guard let held = fitting(neighbour) else { return }
        // With as much energy it is of use only where it holds less.
        let most = held < best.held ? best.energy : best.energy - 1
        if let energy = loads.energy(of: neighbour, atMost: most) { best = (neighbour, energy, held) }
      }
      let neighbours = NestNeighbours(of: before, in: self)
      neighbours.forEach(at: index, offer)
      if fillsLoops { neighbours.filled(at: index) { fitting($0) != nil }.forEach(offer) }
      unchanged = best.mapping == before ? unchanged + 1 : 0
      index += 1
    }
    for index in best.mapping.nodes.indices {
      guard let plain = NestNeighbours(of: best.mapping, in: self).unfilled(at: index) else { continue }
      // It has other neighbours.
      if loads.energy(of: plain, atMost: best.energy) == best.energy { (best.mapping, until) = (plain, .zero) }
    }
    if best.mapping == evaluation.mapping { return (evaluation, until) }
    let improved = evaluate(best.mapping)
    precondition(improved.energy.dataQuanta == best.energy, "a nest costs what its tensors do")
    return (improved, until)
  }
}
