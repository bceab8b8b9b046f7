import EnergyModel
import Interchange
import TestSupport
import Testing
import Workloads

struct PlatformFileTests {
  private func message(_ text: String) -> String { refusal { _ = try PlatformFile.parse(text, origin: "p.yaml") } }

  private static let head = "platform: p\nunit: pJ\nmac: 1\nbits: 8\nlevels:\n"
  private static let dram = "  - name: DRAM\n    memories:\n      - {name: DRAM, read: 8, write: 8}\n"
  private static func chip(_ memory: String) -> String { "  - name: chip\n    memories:\n      - {\(memory)}\n" }

  @Test func everyKey() throws {
    let platform = try PlatformFile.parse(
      """
      platform: p
      source: somewhere
      unit: pJ
      mac: 0.1
      bits: {inputs: 8, weights: 4, outputs: 8, partial-sums: 24}
      levels:
        - name: DRAM
          memories:
            - {name: DRAM, read: 8, write: 9}
        - name: chip
          memories:
            - {name: weights, tensors: weights, capacity: 1KiB, instances: 3, read: 0.001, write: 0.002}
            - {name: rest, tensors: [inputs, outputs], capacity: 100bit, read: 1, write: 2, macs-per-access: 4}
      """, origin: "p.yaml")
    #expect(platform.name == "p" && platform.source == "somewhere" && platform.mac == 0.1)
    #expect(WidthsText.text(platform.widths) == "8/4/8/24")
    #expect(platform.onChip == Bits(3 * 8192 + 100))
    #expect(platform.levels[1].memory(of: .outputs)?.macsPerAccess == 4)
    #expect(platform.levels[1].memory(of: .weights)?.write == 0.002)
  }

  @Test("Built-in platforms are what they say", arguments: BuiltIn.platformNames)
  func builtIn(name: String) throws {
    let platform = try #require(try BuiltIn.platform(name))
    #expect(platform.name == name && !platform.source.isEmpty)
    // Simba: 64 KiB, 16 times 64 KiB + 4·32 KiB + 4·384 B, and 256 B. Eyeriss: 128 KiB and 168 times 440 B. The simple one:
    // 256 KiB, 16 times 384 B, and 1024 B.
    let bytes: Int
    switch name {
    case "eyeriss": bytes = (128 << 10) + 168 * 440
    case "simplearch": bytes = (256 << 10) + 16 * 384 + 1024
    default: bytes = (64 << 10) + 16 * ((192 << 10) + 4 * 384) + 256
    }
    #expect(platform.onChip == .bytes(bytes))
  }

  @Test func refusals() {
    let (head, dram) = (Self.head, Self.dram)
    let chip = Self.chip("name: m, capacity: 1KiB, read: 1, write: 1")
    #expect(message(head + dram).contains("p.yaml:6: levels: has 1 levels; DRAM and at least one"))
    #expect(message(head + chip + chip).contains("the first level, 'chip', is to be DRAM"))
    #expect(message(head + dram + Self.chip("name: m, read: 1, write: 1")).contains("'m' has no capacity"))
    #expect(
      message(head + dram + Self.chip("name: m, capacity: 1, read: 1, write: 1"))
        .contains("p.yaml:11: levels[1].memories[0].capacity: '1' has no unit"))
    // Where nothing can be told of it, a unit in short is refused.
    #expect(
      message(head + dram + Self.chip("name: m, capacity: 1K, read: 1, write: 1"))
        == "p.yaml:11: levels[1].memories[0].capacity: '1K' may mean 1KiB or 1KB; write which")
    #expect(
      message(head + dram + Self.chip("name: m, tensors: [input], capacity: 1B, read: 1, write: 1"))
        .contains("levels[1].memories[0].tensors[0]: unknown tensor 'input'; did you mean 'inputs'?"))
    #expect(
      message(head + dram + Self.chip("name: m, tensors: [inputs], capacity: 1B, read: 1, write: 1"))
        .contains("no memory on the chip keeps weights"))
    #expect(message(head + dram + Self.chip("name: m, capacity: 1B, read: .nan, write: 1")).contains("read: is"))
    #expect(message(head + dram + Self.chip("name: m, capacity: 1B, raed: 1, write: 1")).contains("raed"))
    #expect(message("platform: p\n").contains("the key 'levels' is missing"))
    #expect(message("- a").contains("is a list; a mapping with the keys platform"))
    #expect(
      refusal { _ = try BuiltIn.platform(nameOrFile: "simbe") }
        == "--platform: unknown platform 'simbe'; did you mean 'simba'? (a file's name has a dot or a slash)")
  }
}
