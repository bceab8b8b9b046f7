import Foundation
import TestSupport
import Testing

/// The pictures that commands draw.
struct PictureTests {
  @Test func curvesAreDrawn() throws {
    try withTemporaryFolder { folder in
      let layer = try Program.run(
        "curve --network alexnet --layer conv3 --reuse sliding --plot \(folder)/layer.svg --threads 2")
      #expect(layer.code == 0 && layer.output.contains("capacity [bit]"), "\(layer.error)")
      let text = try String(contentsOfFile: "\(folder)/layer.svg", encoding: .utf8)
      for part in [
        "alexnet conv3: data moved against Buffer capacity", "energy model unit, word widths 8 bit, reuse sliding",
        "optimum", "lower bound", "os-iw", "is-wo", "within 5 % from ", "compulsory ", "Buffer capacity",
      ] {
        #expect(text.contains(part), "\(part)")
      }
      let some = try Program.run(
        "curve alexnet --layer conv3 --layer fc8 --reuse sliding --plot \(folder)/some.svg --plot-in words --quiet"
      )
      #expect(some.code == 0, "\(some.error)")
      let both = try String(contentsOfFile: "\(folder)/some.svg", encoding: .utf8)
      #expect(both.contains("conv3") && both.contains("fc8") && both.contains("data moved [words]"))
      #expect(!both.contains("os-iw"))
      let network = try Program.run(
        "curve --network alexnet --capacity 1KiB...1MiB --reuse sliding --total --quiet --plot \(folder)/network.PNG")
      #expect(network.code == 0, "\(network.error)")
      let picture = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/network.PNG"))
      #expect(picture.prefix(8) == Data([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
      #expect(
        Set(try FileManager.default.contentsOfDirectory(atPath: folder)) == ["layer.svg", "some.svg", "network.PNG"])
    }
  }

  @Test func sweepsAreDrawn() throws {
    try withTemporaryFolder { folder in
      let sweep = "sweep --network alexnet,resnet18 --capacity 16KiB...64KiB --reuse sliding --output \(folder)/s.csv"
      let outcome = try Program.run("\(sweep) --plot \(folder)/plots")
      #expect(outcome.code == 0 && outcome.output.contains("plots: 9 pictures"), "\(outcome.error)")
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/plots").sorted()
      #expect(names.count == 9 && names.contains("networks-unit-8-8-8-8-sliding-ski-slopes.svg"))
      for kind in ["breakdown", "dataflows", "gap", "ski-slope"] {
        #expect(names.contains("alexnet-unit-8-8-8-8-sliding-\(kind).svg"))
      }
      // A sweep that is there already is drawn all the same.
      let again = try Program.run("\(sweep) --plot \(folder)/more --plot-format png")
      #expect(again.code == 0 && again.output.contains("all there already"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/more").allSatisfy { $0.hasSuffix(".png") })
      // Energy by layer is shown where it is asked for; equal sweeps have equal pictures, documents too.
      let chosen = try Program.run("\(sweep) --plot \(folder)/chosen --breakdown-at 64KiB")
      #expect(chosen.code == 0, "\(chosen.error)")
      func text(_ folder: String) throws -> String {
        try String(contentsOfFile: "\(folder)/alexnet-unit-8-8-8-8-sliding-breakdown.svg", encoding: .utf8)
      }
      #expect(try text("\(folder)/chosen").contains("by layer, Buffer of 64 KiB"))
      #expect(try !text("\(folder)/plots").contains("by layer, Buffer of 64 KiB"))
      for line in ["\(sweep) --plot \(folder)/none --restart", "report \(folder)/s.csv"] {
        let none = try Program.run("\(line) --breakdown-at 20KiB")
        #expect(
          none.code == 64 && none.error.contains("--breakdown-at: there are no results at 20 KiB; the nearest that"))
      }
      let curve = "curve alexnet --layer fc8 --reuse sliding --quiet --plot"
      for name in ["a.pdf", "b.pdf"] { #expect(try Program.run("\(curve) \(folder)/\(name)").code == 0) }
      let documents = try ["a.pdf", "b.pdf"].map { try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")) }
      #expect(documents[0] == documents[1] && documents[0].prefix(5) == Data("%PDF-".utf8))
    }
  }

  /// Pictures of a sweep and of a report mark the knee of the exact curve, which `curve` names, and not one of the
  /// capacities asked; and they tell ties from wins.
  @Test func kneesAreThoseOfTheCurve() throws {
    try withTemporaryFolder { folder in
      let curve = try Program.run("curve --network resnet50 --reuse sliding --total --format json")
      let document = try #require(try JSONSerialization.jsonObject(with: Data(curve.output.utf8)) as? [String: Any])
      func knees(_ curves: Any?) throws -> [Int] {
        let last = try #require((curves as? [[String: Any]])?.last)
        return try #require(last["knees"] as? [[String: Any]]).compactMap { $0["capacity_bits"] as? Int }
      }
      let expected = try knees(document["curves"])
      // 50.1 KiB and some, and 128 KiB and some.
      #expect(expected == [410_744, 1_050_632])
      let sweep = "sweep --network resnet50 --capacity 1KiB...4MiB --reuse sliding --output s.csv --plot plots"
      let outcome = try Program.run(sweep, in: folder)
      #expect(outcome.code == 0, "\(outcome.error)")
      let index = try #require(
        try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: "\(folder)/s.csv.index.json")))
          as? [String: Any])
      #expect(try knees(index["network_curves"]) == expected)
      func picture(_ kind: String) throws -> String {
        try String(contentsOfFile: "\(folder)/plots/resnet50-unit-8-8-8-8-sliding-\(kind).svg", encoding: .utf8)
      }
      let page = try Program.run("report s.csv", in: folder).output
      let counts =
        "Of 325 optima one dataflow alone attains 30 (os-iw 14, os-wi 4, ws-io 11, is-ow 1); several attain 295, "
        + "all six 79 of those."
      for text in [try picture("ski-slope"), page] {
        #expect(text.contains("within 5 % from 50.2 KiB") && !text.contains("within 5 % at"))
      }
      for text in [try picture("breakdown"), page] { #expect(text.contains("data moved by layer, Buffer of 64 KiB")) }
      for text in [try picture("dataflows"), page] { #expect(text.contains(counts)) }
      let gap = try Program.run("gap --network resnet50 --capacity 1KiB...4MiB --reuse sliding --quiet")
      #expect(gap.output.contains("\n\(counts)\n"))
      // Below the knee nothing is marked.
      let below = try Program.run("report s.csv --capacity 1KiB...32KiB", in: folder).output
      #expect(below.contains(", within 5 % from 50.2 KiB;") && !below.contains(">within 5 % from 50.2 KiB<"))
      #expect(below.contains("data moved by layer, Buffer of 32 KiB"))
    }
  }

  /// Without gnuplot it is said what is missing, before any work.
  @Test(arguments: [
    "curve --network alexnet --plot x.svg", "sweep --network alexnet --capacity 1KiB --output x.csv --plot x",
    "report x.csv --output x.html",
  ])
  func gnuplotIsMissing(line: String) throws {
    try withTemporaryFolder { folder in
      let process = Process()
      process.executableURL = Program.url
      process.arguments = line.split(separator: " ").map(String.init)
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      process.environment = ["PATH": folder]
      let error = Pipe()
      process.standardOutput = FileHandle.nullDevice
      process.standardError = error
      try process.run()
      let text = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 1)
      let ending = line.hasPrefix("report") ? "; --no-plots makes the report without them" : ""
      #expect(text == "tilebound: gnuplot is needed to draw plots: install it (Debian: gnuplot-nox)\(ending)\n")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }
}
