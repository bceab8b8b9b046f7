import Foundation
import TestSupport
import Testing
import Workloads

@testable import Interchange

/// Models of other frameworks where files with layers are read.
struct ForeignModelTests {
  private static func text(_ value: String) -> [UInt8] { Array(value.utf8) }

  /// A file of each kind, by how it begins.
  private static let beginnings: [String: [UInt8]] = [
    "ort": [0x28, 0, 0, 0] + text("ORTM") + [0, 0, 0x80, 1],
    "tflite": [0x1c, 0, 0, 0] + text("TFL3") + [0x14, 0, 0x20, 0],
    // A node with a name and an operator.
    "graph": [0x0a, 0x11, 0x0a, 0x05] + text("input") + [0x12, 0x08] + text("Placehol"),
    // A saved model: its version, and a graph with what is known about it.
    "saved": [0x08, 0x01, 0x12, 0x84, 0x01, 0x0a, 0x10, 0x12, 0x0e],
    "torch": [0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 26) + text("model/data.pkl") + [0x80, 2],
    "pickle": [0x80, 2, 0x8a, 0x0a],
    "zip": [0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 26) + text("metadata.json") + [0x80],
    "hdf5": [0x89] + text("HDF\r\n") + [0x1a, 0x0a, 0],
    "gguf": text("GGUF") + [3, 0, 0, 0],
    "safetensors": [0x40, 0, 0, 0, 0, 0, 0, 0] + text("{\"weight\":"),
    "coreml": [0x08, 0x04, 0x12, 0x21, 0x0a, 0x03],
  ]

  @Test(arguments: [
    ("ort", "model.ort", "is a model in ONNX Runtime's own format (.ort)"),
    ("ort", "model.onnx", "is a model in ONNX Runtime's own format (.ort)"),
    ("ort", "model", "ONNX Runtime's own format"),
    ("tflite", "model.tflite", "is a TensorFlow Lite model"), ("tflite", "model.onnx", "is a TensorFlow Lite model"),
    ("tflite", "model.yaml", "is a TensorFlow Lite model"), ("graph", "frozen.pb", "is a TensorFlow model"),
    ("graph", "frozen.onnx", "is a TensorFlow model"), ("saved", "saved_model.pb", "is a TensorFlow model"),
    ("torch", "model.pt", "is a PyTorch file"), ("torch", "model.onnx", "is a PyTorch file"),
    ("torch", "model.bin", "is a PyTorch file"), ("pickle", "model.pth", "is a PyTorch file"),
    ("zip", "model.keras", "is a Keras or HDF5 file"), ("zip", "model.csv", "is a zip archive"),
    ("hdf5", "model.h5", "is a Keras or HDF5 file"), ("gguf", "model.gguf", "has weights without the graph"),
    ("safetensors", "model.safetensors", "has weights without the graph"),
    ("coreml", "net.mlmodel", "is a Core ML model"),
  ])
  func modelsOfOtherFrameworksAreTold(kind: String, name: String, message: String) throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/\(name)"
      try Data(try #require(Self.beginnings[kind])).write(to: URL(fileURLWithPath: file))
      let error = #expect(throws: FormatError.self) { try WorkloadFile.read(file) }
      let text = try #require(error).message
      #expect(text.hasPrefix(message) || text.contains(message), "\(text)")
      #expect(!text.contains("\n") && (kind == "zip" || text.contains("ONNX")), "\(text)")
      // So they are where a sweep or an energy model is expected.
      if !name.hasSuffix(".onnx"), !name.hasSuffix(".csv"), kind != "saved", kind != "coreml" {
        #expect((#expect(throws: FormatError.self) { try SweepFile.read(file: file) })?.message == text)
        #expect((#expect(throws: FormatError.self) { try EnergyFile.read(file: file) })?.message == text)
      }
    }
  }

  /// An ONNX model is read under other endings, too, and text is told where a model's ending says otherwise.
  @Test func contentsDecideAboutOtherEndings() throws {
    try withTemporaryFolder { folder in
      let table = "network: n\nlayers:\n- {name: a, gemm: {m: 1, n: 2, k: 3}}\n"
      try TextFile.write(table, to: "\(folder)/table.onnx")
      #expect(
        (#expect(throws: FormatError.self) { try WorkloadFile.read("\(folder)/table.onnx") })?.message
          == "is not an ONNX model but text: files with layers in text have other endings, such as .yaml")
      try TextFile.write(table, to: "\(folder)/table.pb")
      #expect(try WorkloadFile.read("\(folder)/table.pb").network.macs == 6)
      for name in ["model.pb", "model.bin", "model"] {
        try Data(ONNXFileTests.product).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        #expect(try WorkloadFile.read("\(folder)/\(name)", dimensions: ["N": 3]).network.macs == 72)
        #expect(SweepFile.isNetwork("\(folder)/\(name)"))
      }
    }
  }

  /// Bytes of no format that is known are no text.
  @Test func otherBytesAreNoText() throws {
    try withTemporaryFolder { folder in
      try Data([0xff, 0xfe, 0, 1]).write(to: URL(fileURLWithPath: "\(folder)/a.yaml"))
      #expect(
        (#expect(throws: FormatError.self) { try WorkloadFile.read("\(folder)/a.yaml") })?.message
          == "is not UTF-8 text")
    }
  }
}
