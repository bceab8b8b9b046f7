import Foundation
import Interchange
import Mappings
import TestSupport
import Testing
import Workloads

/// Files with mappings, of this program's or of Timeloop's.
struct MappingDocumentTests {
  /// The document that a text makes, whose file is gone by then: it is read once.
  private func document(_ text: String) throws -> MappingDocument {
    try withTemporaryFolder { folder in
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/map.yaml"))
      return try MappingDocument(file: "\(folder)/map.yaml")
    }
  }

  @Test func ofThisProgram() throws {
    let document = try document(
      "layer: conv2\nmapping: [{for: k, tile: 2}, {keep: outputs}, {keep: inputs}, {keep: weights}]")
    #expect(!document.isOfTimeloop && !document.hasProblem)
    let (layer, mapping) = try document.mapping()
    #expect(layer == "conv2" && mapping.nodes.first == .loop(.k, tile: 2))
  }

  @Test func ofTimeloop() throws {
    let mapping = "mapping: [{target: DRAM, type: temporal, factors: K4}, {target: B, type: temporal, factors: C2}]\n"
    let problem = "problem: {shape: cnn_layer, C: 2, K: 4, N: 1, P: 1, Q: 1, R: 1, S: 1}\n"
    let whole = try document(mapping + problem)
    #expect(whole.isOfTimeloop && whole.hasProblem)
    #expect(try whole.timeloopMapping(problem: nil).mapping.nodes.first == .loop(.k, tile: 1))
    #expect(try whole.timeloopMapping(problem: nil).layer.name == "map")
    let part = try document(mapping)
    #expect(part.isOfTimeloop && !part.hasProblem)
    #expect(refusal { _ = try part.timeloopMapping(problem: nil) }.hasSuffix("map.yaml: the key 'problem' is missing"))
    try withTemporaryFolder { folder in
      try Data(problem.utf8).write(to: URL(fileURLWithPath: "\(folder)/problem.yaml"))
      #expect(try part.timeloopMapping(problem: "\(folder)/problem.yaml").layer[.k] == 4)
    }
  }

  @Test func ofNeither() throws {
    for text in ["mapping: []", "mapping: 3", "[1, 2]"] {
      let document = try document(text)
      #expect(!document.isOfTimeloop)
      #expect(refusal { _ = try document.mapping() } != "accepted")
    }
  }
}
