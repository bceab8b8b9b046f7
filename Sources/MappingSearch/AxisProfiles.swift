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

  /// The profiles of an axis under each of some dataflows, in their order.
  static func all(_ axis: ConvolutionAxis, of dataflows: [Dataflow]) -> [AxisProfiles] {
    let rows = AxisRows(axis)
    let quick = BoxProfiles(rows, for: dataflows)
    return dataflows.map { dataflow in
      var enumerator = AxisEnumerator(rows, dataflow, quick: quick)
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

  /// Profiles as they are found, each kind by itself.
  struct Found: Sendable {
    var still = Skyline()
    var sliding = Skyline()
    var chained = Skyline()
    var uncut = Skyline()
  }
}
