import Foundation
import Interchange
import TestSupport
import Testing
import Workloads

/// Transposed convolutions as users meet them: models, in which one may be given as several layers.
struct TransposedCommandTests {
  /// A ConvTranspose `up` from 64 maps of 16x16 to 32 of 32x32, without its weights: 4x4 kernels, stride 2, padding 1.
  private static let shifted =
    "CAg6iQEKWAoBeAoBdxIBeRoCdXAiDUNvbnZUcmFuc3Bvc2UqFQoMa2VybmVsX3NoYXBlQARABKABByoRCgRwYWRzQAFAAUABQAGgAQcqEAoHc3Ry"
    + "aWRlc0ACQAKgAQcSAWcqDQhACCAIBAgEEAFCAXdaGwoBeBIWChQIARIQCgIIAQoCCEAKAggQCgIIEEICEBE="
  /// The same with 2x2 kernels, no padding and biases.
  private static let aligned =
    "CAg6lQEKWwoBeAoBdwoBYhIBeRoCdXAiDUNvbnZUcmFuc3Bvc2UqFQoMa2VybmVsX3NoYXBlQAJAAqABByoRCgRwYWRzQABAAEAAQACgAQcqEAoH"
    + "c3RyaWRlc0ACQAKgAQcSAWcqDQhACCAIAggCEAFCAXcqBwggEAFCAWJaGwoBeBIWChQIARIQCgIIAQoCCEAKAggQCgIIEEICEBE="

  private func withModels(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      for (name, model) in [("shifted", Self.shifted), ("aligned", Self.aligned)] {
        let bytes = try #require(Data(base64Encoded: model))
        try bytes.write(to: URL(fileURLWithPath: "\(folder)/\(name).onnx"))
      }
      try body(folder)
    }
  }

  private func json(_ outcome: Program.Outcome) throws -> [String: Any] {
    #expect(outcome.code == 0, "\(outcome.error)")
    return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
  }

  private func data(_ value: Any?, _ key: String) -> Double? {
    ((value as? [String: Any])?[key] as? [String: Any])?["data"] as? Double
  }

  /// 16 384 inputs, 32 768 weights and 32 768 outputs of a byte move once when all fit: the optimum is that, the bound is
  /// no more, in every command.
  @Test func partsHaveOneBound() throws {
    try withModels { folder in
      let model = "\(folder)/shifted.onnx"
      let gap = try json(try Program.run("gap --network \(model) --capacity 16640B,1MiB --reuse sliding --format json"))
      let totals = try #require(gap["totals"] as? [[String: Any]])
      let wholes = try #require(gap["wholes"] as? [[String: Any]])
      let records = try #require(gap["records"] as? [[String: Any]])
      #expect(records.count == 8)
      #expect(records.allSatisfy { $0["part_of"] as? String == "up" && $0["lower_bound"] == nil && $0["gap"] == nil })
      #expect(wholes.map { $0["shares_inputs"] as? Bool } == [false, true])
      for values in [totals, wholes] {
        // A byte less than the inputs, a channel's weights and an output take, its parts run one after the other.
        #expect(values.map { data($0, "energy") } == [1_048_576, 655_360])
        #expect(values.map { data($0, "lower_bound") } == [655_360, 655_360])
        for (value, expected) in zip(values, [0.6, 0]) {
          #expect(abs((data(value, "gap") ?? .infinity) - expected) < 1e-12)
        }
        #expect(values.map { ($0["layers"] ?? $0["count"]) as? Int } == [1, 1])
      }

      let table = try Program.run("optimize --network \(model) --capacity 1MiB --reuse sliding --quiet").output
      let rows = table.split(separator: "\n")
      #expect(rows.contains { $0.hasPrefix("up (4 parts)") && $0.contains("655 360") && $0.hasSuffix("0.0 %") })
      #expect(rows.contains { $0.hasPrefix("total") && $0.contains("655 360") && $0.hasSuffix("0.0 %") })
      #expect(rows.last?.hasPrefix("up: given in parts that read inputs in common") == true)
      let optimum = try json(
        try Program.run("optimize --network \(model) --capacity 1MiB --reuse sliding --format json"))
      #expect(data((optimum["wholes"] as? [Any])?.first, "lower_bound") == 655_360)

      let bounds = try json(try Program.run("bound --network \(model) --capacity 1MiB --format json"))
      let families = try #require(bounds["records"] as? [[String: Any]])
      #expect(families.count == 13 && families.allSatisfy { $0["layer"] as? String == "up" })
      #expect(families.allSatisfy { ($0["parts"] as? [String])?.count == 4 })
      #expect(families.allSatisfy { (data($0, "energy") ?? .infinity) <= 655_360 })

      let curve = try json(
        try Program.run("curve --network \(model) --capacity 16640B,1MiB --reuse sliding --total --format json"))
      #expect((curve["totals"] as? [Any])?.map { data($0, "energy") } == [1_048_576, 655_360])
      let summary = try Program.run("curve --network \(model) --reuse sliding").output
      #expect(summary.contains("up (4 parts)") && summary.contains("16 641 B"))

      let sweep = try Program.run(
        "sweep --network \(model) --capacity 16640B,1MiB --reuse sliding --output \(folder)/s.csv --restart "
          + "--plot \(folder)")
      #expect(sweep.code == 0 && sweep.output.contains("655 360"), "\(sweep.error)")
      #expect(sweep.output.contains("up: given in parts"))
      let report = try Program.run("report \(folder)/s.csv --no-plots --layer up")
      #expect(report.code == 0 && report.output.contains("shared inputs") && report.output.contains("8 records"))
    }
  }

  /// Phases that read the same inputs are one layer, biases and all.
  @Test func alignedPhasesAreOneLayer() throws {
    try withModels { folder in
      let outcome = try Program.run(
        "gap --network \(folder)/aligned.onnx --capacity 1MiB --format json")
      let gap = try json(outcome)
      #expect(gap["wholes"] == nil && (gap["records"] as? [Any])?.count == 1)
      let record = (gap["records"] as? [[String: Any]])?.first
      // Inputs, 64 x 32 x 4 weights, outputs, and a bias for each of the 32 maps.
      let bits = 8 * (16_384.0 + 8192 + 32_768 + 32)
      #expect(data(record, "energy") == bits && data(record, "lower_bound") == bits && data(record, "gap") == 0)
      #expect(outcome.error.contains("phases of the stride that read the same inputs"))
    }
  }

  /// What `convert` writes is read back with its parts and the same answers; of two files' parts each keep together.
  @Test func convertedPartsStayTogether() throws {
    try withModels { folder in
      let model = "\(folder)/shifted.onnx"
      for arguments in ["", " --layer up"] {
        let outcome = try Program.run("convert \(model) --output \(folder)/shifted.yaml\(arguments)")
        #expect(outcome.code == 0, "\(outcome.error)")
        let capacities = "--capacity 1KiB,64KiB --reuse sliding --format csv"
        #expect(
          try Program.run("gap --network \(folder)/shifted.yaml \(capacities)").output
            == Program.run("gap --network \(model) \(capacities)").output)
      }
      let joined = try Program.run("convert \(model) \(model) --name both").output
      let network = try LayerTable.parse(joined, origin: "output")
      #expect(network.wholes.map(\.name) == ["up", "up#2"] && network.wholes.allSatisfy { $0.parts.count == 4 })
      let merged = try LayerTable.parse(
        try Program.run("convert \(model) \(model) --merge").output, origin: "output")
      #expect(merged.entries.count == 4 && merged.entries.allSatisfy { $0.count == 2 && $0.partOf == "up" })
    }
  }

  @Test func partsByThemselves() throws {
    try withModels { folder in
      let model = "\(folder)/shifted.onnx"
      let part = try Program.run("optimize --network \(model) --layer up/phase-0-1 --capacity 1KiB --reuse sliding")
      #expect(part.code == 0 && part.output.contains("  part of    up, which alone has a bound"))
      #expect(!part.output.contains("for every schedule"))
      let bound = try Program.run("bound --network \(model) --layer up/phase-0-1 --capacity 1KiB")
      #expect(bound.code == 64 && bound.output.isEmpty)
      #expect(
        bound.error.hasSuffix(
          "tilebound: --layer: 'up/phase-0-1' reads inputs in common with the other parts of 'up', and only all of them "
            + "together have a bound: give --layer up\n"), "\(bound.error)")
      #expect(try Program.run("bound --network \(model) --layer up --capacity 1KiB").code == 0)
      let stranger = try Program.run("gap --network \(model) --layer on --capacity 1KiB")
      #expect(stranger.error.contains("it has up, up/phase-0-0, up/phase-0-1, up/phase-1-0, up/phase-1-1"))
    }
  }

  /// Curves of a whole and of its parts: only the whole is drawn with a bound.
  @Test func pictures() throws {
    try withModels { folder in
      let model = "\(folder)/shifted.onnx"
      for (layer, hasBound) in [("", true), (" --layer up", true), (" --layer up/phase-0-0", false)] {
        let outcome = try Program.run("curve --network \(model)\(layer) --reuse sliding --quiet --plot \(folder)/p.svg")
        #expect(outcome.code == 0, "\(outcome.error)")
        let svg = try String(contentsOfFile: "\(folder)/p.svg", encoding: .utf8)
        #expect(svg.contains("lower bound") == hasBound, "\(layer)")
      }
    }
  }
}
