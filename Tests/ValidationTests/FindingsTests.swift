import EnergyModel
import MappingSearch
import Statistics
import TestSupport
import Testing
import Validation
import Workloads

/// Findings of measurements that are made up, so that what is to be found is known.
struct FindingsTests {
  static let platform: Platform = {
    let all = Set(Tensor.allCases)
    let levels = [
      Platform.Level(
        name: "DRAM", memories: [Platform.Memory(name: "DRAM", tensors: all, capacity: nil, read: 8, write: 8)]),
      Platform.Level(
        name: "buffer",
        memories: [Platform.Memory(name: "buffer", tensors: all, capacity: .bytes(2048), read: 0.5, write: 0.5)]),
      Platform.Level(
        name: "registers",
        memories: [Platform.Memory(name: "registers", tensors: all, capacity: .bytes(64), read: 0.125, write: 0.125)]),
    ]
    guard
      let platform = try? Platform(
        name: "made up", source: "", unit: "pJ", mac: 0.25, widths: WordWidths(.byte), levels: levels)
    else { preconditionFailure("the platform is one") }
    return platform
  }()

  /// Random layers with what is predicted of them.
  static func predicted(
    _ count: Int, seed: Int, levels: Bool = true, largestMACs: Int = 1 << 16
  ) throws -> [(layer: Layer, prediction: LayerPrediction)] {
    var layers = RandomLayers(seed: seed, largestSize: 12, largestMACs: largestMACs)
    let capacities = [platform.onChip, Bits.bytes(512)]
    return try (0..<count).map { _ in
      let layer = layers.layer()
      return (layer, try LayerPrediction(layer, on: platform, capacities: capacities, levels: levels))
    }
  }

  /// Layers, each measured to cost what `energy` makes of its prediction.
  static func findings(
    _ layers: [(layer: Layer, prediction: LayerPrediction)], levels: Bool = true, bins: Bins? = nil,
    energy: (LayerPrediction, Int) -> Double
  ) throws -> Findings {
    var rows: [Measurement] = []
    for (index, (layer, prediction)) in layers.enumerated() {
      let line = index + 1
      let data = energy(prediction, line)
      rows.append(
        Measurement(
          line: line, layer: layer, parameters: [Double(layer[.k]), Double(layer[.p])],
          total: data + prediction.compute, compute: prediction.compute, data: data, publishedMACs: layer.macs,
          publishedWords: prediction.outputMapWords + (line == 3 ? 1 : 0)))
    }
    return try Findings(
      MeasuredData(name: "made up", parameters: ["k", "p"], rows: rows), on: platform, layers.map(\.prediction),
      bins: bins, levels: levels)
  }

  @Test(arguments: [1, 2, 3])
  func whatWasPutInIsFound(seed: Int) throws {
    let findings = try Self.findings(Self.predicted(60, seed: seed)) { prediction, _ in
      3 * Double(prediction.macs) + 2 * (prediction.atCapacities[0].optimum ?? 0)
    }
    let parts = try #require(findings.parts)
    #expect(abs((parts["MACs"]?.estimate ?? 0) - 3) < 1e-9, "seed \(seed)")
    #expect(abs((parts["optimum, DRAM"]?.estimate ?? 0) - 2) < 1e-9, "seed \(seed)")
    #expect(findings.agreement.macs == Agreement.Count(given: 60, different: 0))
    #expect(findings.agreement.words == Agreement.Count(given: 60, different: 1))
    #expect(abs(findings.agreement.computePerMAC.lowerBound - 0.25) < 1e-12)
    #expect(findings.series == nil)
  }

  /// A measurement at the bound is one that holds; a little below, none.
  @Test func shares() throws {
    let layers = try Self.predicted(40, seed: 7)
    for (factor, holds) in [(1.0, 40), (0.999, 0), (1.5, 40)] {
      let findings = try Self.findings(layers) { prediction, _ in
        factor * (prediction.hierarchyBound + prediction.compute) - prediction.compute
      }
      let share = try #require(findings.shares.last)
      #expect(share.kind == .hierarchy && share.count == 40)
      #expect(share.holds == holds, "\(factor)")
      #expect(abs(share.total.least - factor) < 1e-9 && abs(share.total.median - factor) < 1e-9)
    }
    let one = try Self.findings(layers) { prediction, line in
      prediction.hierarchyBound * (line == 17 ? 0.5 : 2)
    }
    #expect(one.shares.last?.holds == 39 && one.shares.last?.nearest == 16)
  }

  /// All levels together are never less than DRAM at its full price would be without what inner levels have counted, and the
  /// optima's energies never below the bounds'.
  @Test(arguments: seeds(0..<8))
  func predictionsAreOrdered(seed: Int) throws {
    let findings = try Self.findings(Self.predicted(30, seed: 100 + seed)) { prediction, _ in Double(prediction.macs) }
    for (row, prediction) in zip(findings.data.rows, findings.predictions) {
      let text = "seed \(seed): \(describe(row.layer))"
      for place in prediction.atCapacities { #expect(place.bound <= place.optimum ?? .infinity, "\(text)") }
      #expect(prediction.hierarchyBound <= (prediction.hierarchyOptimum ?? .infinity) * (1 + 1e-12), "\(text)")
    }
    let quantities = findings.comparisons.map(\.quantity)
    #expect(quantities == Comparison.Quantity.allCases)
  }

  @Test func withoutLevels() throws {
    let findings = try Self.findings(Self.predicted(20, seed: 4, levels: false), levels: false) { prediction, _ in
      Double(prediction.macs)
    }
    #expect(findings.predictions.allSatisfy { $0.hierarchyOptimum == nil })
    #expect(findings.comparisons.allSatisfy { $0.quantity != .hierarchyBound && $0.quantity != .hierarchyOptimum })
    #expect(findings.shares.count == 2)
  }

  /// Of energies that fall on a line but for a factor by one parameter, that one is told.
  @Test func residualsTellTheParameter() throws {
    let layers = try Self.predicted(300, seed: 5, largestMACs: 1 << 10)
    let findings = try Self.findings(layers) { prediction, _ in prediction.hierarchyBound * 2 }
    let residuals = findings.residuals
    #expect(residuals.map(\.parameter) == ["k", "p"])
    for group in residuals.flatMap(\.groups) {
      #expect(abs(group.fitted - 1) < 1e-9 && abs(group.quantity - 2) < 1e-9)
    }
    #expect(residuals[0].groups.map(\.count).reduce(0, +) == 300)
    #expect(residuals[0].groups.count <= 7)
  }

  @Test func binnedMinimaAreRegressed() throws {
    let layers = try Self.predicted(200, seed: 6, largestMACs: 1 << 12)
    let findings = try Self.findings(layers, bins: Bins(size: 3, below: 4000)) { prediction, line in
      // On a line but for rows that are not least in their bins.
      5 * prediction.term + (line % 4 == 0 ? 1e6 : 0) + 100
    }
    let minima = try #require(findings.minima)
    #expect(minima.kept == findings.predictions.count { $0.term < 4000 })
    #expect(abs((minima.linear["term"]?.estimate ?? 0) - 5) < 1e-6)
    #expect(minima.rows.allSatisfy { findings.predictions[$0].term < 4000 })
  }

  @Test func tooFewRows() {
    #expect(throws: (any Error).self) {
      try Self.findings(Self.predicted(2, seed: 1)) { prediction, _ in Double(prediction.macs) }
    }
  }
}
