import Workloads

/// The layers that a node amounts to.
struct Lowering {
  /// What is to be said of how a node became layers.
  enum Note: CaseIterable {
    case oneAxis
    case foldedAxes
    case phasesAsChannels
    case phases
    case weightsFirst
    case otherSummand
    case separateBiases
  }

  var layers: [Layer] = []
  /// The layer that they are parts of, which read inputs in common; nil where each stands for itself.
  var whole: ONNXModel.Whole?
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
    if let reason = inexpressible[operation.type] { throw Unknown(reason) }
    return nil
  }

  /// Whether an operator multiplies and accumulates.
  static func multiplies(_ type: String) -> Bool {
    ConvolutionOperands.types.contains(type) || type == "ConvTranspose" || MatrixProduct.types.contains(type)
      || type == "Einsum" || inexpressible[type] != nil
  }

  /// Operators that multiply and accumulate in ways that are not taken apart, with what is said of them.
  private static let inexpressible: [String: String] = {
    var reasons: [String: String] = [:]
    for type in ["LSTM", "GRU", "RNN", "com.microsoft.DynamicQuantizeLSTM"] {
      reasons[type] = "'\(type)' is a recurrent network of several GEMMs at every step, which is not taken apart"
    }
    for type in [
      "Attention", "LinearAttention", "FlexAttention", "com.microsoft.Attention", "com.microsoft.MultiHeadAttention",
      "com.microsoft.GroupQueryAttention", "com.microsoft.QAttention", "com.microsoft.PackedAttention",
      "com.microsoft.DecoderMaskedMultiHeadAttention", "com.microsoft.QOrderedAttention",
    ] {
      reasons[type] = "'\(type)' is several GEMMs in one, which are not taken apart"
    }
    for type in ["DeformConv", "CausalConvWithState", "com.microsoft.NhwcConv", "com.microsoft.MoE"] {
      reasons[type] = "'\(type)' is no convolution of the kind that a layer describes"
    }
    return reasons
  }()

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
    guard let first = missing.first else { return sizes }
    if missing.count == 1, case .symbol(let name) = first.size {
      throw Unknown(
        "its \(first.name) \(verb(first.name)) the symbolic dimension '\(name)': give a size, as in \(Unknown.option(name))"
      )
    }
    let names = missing.map(\.name).joined(separator: ", ")
    let unknown = missing.compactMap(\.size.unknown).reduce(Unknown()) { $0 | $1 }
    throw Unknown("its \(names) \(missing.count == 1 ? verb(names) : "are") unknown: \(unknown.explanation)")
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
