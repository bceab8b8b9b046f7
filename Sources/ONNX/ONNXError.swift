/// Why a file cannot be read as an ONNX model, in one line without the file's name.
public struct ONNXError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong and what would be accepted.
  public let description: String

  init(_ description: String) { self.description = description }

  /// A file that breaks the rules of the format at a byte.
  static func malformed(at byte: Int, _ what: String) -> ONNXError {
    ONNXError("is not an ONNX model, or a damaged one: at byte \(byte), \(what)")
  }
}
