import EnergyModel
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

/// The search against brute force: what no loop nest beats.
struct OptimalityTests {
  static let oneBit = WordWidths(.one)

  static func layer(_ k: Int, _ c: Int, _ p: Int, _ q: Int, _ r: Int, _ s: Int, stride: Int) throws -> Layer {
    try Layer(
      name: "table", inputChannels: c, input: Extent(height: stride * (p - 1) + r, width: stride * (q - 1) + s),
      outputChannels: k, kernel: Extent(height: r, width: s), stride: Extent(stride))
  }

  /// The search's energy at every capacity up to `largest` bits, where it falls.
  static func paretoPoints(_ optimizer: Optimizer, upTo largest: Int) -> [(occupancy: Int, energy: Int)] {
    var points: [(occupancy: Int, energy: Int)] = []
    for capacity in 1...largest {
      guard let optimum = optimizer.optimum(capacity: Bits(capacity)) else { continue }
      if optimum.energy.dataQuanta < points.last?.energy ?? .max {
        points.append((capacity, optimum.energy.dataQuanta))
      }
    }
    return points
  }

  static func text(_ points: [(occupancy: Int, energy: Int)]) -> String {
    points.map { "\($0.occupancy):\($0.energy)" }.joined(separator: " ")
  }

  @Test(
    "Pareto points of the published table",
    arguments: [
      ([2, 2, 3, 1, 2, 1, 1], "3:54 4:42 5:38 7:30 9:26 10:22"),
      ([3, 2, 4, 1, 3, 1, 1], "3:156 4:120 5:96 7:80 9:64 11:60 13:54 17:42"),
      ([2, 2, 2, 2, 2, 2, 1], "3:136 4:104 5:88 7:64 11:56 13:48 15:42"),
      ([2, 1, 3, 2, 2, 2, 2], "3:108 4:84 5:76 6:68 7:60 9:52 11:44"),
    ])
  func table(shape: [Int], expected: String) throws {
    let layer = try Self.layer(shape[0], shape[1], shape[2], shape[3], shape[4], shape[5], stride: shape[6])
    let optimizer = try Optimizer(Problem(layer, widths: Self.oneBit, reuse: .sliding))
    #expect(Self.text(Self.paretoPoints(optimizer, upTo: 64)) == expected)
    var bruteForce = BruteForce(layer, widths: Self.oneBit)
    bruteForce.tryNests()
    #expect(Self.text(bruteForce.paretoPoints) == expected)
  }

  @Test("All loop nests, any number of loops over a dimension", arguments: 0..<96)
  func allNests(seed: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 4, largestMACs: 16)
    try compare(layers.problem()) { $0.tryAllNests() }
  }

  @Test("All nests with one loop over a dimension between keeps", arguments: 0..<320)
  func allOrders(seed: Int) throws {
    var layers = RandomLayers(seed: 1000 + seed, largestSize: 5, largestMACs: 30)
    try compare(layers.problem()) { $0.tryNests() }
  }

  /// Few outputs under a long kernel, most of whose rows lie on padding.
  @Test("Nests on padding, one loop over a dimension between keeps", arguments: 0..<160)
  func mostlyPadding(seed: Int) throws {
    var layers = RandomLayers(seed: 9000 + seed, largestSize: 4, largestMACs: 64)
    try compare(layers.problem(on: layers.paddedLayer())) { $0.tryNests(obeying: Set(BruteForce.Fact.allCases)) }
  }

  /// Kernels that reach beyond their few inputs: weights of rows and columns that meet only padding are not used.
  @Test("Nests under kernels with unused rows, one loop over a dimension between keeps", arguments: 0..<160)
  func unusedWeights(seed: Int) throws {
    var layers = RandomLayers(seed: 13_000 + seed, largestSize: 3, largestMACs: 48)
    try compare(layers.problem(on: layers.overreachingLayer())) {
      $0.tryNests(obeying: Set(BruteForce.Fact.allCases))
    }
  }

  /// Each fact of theory §4 is switched off in turn, on layers too large for all nests.
  @Test("Facts 1-4, one switched off", arguments: BruteForce.Fact.allCases, 0..<12)
  func facts(off: BruteForce.Fact, seed: Int) throws {
    var layers = RandomLayers(seed: 5000 + seed, largestSize: 5, largestMACs: 48)
    let facts = Set(BruteForce.Fact.allCases).subtracting([off])
    try compare(layers.problem()) { $0.tryNests(obeying: facts) }
  }

  /// No nest of a family beats the search, and what the search finds is what a replay of it counts.
  private func compare(_ problem: RandomProblem, _ tryAll: (inout BruteForce) -> Void) throws {
    let (layer, widths, reuse) = (problem.layer, problem.widths, problem.reuse)
    var bruteForce = BruteForce(problem)
    tryAll(&bruteForce)
    let optimizer = Optimizer(problem.problem)
    let failure = Comment(rawValue: problem.description)
    let least = problem.problem.leastCapacity
    #expect(bruteForce.paretoPoints.first?.occupancy == least.count, failure)
    #expect(optimizer.optimum(capacity: least - Bits(1)) == nil, failure)
    for (occupancy, energy) in bruteForce.paretoPoints {
      let optimum = try #require(optimizer.optimum(capacity: Bits(occupancy)), failure)
      let found = optimum.energy.data
      #expect(found <= Double(energy), failure)
      let replay = try Replay(
        of: optimum.mapping, on: layer, reuse: reuse, widths: widths, capacity: Bits(occupancy))
      #expect(replay.traffic == optimum.traffic, failure)
      #expect(replay.occupancy == optimum.occupancy, failure)
      // Energies are exact, so the search may be better only by nests that the family lacks.
      if found < Double(energy) {
        var walker = BoxWalker(problem)
        #expect(walker.evaluate(optimum.mapping).energy == Int(found), failure)
      }
    }
  }
}
