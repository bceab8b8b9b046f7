import Mappings
public import Workloads

/// The least energy of moving data for every capacity of the Buffer: a ski slope, whose steps go down.
public struct StepCurve: Hashable, Sendable {
  /// Where the curve steps down.
  public struct Point: Hashable, Sendable {
    /// The least capacity at which the energy is attained.
    public let capacity: Bits
    /// Energy of moving data, in quanta of the energy model.
    public let dataQuanta: Int

    /// A point by its parts.
    public init(capacity: Bits, dataQuanta: Int) {
      self.capacity = capacity
      self.dataQuanta = dataQuanta
    }
  }

  /// From the least capacity to the least energy.
  public let points: [Point]

  /// A curve of the given steps.
  ///
  /// - Parameter points: with capacities that rise and energies that fall strictly.
  public init(_ points: [Point]) {
    precondition(
      zip(points, points.dropFirst()).allSatisfy { $0.capacity < $1.capacity && $0.dataQuanta > $1.dataQuanta },
      "a curve's capacities rise and its energies fall")
    self.points = points
  }

  /// The sum of curves at every common capacity, each taken so many times: the curve of a network whose layers run one
  /// after the other with the whole Buffer.
  ///
  /// It begins where every one of them has begun.
  ///
  /// - Parameter curves: the curves, and how often each is taken.
  /// - Throws: ``StepCurveError/tooLarge`` where the energies together do not fit an Int.
  /// - Complexity: O(n log n) for n points in all.
  public init(sumOf curves: [(curve: StepCurve, count: Int)]) throws(StepCurveError) {
    var steps: [(capacity: Bits, change: Int)] = []
    var most = 0
    for (curve, count) in curves {
      let (largest, isTooLarge) = count.multipliedReportingOverflow(by: curve.points.first?.dataQuanta ?? 0)
      let (sum, overflow) = most.addingReportingOverflow(largest)
      if isTooLarge || overflow { throw .tooLarge }
      most = sum
      var energy = 0
      for point in curve.points {
        steps.append((point.capacity, count * (point.dataQuanta - energy)))
        energy = point.dataQuanta
      }
    }
    let start = curves.map { $0.curve.points.first?.capacity }.reduce(Bits.zero) { least, first in
      first.map { max(least, $0) } ?? least
    }
    steps.sort { $0.capacity < $1.capacity }
    var points: [Point] = []
    var energy = 0
    for (index, step) in steps.enumerated() {
      energy += step.change
      let isLastOfItsCapacity = index + 1 == steps.count || steps[index + 1].capacity > step.capacity
      if step.capacity >= start, isLastOfItsCapacity {
        points.append(Point(capacity: step.capacity, dataQuanta: energy))
      }
    }
    self.init(points)
  }

  /// The least of curves at every capacity, from the first that any of them has.
  ///
  /// - Parameter curves: the curves.
  /// - Complexity: O(n log n) for n points in all.
  public init(leastOf curves: [StepCurve]) {
    var points: [Point] = []
    let all = curves.flatMap(\.points).sorted { ($0.capacity, $0.dataQuanta) < ($1.capacity, $1.dataQuanta) }
    for point in all where points.last.map({ point.dataQuanta < $0.dataQuanta }) ?? true { points.append(point) }
    self.init(points)
  }

  /// The point of least energy within a capacity, or nil when that is less than the least.
  ///
  /// - Parameter capacity: the Buffer's size.
  /// - Returns: an index of ``points``.
  /// - Complexity: O(log(points)) comparisons.
  public func index(capacity: Bits) -> Int? {
    let next = points.indices.partitionPoint { points[$0].capacity > capacity }
    return next == 0 ? nil : next - 1
  }

  /// The first point whose energy is at most a part above the least, that of moving every used element once.
  ///
  /// - Parameter part: 0.05 for 5 %; 0 for the "maximal effectual buffer size", beyond which a larger Buffer saves
  ///   nothing.
  /// - Returns: an index of ``points``, nil where there are none.
  public func knee(within part: Double) -> Int? {
    guard let least = points.last?.dataQuanta else { return nil }
    return points.firstIndex { Double($0.dataQuanta) <= (1 + part) * Double(least) }
  }
}

/// Why curves cannot be added.
public enum StepCurveError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The energies are more than 2^63 quanta together.
  case tooLarge

  /// What is wrong, in one line.
  public var description: String { "the energies of all layers together exceed 2^63 quanta" }
}
