/// The rows that hold the least values in bins of a term: where measurements meet a lower bound, if they do.
public enum BinnedMinima {
  /// The row with the least value in each bin.
  ///
  /// The distinct numbers of the term, in rising order, are cut into bins of so many of them; the last ones, if too few for
  /// a bin, are dropped. All rows whose term is among a bin's numbers are in it. Among equal least values the row with the
  /// smaller term counts, then the earlier one.
  ///
  /// - Parameters:
  ///   - values: a finite number for each row.
  ///   - term: as many finite numbers.
  ///   - size: the distinct numbers of a bin, at least 1.
  /// - Returns: the rows, counted from 0, by rising term; none where there are fewer distinct numbers than a bin's.
  /// - Throws: what is wrong with the variables or the size.
  public static func rows(of values: Variable, over term: Variable, size: Int) throws(StatisticsError) -> [Int] {
    if size < 1 { throw .binSize(size) }
    try term.checkCount(values.values.count)
    try values.checkFinite()
    try term.checkFinite()
    let order = term.values.indices.sorted { (term.values[$0], $0) < (term.values[$1], $1) }
    var rows: [Int] = []
    var (best, distinct): (Int?, Int) = (nil, 0)
    var last: Double?
    for row in order {
      if term.values[row] != last {
        if distinct == size {
          if let best { rows.append(best) }
          (best, distinct) = (nil, 0)
        }
        distinct += 1
        last = term.values[row]
      }
      if best.map({ values.values[row] < values.values[$0] }) ?? true { best = row }
    }
    if distinct == size, let best { rows.append(best) }
    return rows
  }
}
