import Workloads

/// The operands of a convolution, quantised or not.
struct ConvolutionOperands {
  /// Where the operators have their weights and biases.
  private static let positions: [String: (weights: Int, biases: Int?)] = [
    "Conv": (1, 2), "ConvInteger": (1, nil), "QLinearConv": (3, 8),
    "com.microsoft.FusedConv": (1, 2), "com.microsoft.QLinearConv": (3, 8), "com.microsoft.nchwc.Conv": (1, 2),
    "\(OperatorRules.channelsLast).Conv": (1, 2),
  ]

  /// The operators.
  static let types = Set(positions.keys)

  private let operation: Operation
  /// Images, channels, and the spatial sizes of the input.
  private let input: [Quantity]
  /// Output channels, input channels of one group, and the kernel's sizes, where they are known at all.
  private let weights: [Quantity]?
  private let weightsUnknown: Unknown
  private let hasBiases: Bool

  /// The operands of a node whose operator is one of ``types``.
  init(_ operation: Operation) throws(Unknown) {
    let positions = Self.positions[operation.type] ?? (1, nil)
    self.operation = operation
    input = try ChannelOrder(operation).channelsFirst(try Lowering.sizes(try operation.input(0), of: "input"))
    let weights = try operation.input(positions.weights)
    // Weights have their channels in front wherever those of the images are, but for QONNX.
    let isLast = operation.type.hasPrefix(OperatorRules.channelsLast)
    self.weights =
      isLast ? try weights.shape.map { shape throws(Unknown) in try ChannelOrder.channelsFirst(shape) } : weights.shape
    weightsUnknown = weights.unknown
    hasBiases = positions.biases.flatMap { operation.optional($0) } != nil
    if input.count < 3 { throw Unknown("its input has \(input.count) dimensions; at least 3 are expected") }
    if let shape = weights.shape, shape.count != input.count {
      throw Unknown("its input has \(input.count) dimensions, its weights have \(shape.count)")
    }
  }

  /// The kernel's sizes, which the weights have, and an attribute may repeat.
  private func kernel() throws(Unknown) -> [Int] {
    let given = operation.integers("kernel_shape").flatMap { $0.isEmpty ? nil : $0 }
    guard let weights else {
      if let given { return given }
      throw weightsUnknown.about("its weights' shape is unknown")
    }
    if let given, given.count == weights.count - 2 {
      for (size, own) in zip(given, weights.dropFirst(2)) {
        if let own = own.integer, own != size {
          throw Unknown("its kernel is \(given) by 'kernel_shape', and its weights are \(ShapeText.text(weights))")
        }
      }
      return given
    }
    return try Lowering.known(weights.dropFirst(2).map { ("kernel's size", $0) })
  }

  /// What is known of the output.
  var outputFacts: TensorFacts {
    get throws(Unknown) {
      let spatial = try OperatorRules.spatialSizes(operation, input: Array(input.dropFirst(2)), kernel: try kernel())
      let shape = [input[0], weights?[0] ?? .unknown(weightsUnknown)] + spatial
      return TensorFacts(
        shape: ChannelOrder(operation) == .first ? shape : try ChannelOrder.channelsLast(shape))
    }
  }

  /// The layer.
  ///
  /// - Parameter name: what to call it.
  /// - Returns: the layer, with notes on how more or fewer axes than two became two.
  /// - Throws: ``Unknown`` with the reason why there is none.
  func lowering(_ name: String) throws(Unknown) -> Lowering {
    let kernel = try kernel()
    let groups = operation.integer("group", default: 1)
    // Of the input's channels and those of the weights, which are the same, one that is known will do.
    let channels = input[1].integer == nil ? weights.map { $0[1] * .integer(groups) } ?? input[1] : input[1]
    let sizes = try Lowering.known(
      [("batch", input[0]), ("input channels", channels)]
        + zip(SpatialAxes.names(input.count - 2), input.dropFirst(2)).map { ("input's \($0)", $1) }
        + [("output channels", weights?[0] ?? .unknown(weightsUnknown))])
    let spatial = Array(sizes[2..<input.count])
    if let own = weights?[1].integer, groups >= 1, own.multipliedReportingOverflow(by: groups) != (sizes[1], false) {
      throw Unknown(
        "its input has \(sizes[1]) channels, and its weights have \(own) in each of \(groups) groups")
    }
    let axes = try WindowAxis.axes(of: operation, input: spatial, kernel: kernel)
    let planar = try SpatialAxes(axes.map(\.cropped))
    let layer = try planar.layer(
      name, batch: sizes[0], groups: groups, inputChannels: sizes[1], outputChannels: sizes[sizes.count - 1],
      hasBiases: hasBiases)
    let isBlocked = operation.type == "com.microsoft.nchwc.Conv"
    return Lowering(layers: [layer], notes: planar.notes.union(isBlocked ? [.blocked] : []))
  }
}

extension Lowering {
  /// The shape of an operand.
  ///
  /// - Parameters:
  ///   - tensor: the operand.
  ///   - role: what it is called.
  /// - Returns: its sizes.
  /// - Throws: ``Unknown`` when not even their number is known.
  static func sizes(_ tensor: TensorFacts, of role: String) throws(Unknown) -> [Quantity] {
    guard let shape = tensor.shape else {
      throw tensor.unknown.about("its \(role)'s shape is unknown")
    }
    return shape
  }
}
