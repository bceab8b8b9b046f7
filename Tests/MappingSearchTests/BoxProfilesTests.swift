import Mappings
import TestSupport
import Testing
import Workloads

@testable import MappingSearch

/// The quick list of profiles against the plain one of all block sizes.
struct BoxProfilesTests {
  static func axis(_ random: inout SplitMix64, largestSize: Int) -> ConvolutionAxis? {
    let stride = random.pick(1...4)
    let kernel = random.pick(1...min(7, largestSize))
    let outputs = random.pick(1...largestSize)
    let dilation = random.oneIn(4) ? stride : 1
    let reach = stride * (outputs - 1) + dilation * (kernel - 1) + 1
    let before = random.oneIn(2) ? random.pick(0...kernel) : 0
    let after = random.oneIn(2) ? random.pick(0...kernel) : 0
    let input = reach - before - after + random.pick(0...stride - 1)
    guard input > 0,
      let layer = try? Layer(
        name: "axis", inputChannels: 1, input: Extent(height: input, width: 1), outputChannels: 1,
        kernel: Extent(height: kernel, width: 1), stride: Extent(height: stride, width: 1),
        dilation: Extent(height: dilation, width: 1),
        padding: Padding(top: before, bottom: after, left: 0, right: 0))
    else { return nil }
    return layer.vertical
  }

  @Test("Undominated profiles agree", arguments: 0..<300)
  func agrees(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    guard let axis = Self.axis(&random, largestSize: 24) else { return }
    let rows = AxisRows(axis)
    guard let quick = BoxProfiles(rows, for: Dataflow.allCases) else { return }
    for dataflow in Dataflow.allCases {
      var quickly = AxisEnumerator(rows, dataflow, quick: quick)
      quickly.run()
      let found = quickly.found
      var all = AxisEnumerator(rows, dataflow)
      all.run()
      let comment: Comment = "seed \(seed), \(dataflow), \(axis)"
      func factors(_ skylines: Skyline...) -> [AxisFactors] {
        var all = Skyline()
        for skyline in skylines { all.offer(skyline) }
        return all.sorted.map(\.factors)
      }
      #expect(factors(found.still) == factors(all.found.still), comment)
      #expect(factors(found.still, found.sliding) == factors(all.found.still, all.found.sliding), comment)
      #expect(factors(found.chained) == factors(all.found.chained), comment)
      #expect(factors(found.uncut) == factors(all.found.uncut), comment)
    }
  }
}
