/// Writes fields of protocol buffers (https://protobuf.dev/programming-guides/encoding): the messages that tests read do
/// not come from what is tested.
enum MessageWriter {
  /// Seven bits a byte, the lowest first, of which all but the last have the highest bit set.
  static func varint(_ value: Int) -> [UInt8] {
    let rest = UInt64(bitPattern: Int64(value))
    return rest < 0x80 ? [UInt8(rest)] : [UInt8(rest % 0x80) + 0x80] + varint(Int(rest / 0x80))
  }

  static func field(_ number: Int, _ value: Int) -> [UInt8] { varint(number * 8) + varint(value) }

  static func field(_ number: Int, _ value: Float) -> [UInt8] { varint(number * 8 + 5) + bytes(value) }

  static func field(_ number: Int, _ contents: [UInt8]) -> [UInt8] {
    varint(number * 8 + 2) + varint(contents.count) + contents
  }

  static func field(_ number: Int, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  static func fields(_ number: Int, _ contents: [[UInt8]]) -> [UInt8] { contents.flatMap { field(number, $0) } }

  /// The four bytes of a number, the lowest first.
  static func bytes(_ value: Float) -> [UInt8] { (0..<4).map { UInt8(value.bitPattern >> (8 * $0) & 0xff) } }
}
