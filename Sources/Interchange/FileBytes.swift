import Foundation
import Parallel

/// The bytes of a regular file, or those of standard input, some at a time; closed when nobody holds it any more.
final class FileBytes {
  private static let step = 1 << 16
  /// Whether standard input was read: there is nothing more in it then.
  private static let isStandardInputRead = Guarded(false)

  /// What the system knows a file by, whatever it is called.
  private struct Identity: Hashable {
    let device: UInt64
    let number: UInt64

    init(_ status: stat) { (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino)) }
  }

  /// The regular files that were read.
  private static let read = Guarded<Set<Identity>>([])

  let path: String
  private let descriptor: CInt
  /// The bytes of the file; nil of standard input.
  private let size: Int?
  private var taken = 0
  private var buffer = [UInt8](repeating: 0, count: step)

  /// Opens a file.
  ///
  /// - Throws: ``FormatError`` when it cannot be read.
  init(_ path: String) throws(FormatError) {
    self.path = path
    if path == TextFile.standardInput {
      let wasRead = Self.isStandardInputRead.withLock { isRead in
        defer { isRead = true }
        return isRead
      }
      if wasRead {
        throw FormatError(origin: path, message: "was read already; '-' can stand for one file only")
      }
      (descriptor, size) = (STDIN_FILENO, nil)
      return
    }
    // A pipe without a writer would hold up a blocking open for ever.
    descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    if descriptor < 0 { throw TextFile.failure(path, "cannot be read") }
    var status = stat()
    if unsafe fstat(descriptor, &status) != 0 { throw TextFile.failure(path, "cannot be read") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FormatError(origin: path, message: TextFile.irregularity(status.st_mode))
    }
    size = Int(status.st_size)
    _ = Self.read.withLock { $0.insert(Identity(status)) }
  }

  /// Whether this process has read the file at a path, by whatever name.
  static func wasRead(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return false }
    let identity = Identity(status)
    return read.withLock { $0.contains(identity) }
  }

  /// Which part of the file was taken, from 0 to 1; nil of standard input, and of a file without bytes.
  var partTaken: Double? { size.flatMap { $0 > 0 ? min(1, Double(taken) / Double($0)) : nil } }

  deinit { if descriptor > STDIN_FILENO { close(descriptor) } }

  /// The next bytes; none at the end.
  ///
  /// - Throws: ``FormatError`` when they cannot be read.
  func next() throws(FormatError) -> ArraySlice<UInt8> {
    while true {
      let count = unsafe Foundation.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw TextFile.failure(path, "cannot be read") }
      taken += count
      return buffer[..<count]
    }
  }
}
