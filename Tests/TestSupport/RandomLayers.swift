public import EnergyModel
public import Mappings
public import Workloads

/// Small layers of every kind, mappings of them and word widths, drawn at random.
public struct RandomLayers {
  /// What reproduces them.
  public let seed: Int
  /// The source of all choices.
  public var random: SplitMix64
  /// The largest size of a dimension.
  public var largestSize: Int
  /// The largest number of MACs of a layer.
  public var largestMACs: Int
  /// Whether layers may have padding.
  public var allowsPadding = true
  /// Whether layers may have two groups.
  public var allowsGroups = true

  /// Layers that a seed reproduces.
  public init(seed: Int, largestSize: Int, largestMACs: Int) {
    self.seed = seed
    random = SplitMix64(seed: seed)
    self.largestSize = largestSize
    self.largestMACs = largestMACs
  }

  /// A layer with two to four dimensions larger than 1; batch and groups are 1 or 2.
  public mutating func layer() -> Layer {
    while true {
      if let layer = attempt(), layer.macs <= largestMACs, layer.macs >= 4 { return layer }
    }
  }

  /// A layer with one to three output rows, five to eight kernel rows and two to four input rows: the rest is padding.
  public mutating func paddedLayer() -> Layer {
    while true {
      let (outputs, kernels) = (random.pick(1...3), random.pick(5...8))
      let (stride, input) = (random.pick(1...2), random.pick(2...4))
      let padding = stride * (outputs - 1) + kernels - input
      let before = random.pick(0...max(0, padding))
      let layer = try? Layer(
        name: "padded", inputChannels: random.pick(1...largestSize), input: Extent(height: input, width: 1),
        outputChannels: random.pick(1...largestSize), kernel: Extent(height: kernels, width: 1),
        stride: Extent(height: stride, width: 1),
        padding: Padding(top: before, bottom: padding - before, left: 0, right: 0))
      if let layer, layer.macs <= largestMACs { return layer }
    }
  }

  /// A layer whose kernel reaches beyond its few inputs, so that many of its rows and columns meet only padding: those at
  /// the ends or, where the input is shorter than the stride, any.
  public mutating func overreachingLayer() -> Layer {
    while true {
      let (rows, columns) = (overreachingAxis(), random.oneIn(2) ? overreachingAxis() : nil)
      let layer = try? Layer(
        name: "overreaching", batch: random.oneIn(4) ? 2 : 1, inputChannels: random.pick(1...largestSize),
        input: Extent(height: rows.input, width: columns?.input ?? 1), outputChannels: random.pick(1...largestSize),
        kernel: Extent(height: rows.kernel, width: columns?.kernel ?? 1),
        stride: Extent(height: rows.stride, width: columns?.stride ?? 1),
        dilation: Extent(height: rows.dilation, width: columns?.dilation ?? 1),
        padding: Padding(
          top: rows.before, bottom: rows.after, left: columns?.before ?? 0, right: columns?.after ?? 0),
        hasBiases: random.oneIn(4))
      if let layer, layer.macs <= largestMACs, layer.macs >= 4 { return layer }
    }
  }

  private mutating func overreachingAxis() -> (
    input: Int, kernel: Int, stride: Int, dilation: Int, before: Int, after: Int
  ) {
    let (outputs, kernel) = (random.pick(1...3), random.pick(2...largestSize + 2))
    let (stride, dilation) = (random.oneIn(2) ? 1 : random.pick(1...4), random.oneIn(2) ? 1 : random.pick(1...3))
    let reach = stride * (outputs - 1) + dilation * (kernel - 1) + 1
    let input = random.pick(1...min(3, reach))
    let before = random.oneIn(2) ? (reach - input) / 2 : random.pick(0...reach - input)
    return (input, kernel, stride, dilation, before, reach - input - before)
  }

  private mutating func attempt() -> Layer? {
    var size = [Dimension: Int]()
    for _ in 1...random.pick(2...4) {
      let dimension = random.pick([Dimension.k, .c, .p, .q, .r, .s, .p, .r, .n, .g])
      size[dimension] = dimension == .n || dimension == .g ? 2 : random.pick(2...largestSize)
    }
    if !allowsGroups { size[.g] = 1 }
    func axis(_ outputs: Int, _ kernels: Int, _ random: inout SplitMix64) -> (Int, Int, Int, Int, Int) {
      let stride = random.pick(1...2)
      let dilation = random.pick(1...2)
      let reach = stride * (outputs - 1) + dilation * (kernels - 1) + 1
      var before = 0
      var after = 0
      if allowsPadding {
        before = random.oneIn(2) ? random.pick(0...kernels - 1) * dilation : 0
        after = random.oneIn(2) ? random.pick(0...kernels - 1) * dilation : 0
        if reach - before - after < 1 { (before, after) = (0, 0) }
      }
      // Sometimes the stride leaves input over.
      let extra = random.oneIn(3) ? random.pick(0...stride - 1) : 0
      return (reach - before - after + extra, stride, dilation, before, after)
    }
    let rows = axis(size[.p] ?? 1, size[.r] ?? 1, &random)
    let columns = axis(size[.q] ?? 1, size[.s] ?? 1, &random)
    let groups = size[.g] ?? 1
    return try? Layer(
      name: "random", batch: size[.n] ?? 1, groups: groups, inputChannels: groups * (size[.c] ?? 1),
      input: Extent(height: rows.0, width: columns.0), outputChannels: groups * (size[.k] ?? 1),
      kernel: Extent(height: size[.r] ?? 1, width: size[.s] ?? 1), stride: Extent(height: rows.1, width: columns.1),
      dilation: Extent(height: rows.2, width: columns.2),
      padding: Padding(top: rows.3, bottom: rows.4, left: columns.3, right: columns.4),
      hasBiases: random.oneIn(4), channelsPerBias: (size[.k] ?? 1) % 2 == 0 ? 2 : 1)
  }

  /// Mixed word widths, partial sums no narrower than outputs.
  public mutating func widths() -> WordWidths {
    func width(_ range: ClosedRange<Int>) -> BitWidth { BitWidth(random.pick(range)) ?? .one }
    let outputs = width(1...3)
    return WordWidths(
      inputs: width(1...3), weights: width(1...3), outputs: outputs,
      partialSums: width(outputs.count...outputs.count + 2))
  }

  /// Words of a bit each, once in three, or mixed widths.
  public mutating func widthsOrOne() -> WordWidths { random.oneIn(3) ? WordWidths(.one) : widths() }

  /// A model whose prices of reading and writing may differ, and by which reading may cost nothing.
  public mutating func energyModel() throws -> EnergyModel {
    let (read, write) = (Double(random.pick(0...3)), Double(random.pick(1...3)))
    return try EnergyModel(name: "drawn", source: "", unit: "bit", mac: 1, read: read, write: write)
  }

  /// Any loop nest, sensible or not: loops in any order, several over one dimension, tiles of any size.
  public mutating func mapping(on layer: Layer) -> Mapping {
    var nodes: [Mapping.Node] = Tensor.allCases.map { .keep($0) }
    for _ in 0..<random.pick(0...9) {
      let dimension = random.pick(Dimension.allCases)
      nodes.append(.loop(dimension, tile: random.pick(1...max(1, layer[dimension] + 1))))
    }
    nodes.shuffle(using: &random)
    // Inner tiles that are no smaller than outer ones make a single pass; let most nests be spared them.
    if random.oneIn(2) {
      for dimension in Dimension.allCases {
        let positions = nodes.indices.filter { loop(nodes[$0])?.dimension == dimension }
        let loops = positions.map { nodes[$0] }.sorted { tile($0) > tile($1) }
        for (position, loop) in zip(positions, loops) { nodes[position] = loop }
      }
    }
    guard let mapping = try? Mapping(nodes) else { preconditionFailure("every tensor is kept once") }
    return mapping
  }

  private func loop(_ node: Mapping.Node) -> Loop? {
    if case .loop(let loop) = node { loop } else { nil }
  }

  private func tile(_ node: Mapping.Node) -> Int {
    if case .tile(let tile) = loop(node)?.cut { tile } else { 0 }
  }
}

/// A problem in one line with the seed that it was drawn by, to reproduce a failure.
public func describe(_ problem: Problem, seed: Int) -> String {
  let model = problem.energyModel
  return "seed \(seed): \(describe(problem.layer)), \(problem.widths), \(problem.reuse), "
    + "read \(model.readQuanta) write \(model.writeQuanta)"
}

/// A layer in one line, to reproduce a failure.
public func describe(_ layer: Layer) -> String {
  let sizes = Dimension.allCases.map { "\($0.rawValue)\(layer[$0])" }.joined(separator: " ")
  func axis(_ axis: ConvolutionAxis) -> String {
    "in \(axis.inputSize) stride \(axis.stride) dilation \(axis.dilation) padding \(axis.paddingBefore),\(axis.paddingAfter)"
  }
  return "\(sizes); rows \(axis(layer.vertical)); columns \(axis(layer.horizontal))"
}
