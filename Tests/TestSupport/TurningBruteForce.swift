public import EnergyModel
public import Mappings
public import Workloads

/// The best energy at every occupancy over all nests of small layers without a halo, by what is in the boxes.
///
/// It shares code with neither the search nor the closed form: boxes are products of sets of bits, one for each dimension,
/// and what two boxes in a row have in common stays. Dimensions have at most 64 elements.
public struct TurningBruteForce {
  /// Least energy of moving data found by occupancy, in quanta and bits, without biases.
  public private(set) var best: [Int: Int] = [:]
  /// A nest of that energy.
  public private(set) var nests: [Int: [Mapping.Node]] = [:]
  /// The nests tried.
  public private(set) var count = 0

  private let problem: Problem
  private let dimensions: [Dimension]
  private let directions: [Loop.Direction]
  private let loopsPerSegment: Int
  private let depends: [[Bool]]
  private let widths: [Int]
  private let energies: (input: Int, weight: Int, partialSum: Int, output: Int)

  /// Tries all nests: every order of the keeps, every order of the loops before each, all tiles.
  ///
  /// - Parameters:
  ///   - problem: the problem; rows and columns of its layer have no halo.
  ///   - directions: the directions that loops may have.
  ///   - loopsPerSegment: the most loops of a dimension between two keeps; with two the outer one is as far from the
  ///     inner one's tile as makes the smaller block last but one, or any.
  public init(_ problem: Problem, directions: [Loop.Direction], loopsPerSegment: Int) {
    self.problem = problem
    self.directions = directions
    self.loopsPerSegment = loopsPerSegment
    let layer = problem.layer
    dimensions = Dimension.allCases.filter { layer[$0] > 1 }
    depends = Tensor.allCases.map { tensor in
      Dimension.allCases.map { dimension in
        switch tensor {
        case .inputs: [.n, .g, .c, .p, .q].contains(dimension)
        case .weights: [.g, .k, .c].contains(dimension)
        case .outputs: [.n, .g, .k, .p, .q].contains(dimension)
        }
      }
    }
    widths = Tensor.allCases.map { problem.widths.inBuffer($0).count }
    let (read, write) = (problem.energyModel.readQuanta, problem.energyModel.writeQuanta)
    energies = (
      read * problem.widths.inputs.count, read * problem.widths.weights.count,
      (read + write) * problem.widths.partialSums.count, write * problem.widths.outputs.count
    )
    for order in Self.permutations(Tensor.allCases) {
      var nodes: [Mapping.Node] = []
      segment(order, Dimension.allCases.map { layer[$0] }, &nodes)
    }
  }

  /// The (occupancy, energy) pairs that no tried nest beats in both, by growing occupancy.
  public var paretoPoints: [(occupancy: Int, energy: Int)] {
    var points: [(occupancy: Int, energy: Int)] = []
    for (occupancy, energy) in best.sorted(by: { $0.key < $1.key }) where energy < points.last?.energy ?? .max {
      points.append((occupancy, energy))
    }
    return points
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
  private mutating func segment(_ keeps: [Tensor], _ sizes: [Int], _ nodes: inout [Mapping.Node]) {
    guard let keep = keeps.first else {
      evaluate(nodes)
      return
    }
    loops(keeps, keep, dimensions, sizes, sizes, [], &nodes)
  }

  /// Chooses the loops of one dimension after the other, then their order.
  private mutating func loops(
    _ keeps: [Tensor], _ keep: Tensor, _ rest: [Dimension], _ sizes: [Int], _ inner: [Int], _ chosen: [[Loop]],
    _ nodes: inout [Mapping.Node]
  ) {
    guard let dimension = rest.first else {
      let count = nodes.count
      interleave(chosen, &nodes) { brute, nodes in
        nodes.append(.keep(keep))
        brute.segment(Array(keeps.dropFirst()), inner, &nodes)
        nodes.removeLast()
      }
      precondition(nodes.count == count)
      return
    }
    let others = Array(rest.dropFirst())
    loops(keeps, keep, others, sizes, inner, chosen, &nodes)
    let size = sizes[dimension.index]
    for tile in stride(from: 1, to: size, by: 1) {
      var inside = inner
      inside[dimension.index] = tile
      for direction in directions {
        let loop = Loop(dimension, .tile(tile), direction)
        loops(keeps, keep, others, sizes, inside, chosen + [[loop]], &nodes)
        if loopsPerSegment < 2 { continue }
        for outer in stride(from: tile + 1, to: size, by: 1) where outer % tile > 0 || size % outer > 0 {
          loops(
            keeps, keep, others, sizes, inside, chosen + [[Loop(dimension, .tile(outer), direction), loop]], &nodes)
        }
      }
    }
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
      nodes.append(.loop(rest[index].removeFirst()))
      interleave(rest, &nodes, then: then)
      nodes.removeLast()
    }
  }

  private mutating func evaluate(_ nodes: [Mapping.Node]) {
    count += 1
    var walk = Walk(nodes, Dimension.allCases.map { problem.layer[$0] }, depends)
    walk.walk(0)
    let (held, loaded) = (walk.held, walk.loaded)
    let occupancy = (0..<3).reduce(0) { $0 + widths[$1] * held[$1] }
    let outputs = walk.whole[2]
    func index(_ tensor: Tensor) -> Int { Tensor.allCases.firstIndex(of: tensor) ?? 0 }
    let energy =
      energies.input * loaded[index(.inputs)] + energies.weight * loaded[index(.weights)]
      + energies.partialSum * (loaded[index(.outputs)] - outputs) + energies.output * outputs
    if energy < best[occupancy] ?? .max {
      best[occupancy] = energy
      nests[occupancy] = nodes
    }
  }

  /// One nest, walked box by box.
  private struct Walk {
    let nodes: [Mapping.Node]
    let depends: [[Bool]]
    let whole: [Int]
    var current: [UInt64]
    var entered: [Int]
    var boxes: [[UInt64]?] = [nil, nil, nil]
    var held = [0, 0, 0]
    var loaded = [0, 0, 0]

    init(_ nodes: [Mapping.Node], _ sizes: [Int], _ depends: [[Bool]]) {
      self.nodes = nodes
      self.depends = depends
      current = sizes.map { $0 == 64 ? ~0 : (1 << UInt64($0)) - 1 }
      entered = Array(repeating: 0, count: nodes.count)
      whole = depends.map { tensor in zip(tensor, sizes).reduce(1) { $1.0 ? $0 * $1.1 : $0 } }
    }

    mutating func walk(_ line: Int) {
      if line == nodes.count { return }
      switch nodes[line] {
      case .keep(let tensor):
        let index = Tensor.allCases.firstIndex(of: tensor) ?? 0
        var (size, common) = (1, boxes[index] == nil ? 0 : 1)
        for dimension in current.indices where depends[index][dimension] {
          size *= current[dimension].nonzeroBitCount
          common *= (current[dimension] & (boxes[index]?[dimension] ?? 0)).nonzeroBitCount
        }
        loaded[index] += size - common
        held[index] = max(held[index], size)
        boxes[index] = current
        walk(line + 1)
      case .loop(let loop):
        guard case .tile(let tile) = loop.cut else { preconditionFailure("nests here have tiles") }
        let dimension = loop.dimension.index
        let all = current[dimension]
        let first = all.trailingZeroBitCount
        let count = (all.nonzeroBitCount + tile - 1) / tile
        let isBackward = loop.direction == .backAndForth && entered[line] % 2 == 1
        entered[line] += 1
        for pass in 0..<count {
          let block = isBackward ? count - 1 - pass : pass
          let mask = (UInt64.max >> UInt64(64 - tile)) << UInt64(first + block * tile)
          current[dimension] = all & mask
          walk(line + 1)
        }
        current[dimension] = all
      }
    }
  }
}
