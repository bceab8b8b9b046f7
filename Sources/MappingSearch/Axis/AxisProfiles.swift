import Mappings
import Scoring
import Workloads

/// The undominated profiles of one axis in one order of keeps.
struct AxisProfiles: Sendable {
  /// No box of inputs reuses the overlap with the one before.
  let still: [AxisProfile]
  /// The innermost loop of the axis slides, where it has one.
  let sliding: [AxisProfile]
  /// The innermost loop slides, and where it has a single block the loop one segment further out slides instead.
  ///
  /// That needs everything else between the two to be uncut, as it is for `uncut` profiles of the other axis.
  let chained: [AxisProfile]
  /// Profiles without loops in the segment just outside the inputs' keep.
  let uncut: [AxisProfile]
  /// Whether every block size was tried, or on a very long axis only some for each number of blocks.
  let isComplete: Bool

  init(_ found: ProfilesFound<Skyline>, isComplete: Bool) {
    still = found.still.sorted
    var all = found.still
    all.offer(found.sliding)
    sliding = all.sorted
    chained = found.chained.sorted
    uncut = found.uncut.sorted
    self.isComplete = isComplete
  }

  /// The four kinds of profiles.
  enum Kind: CaseIterable {
    case still, sliding, chained, uncut

    /// Whether profiles of two kinds make a mapping.
    static func go(_ one: Kind, with other: Kind, _ reuse: ReusePolicy, batchTile: Int) -> Bool {
      switch (one, other) {
      case (.still, .still): true
      case (.sliding, .still), (.still, .sliding): reuse == .sliding
      case (.chained, .uncut), (.uncut, .chained): reuse == .sliding && batchTile == 1
      default: false
      }
    }
  }
}

/// Takes in profiles as a listing comes upon them.
protocol ProfileSink {
  init()
  /// Takes in a profile.
  mutating func offer(_ factors: CostFactors, _ loops: @autoclosure () -> AxisLoops)
}

/// Profiles as they are found, each kind by itself.
struct ProfilesFound<Sink: ProfileSink> {
  var still = Sink()
  var sliding = Sink()
  var chained = Sink()
  var uncut = Sink()

  /// Those of a kind.
  subscript(kind: AxisProfiles.Kind) -> Sink {
    switch kind {
    case .still: still
    case .sliding: sliding
    case .chained: chained
    case .uncut: uncut
    }
  }
}

extension ProfilesFound: Sendable where Sink: Sendable {}
