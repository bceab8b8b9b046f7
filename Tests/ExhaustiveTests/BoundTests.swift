import EnergyModel
import Interchange
import LowerBounds
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

/// Lower bounds against what is attained: one bound above an optimum is a wrong proof.
struct BoundTests {
  @Test("Brute force, 20 layers a seed", arguments: 0..<100)
  func bruteForce(seed: Int) throws {
    var layers = RandomLayers(seed: 9000 + seed, largestSize: 4, largestMACs: 16)
    for _ in 0..<20 {
      let layer = layers.layer()
      let widths = layers.widths()
      let bounds = try LowerBounds(Problem(layer, widths: widths))
      var bruteForce = BruteForce(layer, widths: widths)
      bruteForce.tryNests()
      for (occupancy, energy) in bruteForce.paretoPoints {
        for bound in bounds.all(capacity: Bits(occupancy)) {
          #expect(bound.total.count <= energy, "seed \(9000 + seed), \(bound), at \(occupancy): \(describe(layer))")
        }
      }
    }
  }

  /// The search equals brute force wherever both can go, so here it stands for it: 100 layers a seed, every capacity at
  /// which the optimum falls.
  @Test("Optima of small layers", arguments: 0..<60)
  func smallLayers(seed: Int) throws {
    var layers = RandomLayers(seed: 20_000 + seed, largestSize: 8, largestMACs: 2000)
    for _ in 0..<100 {
      let random = layers.problem(write: 0...3)
      let (problem, widths) = (random.problem, random.problem.widths)
      let (bounds, optimizer) = (LowerBounds(problem), Optimizer(problem))
      var capacity = Bits(1 << 20)
      while let optimum = optimizer.optimum(capacity: capacity) {
        let occupancy = optimum.occupancy.bits(widths)
        for bound in bounds.all(capacity: occupancy) {
          let energy = bound.energy(of: [problem])?.totalQuanta
          #expect(energy ?? .max <= optimum.energy.totalQuanta, "\(random), \(bound) at \(occupancy)")
        }
        capacity = occupancy - Bits(1)
      }
    }
  }

  static let widths: [WordWidths] = [(8, 8, 8, 24), (16, 16, 16, 32), (4, 8, 8, 32)].compactMap { bits in
    guard let inputs = BitWidth(bits.0), let weights = BitWidth(bits.1), let outputs = BitWidth(bits.2),
      let partialSums = BitWidth(bits.3)
    else { return nil }
    return WordWidths(inputs: inputs, weights: weights, outputs: outputs, partialSums: partialSums)
  }

  /// Networks that together have layers of every kind: plain, strided, depthwise, grouped, dilated, products of matrices
  /// and of vectors, attention. All of them would take minutes.
  static let varied = [
    "alexnet", "vgg16", "resnet18", "resnet50", "mobilenet-v1", "vit-b16", "llama3-8b-decode-2048", "layer-examples",
  ]

  @Test("Optima of built-in networks, 256 B to 16 MiB", arguments: varied)
  func networks(name: String) throws {
    #expect(Self.widths.count == 3)
    let network = try #require(try BuiltIn.network(name))
    for layer in network.entries.map(\.layer) {
      for widths in Self.widths {
        let bounds = try LowerBounds(Problem(layer, widths: widths))
        let optimizer = try Optimizer(Problem(layer, widths: widths, reuse: .sliding))
        var last = Bits(.max)
        for power in 8...24 {
          let capacity = Bits.bytes(1 << power)
          let optimum = try #require(optimizer.optimum(capacity: capacity))
          let best = bounds.best(capacity: capacity)
          #expect(best.total <= optimum.traffic.bits(widths).total, "\(layer.name) at 2^\(power) B: \(best)")
          #expect(best.read <= last, "\(layer.name) at 2^\(power) B")
          last = best.read
        }
        let everything = bounds.best(capacity: .bytes(1 << 30))
        #expect(everything.family == .compulsory)
        #expect(everything.total == optimizer.optimum(capacity: .bytes(1 << 30))?.traffic.bits(widths).total)
      }
    }
  }

  /// Words with one-word widths: optimum over bound, no worse than what was known.
  @Test(arguments: [
    ([256, 128, 56, 3, 1], 65536, 1.449), ([64, 64, 56, 3, 1], 16384, 1.552), ([192, 64, 27, 5, 1], 16384, 1.496),
    ([64, 3, 112, 7, 2], 4096, 1.173),
  ])
  func referencePoints(shape: [Int], capacity: Int, most: Double) throws {
    let layer = try Layer(
      name: "reference", inputChannels: shape[1], input: Extent(shape[4] * (shape[2] - 1) + shape[3]),
      outputChannels: shape[0], kernel: Extent(shape[3]), stride: Extent(shape[4]))
    let widths = WordWidths(.one)
    let optimum = try #require(
      try Optimizer(Problem(layer, widths: widths, reuse: .sliding)).optimum(capacity: Bits(capacity)))
    let bound = try LowerBounds(Problem(layer, widths: widths)).best(capacity: Bits(capacity))
    let ratio = Double(optimum.traffic.total.count) / Double(bound.total.count)
    #expect(ratio >= 1 && ratio <= most + 0.0005, "\(ratio), \(bound)")
  }
}
