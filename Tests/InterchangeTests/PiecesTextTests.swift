import Interchange
import Mappings
import TestSupport
import Testing
import Workloads

/// Mappings in pieces, in every form that they are written in.
struct PiecesTextTests {
  private static let line =
    "split k:300 { k:20~ [outputs] [inputs] [weights] } { split c:5 { [weights] [inputs] r%2 [outputs] } "
    + "{ [inputs] [weights] [outputs] } }"

  @Test func forms() throws {
    let tree = try NestText.parseTree(Self.line, origin: "-")
    let first = try Mapping([.loop(.k, tile: 20, .backAndForth), .keep(.outputs), .keep(.inputs), .keep(.weights)])
    let second = try Mapping([.keep(.weights), .keep(.inputs), .loop(.r, phases: 2), .keep(.outputs)])
    let third = try Mapping([.keep(.inputs), .keep(.weights), .keep(.outputs)])
    #expect(
      tree
        == .split(
          .k, at: 300, first: .nest(first), rest: .split(.c, at: 5, first: .nest(second), rest: .nest(third))))
    #expect(NestText.text(tree) == Self.line)
    let tight = Self.line.replacing(" { ", with: "{").replacing(" }", with: "}")
    #expect(try NestText.parseTree(tight, origin: "-") == tree)
    let file = MappingFile.text(tree, layer: "conv2")
    #expect(
      file.hasPrefix(
        """
        layer: "conv2"
        mapping:
          - split: k
            at: 300
            first:
              - for: k
                tile: 20
                direction: back-and-forth
              - keep: outputs
              - keep: inputs
              - keep: weights
            rest:
              - split: c
                at: 5
                first:
                  - keep: weights

        """))
    let read = try MappingFile.parseTree(file, origin: "-")
    #expect(read.tree == tree && read.layer == "conv2")
  }

  @Test func everyFormIsReadBack() throws {
    let seed = Int.random(in: 0..<1 << 30)
    var layers = RandomLayers(seed: seed, largestSize: 6, largestMACs: 600)
    for _ in 0..<60 {
      let layer = layers.steppedLayer()
      let tree = layers.tree(on: layer, splits: layers.random.pick(0...4))
      let failure: Comment = "seed \(seed): \(tree)"
      #expect(try NestText.parseTree(NestText.text(tree), origin: "-") == tree, failure)
      #expect(try MappingFile.parseTree(MappingFile.text(tree, layer: nil), origin: "-").tree == tree, failure)
    }
  }

  @Test func refusedLines() {
    func refused(_ text: String) -> String { refusal { _ = try NestText.parseTree(text, origin: "--nest") } }
    let nest = "[inputs] [weights] [outputs]"
    #expect(refused("split k:2 { \(nest) } { \(nest) }") == "accepted")
    for place in ["k", "k:0", "k:-3", "x:2", "k%2", ""] {
      #expect(
        refused("split \(place)")
          == "--nest: '\(place)' is no place to split at; one is as in split k:300 { ... } { ... }")
    }
    #expect(
      refused("split k:2 \(nest)") == "--nest: '{' is expected, not '[inputs]', around a part of a split")
    #expect(refused("split k:2 { \(nest) }") == "--nest: '{' is expected, not the end, around a part of a split")
    #expect(refused("split k:2 { \(nest) { \(nest) }") == "--nest: '}' is expected, not '{', around a part of a split")
    #expect(refused("\(nest) }") == "--nest: '}' stands where nothing is expected")
    #expect(
      refused("split k:2 { [inputs] } { \(nest) }")
        == "--nest: weights is kept 0 times; each of inputs, weights and outputs is kept exactly once")
    #expect(refused(String(repeating: "split k:2 { ", count: 100_000)) == "--nest: splits lie more than 64 deep")
    #expect(
      refusal { _ = try NestText.parse("split k:2 { \(nest) } { \(nest) }", origin: "nest") }
        == "nest: is a mapping in pieces; one nest is expected here")
  }

  @Test func refusedFiles() {
    func refused(_ text: String) -> String { refusal { _ = try MappingFile.parseTree(text, origin: "map.yaml") } }
    let nest = "[{keep: inputs}, {keep: weights}, {keep: outputs}]"
    func split(_ fields: String) -> String { "mapping:\n  - {\(fields)}\n" }
    let parts = "first: \(nest), rest: \(nest)"
    #expect(refused(split("split: k, at: 2, \(parts)")) == "accepted")
    #expect(refused(split("split: k, \(parts)")) == "map.yaml:2: mapping[0]: the key 'at' is missing")
    #expect(
      refused(split("split: k, at: 0, \(parts)")) == "map.yaml:2: mapping[0].at: is 0; at least 1 is accepted")
    #expect(
      refused(split("split: y, at: 1, \(parts)"))
        == "map.yaml:2: mapping[0].split: unknown dimension 'y'; accepted: n, g, k, c, p, q, r, s")
    #expect(
      refused(split("split: k, at: 1, first: \(nest)")) == "map.yaml:2: mapping[0]: the key 'rest' is missing")
    #expect(
      refused("mapping:\n  - keep: inputs\n  - {split: k, at: 1, \(parts)}\n")
        == "map.yaml:3: mapping[1]: a split is alone in its list; loops and keeps go in the lists of its parts, 'first' "
        + "and 'rest'")
    #expect(
      refusal { _ = try MappingFile.parse(split("split: k, at: 2, \(parts)"), origin: "map.yaml") }
        == "map.yaml:2: mapping[0].split: is a mapping in pieces; one nest is expected here")
  }
}
