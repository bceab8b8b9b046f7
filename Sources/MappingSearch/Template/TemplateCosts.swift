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
  private var loads: TensorLoads
  /// The free loops outside each keep that cut the tensor.
  private let cutting: [[Int]]
  /// What each tensor holds, by the tiles outside its keep.
  private var held: [[[Int]: Bits]]
  /// What nests cost that fit, by their tiles.
  private var energies: [[Int]: Int] = [:]
  /// The nests that fit of which the energy is known.
  var scored: Int { energies.count }
  private var visits = 0
  /// What has been looked at; see ``workOfCount``.
  var work: Int { visits + workOfCount * loads.counted }
  /// Whether some nest could not be counted.
  var hasUncountable: Bool { loads.hasUncountable }

  init(_ space: TemplateSpace) {
    self.space = space
    let problem = space.problem
    loads = TensorLoads(problem)
    held = Tensor.allCases.map { _ in [:] }
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

  /// The energy of moving data where each tensor loads so many words, in quanta.
  func energy(loading words: [Int]) -> Int {
    Tensor.allCases.reduce(loads.besides) { $0 + loads.prices[$1.position] * words[$1.position] }
  }

  /// A nest, or what some have in common, is looked at.
  mutating func visit() { visits += 1 }

  /// What comes into the Buffer of a tensor by some loops outside its keep, in words; nil where that cannot be counted.
  mutating func loaded(_ tensor: Tensor, by loops: ArraySlice<Loop>) -> Int? { loads.words(of: tensor, by: loops) }

  /// What the nest with some tiles costs, or nil where it cannot be counted, is not allowed or does not fit a capacity.
  mutating func found(_ tiles: [Int], within capacity: Bits) -> Found? {
    visit()
    let held = held(by: tiles)
    if held > capacity { return nil }
    if let energy = energies[tiles] { return Found(tiles: tiles, energy: energy, held: held) }
    let mapping = space.mapping(tiles)
    if space.problem.layout.rules != .none, space.problem.refusedTile(of: mapping) != nil { return nil }
    guard let energy = loads.energy(of: mapping) else { return nil }
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
