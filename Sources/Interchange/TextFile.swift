import Foundation

/// Files read and written whole, with errors in one line.
public enum TextFile {
  /// The text of a UTF-8 file of at most `limit` bytes.
  ///
  /// - Throws: ``FormatError`` when it cannot be read, is larger or is not UTF-8.
  public static func read(_ path: String, limit: Int) throws(FormatError) -> String {
    guard let file = fopen(path, "rb") else { throw failure(path, "cannot be read") }
    defer { fclose(file) }
    var status = stat()
    guard fstat(fileno(file), &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw FormatError(origin: path, message: "is not a regular file")
    }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    var content: [UInt8] = []
    while true {
      let count = fread(&bytes, 1, bytes.count, file)
      if count == 0 { break }
      content += bytes[..<count]
      if content.count > limit {
        throw FormatError(origin: path, message: "is larger than the \(limit) bytes that are accepted")
      }
    }
    if ferror(file) != 0 { throw failure(path, "cannot be read") }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw FormatError(origin: path, message: "is not UTF-8 text")
    }
    return text
  }

  /// Writes a file whole or not at all: to a temporary file beside it, which then takes its name.
  ///
  /// - Throws: ``FormatError`` when that fails; the file is then as it was.
  public static func write(_ text: String, to path: String) throws(FormatError) {
    let temporary = "\(path).\(getpid()).tmp"
    guard let file = fopen(temporary, "wb") else { throw failure(path, "cannot be written") }
    let bytes = Array(text.utf8)
    let written = fwrite(bytes, 1, bytes.count, file)
    let closed = fclose(file)
    guard written == bytes.count, closed == 0, rename(temporary, path) == 0 else {
      let error = failure(path, "cannot be written")
      unlink(temporary)
      throw error
    }
  }

  private static func failure(_ path: String, _ what: String) -> FormatError {
    FormatError(origin: path, message: "\(what): \(String(cString: strerror(errno)))")
  }
}
