extension Range<Int> {
  /// The first of the numbers at which a condition holds that, once it holds, holds at all larger ones; the end where it holds
  /// at none.
  ///
  /// - Complexity: O(log count) conditions.
  @inlinable
  package func partitionPoint(where holds: (Int) -> Bool) -> Int {
    var (low, high) = (lowerBound, upperBound)
    while low < high {
      let middle = low + (high - low) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
