/// What is known of a tensor that a file holds.
enum InitialTensor {
  /// Codes of element types, TensorProto.DataType of the format.
  private enum ElementType: Int32 {
    case float = 1
    case uint8, int8, uint16, int16, int32, int64, string, bool, float16, double, uint32, uint64
  }

  /// The facts of a tensor: its shape, and its elements where they are few.
  static func facts(_ tensor: TensorProto) -> TensorFacts {
    guard let shape = shape(tensor.dims) else {
      return .nothing(.inFile("the tensor '\(tensor.name)' has a negative size or too many dimensions"))
    }
    guard let count = Quantity.product(shape).integer, count <= TensorFacts.mostElements, tensor.dataLocation != 1
    else {
      return TensorFacts(shape: shape, isConstant: true)
    }
    return TensorFacts(shape: shape, elements: elements(tensor), isConstant: true)
  }

  /// Sizes of a tensor, or nil when they cannot be.
  static func shape(_ dims: [Int]) -> [Quantity]? {
    if dims.count > TensorFacts.mostDimensions || dims.contains(where: { $0 < 0 }) { return nil }
    return dims.map { .integer($0) }
  }

  /// The numbers that a tensor holds, each type of them in a field of its own or all as bytes.
  private static func elements(_ tensor: TensorProto) -> [Quantity]? {
    let raw = tensor.rawData
    switch ElementType(rawValue: tensor.dataType) {
    case .int64: return integers(raw, as: Int64.self, or: tensor.int64Data)
    case .int32: return integers(raw, as: Int32.self, or: tensor.int32Data)
    case .int16: return integers(raw, as: Int16.self, or: tensor.int32Data)
    case .int8: return integers(raw, as: Int8.self, or: tensor.int32Data)
    case .uint16: return integers(raw, as: UInt16.self, or: tensor.int32Data)
    case .uint8, .bool: return integers(raw, as: UInt8.self, or: tensor.int32Data)
    case .uint32: return integers(raw, as: UInt32.self, or: tensor.uint64Data)
    case .uint64: return integers(raw, as: UInt64.self, or: tensor.uint64Data)
    case .float: return reals(raw.isEmpty ? tensor.floatData : numbers(raw)?.map { Float(bitPattern: $0) })
    case .double: return reals(raw.isEmpty ? tensor.doubleData : numbers(raw)?.map { Double(bitPattern: $0) })
    default: return nil
    }
  }

  private static func integers<Raw: FixedWidthInteger>(
    _ raw: [UInt8], as type: Raw.Type, or values: [some BinaryInteger]
  ) -> [Quantity]? {
    raw.isEmpty ? values.map { integer($0) } : numbers(raw)?.map { (number: Raw) in integer(number) }
  }

  private static func integer(_ value: some BinaryInteger) -> Quantity {
    Int(exactly: value).map { .integer($0) } ?? .unknown(.inFile("a number of the file exceeds 64 bits"))
  }

  private static func reals(_ values: [some BinaryFloatingPoint]?) -> [Quantity]? { values?.map { .real(Double($0)) } }

  /// Numbers that lie one after another; nil where the last one is cut short.
  private static func numbers<Raw: FixedWidthInteger>(_ raw: [UInt8]) -> [Raw]? {
    let size = Raw.bitWidth / 8
    if !raw.count.isMultiple(of: size) { return nil }
    return stride(from: 0, to: raw.count, by: size).map { Raw(lowestFirst: raw[$0..<$0 + size]) }
  }
}
