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
    ImportedNetwork(network: try LayerTable.network(YAMLNode.read(file: file)))
  }

  /// The name for a network whose file gives it none: the file's name without folders and ending.
  static func networkName(of file: String) -> String {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    let text = FormatError.oneLine(stem)
    return text.isEmpty ? "network" : text
  }
}
