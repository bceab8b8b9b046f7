import Foundation

/// The files that a file includes, all from its own folder and what lies in that, bounded in depth, number and size.
final class Inclusions {
  /// A file, and how it came to be included.
  struct File {
    /// The file's path, as it is shown.
    let origin: String
    /// Its path without links, and those of the files that include it, outermost first; empty for a text of no file.
    fileprivate let chain: [String]

    /// The folder that its inclusions are relative to, without links.
    fileprivate var folder: String { Inclusions.folder(of: chain.last ?? "") }
  }

  /// Files within files within files, and so on.
  private static let mostNested = 16
  private static let mostFiles = 256
  /// The bytes of all files together, one that is included twice counting twice.
  private static let mostBytes = 1 << 20

  /// The file that includes, itself or through others.
  let root: File
  /// Its folder, as it is shown and without links.
  private let folder: (shown: String, real: String)
  private var files = 0
  /// The bytes of all files so far.
  private var bytes = 0

  /// - Parameter origin: the file that includes, or what a text comes from that is no file's, which can include none.
  init(origin: String) {
    guard let real = Self.real(origin) else {
      root = File(origin: origin, chain: [])
      folder = ("", "")
      return
    }
    root = File(origin: origin, chain: [real])
    let shown = Self.folder(of: origin)
    let realFolder = Self.folder(of: real)
    // A linked file's inclusions stand beside the file itself.
    folder = (Self.real(shown.isEmpty ? "." : shown) == realFolder ? shown : realFolder, realFolder)
  }

  /// The text of a file, for it to be put in a place.
  ///
  /// - Parameters:
  ///   - path: the file's path, as it stands there, relative to the file that has it.
  ///   - file: that file.
  ///   - place: where it stands.
  /// - Returns: the text, and the file for what it includes in turn.
  /// - Throws: ``FormatError``.
  func open(
    _ path: String, from file: File, at place: TemplateText.Place
  ) throws(FormatError) -> (text: String, file: File) {
    let shown = "'\(path.prefix(200))'"
    if file.chain.isEmpty { throw place.error("\(shown) cannot be included: what has no folder includes no files") }
    if path.isEmpty || path.unicodeScalars.contains(where: FormatError.isControl) {
      throw place.error("\(shown) is no file's name")
    }
    let outside = "only what lies in the folder of \(name(root.origin)) is included: copy it there"
    if path.hasPrefix("/") { throw place.error("\(shown) is an absolute path; \(outside)") }
    if path.split(separator: "/").contains("..") {
      throw place.error("\(shown) leads out of its folder; \(outside), and write '\(name(path))' here")
    }
    guard let real = Self.real("\(file.folder)/\(path)") else {
      throw place.error("\(shown) cannot be included: \(unsafe String(cString: strerror(errno)))")
    }
    let prefix = folder.real.hasSuffix("/") ? folder.real : folder.real + "/"
    guard real.hasPrefix(prefix) else {
      throw place.error("\(shown) leads out of its folder by a link; \(outside)")
    }
    let inner = real.dropFirst(prefix.count)
    let origin = folder.shown.isEmpty ? String(inner) : folder.shown == "/" ? "/\(inner)" : "\(folder.shown)/\(inner)"
    if file.chain.contains(real) {
      let names = (file.chain + [real]).map(name)
      throw place.error("\(shown) includes itself: \(names.joined(separator: ", "))")
    }
    if file.chain.count > Self.mostNested {
      throw place.error("\(shown) is included within \(Self.mostNested) others, which is as deep as is accepted")
    }
    files += 1
    if files > Self.mostFiles { throw place.error("more than \(Self.mostFiles) files are included") }
    let text: String
    do {
      text = try TextFile.read(real, limit: Self.mostBytes - bytes)
    } catch {
      throw place.error("\(shown) cannot be included: it \(error.message)")
    }
    bytes += text.utf8.count
    return (text, File(origin: origin, chain: file.chain + [real]))
  }

  private func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// A path up to its last part.
  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A path without links, or nil where there is nothing.
  private static func real(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }
}
