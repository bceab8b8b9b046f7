public import Workloads

/// The layers of a network in the ONNX format (https://onnx.ai): its convolutions and matrix products.
///
/// Only the graph is read, not the weights, which may take gigabytes or lie in other files. Shapes are propagated through
/// the graph from those of its inputs, whose symbolic dimensions the caller sets; where an operator is not known, the
/// shapes that the file states are taken.
public struct ONNXModel: Hashable, Sendable {
  /// A node that multiplies and accumulates, and whose layer could not be given.
  public struct Unresolved: Hashable, Sendable {
    /// The node's name, or that of its first output.
    public let name: String
    /// Why, as in "its input's shape is unknown: the operator 'NonZero' of 'found' decides it".
    public let reason: String
  }

  /// The largest size that a symbolic dimension can be given.
  public static let largestDimension = Layer.largestSize

  /// The graph's name, which may be empty.
  public let name: String
  /// The layers in the graph's order with how often they run, each named as its node is, or as the node's first output
  /// when it has no name or shares it; names are unique. The phases of a transposed convolution that read inputs at
  /// different places are parts of it.
  public let entries: [Network.Entry]
  /// The nodes without a layer, in the graph's order.
  public let unresolved: [Unresolved]
  /// What a reader of results must know, a line each.
  public let remarks: [String]
  /// The names that `dimensions` can set: those of the sizes that the inputs leave open, as `input.0` where they have
  /// none, and those of computed sizes of which no operator tells more.
  public let symbolicDimensions: [String]
  /// How many nodes there are of each operator that is not known.
  public let unknownOperators: [String: Int]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - file: its path.
  ///   - dimensions: sizes of symbolic dimensions, by name; those that the model does not have are ignored.
  /// - Returns: the model's layers.
  /// - Throws: ``ONNXError`` when the file is no ONNX model, or a size contradicts it.
  public static func read(file: String, dimensions: [String: Int] = [:]) throws(ONNXError) -> ONNXModel {
    try ONNXModel(ByteSource.withFile(file, ModelProto.read), dimensions: dimensions)
  }

  /// Reads the bytes of a file, see ``read(file:dimensions:)``.
  public static func read(_ bytes: [UInt8], dimensions: [String: Int] = [:]) throws(ONNXError) -> ONNXModel {
    var source = ByteSource(bytes)
    return try ONNXModel(ModelProto.read(&source), dimensions: dimensions)
  }

  /// The layers of a model without its weights.
  private init(_ model: ModelProto, dimensions: [String: Int]) throws(ONNXError) {
    for (name, size) in dimensions.sorted(by: { $0.key < $1.key }) where !(1...Self.largestDimension).contains(size) {
      throw ONNXError("the dimension '\(name)' cannot be \(size); \((1...Self.largestDimension).accepted)")
    }
    var walk = try GraphWalk(model, dimensions: dimensions)
    try walk.run()
    self.name = walk.graph.name
    entries = walk.record.entries
    unresolved = walk.record.unresolved
    remarks = walk.record.remarks
    symbolicDimensions = walk.declarations.symbols
    unknownOperators = walk.record.unknownOperators
  }

  /// The layers without how often they run.
  var layers: [Layer] { entries.map(\.layer) }
}

extension ONNXModel {
  /// Operators as they are listed, with how many nodes there are of each: "com.tool.A (3), com.tool.B (1)".
  public static func list(_ operators: [String: Int]) -> String {
    let list = operators.sorted { $0.key < $1.key }.prefix(16).map { "\($0.key) (\($0.value))" }
    return list.joined(separator: ", ") + (operators.count > 16 ? " and \(operators.count - 16) more" : "")
  }
}

extension ModelProto {
  /// A model without the contents of large tensors.
  ///
  /// - Parameter source: a file's bytes.
  /// - Returns: the model.
  /// - Throws: ``ONNXError`` when the bytes are none.
  static func read(_ source: inout ByteSource) throws(ONNXError) -> ModelProto {
    try refuseText(&source)
    return try WireReader.message(source)
  }

  /// Says what to do about a text, and about the place-holder of a large file that Git keeps elsewhere.
  private static func refuseText(_ source: inout ByteSource) throws(ONNXError) {
    let start = try source.bytes(0..<min(source.count, 512))
    if start.starts(with: Array("version https://git-lfs".utf8)) {
      throw ONNXError("is a pointer of Git LFS to a model: fetch the model itself with 'git lfs pull'")
    }
    // A node has fields whose tags are no characters.
    if start.count > 8, start.allSatisfy({ $0 >= 0x20 || (0x09...0x0d).contains($0) }) {
      throw ONNXError("is not an ONNX model but text: files with layers in text have other endings, such as .yaml")
    }
  }
}
