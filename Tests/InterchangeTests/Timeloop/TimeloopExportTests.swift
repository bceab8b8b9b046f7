import EnergyModel
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

@testable import Interchange

/// Exported files, evaluated by ``TimeloopReferee`` from their text.
struct TimeloopExportTests {
  /// Where Timeloop counts inputs as ``Traffic`` does: nothing padded or skipped, and along each axis at most one loop
  /// outside the inputs' keep, which divides evenly.
  private func countsInputsAlike(_ mapping: Mapping, _ layer: Layer) -> Bool {
    func isPlain(_ axis: ConvolutionAxis) -> Bool {
      !axis.hasPaddedMACs && (axis.stride == 1 || axis.outputSize == 1) && (axis.dilation == 1 || axis.kernelSize == 1)
    }
    guard isPlain(layer.vertical), isPlain(layer.horizontal) else { return false }
    var tiles: [Dimension: [Int]] = [:]
    var block = Dimension.allCases.map { layer[$0] }
    for node in mapping.nodes {
      if node == .keep(.inputs) { break }
      if case .loop(let dimension, let tile) = node, tile < block[dimension.index] {
        block[dimension.index] = tile
        tiles[dimension, default: []].append(tile)
      }
    }
    return [[Dimension.p, .r], [.q, .s]].allSatisfy { pair in
      let loops = pair.flatMap { dimension in (tiles[dimension] ?? []).map { (dimension, $0) } }
      return loops.count <= 1 && loops.allSatisfy { layer[$0.0] % $0.1 == 0 }
    }
  }

  /// What is found of one export.
  private struct Found {
    var exports = 0
    var alike = 0
    var otherwise = 0
    var imperfect = 0
    var refused = 0
  }

  private func check(
    _ mapping: Mapping, _ layer: Layer, _ widths: WordWidths, _ found: inout Found
  ) throws {
    let capacity = Occupancy(of: mapping, on: layer).bits(widths)
    let files: TimeloopFiles
    do {
      files = try TimeloopExport.files(
        layer: layer, mapping: mapping, capacity: capacity, widths: widths, reuse: .sliding)
    } catch {
      found.refused += 1
      return
    }
    found.exports += 1
    let context = Comment(rawValue: "\(describe(layer)); \(NestText.text(mapping))\n\(files.text)")
    let referee = try TimeloopReferee(files.text)
    try referee.checkFactors()
    if files.mapping.contains(",") { found.imperfect += 1 }
    let traffic = files.traffic
    for walksAllPasses in [true, false] {
      let expected = walksAllPasses ? files.timeloopWalkingAll : files.timeloop
      for space in referee.dataSpaces {
        let accesses = try referee.accesses(to: space, walksAllPasses: walksAllPasses)
        let (here, ours) =
          switch space.name {
          case "Inputs": (expected.inputsRead, traffic.inputsRead)
          case "Weights": (expected.weightsRead, traffic.weightsRead)
          default: (expected.outputsUpdated, traffic.partialSumsWritten + traffic.outputsWritten)
          }
        #expect(accesses.content == here.count, "\(space.name), all \(walksAllPasses): \(context)")
        if space.name != "Inputs" || countsInputsAlike(mapping, layer) {
          #expect(here == ours, "\(space.name), all \(walksAllPasses): \(context)")
        }
        let depth = try #require(referee.levels.dropFirst().first { $0.keeps.contains(space.name) }?.depth)
        #expect(accesses.largestTile <= depth, context)
        if walksAllPasses {
          for (dimension, size) in referee.sizes {
            #expect(accesses.covered[dimension] == Set(0..<size), "\(dimension): \(context)")
          }
        }
      }
      #expect(expected.outputsRead == traffic.partialSumsRead, context)
    }
    if countsInputsAlike(mapping, layer) { found.alike += 1 }
    if files.timeloopWalkingAll.inputsRead != traffic.inputsRead { found.otherwise += 1 }
  }

  @Test(arguments: 0..<6)
  func optimaAreCountedByTimeloop(seed: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 7, largestMACs: 1200)
    var found = Found()
    for index in 0..<24 {
      layers.allowsPadding = index % 3 == 0
      let layer = layers.layer()
      let widths = index % 2 == 0 ? WordWidths(.byte) : layers.widths()
      let optimizer = try Optimizer(layer, widths: widths)
      let all = Tensor.allCases.reduce(Bits.zero) { $0 + layer.usedElements(of: $1) * widths.inBuffer($1) }
      for part in [1, 2, 3, 5, 8] {
        let capacity = Bits(max(optimizer.leastCapacity.count, all.count * part / 8))
        guard let optimum = optimizer.optimum(capacity: capacity) else { continue }
        try check(optimum.mapping, layer, widths, &found)
      }
    }
    print("seed \(seed): \(found)")
    #expect(found.exports > 60)
    #expect(found.alike > 10)
    #expect(found.otherwise > 0)
    #expect(found.imperfect > 0)
  }

  @Test(arguments: 0..<4)
  func anyNestsAreCountedByTimeloop(seed: Int) throws {
    var layers = RandomLayers(seed: 100 + seed, largestSize: 7, largestMACs: 600)
    var found = Found()
    for index in 0..<120 {
      layers.allowsPadding = index % 2 == 0
      let layer = layers.layer()
      try check(layers.mapping(on: layer), layer, layers.widths(), &found)
    }
    print("seed \(seed): \(found)")
    #expect(found.exports > 40)
    #expect(found.refused > 5)
    #expect(found.otherwise > 0)
  }
}
