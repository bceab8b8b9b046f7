import Foundation
import Interchange

/// The files of a sweep in the making: its records so far, and what is known to be whole of them.
///
/// The records of each unit, item by item, are appended to `FILE.part`, and then for each item a line to `FILE.progress` with
/// the length and the checksum that the part has behind its records. Whatever ends the program, the longest part that lines
/// vouch for all items of units of is gone on with. When all units are there, the records are put in the sweep's order, in
/// `FILE.ordered` unless they are already, `FILE.index.json` is written, they take the name `FILE`, and the rest goes. A lock
/// on the progress keeps a second program away.
struct SweepStore {
  /// What a line of the progress says of an item, after the first, which holds the plan and what makes the file.
  struct Checkpoint: Codable, Sendable {
    /// The length of the file up to the end of this item's records, and the checksum of all of that.
    var bytes: Int
    var checksum: String
    var sums: SweepSums
  }

  private struct Heading: Codable {
    static let currentSchema = "tilebound-sweep-progress/4"
    var schema: String
    var producer: Producer
    var plan: SweepPlan
    /// Which part of the sweep it is; nil where it is all of it.
    var shard: SweepShard?
  }

  /// What is said where something cannot be written.
  static let outlook = "; the same command goes on from here"

  let path: String
  private let part: OpenFile
  private let progress: OpenFile
  private var bytes = 0
  private var checksum = Checksum()
  private var headLength = 0
  /// Of the items of the units that are done, in the order of the part.
  private var checkpoints: [Checkpoint] = []
  /// The units that are done.
  private(set) var unitsDone = 0

  private static func partPath(_ path: String) -> String { path + ".part" }
  private static func orderedPath(_ path: String) -> String { path + ".ordered" }
  private static func progressPath(_ path: String) -> String { path + ".progress" }

  /// Begins a file, or goes on with it.
  ///
  /// - Parameters:
  ///   - path: the file to make.
  ///   - plan: what it is to hold.
  ///   - shard: which part of it, or nil for all.
  ///   - producer: what makes it.
  ///   - head: what stands before the records.
  ///   - units: how many items each of the units has that there are to be.
  ///   - restarts: whether to begin anew whatever is there.
  /// - Throws: ``SweepError/refused(file:_:)`` when the file is another sweep's, ``SweepError/failed(file:_:)`` when it
  ///   cannot be written.
  init(
    _ path: String, _ plan: SweepPlan, _ shard: SweepShard?, _ producer: Producer, head: [UInt8], units: [Int],
    restarts: Bool
  ) throws(SweepError) {
    self.path = path
    headLength = head.count
    progress = try OpenFile(Self.progressPath(path), outlook: Self.outlook)
    if try !progress.lock() { throw .refused(file: path, "is being written by another sweep that has not ended") }
    // Only now, or it may be what another sweep has just finished.
    part = try OpenFile(Self.partPath(path), outlook: Self.outlook)
    if !restarts { try resume(plan, shard, producer, units: units) }
    if unitsDone > 0 { return }
    unsafe unlink(Self.orderedPath(path))
    try part.cut(at: 0)
    try progress.cut(at: 0)
    try progress.write(
      Self.line(Heading(schema: Heading.currentSchema, producer: producer, plan: plan, shard: shard)))
    try append(head)
  }

  /// Takes up what is whole of the units that are there, if it is of the same plan and made by the same build.
  private mutating func resume(
    _ plan: SweepPlan, _ shard: SweepShard?, _ producer: Producer, units: [Int]
  ) throws(SweepError) {
    let length = part.length
    let written = try progress.read(progress.length, at: 0)
    guard var end = written.firstIndex(of: UInt8(ascii: "\n")) else {
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
    end += 1
    var (next, start) = (checksum, end)
    units: for count in units {
      for _ in 0..<count {
        guard let stop = written[end...].firstIndex(of: UInt8(ascii: "\n")),
          var checkpoint = try? JSONDecoder().decode(Checkpoint.self, from: Data(written[end..<stop]))
        else { break units }
        let before = checkpoints.last?.bytes ?? 0
        guard (before...max(before, length)).contains(checkpoint.bytes) else { break units }
        next.add(try part.read(checkpoint.bytes - before, at: before))
        if next.text != checkpoint.checksum { break units }
        end = stop + 1
        if let last = checkpoints.last { checkpoint.sums.shareCurves(with: last.sums) }
        checkpoints.append(checkpoint)
      }
      unitsDone += 1
      (bytes, checksum, start) = (checkpoints.last?.bytes ?? 0, next, end)
    }
    checkpoints.removeLast(checkpoints.count - units.prefix(unitsDone).reduce(0, +))
    if unitsDone == 0 { return }
    try part.cut(at: bytes)
    try progress.cut(at: start)
  }

  /// The file that has what was written so far.
  var partPath: String { part.path }

  /// What totals need of the items that are done, in the order of the part.
  var sums: [SweepSums] { checkpoints.map(\.sums) }

  /// Appends the records of the next unit's items.
  mutating func append(_ items: [(records: [UInt8], sums: SweepSums)]) throws(SweepError) {
    for (records, sums) in items {
      try append(records)
      checkpoints.append(Checkpoint(bytes: bytes, checksum: checksum.text, sums: sums))
    }
    try progress.write(checkpoints.suffix(items.count).map { Self.line($0) }.joined())
    unitsDone += 1
  }

  private mutating func append(_ more: [UInt8]) throws(SweepError) {
    try part.write(more)
    bytes += more.count
    checksum.add(more)
  }

  /// Puts the records in order, has the index written, gives the file its name, and forgets the progress.
  ///
  /// - Parameters:
  ///   - order: the places of the items in the part, in the order of the file.
  ///   - write: writes the index of what the file holds, item by item.
  /// - Throws: ``SweepError/failed(file:_:)`` when that fails; what was written stays and is gone on with.
  func finish(
    _ order: [Int], index write: (SweepIndex.Content, [Checkpoint]) throws(SweepError) -> Void
  ) throws(SweepError) {
    if order.elementsEqual(order.indices) {
      try write(SweepIndex.Content(bytes: bytes, checksum: checksum), checkpoints)
      try part.rename(to: path)
    } else {
      let ordered = try OpenFile(Self.orderedPath(path), outlook: Self.outlook)
      let (content, items) = try copy(order, to: ordered)
      try write(content, items)
      try ordered.rename(to: path)
      part.remove()
    }
    progress.remove()
  }

  /// Copies the head and the records of items in an order; what the copy holds.
  private func copy(
    _ order: [Int], to file: OpenFile
  ) throws(SweepError) -> (SweepIndex.Content, [Checkpoint]) {
    try file.cut(at: 0)
    var (length, checksum) = (0, Checksum())
    func copy(_ range: Range<Int>) throws(SweepError) {
      let more = try part.read(range.count, at: range.lowerBound)
      try file.write(more)
      length += more.count
      checksum.add(more)
    }
    try copy(0..<headLength)
    var items: [Checkpoint] = []
    for place in order {
      try copy((place == 0 ? headLength : checkpoints[place - 1].bytes)..<checkpoints[place].bytes)
      items.append(Checkpoint(bytes: length, checksum: checksum.text, sums: checkpoints[place].sums))
    }
    return (SweepIndex.Content(bytes: length, checksum: checksum), items)
  }

  /// Removes what a program left that was ended after it gave the file its name, unless another is at work on it.
  static func removeLeftovers(of path: String) {
    guard isBegun(path), let progress = try? OpenFile(progressPath(path)), (try? progress.lock()) == true
    else { return }
    for leftover in [partPath(path), orderedPath(path)] { unsafe unlink(leftover) }
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
