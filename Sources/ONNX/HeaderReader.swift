import Foundation
import SwiftProtobuf

/// Reads a model without its weights: walks the protocol buffer's fields in the file, leaves out the contents of large
/// tensors and all that the schema does not name, and decodes the rest.
///
/// The wire format is that of https://protobuf.dev/programming-guides/encoding, the fields are those of
/// Schema/onnx.proto. Every length is checked against the message that it lies in, so that any bytes give a model or an
/// error.
struct HeaderReader {
  /// A tensor's contents beyond this many bytes are left out: more elements than shape arithmetic deals with.
  static let largestContents = 1 << 16
  /// The bytes of tensors' contents that are kept in all.
  static let largestTotalContents = 1 << 26
  /// The bytes that are kept in all; a graph of a hundred thousand nodes takes some ten million.
  static let largestHeader = 1 << 27
  /// The fields that are kept in all, which bounds the memory of those that are short.
  static let mostFields = 1 << 23
  /// How deep messages lie in one another: a node's subgraph lies three deeper than the node's graph.
  static let deepestMessage = 64

  private var source: ByteSource
  private var keptContents = 0
  private var kept = 0
  private var keptFields = 0

  private init(_ source: ByteSource) { self.source = source }

  /// The model in some bytes, without the contents of large tensors.
  ///
  /// - Parameter source: a file's bytes.
  /// - Returns: the model.
  /// - Throws: ``ONNXError``.
  static func model(_ source: ByteSource) throws(ONNXError) -> ModelProto {
    var reader = HeaderReader(source)
    try reader.refuseText()
    let header = try reader.message(.model, in: 0..<source.count, depth: 0)
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    let model: ModelProto
    do {
      model = try ModelProto(serializedBytes: header, options: options)
    } catch {
      throw ONNXError("is not an ONNX model: its fields cannot be decoded")
    }
    if !model.hasGraph { throw ONNXError("is not an ONNX model: it has no graph") }
    return model
  }

  /// Says what to do about a text, and about the place-holder of a large file that Git keeps elsewhere.
  private mutating func refuseText() throws(ONNXError) {
    var start: [UInt8] = []
    try source.copy(0..<min(source.count, 512), to: &start)
    if start.starts(with: Array("version https://git-lfs".utf8)) {
      throw ONNXError("is a pointer of Git LFS to a model: fetch the model itself with 'git lfs pull'")
    }
    // A node has fields whose tags are no characters.
    if start.count > 8, start.allSatisfy({ $0 >= 0x20 || (0x09...0x0d).contains($0) }) {
      throw ONNXError("is not an ONNX model but text: files with layers in text have other endings, such as .yaml")
    }
  }

  /// What is kept of a message.
  private mutating func message(
    _ kind: MessageKind, in range: Range<Int>, depth: Int
  ) throws(ONNXError) -> [UInt8] {
    if depth > Self.deepestMessage {
      throw .malformed(at: range.lowerBound, "messages lie in one another deeper than \(Self.deepestMessage) times")
    }
    let fields = kind.fields
    var result: [UInt8] = []
    var position = range.lowerBound
    while position < range.upperBound {
      let start = position
      let tag = try number(at: &position, end: range.upperBound)
      let (field, wireType) = (tag >> 3, tag & 7)
      if field == 0 || field > 0x1fff_ffff { throw .malformed(at: start, "no field's number is \(field)") }
      let contents = try self.contents(wireType, at: position, end: range.upperBound, field: start)
      position = contents.upperBound
      guard let action = fields[Int(field)] else { continue }
      keptFields += 1
      if keptFields > Self.mostFields {
        throw ONNXError("has more than the \(Self.mostFields) fields that are accepted")
      }
      switch action {
      case .value:
        try keep(start..<position, in: &result)
      case .contents:
        let isSmall = contents.count <= Self.largestContents
        if !isSmall || keptContents + contents.count > Self.largestTotalContents { continue }
        keptContents += contents.count
        try keep(start..<position, in: &result)
      case .message(let inner):
        guard wireType == 2 else { continue }
        let bytes = try message(inner, in: contents, depth: depth + 1)
        append(tag, to: &result)
        append(UInt64(bytes.count), to: &result)
        result += bytes
      }
    }
    return result
  }

  private mutating func keep(_ range: Range<Int>, in result: inout [UInt8]) throws(ONNXError) {
    kept += range.count
    if kept > Self.largestHeader {
      throw ONNXError("is larger, weights aside, than the \(Self.largestHeader >> 20) MiB that are accepted")
    }
    try source.copy(range, to: &result)
  }

  /// The bytes of a field's contents, which start at a position.
  private mutating func contents(
    _ wireType: UInt64, at position: Int, end: Int, field: Int
  ) throws(ONNXError) -> Range<Int> {
    var start = position
    let size: UInt64
    switch wireType {
    case 0:
      _ = try number(at: &start, end: end)
      return position..<start
    case 1: size = 8
    case 2: size = try number(at: &start, end: end)
    case 5: size = 4
    default: throw .malformed(at: field, "a field has the unknown wire type \(wireType)")
    }
    guard size <= UInt64(end - start) else {
      throw .malformed(at: field, "a field of \(size) bytes exceeds the \(end - start) that are left")
    }
    return start..<start + Int(size)
  }

  /// A number of variable length: seven bits a byte, the lowest first.
  private mutating func number(at position: inout Int, end: Int) throws(ONNXError) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard position < end else { throw .malformed(at: start, "the file or a message is cut short") }
      let byte = try source.byte(at: position)
      position += 1
      value |= UInt64(byte & 0x7f) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    throw .malformed(at: start, "a number has more than ten bytes")
  }

  private func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// A message of the schema, with what is done with each of its fields.
private enum MessageKind {
  case model, operatorSet, graph, function, node, attribute, tensor, sparseTensor, valueInfo, type, tensorType
  case shape, dimension

  enum Field {
    /// Copied.
    case value
    /// Elements of a tensor or a list, copied when they are few.
    case contents
    case message(MessageKind)
  }

  private static let modelFields: [Int: Field] = [
    1: .value, 7: .message(.graph), 8: .message(.operatorSet), 25: .message(.function),
  ]
  private static let graphFields: [Int: Field] = [
    1: .message(.node), 2: .value, 5: .message(.tensor), 11: .message(.valueInfo), 12: .message(.valueInfo),
    13: .message(.valueInfo), 15: .message(.sparseTensor),
  ]
  private static let functionFields: [Int: Field] = [
    1: .value, 4: .value, 5: .value, 6: .value, 7: .message(.node), 9: .message(.operatorSet), 10: .value,
    11: .message(.attribute), 13: .value,
  ]
  private static let nodeFields: [Int: Field] = [
    1: .value, 2: .value, 3: .value, 4: .value, 5: .message(.attribute), 7: .value, 8: .value,
  ]
  private static let attributeFields: [Int: Field] = [
    1: .value, 2: .value, 3: .value, 4: .contents, 5: .message(.tensor), 6: .message(.graph), 7: .contents,
    8: .contents, 11: .message(.graph), 21: .value, 22: .message(.sparseTensor),
  ]
  private static let tensorFields: [Int: Field] = [
    1: .value, 2: .value, 4: .contents, 5: .contents, 7: .contents, 8: .value, 9: .contents, 10: .contents,
    11: .contents, 14: .value,
  ]
  private static let pairFields: [Int: Field] = [1: .value, 2: .value]

  var fields: [Int: Field] {
    switch self {
    case .model: Self.modelFields
    case .operatorSet, .dimension: Self.pairFields
    case .graph: Self.graphFields
    case .function: Self.functionFields
    case .node: Self.nodeFields
    case .attribute: Self.attributeFields
    case .tensor: Self.tensorFields
    case .sparseTensor: [1: .message(.tensor), 3: .value]
    case .valueInfo: [1: .value, 2: .message(.type)]
    case .type: [1: .message(.tensorType)]
    case .tensorType: [1: .value, 2: .message(.shape)]
    case .shape: [1: .message(.dimension)]
    }
  }
}
