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
    /// The first network of the sweep that has the layer that was finished last.
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
      resumed = sweep.recordCount(of: sweep.units[units])
      return
    }
    let opened = try SweepStore(
      path, plan, shard, producer, head: bytes.head(sweep.head(form)),
      units: sweep.units[units].map(\.items.count), restarts: restarts)
    for (item, sums) in zip(sweep.workOrder(units), opened.sums)
    where !sums.areComplete(for: sweep.items[item], sweep) {
      throw .refused(
        file: path + ".progress", "is not the progress of a sweep that can be gone on with; --restart begins anew")
    }
    resumed = sweep.recordCount(of: sweep.units[units].prefix(opened.unitsDone))
    store = Guarded(opened)
  }

  /// All records that the file is to hold.
  public var recordCount: Int { sweep.recordCount(of: sweep.units[units]) }

  /// The curves to be computed for them.
  public var curveCount: Int { sweep.curveCount(of: units) }

  /// Whether the file is this sweep's, or this part of it, already.
  private static func isComplete(
    _ path: String, _ plan: SweepPlan, _ shard: SweepShard?
  ) throws(SweepError) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return false }
    if status.st_mode & S_IFMT != S_IFREG { throw .refused(file: path, TextFile.irregularity(status.st_mode)) }
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
    public fileprivate(set) var totals: [SweepTotal]
    /// The exact curves of its networks; none of a part of a sweep, or where the file was made before they were recorded.
    public fileprivate(set) var networkCurves: [SweepCurve]
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
    let left = units.dropFirst(store.withLock { $0?.unitsDone ?? units.count })
    let done = Guarded(resumed)
    let all = recordCount
    // A few layers leave cores idle, which can then score side by side.
    let threadsPerLayer = max(1, threads / max(1, left.count))
    try inOrder(left, threads: threads) { number in
      let unit = sweep.units[number]
      var search = try UnitSearch(unit, of: sweep, threads: threadsPerLayer)
      return try unit.items.map { item in
        let answer = try search.answer(for: sweep.items[item])
        let records = try bytes.records(Array(text(answer.answers).utf8))
        return (records: records, sums: SweepSums(answer), answers: keepsAnswers ? answer.answers : [])
      }
    } deliver: { number, items in
      kept.withLock { $0 += items.flatMap(\.answers) }
      try store.withLock { try $0?.append(items.map { ($0.records, $0.sums) }) }
      let unit = sweep.units[number]
      let now = done.withLock { done in
        done += sweep.recordCount(of: CollectionOfOne(unit))
        return done
      }
      let first = sweep.items[unit.items[0]]
      progress(Progress(done: now, all: all, network: first.network.name, layer: first.entry.layer.name))
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
    let items = isComplete ? sweep.items(of: shard) : sweep.workOrder(units)
    let problems = try items.flatMap { number in
      let item = sweep.items[number]
      return try item.setting.models.joined().map { try sweep.problem(item, $0) }
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
      guard let begun = store else { return try known(answers) }
      let work = sweep.workOrder(units)
      let order = work.indices.sorted { work[$0] < work[$1] }
      let isComplete = begun.sums.allSatisfy(\.complete)
      var result = Result(totals: [], networkCurves: [], isComplete: isComplete, answers: asInFile(answers, work))
      if shard == nil {
        let sums = begun.sums
        let ordered = order.map { sums[$0] }
        result.totals = SweepTotal.all(sweep, ordered)
        result.networkCurves = SweepCurve.all(sweep, ordered)
      }
      try begun.finish(order) { content, items throws(SweepError) in
        if let shard {
          let about = ShardIndex.About(
            producer: producer, command: command, plan: plan, shard: shard, content: content, records: recordCount,
            curves: curveCount, complete: isComplete)
          try ShardIndex.write(about, items: items, of: path)
        } else {
          try SweepIndex(
            producer: producer, command: command, plan: plan, content: content, records: recordCount,
            curves: curveCount, complete: isComplete, totals: result.totals, networkCurves: result.networkCurves
          ).write(for: path)
        }
      }
      store = nil
      return result
    }
  }

  /// Answers in the order of the file's records, from that of the items as they were worked on.
  private func asInFile(_ answers: [Answer], _ work: [Int]) -> [Answer] {
    if answers.isEmpty { return [] }
    var rest = answers[...]
    var ofItems: [Int: ArraySlice<Answer>] = [:]
    for item in work {
      ofItems[item] = rest.prefix(sweep.recordCount(of: sweep.items[item]))
      rest = rest.dropFirst(ofItems[item]?.count ?? 0)
    }
    return work.sorted().flatMap { ofItems[$0] ?? [] }
  }

  /// What a sweep comes to whose file was there already.
  private func known(_ answers: [Answer]) throws(SweepError) -> Result {
    if shard != nil, let about = ShardIndex(of: path)?.about {
      return Result(totals: [], networkCurves: [], isComplete: about.complete, answers: answers)
    }
    guard shard == nil, let index = SweepIndex.read(of: path) else { throw .failed(file: path, "lost its index") }
    return Result(
      totals: index.totals, networkCurves: index.networkCurves ?? [], isComplete: index.complete, answers: answers)
  }

  /// Ends the program at a moment when no record is half written.
  ///
  /// - Parameter end: ends it.
  public func stop(_ end: () -> Never) -> Never { store.withLock { _ in end() } }
}
