// The part of the ONNX file format that is read here, and no more. Names and numbers are those of the format
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, ONNX 1.23); whatever a file has besides is passed over.

struct ModelProto: WireMessage {
  private(set) var graph: GraphProto?
  private(set) var opsetImport: [OperatorSetIdProto] = []
  private(set) var functions: [FunctionProto] = []

  mutating func read(_ field: WireReader.Field, from reader: inout WireReader) throws(ONNXError) {
    switch field.number {
    case 7: try reader.read(field, into: &graph)
    case 8: try reader.read(field, into: &opsetImport)
    case 25: try reader.read(field, into: &functions)
    default: break
    }
  }
}

struct OperatorSetIdProto: WireMessage {
  private(set) var domain = ""
  private(set) var version = 0

  mutating func read(_ field: WireReader.Field, from reader: inout WireReader) throws(ONNXError) {
    switch field.number {
    case 1: try reader.read(field, into: &domain)
    case 2: try reader.read(field, into: &version)
    default: break
    }
  }
}

struct GraphProto: WireMessage {
  private(set) var node: [NodeProto] = []
  private(set) var name = ""
  private(set) var initializer: [TensorProto] = []
  private(set) var input: [ValueInfoProto] = []
  private(set) var output: [ValueInfoProto] = []
  private(set) var valueInfo: [ValueInfoProto] = []
  private(set) var sparseInitializer: [SparseTensorProto] = []

  mutating func read(_ field: WireReader.Field, from reader: inout WireReader) throws(ONNXError) {
    switch field.number {
    case 1: try reader.read(field, into: &node)
    case 2: try reader.read(field, into: &name)
    case 5: try reader.read(field, into: &initializer)
    case 11: try reader.read(field, into: &input)
    case 12: try reader.read(field, into: &output)
    case 13: try reader.read(field, into: &valueInfo)
    case 15: try reader.read(field, into: &sparseInitializer)
    default: break
    }
  }
}

/// A function that the model defines in terms of other operators.
struct FunctionProto: WireMessage {
  private(set) var name = ""
  private(set) var input: [String] = []
  private(set) var output: [String] = []
  private(set) var node: [NodeProto] = []
  private(set) var opsetImport: [OperatorSetIdProto] = []
  private(set) var domain = ""
  /// Attributes that a call need not give.
  private(set) var attributeProto: [AttributeProto] = []
  private(set) var overload = ""

  mutating func read(_ field: WireReader.Field, from reader: inout WireReader) throws(ONNXError) {
    switch field.number {
    case 1: try reader.read(field, into: &name)
    case 4: try reader.read(field, into: &input)
    case 5: try reader.read(field, into: &output)
    case 7: try reader.read(field, into: &node)
    case 9: try reader.read(field, into: &opsetImport)
    case 10: try reader.read(field, into: &domain)
    case 11: try reader.read(field, into: &attributeProto)
    case 13: try reader.read(field, into: &overload)
    default: break
    }
  }
}

struct NodeProto: WireMessage {
  private(set) var input: [String] = []
  private(set) var output: [String] = []
  private(set) var name = ""
  private(set) var opType = ""
  private(set) var attribute: [AttributeProto] = []
  private(set) var domain = ""
  private(set) var overload = ""

  mutating func read(_ field: WireReader.Field, from reader: inout WireReader) throws(ONNXError) {
    switch field.number {
    case 1: try reader.read(field, into: &input)
    case 2: try reader.read(field, into: &output)
    case 3: try reader.read(field, into: &name)
    case 4: try reader.read(field, into: &opType)
    case 5: try reader.read(field, into: &attribute)
    case 7: try reader.read(field, into: &domain)
    case 8: try reader.read(field, into: &overload)
    default: break
    }
  }
}

struct AttributeProto: WireMessage {
  private(set) var name = ""
  private(set) var f: Float = 0
  private(set) var i = 0
  private(set) var s: [UInt8] = []
  private(set) var t: TensorProto?
  private(set) var g: GraphProto?
  private(set) var floats: [Float] = []
  private(set) var ints: [Int] = []
  private(set) var graphs: [GraphProto] = []
  /// In a function: the attribute of the calling node that gives the value.
  private(set) var refAttrName = ""
  private(set) var sparseTensor: SparseTensorProto?

  mutating func read(_ field: WireReader.Field, from reader: inout WireReader) throws(ONNXError) {
    switch field.number {
    case 1: try reader.read(field, into: &name)
    case 2: try reader.read(field, into: &f)
    case 3: try reader.read(field, into: &i)
    case 4: try reader.readContents(field, into: &s)
    case 5: try reader.read(field, into: &t)
    case 6: try reader.read(field, into: &g)
    case 7: try reader.readContents(field, into: &floats)
    case 8: try reader.readContents(field, into: &ints)
    case 11: try reader.read(field, into: &graphs)
    case 21: try reader.read(field, into: &refAttrName)
    case 22: try reader.read(field, into: &sparseTensor)
    default: break
    }
  }
}

struct TensorProto: WireMessage {
  private(set) var dims: [Int] = []
  private(set) var dataType: Int32 = 0
  private(set) var floatData: [Float] = []
  private(set) var int32Data: [Int32] = []
  private(set) var int64Data: [Int] = []
  private(set) var name = ""
  private(set) var rawData: [UInt8] = []
  private(set) var doubleData: [Double] = []
  private(set) var uint64Data: [UInt64] = []
  /// 1 for contents in another file, which is not read.
  private(set) var dataLocation: Int32 = 0

  mutating func read(_ field: WireReader.Field, from reader: inout WireReader) throws(ONNXError) {
    switch field.number {
    case 1: try reader.read(field, into: &dims)
    case 2: try reader.read(field, into: &dataType)
    case 4: try reader.readContents(field, into: &floatData)
    case 5: try reader.readContents(field, into: &int32Data)
    case 7: try reader.readContents(field, into: &int64Data)
    case 8: try reader.read(field, into: &name)
    case 9: try reader.readContents(field, into: &rawData)
    case 10: try reader.readContents(field, into: &doubleData)
    case 11: try reader.readContents(field, into: &uint64Data)
    case 14: try reader.read(field, into: &dataLocation)
    default: break
    }
  }
}

struct SparseTensorProto: WireMessage {
  private(set) var values = TensorProto()
  private(set) var dims: [Int] = []

  mutating func read(_ field: WireReader.Field, from reader: inout WireReader) throws(ONNXError) {
    switch field.number {
    case 1: try reader.read(field, into: &values)
    case 3: try reader.read(field, into: &dims)
    default: break
    }
  }
}

struct ValueInfoProto: WireMessage {
  private(set) var name = ""
  private(set) var type: TypeProto?

  mutating func read(_ field: WireReader.Field, from reader: inout WireReader) throws(ONNXError) {
    switch field.number {
    case 1: try reader.read(field, into: &name)
    case 2: try reader.read(field, into: &type)
    default: break
    }
  }
}

struct TypeProto: WireMessage {
  struct Tensor: WireMessage {
    private(set) var shape: TensorShapeProto?

    mutating func read(_ field: WireReader.Field, from reader: inout WireReader) throws(ONNXError) {
      if field.number == 2 { try reader.read(field, into: &shape) }
    }
  }

  private(set) var tensorType: Tensor?

  mutating func read(_ field: WireReader.Field, from reader: inout WireReader) throws(ONNXError) {
    if field.number == 1 { try reader.read(field, into: &tensorType) }
  }
}

struct TensorShapeProto: WireMessage {
  enum Dimension: WireMessage {
    case dimValue(Int)
    case dimParam(String)
    case nothing

    init() { self = .nothing }

    mutating func read(_ field: WireReader.Field, from reader: inout WireReader) throws(ONNXError) {
      switch field.number {
      case 1: if let size = try reader.value(field, as: Int.self) { self = .dimValue(size) }
      case 2: if let name = try reader.value(field, as: String.self) { self = .dimParam(name) }
      default: break
      }
    }
  }

  private(set) var dim: [Dimension] = []

  mutating func read(_ field: WireReader.Field, from reader: inout WireReader) throws(ONNXError) {
    if field.number == 1 { try reader.read(field, into: &dim) }
  }
}
