import Foundation
import Interchange

/// A regular file that is open, closed when nobody holds it any more.
final class OpenFile: Sendable {
  let path: String
  /// What is said besides where something cannot be written: what becomes of it.
  let outlook: String
  private let descriptor: Int32

  /// Opens a file for reading and writing, made where there is none.
  ///
  /// - Throws: ``SweepError/failed(file:_:)`` when that fails, or when it is a link or no regular file.
  init(_ path: String, outlook: String = "") throws(SweepError) {
    self.path = path
    self.outlook = outlook
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    var status = stat()
    if unsafe descriptor < 0 || fstat(descriptor, &status) != 0 { throw Self.failure(path, "cannot be written") }
    if status.st_mode & S_IFMT != S_IFREG { throw .failed(file: path, TextFile.irregularity(status.st_mode)) }
  }

  /// Opens a file that is there for reading.
  ///
  /// - Throws: ``SweepError/failed(file:_:)`` when that fails, or when it is no regular file.
  init(reading path: String) throws(SweepError) {
    self.path = path
    outlook = ""
    // A pipe without a writer would hold up a blocking open for ever.
    descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    var status = stat()
    if unsafe descriptor < 0 || fstat(descriptor, &status) != 0 { throw Self.failure(path, "cannot be read") }
    if status.st_mode & S_IFMT != S_IFREG { throw .failed(file: path, TextFile.irregularity(status.st_mode)) }
  }

  deinit { close(descriptor) }

  /// Keeps other programs from locking the file; false when one of them has done so, or gave it another name or none since
  /// it was opened.
  ///
  /// - Throws: ``SweepError/failed(file:_:)`` where the disk has no locks, which some that are shared have not.
  func lock() throws(SweepError) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      // Another machine's lock on a shared disk may be told of as one that cannot be had.
      if [EWOULDBLOCK, EACCES, EINTR].contains(errno) { return false }
      throw Self.failure(path, "cannot be locked, which keeps two runs at once apart")
    }
    var (own, named) = (stat(), stat())
    return unsafe fstat(descriptor, &own) == 0 && stat(path, &named) == 0
      && own.st_ino == named.st_ino && own.st_dev == named.st_dev
  }

  /// The number of its bytes.
  var length: Int {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Cuts the file after so many bytes; writing goes on there.
  func cut(at length: Int) throws(SweepError) {
    if ftruncate(descriptor, off_t(length)) != 0 || lseek(descriptor, off_t(length), SEEK_SET) < 0 {
      throw Self.failure(path, "cannot be written")
    }
  }

  /// So many bytes from an offset.
  func read(_ count: Int, at offset: Int) throws(SweepError) -> [UInt8] {
    let bytes = try read(atMost: count, at: offset)
    if bytes.count < count { throw .failed(file: path, "cannot be read") }
    return bytes
  }

  /// So many bytes from an offset, or fewer where the file ends before.
  func read(atMost count: Int, at offset: Int) throws(SweepError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = unsafe bytes[done...].withUnsafeMutableBytes {
        unsafe pread(descriptor, $0.baseAddress, $0.count, off_t(offset + done))
      }
      if got < 0, errno == EINTR { continue }
      if got < 0 { throw Self.failure(path, "cannot be read") }
      if got == 0 { break }
      done += got
    }
    bytes.removeLast(count - done)
    return bytes
  }

  func write(_ text: String) throws(SweepError) { try write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) throws(SweepError) {
    if !TextFile.put(bytes, into: descriptor) { throw Self.failure(path, "cannot be written", outlook) }
  }

  /// Waits until the disk has what was written.
  func synchronize() throws(SweepError) {
    if fsync(descriptor) != 0 { throw Self.failure(path, "cannot be written", outlook) }
  }

  /// Waits until the disk has what was written, then gives the file another name.
  func rename(to name: String) throws(SweepError) {
    try synchronize()
    if unsafe Foundation.rename(path, name) != 0 { throw Self.failure(path, "cannot be written", outlook) }
  }

  /// Takes the file's name away.
  func remove() { unsafe unlink(path) }

  private static func failure(_ path: String, _ what: String, _ outlook: String = "") -> SweepError {
    if path.isEmpty { return .failed(file: "''", TextFile.emptyName) }
    return .failed(file: path, "\(what): \(unsafe String(cString: strerror(errno)))\(outlook)")
  }
}
