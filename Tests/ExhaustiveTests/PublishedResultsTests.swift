import Foundation
import Interchange
import Sweeps
import Testing

/// The tables in `results/` are what the program finds.
struct PublishedResultsTests {
  private static let results = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "results")

  /// All of the built-in networks' table and index, made again, byte for byte but for the name of the processor's kernel.
  @Test func builtInNetworks() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tilebound-results-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let request = try SweepFile.read(file: Self.results.appending(path: "built-in.yaml").path)
    let run = try SweepRun(Sweep(request), to: folder.appending(path: "built-in.csv").path, form: .csv)
    _ = try run.run(threads: 2, command: "tilebound sweep results/built-in.yaml") { _ in }
    for name in ["built-in.csv", "built-in.csv.index.json"] {
      let published = try String(contentsOf: Self.results.appending(path: name), encoding: .utf8).split(separator: "\n")
      let remade = try String(contentsOf: folder.appending(path: name), encoding: .utf8).split(separator: "\n")
      #expect(published.count == remade.count, "\(name)")
      for (number, (old, new)) in zip(published, remade).enumerated()
      where old != new && !old.contains("\"blas_core\" :") {
        Issue.record("\(name):\(number + 1) was\n\(old)\nand is now\n\(new)")
        break
      }
    }
    #expect(try ResultReader.read(file: Self.results.appending(path: "built-in.csv").path).records.count == 741)
  }
}
