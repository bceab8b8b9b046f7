import Foundation

/// A file with layers that comes through standard input: its format is known by what is in it, since it has no name.
enum StandardInput {
  /// Longer ones are refused. Of a model in a file only the graph is read; here its weights have to pass too.
  static let largest = 256 << 20

  /// The layers in it.
  ///
  /// - Parameter dimensions: sizes for the symbolic dimensions of a model, by name.
  /// - Returns: what was understood, and what was not.
  /// - Throws: ``FormatError`` naming standard input, line and key.
  static func layers(dimensions: [String: Int]) throws(FormatError) -> ImportedNetwork {
    try layers(
      TextFile.bytes(TextFile.standardInput, limit: largest), origin: TextFile.standardInput, dimensions: dimensions)
  }

  /// The same of bytes, of which errors say that they come from `origin`.
  static func layers(
    _ bytes: [UInt8], origin: String, dimensions: [String: Int] = [:]
  ) throws(FormatError) -> ImportedNetwork {
    if bytes.isEmpty { throw FormatError(origin: origin, message: "is empty; layers are expected") }
    if isBinary(bytes) { return try ONNXFile.parse(bytes, origin: origin, dimensions: dimensions) }
    if bytes.count > YAMLNode.largestFile {
      throw FormatError(origin: origin, message: "is larger than the \(YAMLNode.largestFile) bytes that are accepted")
    }
    let text = try TextFile.text(of: bytes, origin: origin)
    if isMAESTRO(text) { return try MAESTROModel.parse(text, origin: origin) }
    if isSCALESim(text) { return try SCALESimTopology.parse(text, origin: origin) }
    return try WorkloadFile.yaml(text, origin: origin, dimensions: dimensions)
  }

  /// Whether bytes are no text: those of a model in the ONNX format begin with the numbers of fields and their lengths.
  private static func isBinary(_ bytes: [UInt8]) -> Bool {
    bytes.prefix(1 << 16).contains { $0 < 0x20 && !(0x09...0x0d).contains($0) }
      || String(validating: bytes, as: UTF8.self) == nil
  }

  /// Whether a text is a MAESTRO model: behind comments it begins with one of its blocks.
  private static func isMAESTRO(_ text: String) -> Bool {
    var tokens = MAESTROTokens(text, origin: TextFile.standardInput)
    let first = (try? tokens.next())?.text
    return first.map(["Network", "Constant", "Accelerator"].contains) ?? false
  }

  /// Whether a text is a SCALE-Sim topology: one of its first lines has the titles of its columns.
  private static func isSCALESim(_ text: String) -> Bool {
    var rows = CSVReader(text, origin: TextFile.standardInput, hasQuotes: false)
    return (0..<32).contains { _ in
      ((try? rows.next())?.fields ?? []).count { SCALESimTopology.Column($0) != nil } >= 4
    }
  }
}
