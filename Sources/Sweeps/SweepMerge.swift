import Foundation
public import Interchange
import Parallel
import Workloads

/// The parts of a sweep put together: the file and the index that one sweep of everything writes.
///
/// Parts are read once and side by side, some of a layer's records at a time, and what totals need of one network at a time.
public struct SweepMerge: Sendable {
  /// A part's file, and what its index says of it.
  private struct Part {
    let file: String
    let about: ShardIndex.About
  }

  private static let step = 1 << 20

  /// What was swept.
  public let sweep: Sweep
  /// The form of the parts.
  public let form: SweepForm
  /// In the order of their shards: all that there are, each once.
  private let parts: [Part]
  /// So many parts are open at once: a process may open few files, and a part has two.
  var mostOpened = 64
  /// Whether the file that is not yet whole is this merge's.
  private let isWriting = Guarded(false)

  /// Takes the parts of a sweep and looks for what is missing, doubled or of another sweep.
  ///
  /// - Parameters:
  ///   - files: the files of its parts, in any order.
  ///   - producer: what merges them: parts that another version or commit made are refused.
  /// - Throws: ``SweepError/refused(file:_:)`` naming the file that cannot be a part, for one that cannot be read too, and
  ///   ``SweepError/missing(_:of:_:)`` where there are too few.
  public init(_ files: [String], producer: Producer = Producer()) throws(SweepError) {
    var parts: [Int: Part] = [:]
    var first: Part?
    for file in files {
      let part = Part(file: file, about: try Self.about(file))
      let own = part.about
      if !own.producer.isSameBuild(as: producer) {
        throw .refused(file: file, "was made by \(own.producer.name), and this is \(producer.name)")
      }
      if let first {
        if own.plan != first.about.plan {
          throw .refused(
            file: file,
            "is of another sweep: it differs from \(first.file) in \(own.plan.difference(from: first.about.plan))")
        }
        if own.shard.count != first.about.shard.count {
          throw .refused(file: file, "is \(own.shard), and \(first.file) is \(first.about.shard)")
        }
      }
      if let other = parts.updateValue(part, forKey: own.shard.number) {
        throw .refused(
          file: file,
          other.file == file ? "is given twice" : "is \(own.shard), which \(other.file) is too; give one of them")
      }
      first = first ?? part
    }
    guard let first else { throw .lacks("part") }
    let count = first.about.shard.count
    let missing = (1...count).filter { parts[$0] == nil }
    if !missing.isEmpty { throw .missing(missing, of: count, first.about.command) }
    self.parts = (1...count).compactMap { parts[$0] }
    form = first.about.plan.form
    sweep = try Sweep(first.about.plan, of: SweepIndex.path(of: first.file))
  }

  private static func about(_ file: String) throws(SweepError) -> ShardIndex.About {
    if file == TextFile.standardInput {
      throw .refused(
        file: TextFile.shown(file), "has no index beside it that says which shard it is; give parts as files")
    }
    if unsafe access(file, F_OK) != 0, SweepStore.isBegun(file) {
      throw .refused(file: file, "is not finished: the command that began it goes on with it")
    }
    do {
      _ = try OpenFile(reading: file)
    } catch {
      // To read it is no part of the work yet: it is wrong input, as everywhere.
      if case .failed(let file, let why) = error { throw .refused(file: file, why) }
      throw error
    }
    if file.hasSuffix(SweepIndex.path(of: "")) {
      throw .refused(file: file, "is the index of a part; give the parts alone")
    }
    if let about = ShardIndex(of: file)?.about { return about }
    throw .refused(
      file: file,
      SweepIndex.read(of: file) == nil
        ? "is no shard of a sweep: there is no \(SweepIndex.path(of: file)) that says which"
        : "holds a whole sweep and no shard of one")
  }

  /// How many parts there are.
  public var count: Int { parts.count }

  /// Whether a file is one of the parts or the index of one.
  ///
  /// - Parameter file: the file.
  /// - Returns: the part, by the name that was given.
  public func part(at file: String) -> String? {
    func place(_ file: String) -> String { URL(fileURLWithPath: file).resolvingSymlinksInPath().standardized.path }
    return parts.map(\.file).first { [place($0), place(SweepIndex.path(of: $0))].contains(place(file)) }
  }

  /// Writes the file and its index, whole or not at all.
  ///
  /// - Parameters:
  ///   - path: the file; one that is there already is replaced only where it is of the same sweep.
  ///   - progress: is told of records that were written.
  /// - Returns: what the sweep comes to.
  /// - Throws: ``SweepError``; nothing has changed then.
  public func write(to path: String, progress: (Int) -> Void = { _ in }) throws(SweepError) -> SweepRun.Result {
    try refuseToReplace(path)
    let temporary = try OpenFile(Self.temporaryPath(path), outlook: "; nothing was merged")
    if try !temporary.lock() { throw .refused(file: path, "is being written by another merge that has not ended") }
    isWriting.withLock { $0 = true }
    do {
      try temporary.cut(at: 0)
      let index = try merge(path, progress) { bytes throws(SweepError) in try temporary.write(bytes) }
      try temporary.synchronize()
      try isWriting.withLock { isWriting throws(SweepError) in
        try index.write(for: path)
        try temporary.rename(to: path)
        isWriting = false
      }
      return Self.result(index)
    } catch {
      temporary.remove()
      throw error
    }
  }

  /// Hands the file's bytes over, after every part was looked through, and writes nothing.
  ///
  /// - Parameter take: takes them, some at a time.
  /// - Returns: what the sweep comes to.
  /// - Throws: ``SweepError`` before any byte, and what taking them throws.
  public func print(_ take: ([UInt8]) throws(FormatError) -> Void) throws -> SweepRun.Result {
    let output = TextFile.standardInput
    _ = try merge(output) { _ in
    } to: { _ in
    }
    return Self.result(
      try merge(output) { _ in
      } to: { bytes throws(SweepError) in
        do throws(FormatError) { try take(bytes) } catch { throw .failed(file: error.origin, error.message) }
      })
  }

  /// Ends the program so that nothing is left of a merge, or all of it.
  ///
  /// - Parameters:
  ///   - path: the file that is being written.
  ///   - end: ends it.
  public func stop(_ path: String, _ end: () -> Never) -> Never {
    isWriting.withLock { isWriting in
      if isWriting { unsafe unlink(Self.temporaryPath(path)) }
      end()
    }
  }

  private static func temporaryPath(_ path: String) -> String { path + ".merging" }

  private static func result(_ index: SweepIndex) -> SweepRun.Result {
    SweepRun.Result(
      totals: index.totals, networkCurves: index.networkCurves ?? [], isComplete: index.complete, answers: [])
  }

  private func refuseToReplace(_ path: String) throws(SweepError) {
    if SweepStore.isBegun(path) { throw .refused(file: path, "was begun by a sweep; give another file") }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT != S_IFREG { throw .refused(file: path, TextFile.irregularity(status.st_mode)) }
    if SweepIndex.read(of: path)?.plan != plan(of: path) {
      throw .refused(file: path, "exists and is not this sweep's; give another file, or remove it")
    }
  }

  /// The plan of a file of all parts, which may be compressed where they are not, or the other way round.
  private func plan(of path: String) -> SweepPlan {
    var plan = parts[0].about.plan
    plan.compression = SweepCompression(of: path)
    return plan
  }

  /// Reads all parts and hands over the bytes of a file of a name; the index that goes with them.
  private func merge(
    _ path: String, _ progress: (Int) -> Void, to take: ([UInt8]) throws(SweepError) -> Void
  ) throws(SweepError) -> SweepIndex {
    let plan = plan(of: path)
    let whole = SweepBytes(compression: plan.compression, file: path)
    var (bytes, checksum) = (0, Checksum())
    func put(_ more: [UInt8]) throws(SweepError) {
      bytes += more.count
      checksum.add(more)
      try take(more)
    }
    try put(whole.head(sweep.head(form)))
    var readers = try parts.map { part throws(SweepError) in
      let own = SweepBytes(compression: part.about.plan.compression, file: part.file)
      return try PartReader(part.file, own, head: own.head(sweep.head(form)))
    }
    let places = placesOfItems
    var blocks = sweep.blocks[...]
    var known: [SweepSums] = []
    var (totals, curves): ([SweepTotal], [SweepCurve]) = ([], [])
    var (records, isComplete, opened) = (0, true, 0)
    for (number, item) in sweep.items.enumerated() {
      let place = places[number]
      if try readers[place].open() { opened += 1 }
      if opened > mostOpened {
        for other in readers.indices where other != place { readers[other].close() }
        opened = 1
      }
      let sums: SweepSums
      if readers[place].bytes.compression == whole.compression {
        sums = try readers[place].next(put)
      } else {
        var records: [UInt8] = []
        sums = try readers[place].next { records += $0 }
        try put(whole.records(readers[place].bytes.text(records)))
      }
      if !sums.areComplete(for: item, sweep) { throw readers[place].changed }
      known.append(sums)
      isComplete = isComplete && sums.complete
      records += sweep.recordCount(of: item)
      progress(records)
      if let block = blocks.first, block.network.entries.count == known.count {
        let layers = zip(block.network.entries, known).map { (entry: $0, value: $1) }
        totals += SweepTotal.all(of: (block.network, block.setting, layers), sweep)
        curves += SweepCurve.all(of: (block.network, block.setting, layers), sweep)
        known = []
        blocks.removeFirst()
      }
    }
    for place in readers.indices {
      _ = try readers[place].open()
      try readers[place].finish(parts[place].about.content)
      readers[place].close()
    }
    let about = parts[0].about
    return SweepIndex(
      producer: about.producer, command: about.command, plan: plan,
      content: SweepIndex.Content(bytes: bytes, checksum: checksum), records: records, curves: sweep.curveCount,
      complete: isComplete, totals: totals, networkCurves: curves)
  }

  /// For each item the part that has it.
  private var placesOfItems: [Int] {
    var places = [Int](repeating: 0, count: sweep.items.count)
    for (place, units) in sweep.shards(parts.count).enumerated() {
      for item in sweep.workOrder(units) { places[item] = place }
    }
    return places
  }

  /// A part's file and its index read side by side.
  private struct PartReader {
    let bytes: SweepBytes
    private let path: String
    private var file: OpenFile?
    private var index: ShardIndex
    private var length: Int
    private var checksum = Checksum()

    init(_ path: String, _ bytes: SweepBytes, head: [UInt8]) throws(SweepError) {
      (self.path, self.bytes) = (path, bytes)
      guard let index = ShardIndex(of: path) else { throw .refused(file: path, "lost its index") }
      try index.check()
      self.index = index
      length = head.count
      checksum.add(head)
      if try OpenFile(reading: path).read(atMost: head.count, at: 0) != head { throw changed }
      close()
    }

    /// Why a part is not what it was.
    var changed: SweepError { .refused(file: path, "was changed after it was written, or its index was") }

    /// Opens the files; whether they were not open.
    mutating func open() throws(SweepError) -> Bool {
      if file != nil { return false }
      file = try OpenFile(reading: path)
      try index.open()
      return true
    }

    /// Closes the files, to go on where they were when they are open again.
    mutating func close() {
      file = nil
      index.close()
    }

    /// Hands over the records of the next item; what totals need of them.
    mutating func next(_ take: ([UInt8]) throws(SweepError) -> Void) throws(SweepError) -> SweepSums {
      guard let file, let checkpoint = try index.next(), checkpoint.bytes >= length else { throw changed }
      while length < checkpoint.bytes {
        let more = try file.read(atMost: min(SweepMerge.step, checkpoint.bytes - length), at: length)
        if more.isEmpty { throw changed }
        length += more.count
        checksum.add(more)
        try take(more)
      }
      if checksum.text != checkpoint.checksum { throw changed }
      return checkpoint.sums
    }

    /// Looks whether that was all.
    mutating func finish(_ content: SweepIndex.Content) throws(SweepError) {
      if try index.next() != nil || file?.length != length { throw changed }
      if content != SweepIndex.Content(bytes: length, checksum: checksum) { throw changed }
    }
  }
}
