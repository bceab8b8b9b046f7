import Testing

@testable import ONNX

/// The wire format, apart from what a model means.
struct WireReaderTests {
  /// A model with one tensor.
  private func tensor(_ fields: [UInt8]...) throws -> TensorProto {
    var source = ByteSource(MessageWriter.field(7, MessageWriter.field(5, fields.flatMap { $0 })))
    return try #require(ModelProto.read(&source).graph?.initializer.first)
  }

  @Test func numbersAreReadPackedAndOneByOne() throws {
    let integers = [0, 1, 127, 128, -1, .max, .min]
    let packed = integers.flatMap(MessageWriter.varint)
    let read = try tensor(
      MessageWriter.field(7, packed), integers.flatMap { MessageWriter.field(7, $0) },
      MessageWriter.field(11, packed), MessageWriter.field(5, packed),
      MessageWriter.field(4, MessageWriter.bytes(0.5) + MessageWriter.bytes(-3)), MessageWriter.field(4, 7 as Float),
      MessageWriter.field(10, [0, 0, 0, 0, 0, 0, 0xf0, 0xbf]))
    #expect(read.int64Data == integers + integers)
    #expect(read.uint64Data == integers.map { UInt64(bitPattern: Int64($0)) })
    #expect(read.int32Data == integers.map { Int32(truncatingIfNeeded: $0) })
    #expect(read.floatData == [0.5, -3, 7] && read.doubleData == [-1])
  }

  /// Fields that are not known, and those of another wire type than the format gives them, are none.
  @Test func otherFieldsAreLeftAlone() throws {
    let read = try tensor(
      MessageWriter.field(8, "name"), MessageWriter.field(8, 5), MessageWriter.field(2, "text"),
      MessageWriter.field(4, 1), MessageWriter.field(7, 1 as Float), MessageWriter.field(9, 1),
      MessageWriter.field(3, "unknown"), MessageWriter.field(0x1fff_ffff, 1), MessageWriter.field(15, [0xff]))
    #expect(read.name == "name" && read.dataType == 0)
    #expect(read.floatData.isEmpty && read.int64Data.isEmpty && read.rawData.isEmpty)
  }

  @Test func theLastValueCountsAndMessagesAddUp() throws {
    let first = MessageWriter.field(2, "first") + MessageWriter.field(5, MessageWriter.field(8, "a"))
    let second = MessageWriter.field(2, "second") + MessageWriter.field(5, MessageWriter.field(8, "b"))
    var source = ByteSource(MessageWriter.field(7, first) + MessageWriter.field(7, second))
    let graph = try #require(ModelProto.read(&source).graph)
    #expect(graph.name == "second" && graph.initializer.map(\.name) == ["a", "b"])
  }

  @Test func contentsOfLargeTensorsAreLeftOut() throws {
    let contents = [UInt8](repeating: 1, count: 1 << 16)
    #expect(try tensor(MessageWriter.field(9, contents)).rawData == contents)
    let large = try tensor(MessageWriter.field(9, contents + [1]), MessageWriter.field(8, "name"))
    #expect(large.rawData.isEmpty && large.name == "name")
  }

  @Test(arguments: [(7, [0x01, 0x80]), (4, [0, 0, 0]), (10, [0, 0, 0, 0, 0, 0, 0, 0, 0])] as [(Int, [UInt8])])
  func packedNumbersThatAreCutShort(field: Int, contents: [UInt8]) {
    #expect(throws: ONNXError.self) { try tensor(MessageWriter.field(field, contents)) }
  }
}
