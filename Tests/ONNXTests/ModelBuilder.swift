import Foundation
import TestSupport
import Testing
import Workloads

@testable import ONNX

/// A size of a tensor in a model that a test builds.
enum BuiltSize: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
  case number(Int)
  case name(String)
  case nothing

  init(integerLiteral value: Int) { self = .number(value) }
  init(stringLiteral value: String) { self = .name(value) }
  init(nilLiteral: ()) { self = .nothing }

  /// The bytes of a TensorShapeProto.Dimension.
  var bytes: [UInt8] {
    switch self {
    case .number(let value): MessageWriter.field(1, value)
    case .name(let name): MessageWriter.field(2, name)
    case .nothing: []
    }
  }
}

/// An input or an output, or a tensor whose shape is stated.
struct BuiltValue {
  var name: String
  var shape: [BuiltSize]?

  /// The bytes of a ValueInfoProto.
  var bytes: [UInt8] {
    let type = shape.map { shape in
      MessageWriter.field(
        1, MessageWriter.field(1, 1) + MessageWriter.field(2, MessageWriter.fields(1, shape.map(\.bytes))))
    }
    return MessageWriter.field(1, name) + (type.map { MessageWriter.field(2, $0) } ?? [])
  }
}

struct BuiltTensor {
  var name = ""
  /// The code of the elements' type.
  var type = 1
  var dims: [Int] = []
  var integers: [Int] = []
  var raw: [UInt8] = []

  /// Weights, whose numbers do not matter and are left out.
  static func weights(_ name: String, _ shape: [Int]) -> BuiltTensor { BuiltTensor(name: name, dims: shape) }

  /// A list of integers, or a single one.
  static func integers(_ name: String, _ values: [Int], isScalar: Bool = false) -> BuiltTensor {
    .integers(name, shape: isScalar ? [] : [values.count], values)
  }

  /// Integers in several dimensions.
  static func integers(_ name: String, shape: [Int], _ values: [Int]) -> BuiltTensor {
    BuiltTensor(name: name, type: 7, dims: shape, integers: values)
  }

  /// A truth value.
  static func truth(_ name: String, _ value: Bool) -> BuiltTensor {
    BuiltTensor(name: name, type: 9, integers: [value ? 1 : 0])
  }

  /// A list of numbers as bytes.
  static func numbers(_ name: String, _ values: [Float]) -> BuiltTensor {
    BuiltTensor(name: name, dims: [values.count], raw: values.flatMap(MessageWriter.bytes))
  }

  /// The bytes of a TensorProto.
  var bytes: [UInt8] {
    dims.flatMap { MessageWriter.field(1, $0) } + MessageWriter.field(2, type)
      + MessageWriter.field(type == 9 ? 5 : 7, integers.flatMap(MessageWriter.varint)) + MessageWriter.field(8, name)
      + MessageWriter.field(9, raw)
  }
}

/// An attribute of a node.
enum BuiltAttribute {
  case integer(Int)
  case integers([Int])
  case number(Float)
  case numbers([Float])
  case text(String)
  case tensor(BuiltTensor)
  case graph(BuiltGraph)
  case reference(String)

  /// The bytes of an AttributeProto but for its name.
  var bytes: [UInt8] {
    switch self {
    case .number(let value): MessageWriter.field(2, value)
    case .integer(let value): MessageWriter.field(3, value)
    case .text(let value): MessageWriter.field(4, value)
    case .tensor(let value): MessageWriter.field(5, value.bytes)
    case .graph(let value): MessageWriter.field(6, value.bytes)
    case .numbers(let values): values.flatMap { MessageWriter.field(7, $0) }
    case .integers(let values): values.flatMap { MessageWriter.field(8, $0) }
    case .reference(let name): MessageWriter.field(21, name)
    }
  }
}

struct BuiltNode {
  var type: String
  var input: [String]
  var output: [String]
  var name: String
  var domain: String
  var attributes: [String: BuiltAttribute]

  init(
    _ type: String, _ input: [String], _ output: [String], name: String = "", domain: String = "",
    _ attributes: [String: BuiltAttribute] = [:]
  ) {
    (self.type, self.input, self.output) = (type, input, output)
    (self.name, self.domain, self.attributes) = (name, domain, attributes)
  }

  /// The bytes of a NodeProto.
  var bytes: [UInt8] {
    let attributes = attributes.sorted { $0.key < $1.key }.map { MessageWriter.field(1, $0.key) + $0.value.bytes }
    return input.flatMap { MessageWriter.field(1, $0) } + output.flatMap { MessageWriter.field(2, $0) }
      + MessageWriter.field(3, name) + MessageWriter.field(4, type) + MessageWriter.fields(5, attributes)
      + MessageWriter.field(7, domain)
  }
}

struct BuiltGraph {
  var node: [BuiltNode] = []
  var initializer: [BuiltTensor] = []
  var input: [BuiltValue] = []
  var output: [BuiltValue] = []
  var stated: [BuiltValue] = []

  /// Adds an input of a shape, or without.
  mutating func input(_ name: String, _ shape: [BuiltSize]?) { input.append(BuiltValue(name: name, shape: shape)) }

  /// States the shape of a tensor.
  mutating func state(_ name: String, _ shape: [BuiltSize]) { stated.append(BuiltValue(name: name, shape: shape)) }

  /// Adds an output, whose shape is not stated.
  mutating func output(_ name: String) { output.append(BuiltValue(name: name)) }

  /// Adds a node.
  mutating func node(
    _ type: String, _ inputs: [String], _ outputs: [String], name: String = "", domain: String = "",
    _ attributes: [String: BuiltAttribute] = [:]
  ) {
    node.append(BuiltNode(type, inputs, outputs, name: name, domain: domain, attributes))
  }

  /// The bytes of a GraphProto.
  var bytes: [UInt8] {
    MessageWriter.fields(1, node.map(\.bytes)) + MessageWriter.fields(5, initializer.map(\.bytes))
      + MessageWriter.fields(11, input.map(\.bytes)) + MessageWriter.fields(12, output.map(\.bytes))
      + MessageWriter.fields(13, stated.map(\.bytes))
  }
}

/// A function of the domain "own".
struct BuiltFunction {
  var name: String
  var input: [String]
  var output: [String]
  var node: [BuiltNode]

  /// The bytes of a FunctionProto.
  var bytes: [UInt8] {
    MessageWriter.field(1, name) + input.flatMap { MessageWriter.field(4, $0) }
      + output.flatMap { MessageWriter.field(5, $0) } + MessageWriter.fields(7, node.map(\.bytes))
      + MessageWriter.field(9, MessageWriter.field(2, 17)) + MessageWriter.field(10, "own")
  }
}

struct BuiltModel {
  var version = 17
  var graph = BuiltGraph()
  var functions: [BuiltFunction] = []

  /// The bytes of a ModelProto.
  var bytes: [UInt8] {
    MessageWriter.field(1, 8) + MessageWriter.field(7, graph.bytes)
      + MessageWriter.field(8, MessageWriter.field(2, version)) + MessageWriter.fields(25, functions.map(\.bytes))
  }
}

/// A model with a graph that a test builds.
func builtModel(
  version: Int = 17, functions: [BuiltFunction] = [], _ build: (inout BuiltGraph) -> Void
) -> BuiltModel {
  var model = BuiltModel(version: version, functions: functions)
  build(&model.graph)
  return model
}

extension Quantity {
  /// The open size of a name.
  static func open(_ name: String) -> Quantity { .symbol(OpenDimension(name: name, place: "", isBatch: false)) }
}

/// The layers of a model, read from its bytes in a file.
func layers(of model: BuiltModel, dimensions: [String: Int] = [:]) throws -> ONNXModel {
  try withTemporaryFolder { folder in
    let file = "\(folder)/model.onnx"
    try Data(model.bytes).write(to: URL(fileURLWithPath: file))
    return try ONNXModel.read(file: file, dimensions: dimensions)
  }
}

/// The layers of a model that is among the tests' resources.
func layers(of name: String, dimensions: [String: Int] = [:]) throws -> ONNXModel {
  let file = try #require(Bundle.module.url(forResource: "Models/\(name)", withExtension: "onnx"), "\(name)")
  return try ONNXModel.read(file: file.path, dimensions: dimensions)
}

/// What is found of the tensors of a model.
func walked(_ model: BuiltModel, dimensions: [String: Int] = [:]) throws -> GraphWalk {
  var source = ByteSource(model.bytes)
  var walk = try GraphWalk(ModelProto.read(&source), dimensions: dimensions)
  try walk.run()
  return walk
}

/// MACs of a layer that read real inputs.
func realMACs(_ layer: Layer) -> Int {
  let pairs = [layer.vertical, layer.horizontal].map {
    $0.realPairs(outputs: 0..<$0.outputSize, kernels: 0..<$0.kernelSize)
  }
  return layer.batch * layer.groups * layer[.k] * layer[.c] * pairs[0] * pairs[1]
}
