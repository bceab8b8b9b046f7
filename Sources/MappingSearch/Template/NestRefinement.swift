import EnergyModel
import Mappings
import Workloads

extension Problem {
  /// The nest that is reached from one by going to better ones of its template, or the same where none is better.
  ///
  /// Its template has its loops and keeps, with tiles left open, and a loop over each dimension of a tensor in front of the tensor's
  /// keep where it has none. Two tiles change at a time, the one so that it fits beside the other.
  ///
  /// - Parameters:
  ///   - evaluation: the nest to start at.
  ///   - capacity: the Buffer's size, which holds it.
  ///   - work: how much may be looked at, as ``TemplateCosts/work`` counts it.
  ///   - isThorough: whether each tile is also changed and kept while the others follow.
  ///   - limit: when it ends, or nil.
  /// - Returns: the nest with what it costs.
  func refined(
    _ evaluation: Evaluation, within capacity: Bits, work: Int, isThorough: Bool, _ limit: TimeLimit?
  ) -> Evaluation {
    let leastQuanta = OptimalityProof(self, capacity: capacity).leastQuanta
    if evaluation.energy.dataQuanta <= leastQuanta { return evaluation }
    let (nodes, tiles) = opened(evaluation.mapping)
    guard let template = try? NestTemplate(nodes), let space = try? TemplateSpace(self, template),
      space.slots.count == tiles.count
    else { return evaluation }
    var costs = TemplateCosts(space)
    let start = costs.found(space.chosen { slot, block in min(tiles[slot] ?? block, block) }, within: capacity)
    guard let start, start.energy <= evaluation.energy.dataQuanta else { return evaluation }
    var climb = TemplateClimb(space, capacity: capacity, leastQuanta: leastQuanta, costs, mostWork: work, limit)
    var best = climb.top(from: start)
    if isThorough { best = climb.highest(from: best) }
    if best.energy >= evaluation.energy.dataQuanta { return evaluation }
    return (try? evaluate(counting: space.mapping(best.tiles))) ?? evaluation
  }

  /// A nest's lines as those of a template, and the tiles of its free loops, nil of those that the nest does not have.
  private func opened(_ mapping: Mapping) -> (nodes: [NestTemplate.Node], tiles: [Int?]) {
    var nodes: [NestTemplate.Node] = []
    var tiles: [Int?] = []
    var present: Set<Dimension> = []
    for node in mapping.nodes {
      switch node {
      case .loop(let loop):
        if case .tile(let tile) = loop.cut {
          nodes.append(.free(loop.dimension, loop.direction))
          tiles.append(tile)
          present.insert(loop.dimension)
        } else {
          nodes.append(.loop(loop))
        }
      case .keep(let tensor):
        for dimension in Dimension.allCases
        where layer[dimension] > 1 && tensor.isRelevant(dimension) && !present.contains(dimension) {
          nodes.append(.free(dimension, reuse == .overlap ? .backAndForth : .forward))
          tiles.append(nil)
        }
        nodes.append(.keep(tensor))
        present = []
      }
    }
    return (nodes, tiles)
  }
}
