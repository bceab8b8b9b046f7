import EnergyModel
import Foundation
import Mappings
import TestSupport
import Testing
import Workloads

@testable import LowerBounds

/// What bounds know of a Buffer in parts. That no schedule beats them is tested where schedules are searched.
struct DividedBufferTests {
  private static func layout(_ sizes: [(tensors: Set<Tensor>, bits: Int)]) throws -> BufferLayout {
    try BufferLayout(parts: sizes.map { BufferLayout.Part($0.tensors, capacity: Bits($0.bits)) })
  }

  private static func problem(_ layer: Layer, _ layout: BufferLayout, _ model: EnergyModel = .bitsMoved) throws
    -> Problem
  {
    try Problem(layer, in: Problem.Setting(widths: WordWidths(.one), energyModel: model, layout: layout))
  }

  /// The bound that Šíma, Cabessa and Vidnerová prove for n inputs and m outputs (Neural Networks 178:106419, 2024), weights
  /// added once each.
  @Test("Fully-connected layers with a part each for inputs and outputs")
  func fullyConnected() throws {
    for (n, m) in [(1, 1), (3, 2), (2, 5), (6, 6), (10, 7), (30, 100), (100, 30), (100, 100)] {
      let layer = try Layer(name: "fc", inputChannels: n, input: Extent(1), outputChannels: m, kernel: Extent(1))
      for (inputs, outputs) in [(1, 1), (1, 2), (2, 1), (2, 2), (1, 5), (5, 1), (3, 7), (10, 4), (20, 30)]
      where inputs <= n && outputs <= m {
        let layout = try Self.layout([([.inputs], inputs), ([.weights], 1), ([.outputs], outputs)])
        let bounds = LowerBounds(try Self.problem(layer, layout)).all(capacity: Bits(inputs + outputs + 1))
        let bound = try #require(bounds.first { $0.family == .arrivals })
        let (n, m, inputs, outputs) = (Double(n), Double(m), Double(inputs), Double(outputs))
        let byOutputs = m / outputs * (n - inputs) + m
        let byInputs = n + 2 * n / inputs * (m - outputs) - m
        // Both are no less than n + m.
        let known = n * m + max(n + m, min(byOutputs, byInputs))
        #expect(bound.total.count == Int((known - 1e-3).rounded(.up)), "\(n), \(m), \(inputs), \(outputs)")
      }
    }
  }

  /// Prices on a grid give no more than those that are found.
  @Test("Prices are the best", arguments: seeds(0..<40))
  func prices(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let words = (0..<3).map { _ in Double(random.pick(100...100_000)) }
    let widths = (0..<3).map { _ in Double(random.pick([1, 8, 32])) }
    let product: Double = widths[0] * widths[1] * widths[2]
    let work = pow(2, Double(random.pick(20...30))) * product.squareRoot()
    let buffer = PartedBuffer(widths: widths, words: words, mostWords: words, macs: 0, weightedWork: work, halo: nil)
    let bits = (0..<3).map { _ in Double(8 << random.pick(4...14)) }
    let groups = random.pick([[[0], [1], [2]], [[0, 2], [1]], [[0], [1, 2]], [[0, 1], [2]]])
    let parts = groups.map { group in PartedBuffer.Part(tensors: group, bits: group.reduce(0) { $0 + bits[$1] }) }
    for sumPrice in [1.0, 2, 3.5] {
      let found = try #require(buffer.bounds(parts, sumPrice: sumPrice)[.loomisWhitneyParts])
      let grid = (1...10).map { Double($0) / 10 }
      for a in grid {
        for b in grid {
          for c in grid {
            let prices = [a, b, c * sumPrice]
            let held = parts.reduce(0.0) { sum, part in
              let largest = part.tensors.map { prices[$0] }.max() ?? 0
              return sum + part.bits * largest
            }
            let scaled = cbrt(a * b * c * sumPrice) * pow(work, 2.0 / 3)
            let stretches = max(1, pow(scaled / held, 1.5).rounded())
            let all = 3 * cbrt(stretches) * scaled
            let inputs = (1 - a) * words[0] * widths[0]
            let weights = (1 - b) * words[1] * widths[1]
            let sums = prices[2] * words[2] * widths[2]
            let bound = all - (stretches - 1) * held + inputs + weights - sums
            #expect(bound <= found.bits * (1 + 1e-9) + 1e-6, "seed \(seed), \(prices), \(stretches), price \(sumPrice)")
          }
        }
      }
    }
  }

  /// Kernels of several rows and columns have edges, others none.
  @Test func haloRaisesBounds() throws {
    let layout = try Self.layout(Tensor.allCases.map { ([$0], 400) })
    for kernel in 1...3 {
      let layer = try Layer(
        name: "layer", inputChannels: 40, input: Extent(30), outputChannels: 40, kernel: Extent(kernel))
      let bounds = LowerBounds(try Self.problem(layer, layout)).all(capacity: Bits(1200))
      let plain = try #require(bounds.first { $0.family == .loomisWhitneyParts })
      let halo = try #require(bounds.first { $0.family == .haloParts })
      #expect(kernel == 1 ? halo.total == plain.total : halo.total.count > plain.total.count * 101 / 100, "\(kernel)")
    }
  }

  /// One part for all is no division, and parts of any size bound no less than the Buffer of their sizes together.
  @Test("Parts raise bounds", arguments: seeds(0..<60))
  func partsRaiseBounds(seed: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 24, largestMACs: 1 << 20)
    let layer = layers.layer()
    let sizes = (0..<3).map { _ in layers.random.pick(1...2000) }
    let layout = try Self.layout(zip(Tensor.allCases, sizes).map { ([$0], $1) })
    let write = layers.random.pick(0...3)
    let model = try EnergyModel(name: "prices", source: "", unit: "pJ", mac: 0, read: 1, write: Double(write))
    let bounds = LowerBounds(try Self.problem(layer, layout, model))
    let shared = LowerBounds(try Self.problem(layer, .shared, model))
    let whole = sizes.reduce(0, +)
    for capacity in [3, whole / 3 + 1, whole, 4 * whole].map({ Bits($0) }) {
      let (divided, one) = (bounds.best(capacity: capacity), shared.best(capacity: capacity))
      #expect(
        divided.charged >= one.charged && bounds.best(capacity: capacity, isDivided: false) == one, "seed \(seed)")
      for bound in bounds.all(capacity: capacity) {
        // A sum that is read again was written, which moves as much and costs what a write does.
        #expect(bound.read <= bound.charged && bound.read + bound.written <= bound.total, "seed \(seed): \(bound)")
        if write <= 1 { #expect(bound.charged + bound.written <= bound.total, "seed \(seed): \(bound)") }
      }
    }
  }
}
