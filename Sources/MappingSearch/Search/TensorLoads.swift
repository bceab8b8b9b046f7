import EnergyModel
import Mappings
import Workloads

/// What nests load and what moving that costs, each tensor on its own: it depends on the loops outside its keep alone, so that
/// nests with some of them in common are counted for the others only.
struct TensorLoads {
  private let problem: Problem
  /// The energy of loading a word of each tensor, in quanta.
  let prices: [Int]
  /// The energy besides all loads, in quanta: that of biases, and of outputs, which leave as they are finished.
  let besides: Int
  /// The words of each tensor that are used.
  private let used: [Int]
  /// Whether input boxes have nothing in common but where they are the same.
  private let hasNoHalo: Bool
  /// What each tensor loads, by the loops that it depends on.
  private var known: [[[Int]: Int]]
  /// How often words were counted that were not known.
  private(set) var counted = 0
  /// Whether some nest could not be counted.
  private(set) var hasUncountable = false

  init(_ problem: Problem) {
    self.problem = problem
    prices = Tensor.allCases.map(problem.loadQuanta)
    besides = problem.layer[.g] * problem.quantaBesideLoads + problem.biasQuanta
    used = Tensor.allCases.map { problem.layer.usedElements(of: $0).count }
    hasNoHalo = OverlapSearch.accepts(problem.layer)
    known = Tensor.allCases.map { _ in [:] }
  }

  /// The energy of moving data by a nest, in quanta; nil where it cannot be counted, or is more than so much.
  mutating func energy(of mapping: Mapping, atMost most: Int = .max) -> Int? {
    var energy = besides
    var loops: [Loop] = []
    /// How many loops are outside each keep, and what the tensor loads at least.
    var keeps: [(tensor: Tensor, depth: Int, least: Int)] = []
    for node in mapping.nodes {
      switch node {
      case .loop(let loop): loops.append(loop)
      case .keep(let tensor):
        let least = leastWords(of: tensor, by: loops[...])
        energy += prices[tensor.position] * least
        keeps.append((tensor, loops.count, least))
      }
    }
    for (tensor, depth, least) in keeps {
      guard energy <= most, let words = words(of: tensor, by: loops[..<depth]) else { return nil }
      energy += prices[tensor.position] * (words - least)
    }
    return energy <= most ? energy : nil
  }

  /// What a tensor loads at least by some loops outside its keep, in words.
  ///
  /// A loop over what the tensor does not depend on passes all words that the loops inside it reach, and at each of its steps no more
  /// than the largest box may stay: nothing where a loop inside goes back from its last block to its first, which have nothing in
  /// common. At a step of another loop, blocks that follow one another share no more than what they both reach.
  private func leastWords(of tensor: Tensor, by loops: ArraySlice<Loop>) -> Int {
    if problem.layout.onChip.contains(tensor) { return 0 }
    let used = used[tensor.position]
    let loops = self.loops(of: tensor, loops)
    var blocks = Dimension.allCases.map { BlockSizes(of: problem.layer[$0]) }
    var (passes, stays) = (1, 0)
    for loop in loops {
      let before = passes
      guard let leavesSome = blocks[loop.dimension.index].cut(by: loop.cut) else { return used }
      passes = blocks.reduce(1) { $0 * $1.count }
      if !tensor.isRelevant(loop.dimension) {
        stays += passes - before
      } else if loop.direction == .forward, !leavesSome, !loop.isFilled, !mayOverlap(tensor, loop.dimension) {
        stays = 0
      }
    }
    func largest(_ dimension: Dimension) -> Int { blocks[dimension.index].largest }
    /// The most rows that a box reads, padding among them. Of those that several of its MACs read each counts once in runs of neighbours.
    func rows(_ axis: ConvolutionAxis, _ output: Dimension, _ kernel: Dimension) -> Int {
      let (outputs, kernels) = (largest(output), largest(kernel))
      let areRuns = loops.allSatisfy { $0.dimensionInPhases != output && $0.dimensionInPhases != kernel }
      let shared = max(0, outputs - axis.outputPeriod) * max(0, kernels - axis.kernelPeriod)
      return min(outputs * kernels - (areRuns ? shared : 0), axis.inputSize)
    }
    var (passed, box) = (used, 1)
    for dimension in Dimension.allCases {
      if !tensor.isRelevant(dimension) {
        passed *= blocks[dimension.index].count
      } else if !Self.countsRows(tensor, dimension) {
        box *= largest(dimension)
      }
    }
    if tensor == .inputs {
      box *= rows(problem.layer.vertical, .p, .r) * rows(problem.layer.horizontal, .q, .s)
    }
    return max(used, passed - stays * box)
  }

  /// Whether blocks of a dimension may share words of a tensor.
  private func mayOverlap(_ tensor: Tensor, _ dimension: Dimension) -> Bool {
    !hasNoHalo && Self.countsRows(tensor, dimension)
  }

  /// Whether a dimension is one of the two along an axis that together tell which rows or columns of inputs are read.
  private static func countsRows(_ tensor: Tensor, _ dimension: Dimension) -> Bool {
    tensor == .inputs && Mapping.dimensionsWithPhases.contains(dimension)
  }

  /// The loops that have a bearing on what a tensor loads: while the innermost ones walk what it does not depend on, its box stays.
  private func loops(of tensor: Tensor, _ loops: ArraySlice<Loop>) -> ArraySlice<Loop> {
    loops[..<(loops.lastIndex { tensor.isRelevant($0.dimension) }.map { $0 + 1 } ?? loops.startIndex)]
  }

  /// What comes into the Buffer of a tensor by some loops outside its keep, in words; nil where that cannot be counted.
  ///
  /// - Parameters:
  ///   - tensor: the tensor.
  ///   - loops: the loops, outermost first.
  /// - Returns: the words, outputs each time that they come.
  mutating func words(of tensor: Tensor, by loops: ArraySlice<Loop>) -> Int? {
    let layer = problem.layer
    if problem.layout.onChip.contains(tensor) { return 0 }
    let loops = self.loops(of: tensor, loops)
    // Boxes that have nothing in common and do not come again hold every word once.
    let mayComeAgain = loops.contains {
      !tensor.isRelevant($0.dimension) || Self.countsRows(tensor, $0.dimension)
    }
    if !mayComeAgain { return used[tensor.position] }
    let key = key(tensor, loops)
    if let words = known[tensor.position][key] { return words }
    counted += 1
    let others = Tensor.allCases.filter { $0 != tensor }
    let nodes = loops.map { Mapping.Node.loop($0) } + ([tensor] + others).map { .keep($0) }
    guard let mapping = try? Mapping(nodes),
      let words = try? Traffic.wordsLoaded(of: tensor, by: mapping, on: layer, reuse: problem.reuse)
    else {
      hasUncountable = true
      return nil
    }
    known[tensor.position][key] = words
    return words
  }

  /// What the words that a tensor loads depend on: of a loop over a dimension that it does not depend on, if there is but one,
  /// the number of blocks alone.
  private func key(_ tensor: Tensor, _ loops: ArraySlice<Loop>) -> [Int] {
    loops.flatMap { loop in
      let kind = 4 * loop.dimension.index + (loop.direction == .backAndForth ? 2 : 0)
      if !tensor.isRelevant(loop.dimension), loops.count(where: { $0.dimension == loop.dimension }) == 1 {
        return [kind, loop.cut.pieces(of: problem.layer[loop.dimension]).count]
      }
      return switch loop.cut {
      // No loop over phases is filled.
      case .tile(let tile): [loop.isFilled ? kind + 1 : kind, tile]
      case .phases(let phases): [kind + 1, phases]
      }
    }
  }
}

/// How many blocks of each size loops cut a dimension into.
private struct BlockSizes {
  /// The sizes, and how many blocks there are of each.
  private var sizes: SIMD4<Int>
  private var counts: SIMD4<Int>
  /// How many sizes there are.
  private var used = 1

  init(of size: Int) {
    sizes = SIMD4(size, 0, 0, 0)
    counts = SIMD4(1, 0, 0, 0)
  }

  /// The number of blocks.
  var count: Int { counts.wrappedSum() }

  /// The size of the largest.
  var largest: Int { sizes.max() }

  /// Cuts every block.
  ///
  /// - Returns: whether some block is left as it is; nil where there are too many sizes.
  mutating func cut(by cut: Loop.Cut) -> Bool? {
    var next = BlockSizes(of: 0)
    next.used = 0
    var leavesSome = false
    for index in 0..<used {
      let pieces = cut.pieces(of: sizes[index])
      leavesSome = leavesSome || pieces.count == 1
      guard next.add(pieces.firstSize, pieces.first * counts[index]),
        next.add(pieces.restSize, pieces.rest * counts[index])
      else { return nil }
    }
    self = next
    return leavesSome
  }

  private mutating func add(_ size: Int, _ count: Int) -> Bool {
    if count == 0 { return true }
    for index in 0..<used where sizes[index] == size {
      counts[index] += count
      return true
    }
    if used == sizes.scalarCount { return false }
    sizes[used] = size
    counts[used] = count
    used += 1
    return true
  }
}
