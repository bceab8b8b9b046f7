/// Why the closed form does not tell what a nest moves.
public enum UncountableNest: Error, Hashable, Sendable, CustomStringConvertible {
  /// More loops with several passes outside a keep, some of them back and forth, than are followed.
  case tooManyLoops(Int)
  /// Loops that cut ranges in too many different ways.
  case tooManyBlocks

  /// What is too much, in one line.
  public var description: String {
    switch self {
    case .tooManyLoops(let count):
      "\(count) loops are outside a keep, some of them back and forth; at most \(OuterLoops.largestTurningCount) can be "
        + "counted in closed form"
    case .tooManyBlocks: "its loops cut ranges in too many different ways to be counted in closed form"
    }
  }
}

/// What has been looked at in counting, to stop in time.
struct Work {
  /// A second or a few.
  private static let limit = 1 << 20

  private var done = 0

  /// So much more is looked at.
  ///
  /// - Throws: ``UncountableNest/tooManyBlocks`` when it is too much.
  mutating func add(_ count: Int) throws(UncountableNest) {
    let (sum, overflow) = done.addingReportingOverflow(count)
    if overflow || sum > Self.limit { throw .tooManyBlocks }
    done = sum
  }
}
