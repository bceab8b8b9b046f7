import Foundation

extension OperatorRules {
  /// Operators whose output has the shape of their input, or the common shape of their inputs.
  static let elementwise: [String: Rule] = {
    var rules: [String: Rule] = [:]
    for type in sameShape { rules[type] = likeFirst }
    rules.merge(severalOutputs) { first, _ in first }
    for type in broadcast { rules[type] = Rule { operation throws(Unknown) in try common(operation) { _ in nil } } }
    for (type, function) in unary {
      rules[type] = Rule { operation throws(Unknown) in try common(operation) { function($0[0]) } }
    }
    for (type, function) in binary {
      rules[type] = Rule { operation throws(Unknown) in try common(operation) { $0.dropFirst().reduce($0[0], function) }
      }
    }
    rules["Identity"] = Rule { operation throws(Unknown) in [try operation.input(0)] }
    rules["Cast"] = cast
    rules["CastLike"] = likeFirst
    rules["Mod"] = Rule { operation throws(Unknown) in
      let isC = operation.integer("fmod", default: 0) == 1
      return try common(operation, operands: 2) { modulo($0[0], $0[1], likeDividend: isC) }
    }
    rules["Where"] = Rule { operation throws(Unknown) in
      try common(operation, operands: 3) { operands in
        guard let condition = operands[0].integer else {
          return operands[1] == operands[2] ? operands[1] : .unknown(operands[0].unknown ?? Unknown())
        }
        return condition != 0 ? operands[1] : operands[2]
      }
    }
    return rules
  }()

  private static let sameShape = [
    "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Bernoulli", "BitwiseNot", "Celu", "Clip", "Cos", "Cosh",
    "CumProd", "CumSum", "DequantizeLinear", "Elu", "Erf", "Exp", "EyeLike", "Gelu", "GroupNormalization",
    "HardSigmoid", "HardSwish", "Hardmax", "InstanceNormalization", "IsInf", "IsNaN", "LRN", "LeakyRelu", "Log",
    "LogSoftmax", "LpNormalization", "MeanVarianceNormalization", "Mish", "QuantizeLinear", "RMSNormalization",
    "RandomNormalLike", "RandomUniformLike", "Reciprocal", "Relu", "ReverseSequence", "RotaryEmbedding", "Selu",
    "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Softmax", "Softplus", "Softsign", "Swish", "Tan", "Tanh",
    "TensorScatter", "ThresholdedRelu", "Trilu", "ImageScaler", "ParametricSoftplus", "ScaledTanh", "Affine",
    "com.microsoft.BiasGelu", "com.microsoft.BiasSoftmax", "com.microsoft.DequantizeLinear", "com.microsoft.FastGelu",
    "com.microsoft.Gelu", "com.microsoft.GemmaRotaryEmbedding", "com.microsoft.GroupNorm", "com.microsoft.Inverse",
    "com.microsoft.QLinearLeakyRelu", "com.microsoft.QLinearSigmoid", "com.microsoft.QLinearSoftmax",
    "com.microsoft.QuantizeLinear", "com.microsoft.QuickGelu", "com.microsoft.RotaryEmbedding", "com.microsoft.Trilu",
  ]

  /// Operators whose further outputs are known as well.
  private static let severalOutputs: [String: Rule] = {
    var rules: [String: Rule] = [
      // The scale and the zero of all elements.
      "DynamicQuantizeLinear": Rule { operation throws(Unknown) in
        [TensorFacts(shape: try operation.sizes(0)), TensorFacts(shape: []), TensorFacts(shape: [])]
      },
      // Means and variances of each channel, twice in old versions.
      "BatchNormalization": Rule { operation throws(Unknown) in
        let channels = operation.optional(3)?.shape.map { TensorFacts(shape: $0) } ?? .nothing(Unknown())
        return [TensorFacts(shape: try operation.sizes(0))] + Array(repeating: channels, count: 4)
      },
      // The mask of what is kept.
      "Dropout": Rule { operation throws(Unknown) in
        Array(repeating: TensorFacts(shape: try operation.sizes(0)), count: 2)
      },
      "com.microsoft.SkipGroupNorm": Rule { operation throws(Unknown) in
        Array(repeating: TensorFacts(shape: try operation.sizes(0)), count: 2)
      },
    ]
    // A mean and a deviation for all that is brought to one scale.
    for type in ["LayerNormalization", "SimplifiedLayerNormalization"] {
      rules[type] = Rule { operation throws(Unknown) in
        let sizes = try operation.sizes(0)
        let axis = try operation.axis(operation.integer("axis", default: -1), rank: sizes.count)
        let scale = TensorFacts(shape: sizes.enumerated().map { $0 < axis ? $1 : .integer(1) })
        return [TensorFacts(shape: sizes), scale, scale]
      }
    }
    // The sum that is brought to one scale comes last.
    for type in ["SkipLayerNormalization", "SkipSimplifiedLayerNormalization"] {
      rules["com.microsoft.\(type)"] = Rule { operation throws(Unknown) in
        let sizes = try operation.sizes(0)
        let scale = TensorFacts(shape: sizes.dropLast() + [.integer(1)])
        return [TensorFacts(shape: sizes), scale, scale, TensorFacts(shape: sizes)]
      }
    }
    return rules
  }()

  private static let broadcast = [
    "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "PRelu", "Xor", "com.microsoft.BiasAdd",
  ]

  private static let unary: [String: @Sendable (Quantity) -> Quantity] = [
    "Abs": { absolute($0) },
    "Ceil": { rounded($0, .up) },
    "Floor": { rounded($0, .down) },
    "Round": { rounded($0, .toNearestOrEven) },
    "Neg": { .integer(0) - $0 },
    "Not": { .equal($0, .integer(0)) },
    "Sqrt": { value in value.real.map { .real($0.squareRoot()) } ?? .unknown(value.unknown ?? Unknown()) },
  ]

  private static let binary: [String: @Sendable (Quantity, Quantity) -> Quantity] = [
    "Add": { $0 + $1 }, "Sub": { $0 - $1 }, "Mul": { $0 * $1 }, "Div": { $0 / $1 }, "Sum": { $0 + $1 },
    "Pow": { power($0, $1) },
    "Max": { maximum($0, $1) },
    "Min": { minimum($0, $1) },
    "Mean": { a, _ in .unknown(a.unknown ?? .atRunTime) },
    "Equal": { .equal($0, $1) },
    "Greater": { .compare($0, $1, >) }, "GreaterOrEqual": { .compare($0, $1, >=) },
    "Less": { .compare($0, $1, <) }, "LessOrEqual": { .compare($0, $1, <=) },
    "And": { $0 * $1 },
    "Or": { maximum($0, $1) },
  ]

  /// The first output like the first input, and the further ones unknown.
  static let likeFirst = Rule { operation throws(Unknown) in
    let input = try operation.input(0)
    return [TensorFacts(shape: try input.sizes())]
  }

  /// The inputs broadcast together, and their elements where those are known.
  private static func common(
    _ operation: Operation, operands: Int = 1, _ combine: ([Quantity]) -> Quantity?
  ) throws(Unknown) -> [TensorFacts] {
    let tensors = operation.inputs.compactMap { $0 }
    var shapes: [[Quantity]] = []
    for tensor in tensors { shapes.append(try tensor.sizes()) }
    if shapes.count < operands { throw Unknown("'\(operation.type)' lacks its inputs") }
    // Before version 7 the second input was broadcast to the first one's shape, along an axis of the attribute.
    if operation.version < 7, operation.integer("broadcast", default: 0) == 1 { return [TensorFacts(shape: shapes[0])] }
    let shape = try Broadcasting.shape(shapes)
    var isComplete = true
    let elements = Broadcasting.elements(tensors, shape: shape) { operands in
      if let element = combine(operands) { return element }
      isComplete = false
      return .unknown(Unknown())
    }
    return [
      TensorFacts(
        shape: shape, elements: isComplete ? elements : nil)
    ]
  }

  /// Changes the type of elements: what becomes an integer loses its fraction.
  private static let cast = Rule { operation throws(Unknown) in
    let input = try operation.input(0)
    let target = operation.integer("to", default: 0)
    // Codes of TensorProto.DataType: 9 is the truth value, 1 and 11 are real numbers as they are computed with here.
    let range = integerRanges[target]
    let isReal = target == 1 || target == 11
    let elements = input.elements?.map { element -> Quantity in
      switch element {
      case .integer(let value) where isReal: return .real(Double(value))
      case .integer(let value) where target == 9: return .integer(value == 0 ? 0 : 1)
      case .real(let value) where target == 9: return .integer(value == 0 ? 0 : 1)
      case .integer(let value): return range?.contains(value) ?? true ? element : .unknown(Unknown(outOfRange))
      case .real(let value):
        guard let range else { return element }
        let integer = Int(exactly: value.rounded(.towardZero))
        return integer.flatMap { range.contains($0) ? .integer($0) : nil } ?? .unknown(Unknown(outOfRange))
      case .symbol, .unknown: return element
      }
    }
    let isKnown = range != nil || isReal || target == 9
    return [
      TensorFacts(shape: try input.sizes(), elements: isKnown ? elements : nil)
    ]
  }
}

/// What integers of each type can be, by the codes of TensorProto.DataType.
private let integerRanges: [Int: ClosedRange<Int>] = [
  2: 0...255, 3: -128...127, 4: 0...65_535, 5: -32_768...32_767, 6: Int(Int32.min)...Int(Int32.max), 7: .min ... .max,
  12: 0...Int(UInt32.max), 13: 0 ... .max,
]
private let outOfRange = "a number is changed to a type that cannot hold it"

// MARK: Arithmetic on elements

private func absolute(_ value: Quantity) -> Quantity {
  switch value {
  case .integer(let number): number < 0 ? .integer(0) - value : value
  case .real(let number): .real(abs(number))
  default: value
  }
}

private func rounded(_ value: Quantity, _ rule: FloatingPointRoundingRule) -> Quantity {
  if case .real(let number) = value { .real(number.rounded(rule)) } else { value }
}

private func maximum(_ a: Quantity, _ b: Quantity) -> Quantity {
  a == b ? a : .combine(a, b, integers: { (max($0, $1), false) }, reals: max)
}

private func minimum(_ a: Quantity, _ b: Quantity) -> Quantity {
  a == b ? a : .combine(a, b, integers: { (min($0, $1), false) }, reals: min)
}

/// The remainder, of the divisor's sign or of the dividend's.
private func modulo(_ a: Quantity, _ b: Quantity, likeDividend: Bool) -> Quantity {
  .combine(
    a, b,
    integers: { a, b in
      let (remainder, overflow) = a.remainderReportingOverflow(dividingBy: b)
      if overflow || likeDividend || remainder == 0 || (remainder < 0) == (b < 0) { return (remainder, overflow) }
      return (remainder + b, false)
    },
    reals: { fmod($0, $1) })
}

private func power(_ base: Quantity, _ exponent: Quantity) -> Quantity {
  guard case .integer(let base) = base, let exponent = exponent.real, let times = Int(exactly: exponent) else {
    guard let base = base.real, let exponent = exponent.real else {
      return .unknown((base.unknown ?? Unknown()) | (exponent.unknown ?? Unknown()))
    }
    return .real(pow(base, exponent))
  }
  guard (0...64).contains(times) else { return .unknown(Unknown("its computation exceeds 64 bits")) }
  return .product(repeatElement(.integer(base), count: times))
}
