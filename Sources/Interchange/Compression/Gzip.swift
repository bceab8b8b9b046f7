import Foundation

/// Files compressed as `gzip` does it: members one after the other, of which each is decompressed by itself. What many
/// programs read, whatever the number of members.
package enum Gzip {
  /// How every member begins.
  private static let mark: [UInt8] = [0x1f, 0x8b]

  /// Whether a file of this name is to be compressed.
  package static func isName(_ file: String) -> Bool { file.lowercased().hasSuffix(".gz") }

  /// A file's name without what says that it is compressed.
  package static func content(of file: String) -> String { isName(file) ? String(file.dropLast(3)) : file }

  /// Whether bytes begin as a compressed file does.
  static func isBeginning(_ bytes: some Sequence<UInt8>) -> Bool { bytes.starts(with: mark) }

  /// A member that holds bytes. The same library makes the same member of the same bytes.
  ///
  /// - Throws: ``ZLibError`` where zlib cannot be used.
  package static func member(_ bytes: [UInt8]) throws(ZLibError) -> [UInt8] {
    let library = try ZLib.loaded()
    let stream = UnsafeMutablePointer<ZLib.Stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: ZLib.Stream())
    defer { unsafe stream.deallocate() }
    unsafe try library.beginDeflating(stream)
    defer { _ = unsafe library.deflateEnd(stream) }
    var member: [UInt8] = []
    var output = [UInt8](repeating: 0, count: 1 << 16)
    var start = 0
    repeat {
      let end = min(bytes.count, start + 1 << 30)
      unsafe bytes[start..<end].withUnsafeBufferPointer { input in
        unsafe (stream.pointee.nextIn, stream.pointee.availableIn) = (input.baseAddress, CUnsignedInt(input.count))
        var isFull = true
        while isFull {
          let room = CUnsignedInt(output.count)
          unsafe output.withUnsafeMutableBufferPointer {
            unsafe (stream.pointee.nextOut, stream.pointee.availableOut) = ($0.baseAddress, room)
            _ = unsafe library.deflate(stream, end == bytes.count ? ZLib.finish : ZLib.noFlush)
          }
          let left = unsafe stream.pointee.availableOut
          member += output.prefix(Int(room - left))
          isFull = left == 0
        }
      }
      start = end
    } while start < bytes.count
    return member
  }

  /// A member that holds bytes as they are, which is the same with every library.
  ///
  /// - Parameter bytes: fewer than 65 536.
  /// - Returns: the member.
  /// - Throws: ``ZLibError`` where zlib cannot be used.
  package static func storedMember(_ bytes: [UInt8]) throws(ZLibError) -> [UInt8] {
    precondition(bytes.count <= UInt16.max, "a block has 16 bits for its length")
    let check = try ZLib.loaded().check(bytes)
    func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
      (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let length = UInt16(bytes.count)
    // Compressed by method 8; no flags, no time, no level, an unknown system; then one block, the last.
    return mark + [8, 0, 0, 0, 0, 0, 0, 255, 1] + littleEndian(length) + littleEndian(~length) + bytes
      + littleEndian(check) + littleEndian(UInt32(bytes.count))
  }

  /// What all members of a file hold together.
  ///
  /// - Throws: ``FormatError`` for what is no such file, or a part of one.
  package static func content(_ bytes: [UInt8], origin: String) throws(FormatError) -> [UInt8] {
    let decompression = try GzipDecompression(origin: origin)
    var content: [UInt8] = []
    decompression.give(bytes)
    while let more = try decompression.next() { content += more }
    try decompression.finish()
    return content
  }
}

/// A compressed file that is decompressed some at a time.
@safe final class GzipDecompression {
  private static let step = 1 << 18

  private let origin: String
  private let library: ZLib
  private let stream: UnsafeMutablePointer<ZLib.Stream>
  private var input: ArraySlice<UInt8> = []
  private var output = [UInt8](repeating: 0, count: step)
  /// Whether a member began and has not ended.
  private var isInside = false
  private var isFirst = true

  /// - Throws: ``FormatError`` where zlib cannot be used.
  init(origin: String) throws(FormatError) {
    self.origin = origin
    unsafe stream = UnsafeMutablePointer<ZLib.Stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: ZLib.Stream())
    do {
      library = try ZLib.loaded()
      unsafe try library.beginInflating(stream)
    } catch {
      unsafe stream.deallocate()
      throw FormatError(origin: origin, message: "is compressed: \(error)")
    }
  }

  deinit {
    _ = unsafe library.inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Takes bytes of the file, after those given before were used up.
  func give(_ bytes: some Collection<UInt8>) { input = (input + bytes)[...] }

  /// Some of what they hold, or nil when more bytes are needed.
  ///
  /// - Throws: ``FormatError`` for what is not compressed so.
  func next() throws(FormatError) -> [UInt8]? {
    while !input.isEmpty {
      if !isInside {
        // Tapes are filled up with zeros.
        if !isFirst { input = input.drop { $0 == 0 } }
        if input.count < 2 { return nil }
        if !Gzip.isBeginning(input) {
          throw FormatError(origin: origin, message: "has something behind its compressed data that is none")
        }
        if !isFirst { _ = unsafe library.inflateReset(stream) }
        (isInside, isFirst) = (true, false)
      }
      let used = input.count
      var code = ZLib.ok
      var count = 0
      unsafe input.withUnsafeBufferPointer { bytes in
        unsafe (stream.pointee.nextIn, stream.pointee.availableIn) = (bytes.baseAddress, CUnsignedInt(bytes.count))
        unsafe output.withUnsafeMutableBufferPointer {
          unsafe (stream.pointee.nextOut, stream.pointee.availableOut) = ($0.baseAddress, CUnsignedInt($0.count))
          code = unsafe library.inflate(stream, ZLib.noFlush)
        }
        count = unsafe Self.step - Int(stream.pointee.availableOut)
      }
      let left = unsafe Int(stream.pointee.availableIn)
      input = input.dropFirst(used - left)
      if code == ZLib.streamEnd {
        isInside = false
      } else if code != ZLib.ok, code != ZLib.bufferError {
        throw FormatError(origin: origin, message: "is damaged: its compressed data are not as they were written")
      }
      if count > 0 { return Array(output.prefix(count)) }
    }
    return nil
  }

  /// Looks whether the last member is whole.
  ///
  /// - Throws: ``FormatError`` where it is not.
  func finish() throws(FormatError) {
    if isInside || !input.isEmpty {
      throw FormatError(origin: origin, message: "ends within its compressed data: a part of the file is missing")
    }
  }
}
