public import Mappings
public import Workloads

extension RandomLayers {
  /// A layer with strides and dilations from 1 to 4 and up to 7 kernel rows, with padding or not, batches and groups.
  public mutating func steppedLayer() -> Layer {
    while true {
      let (rows, columns) = (steppedAxis(outputs: 9, kernels: 7), steppedAxis(outputs: 4, kernels: 3))
      let groups = random.oneIn(5) ? 2 : 1
      let layer = try? Layer(
        name: "stepped", batch: random.oneIn(4) ? random.pick(2...3) : 1, groups: groups,
        inputChannels: groups * (random.oneIn(2) ? 1 : random.pick(2...4)),
        input: Extent(height: rows.input, width: columns.input),
        outputChannels: groups * (random.oneIn(2) ? 1 : random.pick(2...5)),
        kernel: Extent(height: rows.kernel, width: columns.kernel),
        stride: Extent(height: rows.stride, width: columns.stride),
        dilation: Extent(height: rows.dilation, width: columns.dilation),
        padding: Padding(top: rows.before, bottom: rows.after, left: columns.before, right: columns.after),
        hasBiases: random.oneIn(4))
      if let layer, layer.macs <= largestMACs, layer.macs >= 4 { return layer }
    }
  }

  /// A layer of one of the kinds: with padding for 0, that reaches beyond its input for 1, with any strides and dilations for
  /// less, and of the usual kind for more.
  public mutating func layer(ofKind kind: Int) -> Layer {
    switch kind {
    case ..<0: steppedLayer()
    case 0: paddedLayer()
    case 1: overreachingLayer()
    default: layer()
    }
  }

  private mutating func steppedAxis(
    outputs: Int, kernels: Int
  ) -> (input: Int, kernel: Int, stride: Int, dilation: Int, before: Int, after: Int) {
    let isTrivial = random.oneIn(3)
    let (outputs, kernel) = isTrivial ? (1, 1) : (random.pick(1...outputs), random.pick(1...kernels))
    let (stride, dilation) = (random.pick(1...4), random.pick(1...4))
    let reach = stride * (outputs - 1) + dilation * (kernel - 1) + 1
    let before = random.oneIn(2) ? min(random.pick(0...dilation * kernel), reach - 1) : 0
    let after = random.oneIn(2) ? min(random.pick(0...dilation * kernel), reach - before - 1) : 0
    // Sometimes the stride leaves input over.
    return (reach - before - after + (random.oneIn(4) ? stride - 1 : 0), kernel, stride, dilation, before, after)
  }

  /// Any loop nest with any kind of loop: in any order, several over one dimension, forward or back and forth, over tiles
  /// or phases, filled or not.
  public mutating func wideMapping(
    on layer: Layer, loops: ClosedRange<Int> = 0...12, fills: Bool = true
  ) -> Mapping {
    let dimensions = Dimension.allCases.filter { layer[$0] > 1 }
    let turning = random.pick([0, 1, 2, 2, 3])
    var nodes: [Mapping.Node] = []
    for _ in 0..<random.pick(loops) {
      let dimension = random.pick(dimensions)
      let direction: Loop.Direction = random.pick(1...3) <= turning ? .backAndForth : .forward
      if Mapping.dimensionsWithPhases.contains(dimension), random.oneIn(5) {
        nodes.append(.loop(dimension, phases: random.pick(2...max(2, min(4, layer[dimension]))), direction))
      } else {
        let isFilled = fills && Mapping.dimensionsFilled.contains(dimension) && random.oneIn(3)
        let tile = random.pick(1...layer[dimension])
        nodes.append(.loop(Loop(dimension, .tile(tile), direction, isFilled: isFilled)))
      }
    }
    // Inner tiles that are no smaller than outer ones make a single pass; let most nests be spared them.
    if !random.oneIn(4) {
      for dimension in dimensions {
        let positions = nodes.indices.filter { tile(nodes[$0], of: dimension) != nil }
        let sorted = positions.map { nodes[$0] }.sorted {
          tile($0, of: dimension) ?? 0 > tile($1, of: dimension) ?? 0
        }
        for (position, loop) in zip(positions, sorted) { nodes[position] = loop }
      }
    }
    // Loops inside the last keep move nothing; let most be outside.
    for tensor in Tensor.allCases {
      let place = random.oneIn(3) ? random.pick(0...nodes.count) : random.pick(nodes.count / 2...nodes.count)
      nodes.insert(.keep(tensor), at: place)
    }
    guard let mapping = try? Mapping(nodes) else { preconditionFailure("every tensor is kept once") }
    return mapping
  }

  private func tile(_ node: Mapping.Node, of dimension: Dimension) -> Int? {
    guard case .loop(let loop) = node, loop.dimension == dimension, case .tile(let tile) = loop.cut else { return nil }
    return tile
  }
}
