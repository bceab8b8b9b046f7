import Foundation

/// A model in a format of a machine-learning framework that is not read. It is no text either, and is told from a damaged
/// file, together with what to do about it.
enum ForeignModel {
  case onnxRuntime
  case tensorFlowLite
  case tensorFlow
  case pyTorch
  case keras
  case coreML
  case weights
  case archive

  /// The format of a file, or nil where it is none of these.
  ///
  /// - Parameters:
  ///   - bytes: how the file begins.
  ///   - file: its name, whose ending tells formats apart that begin alike.
  init?(_ bytes: some Collection<UInt8>, named file: String) {
    let start = Array(bytes.prefix(4096))
    let ending = file.split(separator: ".").last?.lowercased() ?? ""
    func has(_ mark: [UInt8], at position: Int = 0) -> Bool { start.dropFirst(position).starts(with: mark) }
    func has(_ mark: String, at position: Int = 0) -> Bool { has(Array(mark.utf8), at: position) }
    if has("ORTM", at: 4) {
      self = .onnxRuntime
    } else if has("TFL3", at: 4) {
      self = .tensorFlowLite
    } else if has("GGUF") || start.count > 9 && has("{\"", at: 8) && start[4..<8].allSatisfy({ $0 == 0 }) {
      self = .weights
    } else if has("\u{89}HDF\r\n\u{1a}\n".unicodeScalars.map { UInt8($0.value) }) {
      self = .keras
    } else if has("PK\u{3}\u{4}") {
      let names = String(decoding: start.dropFirst(30).prefix(256), as: UTF8.self)
      self =
        ending == "keras" ? .keras : ["pt", "pth"].contains(ending) || names.contains("data.pkl") ? .pyTorch : .archive
    } else if Self.isText(start) {
      return nil
    } else if ["pt", "pth", "ckpt"].contains(ending), has([0x80]) {
      self = .pyTorch
    } else if ending == "mlmodel" {
      self = .coreML
    } else if ending == "pb" || Self.isGraphOfTensorFlow(start) {
      self = .tensorFlow
    } else {
      return nil
    }
  }

  /// What it is and what to do about it.
  var text: String {
    switch self {
    case .onnxRuntime:
      "is a model in ONNX Runtime's own format (.ort), which is not read: give the ONNX model (.onnx) that it was made from"
    case .tensorFlowLite:
      "is a TensorFlow Lite model, which is not read: convert it to ONNX (.onnx), as with 'python -m tf2onnx.convert "
        + "--tflite'"
    case .tensorFlow:
      "is a TensorFlow model, which is not read: convert it to ONNX (.onnx), as with 'python -m tf2onnx.convert "
        + "--saved-model' or '--graphdef'"
    case .pyTorch:
      "is a PyTorch file, which is not read: export the model to ONNX (.onnx), as with torch.onnx.export"
    case .keras:
      "is a Keras or HDF5 file, which is not read: convert the model to ONNX (.onnx), as with 'python -m tf2onnx.convert "
        + "--keras'"
    case .coreML:
      "is a Core ML model, which is not read: export the model that it was made from to ONNX (.onnx)"
    case .weights:
      "has weights without the graph that uses them: export the model to ONNX (.onnx)"
    case .archive:
      "is a zip archive: a model or a file with layers is expected"
    }
  }

  /// Refuses a file that is such a model.
  ///
  /// - Parameter file: its path; a file that cannot be read is for its reader to refuse.
  /// - Throws: ``FormatError`` saying what to do about it.
  static func refuse(_ file: String) throws(FormatError) { try refuse(TextFile.beginning(of: file), named: file) }

  /// The same of bytes that come from a file of some name.
  static func refuse(_ bytes: [UInt8], named file: String) throws(FormatError) {
    if let foreign = ForeignModel(bytes, named: file) { throw FormatError(origin: file, message: foreign.text) }
  }

  /// Whether a file begins as an ONNX model does: the format's version, and then a field of the model's message.
  static func isLikeONNX(_ file: String) -> Bool {
    let start = TextFile.beginning(of: file).prefix(3)
    return start.count == 3 && start[0] == 0x08 && (1...32).contains(start[1])
      && [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].contains(start[2])
  }

  /// Whether a file begins as a text does: without characters that no text has.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    // What is cut short may end within a character.
    !bytes.contains { $0 < 0x09 || (0x0e..<0x20).contains($0) }
      && (0..<4).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
  }

  /// Whether bytes are a graph of TensorFlow: a message (1) with a name (1) and an operator (2), over and over.
  private static func isGraphOfTensorFlow(_ bytes: [UInt8]) -> Bool {
    guard bytes.first == 0x0a, let name = bytes.dropFirst(2).prefix(4).firstIndex(of: 0x0a), bytes.count > name + 2
    else {
      return false
    }
    let length = Int(bytes[name + 1])
    let rest = bytes.dropFirst(name + 2)
    return length > 0 && rest.count > length && rest.prefix(length).allSatisfy { (0x20..<0x7f).contains($0) }
      && rest.dropFirst(length).first == 0x12
  }
}
