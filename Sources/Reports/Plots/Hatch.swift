/// Slanting lines across a rectangle, which all terminals draw alike.
enum Hatch {
  /// In pixels.
  static let width = 1.0
  /// Pixels between neighbours, along either side.
  private static let spacing = 6.0

  /// The lines, from the lower left to the upper right, of a grid that all rectangles of a picture have in common.
  ///
  /// - Parameters:
  ///   - corner: a corner, in pixels.
  ///   - opposite: the opposite one.
  /// - Returns: both ends of each line, in pixels.
  static func lines(from corner: Figure.Point, to opposite: Figure.Point) -> [Figure.Rectangles.Box] {
    let (left, right) = (min(corner.x, opposite.x), max(corner.x, opposite.x))
    let (top, bottom) = (min(corner.y, opposite.y), max(corner.y, opposite.y))
    // On a line x and y add up to a multiple of the spacing.
    let first = ((left + top) / spacing).rounded(.up)
    return stride(from: first * spacing, to: right + bottom, by: spacing).compactMap { sum in
      let start = Figure.Point(x: max(left, sum - bottom), y: min(bottom, sum - left))
      let end = Figure.Point(x: min(right, sum - top), y: max(top, sum - right))
      return start.x < end.x ? Figure.Rectangles.Box(from: start, to: end) : nil
    }
  }
}
