import Foundation
import Testing

@testable import ONNX

/// The rules of operators against the test cases of the onnx package, one for each use of an operator.
struct OperatorCaseTests {
  /// Operators whose outputs depend on what they compute, or are not looked into; all others must be known.
  private static let unknown: Set<String> = [
    "Adagrad", "Adam", "AffineGrid", "ArrayFeatureExtractor", "Attention", "Binarizer", "BitCast", "BlackmanWindow",
    "CausalConvWithState", "CenterCropPad", "DFT", "FlexAttention", "HammingWindow", "HannWindow",
    "ImageDecoder", "LabelEncoder", "LinearAttention", "Loop", "MelWeightMatrix", "Momentum",
    "NegativeLogLikelihoodLoss", "NonMaxSuppression", "OptionalGetElement", "OptionalHasElement",
    "RegexFullMatch", "STFT", "SoftmaxCrossEntropyLoss", "StringConcat", "StringNormalizer", "StringSplit",
    "SwiGLU", "TfIdfVectorizer", "TreeEnsemble", "Unique",
  ]

  /// Outputs of other operators that are not looked into, by the beginnings of their test cases' names.
  private static let unknownCases = [
    "test_maxunpool_export_without", "test_scan_sum", "test_range_float16",
    "test_range_bfloat16", "test_resize_downsample_sizes_nearest_not", "test_resize_upsample_sizes_nearest_not",
  ]

  @Test func operatorsGiveWhatTheirTestCasesExpect() throws {
    var agreed = 0
    for testCase in try ExpectedModels.cases() {
      var walk = try GraphWalk(ByteSource.withFile(testCase.file, ModelProto.read), dimensions: [:])
      try walk.run()
      for (name, expected) in testCase.outputs {
        let facts = walk.facts(of: name)
        let shape = facts?.shape?.map(\.integer)
        let isSkipped = Self.unknownCases.contains { testCase.name.hasPrefix($0) }
        if Self.unknown.isDisjoint(with: testCase.operators), !isSkipped {
          #expect(shape == expected.shape, "\(testCase.name): \(name)")
        }
        // What is said to be known is right, whatever the operator.
        for (own, size) in zip(shape ?? [], expected.shape) { #expect(own == nil || own == size, "\(testCase.name)") }
        if let elements = facts?.elements?.map(\.integer), let integers = expected.integers {
          for (own, value) in zip(elements, integers) {
            #expect(own == nil || own == value, "\(testCase.name): \(name)")
          }
        }
        agreed += shape == expected.shape ? 1 : 0
      }
    }
    #expect(agreed >= 1500)
  }
}
