import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// Look-up, knee and sums of curves, against a look at every capacity.
struct StepCurveTests {
  private static func curve(_ random: inout SplitMix64) -> StepCurve {
    var capacity = random.pick(1...5)
    var energy = random.pick(200...300)
    var points: [StepCurve.Point] = []
    for _ in 0..<random.pick(1...12) {
      points.append(StepCurve.Point(capacity: Bits(capacity), dataQuanta: energy))
      capacity += random.pick(1...6)
      energy -= random.pick(1...15)
    }
    return StepCurve(points)
  }

  @Test("Look-up, knee and sum", arguments: seeds(0..<100))
  func atEveryCapacity(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let curves = (0..<random.pick(1...4)).map { _ in (curve: Self.curve(&random), count: random.pick(1...3)) }
    let sum = try StepCurve(sumOf: curves)
    for capacity in 0...90 {
      func energy(_ curve: StepCurve) -> Int? {
        curve.points.last { $0.capacity.count <= capacity }?.dataQuanta
      }
      for (curve, _) in curves {
        let index = curve.index(capacity: Bits(capacity))
        #expect(index.map { curve.points[$0].dataQuanta } == energy(curve), "seed \(seed)")
      }
      let energies = curves.map { pair in energy(pair.curve).map { pair.count * $0 } }
      let expected = energies.contains(nil) ? nil : energies.reduce(0) { $0 + ($1 ?? 0) }
      #expect(sum.index(capacity: Bits(capacity)).map { sum.points[$0].dataQuanta } == expected, "seed \(seed)")
    }
    let least = try #require(sum.points.last).dataQuanta
    for part in [0, 0.05, 0.5] {
      let knee = try #require(sum.knee(within: part))
      let allowed = Double(least) * (1 + part)
      #expect(Double(sum.points[knee].dataQuanta) <= allowed, "seed \(seed)")
      #expect(knee == 0 || Double(sum.points[knee - 1].dataQuanta) > allowed, "seed \(seed)")
    }
  }
}
