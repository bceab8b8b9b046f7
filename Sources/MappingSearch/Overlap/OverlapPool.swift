/// A mapping as a position among all that are tried.
struct OverlapPlace: Hashable, Comparable, Sendable {
  /// The third tensor's box.
  enum Shape: Int32, CaseIterable, Sendable {
    /// Any part of the first group's block, single words of the third group.
    case singleWords
    /// Any part of the first group's block, the third group as at the second keep.
    case wholePanels
    /// The first group's block, any part of the third group's.
    case partsOfPanels
  }

  var grid: Int32
  var x: Int32
  var y: Int32
  var arrangement: Int32
  /// The panel's position or, where the second group is cut twice, that of its second cut.
  var panel: Int32
  var shape: Shape
  /// The words of the third tensor's box.
  var third: Int

  static func < (a: OverlapPlace, b: OverlapPlace) -> Bool {
    let (first, second) = (
      [a.grid, a.x, a.y, a.arrangement, a.panel, a.shape.rawValue],
      [b.grid, b.x, b.y, b.arrangement, b.panel, b.shape.rawValue]
    )
    return first == second ? a.third < b.third : first.lexicographicallyPrecedes(second)
  }
}

/// What takes the mappings of a tile.
protocol OverlapPool {
  /// Mappings that hold less, or as much as the end or more, are not of use.
  var occupancies: Range<Int> { get }
  /// Of so many bits in a row one occupancy is looked at.
  var unit: Int { get }
  /// Nor are those that cost more.
  var largestEnergy: Int { get }
  /// Nor those that cost so much, or more, and hold more than this.
  func mostOccupancy(costing energy: Int) -> Int
  /// Whether a mapping may be of use.
  mutating func offer(energy: Int, occupancy: Int, _ place: OverlapPlace)
}
