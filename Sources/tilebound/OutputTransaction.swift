import Interchange
import Parallel

/// The files and the text of a command that appear together or not at all.
///
/// From its beginning on what ``OutputOptions`` writes waits, files whole beside their places, until ``commit()``. Without that nothing
/// of it appears. There is one at a time.
final class OutputTransaction: Sendable {
  private struct Waiting {
    var files: [StagedFile] = []
    var printed = ""
  }

  private static let waiting = Guarded<Waiting?>(nil)

  init() { Self.waiting.withLock { $0 = Waiting() } }

  deinit { for file in Self.end()?.files ?? [] { file.discard() } }

  private static func end() -> Waiting? {
    waiting.withLock { waiting in
      defer { waiting = nil }
      return waiting
    }
  }

  /// Prints the text and has the files take their places.
  ///
  /// - Throws: ``CommandFailure`` when that fails.
  func commit() throws(CommandFailure) {
    guard let waiting = Self.end() else { return }
    var files = waiting.files[...]
    defer { for file in files { file.discard() } }
    do {
      if !waiting.printed.isEmpty { try TextFile.print(waiting.printed) }
      while let file = files.popFirst() { try file.commit() }
    } catch {
      throw CommandFailure(code: .failed, message: error.description)
    }
  }

  /// Has bytes wait that are to be a file; false where there is no transaction.
  ///
  /// - Throws: ``FormatError`` when they cannot be written.
  static func takes(_ bytes: [UInt8], for path: String) throws(FormatError) -> Bool {
    if waiting.withLock({ $0 == nil }) { return false }
    let file = try StagedFile(bytes, for: path)
    waiting.withLock { $0?.files.append(file) }
    return true
  }

  /// Has a text wait that is to be printed; false where there is no transaction.
  static func takes(_ text: String) -> Bool {
    waiting.withLock { waiting in
      waiting?.printed += text
      return waiting != nil
    }
  }
}
