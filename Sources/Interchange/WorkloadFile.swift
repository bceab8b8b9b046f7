import Workloads

/// Files with layers, in any of the formats that are read: each is known by its name's ending and by its first keys.
public enum WorkloadFile {
  /// The layers in a file.
  ///
  /// - Throws: ``FormatError`` naming file, line and key.
  public static func read(_ file: String) throws(FormatError) -> ImportedNetwork {
    ImportedNetwork(network: try LayerTable.network(YAMLNode.read(file: file)))
  }

  /// The network in a file, all of whose layers must be understood.
  ///
  /// - Throws: ``FormatError`` as ``read(_:)``, or naming the first layer that is not understood.
  static func network(_ file: String) throws(FormatError) -> Network {
    let imported = try read(file)
    guard let first = imported.unresolved.first else { return imported.network }
    let all = imported.unresolved.count + imported.network.entries.count
    throw FormatError(
      origin: file, key: first.name,
      message: "\(first.reason) (\(imported.unresolved.count) of \(all) layers are not understood: convert lists them)")
  }

  /// The name for a network whose file gives it none: the file's name without folders and ending.
  static func networkName(of file: String) -> String {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    let text = FormatError.oneLine(stem)
    return text.isEmpty ? "network" : text
  }
}
