import EnergyModel
import Interchange
import MappingSearch
import Mappings
import TestSupport
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
    ("64K", 524_288), ("64k", 524_288), ("1KB", 8_000), ("1.5 M", 12 << 20), ("1G", 8 << 30),
    ("51 343 B", 410_744), ("1 048 576B", 8 << 20), ("1 024.5 KiB", 8_392_704),
  ])
  func capacities(text: String, bits: Int) throws {
    #expect(try CapacityText.parse(text, origin: "--capacity") == Bits(bits))
  }

  @Test(arguments: [
    ("10s", 10_000), ("500ms", 500), ("1.5min", 90_000), ("2 h", 7_200_000), (".5s", 500), ("1ms", 1),
    ("1000h", 3_600_000_000),
  ])
  func lengthsOfTime(text: String, milliseconds: Int) throws {
    #expect(try DurationText.parse(text, origin: "--time-limit") == .milliseconds(milliseconds))
  }

  @Test(arguments: [("5%", 0.05), ("0.5 %", 0.005), ("0", 0), ("0%", 0), ("1000%", 10)])
  func shares(text: String, share: Double) throws {
    #expect(try PercentText.parse(text, origin: "--within") == share)
  }

  @Test(arguments: ["", "%", "five", "-5%", "1e3", "1001%", "nan", "5%%"])
  func badShares(text: String) {
    #expect(message { _ = try PercentText.parse(text, origin: "--within") }.hasPrefix("--within: '\(text)' is "))
  }

  /// Without the sign a share may be meant either way.
  @Test(arguments: [("5", "5% or 500%"), ("0.05", "0.05% or 5%"), ("11", "11% or 1100%")])
  func sharesWithoutSign(text: String, readings: String) {
    #expect(
      message { _ = try PercentText.parse(text, origin: "--within") }
        == "--within: '\(text)' may mean \(readings); write it with the percent sign")
  }

  @Test func badCapacities() {
    func message(_ text: String) -> String {
      self.message { _ = try CapacityText.parse(text, origin: "--capacity") }
    }
    let accepted = "a number and a unit is expected, as in 64KiB, 2MB, 4096B or 524288bit"
    let units =
      "accepted: bit or bits, B, kB or KB, MB, GB, KiB, MiB, GiB, and k or K, M, G for the last three"
    #expect(message("64") == "--capacity: '64' has no unit; \(units)")
    #expect(message("64 parsecs") == "--capacity: '64 parsecs' has the unknown unit 'parsecs'; \(units)")
    #expect(message("64b") == "--capacity: '64b' has the unknown unit 'b'; \(units)")
    #expect(message("lots") == "--capacity: 'lots' is no capacity; \(accepted)")
    #expect(message("-4KiB") == "--capacity: '-4KiB' is negative; at least 1 bit and less than 1 PiB is accepted")
    #expect(message("-KiB") == "--capacity: '-KiB' is no capacity; \(accepted)")
    #expect(message("1KiB...2KiB") == "--capacity: '1KiB...2KiB' is no single capacity; \(accepted)")
    #expect(message("1KiB-2KiB") == "--capacity: '1KiB-2KiB' is no single capacity; \(accepted)")
    #expect(message("1.2.3KiB") == "--capacity: '1.2.3KiB' is no capacity; \(accepted)")
    #expect(message(".KiB") == "--capacity: '.KiB' is no capacity; \(accepted)")
    #expect(message("") == "--capacity: '' is no capacity; \(accepted)")
    #expect(message("0KiB") == "--capacity: '0KiB' is not positive; at least 1 bit and less than 1 PiB is accepted")
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
    // A range stops at the last step that its end has room for.
    #expect(try list("1KiB...100KiB") == [1, 2, 4, 8, 16, 32, 64].map { $0 << 10 })
    #expect(try list("1KiB...3KiB/4") == [1024, 1217, 1448, 1722, 2048, 2435, 2896])
    #expect(try list("1KiB...1.1KiB") == [1024] && list("1KiB...1KiB") == [1024])
    #expect(try list("16KiB, 32KiB ,1KiB ... 2KiB") == [16, 32, 1, 2].map { $0 << 10 })
    func message(_ text: String) -> String { self.message { _ = try list(text) } }
    #expect(message("4KiB...1KiB") == "--capacity: '4KiB...1KiB' is no range; it ends below its start")
    #expect(
      message("1KiB...2KiB...4KiB")
        == "--capacity: '1KiB...2KiB...4KiB' is no range; one start and one end are expected, as in 1KiB...4MiB")
    #expect(message("1KiB,,2KiB").hasPrefix("--capacity: '1KiB,,2KiB' lacks a capacity; a number and a unit is"))
    #expect(message("...1KiB").hasPrefix("--capacity: '...1KiB' lacks a capacity; "))
    #expect(message("1KiB.1MiB").hasPrefix("--capacity: '1KiB.1MiB' has the unknown unit 'KiB.1MiB'; accepted: "))
  }

  /// Ranges in other ways of writing them are shown in ours.
  @Test(arguments: [
    ("1KiB..1MiB", "1KiB...1MiB"), ("1KiB-1MiB", "1KiB...1MiB"), ("1 KiB – 1 MiB", "1 KiB...1 MiB"),
    ("1KiB…1MiB", "1KiB...1MiB"), ("1KiB....1MiB", "1KiB...1MiB"), ("1KiB:1MiB", "1KiB...1MiB"),
    ("1.5K to 1M/4", "1.5K...1M/4"), ("1-2KiB", "1...2KiB"),
  ])
  func otherRanges(text: String, range: String) {
    #expect(
      message { _ = try CapacityText.parseList("3KiB,\(text)", origin: "--capacity") }
        == "--capacity: '\(text)' is no range of capacities; it is written \(range)")
  }

  @Test func remarksOnUnits() {
    #expect(CapacityText.remarks(on: "64KiB,64KB,1B...2MiB/4", origin: "--capacity").isEmpty)
    #expect(
      CapacityText.remarks(on: "64K,1k...2M/4,64K", origin: "--capacity") == [
        "--capacity: '64K' means 64KiB; powers of 1000 are written 64KB",
        "--capacity: '1k' means 1KiB; powers of 1000 are written 1kB",
        "--capacity: '2M' means 2MiB; powers of 1000 are written 2MB",
      ])
  }

  @Test func capacityTexts() {
    #expect(CapacityText.text(Bits(524_288)) == "64 KiB")
    #expect(CapacityText.text(Bits(8 << 20)) == "1 MiB")
    #expect(CapacityText.text(Bits(8008)) == "1 001 B")
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

  @Test func gemms() throws {
    let layer = try GEMMText.parse("512x256x128", origin: "--gemm")
    #expect(layer.named("") == (try ShapeText.parse("p=512,k=256,c=128", origin: "--shape")).named(""))
    #expect(ShapeText.text(layer) == "k=256,c=128,h=512")
    #expect(try GEMMText.parse("512×256 X 128", origin: "--gemm") == layer)
    func message(_ text: String) -> String { self.message { _ = try GEMMText.parse(text, origin: "--gemm") } }
    let form = "is no MxNxK, as in 512x256x128 for the product of a 512x128 and a 128x256 matrix"
    #expect(message("512x256") == "--gemm: '512x256' \(form)")
    #expect(message("512") == "--gemm: '512' \(form)")
    #expect(message("512,256,128") == "--gemm: '512,256,128' \(form)")
    #expect(message("1x2x3x4x5") == "--gemm: '1x2x3x4x5' \(form)")
    #expect(
      message("8x512x256x128")
        == "--gemm: '8x512x256x128' has four sizes; three are expected, and several products at once are --shape "
        + "g=B,p=M,k=N,c=K")
    #expect(message("512xax128") == "--gemm: '512xax128': N is 'a'; 1 to 1048576 is accepted")
    #expect(message("512x256x0") == "--gemm: '512x256x0': K is '0'; 1 to 1048576 is accepted")
    #expect(message("1048577x1x1") == "--gemm: '1048577x1x1': M is '1048577'; 1 to 1048576 is accepted")
  }

  @Test func dataflows() throws {
    func names(_ text: String) throws -> Set<String> {
      Set(try DataflowText.parse(text, origin: "--dataflow").map(\.rawValue))
    }
    for text in ["os", "OS", "output-stationary", "os-iw,os-wi", "os, os-iw"] {
      #expect(try names(text) == ["os-iw", "os-wi"], "\(text)")
    }
    #expect(try names("ws") == ["ws-io", "ws-oi"] && names("weight-stationary") == ["ws-io", "ws-oi"])
    #expect(try names("is") == ["is-ow", "is-wo"] && names("input-stationary,ws-oi") == ["is-ow", "is-wo", "ws-oi"])
    #expect(try names("any").count == 6)
    func message(_ text: String) -> String { self.message { _ = try DataflowText.parse(text, origin: "--dataflow") } }
    #expect(message("any,os") == "--dataflow: 'any,os': any stands alone")
    #expect(message("os,any") == "--dataflow: 'os,any': any stands alone")
    #expect(
      message("weights-stationary")
        == "--dataflow: unknown dataflow 'weights-stationary'; did you mean 'weight-stationary'?")
    #expect(
      message("rs")
        == "--dataflow: unknown dataflow 'rs'; did you mean 'os'?")
    #expect(
      message("best")
        == "--dataflow: unknown dataflow 'best'; accepted: any, os-iw, os-wi, ws-io, ws-oi, is-ow, is-wo, os, ws, is, "
        + "output-stationary, weight-stationary, input-stationary")
  }

  @Test func layerSelections() throws {
    let names = ["conv1", "conv2_1", "conv2_2", "a,b", "layer1.0.conv1", "x*y"]
    func chosen(_ texts: String...) throws -> [String] {
      let chosen = try LayerSelection(texts).chosen(among: names, of: ["net"])
      return names.filter(chosen.contains)
    }
    #expect(try LayerSelection([]).chosen(among: names, of: ["net"]) == Set(names))
    #expect(try chosen("conv1") == ["conv1"] && chosen("conv1, conv2_2") == ["conv1", "conv2_2"])
    #expect(try chosen("a,b", "conv1") == ["conv1", "a,b"])
    #expect(try chosen("*") == names && chosen("conv*") == ["conv1", "conv2_1", "conv2_2"])
    #expect(try chosen("*1") == ["conv1", "conv2_1", "layer1.0.conv1"])
    #expect(try chosen("*conv*") == ["conv1", "conv2_1", "conv2_2", "layer1.0.conv1"])
    #expect(try chosen("c*v*2*1") == ["conv2_1"] && chosen("conv1*") == ["conv1"])
    #expect(try chosen("layer1.*,conv2_*") == ["conv2_1", "conv2_2", "layer1.0.conv1"])
    // A name is itself before it is a pattern, and a piece is not used twice.
    #expect(try chosen("x*y") == ["x*y"])
    func message(_ text: String) -> String { self.message { _ = try chosen(text) } }
    let known = names.joined(separator: ", ")
    #expect(message("conv3") == "--layer: net has no layer 'conv3'; did you mean 'conv1'? it has \(known)")
    #expect(message("conv1,pool*") == "--layer: net has no layer 'pool*'; it has \(known)")
    #expect(message("conv1*1") == "--layer: net has no layer 'conv1*1'; did you mean 'conv1'? it has \(known)")
    #expect(message("conv1,") == "--layer: net has no layer ''; it has \(known)")
    #expect(
      self.message { _ = try LayerSelection(["pool"]).chosen(among: ["a", "b", "a"], of: ["one", "two"]) }
        == "--layer: one, two have no layer 'pool'; they have a, b")
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
    #expect(message("p=3,stride=0") == "--shape: stride: is 0; 1 to 1048576 is accepted")
    #expect(message("k=4 c=4").contains("k: '4 c=4' is no whole number"), "\(message("k=4 c=4"))")
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
    #expect(try WidthsText.parse("16", origin: "--bits") == ChosenWidths(WordWidths(try #require(BitWidth(16)))))
    let mixed = try WidthsText.parse("weights=4,partial-sums=24", origin: "--bits")
    #expect(mixed == ChosenWidths(weights: BitWidth(4), partialSums: BitWidth(24)))
    // What is left out is the energy model's, or 8 bits.
    #expect(WidthsText.text(mixed.widths(with: .bitsMoved)) == "8/4/8/24")
    let wide = try #require(try BuiltIn.energyModel("horowitz-45nm-int32"))
    #expect(WidthsText.text(mixed.widths(with: wide)) == "32/4/32/24")
    #expect(WidthsText.text(ChosenWidths().widths(with: wide)) == "32/32/32/32")
    for model in [EnergyModel.bitsMoved, wide] {
      let all = try WidthsText.parse("inputs=1,weights=2,outputs=3,partial-sums=4", origin: "--bits")
      #expect(WidthsText.text(all.widths(with: model)) == "1/2/3/4")
      #expect(WidthsText.text(try WidthsText.parse("5", origin: "--bits").widths(with: model)) == "5/5/5/5")
    }
    func message(_ text: String) -> String { self.message { _ = try WidthsText.parse(text, origin: "--bits") } }
    #expect(
      message("0")
        == "--bits: '0' is no width; 1 to 64 is accepted, or a list as inputs=8,weights=8,outputs=8,partial-sums=24")
    #expect(message("inputs=65") == "--bits: inputs: is 65; 1 to 64 is accepted")
    #expect(message("psums=8") == "--bits: unknown key 'psums'; accepted: inputs, weights, outputs, partial-sums")
  }

  @Test func mappingsSurviveARoundTrip() throws {
    let layer = try Layer(
      name: "l", groups: 2, inputChannels: 8, input: Extent(9), outputChannels: 6, kernel: Extent(3))
    for capacity in [3, 10, 40, 100, 300] {
      let optimizer = try Optimizer(Problem(layer, widths: WordWidths(.byte), reuse: .sliding))
      let mapping = try #require(optimizer.optimum(capacity: .bytes(capacity))).mapping
      for name in ["conv2", "a \"quoted\" \\ name: # with\ttabs"] {
        let read = try MappingFile.parse(MappingFile.text(mapping, layer: name), origin: "text")
        #expect(read.mapping == mapping && read.layer == name)
        #expect(read.mapping.loopBeyondRange(on: layer) == nil)
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

  /// Outputs are rounded up as if there were padding behind, and only where the stride leaves something over.
  @Test("Outputs rounded up", arguments: seeds(0..<40))
  func roundedUp(seed: Int) throws {
    let (kernel, stride) = (1 + seed % 7, 1 + seed / 7 % 5)
    let input = kernel + seed
    let up = try ShapeText.parse("h=\(input),r=\(kernel),stride=\(stride)x1,round-up=true", origin: "")
    let down = try ShapeText.parse("h=\(input),r=\(kernel),stride=\(stride)x1", origin: "")
    let over = (input - kernel) % stride
    #expect(up[.p] == down[.p] + (over > 0 ? 1 : 0), "seed \(seed)")
    #expect(up.vertical.paddingAfter == (over > 0 ? stride - over : 0), "seed \(seed)")
    // What is written of a layer gives the same layer again.
    #expect(try ShapeText.parse(ShapeText.text(up), origin: "")[.p] == up[.p])
  }
}
