import Foundation
import SwiftProtobuf
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
}

/// An attribute of a node in a model that a test builds.
enum BuiltAttribute {
  case integer(Int)
  case integers([Int])
  case number(Float)
  case numbers([Float])
  case text(String)
  case tensor(TensorProto)
  case graph(GraphProto)
  case reference(String)
}

extension Quantity {
  /// The open size of a name.
  static func open(_ name: String) -> Quantity { .symbol(OpenDimension(name: name, place: "", isBatch: false)) }
}

extension TypeProto {
  static func built(_ shape: [BuiltSize]) -> TypeProto {
    .with {
      $0.tensorType = .with {
        $0.elemType = 1
        $0.shape = .with {
          $0.dim = shape.map { size in
            .with {
              switch size {
              case .number(let value): $0.dimValue = Int64(value)
              case .name(let name): $0.dimParam = name
              case .nothing: break
              }
            }
          }
        }
      }
    }
  }
}

extension TensorProto {
  /// Weights, whose numbers do not matter and are left out.
  static func weights(_ name: String, _ shape: [Int]) -> TensorProto {
    .with {
      $0.name = name
      $0.dataType = 1
      $0.dims = shape.map { Int64($0) }
    }
  }

  /// A list of integers, or a single one.
  static func integers(_ name: String, _ values: [Int], isScalar: Bool = false) -> TensorProto {
    .with {
      $0.name = name
      $0.dataType = 7
      $0.dims = isScalar ? [] : [Int64(values.count)]
      $0.int64Data = values.map { Int64($0) }
    }
  }

  /// Integers in several dimensions.
  static func integers(_ name: String, shape: [Int], _ values: [Int]) -> TensorProto {
    .with {
      $0.name = name
      $0.dataType = 7
      $0.dims = shape.map { Int64($0) }
      $0.int64Data = values.map { Int64($0) }
    }
  }

  /// A truth value.
  static func truth(_ name: String, _ value: Bool) -> TensorProto {
    .with {
      $0.name = name
      $0.dataType = 9
      $0.int32Data = [value ? 1 : 0]
    }
  }

  /// A list of numbers as bytes.
  static func numbers(_ name: String, _ values: [Float]) -> TensorProto {
    .with {
      $0.name = name
      $0.dataType = 1
      $0.dims = [Int64(values.count)]
      $0.rawData = Data(values.flatMap { value in (0..<4).map { UInt8(value.bitPattern >> (8 * $0) & 0xff) } })
    }
  }
}

extension GraphProto {
  /// Adds an input of a shape.
  mutating func input(_ name: String, _ shape: [BuiltSize]) {
    input.append(
      .with {
        $0.name = name
        $0.type = .built(shape)
      })
  }

  /// States the shape of a tensor.
  mutating func state(_ name: String, _ shape: [BuiltSize]) {
    valueInfo.append(
      .with {
        $0.name = name
        $0.type = .built(shape)
      })
  }

  /// Adds an output, whose shape is not stated.
  mutating func output(_ name: String) { output.append(.with { $0.name = name }) }

  /// Adds a node.
  mutating func node(
    _ type: String, _ inputs: [String], _ outputs: [String], name: String = "", domain: String = "",
    _ attributes: [String: BuiltAttribute] = [:]
  ) {
    node.append(.built(type, inputs, outputs, name: name, domain: domain, attributes))
  }
}

extension NodeProto {
  static func built(
    _ type: String, _ inputs: [String], _ outputs: [String], name: String = "", domain: String = "",
    _ attributes: [String: BuiltAttribute] = [:]
  ) -> NodeProto {
    .with {
      $0.opType = type
      $0.input = inputs
      $0.output = outputs
      $0.name = name
      $0.domain = domain
      $0.attribute = attributes.sorted { $0.key < $1.key }.map { name, value in
        .with {
          $0.name = name
          switch value {
          case .integer(let value): $0.i = Int64(value)
          case .integers(let values): $0.ints = values.map { Int64($0) }
          case .number(let value): $0.f = value
          case .numbers(let values): $0.floats = values
          case .text(let value): $0.s = Data(value.utf8)
          case .tensor(let value): $0.t = value
          case .graph(let value): $0.g = value
          case .reference(let name): $0.refAttrName = name
          }
        }
      }
    }
  }
}

/// A model with a graph that a test builds.
func builtModel(version: Int = 17, functions: [FunctionProto] = [], _ build: (inout GraphProto) -> Void) -> ModelProto {
  .with {
    $0.irVersion = 8
    $0.opsetImport = [.with { $0.version = Int64(version) }]
    $0.functions = functions
    build(&$0.graph)
  }
}

/// The layers of a model, read from its bytes in a file.
func layers(of model: ModelProto, dimensions: [String: Int] = [:]) throws -> ONNXModel {
  try withTemporaryFolder { folder in
    let file = "\(folder)/model.onnx"
    let bytes: Data = try model.serializedBytes()
    try bytes.write(to: URL(fileURLWithPath: file))
    return try ONNXModel.read(file: file, dimensions: dimensions)
  }
}

/// The layers of a model that is among the tests' resources.
func layers(of name: String, dimensions: [String: Int] = [:]) throws -> ONNXModel {
  let file = try #require(Bundle.module.url(forResource: "Models/\(name)", withExtension: "onnx"), "\(name)")
  return try ONNXModel.read(file: file.path, dimensions: dimensions)
}

/// What is found of the tensors of a model.
func walked(_ model: ModelProto, dimensions: [String: Int] = [:]) throws -> GraphWalk {
  var walk = GraphWalk(model, dimensions: dimensions)
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
