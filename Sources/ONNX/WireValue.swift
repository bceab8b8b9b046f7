/// How a field's contents are written, by the codes of the format.
enum WireType: UInt64 {
  case varint = 0
  case fixed64 = 1
  /// A text, a message, or numbers one after another.
  case lengthDelimited = 2
  case fixed32 = 5
}

/// A number, a text or bytes, as a field holds them.
protocol WireValue {
  static var wireType: WireType { get }

  /// Reads the value at a position of a file, which is moved behind it and stays before an end.
  init(from source: inout ByteSource, at position: inout Int, end: Int) throws(ONNXError)
}

// MARK: Numbers

extension ByteSource {
  /// A number of variable length: seven bits a byte, the lowest first.
  mutating func varint(at position: inout Int, end: Int) throws(ONNXError) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard position < end else { throw .malformed(at: start, "the file or a message is cut short") }
      let byte = try byte(at: position)
      position += 1
      value |= UInt64(byte & 0x7f) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    throw .malformed(at: start, "a number has more than ten bytes")
  }

  /// A number of a fixed number of bytes.
  fileprivate mutating func fixed<Bits: FixedWidthInteger>(at position: inout Int, end: Int) throws(ONNXError) -> Bits {
    let start = position
    guard Bits.bitWidth / 8 <= end - start else { throw .malformed(at: start, "the file or a message is cut short") }
    position += Bits.bitWidth / 8
    return Bits(lowestFirst: try bytes(start..<position))
  }
}

extension FixedWidthInteger {
  /// The integer whose bytes are these, the lowest first.
  init(lowestFirst bytes: some BidirectionalCollection<UInt8>) {
    self = bytes.reversed().reduce(0) { $0 << 8 | Self(truncatingIfNeeded: $1) }
  }
}

/// Integers that are shorter than in the file lose their upper bits, as the format has it.
extension WireValue where Self: FixedWidthInteger {
  static var wireType: WireType { .varint }

  init(from source: inout ByteSource, at position: inout Int, end: Int) throws(ONNXError) {
    self.init(truncatingIfNeeded: try source.varint(at: &position, end: end))
  }
}

extension Int: WireValue {}
extension Int32: WireValue {}
extension UInt64: WireValue {}

extension Float: WireValue {
  static var wireType: WireType { .fixed32 }

  init(from source: inout ByteSource, at position: inout Int, end: Int) throws(ONNXError) {
    self.init(bitPattern: try source.fixed(at: &position, end: end))
  }
}

extension Double: WireValue {
  static var wireType: WireType { .fixed64 }

  init(from source: inout ByteSource, at position: inout Int, end: Int) throws(ONNXError) {
    self.init(bitPattern: try source.fixed(at: &position, end: end))
  }
}

// MARK: Bytes

extension [UInt8]: WireValue {
  static var wireType: WireType { .lengthDelimited }

  init(from source: inout ByteSource, at position: inout Int, end: Int) throws(ONNXError) {
    self = try source.bytes(position..<end)
    position = end
  }
}

extension String: WireValue {
  static var wireType: WireType { .lengthDelimited }

  init(from source: inout ByteSource, at position: inout Int, end: Int) throws(ONNXError) {
    guard let text = String(validating: try source.bytes(position..<end), as: UTF8.self) else {
      throw .malformed(at: position, "a text is not UTF-8")
    }
    self = text
    position = end
  }
}
