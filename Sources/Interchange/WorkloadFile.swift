import Workloads

/// Files with layers, in any of the formats that are read: each is known by its name's ending and by its first keys.
public enum WorkloadFile {
  /// The layers in a file.
  ///
  /// - Parameters:
  ///   - file: the file's path.
  ///   - dimensions: sizes for the symbolic dimensions of a model, by name.
  /// - Returns: what was understood, and what was not.
  /// - Throws: ``FormatError`` naming file, line and key.
  public static func read(_ file: String, dimensions: [String: Int] = [:]) throws(FormatError) -> ImportedNetwork {
    if file == TextFile.standardInput { return try StandardInput.layers(dimensions: dimensions) }
    switch file.split(separator: ".").last?.lowercased() {
    case "onnx": return try ONNXFile.read(file: file, dimensions: dimensions)
    case "m": return try MAESTROModel.read(file: file)
    case "csv": return try SCALESimTopology.read(file: file)
    default:
      if ForeignModel.isLikeONNX(file) { return try ONNXFile.read(file: file, dimensions: dimensions) }
      return try yaml(TextFile.read(file, limit: YAMLNode.largestFile), origin: file, dimensions: dimensions)
    }
  }

  /// The layers in a text in any of the formats that are YAML, see ``read(_:dimensions:)``.
  static func yaml(
    _ text: String, origin: String, dimensions: [String: Int] = [:]
  ) throws(FormatError) -> ImportedNetwork {
    try YAMLTemplate(text, origin: origin, values: dimensions).network { root throws(FormatError) in
      try layers(root, dimensions: dimensions)
    }
  }

  /// Whether a file has layers: by its ending, by its first bytes, or by its first keys.
  static func isNetwork(_ file: String) -> Bool {
    if ["onnx", "m", "csv"].contains(file.split(separator: ".").last?.lowercased()) { return true }
    if ForeignModel.isLikeONNX(file) { return true }
    guard let text = try? TextFile.read(file, limit: YAMLNode.largestFile) else { return false }
    if let root = try? YAMLNode.parse(text, origin: file), let kind = DocumentKind(of: root) { return kind == .layers }
    // Before they are rendered templates may have no keys; only files with layers, and mappings, are such.
    return TemplateRenderer.firstMark(of: text) != nil
  }

  static func layers(_ root: YAMLNode, dimensions: [String: Int] = [:]) throws(FormatError) -> ImportedNetwork {
    if let kind = DocumentKind(of: root), kind != .layers { throw root.error("\(kind.text); layers are expected") }
    if root.value("problem") != nil {
      return try TimeloopProblem.read(root, name: networkName(of: root.origin), values: dimensions)
    }
    if root.isList { return try ZigZagWorkload.network(root) }
    if AccelForgeWorkload.recognises(root) { return try AccelForgeWorkload.network(root) }
    return ImportedNetwork(network: try LayerTable.network(root))
  }

  /// A network of a file.
  ///
  /// - Throws: ``FormatError`` where its MACs are too many to be counted.
  static func network(
    _ name: String, source: String, _ entries: [Network.Entry], origin: String
  ) throws(FormatError) -> Network {
    do {
      return try Network(name: name, source: source, entries: entries)
    } catch {
      throw FormatError(origin: origin, message: "\(error)")
    }
  }

  /// The name for a network whose file gives it none: the file's name without folders and ending.
  package static func networkName(of file: String) -> String {
    if file == TextFile.standardInput { return "stdin" }
    let name = file.split(separator: "/").last.map(String.init) ?? file
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    let text = FormatError.oneLine(stem)
    return text.isEmpty ? "network" : text
  }
}
