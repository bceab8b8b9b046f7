extension OperatorRules {
  /// Convolutions, poolings and resizings.
  static let windows: [String: Rule] = {
    var rules: [String: Rule] = [
      "ConvTranspose": Rule { operation throws(Unknown) in [try TransposedConvolution(operation).outputFacts] },
      "MaxUnpool": Rule { operation throws(Unknown) in
        guard operation.optional(2) == nil else { return [TensorFacts(shape: try sizes(try operation.input(2)))] }
        throw Unknown.notFollowed("the output's shape of 'MaxUnpool' is not given")
      },
      "Resize": resize, "Upsample": resize,
      "com.microsoft.nchwc.Upsample": Rule { operation throws(Unknown) in
        let (sizes, factors) = (try operation.sizes(0), operation.integers("scales") ?? [])
        guard factors.count == sizes.count else { throw Unknown("it needs a factor for each dimension") }
        return [TensorFacts(shape: zip(sizes, factors).map { $0 * .integer($1) })]
      },
      "com.microsoft.nchwc.ReorderInput": Rule { operation throws(Unknown) in
        var sizes = try operation.sizes(0)
        if operation.integer("channels_last", default: 0) == 1 { sizes = try ChannelOrder.channelsFirst(sizes) }
        // A block has 8 channels or 16, which is decided by the machine that optimised the model.
        if sizes.count > 1, (sizes[1].integer ?? 1) % 16 != 0 { sizes[1] = .unknown(.notFollowed(fillsBlocks)) }
        return [TensorFacts(shape: sizes)]
      },
      "com.microsoft.nchwc.ReorderOutput": Rule { operation throws(Unknown) in
        var sizes = try operation.sizes(0)
        if sizes.count > 1 { sizes[1] = .integer(operation.integer("channels", default: 0)) }
        return [
          TensorFacts(
            shape: operation.integer("channels_last", default: 0) == 1 ? try ChannelOrder.channelsLast(sizes) : sizes)
        ]
      },
      "MaxRoiPool": Rule { operation throws(Unknown) in
        let pooled = operation.integers("pooled_shape") ?? []
        return [
          TensorFacts(
            shape: [try operation.sizes(1).first, try operation.sizes(0).dropFirst().first].compactMap { $0 }
              + pooled.map { .integer($0) })
        ]
      },
      "RoiAlign": Rule { operation throws(Unknown) in
        let (height, width) = (
          operation.integer("output_height", default: 1), operation.integer("output_width", default: 1)
        )
        return [
          TensorFacts(
            shape: [try operation.sizes(1).first, try operation.sizes(0).dropFirst().first].compactMap { $0 }
              + [.integer(height), .integer(width)])
        ]
      },
      "GridSample": Rule { operation throws(Unknown) in
        let (sizes, grid) = (try operation.sizes(0), try operation.sizes(1))
        return [TensorFacts(shape: sizes.prefix(2) + grid.dropFirst().dropLast())]
      },
    ]
    for type in ConvolutionOperands.types.union(["DeformConv"]) {
      rules[type] = Rule { operation throws(Unknown) in [try ConvolutionOperands(operation).outputFacts] }
    }
    for type in [
      "AveragePool", "MaxPool", "LpPool", "com.microsoft.QLinearAveragePool", "com.microsoft.NhwcMaxPool",
      "com.microsoft.nchwc.AveragePool", "com.microsoft.nchwc.MaxPool", "qonnx.custom_op.general.MaxPoolNHWC",
      "\(channelsLast).MaxPool",
    ] {
      rules[type] = Rule { operation throws(Unknown) in
        let pooled = try pooling(operation)
        return [pooled, pooled]
      }
    }
    for type in [
      "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "com.microsoft.QLinearGlobalAveragePool",
      "com.microsoft.nchwc.GlobalAveragePool", "com.microsoft.nchwc.GlobalMaxPool",
    ] {
      rules[type] = Rule { operation throws(Unknown) in
        [
          TensorFacts(
            shape: try ChannelOrder(operation).shape(try operation.sizes(0)) { sizes in
              sizes.enumerated().map { $0 < 2 ? $1 : .integer(1) }
            })
        ]
      }
    }
    return rules
  }()

  private static let fillsBlocks = "channels are filled up to blocks of a size that the file does not give"

  /// The spatial sizes that windows give: each is known where the input's is.
  ///
  /// - Parameters:
  ///   - operation: the node.
  ///   - input: spatial sizes.
  ///   - kernel: the kernel's sizes.
  ///   - output: the output's size along an axis.
  /// - Returns: the output's sizes.
  /// - Throws: ``Unknown`` when the node is not valid.
  static func spatialSizes(
    _ operation: Operation, input: [Quantity], kernel: [Int], output: (WindowAxis) -> Int = { $0.output }
  ) throws(Unknown) -> [Quantity] {
    // An unknown size stands for any: its own axis is not looked at.
    let known = input.enumerated().map { $1.integer ?? (kernel.indices.contains($0) ? kernel[$0] : 1) }
    let axes = try WindowAxis.axes(of: operation, input: known, kernel: kernel)
    return input.indices.map { index in
      if let unknown = input[index].unknown { return .unknown(unknown) }
      return .integer(output(axes[index]))
    }
  }

  private static func pooling(_ operation: Operation) throws(Unknown) -> TensorFacts {
    TensorFacts(
      shape: try ChannelOrder(operation).shape(try operation.sizes(0)) { sizes throws(Unknown) in
        try pooled(sizes, operation)
      })
  }

  private static func pooled(_ sizes: [Quantity], _ operation: Operation) throws(Unknown) -> [Quantity] {
    guard sizes.count > 2, let kernel = operation.integers("kernel_shape") else {
      throw Unknown("'\(operation.type)' needs a kernel and at least three dimensions")
    }
    let roundsUp = operation.integer("ceil_mode", default: 0) == 1
    let spatial = try spatialSizes(operation, input: Array(sizes.dropFirst(2)), kernel: kernel) { axis in
      guard roundsUp else { return axis.output }
      let room = axis.input + axis.before + axis.after - axis.reach
      if room < 0 { return 0 }
      let count = (room + axis.stride - 1) / axis.stride + 1
      // A window that would start behind the input and the padding before it is left out.
      return (count - 1) * axis.stride >= axis.input + axis.before ? count - 1 : count
    }
    return sizes.prefix(2) + spatial
  }

  private static let resize = Rule { operation throws(Unknown) in
    let sizes = try operation.sizes(0)
    if let policy = operation.text("keep_aspect_ratio_policy"), policy != "stretch" {
      throw Unknown.notFollowed("its sizes follow the policy '\(policy)'")
    }
    let axes = try operation.axes(operation.integers("axes") ?? Array(sizes.indices), rank: sizes.count)
    var shape = sizes
    // Sizes are the fourth input since version 11; scales were the second before, and an attribute before that.
    if operation.version >= 11, let target = operation.optional(3) {
      let targets = try Self.sizes(target)
      guard targets.count == axes.count else { throw Unknown("'\(operation.type)' needs a size for each dimension") }
      for (axis, size) in zip(axes, targets) { shape[axis] = size }
      return [TensorFacts(shape: shape)]
    }
    let scales: [Quantity]?
    if let list = operation.numbers("scales") {
      scales = list.map { .real($0) }
    } else {
      scales = operation.optional(operation.version >= 11 && operation.type == "Resize" ? 2 : 1)?.elements
    }
    guard let scales, scales.count == axes.count else { throw .atRunTime }
    for (axis, scale) in zip(axes, scales) {
      guard let size = sizes[axis].integer, let factor = scale.real else {
        if scale.real != 1 { shape[axis] = .unknown((sizes[axis].unknown ?? Unknown()) | (scale.unknown ?? Unknown())) }
        continue
      }
      // The format computes this product in single precision.
      guard let result = Int(exactly: (Float(size) * Float(factor)).rounded(.down)) else {
        throw Unknown("a size is scaled by \(factor)")
      }
      shape[axis] = .integer(result)
    }
    return [TensorFacts(shape: shape)]
  }
}
