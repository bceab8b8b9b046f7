import Foundation
import TestSupport
import Testing
import Workloads

@testable import Interchange

/// Files with layers are known by what is in them where they have no name.
struct StandardInputTests {
  @Test(arguments: [
    "layers/alexnet.yaml", "layers/kinds.yaml", "maestro/small.m", "scalesim/convolutions.csv", "scalesim/products.csv",
    "workload/accelforge.yaml", "workload/timeloop.yaml", "workload/zigzag.yaml", "timeloop/mapping.yaml",
    "onnx/conv-matmul.onnx", "onnx/shapes-gemm.onnx",
  ])
  func contentTellsTheFormat(file: String) throws {
    let path = Program.root.appending(path: "Fuzz/corpus/\(file)").path
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    let (named, unnamed) = (
      Result { () throws(FormatError) in try WorkloadFile.read(path) },
      Result { () throws(FormatError) in try StandardInput.layers(bytes, origin: "-") }
    )
    switch (named, unnamed) {
    case (.success(let named), .success(let unnamed)):
      // A problem of Timeloop's is one layer, which has the file's name.
      func layers(_ network: Network) -> [Layer] { network.entries.map { $0.layer.named("") } }
      #expect(layers(unnamed.network) == layers(named.network) && unnamed.unresolved == named.unresolved)
      #expect(unnamed.remarks == named.remarks && unnamed.widths == named.widths)
    case (.failure(let named), .failure(let unnamed)):
      #expect(unnamed.message == named.message && unnamed.description.hasPrefix("standard input"))
    default: Issue.record("\(file): \(named) and \(unnamed)")
    }
  }

  @Test func refusals() {
    func message(_ bytes: [UInt8]) -> String { refusal { _ = try StandardInput.layers(bytes, origin: "-") } }
    #expect(message([]) == "standard input: is empty; layers are expected")
    #expect(
      message(Array("energy: e\nunit: pJ\n".utf8)).hasPrefix("standard input:1: is an energy model, which --energy"))
    #expect(message([0x08, 0x07, 0xff, 0xff]).hasPrefix("standard input: is not an ONNX model"))
    #expect(message(Array("Network a {\n".utf8)).hasPrefix("standard input:"))
    let large = Array(repeating: UInt8(ascii: "#"), count: (16 << 20) + 1)
    #expect(message(large) == "standard input: is larger than the 16777216 bytes that are accepted")
  }
}
