import EnergyModel
import Foundation
import Interchange
import Mappings
import TestSupport
import Testing
import Workloads

struct SweepFileTests {
  /// Accelerators stand in place of capacities, energy models and word widths.
  @Test func accelerators() throws {
    let head = "networks: alexnet\naccelerators: [tpu-v1, EyerissChip]\n"
    let request = try SweepFile.parse(head, origin: "s.yaml")
    #expect(request.accelerators.map(\.name) == ["tpu-v1", "eyeriss-chip"] && request.capacities.isEmpty)
    for (key, value) in [("capacities", "1KiB"), ("energy", "unit"), ("bits", "8")] {
      let text = refusal { _ = try SweepFile.parse(head + "\(key): \(value)\n", origin: "s.yaml") }
      #expect(text == "s.yaml:3: \(key): does not go with 'accelerators', which have their own")
    }
    let unknown = refusal { _ = try SweepFile.parse("networks: alexnet\naccelerators: tpu-v9\n", origin: "s.yaml") }
    #expect(unknown.contains("s.yaml:2: accelerators: unknown accelerator 'tpu-v9'"), "\(unknown)")
  }

  private func message(_ text: String) -> String { refusal { _ = try SweepFile.parse(text, origin: "s.yaml") } }

  @Test func everyKey() throws {
    let request = try SweepFile.parse(
      """
      networks: [alexnet, resnet18]
      capacities: [1KiB...4KiB/2, 3KiB]
      energy: [unit, horowitz-45nm-int8]
      bits:
        - 8
        - {inputs: 8, weights: 4, outputs: 8, partial-sums: 24}
      reuse: [none, sliding]
      phases: [on, off]
      compare-dataflows: true
      template: k [weights] p q [inputs] c [outputs]
      """, origin: "s.yaml")
    #expect(request.template.map(NestText.text) == "k [weights] p q [inputs] c [outputs]")
    #expect(request.templateOrigin == "s.yaml:10: template")
    #expect(request.networks.map(\.name) == ["alexnet", "resnet18"])
    #expect(request.capacities.map { $0.count / 8 } == [1024, 1448, 2048, 2896, 4096, 3072])
    #expect(request.energyModels.map(\.name) == ["unit", "horowitz-45nm-int8"])
    #expect(request.widths.map { WidthsText.text($0.widths(with: .bitsMoved)) } == ["8/8/8/8", "8/4/8/24"])
    #expect(request.reuse == [.none, .sliding] && request.phases == [.on, .off] && request.comparesDataflows)
  }

  @Test func singleValuesNeedNoList() throws {
    let request = try SweepFile.parse("networks: alexnet\ncapacities: 64KiB\nbits: 16\n", origin: "s.yaml")
    #expect(request.networks.count == 1 && request.capacities == [.bytes(65536)] && request.widths.count == 1)
    #expect(request.energyModels.isEmpty && request.reuse.isEmpty && !request.comparesDataflows)
    #expect(request.phases.isEmpty)
  }

  /// Widths that are left out are each energy model's own, and layers and dataflows are those of the options.
  @Test func choices() throws {
    let request = try SweepFile.parse(
      """
      networks: alexnet
      layers: [conv*, 'fc6,fc7']
      capacities: 16KiB, 32KiB,1KiB...5KiB
      bits: [{inputs: 4}, {partial-sums: 16, weights: 2}]
      dataflow: [os, weight-stationary]
      """, origin: "s.yaml")
    #expect(request.capacities.map { $0.count / 8192 } == [16, 32, 1, 2, 4])
    let model = try #require(try BuiltIn.energyModel("horowitz-45nm-int8"))
    #expect(request.widths.map { WidthsText.text($0.widths(with: .bitsMoved)) } == ["4/8/8/8", "8/2/8/16"])
    #expect(request.widths.map { WidthsText.text($0.widths(with: model)) } == ["4/8/8/32", "8/2/8/16"])
    #expect(request.layers == LayerSelection(["conv*", "fc6,fc7"], origin: "s.yaml: layers"))
    #expect(Set(request.dataflows.map(\.rawValue)) == ["os-iw", "os-wi", "ws-io", "ws-oi"])
    #expect(
      message("networks: alexnet\ncapacities: 1KiB\nbits: [8, {}]\n")
        == "s.yaml:3: bits[1]: names no width; accepted: inputs, weights, outputs, partial-sums")
    #expect(
      message("networks: alexnet\ncapacities: 1KiB\ntemplate: k [output]\n")
        == "s.yaml:3: template: word 2: unknown tensor 'output'; did you mean 'outputs'?")
    #expect(
      message("networks: alexnet\ncapacities: 1KiB\ndataflow: xs\n").hasPrefix(
        "s.yaml:3: dataflow: unknown dataflow 'xs'; did you mean '"))
  }

  /// A unit in short is told, with its place.
  @Test func shortUnits() throws {
    let request = try SweepFile.parse("networks: alexnet\ncapacities: [64K, 1M...2M/3]\n", origin: "s.yaml")
    #expect(request.capacities.prefix(2) == [.bytes(64 << 10), .bytes(1 << 20)])
    #expect(
      request.remarks == [
        "s.yaml: capacities[0]: '64K' means 64KiB; powers of 1000 are written 64KB",
        "s.yaml: capacities[1]: '1M' means 1MiB; powers of 1000 are written 1MB",
        "s.yaml: capacities[1]: '2M' means 2MiB; powers of 1000 are written 2MB",
      ])
  }

  /// Networks in place of the file's take the sizes of symbolic dimensions that stand in the file.
  @Test func networksInPlaceOfTheFiles() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tilebound-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "s.yaml")
    try Data("networks: gone.yaml\ncapacities: 1KiB\ndimensions: batch=3\n".utf8).write(to: file)
    let request = try SweepFile.read(file: file.path, networks: ["AlexNet"])
    #expect(request.networks.map(\.name) == ["alexnet"])
    #expect(
      request.remarks == ["\(file.path): dimensions: there is no symbolic dimension 'batch'; all sizes are fixed"])
  }

  /// Names of files start from the folder of the sweep file.
  @Test func filesBesideTheSweep() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tilebound-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("network: mine\nlayers:\n  - {name: fc, gemm: {m: 2, n: 3, k: 4}}\n".utf8).write(
      to: folder.appending(path: "net.yaml"))
    try Data("energy: e\nunit: pJ\nmac: 1\nread: 2\nwrite: 3\n".utf8).write(to: folder.appending(path: "e.yaml"))
    let file = folder.appending(path: "s.yaml")
    try Data("networks: net.yaml\nenergy: e.yaml\ncapacities: 1KiB\n".utf8).write(to: file)
    let request = try SweepFile.read(file: file.path)
    #expect(request.networks.map(\.name) == ["mine"] && request.energyModels.map(\.name) == ["e"])
    try Data("networks: [alexnet, gone.yaml]\ncapacities: 1KiB\n".utf8).write(to: file)
    do {
      _ = try SweepFile.read(file: file.path)
      Issue.record("a missing file was accepted")
    } catch {
      #expect(
        error.description
          == "\(file.path):1: networks[1]: \(folder.path)/gone.yaml: cannot be read: No such file or directory")
    }
  }

  @Test func refusals() {
    #expect(message("capacities: 1KiB\n") == "s.yaml:1: the key 'networks' is missing")
    #expect(message("networks: alexnet\n") == "s.yaml:1: the key 'capacities' is missing")
    #expect(
      message("networks: alexnt\ncapacities: 1KiB\n").hasPrefix(
        "s.yaml:1: networks: unknown network 'alexnt'; did you mean 'alexnet'?"))
    #expect(
      message("networks: alexnet\ncapacities: [1KiB, 2Kib]\n").hasPrefix(
        "s.yaml:2: capacities[1]: '2Kib' has the unknown unit 'Kib'"))
    #expect(
      message("networks: 'alexnet,vgg16'\ncapacities: 1KiB\n")
        == "s.yaml:1: networks: 'alexnet,vgg16' is a list; one network is expected; several stand in [ ]")
    for text in ["- {id: 0}\n", "problem: {C: 3}\n", "workload: {einsums: []}\n", "einsums: []\n"] {
      #expect(
        message(text)
          == "s.yaml:1: has layers, which --network takes, and 'networks' in a sweep's file; a sweep is expected")
    }
    #expect(
      message("networks: []\ncapacities: 1KiB\n")
        == "s.yaml:1: networks: is an empty list; leave the key out for the default")
    #expect(
      message("networks: alexnet\ncapacities: 1KiB\nreuse: slidin\n")
        == "s.yaml:3: reuse: unknown reuse policy 'slidin'; did you mean 'sliding'?")
    #expect(
      message("networks: alexnet\ncapacities: 1KiB\nphases: yes\n")
        == "s.yaml:3: phases: unknown policy 'yes'; accepted: on, kernels, outputs, off")
    #expect(
      message("networks: alexnet\ncapacities: 1KiB\nenergy: joule\n").hasPrefix(
        "s.yaml:3: energy: unknown energy model 'joule'"))
    #expect(
      message("networks: alexnet\ncapacities: 1KiB\nbits: 65\n")
        == "s.yaml:3: bits: is 65; 1 to 64 is accepted")
    #expect(message("network: alexnet\n").contains("unknown key 'network'; did you mean 'networks'?"))
  }
}
