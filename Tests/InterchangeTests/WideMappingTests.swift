import Answers
import EnergyModel
import Foundation
import Interchange
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

/// Loops that run back and forth or walk phases, in every form that a mapping is written in.
struct WideMappingTests {
  @Test func forms() throws {
    let line = "k:20~ [outputs] c:1 r%2 s%3~ r:1~ [inputs] k:1 [weights]"
    let mapping = try NestText.parse(line, origin: "-")
    #expect(
      mapping.nodes == [
        .loop(.k, tile: 20, .backAndForth), .keep(.outputs), .loop(.c, tile: 1), .loop(.r, phases: 2),
        .loop(.s, phases: 3, .backAndForth), .loop(.r, tile: 1, .backAndForth), .keep(.inputs), .loop(.k, tile: 1),
        .keep(.weights),
      ])
    #expect(NestText.text(mapping) == line)
    let file = MappingFile.text(mapping, layer: "conv2")
    #expect(
      file.hasPrefix(
        """
        layer: "conv2"
        mapping:
          - for: k
            tile: 20
            direction: back-and-forth
          - keep: outputs
          - for: c
            tile: 1
          - for: r
            phases: 2
          - for: s
            phases: 3
            direction: back-and-forth

        """))
    #expect(try MappingFile.parse(file, origin: "-").mapping == mapping)
    let inOrder = "mapping: [{for: k, tile: 2, direction: forward}, {keep: outputs}, {keep: inputs}, {keep: weights}]"
    #expect(try MappingFile.parse(inOrder, origin: "-").mapping.nodes.first == .loop(.k, tile: 2))
  }

  @Test("filled loops are written, read and refused where none can be")
  func filledLoops() throws {
    func message(_ body: () throws -> Void) -> String {
      do {
        try body()
        return "accepted"
      } catch { return "\(error)" }
    }
    let line = "k:20~+ [outputs] c:3+ [inputs] k:1 [weights]"
    let mapping = try NestText.parse(line, origin: "-")
    #expect(mapping.nodes.first == .loop(Loop(.k, .tile(20), .backAndForth, isFilled: true)))
    #expect(NestText.text(mapping) == line)
    let file = MappingFile.text(mapping, layer: nil)
    #expect(file.contains("  - for: k\n    tile: 20\n    direction: back-and-forth\n    filled: true\n"))
    #expect(try MappingFile.parse(file, origin: "-").mapping == mapping)
    #expect(
      message { _ = try NestText.parse("p:2+ [inputs] [outputs] [weights]", origin: "nest") }
        == "nest: a loop over p is filled; loops over n, g, k and c can be")
    let rows = "mapping:\n- for: p\n  tile: 2\n  filled: true\n- keep: inputs\n- keep: outputs\n- keep: weights\n"
    #expect(
      message { _ = try MappingFile.parse(rows, origin: "m.yaml") }
        == "m.yaml:4: mapping[0].filled: p is not filled; only n, g, k and c can be")
    #expect(
      message { _ = try NestText.parseTemplate("k~ [outputs] c:3+ [inputs] [weights]", origin: "--template") }
        == "--template: word 3: 'c:3+' is filled; loops of a template are not")
  }

  /// What is written in any form is read back as it was, and recounted under each rule.
  @Test func everyFormIsReadBack() throws {
    let seed = Int.random(in: 0..<1 << 30)
    var layers = RandomLayers(seed: seed, largestSize: 6, largestMACs: 600)
    for _ in 0..<60 {
      let (layer, widths) = (layers.steppedLayer(), layers.widths())
      let mapping = layers.wideMapping(on: layer)
      let failure: Comment = "seed \(seed): \(describe(layer)), \(mapping.nodes)"
      #expect(try NestText.parse(NestText.text(mapping), origin: "-") == mapping, failure)
      #expect(try MappingFile.parse(MappingFile.text(mapping, layer: nil), origin: "-").mapping == mapping, failure)

      let reuse = layers.random.pick(ReusePolicy.allCases)
      let phases = mapping.hasPhases || layers.random.oneIn(2) ? PhasePolicy.on : .off
      let problem = try Problem(layer, widths: widths, reuse: reuse, phases: phases)
      let answer = Answer(
        network: nil, entry: Network.Entry(layer: layer, count: 1), setting: problem.setting, capacity: nil,
        problem.evaluate(mapping))
      let json = try ResultReader.parse(try ResultFile.json([answer], command: "tilebound evaluate"), origin: "r")
      let csv = try ResultReader.parse(ResultFile.csv([answer]), origin: "r")
      for read in [json, csv] {
        let read = try #require(read.answers.first)
        #expect(read.mapping == .nest(mapping) && read.setting.reuse == reuse && read.setting.phases == phases, failure)
        #expect(read.evaluation.traffic == answer.evaluation.traffic, failure)
        #expect(read.evaluation.occupancies == answer.evaluation.occupancies, failure)
      }
    }
  }

  @Test func timeloopHasNoSuchLoops() throws {
    let layer = try Layer(name: "l", inputChannels: 4, input: Extent(9), outputChannels: 6, kernel: Extent(3))
    func refusal(_ nest: String) -> String {
      do {
        _ = try TimeloopExport.files(
          layer: layer, mapping: NestText.parse(nest, origin: "-"), capacity: .bytes(1 << 16),
          widths: WordWidths(.byte), reuse: .overlap)
        return "written"
      } catch { return "\(error)" }
    }
    #expect(
      refusal("k:2 c:2~ [outputs] [inputs] [weights]")
        == "a loop over c runs back and forth: in Timeloop loops run forward")
    #expect(
      refusal("k:2 r%2 [outputs] [inputs] [weights]")
        == "a loop walks phases of r: in Timeloop blocks are runs of neighbours")
    #expect(
      refusal("k:2 c:3+ [outputs] [inputs] [weights]")
        == "a loop over c is filled: in Timeloop boxes hold what is used alone")
    // A single pass has no direction, and what is inside the last keep moves nothing.
    #expect(refusal("k:2 c:4~ [outputs] [inputs] [weights] k:1~ r%2") == "written")
  }

  /// Nests that attain what is known to be attainable.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: examples), isAbsent))
  func knownExamples() throws {
    var points: [String: String] = [:]
    for line in try String(contentsOfFile: Self.examples, encoding: .utf8).split(separator: "\n")
    where !line.hasPrefix("#") {
      let sides = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      points[sides[0]] = sides[1]
    }
    var layer: Layer?
    var known: Set<Substring> = []
    var count = 0
    for line in WideExamples.nests.split(separator: "\n") {
      if line.hasPrefix("layer ") {
        let key = String(line.dropFirst("layer ".count))
        known = Set(try #require(points[key], "\(key)").split(separator: " "))
        layer = try Self.layer(key)
        continue
      }
      let layer = try #require(layer)
      let end = try #require(line.firstIndex(of: " "))
      let (point, nest) = (line[..<end], String(line[end...]))
      #expect(known.contains(point), "\(line)")
      let sizes = point.split(separator: ":").compactMap { Int($0) }
      let mapping = try NestText.parse(nest, origin: "nest")
      #expect(Occupancy(of: mapping, on: layer).bits(WordWidths(.one)) <= Bits(sizes[0]), "\(line)")
      #expect(Traffic(of: mapping, on: layer, reuse: .overlap).total == Words(sizes[1]), "\(line)")
      count += 1
    }
    #expect(count > 30)
  }

  static let examples = Program.root.deletingLastPathComponent().appending(path: "shared/wide/examples.txt").path
  static let isAbsent: Comment = "there are no examples in ../shared/wide"

  /// K C P Q R S stride dilation padding H W.
  private static func layer(_ line: String) throws -> Layer {
    let sizes = line.split(separator: " ").compactMap { Int($0) }
    return try Layer(
      name: "example", inputChannels: sizes[1], input: Extent(height: sizes[9], width: sizes[10]),
      outputChannels: sizes[0], kernel: Extent(height: sizes[4], width: sizes[5]),
      stride: Extent(height: sizes[6], width: 1), dilation: Extent(height: sizes[7], width: 1),
      padding: Padding(top: sizes[8], bottom: sizes[8], left: 0, right: 0))
  }
}
