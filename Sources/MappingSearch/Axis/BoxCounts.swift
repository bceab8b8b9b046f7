import Workloads

/// Counts of the input rows that the boxes of one axis hold and move.
///
/// ``PlainBoxCounts`` visits the boxes, ``QuickBoxCounts`` adds up what cuts of the axis add; tests hold them against each
/// other.
protocol BoxCounts {
  /// The most input rows of any box.
  func held(_ boxes: Boxes) -> Int

  /// Input rows read over all boxes, each counted as often as it is read. With a slide the overlap with the box one step
  /// before is not read again.
  ///
  /// Where the sliding loop has a single block, a ragged end of its parent, the other loop of the axis slides instead.
  ///
  /// - Parameters:
  ///   - boxes: the block sizes.
  ///   - slide: the loop that is innermost.
  ///   - chained: whether the kernel rows that slide instead are those of the whole kernel, not of the parent.
  /// - Returns: input rows.
  func moved(_ boxes: Boxes, slide: AxisLoops.Slide, chained: Bool) -> Int
}

extension BoxCounts {
  /// Input rows read over all boxes, where no loop outside the parents slides.
  func moved(_ boxes: Boxes, slide: AxisLoops.Slide) -> Int { moved(boxes, slide: slide, chained: false) }
}

/// Block sizes of one axis at the inputs' keep (tiles) and just outside the segment before it (parents).
struct Boxes {
  var outputParent: Int
  var outputTile: Int
  var kernelParent: Int
  var kernelTile: Int
}
