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

  @Test("no nest with even blocks beats what is found, by brute force", arguments: seeds(0..<30))
  func even(_ batch: Int) throws {
    var lost: [String] = []
    for seed in batch * 4..<batch * 4 + 4 {
      let draw = try OverlapSearchTests.Draw(
        seed: seed + 8000, largestSize: 6, largestMACs: 48, dimensions: [.g, .k, .c, .p, .n, .q], count: 3)
      let own = try Case(draw, draw.problem, seed: seed, isEven: true, hasLayout: seed % 2 == 0)
      lost += try LayoutSearchTests.lost(own.problem, .init(), atMost: 1, own.comment)
    }
    #expect(lost.isEmpty, "\(lost)")
  }

  @Test("nor does one with uneven blocks", arguments: seeds(0..<10))
  func uneven(_ batch: Int) throws {
    for seed in batch * 4..<batch * 4 + 4 {
      let draw = try OverlapSearchTests.Draw(
        seed: seed + 9000, largestSize: 7, largestMACs: 72, dimensions: [.g, .k, .c, .p, .n, .q], count: 3)
      let own = try Case(draw, draw.problem, seed: seed, isEven: false, hasLayout: seed % 2 == 0)
      let lost = try LayoutSearchTests.lost(own.problem, .init(), atMost: 1, own.comment)
      #expect(lost.isEmpty, "\(lost)")
    }
  }

  @Test("few nests of layers with a halo beat what is found", arguments: seeds(0..<10))
  func halo(_ seed: Int) throws {
    let draw = try HaloDraw(seed: seed + 600, axes: 1, largestMACs: 32)
    let own = try Case(draw, draw.problem, seed: seed, isEven: true, hasLayout: seed % 2 == 0)
    #expect(
      try LayoutSearchTests.lost(
        own.problem, .init(phases: TurningBruteForce.Space.allPhases), atMost: 1.04, own.comment
      ).count <= 1)
  }
}
