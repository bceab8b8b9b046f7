/// Reads messages of protocol buffers (https://protobuf.dev/programming-guides/encoding) from a file of which most is
/// passed over: the fields that a message does not ask for, and the contents of large tensors.
///
/// Every length is checked against the message that it lies in, and what is kept is bounded, so that any bytes give a
/// message or an error.
struct WireReader {
  /// A tensor's contents beyond this many bytes are left out: more elements than shape arithmetic deals with.
  private static let largestContents = 1 << 16
  /// The bytes of tensors' contents that are kept in all.
  private static let largestTotalContents = 1 << 26
  /// The bytes that are kept in all; a graph of a hundred thousand nodes takes some ten million.
  private static let largestHeader = 1 << 27
  /// The fields that are kept in all, which bounds the memory of those that are short.
  private static let mostFields = 1 << 23
  /// How deep messages lie in one another: a node's subgraph lies three deeper than the node's graph.
  private static let deepestMessage = 64

  /// A field of a message, whose contents have not been read.
  struct Field {
    let number: Int
    fileprivate let wireType: WireType
    /// Where it begins.
    fileprivate let start: Int
    fileprivate let contents: Range<Int>
  }

  private var source: ByteSource
  private var depth = 0
  private var keptContents = 0
  private var kept = 0
  private var keptFields = 0

  private init(_ source: ByteSource) { self.source = source }

  /// The message that a file is.
  ///
  /// - Parameter source: the file's bytes.
  /// - Returns: the message, with the fields that it asks for.
  /// - Throws: ``ONNXError`` when the bytes are no message, or too many are to be kept.
  static func message<Message: WireMessage>(_ source: ByteSource) throws(ONNXError) -> Message {
    var reader = WireReader(source)
    var message = Message()
    try reader.read(0..<source.count, into: &message)
    return message
  }

  /// Gives a message its fields in turn.
  private mutating func read(_ range: Range<Int>, into message: inout some WireMessage) throws(ONNXError) {
    if depth > Self.deepestMessage {
      throw .malformed(at: range.lowerBound, "messages lie in one another deeper than \(Self.deepestMessage) times")
    }
    depth += 1
    defer { depth -= 1 }
    var position = range.lowerBound
    while position < range.upperBound {
      let field = try field(at: position, end: range.upperBound)
      position = field.contents.upperBound
      try message.read(field, from: &self)
    }
  }

  private mutating func field(at start: Int, end: Int) throws(ONNXError) -> Field {
    var position = start
    let tag = try source.varint(at: &position, end: end)
    let (number, code) = (tag >> 3, tag & 7)
    if number == 0 || number > 0x1fff_ffff { throw .malformed(at: start, "no field's number is \(number)") }
    guard let wireType = WireType(rawValue: code) else {
      throw .malformed(at: start, "a field has the unknown wire type \(code)")
    }
    let size: UInt64
    switch wireType {
    case .varint:
      var behind = position
      _ = try source.varint(at: &behind, end: end)
      size = UInt64(behind - position)
    case .fixed64: size = 8
    case .lengthDelimited: size = try source.varint(at: &position, end: end)
    case .fixed32: size = 4
    }
    guard size <= UInt64(end - position) else {
      throw .malformed(at: start, "a field of \(size) bytes exceeds the \(end - position) that are left")
    }
    return Field(number: Int(number), wireType: wireType, start: start, contents: position..<position + Int(size))
  }

  /// Keeps account of a field, and of its bytes where it is no message.
  private mutating func keep(_ field: Field, isMessage: Bool = false) throws(ONNXError) {
    keptFields += 1
    if keptFields > Self.mostFields { throw ONNXError("has more than the \(Self.mostFields) fields that are accepted") }
    if isMessage { return }
    kept += field.contents.upperBound - field.start
    if kept > Self.largestHeader {
      throw ONNXError("is larger, weights aside, than the \(Self.largestHeader >> 20) MiB that are accepted")
    }
  }
}

// MARK: What messages ask for

/// A message, which asks for the fields that it knows.
protocol WireMessage {
  init()

  /// Takes up a field, or leaves it alone.
  mutating func read(_ field: WireReader.Field, from reader: inout WireReader) throws(ONNXError)
}

/// A field of another wire type than it should have is as good as none. Of a single value that is given several times the
/// last one counts; the fields of a message that is given several times are its own together.
extension WireReader {
  /// The value of a field, or nil where it holds none of that type.
  mutating func value<Value: WireValue>(_ field: Field, as type: Value.Type) throws(ONNXError) -> Value? {
    try keep(field)
    guard field.wireType == Value.wireType else { return nil }
    var position = field.contents.lowerBound
    return try Value(from: &source, at: &position, end: field.contents.upperBound)
  }

  mutating func read<Value: WireValue>(_ field: Field, into value: inout Value) throws(ONNXError) {
    if let new = try self.value(field, as: Value.self) { value = new }
  }

  /// Reads one value of several, or numbers that are packed in one field.
  mutating func read<Value: WireValue>(_ field: Field, into values: inout [Value]) throws(ONNXError) {
    let isPacked = field.wireType == .lengthDelimited && Value.wireType != .lengthDelimited
    if !isPacked {
      if let value = try self.value(field, as: Value.self) { values.append(value) }
      return
    }
    try keep(field)
    var position = field.contents.lowerBound
    while position < field.contents.upperBound {
      values.append(try Value(from: &source, at: &position, end: field.contents.upperBound))
    }
  }

  mutating func read<Message: WireMessage>(_ field: Field, into message: inout Message) throws(ONNXError) {
    try keep(field, isMessage: true)
    if field.wireType == .lengthDelimited { try read(field.contents, into: &message) }
  }

  mutating func read<Message: WireMessage>(_ field: Field, into message: inout Message?) throws(ONNXError) {
    try keep(field, isMessage: true)
    guard field.wireType == .lengthDelimited else { return }
    var whole = message ?? Message()
    message = nil
    try read(field.contents, into: &whole)
    message = whole
  }

  mutating func read<Message: WireMessage>(_ field: Field, into messages: inout [Message]) throws(ONNXError) {
    var message: Message?
    try read(field, into: &message)
    if let message { messages.append(message) }
  }

  /// Reads elements of a tensor or a list unless there are many.
  mutating func readContents<Value: WireValue>(_ field: Field, into values: inout [Value]) throws(ONNXError) {
    if holdsFew(field) { try read(field, into: &values) }
  }

  mutating func readContents(_ field: Field, into bytes: inout [UInt8]) throws(ONNXError) {
    if holdsFew(field) { try read(field, into: &bytes) }
  }

  private mutating func holdsFew(_ field: Field) -> Bool {
    let size = field.contents.count
    if size > Self.largestContents || keptContents + size > Self.largestTotalContents { return false }
    keptContents += size
    return true
  }
}
