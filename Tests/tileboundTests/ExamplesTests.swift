import Foundation
import TestSupport
import Testing

/// The examples of the library print, so `make test-examples`, what is kept in `Examples/expected`; the program agrees.
struct ExamplesTests {
  private func expected(_ file: String) throws -> [Substring] {
    try String(contentsOf: Program.root.appending(path: "Examples/expected/\(file)"), encoding: .utf8)
      .split(separator: "\n")
  }

  /// The columns of a table in CSV without quotes.
  private func columns(_ names: [String], of table: String) throws -> [[String]] {
    let rows = table.replacing(#/"[^"]*"/#, with: "-").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let indices = try names.map { try #require(rows.first?.firstIndex(of: $0)) }
    return rows.map { row in indices.map { row[$0] } }
  }

  /// The page about the library shows the first example as it is, and the README lines of it.
  @Test func pages() throws {
    func text(_ path: String) throws -> String {
      try String(contentsOf: Program.root.appending(path: path), encoding: .utf8)
    }
    let example = try text("Examples/OptimizeLayer/OptimizeLayer.swift")
    #expect(try text("Documentation/Library.md").contains("\n\n```swift\n\(example)```\n"))
    let blocks = try text("README.md").matches(of: #/```swift\n((?s).+?)```/#)
    #expect(blocks.count == 1)
    let lines = Set(example.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
    for line in blocks.flatMap({ $0.output.1.split(separator: "\n") }) {
      #expect(lines.contains(line.trimmingCharacters(in: .whitespaces)), "\(line)")
    }
  }

  @Test func optimizeLayer() throws {
    let program = try Program.run("optimize --network vgg16 --layer conv3_1 --capacity 64KiB").output
    let lines = try expected("OptimizeLayer.txt")
    for line in lines.dropFirst() { #expect(program.contains("    \(line)\n")) }
    let numbers = lines[0].split(separator: " ").compactMap { Int($0) }
    let table = try Program.run("optimize --network vgg16 --layer conv3_1 --capacity 64KiB --format csv").output
    let totals = try columns(["traffic_bits_total", "lower_bound_data"], of: table)[1]
    #expect(numbers.map(String.init) == totals)
  }

  @Test func sweepCapacities() throws {
    let columns = ["layer", "capacity_bits", "dataflow", "occupancy_bits", "traffic_bits_total", "mapping"]
    let table = try Program.run(
      "curve --network alexnet --layer conv2 --capacity 1KiB...1MiB --reuse sliding --format csv"
    ).output
    #expect(
      try expected("SweepCapacities.csv").joined(separator: "\n")
        == self.columns(columns, of: table).map { $0.joined(separator: ",") }.joined(separator: "\n"))
  }

  @Test func networkGap() throws {
    let table = try Program.run(
      "optimize --network configs/networks/resnet18.yaml --capacity 64KiB --energy horowitz-45nm-int8 --format csv")
    let rows = try columns(["layer", "energy_total", "gap_total", "lower_bound_family"], of: table.output).dropFirst()
    let expected = try expected("NetworkGap.csv").dropFirst().dropLast().map {
      $0.split(separator: ",").map(String.init)
    }
    #expect(rows.count == expected.count)
    for (row, expected) in zip(rows, expected) {
      let (energy, gap) = (try #require(Double(row[1])), try #require(Double(row[2])))
      #expect([row[0], String(format: "%.1f", energy), String(format: "%.1f", 100 * gap), row[3]] == expected)
    }
  }
}
