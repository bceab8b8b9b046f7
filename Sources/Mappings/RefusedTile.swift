import EnergyModel
public import Workloads

/// What of a mapping a layout's multiples and rules do not allow.
public enum RefusedTile: Hashable, Sendable, CustomStringConvertible {
  /// A loop whose tile is no multiple.
  case loop(Loop)
  /// A tensor whose boxes have so many indices of a dimension.
  case box(Tensor, Dimension, Int)
  /// A loop that cuts a range of so many indices into blocks of different sizes.
  case unevenLoop(Loop, Int)

  /// What the mapping has, in words.
  public var description: String {
    switch self {
    case .loop(let loop): "a loop over \(loop.dimension.rawValue) by \(loop.cut.text)"
    case .box(let tensor, let dimension, let size): "boxes of \(tensor.rawValue) with \(dimension.rawValue) \(size)"
    case .unevenLoop(let loop, let range):
      "a loop over \(loop.dimension.rawValue) by \(loop.cut.text) that cuts \(range) unevenly"
    }
  }
}

extension Problem {
  /// The first thing of a mapping that multiples and rules do not allow, if there is one. A tile that holds a whole dimension
  /// counts as a multiple, and boxes of tensors on the chip may have any size.
  public func refusedTile(of mapping: Mapping) -> RefusedTile? {
    var ranges = Dimension.allCases.map { layer[$0] }
    for case .loop(let loop) in mapping.nodes {
      let range = ranges[loop.dimension.index]
      if let multiple = layout.multiples[loop.dimension], case .tile(let tile) = loop.cut, tile % multiple > 0,
        tile < layer[loop.dimension]
      {
        return .loop(loop)
      }
      if layout.rules.cutsEvenly, loop.cut.pieces(of: range).sizes.count > 1 { return .unevenLoop(loop, range) }
      ranges[loop.dimension.index] = loop.cut.largestBlock(of: range)
    }
    if layout.rules.choices.isEmpty { return nil }
    for tensor in Tensor.allCases where !layout.onChip.contains(tensor) {
      let box = BoxExtents(of: tensor, under: mapping, on: layer)
      for dimension in TileRules.dimensions where tensor.isRelevant(dimension) {
        let size = box.indices(of: dimension)
        if !layout.rules.allows(size, of: dimension, whole: layer[dimension]) { return .box(tensor, dimension, size) }
      }
    }
    return nil
  }

  /// Mappings among which are, for each tensor, ones whose boxes are as small as rules allow: all have the smallest tiles, some of
  /// them of phases, whose rows may be fewer.
  ///
  /// - Throws: ``ProblemError/withoutTile(layer:_:)`` for a dimension of which rules allow no size.
  func leastBoxes() throws(ProblemError) -> [Mapping] {
    var nests: [[Mapping.Node]] = [[.loop(.g, tile: 1)]]
    for dimension in TileRules.dimensions {
      guard let tile = layout.rules.leastTile(dimension, whole: layer[dimension]) else {
        throw .withoutTile(layer: layer.name, dimension)
      }
      let cut: [Mapping.Node] = tile < layer[dimension] ? [.loop(dimension, tile: tile)] : []
      var cuts = [cut]
      let period = layer.period(of: dimension)
      if setting.phases == .on, period > 1, layer[dimension] > 1 {
        let size = (layer[dimension] - 1) / period + 1
        if size >= tile { cuts.append([.loop(dimension, phases: period)] + (tile < size ? cut : [])) }
      }
      nests = nests.flatMap { nest in cuts.map { nest + $0 } }
    }
    return nests.compactMap { try? Mapping($0 + Tensor.allCases.map { .keep($0) }) }
      .filter { refusedTile(of: $0) == nil }
  }
}
