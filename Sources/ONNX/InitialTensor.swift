import Foundation

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
    return TensorFacts(shape: shape, elements: elements(tensor, count: count), isConstant: true)
  }

  /// Sizes of a tensor, or nil when they cannot be.
  static func shape(_ dims: [Int64]) -> [Quantity]? {
    if dims.count > TensorFacts.mostDimensions || dims.contains(where: { $0 < 0 }) { return nil }
    return dims.map { .integer(Int($0)) }
  }

  private static func elements(_ tensor: TensorProto, count: Int) -> [Quantity]? {
    let raw = tensor.rawData
    switch ElementType(rawValue: tensor.dataType) {
    case .int64:
      return raw.isEmpty
        ? integers(tensor.int64Data, count) : read(raw, count, as: UInt64.self) { .integer(Int(Int64(bitPattern: $0))) }
    case .int32:
      return raw.isEmpty
        ? integers(tensor.int32Data, count) : read(raw, count, as: UInt32.self) { .integer(Int(Int32(bitPattern: $0))) }
    case .bool, .uint8:
      return raw.isEmpty ? integers(tensor.int32Data, count) : read(raw, count, as: UInt8.self) { .integer(Int($0)) }
    case .int8:
      return raw.isEmpty
        ? integers(tensor.int32Data, count) : read(raw, count, as: UInt8.self) { .integer(Int(Int8(bitPattern: $0))) }
    case .int16:
      return raw.isEmpty
        ? integers(tensor.int32Data, count) : read(raw, count, as: UInt16.self) { .integer(Int(Int16(bitPattern: $0))) }
    case .uint16:
      return raw.isEmpty ? integers(tensor.int32Data, count) : read(raw, count, as: UInt16.self) { .integer(Int($0)) }
    case .uint32:
      return raw.isEmpty ? integers(tensor.uint64Data, count) : read(raw, count, as: UInt32.self) { .integer(Int($0)) }
    case .uint64:
      return raw.isEmpty
        ? integers(tensor.uint64Data, count) : read(raw, count, as: UInt64.self) { number($0) }
    case .float:
      return raw.isEmpty
        ? reals(tensor.floatData, count) : read(raw, count, as: UInt32.self) { .real(Double(Float(bitPattern: $0))) }
    case .double:
      return raw.isEmpty
        ? reals(tensor.doubleData, count) : read(raw, count, as: UInt64.self) { .real(Double(bitPattern: $0)) }
    default: return nil
    }
  }

  private static func integers(_ values: [some BinaryInteger], _ count: Int) -> [Quantity]? {
    values.count == count ? values.map { number($0) } : nil
  }

  private static func number(_ value: some BinaryInteger) -> Quantity {
    Int(exactly: value).map { .integer($0) } ?? .unknown(.inFile("a number of the file exceeds 64 bits"))
  }

  private static func reals(_ values: [some BinaryFloatingPoint], _ count: Int) -> [Quantity]? {
    values.count == count ? values.map { .real(Double($0)) } : nil
  }

  /// Numbers that lie one after another, each with its lowest byte first.
  private static func read<Bits: FixedWidthInteger & UnsignedInteger>(
    _ raw: Data, _ count: Int, as type: Bits.Type, _ number: (Bits) -> Quantity
  ) -> [Quantity]? {
    let width = Bits.bitWidth / 8
    guard raw.count == count * width else { return nil }
    let bytes = Array(raw)
    return (0..<count).map { index in
      number((0..<width).reduce(0) { $0 | Bits(bytes[index * width + $1]) << Bits(8 * $1) })
    }
  }
}
