import Foundation
import Mappings
import TestSupport
import Testing
import Workloads

@testable import Interchange

/// Files that are made to do harm: each is read or refused in a line, soon and in little memory.
struct HostileFileTests {
  /// Lists of ten aliases to lists of ten aliases, and so on: 10^30 values, the last of them `*z29`.
  private static let bomb =
    ["z: &z [x]"]
    + (0..<30).map {
      "z\($0): &z\($0) [\(Array(repeating: $0 == 0 ? "*z" : "*z\($0 - 1)", count: 10).joined(separator: ","))]"
    }

  /// What a file of some lines is refused for.
  private func outcome(_ lines: [String]) -> String {
    refusal { _ = try WorkloadFile.layers(YAMLNode.parse(lines.joined(separator: "\n") + "\n", origin: "file")) }
  }

  /// Wherever a reader looks, it meets no more than the file could have written out.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "layers: *z29", "network: *z29", "problem: *z29", "problem: {shape: *z29}", "workload: *z29",
      "workload: {einsums: *z29}", "einsums: [*z29]", "mapping: *z29", "layers: [{name: *z29}]",
      "problem: {shape: {data_spaces: [{projection: *z29}]}}", "workload: {rank_sizes: {A: *z29}, einsums: []}",
    ])
  func aliasesOfAliases(line: String) {
    #expect(outcome(Self.bomb + [line]).hasSuffix("or give repeated layers a count"))
    let list = ["- {" + (Self.bomb + [line]).joined(separator: ", ") + "}"]
    #expect(outcome(list).hasSuffix("or give repeated layers a count"))
  }

  /// The parser compares keys whole.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "? *z29\n: 1", "*z29 : 1", "*z29: 1", "a: {*z29 : 1}", "a: {? *z29 : 1}", "a: {?*z29 : 1}", "a: {[*z29]: 1}",
      "a: {[*z29]\n  : 1}", "{a: *z29}: 1", "? [*z29]",
    ])
  func aliasesInKeys(line: String) {
    #expect(outcome(Self.bomb + [line]).contains("what may be keys that are lists, mappings or aliases"))
  }

  @Test(.timeLimit(.minutes(1))) func keysWithinKeys() {
    let text = String(repeating: "? ", count: 900) + "[" + String(repeating: "1,", count: 200_000) + "]"
    #expect(outcome([text]).contains("has 900 times what may be a key that is a list or a mapping"))
  }

  /// Repeated layers and sizes, as people write them.
  @Test func aliasesAreRead() throws {
    let text = """
      network: n  # why? because: *this* & that
      source: &s "a & b: [*c]"
      layers:
      - {name: a, gemm: &g {m: &one 1, n: *one, k: 3}}
      - name: b
        gemm: *g
        count: *one
      """
    #expect(try LayerTable.parse(text, origin: "file").entries.map { sizes($0.layer)[2] } == [1, 1])
    let mapping =
      "mapping: [&l {for: k, tile: 1},*l,*l , {for: c, tile: 1}, {keep: inputs}, {keep: weights}, {keep: outputs}]"
    #expect(try MappingFile.parse(mapping, origin: "file").mapping.nodes.count == 7)
    let many = "network: n\nsource: &l {name: a}\nlayers: [\(String(repeating: "*l,", count: 20_000))]"
    #expect(
      refusal { _ = try LayerTable.parse(many, origin: "file") } == "file:2: layers[0]: the key 'input' is missing")
  }

  @Test(arguments: ["[", "{", "{a: ", "- ", "[["])
  func nesting(opening: String) {
    let text = String(repeating: opening, count: 100_000)
    #expect(
      refusal { _ = try YAMLNode.parse(text, origin: "file") }
        == "file:1: has lists or mappings nested too deeply to be read")
  }

  @Test func whatIsNoRegularFile() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hostile \(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for ending in ["yaml", "m", "csv", "onnx"] {
      let pipe = folder.appendingPathComponent("pipe.\(ending)").path
      #expect(mkfifo(pipe, 0o600) == 0)
      let inner = folder.appendingPathComponent("folder.\(ending)")
      try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: false)
      let link = folder.appendingPathComponent("link.\(ending)").path
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/nowhere")
      let device = folder.appendingPathComponent("device.\(ending)").path
      try FileManager.default.createSymbolicLink(atPath: device, withDestinationPath: "/dev/zero")
      for path in [pipe, device] {
        #expect(refusal { _ = try WorkloadFile.read(path) } == "\(path): is not a regular file")
      }
      #expect(
        refusal { _ = try WorkloadFile.read(inner.path) } == "\(inner.path): is a folder; a file is expected")
      #expect(refusal { _ = try WorkloadFile.read(link) } == "\(link): cannot be read: No such file or directory")
    }
  }

  /// Marks and line ends of other systems change nothing.
  @Test func marksAndLineEnds() throws {
    let table = "network: n\nlayers:\n- {name: a, gemm: {m: 1, n: 2, k: 3}}\n"
    let model = "// a\nNetwork n { // b\nLayer a { Type: GEMM Dimensions { M 1, N 2, K 3 } } }\n"
    let topology = "Layer,M,N,K\na,1,2,3\n"
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("marks \(UUID())").path
    defer { for ending in ["yaml", "m", "csv"] { unlink("\(file).\(ending)") } }
    for (ending, text) in [("yaml", table), ("m", model), ("csv", topology)] {
      for text in [text, "\u{feff}" + text, text.replacing("\n", with: "\r\n")] {
        try TextFile.write(text, to: "\(file).\(ending)")
        let entries = try WorkloadFile.read("\(file).\(ending)").network.entries
        #expect(entries.map(\.layer) == [try Layer.gemm(name: "a", m: 1, n: 2, k: 3)])
      }
      for bytes: [UInt8] in [[0xff, 0xfe, 0x61], [0xc3], [0xed, 0xa0, 0x80]] {
        try TextFile.write(bytes, to: "\(file).\(ending)")
        #expect(refusal { _ = try WorkloadFile.read("\(file).\(ending)") } == "\(file).\(ending): is not UTF-8 text")
      }
    }
  }

  @Test func longWordsAreCut() {
    let word = String(repeating: "n", count: 200_000)
    for lines in [
      ["\(word)"], ["? \(word)\n: 1"], ["? \(word)\n: 1\n? \(word)\n: 1"],
      ["network: n", "layers: [{name: a, \(word.prefix(900)): 1}]"],
      ["problem: {shape: \(word)}"],
      ["problem: {shape: {dimensions: [a], data_spaces: [{name: x, projection: [\(word)]}]}}"],
      ["workload: {rank_sizes: {? \(word) : x}, einsums: []}"],
      ["- {id: 1, operator_type: Conv, equation: \(word)}"],
    ] {
      let line = outcome(lines)
      #expect(line != "accepted" && line.count < 5000, "\(line.prefix(300))")
    }
  }

  /// Characters that colour, move or reverse what a terminal shows.
  @Test(arguments: ["\u{1b}[31m", "\u{7}", "\u{9b}", "\u{202e}", "\u{2066}", "\u{2028}", "\r"])
  func namesThatChangeTheTerminal(name: String) {
    let shown = outcome(["network: n", "layers: [{name: \(YAMLText.quoted(name)), gemm: {m: 1, n: 1, k: 1}}]"])
    #expect(shown.hasSuffix("a text without control characters is expected"))
    #expect(!shown.unicodeScalars.contains(where: FormatError.isControl))
    let key = outcome(["\(YAMLText.quoted(name)): 1"])
    #expect(key != "accepted" && !key.unicodeScalars.contains(where: FormatError.isControl))
  }

  @Test func moreMACsThanCanBeCounted() {
    let layer = "gemm: {m: 1048576, n: 1048576, k: 8192}, count: 512"
    let one = ["network: n", "layers:", "- {name: a, \(layer)}"]
    #expect(outcome(one) == "accepted")
    #expect(
      outcome(one + ["- {name: b, \(layer)}"])
        == "file: the network 'n' has more than 2^63 MACs, which cannot be counted")
  }

  /// Data spaces of one name could not be told apart.
  @Test func dataSpacesOfOneName() {
    let spaces = ["X", "Y", "X"].enumerated().map { index, name in
      "{name: \(name), projection: [M], read_write: \(index == 2)}"
    }
    let shape = "{dimensions: [M], data_spaces: [\(spaces.joined(separator: ", "))]}"
    #expect(
      outcome(["problem: {instance: {M: 2}, shape: \(shape)}"])
        == "file:1: problem.shape.data_spaces[2]: the data space 'X' is listed twice")
  }

  @Test(.timeLimit(.minutes(1))) func manyDimensions() {
    let names = (0..<20_000).compactMap { UnicodeScalar(0x4e00 + $0).map(String.init) }.joined(separator: ",")
    #expect(
      outcome(["problem: {instance: {}, shape: {dimensions: [\(names)], data_spaces: []}}"])
        == "file:1: problem.shape.dimensions: has 20000 elements; at most 32 are accepted")
    let terms = String(repeating: "[a],", count: 100_000)
    #expect(
      outcome([
        "problem: {instance: {a: 1}, shape: {dimensions: [a], data_spaces: [{name: x, projection: [[\(terms)]]}]}}"
      ])
      .hasSuffix("projection[0]: has 100000 elements; at most 16 are accepted"))
  }

  @Test(.timeLimit(.minutes(1))) func manyLevels() {
    let levels = (0..<20_000).map { "{target: L\($0), type: temporal}" }.joined(separator: ",")
    let text = "problem: {shape: gemm_ABZ, instance: {M: 2, N: 2, K: 2}}\nmapping: [\(levels)]"
    #expect(
      refusal { _ = try TimeloopMapping.read([YAMLNode.parse(text, origin: "file")], name: "l") }
        == "file:2: mapping: has 20000 elements; at most 1000 are accepted")
  }
}
