import Foundation

/// The bytes of a file, of which only those that are asked for are read: a model's weights can take gigabytes.
struct ByteSource {
  private static let windowSize = 1 << 16

  /// The number of bytes in all.
  let count: Int
  private let descriptor: CInt?
  private var window: [UInt8]
  private var windowStart = 0

  /// The bytes of an open regular file.
  private init(descriptor: CInt, count: Int) {
    self.descriptor = descriptor
    self.count = count
    window = []
  }

  /// Bytes in memory.
  init(_ bytes: [UInt8]) {
    descriptor = nil
    count = bytes.count
    window = bytes
  }

  /// Opens a file for as long as `body` runs.
  ///
  /// - Parameters:
  ///   - file: its path.
  ///   - body: what to do with its bytes.
  /// - Returns: what `body` gives.
  /// - Throws: ``ONNXError`` when the file cannot be read, is no regular file or is empty; what `body` throws.
  static func withFile<Answer>(
    _ file: String, _ body: (inout ByteSource) throws(ONNXError) -> Answer
  ) throws(ONNXError) -> Answer {
    // A pipe without a writer would hold up a blocking open for ever.
    let descriptor = unsafe open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw ONNXError("cannot be read: \(unsafe String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ONNXError(
        status.st_mode & S_IFMT == S_IFDIR ? "is a folder; a file is expected" : "is not a regular file")
    }
    if status.st_size == 0 { throw ONNXError("is empty; an ONNX model is expected") }
    var source = ByteSource(descriptor: descriptor, count: Int(status.st_size))
    return try body(&source)
  }

  /// The byte at a position below ``count``.
  mutating func byte(at position: Int) throws(ONNXError) -> UInt8 {
    if position < windowStart || position >= windowStart + window.count { try load(position) }
    return window[position - windowStart]
  }

  /// The bytes of a range, which lies in 0 ..< ``count``.
  mutating func bytes(_ range: Range<Int>) throws(ONNXError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < range.count {
      let position = range.lowerBound + bytes.count
      _ = try byte(at: position)
      bytes += window[(position - windowStart)...].prefix(range.count - bytes.count)
    }
    return bytes
  }

  /// Fills the window from a position on.
  private mutating func load(_ position: Int) throws(ONNXError) {
    guard let descriptor, position >= 0 else { throw ONNXError("is not an ONNX model: it is cut short") }
    window = [UInt8](repeating: 0, count: min(Self.windowSize, max(1, count - position)))
    windowStart = position
    var size = unsafe pread(descriptor, &window, window.count, position)
    while size < 0, errno == EINTR { size = unsafe pread(descriptor, &window, window.count, position) }
    if size < 0 {
      window = []
      throw ONNXError("cannot be read: \(unsafe String(cString: strerror(errno)))")
    }
    if size == 0 {
      window = []
      throw ONNXError("became shorter while it was read")
    }
    window.removeLast(window.count - size)
  }
}
