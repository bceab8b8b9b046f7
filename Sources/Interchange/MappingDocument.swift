public import Mappings

/// A file with a mapping, of this program's or of Timeloop's.
public struct MappingDocument {
  private let template: YAMLTemplate
  private var root: YAMLNode { template.root }

  /// The file, of which nothing but its being YAML is checked yet.
  ///
  /// - Throws: ``FormatError`` when it cannot be read or is not YAML.
  public init(file: String) throws(FormatError) { template = try Self.template(file) }

  private static func template(_ file: String) throws(FormatError) -> YAMLTemplate {
    try YAMLTemplate(TextFile.read(file, limit: YAMLNode.largestFile), origin: file, values: nil)
  }

  /// Whether its mapping is one of Timeloop's: directives with targets, or with a problem or an architecture beside it.
  public var isOfTimeloop: Bool {
    if hasProblem || root.value("architecture") != nil { return true }
    return Self.firstStep(of: root)?.value("target") != nil
  }

  /// Whether the root of a file has a mapping of this program's: a list of loops and keeps.
  static func isOfThisProgram(_ root: YAMLNode) -> Bool {
    guard root.value("architecture") == nil, let first = firstStep(of: root) else { return false }
    return first.isMapping && first.value("target") == nil
  }

  private static func firstStep(of root: YAMLNode) -> YAMLNode? {
    guard let mapping = root.value("mapping"), mapping.isList else { return nil }
    return try? mapping.elements().first
  }

  /// Whether it says what problem the mapping is for, as files of Timeloop's can.
  public var hasProblem: Bool { root.value("problem") != nil }

  /// The mapping as one of this program's, and the name of the layer that it is for, where the file gives one.
  ///
  /// - Throws: ``FormatError`` naming file, line and key.
  public func mapping() throws(FormatError) -> (layer: String?, mapping: Mapping) {
    try template.explaining { root throws(FormatError) in try MappingFile.mapping(root) }
  }

  /// The mapping as one of this program's, in pieces or not, and the name of the layer that it is for, where the file
  /// gives one.
  ///
  /// - Throws: ``FormatError`` naming file, line and key.
  public func tree() throws(FormatError) -> (layer: String?, tree: MappingTree) {
    try template.explaining { root throws(FormatError) in try MappingFile.tree(root) }
  }

  /// The mapping as one of Timeloop's.
  ///
  /// - Parameter problem: the file of the problem, where this one has none.
  /// - Returns: the mapping and its layer.
  /// - Throws: ``FormatError`` naming file, line and key.
  public func timeloopMapping(problem: String?) throws(FormatError) -> TimeloopMapping.Reading {
    let name = WorkloadFile.networkName(of: root.origin)
    guard let problem else { return try TimeloopMapping.read([root], name: name, remarks: template.remarks) }
    try BuiltIn.refuseNetwork(problem, for: "the file of the mapping's problem is expected")
    let other = try Self.template(problem)
    return try other.explaining { problem throws(FormatError) in
      if !hasProblem, problem.value("problem") == nil { throw problem.error("the key 'problem' is missing") }
      return try TimeloopMapping.read([root, problem], name: name, remarks: template.remarks + other.remarks)
    }
  }
}
