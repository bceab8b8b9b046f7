import EnergyModel
import Interchange
import MappingSearch
import Mappings
import Testing
import Workloads

struct TextTests {
  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "accepted"
    } catch { return "\(error)" }
  }

  @Test(arguments: [
    ("64KiB", 524_288), ("66.5KiB", 544_768), ("2MB", 16_000_000), ("1 MiB", 8 << 20), ("4096B", 32_768),
    ("524288bit", 524_288), ("1bits", 1), ("1kB", 8_000), ("0.125B", 1), ("1GiB", 8 << 30), ("131.6KiB", 1_078_067),
  ])
  func capacities(text: String, bits: Int) throws {
    #expect(try CapacityText.parse(text, origin: "--capacity") == Bits(bits))
  }

  @Test(arguments: [("5%", 0.05), ("0.5 %", 0.005), ("0.05", 0.05), ("0", 0), ("1000%", 10)])
  func shares(text: String, share: Double) throws {
    #expect(try PercentText.parse(text, origin: "--within") == share)
  }

  @Test(arguments: ["", "%", "five", "-5%", "1e3", "1001%", "11", "nan", "5%%"])
  func badShares(text: String) {
    #expect(message { _ = try PercentText.parse(text, origin: "--within") }.hasPrefix("--within: '\(text)' is "))
  }

  @Test func badCapacities() {
    func message(_ text: String) -> String {
      self.message { _ = try CapacityText.parse(text, origin: "--capacity") }
    }
    let accepted = "a number and a unit is expected, as in 64KiB, 2MB, 4096B or 524288bit"
    #expect(message("64") == "--capacity: '64' has no unit; \(accepted)")
    #expect(message("64 parsecs") == "--capacity: '64 parsecs' has the unknown unit 'parsecs'; \(accepted)")
    #expect(message("64b") == "--capacity: '64b' has the unknown unit 'b'; \(accepted)")
    #expect(message("lots") == "--capacity: 'lots' is no capacity; \(accepted)")
    #expect(message("-4KiB") == "--capacity: '-4KiB' is no capacity; \(accepted)")
    #expect(message("1.2.3KiB") == "--capacity: '1.2.3KiB' is no capacity; \(accepted)")
    #expect(message(".KiB") == "--capacity: '.KiB' is no capacity; \(accepted)")
    #expect(message("") == "--capacity: '' is no capacity; \(accepted)")
    #expect(message("0KiB") == "--capacity: '0KiB' is out of range; at least 1 bit and less than 1 PiB is accepted")
    #expect(
      message("99999999999999999999999GiB")
        == "--capacity: '99999999999999999999999GiB' is out of range; at least 1 bit and less than 1 PiB is accepted")
    #expect(
      message("0.3bit") == "--capacity: '0.3bit' is out of range; at least 1 bit and less than 1 PiB is accepted")
  }

  @Test func capacityLists() throws {
    func list(_ text: String) throws -> [Int] {
      try CapacityText.parseList(text, origin: "--capacity").map { $0.count / 8 }
    }
    #expect(try list("3B,1KiB...4KiB,2KiB,5B") == [3, 1024, 2048, 4096, 5])
    #expect(try list("1.5KiB...6KiB") == [1536, 3072, 6144])
    // Equal factors, here the fourth root of two, rounded down to whole bytes.
    #expect(try list("1KiB...4KiB/4") == [1024, 1217, 1448, 1722, 2048, 2435, 2896, 3444, 4096])
    #expect(try list("4B...8B/64") == [4, 5, 6, 7, 8])
    #expect(try CapacityText.parseList("3bit...12bit/2", origin: "-").map(\.count) == [3, 4, 6, 8, 12])
    for text in ["1KiB...3KiB", "4KiB...1KiB", "1KiB...2KiB...4KiB", "1KiB,,2KiB", "...1KiB", "1KiB..2KiB"] {
      #expect(throws: FormatError.self) { try list(text) }
    }
  }

  @Test func capacityTexts() {
    #expect(CapacityText.text(Bits(524_288)) == "64 KiB")
    #expect(CapacityText.text(Bits(8 << 20)) == "1 MiB")
    #expect(CapacityText.text(Bits(8008)) == "1001 B")
    #expect(CapacityText.text(Bits(544_768)) == "66.5 KiB")
    #expect(CapacityText.text(Bits(13)) == "13 bit")
  }

  @Test func shapes() throws {
    let layer = try ShapeText.parse("k=64,c=3,p=55,q=55,r=11,s=11,stride=4", origin: "--shape")
    #expect(Dimension.allCases.map { layer[$0] } == [1, 1, 64, 3, 55, 55, 11, 11])
    #expect(layer.vertical.inputSize == 227)
    let padded = try ShapeText.parse("n=2,g=4,k=3,c=5,h=10,w=12,r=3,s=1,stride=2x1,padding=1x0", origin: "--shape")
    #expect(Dimension.allCases.map { padded[$0] } == [2, 4, 3, 5, 5, 12, 3, 1])
    #expect(padded.inputChannels == 20)
    let gemm = try ShapeText.parse("p=512,k=256,c=128", origin: "--shape")
    #expect(gemm.macs == 512 * 256 * 128)
    let column = try ShapeText.parse("k=2,c=2,h=8,r=3", origin: "--shape")
    #expect(column[.p] == 6 && column[.q] == 1 && column[.s] == 1)
  }

  @Test func badShapes() {
    func message(_ text: String) -> String { self.message { _ = try ShapeText.parse(text, origin: "--shape") } }
    let keys = ShapeText.keys.joined(separator: ", ")
    #expect(message("k64") == "--shape: 'k64' is no key=value; keys: \(keys)")
    #expect(message("k=") == "--shape: 'k=' is no key=value; keys: \(keys)")
    #expect(message("p=3,strid=2") == "--shape: unknown key 'strid'; did you mean 'stride'?")
    #expect(message("p=3,p=4") == "--shape: the key 'p' is given twice")
    #expect(message("p=three") == "--shape: p: 'three' is no whole number of at most 63 bits")
    #expect(message("p=3,biases=2") == "--shape: biases: '2' is neither true nor false")
    #expect(message("m=3") == "--shape: unknown key 'm'; accepted: \(keys)")
    #expect(message("p=0") == "--shape: p: is 0; 1 to 1048576 is accepted")
    #expect(message("p=3,stride=2x2x2") == "--shape: stride: '2x2x2' has 3 numbers; at most 2 are expected, as in 2x1")
    #expect(message("p=3,stride=0") == "--shape: stride: must lie between 1 and 1048576")
    #expect(message("k=3,c=4") == "--shape: 'k=3,c=4' has neither p (output rows) nor h (input rows)")
    #expect(message("p=5,h=5,r=3") == "--shape: p: is 5, but the input gives 3 outputs")
    #expect(message("p=1,padding=3") == "--shape: padding: 6 on both sides together leaves no input for so few outputs")
    #expect(message("p=1,padding=1x2x3").hasPrefix("--shape: padding: three numbers are neither one for each axis"))
    #expect(message("p=1,padding=1x2x3x4x5").hasPrefix("--shape: padding: '1x2x3x4x5' has 5 numbers; at most 4"))
    #expect(
      message("h=5,r=9")
        == "--shape: the layer has no output: the kernel's height, 9 with dilation, exceeds the padded input's, 5")
  }

  @Test func widths() throws {
    #expect(try WidthsText.parse("16", origin: "--bits") == WordWidths(try #require(BitWidth(16))))
    let mixed = try WidthsText.parse("weights=4,partial-sums=24", origin: "--bits")
    #expect(WidthsText.text(mixed) == "8/4/8/24")
    func message(_ text: String) -> String { self.message { _ = try WidthsText.parse(text, origin: "--bits") } }
    #expect(
      message("0")
        == "--bits: '0' is no width; 1 to 64 is accepted, or a list as inputs=8,weights=8,outputs=8,partial-sums=24")
    #expect(message("inputs=65") == "--bits: inputs: 65 is no width; 1 to 64 is accepted")
    #expect(message("psums=8") == "--bits: unknown key 'psums'; accepted: inputs, weights, outputs, partial-sums")
  }

  @Test func mappingsSurviveARoundTrip() throws {
    let layer = try Layer(
      name: "l", groups: 2, inputChannels: 8, input: Extent(9), outputChannels: 6, kernel: Extent(3))
    for capacity in [3, 10, 40, 100, 300] {
      let optimizer = try Optimizer(layer, widths: WordWidths(.byte))
      let mapping = try #require(optimizer.optimum(capacity: .bytes(capacity))).mapping
      for name in ["conv2", "a \"quoted\" \\ name: # with\ttabs"] {
        let read = try MappingFile.parse(MappingFile.text(mapping, layer: name), origin: "text")
        #expect(read.mapping == mapping && read.layer == name)
      }
    }
  }

  @Test func layerTables() throws {
    let network = try LayerTable.parse(
      """
      network: two
      source: here
      layers:
        - name: conv
          count: 3
          batch: 2
          groups: 2
          input: {channels: 8, height: 20, width: 22}
          output: {channels: 6}
          kernel: {height: 3, width: 5}
          stride: {height: 2, width: 1}
          dilation: 2
          padding: {top: 1, bottom: 0, left: 2, right: 3}
          biases: true
        - name: fc
          groups: 4
          gemm: {m: 3, n: 5, k: 7}
      """, origin: "text")
    let conv = network.entries[0].layer
    #expect(network.entries[0].count == 3)
    #expect(Dimension.allCases.map { conv[$0] } == [2, 2, 3, 4, 9, 19, 3, 5])
    #expect(conv.biases == Words(6))
    #expect(Dimension.allCases.map { network.entries[1].layer[$0] } == [1, 4, 5, 7, 3, 1, 1, 1])
    #expect(network.macs == 3 * conv.macs + 4 * 3 * 5 * 7)
  }
}
