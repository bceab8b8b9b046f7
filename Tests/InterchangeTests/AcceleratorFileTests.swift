import Answers
import EnergyModel
import LowerBounds
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

@testable import Interchange

struct AcceleratorFileTests {
  private static func message(_ text: String) -> String {
    refusal { _ = try AcceleratorFile.parse(text, origin: "a.yaml") }
  }

  private static let head = "accelerator: a\ncapacity: 66.5KiB\nenergy: lpddr4-int8\n"

  @Test func everyKey() throws {
    let accelerator = try AcceleratorFile.parse(
      Self.head + """
        source: somewhere
        simplified: much
        bits: {inputs: 4, partial-sums: 24}
        macs-per-cycle: 168
        clock: 1.5 GHz
        bandwidth: 25.6GB/s
        """, origin: "a.yaml")
    #expect(accelerator.name == "a" && accelerator.source == "somewhere" && accelerator.simplified == "much")
    #expect(accelerator.capacity == .bytes(68096) && accelerator.energyModel.name == "lpddr4-int8")
    // Widths that are left out are the energy model's.
    #expect(WidthsText.text(accelerator.widths) == "4/8/8/24")
    let rates = try #require(accelerator.identity.throughput)
    #expect(rates.macsPerCycle == 168 && rates.clock == 1.5e9 && rates.bandwidth == 204.8e9)
    #expect(rates.macsPerSecond == 252e9)
    let plain = try AcceleratorFile.parse(Self.head, origin: "a.yaml")
    #expect(plain.identity.throughput == nil && WidthsText.text(plain.widths) == "8/8/8/32")
  }

  @Test("a Buffer in parts, with boxes there twice")
  func layout() throws {
    let accelerator = try AcceleratorFile.parse(
      """
      accelerator: a
      capacity: {weights: 512KiB, inputs+outputs: 128KiB}
      double-buffer: [weights, inputs]
      energy: lpddr4-int8
      """, origin: "a.yaml")
    #expect(accelerator.capacity == .bytes(640 << 10))
    let parts = [
      BufferLayout.Part([.inputs, .outputs], capacity: .bytes(128 << 10)),
      BufferLayout.Part([.weights], capacity: .bytes(512 << 10)),
    ]
    #expect(accelerator.layout.parts == parts && accelerator.layout.doubleBuffered == [.inputs, .weights])
    let all = try AcceleratorFile.parse(Self.head + "double-buffer: all\n", origin: "a.yaml")
    #expect(all.layout.parts.isEmpty && all.layout.doubleBuffered == Set(Tensor.allCases))
    for text in ["{k: 16*, c: 8*, n: 1*}", "k=16*,c=8*", "[k=16*, c=8*]"] {
      let tiled = try AcceleratorFile.parse(Self.head + "tiles: \(text)\n", origin: "a.yaml")
      #expect(tiled.layout.multiples == [.k: 16, .c: 8] && tiled.layout.doubleBuffered.isEmpty)
      #expect(tiled.layout.rules == .none)
    }
    let rules = try TileRules([.p: .oneOf([1, 2, 4]), .q: .atMost(8)], cutsEvenly: true)
    for text in [
      "tiles: {p: 4|1|2, q: <=8}\ndivisors: true\n", "tiles: p=1|2|4,q<=8,divisors\n",
      "tiles: [p=1|2|4, divisors, q<=8]\n",
    ] {
      let tiled = try AcceleratorFile.parse(Self.head + text, origin: "a.yaml")
      #expect(tiled.layout.rules == rules && tiled.layout.multiples.isEmpty)
      #expect(LayoutText.tiles(of: tiled.layout) == "p=1|2|4,q<=8,divisors")
    }
  }

  @Test(arguments: [
    ("64bit/s", 64.0), ("1kbit/s", 1e3), ("1 MB/s", 8e6), ("1.5GiB/s", 12_884_901_888), ("2TB/s", 16e12),
  ])
  func bandwidths(text: String, bits: Double) throws {
    let rest = "macs-per-cycle: 1\nclock: 1MHz\nbandwidth: \(text)\n"
    #expect(try AcceleratorFile.parse(Self.head + rest, origin: "a").identity.throughput?.bandwidth == bits)
  }

  @Test(arguments: [
    ("accelerator: a\nenergy: unit\n", "a.yaml:1: the key 'capacity' is missing"),
    ("accelerator: a\ncapacity: 1KiB\n", "the key 'energy' is missing"),
    (head + "sram: 3\n", "a.yaml:4: unknown key 'sram'; accepted: accelerator, source, simplified, capacity, energy"),
    (head + "double-buffer: [input]\n", "a.yaml:4: double-buffer: unknown tensor 'input'; did you mean 'inputs'?"),
    (head + "double-buffer: [inputs, inputs]\n", "a.yaml:4: double-buffer: 'inputs,inputs' names inputs twice"),
    (head + "double-buffer: {a: b}\n", "a.yaml:4: double-buffer: is a mapping; a text is expected"),
    (head + "tiles: {k: 16+}\n", "a.yaml:4: tiles: 'k=16+' is not understood; tiles are written k=16*,p=1|2|4,q<=8"),
    (head + "tiles: {k: 16*, r: 2*}\n", "a.yaml:4: tiles: tiles of r cannot be asked to be multiples"),
    (head + "tiles: [k=16*, k=8*]\n", "a.yaml:4: tiles: 'k=16*,k=8*' names k twice"),
    (head + "buffers: {inputs: 1KiB}\n", "a.yaml:4: buffers: a Buffer in parts is written as 'capacity'"),
    (
      "accelerator: a\ncapacity: {inputs: 1KiB, weights: 2KiB}\nenergy: unit\n",
      "a.yaml:2: capacity: 'inputs=1KiB,weights=2KiB': outputs has no part; each of inputs, weights and outputs has one"
    ),
    (
      "accelerator: a\ncapacity: {inputs+weights: 1KiB, outputs+weights: 2KiB}\nenergy: unit\n",
      "a.yaml:2: capacity: 'inputs+weights=1KiB,outputs+weights=2KiB': weights has 2 parts"
    ),
    (
      "accelerator: a\ncapacity: {inputs+weights: 1KiB, outputs: [2KiB]}\nenergy: unit\n",
      "a.yaml:2: capacity.outputs: is a list; a text is expected"
    ),
    (
      "accelerator: a\ncapacity: {inputs+weights: 1KiB, outputs: 0KiB}\nenergy: unit\n",
      "a.yaml:2: capacity: '0KiB' is not positive; at least 1 bit and less than 1 PiB is accepted"
    ),
    ("accelerator: a\ncapacity: [1KiB]\nenergy: unit\n", "a.yaml:2: capacity: is a list; one capacity is expected, or"),
    ("accelerator: a\ncapacity: 1K\nenergy: unit\n", "a.yaml:2: capacity: '1K' may mean 1KiB or 1KB"),
    ("accelerator: a\ncapacity: 1KiB\nenergy: unot\n", "a.yaml:3: energy: unknown energy model 'unot'"),
    (
      "accelerator: a\ncapacity: 1KiB\nenergy: cacti-45nm-int8\n",
      "a.yaml:2: capacity: cacti-45nm-int8: a Buffer of 1 KiB is out of the table"
    ),
    (head + "clock: 1GHz\n", "has 'clock' and lacks 'macs-per-cycle'; give macs-per-cycle, clock, bandwidth, or none"),
    (
      head + "macs-per-cycle: 0\nclock: 1GHz\nbandwidth: 1GB/s\n",
      "a.yaml:4: macs-per-cycle: is 0; 1 to 1099511627776 is accepted"
    ),
    (head + "macs-per-cycle: 1\nclock: 1GB/s\nbandwidth: 1GB/s\n", "a.yaml:5: clock: is '1GB/s'; a clock is expected"),
    (head + "macs-per-cycle: 1\nclock: 1GHz\nbandwidth: 9\n", "a.yaml:6: bandwidth: is '9'; bits or bytes per second"),
    (head + "macs-per-cycle: 1\nclock: 0Hz\nbandwidth: 1B/s\n", "clock: is '0Hz'; 1 to 10^18 per second"),
    ("energy: e\nunit: pJ\n", "is an energy model, which --energy takes; an accelerator is expected"),
    (
      "accelerator: a\ncapacity: 1KiB\nenergy: nowhere.yaml\n",
      "a.yaml:3: energy: nowhere.yaml: cannot be read: No such file or directory"
    ),
  ])
  func refusals(text: String, expected: String) {
    let message = Self.message(text)
    #expect(message.contains(expected) && !message.contains("\n"), "\(message)")
  }

  /// What the sources named in the files have.
  @Test(arguments: [
    ("eyeriss-chip", 110_592, 168, 200e6, 5.76e9), ("ethos-u65-512", 393_216, 512, 1e9, 30e9),
    ("tpu-v1", 25_165_824, 65_536, 700e6, 257_698_037_760),
  ])
  func builtIn(name: String, bytes: Int, macs: Int, clock: Double, bandwidth: Double) throws {
    let accelerator = try #require(try BuiltIn.accelerator(name))
    #expect(accelerator.name == name && accelerator.capacity == .bytes(bytes))
    #expect(
      accelerator.identity.throughput
        == Accelerator.Throughput(macsPerCycle: macs, clock: clock, bandwidth: bandwidth))
    #expect(!accelerator.source.isEmpty && !accelerator.simplified.isEmpty)
    #expect(BuiltIn.acceleratorNames.contains(name) && BuiltIn.acceleratorNames.count == 6)
  }

  /// A Buffer in parts that comes with the program.
  @Test func builtInParts() throws {
    let accelerator = try #require(try BuiltIn.accelerator("diana-digital"))
    #expect(LayoutText.text(accelerator.layout.parts) == "inputs+outputs=256KiB,weights=64KiB")
    #expect(accelerator.capacity == .bytes(320 << 10) && accelerator.identity.throughput == nil)
    #expect(!accelerator.source.isEmpty && !accelerator.simplified.isEmpty)
  }

  /// Records name their accelerator with its rates, and are read back as they were in each form.
  @Test func recordsAreReadBack() throws {
    let layer = try Layer.gemm(name: "g", m: 5, n: 7, k: 6)
    let problem = try Problem(layer, widths: WordWidths(.byte), reuse: .sliding)
    let capacity = Bits(300)
    let optimum = try #require(Optimizer(problem).optimum(capacity: capacity))
    let rates = Accelerator.Throughput(macsPerCycle: 3, clock: 1.5, bandwidth: 1e18)
    let answers = [rates, nil].map { throughput in
      Answer(
        network: "net", entry: Network.Entry(layer: layer, count: 1), problem,
        on: Accelerator.Identity(name: "my, chip", throughput: throughput), capacity: capacity, optimum,
        bounds: LowerBounds(problem))
    }
    let lines = try answers.map { try ResultFile.jsonLine($0) }.joined()
    for text in [try ResultFile.json(answers), lines, ResultFile.csv(answers)] {
      #expect(try ResultReader.parse(text, origin: "r").answers.map(\.accelerator) == answers.map(\.accelerator))
    }
    // Answers for different machines are not added up.
    #expect(NetworkAnswer(answers) == nil && NetworkAnswer([answers[0]])?.accelerator == answers[0].accelerator)
    var record = ResultRecord(answers[0])
    record.accelerator?.clock = nil
    let missing = refusal { _ = try ResultReader.parse(ResultFile.jsonLine(record), origin: "r") }
    #expect(missing.contains("accelerator: has not all of macs_per_cycle, clock_hz and bits_per_second"), "\(missing)")
    record.accelerator?.name = ""
    #expect(
      refusal { _ = try ResultReader.parse(ResultFile.jsonLine(record), origin: "r") }.contains("accelerator.name"))
  }
}
