public import Workloads

/// The layers of a network in the ONNX format (https://onnx.ai): its convolutions and matrix products.
///
/// Only the graph is read, not the weights, which may take gigabytes or lie in other files. Shapes are propagated through
/// the graph from those of its inputs, whose symbolic dimensions the caller sets; where an operator is not known, the
/// shapes that the file states are taken.
public struct ONNXModel: Hashable, Sendable {
  /// A node that is given as several layers, its parts, which read inputs in common.
  public struct Whole: Hashable, Sendable {
    /// The node's name, or that of its first output.
    public let name: String
    /// Whether all parts read the same inputs.
    public let hasCommonInputs: Bool
  }

  /// A node that multiplies and accumulates, and whose layer could not be given.
  public struct Unresolved: Hashable, Sendable {
    /// The node's name, or that of its first output.
    public let name: String
    /// Why, as in "its batch is the symbolic dimension 'N': give a size, as in --dim N=1".
    public let reason: String
  }

  /// The largest size that a symbolic dimension can be given.
  public static let largestDimension = Layer.largestSize

  /// The graph's name, which may be empty.
  public let name: String
  /// The layers in the graph's order, each named as its node is, or as the node's first output when it has no name or
  /// shares it; names are unique.
  public let layers: [Layer]
  /// By its name the layer that a layer is a part of, where there is one: the phases of a transposed convolution that read
  /// inputs at different places are layers of their own.
  public let wholes: [String: Whole]
  /// The nodes without a layer, in the graph's order.
  public let unresolved: [Unresolved]
  /// What a reader of results must know, a line each.
  public let remarks: [String]
  /// The names that `dimensions` can set: the file's symbolic dimensions, and those of its inputs that have no name and
  /// no size, as `input.0`.
  public let symbolicDimensions: [String]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - file: its path.
  ///   - dimensions: sizes of symbolic dimensions, by name; those that the model does not have are ignored.
  /// - Returns: the model's layers.
  /// - Throws: ``ONNXError`` when the file is no ONNX model.
  public static func read(file: String, dimensions: [String: Int] = [:]) throws(ONNXError) -> ONNXModel {
    let model = try ByteSource.withFile(file) { source throws(ONNXError) in try HeaderReader.model(source) }
    return try ONNXModel(model, dimensions: dimensions)
  }

  /// Reads the bytes of a file, see ``read(file:dimensions:)``.
  public static func read(_ bytes: [UInt8], dimensions: [String: Int] = [:]) throws(ONNXError) -> ONNXModel {
    try ONNXModel(HeaderReader.model(ByteSource(bytes)), dimensions: dimensions)
  }

  /// The layers of a model that has been decoded.
  init(_ model: ModelProto, dimensions: [String: Int]) throws(ONNXError) {
    for (name, size) in dimensions.sorted(by: { $0.key < $1.key }) where !(1...Self.largestDimension).contains(size) {
      throw ONNXError("the dimension '\(name)' cannot be \(size); 1 to \(Self.largestDimension) is accepted")
    }
    var walk = GraphWalk(model, dimensions: dimensions)
    try walk.run()
    self.name = model.graph.name
    layers = walk.record.layers
    wholes = walk.record.wholes
    unresolved = walk.record.unresolved
    remarks = walk.record.remarks
    symbolicDimensions = walk.declarations.symbols
  }
}
