import Foundation
import TestSupport
import Testing

/// Sweeps killed again and again.
struct KilledSweepTests {
  private static let sweep =
    "sweep --network resnet18,resnet50 --capacity 256B...4MiB/8 --energy unit,horowitz-45nm-int8 --bits 8,16 "
    + "--reuse sliding"

  /// The table of the sweep that nothing happened to.
  private static let whole = Result {
    try withTemporaryFolder { folder in
      let outcome = try Program.run(sweep + " --output \(folder)/whole.csv --quiet")
      #expect(outcome.code == 0, "\(outcome.error)")
      return try Data(contentsOf: URL(fileURLWithPath: "\(folder)/whole.csv"))
    }
  }

  /// Killed at a hundred random moments, the sweep goes on each time and ends with the files of one that nothing
  /// happened to; in between there is never anything under the files' own names.
  @Test(arguments: [1, 2])
  func killedAtRandom(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    try withTemporaryFolder { folder in
      let whole = try Self.whole.get()
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
          let isEqual = FileManager.default.contents(atPath: file) == whole
          #expect(isEqual, "seed \(seed), run \(runs)")
          for ending in ["", ".index.json", ".part", ".ordered", ".progress"] {
            try? FileManager.default.removeItem(atPath: file + ending)
          }
        }
      }
      let last = try Program.run(Self.sweep + " --output \(file) --quiet")
      #expect(last.code == 0, "seed \(seed): \(last.error)")
      let isEqual = FileManager.default.contents(atPath: file) == whole
      #expect(isEqual, "seed \(seed), \(runs) runs")
      #expect(!FileManager.default.fileExists(atPath: "\(file).part"))
    }
  }

  /// Parts killed at random moments go on, and a merge that is killed or told to end leaves nothing, or all, of its file.
  @Test func partsAndMergesKilledAtRandom() throws {
    let sweep = "sweep resnet18 --capacity 256B...4MiB/4 --bits 8,16 --reuse sliding"
    let seed = Int.random(in: 0..<1 << 30)
    var random = SplitMix64(seed: seed)
    try withTemporaryFolder { folder in
      func start(_ line: String) throws -> Process {
        let process = Process()
        process.executableURL = Program.url
        process.arguments = line.split(separator: " ").map(String.init)
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
      }
      func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(name)") }
      let whole = try Program.run(sweep + " --output whole.csv --quiet", in: folder)
      #expect(whole.code == 0, "\(whole.error)")
      for number in 1...3 {
        // Later each time: a busy machine does little before an early one.
        var latest = 90
        while !exists("part-\(number).csv") {
          let process = try start(sweep + " --shard \(number)/3 --output part-\(number).csv --quiet")
          usleep(UInt32(1000 * random.pick(20...latest)))
          latest += 30
          kill(process.processIdentifier, SIGKILL)
          process.waitUntilExit()
        }
        let last = try Program.run(sweep + " --shard \(number)/3 --output part-\(number).csv --quiet", in: folder)
        #expect(last.code == 0 && !exists("part-\(number).csv.progress"), "seed \(seed): \(last.error)")
      }
      for round in 0..<12 {
        let process = try start("merge part-1.csv part-2.csv part-3.csv --output merged.csv --quiet")
        usleep(UInt32(1000 * random.pick(1...40)))
        let signal = round % 2 == 0 ? SIGKILL : SIGTERM
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        let isEqual = FileManager.default.contentsEqual(
          atPath: "\(folder)/merged.csv", andPath: "\(folder)/whole.csv")
        #expect(isEqual || !exists("merged.csv"), "seed \(seed), round \(round)")
        if signal == SIGTERM, process.terminationStatus == 128 + SIGTERM, !isEqual {
          #expect(!exists("merged.csv.merging") && !exists("merged.csv.index.json"), "seed \(seed), round \(round)")
        }
        for name in ["merged.csv", "merged.csv.index.json"] {
          try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
      }
      let merged = try Program.run("merge part-1.csv part-2.csv part-3.csv --output merged.csv --quiet", in: folder)
      #expect(merged.code == 0, "seed \(seed): \(merged.error)")
      for ending in ["", ".index.json"] {
        #expect(
          FileManager.default.contentsEqual(
            atPath: "\(folder)/merged.csv\(ending)", andPath: "\(folder)/whole.csv\(ending)"), "seed \(seed)")
      }
      #expect(!exists("merged.csv.merging"))
    }
  }
}
