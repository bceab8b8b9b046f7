import Mappings
import Scoring
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// The quick list of profiles against the plain one of all block sizes.
struct AxisListingTests {
  @Test("Undominated profiles agree", arguments: seeds(0..<300))
  func agrees(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let axis = random.axis(outputs: 24, kernels: 7)
    let rows = AxisRows(axis)
    let mapspaces = Dataflow.allCases.map(Mapspace.init)
    guard let quick = QuickListing<Skyline>(rows, for: mapspaces) else { return }
    var found = mapspaces.map { _ in ProfilesFound<Skyline>() }
    quick.list(into: &found)
    for (mapspace, quickly) in zip(mapspaces, found) {
      var plainly = ProfilesFound<Skyline>()
      PlainListing(rows, mapspace).list(into: &plainly)
      func comment() -> Comment { "seed \(seed), \(mapspace.dataflow), \(axis)" }
      func factors(_ skylines: Skyline...) -> [CostFactors] {
        var all = Skyline()
        for skyline in skylines { all.offer(skyline) }
        return all.sorted.map(\.factors)
      }
      #expect(factors(quickly.still) == factors(plainly.still), comment())
      #expect(factors(quickly.still, quickly.sliding) == factors(plainly.still, plainly.sliding), comment())
      #expect(factors(quickly.chained) == factors(plainly.chained), comment())
      #expect(factors(quickly.uncut) == factors(plainly.uncut), comment())
    }
  }
}
