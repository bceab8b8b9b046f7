import Mappings
import Programs
import TestSupport
import Testing
import Workloads

/// Modules of MLIR as MLIR's own programs take them: tiled as the mapping says, lowered and run, they give the outputs of plain
/// loops.
@Suite(.enabled(if: MLIRRunner.suffix != nil, "needs mlir-opt and mlir-cpu-runner of MLIR 19"))
struct MLIRModuleTests {
  @Test("random nests of tiles on random layers", arguments: 0..<24)
  func outputs(_ seed: Int) throws {
    var layers = RandomLayers(seed: 9100 + seed, largestSize: 6, largestMACs: 3000)
    let layer =
      switch seed % 4 {
      case 0: layers.layer()
      case 1: layers.steppedLayer()
      case 2: layers.overreachingLayer()
      default: layers.paddedLayer()
      }
    let nodes = layers.wideMapping(on: layer, fills: false).nodes.filter {
      if case .loop(let loop) = $0, case .phases = loop.cut { false } else { true }
    }
    let mapping = try Mapping(nodes)
    let module = try MLIRModule(mapping, on: layer, elements: .int8)
    let found = try MLIRRunner.run(module, layer)
    #expect(
      found.checksum == PlainLoops.digest(of: layer), "seed \(seed): \(describe(layer)), \(nodes)\n\(module.text)")
    // Besides the loop that reads the outputs.
    #expect(
      found.tiled.split(separator: "\n").count { $0.contains("scf.for") } - 1 == Self.loops(of: mapping, on: layer),
      "seed \(seed): \(describe(layer)), \(nodes)\n\(found.tiled)")
  }

  @Test func loopsStandInTheirOrder() throws {
    let layer = try Layer(
      name: "conv", inputChannels: 6, input: Extent(height: 9, width: 11), outputChannels: 10, kernel: Extent(3))
    let mapping = try Mapping([
      .loop(.c, tile: 2), .loop(.k, tile: 5), .loop(.q, tile: 4), .loop(.p, tile: 3), .keep(.outputs), .keep(.inputs),
      .loop(.k, tile: 1), .loop(.c, tile: 1), .keep(.weights),
    ])
    let found = try MLIRRunner.run(try MLIRModule(mapping, on: layer, elements: .int8), layer)
    #expect(found.checksum == PlainLoops.digest(of: layer))
    // The steps are constants, each before its loop.
    let steps = found.tiled.split(separator: "\n").filter { $0.contains("scf.for") }.map { line in
      line.split(separator: " step ").last?.split(separator: " ").first.map(String.init) ?? ""
    }
    let values = steps.prefix(6).compactMap { step in
      found.tiled.split(separator: "\n").first { $0.contains("\(step) = arith.constant") }?
        .split(separator: "constant ").last?.split(separator: " ").first.flatMap { Int($0) }
    }
    #expect(values == [2, 5, 4, 3, 1, 1], "\(found.tiled)")
  }

  /// The loops with several passes.
  private static func loops(of mapping: Mapping, on layer: Layer) -> Int {
    var block = Dictionary(uniqueKeysWithValues: Dimension.allCases.map { ($0, layer[$0]) })
    return mapping.nodes.count { node in
      guard case .loop(let loop) = node, case .tile(let tile) = loop.cut, tile < block[loop.dimension, default: 1]
      else { return false }
      block[loop.dimension] = tile
      return true
    }
  }
}
