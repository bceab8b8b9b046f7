import Foundation
import Interchange

/// The files of a sweep in the making: its records so far, and what is known to be whole of them.
///
/// Records are appended to `FILE.part`, and after each unit a line to `FILE.progress` with the length and the checksum
/// that the part then has. Whatever ends the program, the longest part that a line vouches for is gone on with. When all
/// units are there, `FILE.index.json` is written, the part takes the name `FILE`, and the progress goes. A lock on the
/// progress keeps a second program away.
struct SweepStore {
  /// What a line of the progress says of a unit, after the first, which holds the plan and what makes the file.
  struct Checkpoint: Codable, Sendable {
    /// The length of the records up to this unit's, and the checksum of all of them.
    var bytes: Int
    var checksum: String
    var sums: SweepSums
  }

  private struct Heading: Codable {
    static let currentSchema = "tilebound-sweep-progress/3"
    var schema: String
    var producer: Producer
    var plan: SweepPlan
    /// Which part of the sweep it is; nil where it is all of it.
    var shard: SweepShard?
  }

  let path: String
  private let part: OpenFile
  private let progress: OpenFile
  private var bytes = 0
  private var checksum = Checksum()
  /// Of the units that are done.
  private(set) var sums: [SweepSums] = []

  private static func partPath(_ path: String) -> String { path + ".part" }
  private static func progressPath(_ path: String) -> String { path + ".progress" }

  /// Begins a file, or goes on with it.
  ///
  /// - Parameters:
  ///   - path: the file to make.
  ///   - plan: what it is to hold.
  ///   - shard: which part of it, or nil for all.
  ///   - producer: what makes it.
  ///   - head: what stands before the records.
  ///   - units: how many units there are to be.
  ///   - restarts: whether to begin anew whatever is there.
  /// - Throws: ``SweepError/refused(file:_:)`` when the file is another sweep's, ``SweepError/failed(file:_:)`` when it
  ///   cannot be written.
  init(
    _ path: String, _ plan: SweepPlan, _ shard: SweepShard?, _ producer: Producer, head: [UInt8], units: Int,
    restarts: Bool
  ) throws(SweepError) {
    self.path = path
    let outlook = "; the same command goes on from here"
    progress = try OpenFile(Self.progressPath(path), outlook: outlook)
    if try !progress.lock() { throw .refused(file: path, "is being written by another sweep that has not ended") }
    // Only now, or it may be what another sweep has just finished.
    part = try OpenFile(Self.partPath(path), outlook: outlook)
    if !restarts { try resume(plan, shard, producer, units: units) }
    if !sums.isEmpty { return }
    try part.cut(at: 0)
    try progress.cut(at: 0)
    try progress.write(
      Self.line(Heading(schema: Heading.currentSchema, producer: producer, plan: plan, shard: shard)))
    try append(head)
  }

  /// Takes up what is whole of the units that are there, if it is of the same plan and made by the same build.
  private mutating func resume(
    _ plan: SweepPlan, _ shard: SweepShard?, _ producer: Producer, units: Int
  ) throws(SweepError) {
    let length = part.length
    let written = try progress.read(progress.length, at: 0)
    guard let end = written.firstIndex(of: UInt8(ascii: "\n")) else {
      if length == 0 { return }
      throw .refused(file: part.path, "has records, but nothing says of which sweep; --restart begins anew")
    }
    guard let heading = try? JSONDecoder().decode(Heading.self, from: Data(written[..<end])),
      heading.schema == Heading.currentSchema
    else {
      throw .refused(
        file: progress.path, "is not the progress of a sweep that can be gone on with; --restart begins anew")
    }
    if heading.plan != plan {
      throw .refused(
        file: path,
        "was begun by another sweep: \(plan.difference(from: heading.plan)) changed; --restart begins anew")
    }
    if heading.shard != shard {
      throw .refused(
        file: path,
        "was begun as \(SweepShard.name(heading.shard)), and \(SweepShard.name(shard)) is asked for; "
          + "--restart begins anew")
    }
    if !heading.producer.isSameBuild(as: producer) {
      throw .refused(
        file: path, "was begun by \(heading.producer.name), and this is \(producer.name); --restart begins anew")
    }
    var start = end + 1
    while sums.count < units, let stop = written[start...].firstIndex(of: UInt8(ascii: "\n")),
      let checkpoint = try? JSONDecoder().decode(Checkpoint.self, from: Data(written[start..<stop])),
      (bytes...max(bytes, length)).contains(checkpoint.bytes)
    {
      var next = checksum
      next.add(try part.read(checkpoint.bytes - bytes, at: bytes))
      if next.text != checkpoint.checksum { break }
      (bytes, checksum, start) = (checkpoint.bytes, next, stop + 1)
      sums.append(checkpoint.sums)
    }
    if sums.isEmpty { return }
    try part.cut(at: bytes)
    try progress.cut(at: start)
  }

  /// The file that has what was written so far.
  var partPath: String { part.path }

  /// Appends the records of the next unit.
  mutating func append(_ records: [UInt8], _ sums: SweepSums) throws(SweepError) {
    try append(records)
    try progress.write(Self.line(Checkpoint(bytes: bytes, checksum: checksum.text, sums: sums)))
    self.sums.append(sums)
  }

  private mutating func append(_ more: [UInt8]) throws(SweepError) {
    try part.write(more)
    bytes += more.count
    checksum.add(more)
  }

  /// Writes the index of a whole sweep, gives the file its name, and forgets the progress.
  func finish(_ index: (SweepIndex.Content) -> SweepIndex) throws(SweepError) {
    try index(SweepIndex.Content(bytes: bytes, checksum: checksum)).write(for: path)
    try takeName()
  }

  /// The same for a part of a sweep, whose index has what the progress says of each unit.
  func finish(about: (SweepIndex.Content) -> ShardIndex.About) throws(SweepError) {
    try ShardIndex.write(about(SweepIndex.Content(bytes: bytes, checksum: checksum)), units: progress, of: path)
    try takeName()
  }

  private func takeName() throws(SweepError) {
    try part.rename(to: path)
    progress.remove()
  }

  /// Removes what a program left that was ended after it gave the file its name, unless another is at work on it.
  static func removeLeftovers(of path: String) {
    guard isBegun(path), let progress = try? OpenFile(progressPath(path)), (try? progress.lock()) == true
    else { return }
    unsafe unlink(partPath(path))
    progress.remove()
  }

  /// Whether a sweep was begun and has not ended.
  static func isBegun(_ path: String) -> Bool { unsafe access(progressPath(path), F_OK) == 0 }

  /// A value as a line of JSON; all figures of sweeps are finite.
  static func line(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: (try? encoder.encode(value)) ?? Data(), as: UTF8.self) + "\n"
  }
}
