import EnergyModel
import Testing
import Workloads

struct PlatformTests {
  private static let dram = Platform.Level(
    name: "DRAM", memories: [Platform.Memory(name: "DRAM", capacity: nil, read: 8, write: 8)])

  private static func chip(
    _ tensors: Set<Tensor> = Set(Tensor.allCases), bits: Int? = 64, instances: Int = 1, read: Double = 1,
    macsPerAccess: Int = 1
  ) -> Platform.Level {
    Platform.Level(
      name: "chip",
      memories: [
        Platform.Memory(
          name: "memory", tensors: tensors, capacity: bits.map { Bits($0) }, instances: instances, read: read, write: 1,
          macsPerAccess: macsPerAccess)
      ])
  }

  private static func platform(_ levels: [Platform.Level], mac: Double = 1) throws(PlatformError) -> Platform {
    try Platform(name: "some", source: "", unit: "pJ", mac: mac, widths: WordWidths(.byte), levels: levels)
  }

  @Test func capacities() throws {
    let platform = try Self.platform([
      Self.dram, Self.chip([.inputs, .outputs], bits: 1000), Self.chip(bits: 10, instances: 16),
      Self.chip([.weights], bits: 8),
    ])
    #expect(platform.onChip == Bits(1168))
    #expect(platform.buffers == [Bits(1000), Bits(160)])
    #expect(platform.energyModel.read(1) == 8)
  }

  @Test func refusals() {
    #expect(throws: PlatformError.tooFewLevels(1)) { try Self.platform([Self.dram]) }
    #expect(throws: PlatformError.noDRAM("chip")) { try Self.platform([Self.chip(), Self.chip()]) }
    #expect(throws: PlatformError.unlimited("DRAM")) { try Self.platform([Self.dram, Self.dram]) }
    #expect(throws: PlatformError.unlimited("memory")) { try Self.platform([Self.dram, Self.chip(bits: 0)]) }
    #expect(throws: PlatformError.energy("memory")) { try Self.platform([Self.dram, Self.chip(read: -1)]) }
    #expect(throws: PlatformError.energy("memory")) { try Self.platform([Self.dram, Self.chip(read: .nan)]) }
    #expect(throws: PlatformError.count("memory")) { try Self.platform([Self.dram, Self.chip(instances: 0)]) }
    #expect(throws: PlatformError.count("memory")) { try Self.platform([Self.dram, Self.chip(macsPerAccess: 0)]) }
    #expect(throws: PlatformError.tooLarge("memory")) {
      try Self.platform([Self.dram, Self.chip(bits: 1 << 40, instances: 1 << 40)])
    }
    #expect(throws: PlatformError.notKept(.weights)) {
      try Self.platform([Self.dram, Self.chip([.inputs, .outputs])])
    }
    let both = Platform.Level(name: "chip", memories: Self.chip().memories + Self.chip([.inputs]).memories)
    #expect(throws: PlatformError.keptTwice(.inputs, level: "chip")) { try Self.platform([Self.dram, both]) }
    #expect(throws: PlatformError.self) { try Self.platform([Self.dram, Self.chip()], mac: -1) }
  }
}

extension EnergyModel {
  /// The energy of reading so many bits.
  fileprivate func read(_ bits: Int) -> Double { inUnits(quanta: bits * readQuanta) }
}
