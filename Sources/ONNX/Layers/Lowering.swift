import Workloads

/// The layers that a node amounts to.
struct Lowering {
  /// What is to be said of how a node became layers.
  enum Note: CaseIterable {
    case oneAxis
    case foldedAxes
    case blocked
    case phasesAsChannels
    case phases
    case recurrent
    case longestSequence
    case repeated
    case weightsFirst
    case otherSummand
    case separateBiases
  }

  /// A node that is given as several layers, its parts, which read inputs in common.
  struct Whole: Hashable {
    /// The node's name, or that of its first output.
    let name: String
    /// Whether all parts read the same inputs.
    let hasCommonInputs: Bool
  }

  var layers: [Layer] = []
  /// The layer that they are parts of, which read inputs in common; nil where each stands for itself.
  var whole: Whole?
  /// How often a layer runs each time that the node does, by its name, where that is more than once.
  var counts: [String: Int] = [:]
  var notes: Set<Note> = []
}

extension Lowering {
  /// The layers of a node, or nil when its operator is none that multiplies and accumulates.
  ///
  /// - Parameters:
  ///   - operation: the node.
  ///   - name: what to call the layer.
  /// - Returns: the layers.
  /// - Throws: ``Unknown`` with the reason why they cannot be given, as a clause about the node.
  static func lowering(of operation: Operation, named name: String) throws(Unknown) -> Lowering? {
    if ConvolutionOperands.types.contains(operation.type) { return try ConvolutionOperands(operation).lowering(name) }
    if operation.type == "ConvTranspose" { return try TransposedConvolution(operation).lowering(name) }
    if let product = try MatrixProduct(operation) { return try product.lowering(name) }
    if operation.type == "Einsum" { return try Contraction(operation).lowering(name) }
    if RecurrentNetwork.types.contains(operation.type) { return try RecurrentNetwork(operation).lowering(name) }
    if let reason = inexpressible[operation.type] { throw Unknown(reason) }
    return nil
  }

  /// Whether an operator multiplies and accumulates.
  static func multiplies(_ type: String) -> Bool {
    ConvolutionOperands.types.contains(type) || type == "ConvTranspose" || MatrixProduct.types.contains(type)
      || type == "Einsum" || RecurrentNetwork.types.contains(type) || inexpressible[type] != nil
  }

  /// Operators that multiply and accumulate in ways that are not taken apart, with what is said of them.
  private static let inexpressible: [String: String] = {
    var reasons: [String: String] = [:]
    for type in ["Attention", "LinearAttention", "FlexAttention"] + composites.map({ "com.microsoft.\($0)" }) {
      reasons[type] = "'\(type)' is several GEMMs in one, which are not taken apart"
    }
    for type in ["DeformConv", "CausalConvWithState", "com.microsoft.CausalConvWithState"] {
      reasons[type] = "'\(type)' is no convolution of the kind that a layer describes"
    }
    for type in ["com.microsoft.NhwcConv", "com.microsoft.NhwcFusedConv"] + internalTypes {
      reasons[type] = "'\(type)' has its channels last, and the file does not say whether its weights have so too"
    }
    for type in ["com.microsoft.SparseToDenseMatMul", "com.microsoft.QOrderedMatMul", "com.microsoft.MatMulFpQ4"] {
      reasons[type] = "'\(type)' has operands that are packed or sparse, whose sizes the file does not give"
    }
    reasons["com.microsoft.ConvTransposeWithDynamicPads"] =
      "the padding of 'com.microsoft.ConvTransposeWithDynamicPads' is computed while the network runs"
    return reasons
  }()

  /// Operators of ONNX Runtime that stand for several products each.
  private static let composites = [
    "Attention", "AttnLSTM", "BeamSearch", "CDist", "DecoderAttention", "DecoderMaskedMultiHeadAttention",
    "DecoderMaskedSelfAttention", "DynamicSparseAttention", "GreedySearch", "GroupQueryAttention", "LinearAttention",
    "LongformerAttention", "MatMulNBitsMlp", "MatMulNBitsQkv", "MoE", "MultiHeadAttention",
    "PackedAttention", "PackedMultiHeadAttention", "PagedAttention", "QAttention", "QMoE", "QOrderedAttention",
    "QOrderedLongformerAttention", "Sampling", "SparseAttention", "SparsePagedAttention", "WhisperBeamSearch",
    "WordConvEmbedding",
  ]

  /// Operators that ONNX Runtime makes of others for a device.
  private static let internalTypes = ["Conv", "ConvTranspose", "QLinearConv", "QLinearConvTranspose"].map {
    "com.ms.internal.nhwc.\($0)"
  }

  /// The sizes in a list, all of which must be known.
  ///
  /// - Parameter quantities: what each is called, and what is known of it.
  /// - Returns: the sizes.
  /// - Throws: ``Unknown`` naming those that are not known, and what would make them known.
  static func known(_ quantities: [(name: String, size: Quantity)]) throws(Unknown) -> [Int] {
    var sizes: [Int] = []
    var missing: [(name: String, size: Quantity)] = []
    for quantity in quantities {
      if let size = quantity.size.integer { sizes.append(size) } else { missing.append(quantity) }
    }
    if missing.isEmpty { return sizes }
    let names = missing.map(\.name).joined(separator: ", ")
    let unknown = missing.compactMap(\.size.unknown).reduce(Unknown()) { $0 | $1 }
    throw unknown.about("its \(names) \(missing.count == 1 ? verb(names) : "are") unknown")
  }

  private static func verb(_ name: String) -> String { name.hasSuffix("channels") ? "are" : "is" }

  /// Makes a layer.
  ///
  /// - Parameter make: gives the layer.
  /// - Returns: the layer.
  /// - Throws: ``Unknown`` saying what is wrong with its sizes.
  static func layer(_ make: () throws(LayerError) -> Layer) throws(Unknown) -> Layer {
    do { return try make() } catch { throw Unknown("\(error)") }
  }
}
