import Foundation
import Interchange
import TestSupport
import Testing
import Workloads

/// ONNX models where files with layers are read.
struct ONNXFileTests {
  /// A model of one matrix product y = x·w, with x of N × 4 and w of 4 × 6, byte for byte.
  private static let product: [UInt8] = {
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
    #expect(
      imported
        == ImportedNetwork(
          network: Network(
            name: "net", source: "the ONNX model net", entries: [Network.Entry(layer: layer, count: 1)])))
    #expect(try read(Self.product, name: "NET.ONNX", dimensions: ["N": 3]).network.entries.count == 1)
  }

  @Test func aModelWithoutItsDimensionsHasNoLayers() throws {
    let imported = try read(Self.product)
    #expect(imported.network.entries.isEmpty)
    #expect(
      imported.unresolved == [
        .init(name: "y", reason: "its number of rows is the symbolic dimension 'N': give a size, as in --dim N=1")
      ])
  }

  @Test func errorsNameTheFile() throws {
    func error(_ bytes: [UInt8], name: String = "net.onnx", dimensions: [String: Int] = [:]) -> String? {
      #expect(throws: FormatError.self) { try read(bytes, name: name, dimensions: dimensions) }?.description
    }
    #expect(error(Self.product, dimensions: ["M": 3]) == "net.onnx: has no symbolic dimension 'M'; it has 'N'")
    #expect(error([0x3a, 0x00]) == "net.onnx: has no convolution and no matrix product")
    #expect(error([0x08, 0x01]) == "net.onnx: is not an ONNX model: it has no graph")
    #expect(
      error(Array("layers: []".utf8), name: "net.yaml", dimensions: ["N": 3])
        == "net.yaml: has no symbolic dimension 'N': only ONNX models have any")
  }
}
