import EnergyModel
import Testing
import Workloads

struct BufferEnergyTests {
  private static func row(_ bits: Int, _ read: Double, _ write: Double) -> BufferEnergy.Row {
    BufferEnergy.Row(capacity: Bits(bits), read: read, write: write)
  }

  private static func buffer(
    _ table: [BufferEnergy.Row] = [row(1024, 1, 2), row(1 << 14, 4, 8), row(1 << 15, 4, 8)],
    reads: BufferEnergy.Accesses = BufferEnergy.Accesses(inputs: 1, weights: 0.5, partialSums: 0.25),
    writes: BufferEnergy.Accesses = BufferEnergy.Accesses(partialSums: 0.25), fills: Double = 1, drains: Double = 1
  ) throws -> BufferEnergy {
    try BufferEnergy(
      table: table, readsPerMAC: reads, writesPerMAC: writes, writesPerFill: fills, readsPerDrain: drains)
  }

  private static let widths = WordWidths(
    inputs: .byte, weights: .byte, outputs: .byte, partialSums: BitWidth(32) ?? .byte)

  /// Between two capacities energies are those of a power of the capacity; outside of the table there are none.
  @Test func interpolation() throws {
    let buffer = try Self.buffer()
    func energies(_ bits: Int) -> [Double]? { buffer.energies(at: Bits(bits)).map { [$0.read, $0.write] } }
    #expect(energies(1024) == [1, 2] && energies(1 << 14) == [4, 8] && energies(20_000) == [4, 8])
    let middle = try #require(energies(4096))
    #expect(abs(middle[0] - 2) < 1e-12 && abs(middle[1] - 4) < 1e-12)
    #expect(energies(1023) == nil && energies((1 << 15) + 1) == nil)
    var before = [0.0, 0.0]
    for bits in 1024...(1 << 15) {
      let now = try #require(energies(bits))
      #expect(now[0] >= before[0] && now[1] >= before[1], "at \(bits) bits")
      before = now
    }
  }

  /// By hand: at 4096 bits a bit costs 2 to read and 4 to write. A MAC reads 8 + 4 + 8 bits and writes 8.
  @Test func energiesAtACapacity() throws {
    let model = try EnergyModel(
      name: "m", source: "", unit: "pJ", mac: 0.3, read: 20, write: 10, buffer: Self.buffer(fills: 0.5, drains: 2))
    let own = try model.at(Bits(4096), widths: Self.widths)
    // 0.3 is 307 quanta of 2^-10; 20 bits that are read cost 40 and 8 that are written 32.
    let perMAC = 307.0 / 1024
    #expect(own.perMAC == perMAC + 72)
    #expect(own.perBitRead == 22 && own.perBitWritten == 14)
    #expect(own.bufferShare == BufferShare(perMAC: 72, perBitRead: 2, perBitWritten: 4))
    #expect(own.buffer == nil && own.name == "m")
    let without = own.withoutBuffer
    #expect(without.perMAC == perMAC && without.perBitRead == 20 && without.perBitWritten == 10)
    // At every capacity it is the same without the Buffer's part.
    #expect(try without == model.at(Bits(2000), widths: Self.widths).withoutBuffer)
    #expect(without.sharing(BufferShare(perMAC: 0.25, perBitRead: 20, perBitWritten: 0)) != nil)
    let shares: [(Double, Double)] = [(0.3, 0), (1, 0), (0, -1), (0, .nan)]
    for (perMAC, perBitRead) in shares {
      let share = BufferShare(perMAC: perMAC, perBitRead: perBitRead, perBitWritten: 0)
      #expect(without.sharing(share) == nil)
    }
    // A model that tells nothing of the Buffer is the same at every capacity.
    #expect(try EnergyModel.bitsMoved.at(Bits(1), widths: Self.widths) == .bitsMoved)
  }

  /// What is added is rounded once at each capacity, by half a quantum at most, and never falls.
  @Test func rounding() throws {
    let buffer = try Self.buffer([Self.row(1024, 0.1, 0.1), Self.row(1 << 14, 1.7, 1.7)])
    let model = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 0.3, read: 20, write: 20, buffer: buffer)
    var before = 0.0
    for bits in 1024...(1 << 14) {
      let share = try #require(try model.at(Bits(bits), widths: Self.widths).bufferShare)
      let exact = try #require(buffer.energies(at: Bits(bits))).read
      #expect(
        abs(share.perBitRead - exact) <= 0.5 / 1024 && share.perBitRead * 1024 == (share.perBitRead * 1024).rounded())
      #expect(share.perMAC >= before)
      before = share.perMAC
    }
  }

  @Test func refusals() throws {
    func message(_ body: () throws -> BufferEnergy) -> String {
      do {
        _ = try body()
        return ""
      } catch {
        return "\(error)"
      }
    }
    let row = Self.row
    #expect(message { try Self.buffer([row(8, 1, 1)]) }.contains("has 1 capacities; two or more"))
    #expect(message { try Self.buffer([row(8, 1, 1), row(16, 0, 1)]) }.contains("at 2 B are out of"))
    #expect(message { try Self.buffer([row(8, 1, 1), row(16, 1, 2e6)]) }.contains("at 2 B are out of"))
    #expect(message { try Self.buffer([row(8, .nan, 1), row(16, 1, 1)]) }.contains("energies at 1 B"))
    #expect(message { try Self.buffer([row(16, 1, 1), row(16, 1, 1)]) }.contains("has 2 B behind 2 B; rising"))
    #expect(message { try Self.buffer([row(8, 1, 2), row(16, 2, 1)]) }.contains("energies fall from 1 B to 2 B"))
    #expect(message { try Self.buffer(fills: -1) } == "writes-per-fill is -1.0; 0 to 1024 is accepted")
    #expect(
      message { try Self.buffer(reads: BufferEnergy.Accesses(weights: 2000)) }.contains("reads-per-mac is 2000.0"))
    let model = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 1, read: 1, write: 1, buffer: Self.buffer())
    #expect(throws: EnergyModelError.capacityOutOfRange(Bits(8), range: Bits(1024)...Bits(1 << 15))) {
      try model.at(Bits(8), widths: Self.widths)
    }
    // 0.004 pJ are four quanta of 2^-10, 2 % less.
    let small = try Self.buffer([row(8, 0.004, 0.004), row(16, 0.004, 0.004)])
    let free = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 1, read: 0, write: 1, buffer: small)
    #expect(throws: EnergyModelError.tooSmall("read", 0.004)) { try free.at(Bits(8), widths: Self.widths) }
    let dear = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 1, read: 1e6, write: 1, buffer: Self.buffer())
    #expect(throws: EnergyModelError.outOfRange("read", 1e6 + 2)) { try dear.at(Bits(1024), widths: Self.widths) }
  }

  /// The ratio of prices is kept where nothing is added to them, or the same to equal ones; then it is so at every capacity.
  @Test func ratios() throws {
    let even = [Self.row(1024, 1, 1), Self.row(1 << 14, 4.1, 4.1)]
    let uneven = [Self.row(1024, 1, 2), Self.row(1 << 14, 4, 8)]
    typealias Case = (dram: [Double], table: [BufferEnergy.Row], fills: Double, drains: Double, isKept: Bool)
    let cases: [Case] = [
      ([20, 20], even, 1, 1, true), ([20, 10], even, 1, 1, false), ([20, 20], even, 1, 2, false),
      ([20, 10], even, 0, 0, true), ([0, 0], even, 1, 1, false), ([20, 20], uneven, 1, 1, false),
    ]
    for (dram, table, fills, drains, isKept) in cases {
      let buffer = try Self.buffer(table, fills: fills, drains: drains)
      let model = try EnergyModel(
        name: "m", source: "", unit: "pJ", mac: 1, read: dram[0], write: dram[1], buffer: buffer)
      #expect(model.keepsRatio == isKept)
      var ratios: Set<PriceRatio> = [model.ratio]
      for bits in [1024, 1500, 1 << 14] { ratios.insert(try model.at(Bits(bits), widths: Self.widths).ratio) }
      #expect((ratios.count == 1) == isKept)
    }
    #expect(EnergyModel.bitsMoved.keepsRatio)
  }
}
