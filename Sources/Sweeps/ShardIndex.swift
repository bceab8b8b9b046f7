import Foundation
import Interchange

/// What stands beside the file of a part of a sweep: which part of which sweep it is, and what each layer adds to totals.
///
/// It is a JSON document with a line for each item, so that a merge holds one line at a time, and ends with a checksum of
/// what stands before that.
struct ShardIndex: Sendable {
  private static let currentSchema = "tilebound-sweep-shard/2"
  private static let opening = "{\"schema\":\"\(currentSchema)\","
  private static let (aboutKey, itemsKey) = ("\"about\":", "\"items\":[")

  /// The last line, behind lines of some checksum.
  private static func closing(_ checksum: Checksum) -> String { "],\"checksum\":\"\(checksum.text)\"}" }

  /// What holds for all of the part.
  struct About: Codable, Sendable {
    /// What made the file.
    var producer: Producer
    /// The command line that made it, without which part was asked for.
    var command: String
    /// What the whole sweep is.
    var plan: SweepPlan
    /// Which part of it this is.
    var shard: SweepShard
    /// The length and the checksum of the part's file.
    var content: SweepIndex.Content
    /// Records of the part.
    var records: Int
    /// Curves that answered them.
    var curves: Int
    /// Whether every block size of its layers was searched.
    var complete: Bool
  }

  let about: About
  private var lines: LineReader
  private var checksum = Checksum()

  /// The index of a file, ready to be read item by item; nil where there is none that was written by ``write(_:items:of:)``.
  init?(of file: String) {
    guard let opened = try? OpenFile(reading: SweepIndex.path(of: file)) else { return nil }
    var lines = LineReader(opened)
    guard (try? lines.next()) == Array(Self.opening.utf8), let line = try? lines.next(),
      line.starts(with: Self.aboutKey.utf8),
      let about = try? JSONDecoder().decode(
        About.self, from: Data(line.dropFirst(Self.aboutKey.utf8.count).dropLast())),
      (try? lines.next()) == Array(Self.itemsKey.utf8)
    else { return nil }
    self.about = about
    self.lines = lines
    checksum.add(line)
  }

  /// What the index says of the next item, or nil after the last one.
  ///
  /// - Throws: ``SweepError/refused(file:_:)`` for a line that says nothing of one, and for an end that is not its own.
  mutating func next() throws(SweepError) -> SweepStore.Checkpoint? {
    guard var line = try nextLine() else { return nil }
    if line.last == UInt8(ascii: ",") { line.removeLast() }
    guard let checkpoint = try? JSONDecoder().decode(SweepStore.Checkpoint.self, from: Data(line)) else {
      throw .refused(file: lines.path, "was changed after it was written")
    }
    return checkpoint
  }

  /// Closes the file, which is gone on with when it is open again.
  mutating func close() { lines.close() }

  /// Opens the file again.
  mutating func open() throws(SweepError) { try lines.open() }

  /// Looks whether all of the index is as it was written.
  ///
  /// - Throws: ``SweepError/refused(file:_:)`` where it is not.
  func check() throws(SweepError) {
    var rest = self
    while try rest.nextLine() != nil {}
  }

  /// The line of the next item, or nil after the last one.
  private mutating func nextLine() throws(SweepError) -> [UInt8]? {
    guard let line = try lines.next() else { throw .refused(file: lines.path, "was changed after it was written") }
    if line == Array(Self.closing(checksum).utf8) { return nil }
    checksum.add(line)
    return line
  }

  /// Writes the index of a file, whole or not at all.
  ///
  /// - Parameters:
  ///   - about: what holds for all of the part.
  ///   - items: what it says of the items, in the order of the part.
  ///   - file: the part's file.
  /// - Throws: ``SweepError/failed(file:_:)`` when that fails; there is then the index that was there before, if any.
  static func write(_ about: About, items: [SweepStore.Checkpoint], of file: String) throws(SweepError) {
    let path = SweepIndex.path(of: file)
    let temporary = try OpenFile(path + ".part", outlook: SweepStore.outlook)
    do {
      try temporary.cut(at: 0)
      var checksum = Checksum()
      func write(_ line: String) throws(SweepError) {
        checksum.add(line.utf8)
        try temporary.write(line + "\n")
      }
      try temporary.write(opening + "\n")
      try write("\(aboutKey)\(SweepStore.line(about).dropLast()),")
      try temporary.write(itemsKey + "\n")
      for (number, item) in items.enumerated() {
        try write(SweepStore.line(item).dropLast() + (number + 1 == items.count ? "" : ","))
      }
      try temporary.write(closing(checksum) + "\n")
      try temporary.rename(to: path)
    } catch {
      temporary.remove()
      throw error
    }
  }
}

/// The lines of a file one after the other, few of them in memory at a time.
struct LineReader: Sendable {
  private static let step = 1 << 16

  let path: String
  private var file: OpenFile?
  private var offset = 0
  private var buffer: [UInt8] = []
  private var start = 0

  init(_ file: OpenFile) { (self.file, path) = (file, file.path) }

  /// Closes the file and forgets what was read ahead.
  mutating func close() {
    offset -= buffer.count - start
    (file, buffer, start) = (nil, [], 0)
  }

  /// Opens a file that was closed, to be read on where it was.
  mutating func open() throws(SweepError) { if file == nil { file = try OpenFile(reading: path) } }

  /// The next line without its end, or nil after the last one.
  mutating func next() throws(SweepError) -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return Array(buffer[start..<end])
      }
      searched = buffer.count - start
      buffer.removeFirst(start)
      start = 0
      let more = try file?.read(atMost: Self.step, at: offset) ?? []
      offset += more.count
      if more.isEmpty {
        if buffer.isEmpty { return nil }
        defer { buffer = [] }
        return buffer
      }
      buffer += more
    }
  }
}
