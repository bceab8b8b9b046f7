import EnergyModel
import Interchange
import TestSupport
import Testing
import Workloads

struct BufferEnergyFileTests {
  private static let head = "energy: e\nunit: pJ\nmac: 1\nread: 8\nwrite: 8\n"

  @Test func everyKey() throws {
    let model = try EnergyFile.parse(
      Self.head + """
        buffer:
          reads-per-mac: {inputs: 1, weights: 0.5, partial-sums: 0.25}
          writes-per-mac: {partial-sums: 0.125}
          writes-per-fill: 2
          reads-per-drain: 3
          table:
            - {capacity: 1KiB, read: 0.1, write: 0.2}
            - {capacity: 66.5KiB, read: 0.3, write: 0.4}
        """, origin: "e.yaml")
    let buffer = try #require(model.buffer)
    #expect(buffer.readsPerMAC == BufferEnergy.Accesses(inputs: 1, weights: 0.5, partialSums: 0.25))
    #expect(buffer.writesPerMAC == BufferEnergy.Accesses(partialSums: 0.125))
    #expect(buffer.writesPerFill == 2 && buffer.readsPerDrain == 3)
    #expect(buffer.table[0] == BufferEnergy.Row(capacity: .bytes(1024), read: 0.1, write: 0.2))
    #expect(buffer.table[1] == BufferEnergy.Row(capacity: .bytes(68096), read: 0.3, write: 0.4))
  }

  @Test func usualAccessesOfWordsThatMove() throws {
    let text = Self.head + "buffer: {reads-per-mac: {}, writes-per-mac: {}, table: [\(Self.rows)]}\n"
    let buffer = try #require(try EnergyFile.parse(text, origin: "e.yaml").buffer)
    #expect(buffer.writesPerFill == 1 && buffer.readsPerDrain == 1 && buffer.readsPerMAC == BufferEnergy.Accesses())
  }

  private static let rows = "{capacity: 1KiB, read: 1, write: 1}, {capacity: 2KiB, read: 2, write: 2}"

  @Test(arguments: [
    ("", "e.yaml:6: buffer: the key 'reads-per-mac' is missing"),
    ("reads-per-mac: {}, writes-per-mac: {}", "buffer: the key 'table' is missing"),
    (
      "reads-per-mac: {outputs: 1}, writes-per-mac: {}, table: []",
      "reads-per-mac: unknown key 'outputs'; accepted: inputs"
    ),
    ("reads-per-mac: {inputs: many}, writes-per-mac: {}, table: []", "inputs: is 'many'; a number is expected"),
    ("reads-per-mac: {}, writes-per-mac: {}, table: []", "buffer.table: has 0 capacities; two or more"),
    (
      "reads-per-mac: {}, writes-per-mac: {}, table: [{capacity: 1K, read: 1, write: 1}]",
      "table[0].capacity: '1K' may mean 1KiB or 1KB"
    ),
    (
      "reads-per-mac: {}, writes-per-mac: {}, table: [{capacity: 1KiB, read: 1}]",
      "table[0]: the key 'write' is missing"
    ),
    (
      "reads-per-mac: {}, writes-per-mac: {}, writes-per-fill: -2, table: [\(rows)]",
      "buffer.writes-per-fill: writes-per-fill is -2.0; 0 to 1024 is accepted"
    ),
    (
      "reads-per-mac: {}, writes-per-mac: {}, table: [{capacity: 2KiB, read: 2, write: 1}, {capacity: 4KiB, read: 1, write: 1}]",
      "buffer.table: energies fall from 2 KiB to 4 KiB; a larger Buffer is expected to cost no less"
    ),
    ("reads-per-mac: {}, writes-per-mac: {}, table: [], leakage: 3", "unknown key 'leakage'"),
  ])
  func refusals(buffer: String, message: String) {
    let text = refusal { _ = try EnergyFile.parse(Self.head + "buffer: {\(buffer)}\n", origin: "e.yaml") }
    #expect(text.contains(message) && !text.contains("\n"), "\(text)")
  }
}
