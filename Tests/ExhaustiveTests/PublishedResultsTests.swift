import Foundation
import Interchange
import Sweeps
import Testing

/// The tables in `results/` are what the program finds.
struct PublishedResultsTests {
  private static let results = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "results")

  /// All of the built-in networks' table and index, made again, byte for byte but for what made it.
  @Test func builtInNetworks() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tilebound-results-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let request = try SweepFile.read(file: Self.results.appending(path: "built-in.yaml").path)
    let run = try SweepRun(Sweep(request), to: folder.appending(path: "built-in.csv").path, form: .csv)
    func lines(_ file: URL) throws -> [Substring] {
      try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter {
        !$0.contains("\"commit\" :") && !$0.contains("\"blas_core\" :")
      }
    }
    _ = try run.run(threads: 2, command: "tilebound sweep results/built-in.yaml") { _ in }
    for name in ["built-in.csv", "built-in.csv.index.json"] {
      let published = try lines(Self.results.appending(path: name))
      let remade = try lines(folder.appending(path: name))
      #expect(published.count == remade.count, "\(name)")
      for (number, (old, new)) in zip(published, remade).enumerated() where old != new {
        Issue.record("\(name):\(number + 1) was\n\(old)\nand is now\n\(new)")
        break
      }
    }
    #expect(try ResultReader.read(file: Self.results.appending(path: "built-in.csv").path).answers.count == 741)
  }
}
