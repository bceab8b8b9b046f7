public import EnergyModel
public import Mappings
public import Workloads

/// The best energy at every occupancy over all nests of small layers, by what is in the boxes, under any rule of reuse.
///
/// It shares code with neither the search nor the closed form: boxes are products of sets of bits, one for n, g, k and c each
/// and one for the rows along either axis, and what two boxes in a row have in common stays as the rule says. Dimensions have at most 64
/// elements, and so do the input's rows and columns with their padding.
///
/// Where the Buffer is in parts, an occupancy is that of the least Buffer of the same shares that holds the nest.
public struct TurningBruteForce {
  /// What is tried.
  public struct Space {
    /// The directions that loops may have.
    public var directions: [Loop.Direction]
    /// The directions of loops over n, g, k and c.
    public var channelDirections: [Loop.Direction]
    /// The most loops of a dimension between two keeps; with two the outer one is as far from the inner one's tile as makes
    /// the smaller block last but one, or any.
    public var loopsPerSegment: Int
    /// The dimensions of which phases that stride and dilation make are walked too.
    public var phases: Set<Dimension>
    /// Whether loops over n, g, k and c are filled too.
    public var fills: Bool

    /// Rows and columns of kernels and of outputs.
    public static let allPhases: Set<Dimension> = [.p, .q, .r, .s]

    /// A space; on its own of loops that run back and forth.
    public init(
      directions: [Loop.Direction] = [.backAndForth], channelDirections: [Loop.Direction]? = nil,
      loopsPerSegment: Int = 1, phases: Set<Dimension> = [], fills: Bool = false
    ) {
      self.directions = directions
      self.channelDirections = channelDirections ?? directions
      self.loopsPerSegment = loopsPerSegment
      self.phases = phases
      self.fills = fills
    }
  }

  /// A nest of that energy by occupancy, where it was better than what was known.
  public private(set) var nests: [Int: [Mapping.Node]] = [:]
  /// The nests tried.
  public private(set) var count = 0

  private let problem: Problem
  private let space: Space
  private let dimensions: [Dimension]
  private let widths: [Tensor: Int]
  private let prices: [Tensor: Int]
  private let whole: [Tensor: Int]
  /// The energy of writing outputs, less that of loading them once as sums.
  private let constant: Int
  /// Least energy known of what holds no more than each number of bits, in quanta, without biases.
  private var least: [Int]

  /// Tries all nests: every order of the keeps, every order of the loops before each, all tiles.
  ///
  /// - Parameters:
  ///   - problem: the problem.
  ///   - space: what is tried.
  ///   - known: occupancies and energies that are known; only nests that are better than all of them count.
  public init(_ problem: Problem, _ space: Space, known: [(occupancy: Int, energy: Int)] = []) {
    self.problem = problem
    self.space = space
    let layer = problem.layer
    dimensions = Dimension.allCases.filter { layer[$0] > 1 }
    let (read, write) = (problem.energyModel.readQuanta, problem.energyModel.writeQuanta)
    let (own, sums) = (problem.widths, problem.widths.partialSums.count)
    widths = [.inputs: own.inputs.count, .weights: own.weights.count, .outputs: sums]
    var prices: [Tensor: Int] = [
      .inputs: read * own.inputs.count, .weights: read * own.weights.count, .outputs: (read + write) * sums,
    ]
    for tensor in problem.layout.onChip { prices[tensor] = 0 }
    self.prices = prices
    var whole: [Tensor: Int] = [:]
    for tensor in Tensor.allCases {
      let box = Box(tensor, Dimension.allCases.map { Self.ones(layer[$0]) }, layer)
      whole[tensor] = box.size
    }
    self.whole = whole
    let outputs = whole[.outputs] ?? 0
    let written = own.outputs.count * write - sums * (read + write)
    constant = problem.layout.onChip.contains(.outputs) ? 0 : outputs * written
    var everything: [Tensor: Int] = [:]
    for tensor in Tensor.allCases { everything[tensor] = (whole[tensor] ?? 0) * own.inBuffer(tensor).count }
    least = Array(repeating: .max, count: Self.occupancy(everything, problem.layout) + 1)
    for (occupancy, energy) in known where occupancy < least.count { take(occupancy, energy) }
    for order in Self.permutations(Tensor.allCases) {
      var nodes: [Mapping.Node] = []
      segment(
        order[...], Dimension.allCases.map { Part(count: layer[$0]) }, &nodes, held: [:], energy: constant)
    }
  }

  /// The bits of the least Buffer that holds so many bits of each tensor.
  private static func occupancy(_ held: [Tensor: Int], _ layout: BufferLayout) -> Int {
    if layout.parts.isEmpty { return held.values.reduce(0, +) }
    let all = layout.parts.reduce(0) { $0 + $1.capacity.count }
    return layout.parts.map { part in
      let bits = part.tensors.reduce(0) { $0 + (held[$1] ?? 0) }
      // A part's share is rounded down to whole bits.
      return (bits * all + part.capacity.count - 1) / part.capacity.count
    }.max() ?? 0
  }

  /// The (occupancy, energy) pairs found that no tried nest beats in both, by growing occupancy.
  public var paretoPoints: [(occupancy: Int, energy: Int)] {
    nests.keys.sorted().map { ($0, least[$0]) }.filter { point in
      point.0 == 0 || least[point.0 - 1] > point.1
    }
  }

  /// How many elements the largest block of a dimension has, and whether it was split into phases.
  private struct Part {
    var count: Int
    var isSplit = false
  }

  private static func ones(_ count: Int) -> UInt64 { count == 64 ? ~0 : 1 << UInt64(count) - 1 }

  private mutating func take(_ occupancy: Int, _ energy: Int) {
    var index = occupancy
    while index < least.count, least[index] > energy {
      least[index] = energy
      index += 1
    }
  }

  private static func permutations<T>(_ items: [T]) -> [[T]] {
    if items.isEmpty { return [[]] }
    return items.indices.flatMap { index in
      var rest = items
      let item = rest.remove(at: index)
      return permutations(rest).map { [item] + $0 }
    }
  }

  /// Chooses the loops before the next keep.
  private mutating func segment(
    _ keeps: ArraySlice<Tensor>, _ parts: [Part], _ nodes: inout [Mapping.Node], held: [Tensor: Int], energy: Int
  ) {
    guard let keep = keeps.first else {
      count += 1
      let occupancy = Self.occupancy(held, problem.layout)
      if energy < least[occupancy] {
        take(occupancy, energy)
        nests[occupancy] = nodes
      }
      return
    }
    loops(dimensions[...], parts, []) { brute, inner, chosen in
      if !brute.allows(keep, inner) { return }
      brute.interleave(chosen, &nodes) { brute, nodes in
        var walk = Walk(keep, nodes, brute.problem.layer, brute.problem.reuse)
        walk.walk(0)
        nodes.append(.keep(keep))
        defer { nodes.removeLast() }
        let layout = brute.problem.layout
        if layout.onChip.contains(keep), walk.hasChanged { return }
        let isTwice = layout.doubleBuffered.contains(keep) && walk.hasChanged
        var held = held
        held[keep] = walk.held * (brute.widths[keep] ?? 0) * (isTwice ? 2 : 1)
        let spent = energy + walk.loaded * (brute.prices[keep] ?? 0)
        let rest = keeps.dropFirst()
        var leastOfAll = held
        for tensor in rest { leastOfAll[tensor] = brute.widths[tensor] ?? 0 }
        let leastHeld = Self.occupancy(leastOfAll, layout)
        let leastSpent = rest.reduce(spent) { $0 + (brute.prices[$1] ?? 0) * (brute.whole[$1] ?? 0) }
        if leastHeld < brute.least.count, leastSpent < brute.least[leastHeld] {
          brute.segment(rest, inner, &nodes, held: held, energy: spent)
        }
      }
    }
  }

  /// Whether a tensor's largest box has sizes that the layout's rules allow.
  private func allows(_ tensor: Tensor, _ parts: [Part]) -> Bool {
    let rules = problem.layout.rules
    if problem.layout.onChip.contains(tensor) { return true }
    return dimensions.filter(tensor.isRelevant).allSatisfy { dimension in
      let (size, whole) = (parts[dimension.index].count, problem.layer[dimension])
      switch rules.choices[dimension] {
      case nil: return true
      case .atMost(let most): return size <= most
      case .oneOf(let sizes):
        return sizes.contains(size) || !rules.cutsEvenly && size == whole && sizes.contains { $0 >= whole }
      }
    }
  }

  /// Chooses the loops of one dimension after the other.
  private mutating func loops(
    _ rest: ArraySlice<Dimension>, _ parts: [Part], _ chosen: [[Loop]],
    then: (inout Self, [Part], [[Loop]]) -> Void
  ) {
    guard let dimension = rest.first else { return then(&self, parts, chosen) }
    let others = rest.dropFirst()
    let isChannel = [.n, .g, .k, .c].contains(dimension)
    let directions = isChannel ? space.channelDirections : space.directions
    var starts: [(part: Part, loops: [Loop])] = [(parts[dimension.index], [])]
    let cutsEvenly = problem.layout.rules.cutsEvenly
    if let phases = phases(dimension, parts[dimension.index]),
      !cutsEvenly || parts[dimension.index].count % phases == 0
    {
      let part = Part(count: (parts[dimension.index].count - 1) / phases + 1, isSplit: true)
      starts += directions.map { (part, [Loop(dimension, .phases(phases), $0)]) }
    }
    for (part, outer) in starts {
      var inside = parts
      inside[dimension.index] = part
      loops(others, inside, chosen + [outer], then: then)
      let multiple = problem.layout.multiples[dimension] ?? 1
      for tile in stride(from: multiple, to: part.count, by: multiple) where !cutsEvenly || part.count % tile == 0 {
        inside[dimension.index].count = tile
        for direction in directions {
          let loop = Loop(dimension, .tile(tile), direction)
          loops(others, inside, chosen + [outer + [loop]], then: then)
          if space.fills, isChannel, part.count % tile > 0 {
            let filled = Loop(dimension, .tile(tile), direction, isFilled: true)
            loops(others, inside, chosen + [outer + [filled]], then: then)
          }
          if space.loopsPerSegment < 2 || cutsEvenly { continue }
          for wide in stride(from: tile + multiple, to: part.count, by: multiple)
          where wide % tile > 0 || part.count % wide > 0 {
            loops(
              others, inside, chosen + [outer + [Loop(dimension, .tile(wide), direction), loop]], then: then)
          }
        }
      }
    }
  }

  private func phases(_ dimension: Dimension, _ part: Part) -> Int? {
    if !space.phases.contains(dimension) || part.isSplit || part.count == 1 { return nil }
    let layer = problem.layer
    let phases =
      switch dimension {
      case .p: layer.vertical.outputPeriod
      case .q: layer.horizontal.outputPeriod
      case .r: layer.vertical.kernelPeriod
      case .s: layer.horizontal.kernelPeriod
      default: 1
      }
    return phases > 1 ? phases : nil
  }

  private mutating func interleave(
    _ chosen: [[Loop]], _ nodes: inout [Mapping.Node], then: (inout Self, inout [Mapping.Node]) -> Void
  ) {
    if chosen.allSatisfy(\.isEmpty) {
      then(&self, &nodes)
      return
    }
    for index in chosen.indices where !chosen[index].isEmpty {
      var rest = chosen
      let loop = rest[index].removeFirst()
      // A loop that is entered once goes forward.
      if nodes.isEmpty, loop.direction == .backAndForth, space.directions.contains(.forward) { continue }
      nodes.append(.loop(loop))
      interleave(rest, &nodes, then: then)
      nodes.removeLast()
    }
  }

  /// What a box holds along n, g, k and c and along either axis.
  private struct Box {
    let sets: [UInt64]

    init(_ tensor: Tensor, _ current: [UInt64], _ layer: Layer) {
      func set(_ dimension: Dimension) -> UInt64 { current[dimension.index] }
      switch tensor {
      case .inputs:
        sets = [
          set(.n), set(.g), set(.c), Self.rows(set(.p), set(.r), layer.vertical),
          Self.rows(set(.q), set(.s), layer.horizontal),
        ]
      case .weights:
        sets = [
          set(.g), set(.k), set(.c), set(.r) & Self.used(layer.vertical), set(.s) & Self.used(layer.horizontal),
        ]
      case .outputs: sets = [set(.n), set(.g), set(.k), set(.p), set(.q)]
      }
    }

    var size: Int { sets.reduce(1) { $0 * $1.nonzeroBitCount } }

    func common(with other: Box) -> Int { zip(sets, other.sets).reduce(1) { $0 * ($1.0 & $1.1).nonzeroBitCount } }

    /// The real rows that output and kernel rows read.
    private static func rows(_ outputs: UInt64, _ kernels: UInt64, _ axis: ConvolutionAxis) -> UInt64 {
      var rows: UInt64 = 0
      for output in 0..<64 where outputs & 1 << UInt64(output) > 0 {
        for kernel in 0..<axis.kernelSize where kernels & 1 << UInt64(kernel) > 0 {
          let row = axis.stride * output + axis.dilation * kernel - axis.paddingBefore
          if row >= 0, row < axis.inputSize { rows |= 1 << UInt64(row) }
        }
      }
      return rows
    }

    /// The kernel rows that some output reads real rows with.
    private static func used(_ axis: ConvolutionAxis) -> UInt64 {
      (0..<axis.kernelSize).reduce(0) { used, kernel in
        rows(ones(axis.outputSize), 1 << UInt64(kernel), axis) > 0 ? used | 1 << UInt64(kernel) : used
      }
    }
  }

  /// The boxes of one tensor in a row.
  private struct Walk {
    private let tensor: Tensor
    private let loops: [Loop]
    private let layer: Layer
    private let reuse: ReusePolicy
    private var current: [UInt64]
    private var entered: [Int]
    private var box: Box?
    /// The innermost loop that changes the box, if it is filled, and what boxes have at its present block.
    private let filledLine: Int?
    private var filled: UInt64 = 0
    /// Of each loop the block that it is at, now and where the box was loaded.
    private var indices: [Int]
    private var indicesOfBox: [Int] = []
    private(set) var held = 0
    private(set) var loaded = 0
    /// Whether the box was ever another.
    private(set) var hasChanged = false

    init(_ tensor: Tensor, _ nodes: [Mapping.Node], _ layer: Layer, _ reuse: ReusePolicy) {
      self.tensor = tensor
      self.layer = layer
      self.reuse = reuse
      loops = nodes.compactMap { node in
        if case .loop(let loop) = node { loop } else { nil }
      }
      filledLine = loops.lastIndex { tensor.isRelevant($0.dimension) }.flatMap { [loops] in
        loops[$0].isFilled && reuse == .overlap ? $0 : nil
      }
      current = Dimension.allCases.map { ones(layer[$0]) }
      entered = Array(repeating: 0, count: loops.count)
      indices = entered
    }

    mutating func walk(_ line: Int) {
      if line == loops.count {
        var touched = current
        if let filledLine { touched[loops[filledLine].dimension.index] = filled }
        let next = Box(tensor, touched, layer)
        loaded += next.size - (box.map { staying(of: $0, in: next) } ?? 0)
        held = max(held, next.size)
        if let box, box.sets != next.sets { hasChanged = true }
        box = next
        indicesOfBox = indices
        return
      }
      let loop = loops[line]
      let all = current[loop.dimension.index]
      let elements = (0..<64).filter { all & 1 << UInt64($0) > 0 }
      var blocks: [UInt64] = []
      for (number, element) in elements.enumerated() {
        let block =
          switch loop.cut {
          case .tile(let tile): number / tile
          case .phases(let phases): number % phases
          }
        while blocks.count <= block { blocks.append(0) }
        blocks[block] |= 1 << UInt64(element)
      }
      let isBackward = loop.direction == .backAndForth && entered[line] % 2 == 1
      entered[line] += 1
      for pass in blocks.indices {
        indices[line] = isBackward ? blocks.count - 1 - pass : pass
        current[loop.dimension.index] = blocks[indices[line]]
        if line == filledLine {
          // The last elements of the range, as many as the first block has.
          let last = elements.suffix(blocks[0].nonzeroBitCount).reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
          filled = indices[line] == blocks.count - 1 ? last : blocks[indices[line]]
        }
        walk(line + 1)
      }
      current[loop.dimension.index] = all
      indices[line] = 0
    }

    /// What of a box stays in the Buffer when the next one takes its place.
    private func staying(of box: Box, in next: Box) -> Int {
      if reuse == .overlap { return next.common(with: box) }
      let moved = loops.indices.filter { tensor.isRelevant(loops[$0].dimension) && indices[$0] != indicesOfBox[$0] }
      if moved.isEmpty { return next.size }
      guard reuse == .sliding, tensor == .inputs, moved.count == 1 else { return 0 }
      return indices[moved[0]] == indicesOfBox[moved[0]] + 1 ? next.common(with: box) : 0
    }
  }
}
