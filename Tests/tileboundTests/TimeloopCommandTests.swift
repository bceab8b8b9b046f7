import Foundation
import TestSupport
import Testing

/// Mappings to and from Timeloop as users run them.
struct TimeloopCommandTests {
  private func record(_ outcome: Program.Outcome) throws -> [String: Any] {
    let document = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    return try #require((document?["records"] as? [[String: Any]])?.first)
  }

  /// What `optimize --timeloop` writes, `evaluate` takes back: without padding it moves and holds the same.
  @Test(arguments: [
    "k=24,c=10,p=13,q=9,r=3,s=3,stride=2x1", "p=40,k=30,c=20", "g=3,k=4,c=2,p=11,q=11,r=5,s=5,dilation=2",
  ])
  func optimaComeBack(shape: String) throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/mapping.yaml"
      let optimized = try Program.run(
        "optimize --shape \(shape) --capacity 300B --format json --no-timing --timeloop \(file)")
      #expect(optimized.code == 0, "\(optimized.error)")
      let evaluated = try Program.run("evaluate --mapping \(file) --replay --format json")
      #expect(evaluated.code == 0, "\(evaluated.error)")
      let (found, again) = (try record(optimized), try record(evaluated))
      for key in ["traffic_bits", "macs", "occupancy_bits"] {
        #expect(found[key] as? NSObject == again[key] as? NSObject, "\(key)")
      }
      // The problem alone is a layer too.
      #expect(try Program.run("networks \(file)").code == 0)
    }
  }

  @Test func evaluateWritesWhatItIsGiven() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/mapping.yaml"
      let outcome = try Program.run([
        "evaluate", "--shape", "k=4,c=8,p=7", "--nest", "k:4 [outputs] p:3 c:1 [inputs] k:1 p:1 [weights]",
        "--timeloop",
        file,
      ])
      #expect(outcome.code == 0, "\(outcome.error)")
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect(text.contains("# As Tilebound counts them: Inputs 56 read, Weights "))
      // Seven rows in blocks of three: three passes, of which the last has one row.
      #expect(text.contains("P3,1"))
    }
  }

  /// What does not go with a file that has its problem is refused, and word widths that are not applied are told.
  @Test func whatComesWithTheMapping() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/mapping.yaml"
      let made = try Program.run(
        "optimize --shape k=4,c=8,p=7 --capacity 64B --bits inputs=8,weights=4,outputs=8,partial-sums=16 --timeloop \(file)"
      )
      #expect(made.code == 0, "\(made.error)")
      for (option, message) in [
        ("--network alexnet", "--network"), ("--layer conv1", "--layer"), ("--shape p=3", "--shape"),
        ("--dim batch=1", "--dim"),
      ] {
        let outcome = try Program.run("evaluate --mapping \(file) \(option)")
        #expect(outcome.code == 64)
        #expect(
          outcome.error
            == "tilebound: \(file): is a mapping of Timeloop's, with its problem: \(message) does not go with it\n")
      }
      let told = try Program.run("evaluate --mapping \(file)")
      #expect(told.code == 0 && told.output.contains("word widths 8/8/8/8"))
      #expect(told.error.contains("its words have 8/4/16/16 bits, which are not applied unless asked for by --bits"))
      let asked = try Program.run(
        "evaluate --mapping \(file) --bits inputs=8,weights=4,outputs=8,partial-sums=16")
      #expect(asked.code == 0 && !asked.error.contains("its words have"))
      let text = try String(contentsOfFile: file, encoding: .utf8)
      try text.replacing("problem:\n", with: "problem:\n  version: 0.7\n").write(
        toFile: file, atomically: true, encoding: .utf8)
      let strange = try Program.run("networks \(file)")
      #expect(strange.code == 64 && strange.error.contains("the versions 0.1, 0.2, 0.3, 0.4 can be read"))
    }
  }

  @Test func refusals() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/mapping.yaml"
      let uneven = try Program.run([
        "evaluate", "--shape", "k=4,c=8,p=7", "--nest", "p:5 [outputs] p:2 [inputs] [weights]", "--timeloop", file,
      ])
      #expect(uneven.code == 1 && uneven.output.isEmpty)
      #expect(
        uneven.error
          == "tilebound: \(file): shape: cannot be written for Timeloop: blocks of 5 over p are cut by 2: in "
          + "Timeloop a tile must divide the tile around it\n")
      #expect(!FileManager.default.fileExists(atPath: file))
      let several = try Program.run("optimize --network alexnet --capacity 64KiB --timeloop \(file)")
      #expect(several.code == 64 && several.error.contains("--timeloop takes the mapping of a single layer"))
      let same = try Program.run(
        "optimize --shape p=3 --capacity 64KiB --timeloop \(file) --mapping \(file)")
      #expect(same.code == 64 && same.error.contains("--mapping and --timeloop name the same file"))
    }
  }
}
