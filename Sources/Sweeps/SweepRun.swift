public import Answers
import Foundation
public import Interchange
import Mappings
import Parallel
import Workloads

/// A sweep that writes its file, and goes on where an earlier run of it was ended.
///
/// The file is the same, byte for byte, however often that was, and whatever the number of threads.
public final class SweepRun: Sendable {
  /// How far a run is.
  public struct Progress: Sendable {
    /// Records in the file.
    public var done: Int
    /// All records that there are to be.
    public var all: Int
    /// The network of the layer that was finished last.
    public var network: String
    /// The layer that was finished last.
    public var layer: String
  }

  /// What the file is to hold.
  public let sweep: Sweep
  /// The file.
  public let path: String
  /// The file's form.
  public let form: SweepForm
  /// Which part of the sweep the file is to hold; nil for all of it.
  public let shard: SweepShard?
  /// Records that were there already.
  public let resumed: Int
  private let store: Guarded<SweepStore?>
  private let plan: SweepPlan
  private let bytes: SweepBytes
  private let producer: Producer
  private let units: Range<Int>

  /// Begins a file or goes on with it.
  ///
  /// - Parameters:
  ///   - sweep: what it is to hold.
  ///   - path: the file, which is compressed where its name ends in `.gz`.
  ///   - form: its form.
  ///   - shard: which part of the sweep, or nil for all of it.
  ///   - restarts: whether to begin anew and replace what is there, whatever it is.
  ///   - producer: what makes the file, which its index keeps: another version or commit does not go on with it.
  /// - Throws: ``SweepError/refused(file:_:)`` when what is there is not this sweep's, and
  ///   ``SweepError/failed(file:_:)`` when nothing can be written.
  public init(
    _ sweep: Sweep, to path: String, form: SweepForm, shard: SweepShard? = nil, restarts: Bool = false,
    producer: Producer = Producer()
  ) throws(SweepError) {
    self.producer = producer
    self.sweep = sweep
    self.path = path
    self.form = form
    self.shard = shard
    bytes = SweepBytes(compression: SweepCompression(of: path), file: path)
    plan = SweepPlan(sweep, form: form, compression: bytes.compression)
    units = sweep.units(of: shard)
    if !restarts, try Self.isComplete(path, plan, shard) {
      SweepStore.removeLeftovers(of: path)
      store = Guarded(nil)
      resumed = sweep.recordCount(of: units)
      return
    }
    let opened = try SweepStore(
      path, plan, shard, producer, head: bytes.head(sweep.head(form)), units: units.count, restarts: restarts)
    for (unit, sums) in zip(sweep.units[units], opened.sums) where !sums.areComplete(for: unit, sweep) {
      throw .refused(
        file: path + ".progress", "is not the progress of a sweep that can be gone on with; --restart begins anew")
    }
    resumed = sweep.recordCount(of: units.prefix(opened.sums.count))
    store = Guarded(opened)
  }

  /// All records that the file is to hold.
  public var recordCount: Int { sweep.recordCount(of: units) }

  /// The curves to be computed for them.
  public var curveCount: Int { sweep.curveCount(of: units) }

  /// Whether the file is this sweep's, or this part of it, already.
  private static func isComplete(
    _ path: String, _ plan: SweepPlan, _ shard: SweepShard?
  ) throws(SweepError) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return false }
    if status.st_mode & S_IFMT != S_IFREG { throw .refused(file: path, "is not a regular file") }
    let ways = "--restart replaces it, another --output leaves it"
    let part = ShardIndex(of: path)?.about
    guard
      let known = part.map({ (plan: $0.plan, content: $0.content) })
        ?? SweepIndex.read(of: path).map({ (plan: $0.plan, content: $0.content) })
    else {
      if SweepStore.isBegun(path) { return false }
      throw .refused(file: path, "exists and has no index that says which sweep it is; \(ways)")
    }
    if known.plan != plan {
      if SweepStore.isBegun(path) { return false }
      throw .refused(file: path, "holds another sweep: \(plan.difference(from: known.plan)) changed; \(ways)")
    }
    if part?.shard != shard {
      if SweepStore.isBegun(path) { return false }
      throw .refused(
        file: path,
        "holds \(SweepShard.name(part?.shard)), and \(SweepShard.name(shard)) is asked for; \(ways)")
    }
    if try SweepIndex.Content(of: path) != known.content {
      if SweepStore.isBegun(path) { return false }
      throw .refused(file: path, "was changed after it was written; \(ways)")
    }
    return true
  }

  /// Whether nothing is left to do.
  public var isComplete: Bool { store.withLock { $0 == nil } }

  /// What a sweep comes to.
  public struct Result: Sendable {
    /// The totals of its networks; none of a part of a sweep.
    public let totals: [SweepTotal]
    /// The exact curves of its networks; none of a part of a sweep, or where the file was made before they were recorded.
    public let networkCurves: [SweepCurve]
    /// Whether every block size of every layer was searched.
    public let isComplete: Bool
    /// All answers in the order of the file's records, where they were asked for.
    public let answers: [Answer]
  }

  /// Writes what is missing.
  ///
  /// - Parameters:
  ///   - threads: layers worked on side by side.
  ///   - command: the command line, which the index keeps.
  ///   - keepsAnswers: whether the answers are wanted too. Those of an earlier run are read from the file.
  ///   - progress: is told of every layer that is written.
  /// - Returns: what the sweep comes to.
  /// - Throws: ``SweepError``; what was written stays and is gone on with.
  public func run(
    threads: Int, command: String, keepsAnswers: Bool = false, progress: @Sendable (Progress) -> Void
  ) throws -> Result {
    let kept = Guarded(keepsAnswers ? try earlierAnswers() : [])
    let left = units.dropFirst(store.withLock { $0?.sums.count ?? units.count })
    let done = Guarded(resumed)
    let all = recordCount
    // A few layers leave cores idle, which can then score side by side.
    let threadsPerLayer = max(1, threads / max(1, left.count))
    try inOrder(left, threads: threads) { number in
      let unit = sweep.units[number]
      let answer = try SweepAnswer(unit, of: sweep, threads: threadsPerLayer)
      let records = try bytes.records(Array(text(answer.answers).utf8))
      return (records: records, sums: SweepSums(answer), answers: keepsAnswers ? answer.answers : [])
    } deliver: { number, answer in
      kept.withLock { $0 += answer.answers }
      try store.withLock { try $0?.append(answer.records, answer.sums) }
      let unit = sweep.units[number]
      let now = done.withLock { done in
        done += sweep.recordCount(of: unit)
        return done
      }
      progress(Progress(done: now, all: all, network: unit.network.name, layer: unit.entry.layer.name))
    }
    return try finish(command, kept.withLock { $0 })
  }

  /// The answers that an earlier run has written.
  private func earlierAnswers() throws -> [Answer] {
    if resumed == 0 { return [] }
    var known: [Answer] = []
    var written = try ResultStream(file: store.withLock { $0?.partPath } ?? path, limit: .max)
    while let more = try written.next() { known += more }
    // A record names its energy model; the sweep has the model itself.
    let problems = try sweep.units[units].flatMap { unit in
      try unit.setting.models.joined().map { try sweep.problem(unit, $0) }
    }
    return zip(known, problems).map { $0.priced(in: $1) }
  }

  private func text(_ answers: [Answer]) throws -> String {
    switch form {
    case .csv:
      ResultFile.csvLines(answers, sweep.extraColumns)
    case .jsonLines: try answers.map { try ResultFile.jsonLine($0) }.joined()
    }
  }

  private func finish(_ command: String, _ answers: [Answer]) throws -> Result {
    try store.withLock { store throws(SweepError) in
      if let shard { return try finish(shard, &store, command, answers) }
      guard let sums = store?.sums else {
        guard let index = SweepIndex.read(of: path) else { throw .failed(file: path, "lost its index") }
        return Result(
          totals: index.totals, networkCurves: index.networkCurves ?? [], isComplete: index.complete, answers: answers)
      }
      let totals = SweepTotal.all(sweep, sums)
      let curves = SweepCurve.all(sweep, sums)
      let isComplete = sums.allSatisfy(\.complete)
      try store?.finish { content in
        SweepIndex(
          producer: producer, command: command, plan: plan, content: content, records: sweep.recordCount,
          curves: sweep.curveCount, complete: isComplete, totals: totals,
          networkCurves: curves)
      }
      store = nil
      return Result(totals: totals, networkCurves: curves, isComplete: isComplete, answers: answers)
    }
  }

  /// The same for a part.
  private func finish(
    _ shard: SweepShard, _ store: inout SweepStore?, _ command: String, _ answers: [Answer]
  ) throws(SweepError) -> Result {
    let isComplete: Bool
    if let begun = store {
      isComplete = begun.sums.allSatisfy(\.complete)
      try begun.finish(about: { content in
        ShardIndex.About(
          producer: producer, command: command, plan: plan, shard: shard, content: content, records: recordCount,
          curves: curveCount, complete: isComplete)
      })
      store = nil
    } else {
      guard let about = ShardIndex(of: path)?.about else { throw .failed(file: path, "lost its index") }
      isComplete = about.complete
    }
    return Result(totals: [], networkCurves: [], isComplete: isComplete, answers: answers)
  }

  /// Ends the program at a moment when no record is half written.
  ///
  /// - Parameter end: ends it.
  public func stop(_ end: () -> Never) -> Never { store.withLock { _ in end() } }
}
