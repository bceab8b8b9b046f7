/// A mapping of the searched grids, with what it costs in one group of channels.
struct ScoredMapping: Hashable, Sendable {
  /// Energy of moving data, in quanta of the model.
  var energy: Int
  /// Bits held.
  var occupancy: Int
  var place: Place

  /// Where a mapping stands among all: ties go to the first.
  struct Place: Hashable, Comparable, Sendable {
    /// The order of keeps, its grid and the grid's tile of the batch.
    var order: Int32
    var grid: Int32
    var batch: Int32
    /// The profiles of the vertical and of the horizontal axis, and the column.
    var vertical: Int32
    var horizontal: Int32
    var column: Int32

    static func < (a: Place, b: Place) -> Bool {
      if a.order != b.order { return a.order < b.order }
      if a.grid != b.grid { return a.grid < b.grid }
      if a.batch != b.batch { return a.batch < b.batch }
      if a.vertical != b.vertical { return a.vertical < b.vertical }
      if a.horizontal != b.horizontal { return a.horizontal < b.horizontal }
      return a.column < b.column
    }
  }
}
