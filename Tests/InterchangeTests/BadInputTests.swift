import Foundation
import Interchange
import TestSupport
import Testing
import Workloads

/// What users get wrong, each with the one line that they see.
struct BadInputTests {
  private func table(_ text: String) -> String {
    refusal { _ = try LayerTable.parse(text, origin: "net.yaml") }
  }

  private static let head = "network: n\nlayers:\n  - name: a\n"

  @Test(arguments: [
    ("    input: {channels: 4, height: 8, width: 8}\n    output: {channels: 4}\n    kernel: 3\n", "accepted"),
    (
      "    input: {channels: 4, height: 8, width: 8}\n    output: {channels: 4}\n    kernal: 3\n",
      "net.yaml:6: layers[0]: unknown key 'kernal'; did you mean 'kernel'?"
    ),
    (
      "    input: {channels: 4, height: 8, width: 8}\n    output: {channels: 4}\n",
      "net.yaml:3: layers[0]: the key 'kernel' is missing"
    ),
    (
      "    input: {channels: 4, hight: 8, width: 8}\n    output: {channels: 4}\n    kernel: 3\n",
      "net.yaml:4: layers[0].input: unknown key 'hight'; did you mean 'height'?"
    ),
    (
      "    input: {channels: four, height: 8, width: 8}\n    output: {channels: 4}\n    kernel: 3\n",
      "net.yaml:4: layers[0].input.channels: is 'four'; a whole number is expected"
    ),
    (
      "    input: {channels: 4, height: 8, width: 8}\n    output: 4\n    kernel: 3\n",
      "net.yaml:5: layers[0].output: is '4'; a mapping with the keys channels is expected"
    ),
    (
      "    input: {channels: 4, height: 8, width: 8}\n    output: {channels: 4}\n    kernel: 9\n",
      "net.yaml:3: layers[0]: the layer has no output: the kernel's height, 9 with dilation, exceeds the padded input's, 8"
    ),
    (
      "    groups: 3\n    input: {channels: 4, height: 8, width: 8}\n    output: {channels: 6}\n    kernel: 3\n",
      "net.yaml:5: layers[0].input: input channels (4) cannot be divided into 3 equal groups"
    ),
    (
      "    input: {channels: 4, height: 8, width: 8}\n    output: {channels: 4}\n    kernel: 3\n    stride: 0\n",
      "net.yaml:7: layers[0].stride: stride height is 0; at least 1 is accepted"
    ),
    (
      "    input: {channels: 4, height: 8, width: 8}\n    output: {channels: 4}\n    kernel: 3\n    padding: [1, 1]\n",
      "net.yaml:7: layers[0].padding: is a list; a whole number is expected"
    ),
    (
      "    input: {channels: 4, height: 8, width: 8}\n    output: {channels: 4}\n    kernel: 3\n    padding: {top: 1}\n",
      "net.yaml:7: layers[0].padding: the key 'bottom' is missing"
    ),
    (
      "    count: 0\n    gemm: {m: 1, n: 2, k: 3}\n",
      "net.yaml:4: layers[0].count: is 0; 1 to 1048576 is accepted"
    ),
    (
      "    gemm: {m: 1, n: 2, k: 3}\n    kernel: 3\n",
      "net.yaml:5: layers[0].kernel: does not go with 'gemm', which gives all sizes"
    ),
    ("    gemm: {m: 1, n: 2}\n", "net.yaml:4: layers[0].gemm: the key 'k' is missing"),
    (
      "    gemm: {m: 1, n: 2, k: 99999999999999999999}\n",
      "net.yaml:4: layers[0].gemm.k: is '99999999999999999999'; a whole number is expected"
    ),
    ("    gemm: {m: 1, n: 2, k: -4}\n", "net.yaml:4: layers[0].gemm: gemm k is -4; at least 1 is accepted"),
    (
      "    biases: maybe\n    gemm: {m: 1, n: 2, k: 4}\n",
      "net.yaml:4: layers[0].biases: is 'maybe'; true or false is expected"
    ),
    (
      "    biases: true\n    channels-per-bias: 4\n    gemm: {m: 1, n: 6, k: 4}\n",
      "net.yaml:5: layers[0].channels-per-bias: channels per bias is 4, which does not divide the output channels of a group, 6"
    ),
    (
      "    channels-per-bias: 2\n    gemm: {m: 1, n: 6, k: 4}\n",
      "net.yaml:4: layers[0].channels-per-bias: goes with 'biases: true'"
    ),
    (
      "    own-inputs: true\n    gemm: {m: 1, n: 6, k: 4}\n",
      "net.yaml:4: layers[0].own-inputs: goes with 'part-of'"
    ),
    (
      "    part-of: b\n    gemm: {m: 1, n: 2, k: 4}\n  - name: b\n    gemm: {m: 1, n: 2, k: 4}\n",
      "net.yaml:3: layers[0]: is a part of 'b', which is a layer by itself; the parts of a whole make it up"
    ),
    (
      "    part-of: a\n    gemm: {m: 1, n: 2, k: 4}\n",
      "net.yaml:3: layers[0]: is a part of 'a', which is a layer by itself; the parts of a whole make it up"
    ),
    (
      "    part-of: up\n    gemm: {m: 1, n: 2, k: 4}\n  - name: b\n    count: 3\n    part-of: up\n    gemm: {m: 1, n: 2, k: 4}\n",
      "net.yaml:6: layers[1]: has the count 3, and 'a' has 1: the parts of 'up' occur equally often"
    ),
    (
      "    part-of: \"\"\n    gemm: {m: 1, n: 2, k: 4}\n",
      "net.yaml:4: layers[0].part-of: is ''; a text without control characters is expected"
    ),
    (
      "    groups: 2\n    input: {channels: 4194304, height: 8, width: 8}\n    output: {channels: 4}\n    kernel: 3\n",
      "net.yaml:5: layers[0].input: input channels per group is 2097152; at most 1048576 is accepted"
    ),
    ("    gemm: {m: 1, n: 2, k: 4}\n    gemm: {m: 1, n: 2, k: 4}\n", "net.yaml:4: the key 'gemm' is given twice"),
    (
      "    gemm: {m: 1, n: 2, k: 4}\n  - name: a\n    gemm: {m: 1, n: 2, k: 4}\n",
      "net.yaml:5: layers[1]: the layer 'a' is listed twice; give repeated layers once, with a count"
    ),
  ])
  func layerTables(body: String, expected: String) {
    #expect(table(Self.head + body) == expected)
  }

  @Test(arguments: [
    ("", "net.yaml: the file is empty; YAML with keys is expected"),
    ("- 1\n", "net.yaml:1: is a list; a mapping with the keys network, source, layers is expected"),
    ("network: n\n", "net.yaml:1: the key 'layers' is missing"),
    ("network: n\nlayers: []\n", "net.yaml:2: layers: has no layers; at least one is expected"),
    ("network: n\nlayers: 3\n", "net.yaml:2: layers: is '3'; a list is expected"),
    ("layers:\n  - name: a\n    gemm: {m: 1, n: 1, k: 1}\n", "net.yaml:1: the key 'network' is missing"),
    (
      "network: n\nwhatever-this-is: 3\n",
      "net.yaml:2: unknown key 'whatever-this-is'; accepted: network, source, layers"
    ),
  ])
  func wholeFiles(text: String, expected: String) {
    #expect(table(text) == expected)
  }

  @Test func notYAML() {
    #expect(table("network: [n\nlayers: }").hasPrefix("net.yaml:2: is not valid YAML: "))
    #expect(!table("network: [n\nlayers: }").contains("\n"))
  }

  private func mapping(_ text: String) -> String {
    refusal { _ = try MappingFile.parse(text, origin: "map.yaml") }
  }

  @Test func mappings() {
    let keeps = "  - keep: inputs\n  - keep: weights\n  - keep: outputs\n"
    #expect(mapping("mapping:\n" + keeps) == "accepted")
    #expect(
      mapping("mapping:\n  - keep: input\n")
        == "map.yaml:2: mapping[0].keep: unknown tensor 'input'; did you mean 'inputs'?")
    #expect(
      mapping("mapping:\n  - for: x\n    tile: 1\n" + keeps)
        == "map.yaml:2: mapping[0].for: unknown dimension 'x'; accepted: n, g, k, c, p, q, r, s")
    #expect(mapping("mapping:\n  - for: k\n" + keeps) == "map.yaml:2: mapping[0]: the key 'tile' is missing")
    #expect(
      mapping("mapping:\n  - for: k\n    tile: 0\n" + keeps)
        == "map.yaml:3: mapping[0].tile: is 0; at least 1 is accepted")
    #expect(
      mapping("mapping:\n  - for: k\n    phases: 2\n" + keeps)
        == "map.yaml:3: mapping[0].phases: k has no phases; only p, q, r and s have")
    #expect(
      mapping("mapping:\n  - for: r\n    phases: 1\n" + keeps)
        == "map.yaml:3: mapping[0].phases: is 1; at least 2 is accepted")
    #expect(
      mapping("mapping:\n  - for: r\n    phases: 2\n    tile: 1\n" + keeps)
        == "map.yaml:4: mapping[0].tile: does not go with 'phases'")
    #expect(
      mapping("mapping:\n  - for: k\n    tile: 2\n    direction: backward\n" + keeps)
        == "map.yaml:4: mapping[0].direction: unknown direction 'backward'; accepted: forward, back-and-forth")
    #expect(
      mapping("mapping:\n  - keep: inputs\n    direction: forward\n")
        == "map.yaml:3: mapping[0].direction: does not go with 'keep'")
    #expect(
      mapping("mapping:\n  - keep: inputs\n    tile: 3\n") == "map.yaml:3: mapping[0].tile: does not go with 'keep'")
    #expect(
      mapping("mapping:\n  - keep: inputs\n  - keep: weights\n")
        == "map.yaml:2: mapping: outputs is kept 0 times; each of inputs, weights and outputs is kept exactly once")
    #expect(
      mapping("mapping:\n  - far: k\n") == "map.yaml:2: mapping[0]: unknown key 'far'; did you mean 'for'?")
  }

  @Test func energyModels() {
    func model(_ text: String) -> String { refusal { _ = try EnergyFile.parse(text, origin: "e.yaml") } }
    let head = "energy: e\nunit: pJ\nmac: 1\n"
    #expect(model(head + "read: 1\nwrite: 1\n") == "accepted")
    #expect(model(head + "read: 1\n") == "e.yaml:1: the key 'write' is missing")
    #expect(model(head + "read: cheap\nwrite: 1\n") == "e.yaml:4: read: is 'cheap'; a number is expected")
    #expect(model(head + "read: .nan\nwrite: 1\n") == "e.yaml:4: read: is '.nan'; a number is expected")
    #expect(
      model(head + "read: -1\nwrite: 1\n") == "e.yaml:4: read: read is -1.0; 0 to 1000000 is accepted")
    #expect(
      model(head + "read: 1e-9\nwrite: 1\n")
        == "e.yaml:4: read: read is 1e-09, which would change by more than 1 % when rounded to a multiple of 2^-10; "
        + "give all energies in a smaller unit, fJ for pJ")
    #expect(
      model("energy: \"\\e[31mred\"\nunit: pJ\nmac: 1\nread: 1\nwrite: 1\n")
        == "e.yaml:1: energy: is '\\u{1b}[31mred'; a text without control characters is expected")
    #expect(
      model(head + "read: 1\nwrite: 1\nbits: {inputs: 65, weights: 8, outputs: 8, partial-sums: 8}\n")
        == "e.yaml:6: bits.inputs: is 65; 1 to 64 is accepted")
  }

  @Test func files() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tilebound-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let missing = folder.appending(path: "missing.yaml").path
    #expect(
      refusal { _ = try LayerTable.read(file: missing) } == "\(missing): cannot be read: No such file or directory")
    #expect(refusal { _ = try LayerTable.read(file: folder.path) } == "\(folder.path): is a folder; a file is expected")
    let binary = folder.appending(path: "binary.yaml")
    try Data([0x6e, 0xff, 0xfe, 0x00]).write(to: binary)
    #expect(refusal { _ = try LayerTable.read(file: binary.path) } == "\(binary.path): is not UTF-8 text")
    let nowhere = folder.appending(path: "no/such/folder/x.json").path
    #expect(
      refusal { try TextFile.write("x", to: nowhere) } == "\(nowhere): cannot be written: No such file or directory")
    let file = folder.appending(path: "x.json").path
    try TextFile.write("first", to: file)
    try TextFile.write("second", to: file)
    #expect(try TextFile.read(file, limit: 10) == "second")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["binary.yaml", "x.json"])
    #expect(
      refusal { _ = try TextFile.read(file, limit: 3) } == "\(file): is larger than the 3 bytes that are accepted")
  }

  @Test func byteOrderMarksAreSkipped() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "tilebound-\(UUID().uuidString).yaml").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let text = "\u{feff}network: n\r\nlayers:\r\n  - name: a\r\n    gemm: {m: 1, n: 2, k: 3}\r\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    #expect(try LayerTable.read(file: file).name == "n")
  }

  @Test func names() {
    #expect(
      refusal { _ = try BuiltIn.network(nameOrFile: "alexnt") }
        == "--network: unknown network 'alexnt'; did you mean 'alexnet'? (a file's name has a dot or a slash)")
    #expect(
      refusal { _ = try BuiltIn.energyModel(nameOrFile: "zzz") }
        == "--energy: unknown energy model 'zzz'; accepted: unit, horowitz-45nm-int8, horowitz-45nm-int32, "
        + "horowitz-45nm-fp16, horowitz-45nm-fp32, ddr4-2400-int8, lpddr4-int8, hbm2-fp16, eyeriss, "
        + "eyeriss-lpddr4-int16, simba, cacti-45nm-int8, cacti-45nm-low-standby-int8, cacti-32nm-int8 "
        + "(a file's name has a dot or a slash)")
  }
}
