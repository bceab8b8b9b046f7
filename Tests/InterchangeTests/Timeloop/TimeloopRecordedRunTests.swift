import EnergyModel
import Foundation
import Mappings
import TestSupport
import Testing
import Workloads

@testable import Interchange

/// What is announced for exported files, held against runs of `timeloop-model` itself.
///
/// Two builds ran them, the release v3.0.3 and the master branch, both with `TIMELOOP_ENABLE_FIRST_READ_ELISION=1`. The
/// table of all runs is no part of this package: where it is absent, the rows here stand for it.
struct TimeloopRecordedRunTests {
  /// Checks one file: inputs and weights read, outputs updated and read, as both builds counted them.
  private func check(shape: String, nest: String, bits: String, master: [Int], release: [Int]) throws {
    let layer = try ShapeText.parse(shape, origin: "shape")
    let widths = try WidthsText.parse(bits, origin: "bits").widths(with: .bitsMoved)
    let mapping = try NestText.parse(nest, origin: "nest")
    let files = try TimeloopExport.files(
      layer: layer, mapping: mapping, capacity: Occupancy(of: mapping, on: layer).bits(widths), widths: widths,
      reuse: .sliding)
    for (counts, recorded, build) in [
      (files.timeloop.release, release, "v3.0.3"), (files.timeloop.master, master, "master"),
    ] {
      let announced = [counts.inputsRead, counts.weightsRead, counts.outputsUpdated, counts.outputsRead].map(\.count)
      #expect(announced == recorded, "\(build): \(shape); \(nest)")
    }
  }

  /// Counts that differ between the builds, for each tensor and for all, and two that do not.
  @Test(
    arguments: [
      (
        "g=3,k=47,c=50,h=71,w=19,r=5,s=3,stride=2", "g:1 k:3 q:1 p:5 [outputs] c:1 s:1 r:2 [inputs] k:1 r:1 [weights]",
        "inputs=8,weights=8,outputs=8,partial-sums=8", [6220800, 6662250, 44415, 1269], [5767200, 6662250, 43146, 0]
      ),
      (
        "k=25,c=14,h=25,w=13,stride=2", "k:2 [weights] p:1 q:1 [outputs] c:1 [inputs]",
        "inputs=8,weights=4,outputs=8,partial-sums=24", [16562, 364, 2275, 0], [16562, 350, 2275, 0]
      ),
      (
        "g=2,k=16,c=32,h=6,w=15,s=3,dilation=2", "g:1 k:8 p:3 [outputs] c:1 [weights] p:1 q:2 [inputs]",
        "inputs=8,weights=8,outputs=8,partial-sums=8", [22528, 6144, 2112, 0], [11520, 6144, 2112, 0]
      ),
      (
        "n=2,k=23,c=30,h=55,w=31,r=5,s=5,stride=2", "n:1 p:9 q:7 [outputs] c:1 s:2 [inputs] k:1 r:1 s:1 [weights]",
        "inputs=16,weights=16,outputs=16,partial-sums=16", [131760, 207000, 16744, 0], [124440, 207000, 16744, 0]
      ),
      (
        "n=2,g=2,k=45,h=31,w=12,r=3,s=3,dilation=3", "g:1 [weights] n:1 p:3 [inputs] k:1 q:1 p:1 [outputs]",
        "inputs=8,weights=8,outputs=8,partial-sums=8", [2736, 810, 27000, 0], [1488, 810, 27000, 0]
      ),
      (
        "n=2,g=3,k=32,c=38,h=7,w=11,r=5", "g:1 k:7 q:4 [outputs] c:1 r:1 [inputs] k:1 [weights]",
        "inputs=8,weights=8,outputs=8,partial-sums=8", [87780, 54720, 6912, 576], [87780, 54720, 6336, 0]
      ),
      (
        "k=3,c=38,h=37,w=9,r=7,s=7", "p:3 [outputs] c:1 r:3 s:1 [inputs] k:1 r:1 [weights]",
        "inputs=8,weights=8,outputs=8,partial-sums=8", [46854, 61446, 297, 18], [46854, 61446, 279, 0]
      ),
      (
        "k=18,c=22,h=86,w=79,r=2,stride=3", "k:6 p:1 q:7 [outputs] c:1 r:1 [weights] q:1 [inputs]",
        "inputs=8,weights=8,outputs=8,partial-sums=8", [103356, 91872, 14616, 522], [103356, 91872, 14094, 0]
      ),
      (
        "k=43,c=19,h=29,w=5,r=3,dilation=2", "k:4 q:1 p:9 [outputs] c:1 r:1 [inputs] k:1 [weights]",
        "inputs=8,weights=8,outputs=8,partial-sums=8", [38665, 36765, 5805, 430], [38665, 36765, 5375, 0]
      ),
      (
        "g=2,k=2,c=25,h=67,w=37,r=7,s=7,stride=2", "g:1 c:1 s:1 [weights] q:1 p:1 [inputs] k:1 [outputs]",
        "inputs=8,weights=8,outputs=8,partial-sums=8", [375200, 4900, 347200, 345216], [375200, 4900, 347200, 345216]
      ),
      (
        "k=32,c=3,h=224,w=224,r=3,s=3,stride=2,padding=1", "[weights] p:1 [inputs] k:1 q:1 [outputs]",
        "inputs=8,weights=8,outputs=8,partial-sums=8", [151875, 864, 401408, 0], [151875, 864, 401408, 0]
      ),
    ] as [(String, String, String, [Int], [Int])])
  func someRuns(shape: String, nest: String, bits: String, master: [Int], release: [Int]) throws {
    try check(shape: shape, nest: nest, bits: bits, master: master, release: release)
  }

  private static let table = Program.root.deletingLastPathComponent().appending(
    path: "shared/timeloop/recorded-runs.csv")
  private static let isThere = FileManager.default.fileExists(atPath: table.path)

  @Test(.enabled(if: isThere, "there are no recorded runs in ../shared/timeloop"))
  func allRuns() throws {
    let rows = try String(contentsOf: Self.table, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst()
    #expect(rows.count > 200)
    var differ = 0
    for row in rows {
      let fields = row.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
      let counts = fields.dropFirst(3).compactMap { Int($0) }
      try #require(fields.count == 11 && counts.count == 8, "\(row)")
      let (master, release) = (Array(counts[..<4]), Array(counts[4...]))
      try check(shape: fields[0], nest: fields[1], bits: fields[2], master: master, release: release)
      if master != release { differ += 1 }
    }
    // Both rules are told apart, and agree where there is nothing to tell.
    #expect(differ > 50 && differ < rows.count)
  }
}
