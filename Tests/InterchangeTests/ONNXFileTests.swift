import Foundation
import Interchange
import TestSupport
import Testing
import Workloads

/// ONNX models where files with layers are read.
struct ONNXFileTests {
  /// A model of one matrix product y = x·w, with x of N × 4 and w of 4 × 6, byte for byte.
  static let product: [UInt8] = {
    func field(_ number: UInt8, _ contents: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(contents.count)] + contents }
    func text(_ value: String) -> [UInt8] { Array(value.utf8) }
    let node = field(1, text("x")) + field(1, text("w")) + field(2, text("y")) + field(4, text("MatMul"))
    let weights: [UInt8] = [0x08, 4, 0x08, 6, 0x10, 1] + field(8, text("w"))
    let shape = field(1, field(2, text("N"))) + field(1, [0x08, 4])
    let input = field(1, text("x")) + field(2, field(1, [0x08, 1] + field(2, shape)))
    let graph = field(1, node) + field(2, text("main_graph")) + field(5, weights) + field(11, input)
    return [0x08, 8] + field(7, graph) + field(8, [0x10, 17])
  }()

  private func read(
    _ bytes: [UInt8], name: String = "net.onnx", dimensions: [String: Int] = [:]
  ) throws -> ImportedNetwork {
    try withTemporaryFolder { folder in
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      do throws(FormatError) {
        return try WorkloadFile.read("\(folder)/\(name)", dimensions: dimensions)
      } catch {
        // The folder differs from run to run.
        throw FormatError(origin: name, message: error.message)
      }
    }
  }

  @Test func aModelIsANetwork() throws {
    let imported = try read(Self.product, dimensions: ["N": 3])
    let layer = try Layer.gemm(name: "y", m: 3, n: 6, k: 4)
    let network = try Network(
      name: "net", source: "the ONNX model net", entries: [Network.Entry(layer: layer, count: 1)])
    #expect(imported == ImportedNetwork(network: network, symbolicDimensions: ["N"]))
    #expect(try read(Self.product, name: "NET.ONNX", dimensions: ["N": 3]).network.entries.count == 1)
  }

  @Test func aModelWithoutItsDimensionsHasNoLayers() throws {
    let imported = try read(Self.product)
    #expect(imported.network.entries.isEmpty)
    #expect(
      imported.unresolved == [
        .init(
          name: "y",
          reason:
            "its number of rows is unknown: the symbolic dimension 'N' of the input 'x' [N,4] decides it: give its size "
            + "in your runs, as in --dim N=1")
      ])
  }

  @Test func errorsNameTheFile() throws {
    func error(_ bytes: [UInt8]) -> String? {
      #expect(throws: FormatError.self) { try read(bytes) }?.description
    }
    #expect(error([0x3a, 0x00]) == "net.onnx: has no convolution and no matrix product")
    #expect(error([0x08, 0x01]) == "net.onnx: is not an ONNX model: it has no graph")
    // A graph of a node whose operator and domain are of another tool.
    let node: [UInt8] = [0x0a, 1, 0x78, 0x12, 1, 0x79, 0x22, 3] + Array("Foo".utf8) + [0x3a, 4] + Array("tool".utf8)
    #expect(
      error([0x08, 8, 0x3a, UInt8(node.count + 2), 0x0a, UInt8(node.count)] + node)
        == "net.onnx: has no convolution and no matrix product that is known; operators that are not known: tool.Foo (1)"
    )
  }

  /// A size for a dimension that none of the networks has is refused, or told of.
  @Test func dimensionsThatNoNetworkHas() throws {
    let model = try read(Self.product, dimensions: ["M": 3])
    let builtIn = try BuiltIn.imported(nameOrFile: "alexnet")
    func remarks(_ sizes: [String: Int], _ networks: [ImportedNetwork]) -> [String] {
      DimensionText.remarks(on: sizes, for: networks, origin: "--dim")
    }
    #expect(remarks(["N": 3], [model, builtIn]).isEmpty)
    #expect(remarks(["M": 3], [model, builtIn]) == ["--dim: there is no symbolic dimension 'M'; there are 'N'"])
    let told = "--dim: there is no symbolic dimension 'N'; all sizes are fixed"
    #expect(remarks(["N": 3], [builtIn]) == [told])
    #expect(
      throws: FormatError(origin: "--dim", message: "there is no symbolic dimension 'N'; all sizes are fixed")
    ) { try DimensionText.refuse(["N": 3], unknownTo: [builtIn], origin: "--dim") }
    try DimensionText.refuse(["N": 3], unknownTo: [model, builtIn], origin: "--dim")
  }

  /// Sizes may stand in a sweep's file, or be given in place of those.
  @Test func sweepsTakeDimensions() throws {
    try withTemporaryFolder { folder in
      try Data(Self.product).write(to: URL(fileURLWithPath: "\(folder)/net.onnx"))
      func request(_ dimensions: String, given: [String: Int]? = nil) throws -> SweepRequest {
        let text = "networks: [alexnet, net.onnx]\n\(dimensions)capacities: 64KiB\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/sweep.yaml"))
        return try SweepFile.read(file: "\(folder)/sweep.yaml", dimensions: given)
      }
      func refusal(_ dimensions: String, given: [String: Int]? = nil) -> String? {
        #expect(throws: FormatError.self) { try request(dimensions, given: given) }?.description
          .replacing("\(folder)/", with: "")
      }
      #expect(try request("dimensions: N=3\n").networks[1].macs == 72)
      #expect(try request("dimensions: [N=3]\n", given: ["N": 5]).networks[1].macs == 120)
      #expect(
        refusal("dimensions: [N=3, M=3]\n")
          == "sweep.yaml: dimensions: there is no symbolic dimension 'M'; there are 'N'")
      #expect(
        refusal("dimensions: [N]\n")
          == "sweep.yaml:2: dimensions: 'N' is no name=size with a size from 1 to 1048576, as in batch=1")
      #expect(refusal("", given: ["M": 3]) == "--dim: there is no symbolic dimension 'M'; there are 'N'")
      #expect(
        refusal("")
          == "net.onnx: y: its number of rows is unknown: the symbolic dimension 'N' of the input 'x' [N,4] decides it: give "
          + "its size in your runs, as in --dim N=1 (1 of 1 layer is not understood: 'tilebound convert' lists it)")
    }
  }
}
