import EnergyModel
import Mappings
import Testing
import Workloads

@testable import MappingSearch

/// Steps to better tiles of several loops at once.
struct RefinedEngineTests {
  /// A layer in a Buffer, and what a nest is known to cost there.
  struct Known: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let layer: Layer
    var widths = WordWidths(.byte)
    let layout: BufferLayout
    let bytes: Int
    let energy: Int

    var problem: Problem {
      get throws { try Problem(layer, in: Problem.Setting(widths: widths, reuse: .overlap, layout: layout)) }
    }
  }

  private static func layer(
    groups: Int = 1, _ k: Int, _ c: Int, _ p: Int, _ q: Int, _ r: Int = 1, _ s: Int = 1, stride: Int = 1,
    padding: Int = 0
  ) throws -> Layer {
    func input(_ outputs: Int, _ kernel: Int) -> Int { (outputs - 1) * stride + kernel - 2 * padding }
    return try Layer(
      name: "layer", groups: groups, inputChannels: groups * c, input: Extent(height: input(p, r), width: input(q, s)),
      outputChannels: groups * k, kernel: Extent(height: r, width: s), stride: Extent(stride), padding: Padding(padding)
    )
  }

  private static func parts(_ bytes: [Set<Tensor>: Int]) -> [BufferLayout.Part] {
    bytes.map { BufferLayout.Part($0.key, capacity: Bits(8 * $0.value)) }
  }

  static let known: [Known] = {
    do {
      let wideSums = WordWidths(inputs: .byte, weights: .byte, outputs: .byte, partialSums: BitWidth(24) ?? .byte)
      let narrow = WordWidths(
        inputs: BitWidth(4) ?? .byte, weights: BitWidth(2) ?? .byte, outputs: .byte, partialSums: BitWidth(16) ?? .byte)
      let small = parts([[.inputs]: 24, [.weights]: 4, [.outputs]: 4])
      return [
        Known(
          testDescription: "inputs on the chip, c in fours", layer: try layer(11, 24, 3, 8), widths: narrow,
          layout: try BufferLayout(onChip: [.inputs], rules: TileRules([.c: .oneOf([4])])), bytes: 300, energy: 4840),
        Known(
          testDescription: "the same in parts", layer: try layer(11, 24, 3, 8), widths: narrow,
          layout: try BufferLayout(
            parts: parts([[.inputs, .weights]: 560, [.outputs]: 4]), onChip: [.inputs],
            rules: TileRules([.k: .atMost(2), .c: .oneOf([4])])), bytes: 564, energy: 7480),
        Known(
          testDescription: "uneven multiples", layer: try layer(groups: 2, 4, 3, 6, 6, 3, 1), widths: wideSums,
          layout: try BufferLayout(
            parts: parts([[.inputs, .weights]: 40, [.outputs]: 24]), multiples: [.k: 2, .c: 2]), bytes: 64,
          energy: 5760),
        Known(
          testDescription: "small parts", layer: try layer(14, 14, 6, 9, 2, 3), widths: wideSums,
          layout: try BufferLayout(parts: small), bytes: 32, energy: 613_520),
        Known(
          testDescription: "small parts and tiles", layer: try layer(14, 14, 6, 9, 2, 3), widths: wideSums,
          layout: try BufferLayout(parts: small, rules: TileRules([.c: .atMost(3), .q: .atMost(2)])), bytes: 32,
          energy: 613_520),
        Known(
          testDescription: "few rows at a time", layer: try layer(25, 35, 23, 1),
          layout: try BufferLayout(
            parts: parts([[.inputs]: 256, [.weights]: 40, [.outputs]: 600]), rules: TileRules([.p: .atMost(3)])),
          bytes: 896, energy: 64_800),
      ]
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  @Test("What is found costs no more than nests that are known", arguments: known)
  func costsNoMore(_ known: Known) throws {
    let problem = try known.problem
    let optimizer = Optimizer(problem)
    let capacity = Bits(8 * known.bytes)
    let found = try #require(optimizer.optimum(capacity: capacity))
    #expect(found.energy.dataQuanta <= known.energy)
    try LayoutSearchTests.check(found, problem, capacity, Comment(rawValue: known.testDescription))
    for dataflow in problem.dataflows {
      let own = optimizer.optimum(capacity: capacity, dataflow: dataflow)
      #expect(own?.energy.dataQuanta ?? .max >= found.energy.dataQuanta, "\(dataflow)")
    }
    #expect(optimizer.dataflows(attaining: found, capacity: capacity)?.contains(found.mapping.dataflow) == true)
  }
}
