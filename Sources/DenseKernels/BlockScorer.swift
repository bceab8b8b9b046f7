internal import COpenBLAS

/// Energies and occupancies of a block of mappings, rows by columns, and those among them that matter.
///
/// A row is the product, number by number, of a vector of one table, a vector of another and a common scale, with an
/// offset added to its second number. The energy of a row and a column is the scalar product of their first three
/// numbers, the occupancy that of their last three: two matrix products of depth 3 score the whole block.
///
/// With ``Arithmetic/doubles`` the caller answers for it that no sum of products exceeds 2^53: then the doubles are
/// whole numbers throughout and exact in any order of summation. ``Arithmetic/integers`` is exact up to 2^63.
public final class BlockScorer {
  /// What the sums of products are computed in.
  public enum Arithmetic: Sendable {
    /// Doubles, through BLAS: exact as long as every sum stays below 2^53.
    case doubles
    /// Whole numbers of 64 bits, in plain loops.
    case integers
  }

  /// What every row of a block has in common.
  public struct Scale: Sendable {
    /// Factors of the six numbers of a row.
    public var factors: (Int, Int, Int, Int, Int, Int)
    /// Added to the second number.
    public var offset: Int

    /// A scale by its parts.
    public init(factors: (Int, Int, Int, Int, Int, Int), offset: Int) {
      self.factors = factors
      self.offset = offset
    }
  }

  /// The rows of a block: all pairs of a vector of one table and a vector of another, the second's in turn for each of
  /// the first's.
  public struct Rows: Sendable {
    /// The table that gives the first vector of a pair.
    public var first: FactorTable
    /// The vectors of ``first`` that are taken.
    public var firstRange: Range<Int>
    /// The table that gives the second vector of a pair.
    public var second: FactorTable
    /// The vectors of ``second`` that are taken.
    public var secondRange: Range<Int>
    /// What all pairs are multiplied by.
    public var scale: Scale

    /// All pairs of vectors of two ranges.
    public init(
      _ first: FactorTable, _ firstRange: Range<Int>, _ second: FactorTable, _ secondRange: Range<Int>, _ scale: Scale
    ) {
      self.first = first
      self.firstRange = firstRange
      self.second = second
      self.secondRange = secondRange
      self.scale = scale
    }

    /// A single pair of vectors.
    public init(_ first: FactorTable, _ place: Int, _ second: FactorTable, _ otherPlace: Int, _ scale: Scale) {
      self.init(first, place..<place + 1, second, otherPlace..<otherPlace + 1, scale)
    }

    /// The number of rows.
    public var count: Int { firstRange.count * secondRange.count }
  }

  /// A mapping that matters.
  public struct Score: Hashable, Sendable {
    /// The vector of the first table.
    public var first: Int
    /// The vector of the second table.
    public var second: Int
    /// The column.
    public var column: Int
    /// The scalar product of the first three numbers of row and column.
    public var energy: Int
    /// The scalar product of the last three numbers of row and column.
    public var occupancy: Int
  }

  /// The most rows of a block, and the most rows times columns that are scored at a time.
  public static let mostRows = 64
  private static let mostScores = 4096

  /// The mappings of the last block scored that matter.
  public private(set) var scores: [Score] = []

  private let rows = UnsafeMutablePointer<Double>.allocate(capacity: mostRows * FactorTable.width)
  private let energies = UnsafeMutablePointer<Double>.allocate(capacity: mostScores)
  private let occupancies = UnsafeMutablePointer<Double>.allocate(capacity: mostScores)
  private let places = UnsafeMutablePointer<Int32>.allocate(capacity: mostScores)

  /// A scorer with room for a block. BLAS is set to a single thread.
  public init() { MatrixProduct.prepare() }

  deinit {
    rows.deallocate()
    energies.deallocate()
    occupancies.deallocate()
    places.deallocate()
  }

  /// Scores all rows and columns of a block and leaves those that matter in ``scores``, in no stated order.
  ///
  /// - Parameters:
  ///   - rows: at most ``mostRows`` of them.
  ///   - columns: the columns' table.
  ///   - range: the columns to score.
  ///   - arithmetic: see ``Arithmetic``.
  ///   - thresholds: what energies must be below.
  public func score(
    _ rows: Rows, _ columns: FactorTable, _ range: Range<Int>, _ arithmetic: Arithmetic, below thresholds: Thresholds
  ) {
    scores.removeAll(keepingCapacity: true)
    switch arithmetic {
    case .integers: scoreIntegers(rows, columns, range, below: thresholds)
    case .doubles:
      setRows(rows)
      let step = Self.mostScores / rows.count
      for start in stride(from: range.lowerBound, to: range.upperBound, by: step) {
        let part = start..<min(start + step, range.upperBound)
        let kept = scoreDoubles(rows.count, columns, part, below: thresholds)
        for index in 0..<kept {
          let place = Int(places[index])
          let (row, column) = place.quotientAndRemainder(dividingBy: part.count)
          let (one, other) = row.quotientAndRemainder(dividingBy: rows.secondRange.count)
          scores.append(
            Score(
              first: rows.firstRange.lowerBound + one, second: rows.secondRange.lowerBound + other,
              column: part.lowerBound + column, energy: Int(energies[place]), occupancy: Int(occupancies[place])))
        }
      }
    }
  }

  /// The columns with which some row matters, as runs of neighbours, and the least energy among those that matter.
  ///
  /// - Parameters:
  ///   - row: a single row.
  ///   - columns: the columns' table.
  ///   - arithmetic: see ``Arithmetic``.
  ///   - thresholds: what energies must be below.
  /// - Returns: the runs, from the first column to the last; without any the energy is the largest number there is.
  public func admitted(
    _ row: Rows, _ columns: FactorTable, _ arithmetic: Arithmetic, below thresholds: Thresholds
  ) -> (runs: [Range<Int>], leastEnergy: Int) {
    precondition(row.count == 1, "only one row is expected")
    score(row, columns, 0..<columns.count, arithmetic, below: thresholds)
    var runs: [Range<Int>] = []
    var least = Int.max
    for score in scores {
      least = min(least, score.energy)
      if let last = runs.last, last.upperBound == score.column {
        runs[runs.count - 1] = last.lowerBound..<score.column + 1
      } else {
        runs.append(score.column..<score.column + 1)
      }
    }
    return (runs, least)
  }

  /// Fills in the rows.
  private func setRows(_ set: Rows) {
    precondition(set.count <= Self.mostRows, "the block has too many rows")
    let scale = set.scale
    let width = FactorTable.width
    let (f0, f1, f2) = (Double(scale.factors.0), Double(scale.factors.1), Double(scale.factors.2))
    let (f3, f4, f5) = (Double(scale.factors.3), Double(scale.factors.4), Double(scale.factors.5))
    let offset = Double(scale.offset)
    set.first.doubles.withUnsafeBufferPointer { a in
      set.second.doubles.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return }
        var row = rows
        for i in set.firstRange {
          let x = a + i * width
          let (x0, x1, x2, x3, x4, x5) = (x[0] * f0, x[1] * f1, x[2] * f2, x[3] * f3, x[4] * f4, x[5] * f5)
          for j in set.secondRange {
            let y = b + j * width
            row[0] = x0 * y[0]
            row[1] = x1 * y[1] + offset
            row[2] = x2 * y[2]
            row[3] = x3 * y[3]
            row[4] = x4 * y[4]
            row[5] = x5 * y[5]
            row += width
          }
        }
      }
    }
  }

  /// The products of the only row set, without what BLAS does to arrange its operands.
  private func multiplyRow(_ columns: FactorTable, _ range: Range<Int>) {
    let (r0, r1, r2, r3, r4, r5) = (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5])
    let (energies, occupancies) = (energies, occupancies)
    columns.transposed.withUnsafeBufferPointer { numbers in
      guard let base = numbers.baseAddress else { return }
      let (first, count) = (base + range.lowerBound, columns.count)
      let (c0, c1, c2) = (first, first + count, first + 2 * count)
      let (c3, c4, c5) = (first + 3 * count, first + 4 * count, first + 5 * count)
      for column in 0..<range.count {
        energies[column] = r0 * c0[column] + r1 * c1[column] + r2 * c2[column]
        occupancies[column] = r3 * c3[column] + r4 * c4[column] + r5 * c5[column]
      }
    }
  }

  /// The products of all rows set.
  private func multiplyRows(_ rowCount: Int, _ columns: FactorTable, _ range: Range<Int>) {
    let width = CInt(FactorTable.width)
    let (m, n) = (CInt(rowCount), CInt(range.count))
    columns.doubles.withUnsafeBufferPointer { columns in
      guard let base = columns.baseAddress else { return }
      let column = base + range.lowerBound * FactorTable.width
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, m, n, 3, 1, rows, width, column, width, 0, energies, n)
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, m, n, 3, 1, rows + 3, width, column + 3, width, 0, occupancies, n)
    }
  }

  /// Scores the rows set and returns how many places matter.
  private func scoreDoubles(
    _ rowCount: Int, _ columns: FactorTable, _ columnRange: Range<Int>, below thresholds: Thresholds
  ) -> Int {
    if rowCount == 1 { multiplyRow(columns, columnRange) } else { multiplyRows(rowCount, columns, columnRange) }
    let count = rowCount * columnRange.count
    let shift = UInt64(Double.significandBitCount - Thresholds.fractionBits)
    let bias = 1023 << Thresholds.fractionBits
    return thresholds.doubles.withUnsafeBufferPointer { thresholds in
      guard let thresholds = thresholds.baseAddress else { return 0 }
      var kept = 0
      for place in 0..<count {
        // The exponent and the leading bits of the fraction are the range.
        let range = Int(truncatingIfNeeded: occupancies[place].bitPattern &>> shift) &- bias
        places[kept] = Int32(truncatingIfNeeded: place)
        kept &+= energies[place] < thresholds[range] ? 1 : 0
      }
      return kept
    }
  }

  private func scoreIntegers(
    _ rows: Rows, _ columns: FactorTable, _ range: Range<Int>, below thresholds: Thresholds
  ) {
    let scale = rows.scale.factors
    let factors = [scale.0, scale.1, scale.2, scale.3, scale.4, scale.5]
    for i in rows.firstRange {
      for j in rows.secondRange {
        var row = (0..<FactorTable.width).map { factors[$0] * rows.first[i, $0] * rows.second[j, $0] }
        row[1] += rows.scale.offset
        for column in range {
          let energy = row[0] * columns[column, 0] + row[1] * columns[column, 1] + row[2] * columns[column, 2]
          let occupancy = row[3] * columns[column, 3] + row[4] * columns[column, 4] + row[5] * columns[column, 5]
          if thresholds.admits(energy: energy, occupancy: occupancy) {
            scores.append(Score(first: i, second: j, column: column, energy: energy, occupancy: occupancy))
          }
        }
      }
    }
  }
}
