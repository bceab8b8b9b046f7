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
  public private(set) var compute: Double
  /// Seconds that moving data takes.
  public private(set) var data: Double
  /// Seconds that the work takes: of a layer the larger of both, of several layers the sum of theirs.
  public private(set) var total: Double
  /// Seconds that every schedule takes at least, where bounds on the bits moved are known.
  public private(set) var bound: Double?
  /// Seconds of the total in which layers run that are limited by compute.
  private var limitedByCompute: Double

  /// What the work takes as long as; of several layers, what limits those that take at least half of the time.
  public var limit: Limit { 2 * limitedByCompute >= total ? .compute : .bandwidth }

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
    limitedByCompute = compute >= data ? compute : 0
    bound = least.map { max(macTime, Double($0.count) / rates.bandwidth) }
  }

  /// The sum of times, each taken so many times; its bound is known where all are.
  package init(sumOf times: [(time: ExecutionTime, count: Int)]) {
    (compute, data, total, limitedByCompute, bound) = (0, 0, 0, 0, 0)
    for (time, count) in times {
      compute += Double(count) * time.compute
      data += Double(count) * time.data
      total += Double(count) * time.total
      limitedByCompute += Double(count) * time.limitedByCompute
      bound = bound.flatMap { sum in time.bound.map { sum + Double(count) * $0 } }
    }
  }

  /// The time of a layer in parts: as one's where their inputs stay in the Buffer for all of them, otherwise one part's after
  /// the other.
  ///
  /// - Parameters:
  ///   - whole: the time of all MACs and of all that moves side by side, and the least of every schedule.
  ///   - parts: the parts' own times.
  ///   - sharesInputs: whether inputs stay.
  package init(of whole: ExecutionTime, parts: [ExecutionTime], sharesInputs: Bool) {
    self = whole
    if sharesInputs { return }
    let sum = ExecutionTime(sumOf: parts.map { ($0, 1) })
    (total, limitedByCompute) = (sum.total, sum.limitedByCompute)
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
    let time = ExecutionTime(macs: macs, moved: traffic.total, atLeast: leastMoved, on: rates)
    return ExecutionTime(of: time, parts: parts.compactMap(\.time), sharesInputs: sharesInputs)
  }
}
