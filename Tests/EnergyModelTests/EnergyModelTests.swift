import EnergyModel
import Testing
import Workloads

struct EnergyModelTests {
  @Test func energiesAreRoundedOnceToQuanta() throws {
    let model = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 0.3, read: 20.3125, write: 0)
    #expect(model.quantaPerUnit == 1024)
    #expect(model.macQuanta == 307)
    #expect(model.readQuanta == 20800)
    #expect(model.writeQuanta == 0)
    #expect(model.inUnits(quanta: model.readQuanta) == 20.3125)
  }

  @Test func coarsestQuantumThatDividesAll() throws {
    let whole = try EnergyModel(name: "m", source: "", unit: "bit", mac: 0, read: 3, write: 5)
    #expect(whole.quantaPerUnit == 1 && whole.readQuanta == 3 && whole.writeQuanta == 5)
    let halves = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 0.5, read: 3, write: 5)
    #expect(halves.quantaPerUnit == 2 && halves.macQuanta == 1 && halves.readQuanta == 6)
    let nothing = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 0, read: 0, write: 0)
    #expect(nothing.quantaPerUnit == 1)
  }

  @Test func energyOfTraffic() throws {
    let model = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 0.25, read: 2, write: 3)
    let energy = try #require(model.energy(macs: 10, read: Bits(100), written: Bits(7)))
    #expect(energy.compute == 2.5 && energy.data == 221 && energy.total == 223.5)
    let bits = try #require(EnergyModel.bitsMoved.energy(macs: 10, read: Bits(100), written: Bits(7)))
    #expect(bits.compute == 0 && bits.total == 107)
  }

  @Test(arguments: [-1, -.infinity, .infinity, .nan, 1.1e6, 1e-9, 0.0004, 0.0005])
  func refusesEnergies(value: Double) {
    #expect(throws: EnergyModelError.self) {
      try EnergyModel(name: "m", source: "", unit: "pJ", mac: 0, read: value, write: 1)
    }
  }

  @Test func refusesWhatWouldOverflow() throws {
    let layer = try Layer.gemm(name: "huge", m: 1 << 18, n: 1 << 17, k: 1 << 18)
    #expect(layer.macs == 1 << 53)
    #expect(EnergyModel.bitsMoved.isExact(for: layer, widths: WordWidths(.byte)))
    let dear = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 0, read: 1e6, write: 1e6)
    #expect(!dear.isExact(for: layer, widths: WordWidths(.byte)))
    #expect(dear.energy(macs: 1, read: Bits(1 << 62), written: .zero) == nil)
  }

  @Test func widths() {
    #expect(BitWidth(0) == nil && BitWidth(65) == nil && BitWidth(64)?.count == 64)
  }
}
