import EnergyModel
import Foundation
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

/// What the search attains with loops over phases under the rules `sliding` and `none`.
@Suite struct PhaseOptimaTests {
  /// Points that nests beat, of how many, and by how much at most.
  private struct Losses {
    var points = 0
    var lost: [String] = []
    var worst = 0.0

    mutating func add(_ draw: PhaseDraw, _ problem: Problem, _ space: TurningBruteForce.Space) {
      let known = Optimizer(problem).curve().steps.points.map {
        (occupancy: $0.capacity.count, energy: $0.dataQuanta / problem.layer[.g])
      }
      points += known.count
      let brute = TurningBruteForce(problem, space, known: known)
      for point in brute.paretoPoints {
        let found = known.last { $0.occupancy <= point.occupancy }?.energy ?? .max
        worst = max(worst, Double(found) / Double(point.energy) - 1)
        let nest = brute.nests[point.occupancy].flatMap { try? Mapping($0) }
        lost.append("\(draw): at \(point.occupancy) found \(found), nest \(point.energy) \(nest.map { "\($0)" } ?? "")")
      }
    }
  }

  /// Proofs.md, P2, names the kinds of nests that beat the search.
  @Test(
    "few nests with phases beat the curve of a small layer, and by little", .timeLimit(.minutes(10)),
    arguments: [(PhasePolicy.on, 2, 0.07), (.kernels, 2, 0.07), (.outputs, 1, 0.14)])
  func bruteForce(_ phases: PhasePolicy, _ lost: Int, _ worst: Double) throws {
    let walked: Set<Workloads.Dimension> =
      switch phases {
      case .on: [.p, .q, .r, .s]
      case .kernels: [.r, .s]
      case .outputs: [.p, .q]
      case .off: []
      }
    var losses = Losses()
    for seed in 0..<100 {
      let draw = try PhaseDraw(seed: seed, axes: 1, largestMACs: 18)
      var setting = draw.problem.setting
      setting.phases = phases
      let problem = try Problem(draw.problem.layer, in: setting)
      losses.add(draw, problem, TurningBruteForce.Space(directions: [.forward], phases: walked))
    }
    #expect(losses.points > 300)
    #expect(
      losses.lost.count <= lost && losses.worst < worst, "\(losses.worst): \(losses.lost.joined(separator: "\n"))")
  }

  /// A kernel of 7 rows at stride 2 in phases of 4 and 3 rows.
  @Test("a layer attains what a nest with phases is known to")
  func known() throws {
    let layer = try Layer(
      name: "conv1", inputChannels: 3, input: Extent(229), outputChannels: 64, kernel: Extent(7), stride: Extent(2))
    let optimizer = try Optimizer(Problem(layer, widths: WordWidths(.one), reuse: .sliding, phases: .on))
    #expect(optimizer.isComplete)
    let optimum = try #require(optimizer.optimum(capacity: Bits(139)))
    #expect(optimum.energy.dataQuanta <= 11_381_440 && optimum.mapping.hasPhases)
  }

  /// Points of layers with two axes where a nest beats the search: words held, and words that the search moves there.
  ///
  /// Where the loops along one axis make a single pass in a smaller phase, those along the other slide (Proofs.md, P2).
  static let knownAbove: [[Int]: (occupancy: Int, traffic: Int)] = [
    [2, 1, 2, 2, 3, 3, 2, 1]: (occupancy: 13, traffic: 56), [2, 1, 3, 2, 3, 3, 2, 1]: (19, 72),
    [1, 2, 2, 3, 3, 3, 2, 1]: (13, 108),
  ]

  /// Layers with the least traffic over nests with kernel phases that is known at each occupancy, in words: K C P Q R S,
  /// stride, dilation | occupancy:traffic ….
  static let leastTraffic = KnownTraffic.file("kernel-phases.txt")

  @Test(
    "the curve is nowhere above the least traffic known, but for three points of layers with two axes",
    .enabled(
      if: FileManager.default.fileExists(atPath: leastTraffic.path), "there is no ../shared/wide/kernel-phases.txt"))
  func examples() throws {
    var count = 0
    for known in try KnownTraffic.read(Self.leastTraffic) {
      let sizes = known.sizes
      func reach(_ outputs: Int, _ kernel: Int) -> Int { sizes[6] * (outputs - 1) + sizes[7] * (kernel - 1) + 1 }
      let layer = try Layer(
        name: "example", inputChannels: sizes[1],
        input: Extent(height: reach(sizes[2], sizes[4]), width: reach(sizes[3], sizes[5])), outputChannels: sizes[0],
        kernel: Extent(height: sizes[4], width: sizes[5]), stride: Extent(sizes[6]), dilation: Extent(sizes[7]))
      let curve = Optimizer(try Problem(layer, widths: WordWidths(.one), reuse: .sliding, phases: .on)).curve()
      let above = Self.knownAbove[sizes]
      for point in known.points {
        let index = try #require(
          curve.steps.index(capacity: Bits(point.occupancy)), "\(known.line) at \(point.occupancy)")
        let most = above?.occupancy == point.occupancy ? above?.traffic ?? 0 : point.traffic
        #expect(curve.steps.points[index].dataQuanta <= most, "\(known.line) at \(point.occupancy)")
        count += 1
      }
    }
    #expect(count == 80)
  }
}
