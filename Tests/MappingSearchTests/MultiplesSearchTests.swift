import EnergyModel
import LowerBounds
import Mappings
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// Searches in which tiles are multiples.
@Suite struct MultiplesSearchTests {
  /// A drawn problem with multiples of its own, that do or do not cut every dimension evenly.
  struct Case {
    let problem: Problem
    let comment: Comment

    init(_ draw: some CustomStringConvertible, _ drawn: Problem, seed: Int, isEven: Bool, hasLayout: Bool) throws {
      var random = SplitMix64(seed: seed)
      let layer = drawn.layer
      var multiples: [Dimension: Int] = [:]
      for dimension in BufferLayout.dimensionsWithMultiples where layer[dimension] > 1 && random.oneIn(2) {
        let isFree = dimension == .p ? layer[.r] == 1 : dimension == .q ? layer[.s] == 1 : true
        let axis = dimension == .p ? layer.vertical : layer.horizontal
        if [.p, .q].contains(dimension), !isFree || axis.hasPaddedMACs { continue }
        let sizes = (2...layer[dimension] + 1).filter {
          !isEven || $0 >= layer[dimension] || layer[dimension] % $0 == 0
        }
        multiples[dimension] = random.pick(sizes)
      }
      let layout = hasLayout ? try LayoutSearchTests.layout(&random, hasParts: seed % 4 == 0) : .shared
      problem = try LayoutSearchTests.problem(
        drawn,
        BufferLayout(
          parts: layout.parts, doubleBuffered: layout.doubleBuffered, onChip: layout.onChip, multiples: multiples))
      comment = Comment(
        rawValue: "\(draw), \(LayoutSearchTests.describe(problem.layout)), "
          + "\(multiples.map { "\($0.key.rawValue)=\($0.value)*" }.sorted())")
    }
  }

  /// Holds what is found at the occupancies of all nests to them: at most `most` times their energy.
  private static func compare(_ own: Case, _ space: TurningBruteForce.Space, most: Double) throws -> [String] {
    let (problem, comment, optimizer) = (own.problem, own.comment, Optimizer(own.problem))
    var lost: [String] = []
    // In parts a curve has the optima at some sizes alone.
    let curve = problem.layout.parts.isEmpty ? optimizer.curve() : nil
    for point in TurningBruteForce(problem, space).paretoPoints {
      let capacity = Bits(point.occupancy)
      guard let found = optimizer.optimum(capacity: capacity) else {
        // The last block counts as a whole one.
        #expect(!problem.isCutEvenly, comment)
        continue
      }
      try LayoutSearchTests.check(found, problem, capacity, comment)
      #expect(problem.refusedTile(of: found.mapping) == nil, comment)
      let energy = found.energy.dataQuanta - LayoutSearchTests.biasQuanta(problem)
      #expect(Double(energy) <= most * Double(point.energy), comment)
      if energy > point.energy {
        lost.append("\(comment) at \(capacity): \(energy), nest \(point.energy)")
      }
      if let curve {
        let index = try #require(curve.steps.index(capacity: capacity), comment)
        #expect(curve.optimum(at: index).energy == found.energy, comment)
        #expect(curve.steps.points[index].dataQuanta == found.energy.dataQuanta, comment)
      }
    }
    return lost
  }

  @Test("few nests with even blocks beat what is found, and by little, by brute force", arguments: seeds(0..<30))
  func even(_ batch: Int) throws {
    var lost: [String] = []
    for seed in batch * 4..<batch * 4 + 4 {
      let draw = try OverlapSearchTests.Draw(
        seed: seed + 8000, largestSize: 6, largestMACs: 48, dimensions: [.g, .k, .c, .p, .n, .q], count: 3)
      let own = try Case(draw, draw.problem, seed: seed, isEven: true, hasLayout: seed % 2 == 0)
      lost += try Self.compare(own, .init(), most: 1.022)
    }
    #expect(lost.isEmpty, "\(lost)")
  }

  @Test("nests with uneven blocks are near what is found", arguments: seeds(0..<10))
  func uneven(_ batch: Int) throws {
    for seed in batch * 4..<batch * 4 + 4 {
      let draw = try OverlapSearchTests.Draw(
        seed: seed + 9000, largestSize: 7, largestMACs: 72, dimensions: [.g, .k, .c, .p, .n, .q], count: 3)
      let own = try Case(draw, draw.problem, seed: seed, isEven: false, hasLayout: seed % 2 == 0)
      let lost = try Self.compare(own, .init(), most: 1.1)
      #expect(lost.isEmpty || !Optimizer(own.problem).isComplete, "\(lost)")
    }
  }

  @Test("few nests of layers with a halo beat what is found", arguments: seeds(0..<10))
  func halo(_ seed: Int) throws {
    let draw = try HaloDraw(seed: seed + 600, axes: 1, largestMACs: 32)
    let own = try Case(draw, draw.problem, seed: seed, isEven: true, hasLayout: seed % 2 == 0)
    #expect(try Self.compare(own, .init(hasPhases: true), most: 1.05).count <= 1)
  }
}
