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
  /// The energy of loading every word of each tensor once, in quanta.
  private let least: [Int]
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
    least = zip(Tensor.allCases, prices).map { tensor, price in
      problem.layout.onChip.contains(tensor) ? 0 : problem.layer.usedElements(of: tensor).count * price
    }
    known = Tensor.allCases.map { _ in [:] }
  }

  /// The energy of moving data by a nest, in quanta; nil where it cannot be counted, or is seen to be more than so much.
  mutating func energy(of mapping: Mapping, atMost most: Int = .max) -> Int? {
    var energy = least.reduce(besides, +)
    var loops: [Loop] = []
    for node in mapping.nodes {
      switch node {
      case .loop(let loop): loops.append(loop)
      case .keep(let tensor):
        guard energy <= most, let words = words(of: tensor, by: loops[...]) else { return nil }
        energy += prices[tensor.position] * words - least[tensor.position]
      }
    }
    return energy
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
    // While the innermost loops walk what the tensor does not depend on, its box stays.
    let loops = loops[..<(loops.lastIndex { tensor.isRelevant($0.dimension) }.map { $0 + 1 } ?? loops.startIndex)]
    // Boxes that have nothing in common and do not come again hold every word once.
    let mayComeAgain = loops.contains { loop in
      !tensor.isRelevant(loop.dimension) || tensor == .inputs && Mapping.dimensionsWithPhases.contains(loop.dimension)
    }
    if !mayComeAgain { return layer.usedElements(of: tensor).count }
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
      case .tile(let tile): [kind, tile]
      case .phases(let phases): [kind + 1, phases]
      }
    }
  }
}
