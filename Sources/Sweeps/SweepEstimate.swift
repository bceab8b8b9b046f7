import Foundation
import Mappings
import Workloads

/// What a sweep, or a part of one, is estimated to take.
public struct SweepEstimate: Sendable {
  /// Which part it is of; nil for all of a sweep.
  public let shard: SweepShard?
  /// Layers in settings, equal ones once.
  public let layers: Int
  /// Their curves.
  public let curves: Int
  /// Their records.
  public let records: Int
  /// Seconds on one thread.
  public let seconds: Double
  /// Seconds that the costliest layer takes: more threads than it leaves work for do not end sooner.
  public let longest: Double
  /// The most bytes at once.
  public let bytes: Int

  init(_ sweep: Sweep, _ shard: SweepShard?, _ units: Range<Int>, threads: Int) {
    self.shard = shard
    let costs = sweep.units[units].map { sweep.cost(of: $0) }
    layers = units.count
    curves = sweep.curveCount(of: units)
    records = sweep.recordCount(of: sweep.units[units])
    seconds = costs.reduce(0) { $0 + $1.seconds }
    longest = costs.map(\.seconds).max() ?? 0
    let searches = costs.map(\.bytesOfSearch).max() ?? 0
    bytes =
      SweepCost.bytesOfProgram + min(threads, max(1, units.count)) * searches + costs.reduce(0) { $0 + $1.bytesKept }
  }
}

/// How long the curves of a layer in a setting took, and the answers of all networks that have it, beside what was estimated.
public struct MeasuredCost: Sendable {
  /// The first network that has the layer.
  public let network: String
  /// The layer.
  public let layer: String
  /// The rule of reuse, a raw value of `ReusePolicy`.
  public let reuse: String
  /// The estimate, in seconds on one thread.
  public let estimated: Double
  /// What it took of a processor's time, in seconds on one thread: other programs that run meanwhile count little.
  public let measured: Double
}

extension SweepCost {
  /// The time in seconds.
  var seconds: Double { Double(microseconds) * 1e-6 }
}

extension Sweep {
  /// What each of so many parts is estimated to take.
  ///
  /// - Parameters:
  ///   - count: how many parts there are, or nil for all of the sweep as one.
  ///   - threads: layers worked on side by side.
  /// - Returns: an estimate for each part.
  public func estimates(shards count: Int?, threads: Int) -> [SweepEstimate] {
    guard let count else { return [SweepEstimate(self, nil, units.indices, threads: threads)] }
    return shards(count).enumerated().map { index, units in
      SweepEstimate(self, SweepShard(index + 1, of: count), units, threads: threads)
    }
  }

  /// What the program has had of processors' time.
  private func processorSeconds() -> Double {
    var time = timespec()
    return unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0
      ? Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9 : 0
  }

  /// Finds the answers of a part, or of all, on one thread, and says how long each layer's took; nothing is kept.
  ///
  /// - Parameters:
  ///   - shard: the part, or nil for all.
  ///   - progress: is told how many layers of how many are done, and of the last one.
  /// - Returns: the times, in the order of the records.
  /// - Throws: what stops a sweep.
  public func measuredCosts(
    of shard: SweepShard?, progress: (Int, Int, MeasuredCost) -> Void
  ) throws -> [MeasuredCost] {
    let units = units[units(of: shard)]
    var costs: [MeasuredCost] = []
    for unit in units {
      let start = processorSeconds()
      var search = try UnitSearch(unit, of: self, threads: 1)
      for number in unit.items { _ = try search.answer(for: items[number]) }
      let first = items[unit.items[0]]
      costs.append(
        MeasuredCost(
          network: first.network.name, layer: first.entry.layer.name, reuse: first.setting.reuse.rawValue,
          estimated: cost(of: unit).seconds, measured: processorSeconds() - start))
      progress(costs.count, units.count, costs[costs.count - 1])
    }
    return costs
  }
}
