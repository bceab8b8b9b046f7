import Foundation
import TestSupport
import Testing

/// Equal questions have equal bytes for an answer, however they are worked on.
struct DeterminismTests {
  /// Commands whose output goes to standard output, without times.
  private static let lines = [
    "optimize --network mobilenet-v1 --capacity 16KiB --reuse sliding --format json --no-timing",
    "optimize --shape k=40,c=30,p=57,q=57,r=5,s=5,stride=2,padding=2 --capacity 9KiB --reuse sliding --format json "
      + "--no-timing",
    "curve --network squeezenet1-1 --reuse sliding --total --format json",
    "gap --network layer-examples --capacity 1KiB...64KiB --reuse sliding --format json",
    "gap --network alexnet --capacity 3KiB,100KiB --energy simba --reuse sliding --format csv",
  ]

  @Test("Whatever the number of threads", arguments: lines)
  func threads(line: String) throws {
    let one = try Program.run("\(line) --threads 1")
    #expect(one.code == 0 && !one.output.isEmpty, "\(one.error)")
    for count in cases([2, 3, 8]) {
      #expect(try Program.run("\(line) --threads \(count)").output == one.output, "\(count) threads")
    }
  }

  /// Kernels of OpenBLAS add up in different orders, which whole numbers do not mind. Documents name the kernel.
  @Test("Whatever the processor", arguments: cases(lines), ["Prescott", "Haswell"])
  func kernels(line: String, core: String) throws {
    let plain = try Program.run(line)
    let other = try Program.shell("OPENBLAS_CORETYPE=\(core) tilebound \(line)")
    #expect(other.code == 0, "\(other.error)")
    func lines(_ outcome: Program.Outcome) -> [Substring] {
      outcome.output.split(separator: "\n").filter { !$0.contains("\"blas_core\" :") }
    }
    #expect(lines(other) == lines(plain))
    if line.contains("json") { #expect(other.output.contains("\"blas_core\" : \"\(core)\"")) }
  }

  /// The committed table was made by an optimised build.
  @Test func whateverTheBuild() throws {
    let committed = try String(contentsOf: Program.root.appending(path: "results/built-in.csv"), encoding: .utf8)
      .split(separator: "\n")
    let layers = ["conv4", "fc6"]
    try withTemporaryFolder { folder in
      let outcome = try Program.run(
        "sweep --network alexnet --layer \(layers.joined(separator: ",")) --capacity 1KiB...4MiB --compare-dataflows "
          + "--output \(folder)/alexnet.csv --quiet")
      #expect(outcome.code == 0, "\(outcome.error)")
      let own = try String(contentsOfFile: "\(folder)/alexnet.csv", encoding: .utf8).split(separator: "\n")
      #expect(own.count == 1 + layers.count * 13)
      let starts = ["network,"] + layers.map { "alexnet,\($0)," }
      #expect(own == committed.filter { line in starts.contains { line.hasPrefix($0) } })
    }
  }
}
