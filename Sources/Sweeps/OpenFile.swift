import Foundation
import Interchange

/// A regular file that is open for reading and writing, closed when nobody holds it any more.
final class OpenFile: Sendable {
  let path: String
  private let descriptor: Int32

  /// Opens a file, made where there is none.
  ///
  /// - Throws: ``SweepError/failed(file:_:)`` when that fails, or when it is a link or no regular file.
  init(_ path: String) throws(SweepError) {
    self.path = path
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    var status = stat()
    if unsafe descriptor < 0 || fstat(descriptor, &status) != 0 { throw Self.failure(path) }
    if status.st_mode & S_IFMT != S_IFREG { throw .failed(file: path, "is not a regular file") }
  }

  deinit { close(descriptor) }

  /// Keeps other programs from locking the file; false when one of them has done so.
  func lock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

  /// The number of its bytes.
  var length: Int {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Cuts the file after so many bytes; writing goes on there.
  func cut(at length: Int) throws(SweepError) {
    if ftruncate(descriptor, off_t(length)) != 0 || lseek(descriptor, off_t(length), SEEK_SET) < 0 {
      throw Self.failure(path)
    }
  }

  /// So many bytes from an offset.
  func read(_ count: Int, at offset: Int) throws(SweepError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = unsafe bytes[done...].withUnsafeMutableBytes {
        unsafe pread(descriptor, $0.baseAddress, $0.count, off_t(offset + done))
      }
      if got < 0, errno == EINTR { continue }
      if got <= 0 { throw .failed(file: path, "cannot be read") }
      done += got
    }
    return bytes
  }

  func write(_ text: String) throws(SweepError) {
    if !TextFile.put(text, into: descriptor) { throw Self.failure(path, "; the same command goes on from here") }
  }

  /// Waits until the disk has what was written, then gives the file another name.
  func rename(to name: String) throws(SweepError) {
    if unsafe fsync(descriptor) != 0 || Foundation.rename(path, name) != 0 { throw Self.failure(path) }
  }

  private static func failure(_ path: String, _ outlook: String = "") -> SweepError {
    .failed(file: path, "cannot be written: \(unsafe String(cString: strerror(errno)))\(outlook)")
  }
}
