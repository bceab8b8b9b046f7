import EnergyModel
import Foundation
import LowerBounds
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

/// Bounds and nests against all schedules of tiny layers.
struct ScheduleTests {
  /// Tiny layers of every kind; one in two with strides and dilations up to 4.
  private static func problem(_ layers: inout RandomLayers) -> Problem {
    layers.problem(on: layers.random.oneIn(2) ? layers.steppedLayer() : nil, write: 0...3).problem
  }

  /// A capacity at which the cheapest schedule gets dearer if a bit is taken away: data energies in quanta.
  private struct Point {
    let capacity: Int
    /// Of the cheapest schedule.
    let least: Int
    /// Of the optimum over nests.
    let nests: Int
    /// What each family says.
    let bounds: [(LowerBound, energy: Int)]
    /// What the best of them says.
    var bound: Int { bounds.map(\.energy).max() ?? 0 }
  }

  /// All such capacities of a layer, from the largest on.
  private static func points(_ problem: Problem, mostStates: Int = .max) -> [Point] {
    guard let search = ScheduleSearch(problem) else { return [] }
    let (bounds, optimizer) = (LowerBounds(problem), Optimizer(problem))
    var points: [Point] = []
    var capacity = 1 << 20
    while let least = search.cheapest(capacity: capacity, mostStates: mostStates) {
      let occupancy = Bits(least.occupancy)
      points.append(
        Point(
          capacity: least.occupancy, least: least.energy,
          nests: optimizer.optimum(capacity: occupancy)?.energy.dataQuanta ?? .max,
          bounds: bounds.all(capacity: occupancy).map { ($0, $0.energy(of: [problem])?.dataQuanta ?? .max) }))
      capacity = least.occupancy - 1
    }
    return points
  }

  @Test("Nothing that the search leaves out is cheaper", arguments: 0..<60)
  func everyMove(seed: Int) throws {
    var layers = RandomLayers(seed: 60_000 + seed, largestSize: 3, largestMACs: 6)
    let problem = Self.problem(&layers)
    guard let every = EveryMove(problem), every.wordCount <= 9, let search = ScheduleSearch(problem) else { return }
    let widths = problem.widths
    let least = widths.inputs.count + widths.weights.count + widths.partialSums.count
    for capacity in stride(from: least - 1, through: least + 8, by: 3) {
      #expect(
        search.cheapest(capacity: capacity)?.energy == every.least(capacity: capacity),
        "\(describe(problem, seed: 60_000 + seed)) at \(capacity)")
    }
  }

  @Test("No bound is above a schedule and no nest below all, 20 layers a seed", arguments: 0..<20)
  func bounds(seed: Int) throws {
    var layers = RandomLayers(seed: 70_000 + seed, largestSize: 4, largestMACs: [8, 12, 12, 16][seed % 4])
    for _ in 0..<20 {
      let problem = Self.problem(&layers)
      for point in Self.points(problem) {
        let failure: Comment = "\(describe(problem, seed: 70_000 + seed)) at \(point.capacity)"
        #expect(point.nests >= point.least, failure)
        for (bound, energy) in point.bounds { #expect(energy <= point.least, "\(bound) \(failure)") }
      }
    }
  }

  /// How far the optimum over nests is above the cheapest schedule, and that above the best bound, over as many layers as the
  /// environment has as `SCHEDULE_LAYERS`, of up to `SCHEDULE_MACS` MACs:
  ///
  ///     SCHEDULE_LAYERS=2000 SCHEDULE_MACS=16 OPTIMIZED=core swift test -c release --filter ScheduleTests.distribution
  @Test func distribution() throws {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["SCHEDULE_LAYERS"].flatMap { Int($0) } ?? 20
    let largest = environment["SCHEDULE_MACS"].flatMap { Int($0) } ?? 12
    var layers = RandomLayers(seed: 80_000, largestSize: 4, largestMACs: largest)
    var (nests, bounds) = ([Double](), [Double]())
    for _ in 0..<count {
      for point in Self.points(Self.problem(&layers), mostStates: 1 << 20) where point.least > 0 && point.bound > 0 {
        nests.append(Double(point.nests) / Double(point.least))
        bounds.append(Double(point.least) / Double(point.bound))
      }
    }
    #expect(nests.count > count && nests.allSatisfy { $0 >= 1 } && bounds.allSatisfy { $0 >= 1 })
    if environment["SCHEDULE_LAYERS"] == nil { return }
    print("ratio,points,mean,median,90th percentile,worst")
    for (name, ratios) in [("nests over schedules", nests.sorted()), ("schedules over bound", bounds.sorted())] {
      let figures = [
        ratios.reduce(0, +) / Double(ratios.count), ratios[ratios.count / 2], ratios[ratios.count * 9 / 10],
        ratios[ratios.count - 1],
      ]
      print(([name, "\(ratios.count)"] + figures.map { String(format: "%.4f", $0) }).joined(separator: ","))
    }
  }
}
