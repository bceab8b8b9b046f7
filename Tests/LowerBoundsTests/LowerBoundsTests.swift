import EnergyModel
import Foundation
import LowerBounds
import Mappings
import TestSupport
import Testing
import Workloads

struct LowerBoundsTests {
  static let oneBit = WordWidths(.one)

  @Test("Bounds never grow with the Buffer", arguments: seeds(0..<100))
  func monotone(seed: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 24, largestMACs: 1 << 20)
    let layer = layers.layer()
    let widths = layers.widths()
    let bounds = try LowerBounds(Problem(layer, widths: widths))
    var last = [Bits](repeating: Bits(.max), count: LowerBound.Family.allCases.count)
    var capacity = widths.inputs.count + widths.weights.count + widths.partialSums.count
    while capacity < 1 << 22 {
      let now = bounds.all(capacity: Bits(capacity))
      for (index, bound) in now.enumerated() {
        #expect(bound.read <= last[index], "seed \(seed), \(bound.family) at \(capacity): \(describe(layer))")
        #expect(bound.discount.map { $0 > 0 && $0 <= 1 } ?? true)
        last[index] = bound.read
      }
      capacity += 1 + capacity / 7
    }
  }

  /// With room for everything no bound exceeds the compulsory traffic, which is then attained.
  @Test("Compulsory traffic when everything fits", arguments: seeds(0..<100))
  func compulsory(seed: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 24, largestMACs: 1 << 20)
    layers.allowsPadding = seed % 2 == 0
    let layer = layers.layer()
    let widths = layers.widths()
    let best = try LowerBounds(Problem(layer, widths: widths)).best(capacity: .bytes(1 << 24))
    #expect(best.family == .compulsory, "seed \(seed): \(describe(layer))")
    if layers.allowsPadding { return }
    let all = Traffic(
      inputsRead: layer.usedElements(of: .inputs), weightsRead: layer.usedElements(of: .weights),
      biasesRead: layer.biases, partialSumsRead: .zero, partialSumsWritten: .zero,
      outputsWritten: layer.usedElements(of: .outputs))
    #expect(best.total == all.bits(widths).total, "seed \(seed): \(describe(layer))")
  }

  /// A product with inner dimension k ≤ √S: `rows` rows of one operand fill the Buffer, the columns of the other pass by
  /// and each makes `rows` outputs, created, finished and written at once. That moves mn(1 + k/rows) + mk words; the
  /// bound is mn(1 + k²/S), and k·rows is S less a column and an output.
  @Test(arguments: [(8, 512), (16, 256), (32, 128), (16, 64), (32, 32)])
  func tightForShortReductions(k: Int, rows: Int) throws {
    let layer = try Layer.gemm(name: "gemm", m: 1 << 14, n: 1 << 14, k: k)
    let mapping = try Mapping([
      .loop(.p, tile: rows), .keep(.inputs), .loop(.k, tile: 1), .keep(.weights), .loop(.p, tile: 1), .keep(.outputs),
    ])
    let capacity = Occupancy(of: mapping, on: layer).bits(Self.oneBit)
    #expect(capacity == Bits(k * rows + k + 1))
    let moved = Traffic(of: mapping, on: layer, reuse: .sliding).total.count
    let bound = try LowerBounds(Problem(layer, widths: Self.oneBit)).best(capacity: capacity)
    #expect(bound.family == .loomisWhitneyOutputs)
    #expect(bound.total.count <= moved)
    // What is left: the k·2^14 first reads of the stationary operand, and a column and an output in the Buffer.
    let leading = Double(1 << 28) * (1 + Double(k * k) / Double(k * rows + k + 1))
    #expect(Double(bound.total.count) >= leading * 0.999)
    #expect(Double(moved) <= leading * (1 + 2.0 / Double(rows)) + Double(k << 14))
  }

  @Test func orderOfMagnitudeOfGEMM() throws {
    // 2mnk/√S and S in eight even stretches, less what creations cost, plus the outputs' writes.
    let layer = try Layer.gemm(name: "gemm", m: 512, n: 512, k: 512)
    let best = try LowerBounds(Problem(layer, widths: Self.oneBit)).best(capacity: Bits(65536))
    #expect(best.family == .loomisWhitneyOutputs && best.discount == 1)
    #expect(best.total.count == 2 * 134_217_728 / 256 + 65536)
  }

  /// Against a coarse grid of discounts and numbers of stretches, computed anew from the statement of the bound.
  @Test(arguments: [4096, 65536, 1 << 20])
  func bestDiscount(capacity: Int) throws {
    let layer = try Layer.gemm(name: "gemm", m: 3000, n: 3000, k: 20)
    let work = 3000.0 * 3000 * 20
    var best = 0.0
    for step in 0..<400 {
      let discount = pow(0.98, Double(step))
      let single = 3 * pow(discount.squareRoot() * work, 2.0 / 3) - discount * 9_000_000
      best = max(best, single)
      for stretches in 2...700 {
        let cost = 3 * cbrt(Double(stretches)) * pow(discount.squareRoot() * work, 2.0 / 3)
        best = max(best, cost - Double((stretches - 1) * capacity) - discount * 9_000_000)
      }
    }
    let bound = try LowerBounds(Problem(layer, widths: Self.oneBit)).all(capacity: Bits(capacity))[1]
    #expect(bound.family == .loomisWhitneyOutputs)
    #expect(Double(bound.read.count) >= best - 1 && Double(bound.read.count) <= best * 1.0001 + 2)
  }
}
