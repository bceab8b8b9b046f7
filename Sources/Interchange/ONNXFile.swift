import ONNX
import Workloads

/// Networks in the ONNX format.
enum ONNXFile {
  /// The layers in a file: each convolution and matrix product of its graph once, in the graph's order.
  ///
  /// - Parameters:
  ///   - file: its path.
  ///   - dimensions: sizes of the file's symbolic dimensions, by name.
  /// - Returns: the layers, what is to be known about them, and the nodes that have none.
  /// - Throws: ``FormatError`` when the file is no ONNX model or has no layers.
  static func read(file: String, dimensions: [String: Int]) throws(FormatError) -> ImportedNetwork {
    try network(file) { () throws(ONNXError) in try ONNXModel.read(file: file, dimensions: dimensions) }
  }

  /// The same of bytes, of which errors say that they come from `origin`.
  static func parse(
    _ bytes: [UInt8], origin: String, dimensions: [String: Int]
  ) throws(FormatError) -> ImportedNetwork {
    try network(origin) { () throws(ONNXError) in try ONNXModel.read(bytes, dimensions: dimensions) }
  }

  private static func network(
    _ file: String, _ read: () throws(ONNXError) -> ONNXModel
  ) throws(FormatError) -> ImportedNetwork {
    let model: ONNXModel
    do {
      model = try read()
    } catch {
      // What is no model of ONNX may have been given the ending.
      try ForeignModel.refuse(file)
      throw FormatError(origin: file, message: error.description)
    }
    if model.entries.isEmpty, model.unresolved.isEmpty {
      let unknown = ONNXModel.list(model.unknownOperators)
      throw FormatError(
        origin: file,
        message: "has no convolution and no matrix product"
          + (unknown.isEmpty ? "" : " that is known; operators that are not known: \(unknown)"))
    }
    // Exporters give every graph the same name; the file's says more.
    let name = WorkloadFile.networkName(of: file)
    return try ImportedNetwork(
      network: WorkloadFile.network(name, source: "the ONNX model \(name)", model.entries, origin: file),
      remarks: model.remarks.map(FormatError.oneLine), symbolicDimensions: model.symbolicDimensions,
      unresolved: model.unresolved.map {
        ImportedNetwork.Unresolved(name: FormatError.oneLine($0.name), reason: FormatError.oneLine($0.reason))
      })
  }
}
