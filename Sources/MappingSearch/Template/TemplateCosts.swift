import EnergyModel
import Mappings
import Workloads

/// What nests of a template cost and hold, each tensor on its own: it depends on the loops outside its keep alone.
struct TemplateCosts {
  /// Tiles of the free loops with what they cost and hold.
  struct Found {
    var tiles: [Int]
    /// Energy of moving data, in quanta.
    var energy: Int
    /// The least capacity that holds the nest.
    var held: Bits

    func isBetter(than other: Found) -> Bool { (energy, held) < (other.energy, other.held) }
  }

  let space: TemplateSpace
  /// The energy of loading a word of each tensor, in quanta.
  let prices: [Int]
  /// The energy besides all loads, in quanta: that of biases, and of outputs, which leave as they are finished.
  let besides: Int
  /// The free loops outside each keep that cut the tensor.
  private let cutting: [[Int]]
  /// What each tensor holds, by the tiles outside its keep, and loads.
  private var held: [[[Int]: Bits]]
  private var loads: [[[Int]: Int]]
  /// What nests cost that fit, by their tiles.
  private var energies: [[Int]: Int] = [:]
  /// The nests that fit of which the energy is known.
  var scored: Int { energies.count }
  /// What has been looked at; see ``workOfCount``.
  private(set) var work = 0
  /// Whether some nest could not be counted.
  private(set) var hasUncountable = false

  init(_ space: TemplateSpace) {
    self.space = space
    let problem = space.problem
    prices = Tensor.allCases.map(problem.loadQuanta)
    besides = problem.layer[.g] * problem.quantaBesideLoads + problem.biasQuanta
    held = Tensor.allCases.map { _ in [:] }
    loads = Tensor.allCases.map { _ in [:] }
    cutting = Tensor.allCases.map { tensor in
      space.slots.indices.filter { tensor.isRelevant(space.slots[$0].dimension) && space.isOutside($0, of: tensor) }
    }
    let rows = [problem.layer.vertical, problem.layer.horizontal].reduce(1) {
      $1.hasPaddedMACs ? $0 + $1.outputSize / Self.rowsCounted : $0
    }
    workOfCount = rows * (space.turns ? Self.visitsOfTurningCount : Self.visitsOfCount)
  }

  /// What counting a tensor's loads takes, of which one is as much as to look at a nest whose loads are known: more where
  /// loops run back and forth, or padding has it look at every output row.
  private let workOfCount: Int
  private static let visitsOfCount = 4
  private static let visitsOfTurningCount = 8
  private static let rowsCounted = 64

  /// A nest, or what some have in common, is looked at.
  mutating func visit() { work += 1 }

  /// What comes into the Buffer of a tensor by some loops outside its keep, in words; nil where that cannot be counted.
  ///
  /// - Parameters:
  ///   - tensor: the tensor.
  ///   - loops: the loops, outermost first, none of which makes a single pass.
  /// - Returns: the words, outputs each time that they come.
  mutating func loaded(_ tensor: Tensor, by loops: ArraySlice<Loop>) -> Int? {
    let layer = space.problem.layer
    if space.problem.layout.onChip.contains(tensor) { return 0 }
    // While the innermost loops walk what the tensor does not depend on, its box stays.
    let loops = loops[..<(loops.lastIndex { tensor.isRelevant($0.dimension) }.map { $0 + 1 } ?? loops.startIndex)]
    // Boxes that have nothing in common and do not come again hold every word once.
    let mayComeAgain = loops.contains { loop in
      !tensor.isRelevant(loop.dimension) || tensor == .inputs && Mapping.dimensionsWithPhases.contains(loop.dimension)
    }
    if !mayComeAgain { return layer.usedElements(of: tensor).count }
    let key = key(tensor, loops)
    if let words = loads[tensor.position][key] { return words }
    work += workOfCount
    let others = Tensor.allCases.filter { $0 != tensor }
    let nodes = loops.map { Mapping.Node.loop($0) } + ([tensor] + others).map { .keep($0) }
    guard let mapping = try? Mapping(nodes),
      let words = try? Traffic.wordsLoaded(of: tensor, by: mapping, on: layer, reuse: space.problem.reuse)
    else {
      hasUncountable = true
      return nil
    }
    loads[tensor.position][key] = words
    return words
  }

  /// What the words that a tensor loads depend on: of a loop over a dimension that it does not depend on, if there is but one,
  /// the number of blocks alone.
  private func key(_ tensor: Tensor, _ loops: ArraySlice<Loop>) -> [Int] {
    loops.flatMap { loop in
      let kind = 4 * loop.dimension.index + (loop.direction == .backAndForth ? 2 : 0)
      if !tensor.isRelevant(loop.dimension), loops.count(where: { $0.dimension == loop.dimension }) == 1 {
        return [kind, loop.cut.pieces(of: space.problem.layer[loop.dimension]).count]
      }
      return switch loop.cut {
      case .tile(let tile): [kind, tile]
      case .phases(let phases): [kind + 1, phases]
      }
    }
  }

  /// What the nest with some tiles costs, or nil where it cannot be counted, is not allowed or does not fit a capacity.
  mutating func found(_ tiles: [Int], within capacity: Bits) -> Found? {
    visit()
    let held = held(by: tiles)
    if held > capacity { return nil }
    if let energy = energies[tiles] { return Found(tiles: tiles, energy: energy, held: held) }
    let mapping = space.mapping(tiles)
    if space.problem.layout.rules != .none, space.problem.refusedTile(of: mapping) != nil { return nil }
    let nodes = mapping.nodes
    var energy = besides
    for tensor in Tensor.allCases {
      let loops = nodes.prefix { $0 != .keep(tensor) }.compactMap { if case .loop(let loop) = $0 { loop } else { nil } }
      guard let loaded = loaded(tensor, by: loops[...]) else { return nil }
      energy += prices[tensor.position] * loaded
    }
    energies[tiles] = energy
    return Found(tiles: tiles, energy: energy, held: held)
  }

  /// The least capacity that holds the nest with some tiles.
  mutating func held(by tiles: [Int]) -> Bits {
    let bits = Tensor.allCases.map { held($0, by: tiles) }
    return space.problem.layout.leastCapacity { bits[$0.position] }
  }

  /// What a tensor takes of the Buffer, by the tiles of the free loops outside its keep.
  mutating func held(_ tensor: Tensor, by tiles: [Int]) -> Bits {
    let key = cutting[tensor.position].map { tiles[$0] }
    if let bits = held[tensor.position][key] { return bits }
    // Loops inside the keep do not matter.
    let rest = repeatElement(1, count: space.slots.count - tiles.count)
    let bits = space.problem.held(tensor, by: space.mapping(tiles + rest))
    held[tensor.position][key] = bits
    return bits
  }
}
