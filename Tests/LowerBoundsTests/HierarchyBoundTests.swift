import EnergyModel
import LowerBounds
import Mappings
import TestSupport
import Testing
import Workloads

struct HierarchyBoundTests {
  private static func memory(
    _ name: String, _ tensors: Set<Tensor> = Set(Tensor.allCases), bits: Int?, read: Double, write: Double,
    macsPerAccess: Int = 1
  ) -> Platform.Memory {
    Platform.Memory(
      name: name, tensors: tensors, capacity: bits.map { Bits($0) }, read: read, write: write,
      macsPerAccess: macsPerAccess)
  }

  /// Prices by hand: what a bypass costs once is counted for the inner boundary first, and only the rest for the outer.
  @Test func pricesCountEachAccessOnce() throws {
    let platform = try Platform(
      name: "three levels", source: "", unit: "pJ", mac: 1, widths: WordWidths(.byte),
      levels: [
        Platform.Level(name: "DRAM", memories: [Self.memory("DRAM", bits: nil, read: 8, write: 7)]),
        Platform.Level(
          name: "shared", memories: [Self.memory("shared", [.inputs, .outputs], bits: 1000, read: 2, write: 1)]),
        Platform.Level(
          name: "own",
          memories: [
            Self.memory("inputs", [.inputs], bits: 100, read: 0.5, write: 0.25, macsPerAccess: 4),
            Self.memory("weights", [.weights], bits: 200, read: 0.125, write: 0.0625),
            Self.memory("sums", [.outputs], bits: 300, read: 0.5, write: 0.75, macsPerAccess: 2),
          ]),
        Platform.Level(
          name: "register", memories: [Self.memory("register", [.weights], bits: 8, read: 0.01, write: 0)]),
      ])
    let bound = HierarchyBound(platform)
    #expect(bound.boundaries.map(\.outer) == ["DRAM", "shared"])
    #expect(bound.boundaries.map(\.capacity) == [Bits(1608), Bits(608)])
    // Inner: inputs 2 + 0.25, sums out 1, weights from DRAM 8 + 0.0625. Outer: inputs 8 + 1, sums 7, weights' rest 7.0625.
    #expect(bound.boundaries.map(\.price) == [7, 1])
    #expect(abs(bound.operands - (8 * 0.5 / 4 + 8 * 0.01 + 8 * 0.75 / 2)) < 1e-12)
    #expect(bound.energy(crossings: [Bits(10), Bits(100)], macs: 5) == 70 + 100 + 5 * bound.operands)
  }

  /// Two levels on the chip run the same loops, each with boxes of its own: what that costs is never below the bound,
  /// whatever the loops, prices and widths, and whether weights bypass the outer level or not.
  @Test("No nest on two levels beats the bound", arguments: seeds(0..<400))
  func holdsForNests(seed: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 6, largestMACs: 3000)
    layers.allowsPadding = false
    let layer = layers.layer()
    let widths = layers.widths()
    let bypasses = layers.random.oneIn(2)
    let (outer, inner) = try Self.nests(on: layer, bypasses: bypasses, &layers)
    let prices = (0..<6).map { _ in Double(layers.random.pick(0...8)) / 4 }
    func occupancy(_ mapping: Mapping, _ tensors: [Tensor]) -> Int {
      let words = Occupancy(of: mapping, on: layer)
      let bits = [
        Tensor.inputs: words.inputs * widths.inputs, .weights: words.weights * widths.weights,
        .outputs: words.outputs * widths.partialSums,
      ]
      return tensors.reduce(0) { $0 + (bits[$1]?.count ?? 0) }
    }
    let shared: [Tensor] = bypasses ? [.inputs, .outputs] : Tensor.allCases
    let dram = Self.memory("DRAM", bits: nil, read: prices[0] + 1, write: prices[1])
    let above = Self.memory(
      "above", Set(shared), bits: max(1, occupancy(outer, shared)), read: prices[2], write: prices[3])
    let below = Self.memory(
      "below", bits: max(1, occupancy(inner, Tensor.allCases)), read: prices[4], write: prices[5])
    let platform = try Platform(
      name: "two levels", source: "", unit: "pJ", mac: 0, widths: widths,
      levels: [
        Platform.Level(name: "DRAM", memories: [dram]), Platform.Level(name: "above", memories: [above]),
        Platform.Level(name: "below", memories: [below]),
      ])
    let (far, near) = (
      Traffic(of: outer, on: layer, reuse: .sliding).bits(widths),
      Traffic(of: inner, on: layer, reuse: .sliding).bits(widths)
    )
    func cost(_ bits: Bits, _ energy: Double) -> Double { Double(bits.count) * energy }
    var energy = 0.0
    energy += cost(far.inputsRead + far.partialSumsRead + far.biasesRead, dram.read + above.write)
    energy += cost(far.partialSumsWritten + far.outputsWritten, dram.write)
    energy += cost(near.inputsRead + near.partialSumsRead + near.biasesRead, above.read + below.write)
    energy += cost(near.partialSumsWritten + near.outputsWritten, above.write)
    if bypasses {
      energy += cost(near.weightsRead, dram.read + below.write)
    } else {
      energy += cost(far.weightsRead, dram.read + above.write) + cost(near.weightsRead, above.read + below.write)
    }
    let perMAC =
      below.read * Double(widths.inputs.count + widths.weights.count) + below.write * Double(widths.partialSums.count)
    energy += Double(layer.macs) * perMAC
    let least = HierarchyBound(platform).least(LowerBounds(try Problem(layer, widths: widths)))
    #expect(least <= energy * (1 + 1e-12), "seed \(seed): \(describe(layer)), \(outer), \(inner)")
  }

  /// One loop nest with boxes at two depths: those of the outer level, and inside them those of the inner one.
  private static func nests(
    on layer: Layer, bypasses: Bool, _ layers: inout RandomLayers
  ) throws -> (outer: Mapping, inner: Mapping) {
    let loops = layers.mapping(on: layer).nodes.filter { if case .loop = $0 { true } else { false } }
    var (outer, inner) = ([Tensor: Int](), [Tensor: Int]())
    for tensor in Tensor.allCases {
      let depths = [layers.random.pick(0...loops.count), layers.random.pick(0...loops.count)].sorted()
      (outer[tensor], inner[tensor]) = (tensor == .weights && bypasses ? depths[1] : depths[0], depths[1])
    }
    func mapping(_ depths: [Tensor: Int]) throws -> Mapping {
      var nodes: [Mapping.Node] = []
      for depth in 0...loops.count {
        nodes += Tensor.allCases.filter { depths[$0] == depth }.map { .keep($0) }
        if depth < loops.count { nodes.append(loops[depth]) }
      }
      return try Mapping(nodes)
    }
    return (try mapping(outer), try mapping(inner))
  }
}
