import Foundation
import TestSupport
import Testing

/// Sweeps killed again and again.
struct KilledSweepTests {
  private static let sweep =
    "sweep --network resnet18,mobilenet-v1 --capacity 256B...4MiB/8 --energy unit,horowitz-45nm-int8 --bits 8,16 "
    + "--reuse sliding"

  /// Killed at a hundred random moments, the sweep goes on each time and ends with the files of one that nothing
  /// happened to; in between there is never anything under the files' own names.
  @Test(arguments: [1, 2])
  func killedAtRandom(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    try withTemporaryFolder { folder in
      let whole = try Program.run(Self.sweep + " --output \(folder)/whole.csv --quiet")
      #expect(whole.code == 0, "\(whole.error)")
      let file = "\(folder)/killed.csv"
      var (kills, runs) = (0, 0)
      while kills < 50 {
        let process = Process()
        process.executableURL = Program.url
        process.arguments = (Self.sweep + " --output \(file) --quiet --threads \(1 + kills % 3)").split(separator: " ")
          .map(String.init)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        usleep(UInt32(1000 * random.pick(1...60)))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        runs += 1
        if process.terminationReason == .uncaughtSignal { kills += 1 }
        if FileManager.default.fileExists(atPath: file) {
          // It was done before it could be killed: all of it is there, and another begins.
          let isEqual = FileManager.default.contentsEqual(atPath: file, andPath: "\(folder)/whole.csv")
          #expect(isEqual, "seed \(seed), run \(runs)")
          for ending in ["", ".index.json", ".part", ".progress"] {
            try? FileManager.default.removeItem(atPath: file + ending)
          }
        }
      }
      let last = try Program.run(Self.sweep + " --output \(file) --quiet")
      #expect(last.code == 0, "seed \(seed): \(last.error)")
      #expect(
        FileManager.default.contentsEqual(atPath: file, andPath: "\(folder)/whole.csv"), "seed \(seed), \(runs) runs")
      #expect(!FileManager.default.fileExists(atPath: "\(file).part"))
    }
  }
}
