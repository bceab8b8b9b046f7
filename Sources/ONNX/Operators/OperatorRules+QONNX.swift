extension OperatorRules {
  /// Operators of QONNX (https://qonnx.readthedocs.io), which describes networks of few bits.
  static let qonnx: [String: Rule] = {
    var rules: [String: Rule] = [
      "qonnx.custom_op.general.QuantAvgPool2d": Rule { operation throws(Unknown) in
        let (kernel, stride) = (operation.integer("kernel", default: 1), operation.integer("stride", default: 1))
        guard (1...WindowAxis.largestSize).contains(kernel), (1...WindowAxis.largestSize).contains(stride) else {
          throw Unknown("its kernel of \(kernel) or its stride of \(stride) cannot be")
        }
        let shape = try ChannelOrder(operation).shape(try operation.sizes(0)) { sizes in
          sizes.enumerated().map { index, size in
            guard index > 1, let size = size.integer else { return size }
            return .integer(WindowAxis(input: size, kernel: kernel, stride: stride).output)
          }
        }
        return [TensorFacts(shape: shape)]
      },
      "\(channelsLast).BatchNormalization": likeFirst,
    ]
    // What makes numbers of fewer bits is elementwise, whatever its scales and thresholds.
    for domain in quantizerDomains {
      for type in ["BipolarQuant", "FloatQuant", "IntQuant", "MultiThreshold", "Quant", "Trunc"] {
        rules["\(domain).\(type)"] = likeFirst
      }
    }
    return rules
  }()

  /// The domain of standard operators whose images and weights have their channels behind rows and columns.
  static let channelsLast = "qonnx.custom_op.channels_last"
  /// The domains that quantizers have had.
  private static let quantizerDomains = ["qonnx.custom_op.general", "onnx.brevitas", "finn.custom_op.general"]
}
