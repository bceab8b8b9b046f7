import Foundation
import TestSupport
import Testing

/// OpenBLAS is loaded by those commands that need it, and only needed where nothing else gives the numbers.
struct LibraryTests {
  private static let curve = "tilebound curve --network vgg16 --reuse sliding --threads 1"
  private static let measured = "k;total;compute;data\n8;9;1;8\n16;20;2;18\n24;31;3;28\n"

  /// Whether a search has no use for BLAS here.
  private static func hasWideInstructions() throws -> Bool {
    try Program.shell("grep -qw avx2 /proc/cpuinfo && grep -qw fma /proc/cpuinfo").code == 0
  }

  /// Runs a line of shell and tells the most threads that it had, and whether OpenBLAS was ever there.
  private static func watched(_ line: String) throws -> (threads: Int, isLoaded: Bool) {
    try withTemporaryFolder { try watched(line, in: $0) }
  }

  private static func watched(_ line: String, in folder: String) throws -> (threads: Int, isLoaded: Bool) {
    let outcome = try Program.shell(
      """
      \(line) >/dev/null & most=0; loaded=false
      while threads=$(awk '/^Threads/ { print $2 }' /proc/$!/status 2>/dev/null) && [ -n "$threads" ]; do
        [ "$threads" -gt $most ] && most=$threads
        grep -q openblas /proc/$!/maps 2>/dev/null && loaded=true
      done
      wait $! && echo $most $loaded
      """, in: folder)
    let words = outcome.output.split(whereSeparator: \.isWhitespace)
    #expect(outcome.code == 0 && words.count == 2, "\(outcome)")
    return (Int(words[0]) ?? 0, words[1] == "true")
  }

  /// None of its threads is there, whatever the environment asks of it.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/maps"), "there is no /proc here"))
  func noThreads() throws {
    // Many fits, since what is over in no time is not seen.
    let sets = (6..<126).map { size in
      "{data: measured.csv, name: m\(size), columns: [k, total, compute, data], shape: 'h=\(size),w=\(size),r=3,s=3', platform: simba}"
    }
    try withTemporaryFolder { folder in
      try Self.measured.write(toFile: "\(folder)/measured.csv", atomically: true, encoding: .utf8)
      try "data-sets: [\(sets.joined(separator: ", "))]".write(
        toFile: "\(folder)/sets.yaml", atomically: true, encoding: .utf8)
      let fits = "OPENBLAS_NUM_THREADS=8 tilebound validate sets.yaml --threads 1 --quiet"
      #expect(try Self.watched(fits, in: folder) == (1, true))
    }
    #expect(try Self.watched("tilebound networks alexnet") == (1, false))
    #expect(try Self.watched("tilebound optimize alexnet --layer fc8 --capacity 1KiB") == (1, false))
  }

  @Test func notThere() throws {
    let missing = "TILEBOUND_OPENBLAS=/none/libopenblas.so"
    let reason =
      "OpenBLAS cannot be used: /none/libopenblas.so: cannot open shared object file: No such file or directory; "
      + "install it (Debian: libopenblas0), or name its file in TILEBOUND_OPENBLAS\n"
    // A search needs it to be quick and for nothing else, and where the processor has wide instructions not at all.
    let (plain, without) = (try Program.shell(Self.curve), try Program.shell("\(missing) \(Self.curve)"))
    #expect(without.code == 0 && without.output == plain.output && !plain.output.isEmpty, "\(without.error)")
    let slower = try Self.hasWideInstructions() ? "" : "tilebound: slower than it could be: \(reason)"
    #expect(plain.error.isEmpty && without.error == slower)
    let file = try Program.shell("\(missing) tilebound optimize alexnet --layer fc8 --capacity 1KiB --format json")
    #expect(file.code == 0 && file.output.contains("\"blas_core\" : \"none\""), "\(file)")
    // A fit has nothing else.
    try withTemporaryFolder { folder in
      try Self.measured.write(toFile: "\(folder)/measured.csv", atomically: true, encoding: .utf8)
      let line = "tilebound validate measured.csv --shape p=6,q=6,r=3,s=3 --platform simba --page page.md"
      let fit = try Program.shell("\(missing) \(line)", in: folder)
      #expect(fit.code == 1 && fit.output.isEmpty && fit.error == "tilebound: \(reason)", "\(fit)")
      // A library that has not what is needed is refused like one that is not there.
      let other = try Program.shell("TILEBOUND_OPENBLAS=libm.so.6 \(line)", in: folder)
      #expect(other.code == 1 && other.error.contains("OpenBLAS cannot be used: libm.so.6 has no openblas_get_config"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["measured.csv"])
    }
  }
}
