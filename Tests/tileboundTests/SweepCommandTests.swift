import Foundation
import TestSupport
import Testing

/// `tilebound sweep` as users run it, stop it and start it again.
struct SweepCommandTests {
  /// Large enough to be stopped in the middle: 12 layers at 57 capacities in two settings under two energy models.
  private static let large =
    "sweep --network resnet18 --capacity 256B...4MiB/4 --energy unit,horowitz-45nm-int8 --bits 8,16 --reuse sliding"

  /// Starts a sweep and sends it a signal once it has written records and some time has passed.
  private func stop(_ line: String, _ file: String, signal: Int32, after milliseconds: Int) throws
    -> Program.Outcome
  {
    let process = Process()
    process.executableURL = Program.url
    process.arguments = (line + " --output \(file)").split(separator: " ").map(String.init)
    let error = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = error
    func written() -> Int {
      (try? FileManager.default.attributesOfItem(atPath: "\(file).progress"))?[.size] as? Int ?? 0
    }
    let before = written()
    try process.run()
    // The first line of the progress is the plan.
    let deadline = Date().addingTimeInterval(60)
    while process.isRunning, Date() < deadline, written() < max(before + 1, 3000) { usleep(1000) }
    usleep(UInt32(1000 * milliseconds))
    kill(process.processIdentifier, signal)
    let text = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Program.Outcome(code: process.terminationStatus, output: "", error: text)
  }

  /// Stopped by Ctrl-C or killed at any moment, the same command goes on and ends with the same files.
  @Test func stoppedSweepsGoOn() throws {
    try withTemporaryFolder { folder in
      let whole = try Program.run(Self.large + " --output \(folder)/s.csv --quiet")
      #expect(whole.code == 0 && whole.output.isEmpty && whole.error.isEmpty, "\(whole.error)")
      let expected = try contents(of: folder)
      try withTemporaryFolder { folder in
        let file = "\(folder)/s.csv"
        let interrupted = try stop(Self.large, file, signal: SIGINT, after: 0)
        #expect(interrupted.code == 130)
        #expect(interrupted.error == "tilebound: interrupted; the same command goes on from here\n")
        #expect(Set(try contents(of: folder).keys) == ["s.csv.part", "s.csv.progress"])
        // Asked otherwise, nothing is lost.
        let before = try contents(of: folder)
        let other = try Program.run("sweep --network alexnet --capacity 1KiB --reuse sliding --output \(file)")
        #expect(other.code == 64 && other.error.contains("s.csv: was begun by another sweep: the networks, "))
        #expect(other.error.contains("--restart begins anew") && other.error.count { $0 == "\n" } == 1)
        #expect(try contents(of: folder) == before)
        for pause in [0, 3, 10, 40] where FileManager.default.fileExists(atPath: "\(file).part") {
          _ = try stop(Self.large, file, signal: SIGKILL, after: pause)
        }
        let last = try Program.run(Self.large + " --output \(file) --threads 3")
        #expect(
          last.code == 0 && (last.output.contains(" of them from before") || last.output.contains("all there already")),
          "\(last.error)")
        #expect(try contents(of: folder) == expected)
        let again = try Program.run(Self.large + " --output \(file)")
        #expect(again.code == 0 && again.output.contains("2736 records, all there already"))
        #expect(try contents(of: folder) == expected)
      }
    }
  }

  /// When there is no more room it says so, and goes on when there is.
  @Test func fullDisk() throws {
    try withTemporaryFolder { folder in
      let command = "tilebound sweep --network alexnet --capacity 1KiB...4MiB/4 --reuse sliding --output s.jsonl"
      let (whole, limited) = (
        "mkdir whole && cd whole && \(command) --quiet", "trap '' XFSZ; ulimit -f 100; \(command)"
      )
      let text = try Program.shell(
        "((\(whole)) && (\(limited)); echo code $?; \(command) --quiet; echo code $?) 2>&1", in: folder
      ).output
      #expect(
        text
          == "tilebound: s.jsonl.part: cannot be written: File too large; the same command goes on from here\ncode 1\ncode 0\n",
        "\(text)")
      #expect(try contents(of: folder)["s.jsonl"] == contents(of: "\(folder)/whole")["s.jsonl"])
      #expect(try contents(of: folder)["s.jsonl.index.json"] == contents(of: "\(folder)/whole")["s.jsonl.index.json"])
    }
  }

  /// One of anything is not several.
  @Test func oneRecord() throws {
    try withTemporaryFolder { folder in
      let sweep = "sweep alexnet --layer fc8 --capacity 16KiB"
      let one = try Program.run("\(sweep) --output s.csv", in: folder)
      #expect(one.output.hasPrefix("s.csv: 1 record\n"), "\(one)")
      let part = try Program.run("\(sweep) --output part.csv --shard 1/1", in: folder)
      #expect(part.output.hasPrefix("part.csv: shard 1 of 1, 1 record\n"), "\(part)")
      let merged = try Program.run("merge part.csv --output merged.csv", in: folder)
      #expect(merged.output.hasPrefix("merged.csv: 1 record of 1 part\n"), "\(merged)")
      let other = try Program.run("export --result s.csv --capacity 32KiB --to c", in: folder)
      #expect(other.error == "tilebound: s.csv: its one record is not the one that is asked for\n", "\(other)")
    }
  }

  /// Progress is for terminals, and not for `--quiet` ones.
  @Test func progressIsDrawnOnTerminalsOnly() throws {
    try withTemporaryFolder { folder in
      let command = "tilebound sweep --network resnet18 --capacity 1KiB...4MiB --reuse sliding"
      let drawn = try Program.shell("script -qec '\(command) --output a.csv' /dev/null", in: folder).output
      #expect(drawn.contains(" of 156 records, ") && drawn.contains("/s, 00:00:") && drawn.contains("resnet18 "))
      #expect(drawn.contains("a.csv: 156 records") && drawn.contains("12 exact curves answered them"))
      #expect(try Program.shell("script -qec '\(command) --output b.csv --quiet' /dev/null", in: folder).output.isEmpty)
      let piped = try Program.shell("\(command) --output c.csv 2>&1 >/dev/null", in: folder).output
      #expect(piped.isEmpty, "\(piped)")
    }
  }

  /// Networks, and energy models, of one name are told apart by their files, in options and in sweep files.
  @Test func differentThingsOfOneName() throws {
    try withTemporaryFolder { folder in
      for (name, size) in [("x", 4), ("y", 5)] {
        try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        try Data("network: net\nlayers: [{name: fc, gemm: {m: 2, n: 3, k: \(size)}}]\n".utf8).write(
          to: URL(fileURLWithPath: "\(folder)/\(name)/net.yaml"))
        try Data("energy: mine\nunit: pJ\nmac: 1\nread: \(size)\nwrite: 1\n".utf8).write(
          to: URL(fileURLWithPath: "\(folder)/\(name)/mine.yaml"))
      }
      try Data("networks: [x/net.yaml, y/net.yaml]\ncapacities: 64B\n".utf8).write(
        to: URL(fileURLWithPath: "\(folder)/networks.yaml"))
      try Data("networks: x/net.yaml\nenergy: [x/mine.yaml, y/mine.yaml]\ncapacities: 64B\n".utf8).write(
        to: URL(fileURLWithPath: "\(folder)/energies.yaml"))
      let networks =
        "tilebound: two different networks are called 'net' (x/net.yaml; y/net.yaml); results could not tell them apart: "
        + "'tilebound convert FILE --name NAME' gives one another name\n"
      let energies =
        "tilebound: two different energy models are called 'mine' (x/mine.yaml; y/mine.yaml); results could not tell "
        + "them apart: give one another name under the key 'energy' of its file\n"
      for (line, message) in [
        ("--network x/net.yaml,y/net.yaml --capacity 64B", networks), ("networks.yaml", networks),
        ("--network x/net.yaml --energy x/mine.yaml,y/mine.yaml --capacity 64B", energies),
        ("energies.yaml", energies),
      ] {
        let outcome = try Program.run("sweep \(line) --output s.csv", in: folder)
        #expect(outcome.code == 64 && outcome.output.isEmpty && outcome.error == message, "\(outcome.error)")
      }
      // The remedy, as it is named.
      let renamed = try Program.run("convert y/net.yaml --name other --output y/other.yaml", in: folder)
      #expect(renamed.code == 0)
      let both = try Program.run("sweep --network x/net.yaml,y/other.yaml --capacity 64B --output s.csv", in: folder)
      #expect(both.code == 0 && both.output.contains("2 records"), "\(both.error)")
    }
  }

  /// A file's keys, and options in their place.
  @Test func filesAndOptions() throws {
    try withTemporaryFolder { folder in
      let sweep = "\(folder)/sweep.yaml"
      try Data("networks: alexnet\ncapacities: 16KiB\nenergy: [unit, horowitz-45nm-int8]\nreuse: sliding\n".utf8).write(
        to: URL(fileURLWithPath: sweep))
      let one = try Program.run("sweep \(sweep) --output \(folder)/one.csv")
      #expect(one.code == 0 && one.output.contains("16 records"), "\(one.error)")
      let two = try Program.run("sweep \(sweep) --capacity 16KiB,1MiB --energy unit --output \(folder)/two.jsonl")
      #expect(two.code == 0 && two.output.contains("16 records"), "\(two.error)")
      let lines = try String(contentsOfFile: "\(folder)/two.jsonl", encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 16 && lines.allSatisfy { $0.contains("\"schema\":\"tilebound-results/1\"") })
      let index = try #require(
        try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: "\(folder)/two.jsonl.index.json")))
          as? [String: Any])
      #expect((index["totals"] as? [Any])?.count == 2 && index["schema"] as? String == "tilebound-sweep/1")
      #expect((index["producer"] as? [String: String]).map { Set($0.keys) } == Program.producerKeys)
      #expect(
        index["command"] as? String == "tilebound sweep \(sweep) --capacity 16KiB,1MiB --energy unit")
      // Of a file that names no reuse contents count; what a sweep under another reuse left is not taken for it.
      try Data("networks: alexnet\nlayers: fc8\ncapacities: 300B\n".utf8).write(
        to: URL(fileURLWithPath: "\(folder)/plain.yaml"))
      let plain = "sweep \(folder)/plain.yaml --output \(folder)/plain.csv"
      #expect(try Program.run("\(plain) --reuse sliding").code == 0)
      let other = try Program.run(plain)
      #expect(other.code == 64 && other.error.contains("another sweep: the rules of reuse changed; "))
      #expect(try Program.run("\(plain) --restart").code == 0)
      #expect(try String(contentsOfFile: "\(folder)/plain.csv", encoding: .utf8).contains(",8,8,8,8,overlap,"))
      // Different ratios of prices are said to need curves of their own.
      try Data("energy: e\nunit: pJ\nmac: 1\nread: 2\nwrite: 3\n".utf8).write(
        to: URL(fileURLWithPath: "\(folder)/e.yaml"))
      let three = try Program.run("sweep \(sweep) --energy unit,\(folder)/e.yaml --output \(folder)/three")
      #expect(three.output.contains("16 exact curves answered them") && three.output.contains("e 2:3; unit 1:1"))
    }
  }

  /// Of several accelerators the one is named that nothing fits.
  @Test func nothingFitsAnAccelerator() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/tiny.yaml"
      let text = "{accelerator: tiny, source: made up, capacity: 2B, energy: lpddr4-int8}"
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
      try expectRefusal(
        of: ["sweep", "alexnet", "--accelerator", "tpu-v1,\(file)", "--output", "\(folder)/s.csv"], code: 2,
        message: "tiny: conv1: no mapping fits 2 B; the least capacity that would is")
    }
  }
}
