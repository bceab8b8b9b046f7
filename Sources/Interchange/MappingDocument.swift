public import Mappings

/// A file with a mapping, of this program's or of Timeloop's.
public struct MappingDocument {
  private let text: String
  private let root: YAMLNode

  /// The file, of which nothing but its being YAML is checked yet.
  ///
  /// - Throws: ``FormatError`` when it cannot be read or is not YAML.
  public init(file: String) throws(FormatError) {
    let text = try TextFile.read(file, limit: YAMLNode.largestFile)
    root = try YAMLTemplate.explaining(text, origin: file) { () throws(FormatError) in
      try YAMLNode.parse(text, origin: file)
    }
    self.text = text
  }

  /// Whether its mapping is one of Timeloop's: directives with targets, or with a problem or an architecture beside it.
  public var isOfTimeloop: Bool {
    if hasProblem || root.value("architecture") != nil { return true }
    guard let mapping = root.value("mapping"), mapping.isList else { return false }
    return (try? mapping.elements().first?.value("target")) != nil
  }

  /// Whether it says what problem the mapping is for, as files of Timeloop's can.
  public var hasProblem: Bool { root.value("problem") != nil }

  /// The mapping as one of this program's, and the name of the layer that it is for, where the file gives one.
  ///
  /// - Throws: ``FormatError`` naming file, line and key.
  public func mapping() throws(FormatError) -> (layer: String?, mapping: Mapping) {
    try YAMLTemplate.explaining(text, origin: root.origin) { () throws(FormatError) in try MappingFile.mapping(root) }
  }

  /// The mapping as one of Timeloop's.
  ///
  /// - Parameter problem: the file of the problem, where this one has none.
  /// - Returns: the mapping and its layer.
  /// - Throws: ``FormatError`` naming file, line and key.
  public func timeloopMapping(problem: String?) throws(FormatError) -> TimeloopMapping.Reading {
    let name = WorkloadFile.networkName(of: root.origin)
    return try YAMLTemplate.explaining(text, origin: root.origin) { () throws(FormatError) in
      guard let problem else { return try TimeloopMapping.read([root], name: name) }
      try BuiltIn.refuseNetwork(problem, for: "the file of the mapping's problem is expected")
      let text = try TextFile.read(problem, limit: YAMLNode.largestFile)
      return try YAMLTemplate.explaining(text, origin: problem) { () throws(FormatError) in
        let other = try YAMLNode.parse(text, origin: problem)
        if !hasProblem, other.value("problem") == nil { throw other.error("the key 'problem' is missing") }
        return try TimeloopMapping.read([root, other], name: name)
      }
    }
  }
}
