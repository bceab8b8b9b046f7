public import Mappings

/// A file with a mapping, of this program's or of Timeloop's.
public struct MappingDocument {
  private let root: YAMLNode

  /// The file, of which nothing but its being YAML is checked yet.
  ///
  /// - Throws: ``FormatError`` when it cannot be read or is not YAML.
  public init(file: String) throws(FormatError) { root = try YAMLNode.read(file: file) }

  /// Whether its mapping is one of Timeloop's: directives with targets.
  public var isOfTimeloop: Bool {
    guard let mapping = root.value("mapping"), mapping.isList else { return false }
    return (try? mapping.elements().first?.value("target")) != nil
  }

  /// Whether it says what problem the mapping is for, as files of Timeloop's can.
  public var hasProblem: Bool { root.value("problem") != nil }

  /// The mapping as one of this program's, and the name of the layer that it is for, where the file gives one.
  ///
  /// - Throws: ``FormatError`` naming file, line and key.
  public func mapping() throws(FormatError) -> (layer: String?, mapping: Mapping) { try MappingFile.mapping(root) }

  /// The mapping as one of Timeloop's.
  ///
  /// - Parameter problem: the file of the problem, where this one has none.
  /// - Returns: the mapping and its layer.
  /// - Throws: ``FormatError`` naming file, line and key.
  public func timeloopMapping(problem: String?) throws(FormatError) -> TimeloopMapping.Reading {
    var roots = [root]
    if let problem { roots.append(try YAMLNode.read(file: problem)) }
    return try TimeloopMapping.read(roots, name: WorkloadFile.networkName(of: root.origin))
  }
}
