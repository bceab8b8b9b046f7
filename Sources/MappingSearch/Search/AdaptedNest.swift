import EnergyModel
import Mappings
import Workloads

extension Problem {
  /// A nest with the loops of another, with tiles as large as rules allow up to the other's, and with further loops where a box
  /// would else be too large.
  ///
  /// - Parameter mapping: a nest without rules.
  /// - Returns: the nest, or nil where it does not keep to the rules either.
  func adapted(_ mapping: Mapping) -> Mapping? {
    var ranges = Dimension.allCases.map { layer[$0] }
    var nodes: [Mapping.Node] = []
    /// The largest size that is allowed up to one, in a range of a dimension.
    func largest(_ dimension: Dimension, upTo size: Int) -> Int? {
      let range = ranges[dimension.index]
      return stride(from: min(size, range), through: 1, by: -1).first {
        layout.rules.allows($0, of: dimension, whole: layer[dimension]) && !(layout.rules.cutsEvenly && range % $0 > 0)
      }
    }
    func cut(_ loop: Loop, by tile: Int) {
      if tile == ranges[loop.dimension.index] { return }
      nodes.append(.loop(loop.with(tile: tile)))
      ranges[loop.dimension.index] = tile
    }
    for node in mapping.nodes {
      switch node {
      case .loop(let loop):
        guard case .tile(let tile) = loop.cut else {
          nodes.append(node)
          ranges[loop.dimension.index] = loop.cut.largestBlock(of: ranges[loop.dimension.index])
          continue
        }
        guard let own = largest(loop.dimension, upTo: tile) else { return nil }
        cut(loop, by: own)
      case .keep(let tensor):
        for dimension in layout.rules.choices.keys.sorted(by: { $0.index < $1.index })
        where tensor.isRelevant(dimension) && !layout.onChip.contains(tensor) {
          let range = ranges[dimension.index]
          if layout.rules.allows(range, of: dimension, whole: layer[dimension]) { continue }
          guard let own = largest(dimension, upTo: range) else { return nil }
          cut(Loop(dimension, .tile(own), .backAndForth), by: own)
        }
        nodes.append(node)
      }
    }
    guard let adapted = try? Mapping(nodes), refusedTile(of: adapted) == nil, movedFromChip(by: adapted) == nil else {
      return nil
    }
    return adapted
  }
}
