import Scoring
import TestSupport
import Testing

@testable import MappingSearch

/// Profiles that no other dominates.
struct SkylineTests {
  static func factors(_ random: inout SplitMix64, most: Int) -> CostFactors {
    CostFactors(
      inputsMoved: random.pick(1...most), weightsMoved: random.pick(1...most), outputsMoved: random.pick(1...most),
      inputsHeld: random.pick(1...most), weightsHeld: random.pick(1...most), outputsHeld: random.pick(1...most))
  }

  @Test("What stands is what nothing dominates, the first of equals", arguments: seeds(0..<100))
  func undominated(seed: Int) {
    var random = SplitMix64(seed: seed)
    let offered = (0..<random.pick(1...60)).map { place in
      (
        factors: Self.factors(&random, most: 3),
        loops: AxisLoops(output: Tiles(place + 1, 1, 1), kernel: Tiles(1, 1, 1), slide: .none)
      )
    }
    var skyline = Skyline()
    for (factors, loops) in offered { skyline.offer(factors, loops) }
    let expected = offered.enumerated().filter { place, profile in
      !offered.enumerated().contains { other, better in
        better.factors.dominates(profile.factors) && (better.factors != profile.factors || other < place)
      }
    }
    let stand = skyline.sorted
    #expect(stand.count == expected.count, "seed \(seed)")
    for (_, profile) in expected {
      #expect(
        stand.contains { $0.factors == profile.factors && $0.loops == profile.loops }, "seed \(seed), \(profile)")
    }
    #expect(zip(stand, stand.dropFirst()).allSatisfy { $0.factors.precedes($1.factors) }, "seed \(seed)")
  }

  /// A range of profiles is split into chunks whose corners are no larger than their members.
  @Test("Corners of chunks and clusters", arguments: seeds(0..<20))
  func corners(seed: Int) {
    var random = SplitMix64(seed: 100 + seed)
    let loops = AxisLoops(output: Tiles(1, 1, 1), kernel: Tiles(1, 1, 1), slide: .none)
    let profiles = (0..<random.pick(1...300)).map { _ in
      AxisProfile(factors: Self.factors(&random, most: 40), loops: loops)
    }
    let spatial = SpatialProfiles(profiles)
    #expect(spatial.chunks.flatMap { $0 } == Array(profiles.indices), "seed \(seed)")
    #expect(spatial.clusters.flatMap { $0 } == Array(spatial.chunks.indices), "seed \(seed)")
    #expect(Set(spatial.profiles.map(\.factors)) == Set(profiles.map(\.factors)), "seed \(seed)")
    for (chunk, range) in spatial.chunks.enumerated() {
      #expect(range.allSatisfy { spatial.corners[chunk].dominates(spatial.table[$0]) }, "seed \(seed)")
    }
    for (cluster, range) in spatial.clusters.enumerated() {
      #expect(range.allSatisfy { spatial.clusterCorners[cluster].dominates(spatial.corners[$0]) }, "seed \(seed)")
      #expect(spatial.profileCount(cluster: cluster) == range.reduce(0) { $0 + spatial.chunks[$1].count })
    }
  }
}
