/// What operators do to shapes, and to the elements of short tensors that shapes are computed with.
///
/// The rules are those of https://onnx.ai/onnx/operators, of every version of an operator: what was an attribute once
/// and is an input now is looked for in both places.
enum OperatorRules {
  /// What is known of an operator's outputs, given its inputs.
  struct Rule: Sendable {
    /// Gives the outputs, or throws why nothing is known of them.
    let outputs: @Sendable (Operation) throws(Unknown) -> [TensorFacts]

    init(_ outputs: @escaping @Sendable (Operation) throws(Unknown) -> [TensorFacts]) { self.outputs = outputs }
  }

  /// The rule of an operator, or nil when it is not known.
  static func rule(_ type: String) -> Rule? { rules[type] }

  /// The operators that are known.
  static var types: Set<String> { Set(rules.keys) }

  private static let rules: [String: Rule] = [
    elementwise, constants, arrangement, indexing, reductions, windows, products, qonnx,
  ].reduce(into: [:]) { all, group in all.merge(group) { first, _ in first } }

  /// Operators of the format without a rule: what they give is decided while the network runs, or is no tensor, and
  /// they do no MACs.
  static let withoutMACs: Set<String> = [
    "AffineGrid", "BitCast", "BlackmanWindow", "CenterCropPad", "ConcatFromSequence", "DFT",
    "HammingWindow",
    "HannWindow", "If", "ImageDecoder", "Loop", "MelWeightMatrix", "Multinomial", "NegativeLogLikelihoodLoss",
    "Optional",
    "OptionalGetElement", "OptionalHasElement", "RegexFullMatch", "STFT", "Scan", "SequenceAt", "SequenceConstruct",
    "SequenceEmpty", "SequenceErase", "SequenceInsert", "SequenceLength", "SequenceMap", "SoftmaxCrossEntropyLoss",
    "SplitToSequence", "StringConcat", "StringNormalizer", "StringSplit", "TfIdfVectorizer", "Unique",
  ]
}
