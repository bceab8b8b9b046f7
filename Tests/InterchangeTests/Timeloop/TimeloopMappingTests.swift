import EnergyModel
import Mappings
import MappingSearch
import TestSupport
import Testing
import Workloads

@testable import Interchange

/// Timeloop's mappings read as nests.
struct TimeloopMappingTests {
  private func read(_ text: String) throws -> TimeloopMapping.Reading {
    try TimeloopMapping.read([YAMLNode.parse(text, origin: "map.yaml")], name: "layer")
  }

  private static let convolution = """
    problem:
      shape:
        dimensions: [K, R, P]
        data_spaces:
          - {name: Weights, projection: [[[K]], [[R]]]}
          - {name: Inputs, projection: [[[R], [P]]]}
          - {name: Outputs, projection: [[[K]], [[P]]], read_write: true}
      instance: {K: 32, R: 3, P: 16}

    """

  /// What `timeloop-model` printed for MainMemory in the exercises of Timeloop and Accelergy.
  ///
  /// github.com/Accelergy-Project/timeloop-accelergy-exercises, workspace/tutorial_exercises/
  /// 01_accelergy_timeloop_2020_ispass/timeloop, 01-model-conv1d-2level (os and ws),
  /// 02-model-conv1d+oc-2level (tiling), 03-model-conv1d+oc-3level (bypass) and 05-mapper-conv1d+oc-3level (null):
  /// mappings and figures of ref-output/*/timeloop-*.stats.txt. The last is what its GlobalBuffer hands to the
  /// RegisterFile: reads of inputs and weights there are as here, where GlobalBuffer keeps nothing.
  @Test(arguments: [
    (1, "MainMemory R=1,P=16,K=1 PRK; Buffer R=3,P=1,K=1 RPK", [18, 3, 16, 0]),
    (1, "MainMemory R=3,P=1,K=1 RPK; Buffer R=1,P=16,K=1 PRK", [18, 3, 16, 0]),
    (32, "MainMemory R=1,P=16,K=16 PRK; Buffer R=3,P=1,K=2 RPK", [288, 96, 512, 0]),
    (
      32,
      "MainMemory R=1,P=1,K=1 PRK; GlobalBuffer R=1,P=16,K=16 PRK [Outputs]; RegisterFile R=3,P=1,K=2 RPK [Weights, Inputs]",
      [18, 96, 512, 0]
    ),
    (
      32,
      "MainMemory R=1,P=4,K=1 PRK; GlobalBuffer R=1,P=4,K=4 PRK [Inputs, Weights, Outputs]; RegisterFile R=3,P=1,K=8 KRP",
      [96, 384, 512, 0]
    ),
  ])
  func publishedRuns(channels: Int, levels: String, counts: [Int]) throws {
    var text = Self.convolution.replacing("K: 32", with: "K: \(channels)") + "mapping:\n"
    for level in levels.split(separator: "; ") {
      let parts = level.split(separator: " ", maxSplits: 3)
      text += "  - {target: \(parts[0]), type: temporal, factors: \"\(parts[1])\", permutation: \(parts[2])}\n"
      if parts.count > 3 { text += "  - {target: \(parts[0]), type: dataspace, bypass: \(parts[3])}\n" }
    }
    let reading = try read(text)
    let files = try TimeloopExport.files(
      layer: reading.layer, mapping: reading.mapping, capacity: .bytes(1 << 20), widths: WordWidths(.byte),
      reuse: .sliding)
    for found in [files.timeloop.release, files.timeloop.master] {
      #expect([found.inputsRead, found.weightsRead, found.outputsUpdated, found.outputsRead].map(\.count) == counts)
    }
    #expect(files.traffic.inputsRead.count == counts[0])
  }

  @Test(arguments: seeds(0..<4))
  func exportsAreReadBack(seed: Int) throws {
    var layers = RandomLayers(seed: 300 + seed, largestSize: 9, largestMACs: 3000)
    layers.allowsPadding = false
    var read = 0
    for index in 0..<40 {
      let layer = layers.layer()
      let widths = index % 2 == 0 ? WordWidths(.byte) : layers.widths()
      let optimizer = try Optimizer(Problem(layer, widths: widths, reuse: .sliding))
      var mappings = [layers.mapping(on: layer)]
      let all = Tensor.allCases.reduce(Bits.zero) { $0 + layer.usedElements(of: $1) * widths.inBuffer($1) }
      for part in 1...4 {
        guard let optimum = optimizer.optimum(capacity: Bits(all.count * part / 5)) else { continue }
        mappings.append(optimum.mapping)
      }
      for mapping in mappings {
        func files(_ mapping: Mapping, on layer: Layer) throws -> TimeloopFiles {
          try TimeloopExport.files(
            layer: layer, mapping: mapping, capacity: Bits(1 << 40), widths: widths, reuse: .sliding)
        }
        guard let written = try? files(mapping, on: layer) else { continue }
        let reading = try self.read(written.text)
        let context = Comment(
          rawValue: "\(describe(layer)); \(NestText.text(mapping)); \(NestText.text(reading.mapping))")
        #expect(Dimension.allCases.map { reading.layer[$0] } == Dimension.allCases.map { layer[$0] }, context)
        #expect(
          Occupancy(of: reading.mapping, on: reading.layer) == Occupancy(of: mapping, on: layer), context)
        // Loops that follow each other over one dimension are one in Timeloop, which slides farther.
        if reading.mapping.nodes.count == mapping.nodes.count {
          var traffic = Traffic(of: mapping, on: layer, reuse: .sliding)
          traffic.biasesRead = .zero
          #expect(Traffic(of: reading.mapping, on: reading.layer, reuse: .sliding) == traffic, context)
        }
        let again = try files(reading.mapping, on: reading.layer)
        #expect(again.mapping == written.mapping, context)
        #expect(again.architecture == written.architecture, context)
        read += 1
      }
    }
    #expect(read > 100)
  }

  private static let two = convolution.replacing("P: 16", with: "P: 7")

  @Test func residuals() throws {
    let text =
      Self.two + """
        mapping:
          - {target: Buffer, type: temporal, factors: "P4,3 K1", permutation: PRK}
          - {target: Buffer, type: datatype, keep: [Weights, Inputs, Outputs], bypass: []}
          - {target: DRAM, type: temporal, factors: "K 0 P = 2 R3 # the rest", permutation: KP}
        """
    let reading = try read(text)
    let keeps: [Mapping.Node] = [.keep(.inputs), .keep(.weights), .keep(.outputs)]
    #expect(reading.mapping.nodes == [.loop(.r, tile: 1), .loop(.p, tile: 4), .loop(.k, tile: 1)] + keeps)
    #expect(reading.remarks.last == "without an architecture, DRAM is taken as the outermost level")
  }

  @Test func levelsAreOrderedByTheArchitecture() throws {
    let mapping = """
      mapping:
        - {target: Near, type: temporal, factors: P7 R3}
        - {target: Far, type: temporal, factors: K32}

      """
    let nodes = "architecture: {nodes: [!Component {name: Far}, !Container {name: PE}, !Component {name: Near}]}"
    let tree = """
      architecture:
        subtree:
          - name: System
            local: [{name: "Far[1..1]", class: DRAM}]
            subtree:
              - name: Chip
                local: [{name: Near, class: SRAM}, {name: MACC, class: intmac}]
      """
    for architecture in [nodes, tree] {
      let reading = try read(Self.two + mapping + architecture)
      #expect(reading.mapping.nodes.first == .loop(.k, tile: 1))
    }
    #expect(
      refusal { _ = try read(Self.two + mapping) }
        == "map.yaml:10: mapping: the order of the levels is unknown; give the file with the architecture too")
    #expect(
      refusal { _ = try read(Self.two + mapping + nodes.replacing("Near", with: "Next")) }
        == "map.yaml:10: mapping[0]: the architecture has no level 'Near'")
  }

  @Test(arguments: [
    ("- {target: DRAM, type: temporal, factors: P7}", "mapping: has 1 storage level; two or more are expected"),
    (
      "- {target: DRAM, type: temporal, factors: P2 R3 K32}\n  - {target: B, type: temporal, factors: P4}",
      "mapping: the factors of P make 8 and not its size, 7; blocks that do not divide need a residual, as in P7,3"
    ),
    (
      "- {target: DRAM, type: temporal, factors: P1048576 R3 K32}\n  - {target: B, type: temporal, factors: P1048576}",
      "mapping: the factors of P make more and not its size, 7; blocks that do not divide need a residual, as in P7,3"
    ),
    (
      "- {target: DRAM, type: temporal, factors: \"P2,3\"}",
      "mapping[0].factors: the factor 2,3 of P is none: the residual lies within 1 and the bound"
    ),
    (
      "- {target: DRAM, type: temporal, factors: P99999999999999999999}",
      "mapping[0].factors: 'P99999999999999999999' has no number for P; factors as in P7,3 Q4 are expected"
    ),
    ("- {target: DRAM, type: temporal, factors: P2 P3}", "mapping[0].factors: the dimension P has two factors"),
    ("- {target: DRAM, type: temporal, factors: Q2}", "mapping[0].factors: unknown dimension 'Q'; accepted: K, R, P"),
    (
      "- {target: DRAM, type: temporal, permutation: PP}",
      "mapping[0].permutation: the dimension P stands twice in the permutation"
    ),
    (
      "- {target: DRAM, type: spatial, factors: P7}",
      "mapping[0].factors: loops in space have no counterpart: all their factors must be 1"
    ),
    (
      "- {target: DRAM, type: skew}",
      "mapping[0].type: unknown type of directive 'skew'; accepted: temporal, spatial, datatype, bypass"
    ),
    (
      "- {target: DRAM, type: datatype, keep: [Weight]}",
      "mapping[0].keep[0]: unknown data space 'Weight'; did you mean 'Weights'?"
    ),
    (
      "- {target: DRAM, type: temporal, no_temporal_reuse: [Inputs]}",
      "mapping[0]: unknown key 'no_temporal_reuse'; accepted: target, type, factors, permutation, split, keep, bypass"
    ),
    (
      "- {target: DRAM, type: datatype, bypass: [Inputs]}\n  - {target: B, type: temporal, factors: P7 R3 K32}",
      "mapping[0]: the outermost level keeps all three tensors"
    ),
    (
      "- {target: DRAM, type: temporal}\n  - {target: B, type: temporal, factors: P7 R3 K32}\n  - {target: A, type: datatype, bypass: [Inputs, Weights]}",
      "mapping: outputs are kept by B, A of the levels inside of DRAM; one of them is expected to, as there is one Buffer"
    ),
    (
      "- {target: DRAM, type: temporal}\n  - {target: B, type: bypass, bypass: [Inputs]}",
      "mapping: inputs are kept by none of the levels inside of DRAM; one of them is expected to, as there is one Buffer"
    ),
  ])
  func refused(directives: String, message: String) {
    let text = Self.two + "mapping:\n  \(directives)\n"
    let found = refusal { _ = try read(text) }
    #expect(found.drop { $0 != " " }.dropFirst() == message[...], "\(found)")
  }

  @Test func missingParts() {
    #expect(refusal { _ = try read("mapping: []") } == "map.yaml: the key 'problem' is missing")
    #expect(refusal { _ = try read(Self.two) } == "map.yaml: the key 'mapping' is missing")
  }

  @Test(.timeLimit(.minutes(2)), arguments: seeds(0..<4))
  func damagedFiles(seed: Int) throws {
    let layer = try Layer(name: "l", inputChannels: 4, input: Extent(9), outputChannels: 6, kernel: Extent(3))
    let mapping = try NestText.parse("k:4 p:2 [outputs] c:1 [weights] q:3 [inputs]", origin: "nest")
    let text = try TimeloopExport.files(
      layer: layer, mapping: mapping, capacity: .bytes(4096), widths: WordWidths(.byte), reuse: .sliding
    ).text
    let whole = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n")
    var accepted = 0
    Damage.check(whole, seed: seed, edits: 300) {
      _ = try TimeloopMapping.read([YAMLNode.parse($0, origin: "file")], name: "layer")
      accepted += 1
    }
    #expect(accepted > 0)
  }
}
