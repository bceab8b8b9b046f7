import DenseKernels
import Dispatch
import Mappings
import Synchronization

/// How to search. What is found is the same for all options.
public struct SearchOptions: Hashable, Sendable {
  /// Whether blocks of mappings are left out that bounds show to hold nothing better. Without, every mapping is scored.
  public var prunes: Bool
  /// The most threads that score blocks side by side.
  public var threads: Int

  /// Options; on their own a search that prunes, on one thread.
  public init(prunes: Bool = true, threads: Int = 1) {
    self.prunes = prunes
    self.threads = threads
  }
}

/// What a search looked at. It does not depend on the number of threads.
public struct SearchStatistics: Hashable, Sendable {
  /// Mappings of the grids: combinations of undominated profiles of rows and columns with tiles of n, k and c.
  public var mappings = 0
  /// Those whose energy and occupancy were computed.
  public var scored = 0
  /// Those in groups of blocks of which not even the corner fits the Buffer.
  public var prunedByCapacity = 0
  /// Those in blocks or groups of them whose corner is no better than a mapping known already, or does not fit.
  public var prunedByEnergy = 0
  /// Those left when the lower bound for every schedule was met.
  public var prunedByBound = 0
  /// Those that were not scored.
  public var pruned: Int { prunedByCapacity + prunedByEnergy + prunedByBound }

  /// Whether every block size was tried, see ``Optimizer/isComplete``.
  public var isComplete = true

  /// Those of a search that has looked at nothing yet.
  public init() {}
}

/// One search through the grids of some dataflows for one record.
struct SearchRun<Record: SearchRecord> {
  private let searches: [DataflowSearch]
  /// The searches of the dataflows wanted.
  private let wanted: [Int]
  private let options: SearchOptions
  private(set) var record: Record
  private(set) var statistics = SearchStatistics()

  /// One block in so many is scored first, so that good mappings are known early.
  private static var seedStep: Int { 16 }
  /// Blocks are scored in so many rounds of so many slices; slices of a round do not know of one another's finds.
  private static var rounds: Int { 4 }
  private static var slices: Int { 8 }
  /// Below so many mappings slices are not worth their while.
  private static var fewMappings: Int { 1 << 20 }

  init(_ searches: [DataflowSearch], of dataflow: Dataflow?, _ record: Record, _ options: SearchOptions) {
    self.searches = searches
    self.options = options
    self.record = record
    wanted = searches.indices.filter { dataflow == nil || searches[$0].dataflow == dataflow }
    statistics.mappings = wanted.reduce(0) { $0 + searches[$1].mappingCount }
  }

  /// Scores all blocks that may hold something better.
  ///
  /// - Parameter isProven: whether nothing can be better than what the record holds.
  mutating func search(until isProven: (Record) -> Bool = { _ in false }) {
    let isEnded: Bool
    if options.prunes, let thresholds = record.initialThresholds {
      isEnded = searchBestFirst(below: thresholds, isProven)
    } else {
      isEnded = searchAll(isProven)
    }
    for index in wanted { searches[index].check(isEnded ? .bound : .visits, record) { _ in false } }
    let left = statistics.mappings - statistics.scored - statistics.prunedByCapacity
    if isEnded { statistics.prunedByBound = left } else { statistics.prunedByEnergy = left }
  }

  /// Scores groups of blocks in the order of the least energy that they may hold, and returns whether that was ended.
  ///
  /// Most groups are left out whole once good mappings are known, which the first groups have.
  private mutating func searchBestFirst(below thresholds: Thresholds, _ isProven: (Record) -> Bool) -> Bool {
    let scorer = BlockScorer()
    var groups: [DataflowSearch.Group] = []
    for index in wanted {
      let (some, left) = searches[index].groups(search: index, below: thresholds, scorer)
      searches[index].check(.capacity, record) { place in some.contains { searches[index].contains($0, place) } }
      groups += some
      statistics.prunedByCapacity += left
    }
    groups.sort { $0.leastEnergy < $1.leastEnergy }
    for group in groups {
      let search = searches[Int(group.search)]
      if search.admits(group, scorer, below: record.thresholds) {
        if score(search.blocks(of: group), scorer, isProven) { return true }
      } else {
        search.check(.corner, record) { !search.contains(group, $0) }
      }
    }
    return false
  }

  /// Scores all blocks, one after the other or in slices if there are many mappings, and returns whether that was ended.
  private mutating func searchAll(_ isProven: (Record) -> Bool) -> Bool {
    let scorer = BlockScorer()
    let blocks = wanted.flatMap { searches[$0].blocks(search: $0) }
    if score(Self.every(Self.seedStep, from: 0, of: blocks[...]), scorer, isProven) { return true }
    let rest = blocks.indices.filter { $0 % Self.seedStep != 0 }.map { blocks[$0] }
    if statistics.mappings < Self.fewMappings { return score(rest, scorer, isProven) }
    let perRound = max(1, (rest.count + Self.rounds - 1) / Self.rounds)
    for start in stride(from: 0, to: rest.count, by: perRound) {
      scoreSlices(rest[start..<min(start + perRound, rest.count)])
      if isProven(record) { return true }
    }
    return false
  }

  /// Scores blocks until what the record holds is proven, and returns whether it was.
  private mutating func score(
    _ blocks: [DataflowSearch.Block], _ scorer: BlockScorer, _ isProven: (Record) -> Bool
  ) -> Bool {
    for block in blocks {
      let scored = searches[Int(block.search)].score(block, prunes: options.prunes, scorer, for: &record)
      statistics.scored += scored
      if scored > 0, isProven(record) { return true }
    }
    return false
  }

  /// Scores blocks in slices side by side, each with a copy of the record.
  private mutating func scoreSlices(_ blocks: ArraySlice<DataflowSearch.Block>) {
    let (record, searches, options) = (record, searches, options)
    let results = Guarded([(record: Record, scored: Int)?](repeating: nil, count: Self.slices))
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(options.threads, Self.slices))) { _ in
      while true {
        let slice = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if slice >= Self.slices { return }
        let scorer = BlockScorer()
        var own = record
        let scored = Self.every(Self.slices, from: slice, of: blocks).reduce(0) { scored, block in
          scored + searches[Int(block.search)].score(block, prunes: options.prunes, scorer, for: &own)
        }
        let result = (own, scored)
        results.withLock { $0[slice] = result }
      }
    }
    for case let (record, scored)? in results.withLock({ $0 }) {
      self.record.merge(record)
      statistics.scored += scored
    }
  }

  /// One in so many blocks.
  private static func every(
    _ step: Int, from first: Int, of blocks: ArraySlice<DataflowSearch.Block>
  ) -> [DataflowSearch.Block] {
    stride(from: blocks.startIndex + first, to: blocks.endIndex, by: step).map { blocks[$0] }
  }
}
