import Answers
import EnergyModel
import LowerBounds
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

@testable import Interchange

/// The energy of all, the Buffer's own included, against a search at every capacity.
struct TotalCurveTests {
  /// A Buffer from 40 to 400 bits whose bits cost more the larger it is.
  private static func model(fills: Double) throws -> EnergyModel {
    let buffer = try BufferEnergy(
      table: [
        BufferEnergy.Row(capacity: Bits(40), read: 0.25, write: 0.25),
        BufferEnergy.Row(capacity: Bits(150), read: 1.125, write: 1.125),
        BufferEnergy.Row(capacity: Bits(400), read: 1.5, write: 1.5),
      ],
      readsPerMAC: BufferEnergy.Accesses(inputs: 0.25, weights: 0.125, partialSums: 0.125),
      writesPerMAC: BufferEnergy.Accesses(partialSums: 0.125), writesPerFill: fills, readsPerDrain: fills)
    return try EnergyModel(name: "m", source: "", unit: "pJ", mac: 0.5, read: 5, write: 5, buffer: buffer)
  }

  @Test(arguments: [0, 1.5]) func leastEnergyIsThatOfAllCapacities(fills: Double) throws {
    let seed = Int.random(in: 0..<1 << 30)
    var layers = RandomLayers(seed: seed, largestSize: 6, largestMACs: 3000)
    let widths = WordWidths(.byte)
    let setting = Problem.Setting(widths: widths, energyModel: try Self.model(fills: fills), reuse: .sliding)
    for _ in 0..<3 {
      let layer = layers.layer()
      let curve = try Optimizer(Problem(layer, in: setting.withoutBuffer)).curve().steps
      let sum = try StepCurve(sumOf: [(curve, 3)])
      let all = TotalCurve(sum, by: setting.withoutBuffer.energyModel, of: [(layer, 3)], in: setting)
      var best: (capacity: Bits, total: Double)?
      for bits in 40...400 {
        let capacity = Bits(bits)
        let problem = try Problem(layer, in: setting.at(capacity))
        let optimum = Optimizer(problem).optimum(capacity: capacity)
        #expect(
          all.energies(at: capacity)?.total == optimum.map { 3 * $0.energy.total }, "seed \(seed), \(bits) bits")
        #expect(all.energies(at: capacity)?.data == optimum.map { 3 * $0.energy.data }, "seed \(seed), \(bits) bits")
        if let total = optimum?.energy.total, best.map({ 3 * total < $0.total }) ?? true {
          best = (capacity, 3 * total)
        }
      }
      #expect(all.least?.capacity == best?.capacity && all.least?.energies.total == best?.total, "seed \(seed)")
      #expect(all.energies(at: Bits(39)) == nil && all.energies(at: Bits(401)) == nil)
      let summary = CurveSummary(network: nil, layer: "l", count: 1, all, within: [0])
      #expect(summary?.leastEnergy?.capacityBits == best?.capacity.count && summary?.leastEnergy?.toBits == 400)
    }
  }

  /// The ratio of the curve's own prices decides alone: another model of that ratio has the same energies.
  @Test func curveOfARatioWillDo() throws {
    let layer = try Layer.gemm(name: "g", m: 5, n: 7, k: 6)
    let setting = Problem.Setting(widths: WordWidths(.byte), energyModel: try Self.model(fills: 1), reuse: .sliding)
    var comparing = setting
    comparing.energyModel = .comparing(setting.energyModel.ratio)
    let curves = try [setting.withoutBuffer, comparing].map { setting in
      (setting.energyModel, try Optimizer(Problem(layer, in: setting)).curve().steps)
    }
    let all = curves.map { TotalCurve($1, by: $0, of: [(layer, 1)], in: setting) }
    #expect(all[0].least == all[1].least && all[0].least != nil)
  }

  /// A problem has the energies of one capacity.
  @Test func problemsNeedACapacity() throws {
    let layer = try Layer.gemm(name: "g", m: 5, n: 7, k: 6)
    let setting = Problem.Setting(widths: WordWidths(.byte), energyModel: try Self.model(fills: 1))
    #expect(throws: ProblemError.needsCapacity(model: "m")) { try Problem(layer, in: setting) }
    #expect(
      refusal { _ = try setting.at(Bits(8)) }
        == "m: a Buffer of 1 B is out of the table of what one costs to access, which tells of 5 B to 50 B")
  }

  /// Records of several capacities are read back as they were, in each form, with the Buffer's part of their prices.
  @Test func recordsAreReadBack() throws {
    let layer = try Layer.gemm(name: "g", m: 5, n: 7, k: 6)
    let setting = Problem.Setting(widths: WordWidths(.byte), energyModel: try Self.model(fills: 1), reuse: .sliding)
    let answers = try [100, 200, 400].map { bits in
      let capacity = Bits(bits)
      let problem = try Problem(layer, in: setting.at(capacity))
      let optimum = try #require(Optimizer(problem).optimum(capacity: capacity))
      return Answer(
        network: "net", entry: Network.Entry(layer: layer, count: 1), problem, capacity: capacity, optimum,
        bounds: LowerBounds(problem))
    }
    let records = answers.map { ResultRecord($0) }
    #expect(records.allSatisfy { $0.energy.buffer != nil } && Set(records.map(\.energy.perMAC)).count == 3)
    let lines = try answers.map { try ResultFile.jsonLine($0) }.joined()
    for text in [try ResultFile.json(answers), lines, ResultFile.csv(answers)] {
      let read = try ResultReader.parse(text, origin: "r").answers
      #expect(read.map { ResultRecord($0) } == records)
      // What they have in common is one setting.
      #expect(Set(read.map(\.setting.withoutBuffer)).count == 1)
    }
    for part in [0.3, 1000, -1] {
      var record = records[0]
      record.energy.buffer?.perMAC = part
      let text = refusal { _ = try ResultReader.parse(ResultFile.jsonLine(record), origin: "r") }
      #expect(text.contains("energy.buffer: is no part of the prices"), "\(text)")
    }
    var record = records[0]
    record.capacityBits = nil
    let text = refusal { _ = try ResultReader.parse(ResultFile.jsonLine(record), origin: "r") }
    #expect(text.contains("energy.buffer: is the Buffer's energy at a capacity that the record lacks"), "\(text)")
  }
}
