import Foundation
import TestSupport

/// What the onnx package says of models: `make setup-models` has written it.
enum ExpectedModels {
  struct Model: Decodable {
    var name: String
    var file: String
    var products: [Product]
  }

  /// A convolution or a matrix product, with the shapes of its operands and of its result.
  struct Product: Decodable {
    var `operator`: String
    var name: String
    var output: String
    var a: [Int]
    var b: [Int]
    var result: [Int]
    var numbers: [String: Int]
    var lists: [String: [Int]]
    var texts: [String: String]
  }

  /// A model of a single operator.
  struct Case: Decodable {
    struct Output: Decodable {
      var shape: [Int]
      var integers: [Int]?
    }

    var name: String
    var file: String
    var operators: [String]
    var outputs: [String: Output]
  }

  private static let folder = Program.root.appending(path: ".build-models")

  static func models() throws -> [Model] { try decode("expected.json") }

  static func cases() throws -> [Case] { try decode("operators.json") }

  private static func decode<Value: Decodable>(_ name: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(contentsOf: folder.appending(path: name)))
  }
}
