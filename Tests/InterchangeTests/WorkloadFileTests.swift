import Foundation
import Interchange
import TestSupport
import Testing
import Workloads

/// Each file is read as what its name and its first keys say it is.
struct WorkloadFileTests {
  private func read(_ name: String, _ text: String) throws -> ImportedNetwork {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tilebound-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: name).path
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return try WorkloadFile.read(file)
  }

  @Test(arguments: [
    ("a.yaml", "network: a\nlayers:\n  - name: l\n    gemm: {m: 7, n: 5, k: 3}\n"),
    (
      "a.yaml",
      "- {id: 0, name: l, operator_type: Gemm, equation: 'O[m][n]+=I[m][k]*W[k][n]', loop_dims: [M, N, K], loop_sizes: [7, 5, 3]}\n"
    ),
    ("a.yml", "workload:\n  rank_sizes: {M: 7, N: 5, K: 3}\n  einsums: ['l[m, n] = A[m, k] * B[k, n]']\n"),
    ("a.yml", "rank_sizes: {M: 7, N: 5, K: 3}\neinsums: ['l[m, n] = A[m, k] * B[k, n]']\n"),
    ("a.m", "Network a { Layer l { Type: GEMM Dimensions { M 7 N 5 K 3 } } }"),
    ("a.CSV", "Layer,M,N,K,\nl,7,5,3,\n"),
  ])
  func formats(name: String, text: String) throws {
    let imported = try read(name, text)
    #expect(imported.network.name == "a")
    #expect(try LayerTable.parse(LayerTable.text(imported.network), origin: "text") == imported.network)
    let entry = try #require(imported.network.entries.first)
    #expect(entry.layer.name == "l" && entry.layer[.p] == 7 && entry.layer[.k] == 5 && entry.layer[.c] == 3)
  }

  @Test func templates() {
    let text = "workload:\n  einsums:\n  {% for i in range(3) %}\n"
    #expect(
      refusal { _ = try read("a.yaml", text) }.hasSuffix(
        "a.yaml:3: the statement '{% for i in range(3) %}' is not carried out here, only '{% set name = value %}' is: render the file first, as the tool that it is for does"
      ))
  }

  /// Templates are told from sweeps before they are rendered.
  @Test(arguments: [
    ("{{include_text('base.yaml')}}\nproblem:\n  <<<: *base\n", true), ("problem: {{include('base.yaml')}}\n", true),
    ("{% set N = 1 %}\nworkload: {}\n", true), ("networks: [alexnet]\ncapacities: 1KiB # {{x}}\n", false),
    ("networks: ['{{x}}']\n", false), ("a: b\n", false),
  ])
  func templatesAreNetworks(text: String, isNetwork: Bool) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "tilebound-\(UUID().uuidString).yaml").path
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    #expect(SweepFile.isNetwork(file) == isNetwork)
  }

  @Test func layerTablesKeepTheirMessages() {
    #expect(
      refusal { _ = try read("a.yaml", "network: n\nlayer: []\n") }
        .hasSuffix("a.yaml:2: unknown key 'layer'; did you mean 'layers'?"))
  }
}
