import Mappings
import Workloads

/// The undominated profiles of one axis under one dataflow.
struct AxisProfiles: Sendable {
  /// No box of inputs reuses the overlap with the one before.
  var still: [AxisProfile]
  /// The innermost loop of the axis slides, where it has one.
  var sliding: [AxisProfile]
  /// The innermost loop slides, and where it has a single block the loop one segment further out slides instead.
  ///
  /// That needs everything else between the two to be uncut, as it is for `uncut` profiles of the other axis.
  var chained: [AxisProfile]
  /// Profiles without loops in the segment just outside the inputs' keep.
  var uncut: [AxisProfile]
  /// Whether every block size was tried, or on a very long axis only some for each number of blocks.
  var isComplete = true

  /// The profiles of an axis under each of some dataflows, in their order.
  static func all(_ axis: ConvolutionAxis, of dataflows: [Dataflow]) -> [AxisProfiles] {
    let rows = AxisRows(axis)
    let quick = BoxProfiles(rows, for: dataflows)
    return dataflows.map { dataflow in
      var enumerator = AxisEnumerator(rows, dataflow, quick: quick)
      enumerator.run()
      var profiles = enumerator.found
      profiles.still = AxisProfile.undominated(profiles.still)
      profiles.sliding = AxisProfile.undominated(profiles.still + profiles.sliding)
      profiles.chained = AxisProfile.undominated(profiles.chained)
      profiles.uncut = AxisProfile.undominated(profiles.uncut)
      profiles.isComplete = enumerator.isComplete
      return profiles
    }
  }

  /// No profiles yet.
  init() { (still, sliding, chained, uncut) = ([], [], [], []) }

  /// Takes over the undominated profiles of another list and empties it.
  mutating func absorb(_ group: inout AxisProfiles) {
    still += AxisProfile.undominated(group.still)
    sliding += AxisProfile.undominated(group.sliding)
    chained += AxisProfile.undominated(group.chained)
    uncut += AxisProfile.undominated(group.uncut)
    group.still.removeAll(keepingCapacity: true)
    group.sliding.removeAll(keepingCapacity: true)
    group.chained.removeAll(keepingCapacity: true)
    group.uncut.removeAll(keepingCapacity: true)
  }
}
