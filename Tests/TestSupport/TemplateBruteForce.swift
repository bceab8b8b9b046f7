public import EnergyModel
public import Mappings
public import Workloads

/// The least energy of the nests of a template, by a walk of each of them for what is in its boxes.
///
/// It shares code with neither the search nor the closed form: all sizes up to a dimension's are tried for every free loop, those
/// left out that are none of the template's, and nests are counted by ``ContentWalker``.
public struct TemplateBruteForce {
  /// Different nests of the template, whether or not they fit.
  public private(set) var count = 0
  /// The least energy of moving data in quanta, of those that fit; nil where none does.
  public private(set) var least: Int?
  /// Of the nests, how much each holds at least, the smallest first.
  public private(set) var held: [Bits] = []

  private let problem: Problem
  private let capacity: Bits
  private let nodes: [NestTemplate.Node]
  /// The indices that a given loop has before it at the most.
  private let most: [Int]

  /// Tries all nests.
  ///
  /// - Parameters:
  ///   - problem: the problem.
  ///   - template: the template.
  ///   - capacity: the Buffer's size.
  public init(_ problem: Problem, _ template: NestTemplate, capacity: Bits) {
    (self.problem, self.capacity) = (problem, capacity)
    // Free loops inside all keeps change nothing.
    let last = template.nodes.lastIndex { if case .keep = $0 { true } else { false } } ?? 0
    nodes = template.nodes.enumerated().filter { index, node in
      if case .free = node { index < last } else { true }
    }.map(\.element)
    var ranges = Dimension.allCases.map { problem.layer[$0] }
    most = nodes.map { node in
      guard case .loop(let loop) = node else { return 0 }
      let range = ranges[loop.dimension.index]
      ranges[loop.dimension.index] = Self.block(of: range, loop.cut)
      return range
    }
    extend([], Dimension.allCases.map { problem.layer[$0] })
  }

  private static func block(of range: Int, _ cut: Loop.Cut) -> Int {
    switch cut {
    case .tile(let tile): min(tile, range)
    case .phases(let phases): (range + phases - 1) / phases
    }
  }

  private mutating func extend(_ lines: [Mapping.Node?], _ ranges: [Int]) {
    if lines.count == nodes.count { return record(lines.compactMap(\.self), ranges) }
    switch nodes[lines.count] {
    case .keep(let tensor): if allows(tensor, ranges) { extend(lines + [.keep(tensor)], ranges) }
    case .loop(let loop):
      let range = ranges[loop.dimension.index]
      let asked =
        switch loop.cut {
        case .tile(let tile): tile
        case .phases(let phases): phases
        }
      // A loop that is given is as it is given, where it can be.
      if range < min(asked, most[lines.count]) { return }
      if problem.layout.rules.cutsEvenly, range > 1, range % min(asked, range) > 0 { return }
      var inner = ranges
      inner[loop.dimension.index] = Self.block(of: range, loop.cut)
      extend(lines + [inner == ranges ? nil : .loop(loop)], inner)
    case .free(let dimension, let direction):
      let range = ranges[dimension.index]
      extend(lines + [nil], ranges)
      for tile in 1..<max(1, range) {
        if let multiple = problem.layout.multiples[dimension], tile % multiple > 0 { continue }
        if problem.layout.rules.cutsEvenly, range % tile > 0 { continue }
        var inner = ranges
        inner[dimension.index] = tile
        extend(lines + [.loop(dimension, tile: tile, direction)], inner)
      }
    }
  }

  /// Whether the layout's rules allow a tensor's largest box.
  private func allows(_ tensor: Tensor, _ ranges: [Int]) -> Bool {
    let rules = problem.layout.rules
    if problem.layout.onChip.contains(tensor) { return true }
    return Dimension.allCases.filter(tensor.isRelevant).allSatisfy { dimension in
      let (size, whole) = (ranges[dimension.index], problem.layer[dimension])
      if rules.cutsEvenly, whole % size > 0 { return false }
      switch rules.choices[dimension] {
      case nil: return true
      case .atMost(let most): return size <= most
      case .oneOf(let sizes):
        return sizes.contains(size) || !rules.cutsEvenly && size == whole && sizes.contains { $0 >= whole }
      }
    }
  }

  private mutating func record(_ lines: [Mapping.Node], _ ranges: [Int]) {
    guard let mapping = try? Mapping(lines) else { preconditionFailure("a template keeps every tensor once") }
    let (layer, layout, widths) = (problem.layer, problem.layout, problem.widths)
    func isCut(_ tensor: Tensor) -> Bool {
      lines.prefix { $0 != .keep(tensor) }.contains {
        if case .loop(let loop) = $0 { tensor.isRelevant(loop.dimension) } else { false }
      }
    }
    if layout.onChip.contains(where: isCut) { return }
    count += 1
    let counts = ContentWalker.counts(mapping, on: layer, reuse: problem.reuse)
    var bits: [Tensor: Int] = [:]
    for tensor in Tensor.allCases {
      let isTwice = layout.doubleBuffered.contains(tensor) && !layout.onChip.contains(tensor) && isCut(tensor)
      let width = [Tensor.inputs: widths.inputs, .weights: widths.weights, .outputs: widths.partialSums][tensor]
      bits[tensor] = (counts[tensor]?.held ?? 0) * (width?.count ?? 0) * (isTwice ? 2 : 1)
    }
    held.append(layout.leastCapacity { Bits(bits[$0] ?? 0) })
    let parts =
      layout.parts.isEmpty ? [BufferLayout.Part(Set(Tensor.allCases), capacity: capacity)] : layout.parts(in: capacity)
    if parts.contains(where: { part in part.tensors.reduce(0) { $0 + (bits[$1] ?? 0) } > part.capacity.count }) {
      return
    }
    func loaded(_ tensor: Tensor) -> Int { layout.onChip.contains(tensor) ? 0 : counts[tensor]?.loaded ?? 0 }
    let (read, write) = (problem.energyModel.readQuanta, problem.energyModel.writeQuanta)
    var energy =
      read
      * (loaded(.inputs) * widths.inputs.count + loaded(.weights) * widths.weights.count
        + layer.biases.count * widths.partialSums.count)
    if !layout.onChip.contains(.outputs) {
      let outputs = layer[.n] * layer[.g] * layer[.k] * layer[.p] * layer[.q]
      energy +=
        (read + write) * (loaded(.outputs) - outputs) * widths.partialSums.count + write * outputs
        * widths.outputs.count
    }
    least = min(least ?? .max, energy)
  }
}
