public import EnergyModel
import Mappings
public import Workloads

/// How long work takes on a machine that computes and moves data side by side, as fast as its rates allow (theory §2).
public struct ExecutionTime: Hashable, Sendable {
  /// What work takes as long as.
  public enum Limit: String, CaseIterable, Sendable {
    /// The MACs at the peak rate.
    case compute
    /// The bits that move at the bandwidth.
    case bandwidth
  }

  /// Seconds that the MACs take.
  public var compute: Double
  /// Seconds that moving data takes.
  public var data: Double
  /// Seconds that the work takes: of a layer the larger of both, of several layers the sum of theirs.
  public var total: Double
  /// Seconds that every schedule takes at least, where bounds on the bits moved are known.
  public var bound: Double?

  /// What the work takes as long as; of several layers, the larger of the two sums.
  public var limit: Limit { compute >= data ? .compute : .bandwidth }

  /// The time of some work.
  ///
  /// - Parameters:
  ///   - macs: its MACs.
  ///   - moved: the bits that it moves between DRAM and the Buffer.
  ///   - least: the bits that every schedule moves at least, where that is known.
  ///   - rates: the machine's.
  public init(macs: Int, moved: Bits, atLeast least: Bits?, on rates: Accelerator.Throughput) {
    let macTime = Double(macs) / rates.macsPerSecond
    compute = macTime
    data = Double(moved.count) / rates.bandwidth
    total = max(compute, data)
    bound = least.map { max(macTime, Double($0.count) / rates.bandwidth) }
  }

  /// The sum of times, each taken so many times; its bound is known where all are.
  init(sumOf times: [(time: ExecutionTime, count: Int)]) {
    (compute, data, total, bound) = (0, 0, 0, 0)
    for (time, count) in times {
      compute += Double(count) * time.compute
      data += Double(count) * time.data
      total += Double(count) * time.total
      bound = bound.flatMap { sum in time.bound.map { sum + Double(count) * $0 } }
    }
  }
}

extension Answer {
  /// How long the layer takes with this mapping, where an accelerator gives the rates.
  public var time: ExecutionTime? {
    accelerator?.throughput.map {
      ExecutionTime(macs: layer.macs, moved: traffic.total, atLeast: leastMoved, on: $0)
    }
  }
}

extension WholeAnswer {
  /// How long all parts take: one after the other, unless inputs stay in the Buffer for all of them.
  func time(_ parts: [Answer]) -> ExecutionTime? {
    guard let rates = accelerator?.throughput else { return nil }
    let macs = whole.parts.reduce(0) { $0 + $1.macs }
    var time = ExecutionTime(macs: macs, moved: traffic.total, atLeast: leastMoved, on: rates)
    if !sharesInputs { time.total = parts.reduce(0) { $0 + ($1.time?.total ?? 0) } }
    return time
  }
}
