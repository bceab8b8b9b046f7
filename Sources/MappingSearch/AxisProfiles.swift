import Mappings
import Workloads

/// The undominated profiles of one axis under one dataflow.
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

  /// The profiles of an axis under each of some dataflows, in their order; for tests, what known mappings contribute along
  /// the axis can be followed and must not be lost.
  static func all(
    _ axis: ConvolutionAxis, of dataflows: [Dataflow], following followed: [Witness.Axis] = []
  ) -> [AxisProfiles] {
    let rows = AxisRows(axis)
    let quick = BoxProfiles(rows, for: dataflows, following: followed)
    return dataflows.map { dataflow in
      var enumerator = AxisEnumerator(rows, dataflow, quick: quick, following: followed)
      enumerator.run()
      return AxisProfiles(enumerator.found, isComplete: enumerator.isComplete)
    }
  }

  private init(_ found: Found, isComplete: Bool) {
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

    /// Those found of a kind.
    var found: KeyPath<Found, Skyline> {
      switch self {
      case .still: \.still
      case .sliding: \.sliding
      case .chained: \.chained
      case .uncut: \.uncut
      }
    }

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

  /// Profiles as they are found, each kind by itself.
  struct Found: Sendable {
    var still: Skyline
    var sliding: Skyline
    var chained: Skyline
    var uncut: Skyline

    /// Nothing found yet of a dataflow.
    init(_ dataflow: Dataflow, following followed: [Witness.Axis]) {
      func skyline(_ kinds: Kind...) -> Skyline {
        Skyline(following: followed.filter { $0.dataflow == dataflow && kinds.contains($0.kind) }.map(\.factors))
      }
      // A profile that slides may be dominated by one that stands still.
      still = skyline(.still, .sliding)
      sliding = skyline(.sliding)
      chained = skyline(.chained)
      uncut = skyline(.uncut)
    }
  }
}
