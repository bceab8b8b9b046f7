import Foundation
import TestSupport
import Testing

/// `tilebound sweep --shard` and `tilebound merge` as users run them, on full disks too.
struct MergeCommandTests {
  private static let sweep = "tilebound sweep alexnet --capacity 1KiB...4MiB --bits 8,16 --reuse sliding"
  /// Three parts, and the sweep at once.
  private static let parts =
    "for i in 1 2 3; do \(sweep) --shard $i/3 --output part-$i.csv --quiet; done; \(sweep) --output whole.csv --quiet"

  @Test func partsAndTheWhole() throws {
    try withTemporaryFolder { folder in
      #expect(try Program.shell(Self.parts, in: folder).error.isEmpty)
      let before = try contents(of: folder)
      #expect(before.keys.count == 8)
      let merged = try Program.shell("tilebound merge part-*.csv --output merged.csv", in: folder)
      #expect(merged.output.hasPrefix("merged.csv: 208 records of 3 parts\n16 exact curves answered them"))
      #expect(merged.code == 0 && merged.error.isEmpty, "\(merged.error)")
      var after = before
      after["merged.csv"] = before["whole.csv"]
      after["merged.csv.index.json"] = before["whole.csv.index.json"]
      #expect(try contents(of: folder) == after)
      let printed = try Program.shell("tilebound merge part-[123].csv --output - | cmp - whole.csv", in: folder)
      #expect(printed.code == 0 && printed.output.isEmpty && printed.error.isEmpty, "\(printed)")
      let again = try Program.shell("\(Self.sweep) --shard 2/3 --output part-2.csv", in: folder)
      #expect(again.output.hasPrefix("part-2.csv: shard 2 of 3, ") && again.output.contains(", all there already\n"))
      #expect(again.output.hasSuffix("\n'tilebound merge' makes one file of it with the other 2\n"))
      for (line, message) in [
        ("part-1.csv part-4.csv --output x.csv", "part-4.csv: cannot be read: No such file or directory"),
        ("part-1.csv . --output x.csv", ".: is a folder; a file is expected"),
        (
          "part-1.csv part-2.csv part-3.csv --output part-1.csv",
          "--output names part-1.csv, which is to be read, or its"
        ),
        (
          "part-1.csv part-2.csv part-3.csv --output x.jsonl",
          "--output: 'x.jsonl' ends in .jsonl, and a table is written"
        ),
        (
          "part-1.csv part-3.csv --output x.csv",
          "shard 2 of 3 is missing: \(Self.sweep) --shard 2/3 --output FILE makes"
        ),
      ] {
        let outcome = try Program.run("merge \(line)", in: folder)
        #expect(outcome.code == 64 && outcome.error.hasPrefix("tilebound: \(message)"), "\(outcome.error)")
        #expect(outcome.error.count { $0 == "\n" } == 1 && outcome.output.isEmpty)
      }
      #expect(try contents(of: folder) == after)
    }
  }

  /// Files whose names end in `.gz`: what is wrong with them, and what without zlib.
  @Test func compressedFiles() throws {
    try withTemporaryFolder { folder in
      let sweep = "sweep alexnet --layer conv5 --capacity 16KiB --reuse sliding --quiet --output"
      let made = try Program.shell(
        "tilebound \(sweep) s.csv.gz && tilebound gap alexnet --layer conv5 --capacity 16KiB --output g.json.gz "
          + "&& gzip -dc s.csv.gz | wc -l && gzip -dc g.json.gz | head -1 && head -c 700 s.csv.gz >cut.csv.gz",
        in: folder)
      #expect(made.code == 0 && made.output == "2\n{\n" && made.error.isEmpty, "\(made)")
      let before = try contents(of: folder)
      let missing =
        "zlib cannot be used: no.so: cannot open shared object file: No such file or directory; install it "
        + "(Debian: zlib1g), or name its file in TILEBOUND_ZLIB\n"
      for (line, code, message) in [
        ("TILEBOUND_ZLIB=no.so tilebound \(sweep) t.csv.gz", 1, "t.csv.gz: \(missing)"),
        ("TILEBOUND_ZLIB=no.so tilebound bound alexnet --capacity 16KiB --output b.csv.gz", 1, "b.csv.gz: \(missing)"),
        (
          "TILEBOUND_ZLIB=no.so tilebound report s.csv.gz --output r.html --no-plots", 64,
          "s.csv.gz: is compressed: \(missing)"
        ),
        (
          "tilebound report cut.csv.gz --output r.html --no-plots", 64,
          "cut.csv.gz: ends within its compressed data: a part of the file is missing\n"
        ),
        (
          "tilebound convert alexnet --output a.yaml.gz", 64,
          "--output: 'a.yaml.gz' ends in .gz, and a layer table is written; a name in .yaml is accepted\n"
        ),
      ] {
        let outcome = try Program.shell(line, in: folder)
        #expect(outcome.error == "tilebound: \(message)" && outcome.code == code, "\(line): \(outcome)")
      }
      #expect(try contents(of: folder) == before)
    }
  }

  /// What is to be expected of each shard, and how far that is from what it takes; nothing is written.
  @Test func plans() throws {
    try withTemporaryFolder { folder in
      func table(_ options: String) throws -> [[String]] {
        let outcome = try Program.shell("\(Self.sweep) --threads 1 --plan \(options)", in: folder)
        #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome.error)")
        return outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      }
      let whole = try table("")
      #expect(whole.count == 3 && whole[1] == ["shard", "layers", "curves", "records", "seconds", "longest", "memory"])
      #expect(whole[2].prefix(4) == ["whole", "16", "16", "208"])
      let shards = try table("--shard 2/4 --output part-2.csv")
      #expect(shards.dropFirst(2).map(\.[0]) == ["1/4", "2/4", "3/4", "4/4", "all"])
      #expect(shards[6][1...5] == whole[2][1...5])
      for column in 1...3 {
        #expect(shards[2...5].reduce(0) { $0 + (Int($1[column]) ?? -1000) } == Int(whole[2][column]))
      }
      // What the second shard takes in truth.
      let measured = try table("--shard 2/4 --measure").dropFirst(shards.count)
      #expect(
        measured.first == ["2/4:"] && measured.contains { $0.starts(with: ["within", "a", "factor", "of", "two:"]) })
      #expect(measured.contains { $0.count == 6 && $0[0] == "alexnet" && $0[2] == "sliding" }, "\(measured)")
      #expect(try contents(of: folder).isEmpty)
    }
  }

  /// A file that grows too large, as on a full disk, ends a shard and a merge with a line; there is then the part to be gone
  /// on with, and nothing of the merge.
  @Test func fullDisk() throws {
    try withTemporaryFolder { folder in
      let outcome = try Program.shell(
        """
        \(Self.parts); rm part-2.csv*
        (trap '' XFSZ; ulimit -f 10; \(Self.sweep) --shard 2/3 --output part-2.csv --quiet); echo code $?
        tilebound merge part-?.csv part-2.csv --output merged.csv; echo code $?
        \(Self.sweep) --shard 2/3 --output part-2.csv --quiet; echo code $?
        (trap '' XFSZ; ulimit -f 50; tilebound merge part-?.csv --output merged.csv); echo code $?
        ls merged* *.part 2>/dev/null
        tilebound merge part-?.csv --output merged.csv --quiet; cmp merged.csv whole.csv; echo code $?
        """, in: folder)
      #expect(outcome.output == "code 1\ncode 64\ncode 0\ncode 1\ncode 0\n", "\(outcome)")
      #expect(
        outcome.error == """
          tilebound: part-2.csv.part: cannot be written: File too large; the same command goes on from here
          tilebound: part-2.csv: is not finished: the command that began it goes on with it
          tilebound: merged.csv.merging: cannot be written: File too large; nothing was merged

          """, "\(outcome)")
    }
  }
}
