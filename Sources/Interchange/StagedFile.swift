import Foundation

/// A file that is written whole beside its place, and takes it when it is told to.
///
/// A symbolic link is followed, and the mode of a file that is replaced stays. What is no regular file, a device or a pipe, is written
/// to directly, and has nothing to wait for.
package struct StagedFile: Sendable {
  private let path: String
  /// The file's place and where it waits; nil where it is written.
  private let places: (target: String, temporary: String)?

  /// Writes bytes that are to be a file.
  ///
  /// - Throws: ``FormatError`` when that fails; nothing is left then.
  package init(_ bytes: [UInt8], for path: String) throws(FormatError) {
    self.path = path
    if path.isEmpty { throw FormatError(origin: "the file to write", message: "has an empty name") }
    var target = path
    if let resolved = unsafe realpath(path, nil) {
      target = unsafe String(cString: resolved)
      unsafe free(resolved)
    }
    var status = stat()
    let exists = unsafe stat(target, &status) == 0
    if exists, status.st_mode & S_IFMT != S_IFREG {
      let file = unsafe open(target, O_WRONLY)
      if file < 0 || !TextFile.put(bytes, into: file) || close(file) != 0 { throw TextFile.failure(path, Self.refusal) }
      places = nil
      return
    }
    let temporary = "\(target).\(getpid()).tmp"
    let file = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC, exists ? status.st_mode & 0o7777 : 0o666)
    places = (target, temporary)
    if file < 0 || !TextFile.put(bytes, into: file) || close(file) != 0 { throw failure() }
  }

  private static let refusal = "cannot be written"

  /// Takes its place.
  ///
  /// - Throws: ``FormatError`` when that fails; what was there before is still there then.
  package func commit() throws(FormatError) {
    if let places, unsafe rename(places.temporary, places.target) != 0 { throw failure() }
  }

  /// Goes without having been there.
  package func discard() { if let places { unsafe unlink(places.temporary) } }

  /// Why it is not written; what was written of it goes.
  private func failure() -> FormatError {
    let error = TextFile.failure(path, Self.refusal)
    discard()
    return error
  }
}
