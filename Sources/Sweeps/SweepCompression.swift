import Interchange

/// How a sweep's file is compressed.
public enum SweepCompression: String, Codable, Hashable, Sendable {
  /// As `gzip` does it: the records of each layer in a setting are a member of their own, and so is a table's header.
  case gzip

  /// How a file of this name is compressed; nil for one that is not.
  init?(of file: String) {
    if !Gzip.isName(file) { return nil }
    self = .gzip
  }
}

/// Heads and records as they stand in a sweep's file.
///
/// What an item's records become depends on them alone, so that files can be cut between items and put together.
struct SweepBytes: Sendable {
  /// How they are compressed, if they are.
  let compression: SweepCompression?
  /// The file, for errors.
  let file: String

  /// What stands before the records: the same whatever library compresses them.
  func head(_ text: String) throws(SweepError) -> [UInt8] {
    let bytes = Array(text.utf8)
    if compression == nil || bytes.isEmpty { return bytes }
    return try member { () throws(ZLibError) in try Gzip.storedMember(bytes) }
  }

  /// The records of an item.
  func records(_ bytes: [UInt8]) throws(SweepError) -> [UInt8] {
    compression == nil ? bytes : try member { () throws(ZLibError) in try Gzip.member(bytes) }
  }

  private func member(_ make: () throws(ZLibError) -> [UInt8]) throws(SweepError) -> [UInt8] {
    do { return try make() } catch { throw .failed(file: file, "\(error)") }
  }

  /// What was made of them.
  func text(_ bytes: [UInt8]) throws(SweepError) -> [UInt8] {
    if compression == nil { return bytes }
    do { return try Gzip.content(bytes, origin: file) } catch { throw .refused(file: file, error.message) }
  }
}
