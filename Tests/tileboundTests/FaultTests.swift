import Foundation
import TestSupport
import Testing

/// What goes wrong around the program: nothing is lost, nothing half-written, and it says what happened.
struct FaultTests {
  /// Whether this machine lets a test mount a small disk of its own.
  private static let canMount =
    (try? Program.shell("unshare --map-root-user --mount mount -t tmpfs tmpfs /mnt"))?.code == 0

  private static let sweep = "tilebound sweep --network alexnet --capacity 1KiB...4MiB/4 --reuse sliding"

  /// Runs lines of shell in a new disk of 64 KiB, the folder `disk`, that nobody else sees; `after CODE LINE` runs a line
  /// and says so where it does not end with the code.
  private func onSmallDisk(_ lines: String, in folder: String) throws -> Program.Outcome {
    let after =
      "after() { local code=$1; shift; \"$@\"; local got=$?; [ $got -eq $code ] || echo \"$*: code $got\"; }"
    let script = "mkdir disk; mount -t tmpfs -o size=64k tmpfs disk; cd disk; \(after)\n\(lines)"
    try Data(script.utf8).write(to: URL(fileURLWithPath: "\(folder)/script"))
    return try Program.shell("unshare --map-root-user --mount bash script", in: folder)
  }

  /// No command writes over what it reads, whatever it is called.
  @Test(arguments: [
    "optimize my-network.yaml --layer fc6 --capacity 64KiB --mapping my-network.yaml",
    "optimize alexnet --layer fc8 --capacity 64KiB --energy my-energies.yaml --mapping link.yaml",
    "optimize alexnet --layer fc8 --accelerator my-chip.yaml --timeloop ./my-chip.yaml --reuse sliding",
    "evaluate alexnet --mapping my-mapping.yaml --timeloop my-mapping.yaml",
    "export alexnet --mapping m.json --to json --output m.json",
    "optimize topology.csv --capacity 4KiB --output topology.csv",
    "gap topology.csv --capacity 4KiB --output topology.csv",
    "bound topology.csv --capacity 4KiB --output topology.csv", "curve topology.csv --output topology.csv",
    "sweep topology.csv --capacity 4KiB --output topology.csv", "convert my-network.yaml --output my-network.yaml",
    "validate my-measurements.yaml --output measured.csv", "report result.json --output result.json",
    "export --result result.json --layer fc8 --to json --output result.json",
  ])
  func whatIsReadStays(_ line: String) throws {
    try withTemporaryFolder { folder in
      let samples = Program.root.appending(path: "Documentation/Samples").path
      let made = try Program.shell(
        """
        cp -r \(samples)/. . && ln -s my-energies.yaml link.yaml && printf 'Layer,M,N,K,\\nfc,8,4,2,\\n' >topology.csv
        tilebound export alexnet --layer fc8 --capacity 64KiB --to json --output m.json
        tilebound optimize alexnet --layer fc8 --capacity 64KiB --output result.json && md5sum *.* >../sums.$$ && mv ../sums.$$ sums
        """, in: folder)
      #expect(made.code == 0, "\(made)")
      let outcome = try Program.shell("tilebound \(line)", in: folder)
      #expect(outcome.code == 64 && outcome.output.isEmpty, "\(outcome)")
      #expect(outcome.error.contains("; give another file") && outcome.error.count { $0 == "\n" } == 1, "\(outcome)")
      #expect(try Program.shell("md5sum --check --quiet sums", in: folder).code == 0)
    }
  }

  /// Of the files and the answer of a command none is written where one cannot be.
  @Test(arguments: [
    "optimize alexnet --layer conv1 --capacity 64KiB --output b.json --mapping /dev/full",
    "optimize alexnet --layer conv1 --capacity 64KiB --reuse sliding --output b.json --timeloop /dev/full",
    "optimize alexnet --layer conv1 --capacity 64KiB --mapping /dev/full",
    "optimize alexnet --layer fc8 --accelerator tpu-v1 --plot p.svg --output /dev/full",
    "optimize --gemm 64x64x64 --capacity 1KiB --pieces 2 --output b.json --mapping /dev/full",
    "curve alexnet --layer fc8 --plot p.svg --output /dev/full",
  ])
  func allOrNothing(_ line: String) throws {
    try withTemporaryFolder { folder in
      let outcome = try Program.shell("tilebound \(line)", in: folder)
      #expect(outcome.code == 1 && outcome.output.isEmpty, "\(outcome)")
      #expect(outcome.error == "tilebound: /dev/full: cannot be written: No space left on device\n")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  /// A sweep that fills its disk goes on when there is room, and ends with what it ends with elsewhere.
  @Test(.enabled(if: canMount, "disks cannot be mounted here")) func fullDisk() throws {
    try withTemporaryFolder { folder in
      let outcome = try onSmallDisk(
        """
        echo kept >page.html
        (cd .. && \(Self.sweep) --output whole.jsonl --quiet
        for i in 1 2; do \(Self.sweep) --shard $i/2 --output part-$i.jsonl --quiet; done)
        after 1 \(Self.sweep) --output s.jsonl
        head -c 1M /dev/zero >rest 2>/dev/null
        after 1 tilebound report ../whole.jsonl --output page.html
        after 1 tilebound merge ../part-1.jsonl ../part-2.jsonl --output m.jsonl
        cat page.html; ls
        mount -o remount,size=8m .
        after 0 \(Self.sweep) --output s.jsonl --quiet
        cmp s.jsonl ../whole.jsonl
        after 0 tilebound merge ../part-1.jsonl ../part-2.jsonl --output m.jsonl --quiet
        cmp m.jsonl ../whole.jsonl; ls
        """, in: folder)
      #expect(
        outcome.output
          == "kept\npage.html\nrest\ns.jsonl.part\ns.jsonl.progress\n"
          + "m.jsonl\nm.jsonl.index.json\npage.html\nrest\ns.jsonl\ns.jsonl.index.json\n",
        "\(outcome)")
      #expect(
        outcome.error
          == "tilebound: s.jsonl.part: cannot be written: No space left on device; the same command goes on from here\n"
          + "tilebound: page.html: cannot be written: No space left on device\n"
          + "tilebound: m.jsonl.merging: cannot be written: No space left on device; nothing was merged\n", "\(outcome)"
      )
    }
  }

  /// Where nothing can be written nothing is, and what is there stays.
  @Test(.enabled(if: canMount, "disks cannot be mounted here")) func readOnlyFolder() throws {
    try withTemporaryFolder { folder in
      let outcome = try onSmallDisk(
        """
        after 0 tilebound sweep --network alexnet --capacity 1KiB --reuse sliding --output s.jsonl --quiet
        cp s.jsonl ../before.jsonl; mount -o remount,ro .
        after 1 tilebound sweep --network alexnet --capacity 2KiB --reuse sliding --output t.jsonl
        after 1 tilebound sweep --network alexnet --capacity 2KiB --reuse sliding --output s.jsonl --restart
        after 1 tilebound optimize --network alexnet --capacity 1KiB --reuse sliding --output s.json
        after 1 tilebound report s.jsonl --output page.html
        after 0 tilebound sweep --network alexnet --capacity 1KiB --reuse sliding --output s.jsonl --quiet
        cmp s.jsonl ../before.jsonl; ls
        """, in: folder)
      #expect(outcome.output == "s.jsonl\ns.jsonl.index.json\n", "\(outcome)")
      let lines = outcome.error.split(separator: "\n")
      #expect(lines.count == 4 && lines.allSatisfy { $0.hasSuffix(" cannot be written: Read-only file system") })
    }
  }

  /// A reader that ends early, as `head` does, ends the program without a word; files are written all the same.
  @Test func closedPipes() throws {
    try withTemporaryFolder { folder in
      let early = try Program.shell(
        "tilebound gap --network resnet18 --capacity 1KiB...4MiB/4 --reuse sliding --format csv "
          + "| head -1 | cut -c1-7; echo ${PIPESTATUS[0]}",
        in: folder)
      #expect(early.output == "network\n141\n" && early.error.isEmpty, "\(early)")
      let whole = try Program.shell("\(Self.sweep) --output whole.jsonl --quiet", in: folder)
      let unheard = try Program.shell("\(Self.sweep) --output s.jsonl | true", in: folder)
      #expect(whole.code == 0 && unheard.error.isEmpty)
      let files = try contents(of: folder)
      #expect(files["s.jsonl"] == files["whole.jsonl"] && files.keys.count == 4)
    }
  }

  /// A standard output that is closed from the start is an error.
  @Test func closedOutput() throws {
    for command in ["networks", "optimize alexnet --layer fc8 --capacity 64KiB"] {
      let outcome = try Program.shell("tilebound \(command) >&-")
      #expect(
        outcome.code == 1
          && outcome.error == "tilebound: standard output: cannot be written: Bad file descriptor\n", "\(outcome)")
    }
  }
}
