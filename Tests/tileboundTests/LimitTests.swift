import Foundation
import TestSupport
import Testing

/// What the reference lists as limits: at a limit there is an answer, beyond it a line that names the limit.
struct LimitTests {
  /// Dimensions at 2^20; those that take the search seconds are with the exhaustive tests.
  @Test(arguments: [
    "n=1048576,k=2,p=3,q=3,r=3,s=3", "g=1048576,k=1,c=1,p=3", "k=1048576,c=3,p=5", "c=1048576,k=3,p=5",
    "r=1048576,p=1,c=1", "g=1048576,k=1048576,c=8192,h=1", "g=1048576,k=1024,c=1024,h=1",
  ])
  func largestLayers(shape: String) throws {
    let outcome = try Program.run("optimize --quiet --shape \(shape) --capacity 64KiB --reuse sliding")
    #expect(outcome.code == 0 && outcome.error.isEmpty, "\(shape): \(outcome.error)")
  }

  /// The same under the default reuse, of those that take a moment.
  @Test(arguments: ["g=1048576,k=1,c=1,p=3", "g=1048576,k=1024,c=1024,h=1"])
  func largestLayersByContents(shape: String) throws {
    let outcome = try Program.run("optimize --quiet --shape \(shape) --capacity 64KiB")
    #expect(outcome.code == 0 && outcome.error.isEmpty, "\(shape): \(outcome.error)")
  }

  @Test(arguments: [
    ("p=1048577", "p: is 1048577; 1 to 1048576 is accepted"),
    ("k=2,c=3,p=1048576,q=1,r=3", "input height is 1048578; at most 1048576 is accepted"),
    ("k=1048577,p=1", "k: is 1048577; 1 to 1048576 is accepted"),
    ("g=2,c=1048577,p=1", "c: is 1048577; 1 to 1048576 is accepted"),
    ("g=1048576,k=1048576,c=16384,p=1", "the number of weights exceeds 2^53, the most that is accepted"),
    ("k=1048576,c=1048576,p=1048576,q=8", "the number of MACs exceeds 2^63 - 1, the most that is accepted"),
    ("k=1048576,p=1048576,q=8193", "the number of outputs exceeds 2^53, the most that is accepted"),
  ])
  func largerLayers(shape: String, message: String) throws {
    let outcome = try Program.run("optimize --shape \(shape) --capacity 64KiB")
    #expect(outcome.code == 64 && outcome.error == "tilebound: --shape: \(message)\n", "\(outcome.error)")
  }

  /// Attention with 32 heads over a context of 131 072: limits hold within a group, and every command answers.
  @Test(arguments: ["optimize", "gap", "bound", "curve"])
  func longContexts(command: String) throws {
    let shape = "g=32,p=131072,k=131072,c=128"
    let reuse = command == "bound" ? "" : " --reuse sliding"
    let options = (command == "curve" ? "--quiet" : "--capacity 64KiB --format csv") + reuse
    let outcome = try Program.run("\(command) --shape \(shape) \(options)")
    #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome.error)")
    try withTemporaryFolder { folder in
      let file = "\(folder)/heads.yaml"
      let layer = "- {name: scores, groups: 32, gemm: {m: 131072, n: 131072, k: 128}}"
      try Data("network: heads\nlayers:\n\(layer)\n".utf8).write(to: URL(fileURLWithPath: file))
      let read = try Program.run("\(command) --network \(file) \(options)")
      #expect(read.code == 0 && read.error.isEmpty, "\(read.error)")
    }
  }

  /// Energies that cannot be counted are refused rather than rounded.
  @Test func energiesBeyondCounting() throws {
    let outcome = try Program.run("optimize --shape k=1048576,c=1048576,p=1048576,q=7 --capacity 64KiB")
    #expect(
      outcome.code == 64
        && outcome.error
          == "tilebound: shape: energies by unit could exceed 2^63 quanta and would not be exact; use a smaller layer or smaller energies\n",
      "\(outcome.error)")
  }

  /// One word of each tensor is the least that a MAC needs.
  @Test(arguments: [("1", 3, "3 bit"), ("8", 24, "3 B"), ("64", 192, "24 B")])
  func smallestBuffers(bits: String, least: Int, text: String) throws {
    let command = "optimize --shape k=3,c=2,p=4,r=2 --quiet --bits \(bits)"
    #expect(try Program.run("\(command) --capacity \(least)bit").code == 0)
    let outcome = try Program.run("\(command) --capacity \(least - 1)bit")
    #expect(outcome.code == 2 && outcome.error.hasSuffix("the least capacity that would is \(text)\n"), "\(outcome)")
  }

  @Test(arguments: ["0", "65", "inputs=0", "weights=65"])
  func widths(bits: String) throws {
    let outcome = try Program.run("optimize --shape k=3,p=4 --capacity 1KiB --bits \(bits)")
    #expect(outcome.code == 64 && outcome.error.contains("1 to 64 is accepted"), "\(outcome.error)")
  }

  @Test func largestCapacity() throws {
    let command = "optimize --shape k=3,p=4 --quiet --capacity"
    #expect(try Program.run("\(command) 9007199254740991bit").code == 0)
    let outcome = try Program.run("\(command) 9007199254740992bit")
    #expect(outcome.code == 64 && outcome.error.contains("less than 1 PiB is accepted"), "\(outcome.error)")
  }

  /// Thousands of layers, and a file that is larger than any is read.
  @Test func manyLayers() throws {
    try withTemporaryFolder { folder in
      let count = 2000 / oneSeedIn
      let layers = (0..<count).map {
        "- {name: l\($0), gemm: {m: \(1 + $0 % 7), n: \(3 + $0 % 11), k: \(5 + $0 % 3)}}\n"
      }
      let file = "\(folder)/many.yaml"
      try Data(("network: many\nlayers:\n" + layers.joined()).utf8).write(to: URL(fileURLWithPath: file))
      let outcome = try Program.run("optimize --network \(file) --capacity 1KiB --format csv --no-timing")
      #expect(outcome.code == 0 && outcome.output.split(separator: "\n").count == 1 + count, "\(outcome.error)")
      try Data(count: (16 << 20) + 1).write(to: URL(fileURLWithPath: file))
      let large = try Program.run("optimize --network \(file) --capacity 1KiB")
      #expect(
        large.code == 64 && large.error.hasSuffix("many.yaml: is larger than the 16777216 bytes that are accepted\n"),
        "\(large)")
    }
  }
}
