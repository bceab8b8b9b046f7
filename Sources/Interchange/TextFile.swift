package import Foundation

/// Files read and written whole, with errors in one line.
public enum TextFile {
  /// The name that stands for standard input where a file is read, and for standard output where one is written.
  package static let standardInput = "-"

  /// A file's name for messages.
  package static func shown(_ path: String) -> String { path == standardInput ? "standard input" : path }

  /// Why something that is no regular file is not read or written, by its mode.
  package static func irregularity(_ mode: mode_t) -> String {
    mode & S_IFMT == S_IFDIR ? "is a folder; a file is expected" : "is not a regular file"
  }

  /// The text of a UTF-8 file of at most `limit` bytes, or that of standard input.
  ///
  /// - Throws: ``FormatError`` when it cannot be read, is larger, is a model of another framework or is not UTF-8.
  public static func read(_ path: String, limit: Int) throws(FormatError) -> String {
    try text(of: bytes(path, limit: limit), origin: path)
  }

  /// The text that bytes are in UTF-8.
  ///
  /// - Throws: ``FormatError`` when they are none.
  static func text(of bytes: [UInt8], origin: String) throws(FormatError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FormatError(origin: origin, message: "is not UTF-8 text")
    }
    // A byte order mark says nothing in UTF-8.
    return text.hasPrefix("\u{feff}") ? String(text.unicodeScalars.dropFirst()) : text
  }

  /// The bytes of a regular file, or those of standard input.
  ///
  /// - Throws: ``FormatError`` when they cannot be read, are a model of another framework or are more than `limit`.
  static func bytes(_ path: String, limit: Int) throws(FormatError) -> [UInt8] {
    let file = try FileBytes(path)
    var content: [UInt8] = []
    while true {
      let more = try file.next()
      if more.isEmpty || content.count + more.count > limit {
        try ForeignModel.refuse(content.isEmpty ? Array(more) : content, named: path)
      }
      if more.isEmpty { return content }
      content += more
      if content.count > limit { throw tooLarge(path, limit) }
    }
  }

  /// Why a file is not read.
  static func tooLarge(_ path: String, _ limit: Int) -> FormatError {
    FormatError(origin: path, message: "is larger than the \(limit) bytes that are accepted")
  }

  /// The first bytes of a regular file, at most 4096; none where it cannot be read.
  static func beginning(of path: String) -> [UInt8] {
    let file = unsafe Foundation.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    if file < 0 { return [] }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe Foundation.read(file, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }

  /// Writes a text to a file, see ``write(_:to:)-([UInt8],_)``.
  public static func write(_ text: String, to path: String) throws(FormatError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes a file whole or not at all.
  ///
  /// - Throws: ``FormatError`` when that fails; a regular file is then as it was.
  public static func write(_ bytes: [UInt8], to path: String) throws(FormatError) {
    try StagedFile(bytes, for: path).commit()
  }

  /// Checks, before what is to be written is made, that a name can be a file's.
  ///
  /// - Throws: ``FormatError`` for an empty name and for a folder's.
  public static func checkName(_ path: String, origin: String) throws(FormatError) {
    if path.isEmpty { throw FormatError(origin: origin, message: emptyName) }
    if isFolder(path) {
      throw FormatError(origin: origin, message: "'\(path)' is a folder; a file's name is expected")
    }
  }

  /// Whether this process has read the file at a path, by whatever name.
  package static func wasRead(_ path: String) -> Bool { FileBytes.wasRead(path) }

  /// Where a file is or would be, the same for all of its names.
  package static func place(of path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().standardized.path
  }

  /// Checks that the folder that files are to go to is there or can be made.
  package static func checkNameOfFolder(_ path: String, origin: String) throws(FormatError) {
    var status = stat()
    if unsafe path.isEmpty || stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR {
      throw FormatError(origin: origin, message: "'\(path)' is no folder; a folder's name is expected")
    }
  }

  /// What is said of an empty name.
  package static let emptyName = "is empty; a file's name is expected"

  /// Whether there is a folder of a name.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Checks, before what is to be written is made, that the folder of a file is there.
  ///
  /// - Throws: what writing the file would throw where it is not.
  public static func checkFolder(of path: String) throws(FormatError) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    var status = stat()
    if unsafe stat(folder, &status) != 0 { throw failure(path, "cannot be written") }
  }

  /// Writes to standard output.
  ///
  /// - Throws: ``FormatError`` when that fails.
  public static func print(_ text: String) throws(FormatError) {
    if !put(text, into: STDOUT_FILENO) { throw failure("standard output", "cannot be written") }
  }

  /// Writes bytes to standard output.
  ///
  /// - Throws: ``FormatError`` when that fails.
  package static func print(_ bytes: [UInt8]) throws(FormatError) {
    if !put(bytes, into: STDOUT_FILENO) { throw failure("standard output", "cannot be written") }
  }

  /// Writes to standard error; when that is closed there is nobody to tell.
  public static func printError(_ text: String) { _ = put(text, into: STDERR_FILENO) }

  package static func put(_ text: String, into file: CInt) -> Bool { put(Array(text.utf8), into: file) }

  /// Writes all bytes to an open file; false when that fails, for `errno` to say why.
  package static func put(_ bytes: [UInt8], into file: CInt) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Foundation.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  static func failure(_ path: String, _ what: String) -> FormatError {
    if path.isEmpty { return FormatError(origin: "''", message: emptyName) }
    return FormatError(origin: path, message: "\(what): \(unsafe String(cString: strerror(errno)))")
  }
}
