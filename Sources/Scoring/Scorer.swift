internal import DenseKernels
internal import Synchronization

/// Energies and occupancies of a leaf of mappings, all pairs by all columns, and those among them that matter.
///
/// A pair is the product, term by term, of a vector of one table, a vector of another and a common scale, with an offset
/// added to the factor of the weights moved, for which every column has a factor of 1. The energy of a pair and a column
/// is the scalar product of their factors of what is moved, the occupancy that of their factors of what is held: two
/// matrix products of depth 3 score the whole leaf.
///
/// With ``Arithmetic/doubles`` the caller answers for it that no sum of products exceeds 2^53: then the doubles are
/// whole numbers throughout and exact in any order of summation. ``Arithmetic/integers`` is exact up to 2^63.
public final class Scorer {
  /// What the sums of products are computed in.
  public enum Arithmetic: Sendable {
    /// Doubles, through BLAS where there is much to score: exact as long as every sum stays below 2^53.
    case doubles
    /// Whole numbers of 64 bits, in plain loops.
    case integers
  }

  /// What all pairs of a leaf have in common.
  public struct Scale: Sendable {
    /// What the terms of a pair are multiplied by.
    public var factors: CostFactors
    /// Added to a pair's factor of the weights moved.
    public var offset: Int

    /// A scale by its parts.
    public init(factors: CostFactors, offset: Int) {
      self.factors = factors
      self.offset = offset
    }
  }

  /// The pairs of a leaf: all pairs of a vector of one table and a vector of another, the second's in turn for each of
  /// the first's.
  public struct Pairs: Sendable {
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

    /// The number of pairs.
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
    /// The scalar product of the factors of what is moved of pair and column.
    public var energy: Int
    /// The scalar product of the factors of what is held of pair and column.
    public var occupancy: Int
  }

  /// The most pairs of a leaf, and the most pairs times columns that are scored at a time.
  public static let mostPairs = 64
  private static let mostScores = 4096

  /// The mappings of the last leaf scored that matter.
  public private(set) var scores: [Score] = []

  private let pairs = UnsafeMutablePointer<Double>.allocate(capacity: mostPairs * FactorTable.width)
  private let columns = UnsafeMutablePointer<Double>.allocate(capacity: mostScores / 2 * FactorTable.width)
  private let energies = UnsafeMutablePointer<Double>.allocate(capacity: mostScores)
  private let occupancies = UnsafeMutablePointer<Double>.allocate(capacity: mostScores)
  private let places = UnsafeMutablePointer<Int32>.allocate(capacity: mostScores)

  /// Mappings that all scorers have yet to score in plain loops, though BLAS would be faster, before they load OpenBLAS, which takes
  /// as long as that.
  private static let plainScores = Atomic<Int>(1 << 20)

  /// What multiplies the factors of pairs and columns. Either gives the same numbers.
  enum Products {
    /// Plain loops, which reckon what a mapping holds only where its energy does not tell that it does not matter.
    case plain
    /// BLAS, which reckons both.
    case blas(OpenBLAS.DGEMM)
    /// Plain loops, and BLAS where energies alone tell too little.
    case fastest
  }
  private var products: Products
  /// The mappings that plain loops reckoned wholly in this leaf.
  private var reckoned = 0
  /// The leaves to come that BLAS may score, before it is seen again what energies alone tell.
  private var leavesForBLAS = 0

  /// Plain loops take longer than BLAS where they reckon more than one mapping in so many wholly.
  private static let breakEven = 4
  private static let leavesBetweenTrials = 16

  /// A scorer with room for a leaf.
  public convenience init() { self.init(.fastest) }

  /// The same by what is to multiply.
  init(_ products: Products) { self.products = products }

  deinit {
    pairs.deallocate()
    columns.deallocate()
    energies.deallocate()
    occupancies.deallocate()
    places.deallocate()
  }

  /// Scores all pairs and columns of a leaf and keeps those that matter in ``scores``, in no stated order.
  ///
  /// - Parameters:
  ///   - pairs: at most ``mostPairs`` of them.
  ///   - columns: the columns' table.
  ///   - range: the columns to score.
  ///   - arithmetic: see ``Arithmetic``.
  ///   - cutoffs: what energies must be below.
  public func score(
    _ pairs: Pairs, _ columns: FactorTable, _ range: Range<Int>, _ arithmetic: Arithmetic, below cutoffs: Cutoffs
  ) {
    scores.removeAll(keepingCapacity: true)
    switch arithmetic {
    case .integers: scoreIntegers(pairs, columns, range, below: cutoffs)
    case .doubles:
      setPairs(pairs)
      let step = Self.mostScores / pairs.count
      for start in stride(from: range.lowerBound, to: range.upperBound, by: step) {
        let part = start..<min(start + step, range.upperBound)
        let kept = scoreDoubles(pairs.count, columns, part, below: cutoffs)
        for index in 0..<kept {
          let place = Int(places[index])
          let (pair, column) = place.quotientAndRemainder(dividingBy: part.count)
          let (one, other) = pair.quotientAndRemainder(dividingBy: pairs.secondRange.count)
          scores.append(
            Score(
              first: pairs.firstRange.lowerBound + one, second: pairs.secondRange.lowerBound + other,
              column: part.lowerBound + column, energy: Int(energies[place]), occupancy: Int(occupancies[place])))
        }
      }
    }
  }

  /// The columns with which some pair matters, as runs of neighbours, and the least energy among those that matter.
  ///
  /// - Parameters:
  ///   - pair: a single pair.
  ///   - columns: the columns' table.
  ///   - arithmetic: see ``Arithmetic``.
  ///   - cutoffs: what energies must be below.
  /// - Returns: the runs, from the first column to the last; without any the energy is the largest number there is.
  public func admitted(
    _ pair: Pairs, _ columns: FactorTable, _ arithmetic: Arithmetic, below cutoffs: Cutoffs
  ) -> (runs: [Range<Int>], leastEnergy: Int) {
    precondition(pair.count == 1, "only one pair is expected")
    score(pair, columns, 0..<columns.count, arithmetic, below: cutoffs)
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

  /// Fills in the pairs.
  private func setPairs(_ set: Pairs) {
    precondition(set.count <= Self.mostPairs, "the leaf has too many pairs")
    precondition(set.first.rows.count == 1 && set.second.rows.count == 1, "pairs are of vectors, not of products")
    let scale = set.scale
    let width = FactorTable.width
    let factors = scale.factors
    let (f0, f1, f2) = (Double(factors.inputsMoved), Double(factors.weightsMoved), Double(factors.outputsMoved))
    let (f3, f4, f5) = (Double(factors.inputsHeld), Double(factors.weightsHeld), Double(factors.outputsHeld))
    let offset = Double(scale.offset)
    set.first.doubles.withUnsafeBufferPointer { a in
      set.second.doubles.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return }
        var pair = pairs
        for i in set.firstRange {
          let x = a + i * width
          let (x0, x1, x2, x3, x4, x5) = (x[0] * f0, x[1] * f1, x[2] * f2, x[3] * f3, x[4] * f4, x[5] * f5)
          for j in set.secondRange {
            let y = b + j * width
            pair[0] = x0 * y[0]
            pair[1] = x1 * y[1] + offset
            pair[2] = x2 * y[2]
            pair[3] = x3 * y[3]
            pair[4] = x4 * y[4]
            pair[5] = x5 * y[5]
            pair += width
          }
        }
      }
    }
  }

  /// Fills in columns: all their first factors, then all their second ones, and so on.
  ///
  /// - Returns: factors that no column's are below.
  private func setColumns(_ columns: FactorTable, _ range: Range<Int>) -> CostFactors {
    let (count, stride) = (range.count, columns.row.count)
    var least = CostFactors(all: .max)
    columns.transposed.withUnsafeBufferPointer { numbers in
      guard let base = numbers.baseAddress else { return }
      var start = self.columns
      columns.forEachRow(of: range) { factors, places in
        factors.forEachFactor { term, factor in
          let (from, to) = (base + term.rawValue * stride + places.lowerBound, start + term.rawValue * count)
          let factor = Double(factor)
          for place in 0..<places.count { to[place] = from[place] * factor }
        }
        start += places.count
        least = .least(least, factors * columns.leastOfRow)
      }
    }
    return least
  }

  /// Scores the pairs set and returns how many places matter.
  private func scoreDoubles(
    _ pairCount: Int, _ columns: FactorTable, _ range: Range<Int>, below cutoffs: Cutoffs
  ) -> Int {
    cutoffs.doubles.withUnsafeBufferPointer { cutoffs in
      guard let cutoffs = cutoffs.baseAddress else { return 0 }
      if pairCount == 1 { return siftPair(columns, range, below: cutoffs) }
      let least = setColumns(columns, range)
      if let dgemm = product(of: pairCount * range.count) {
        multiply(pairCount, range.count, by: dgemm)
        return sift(pairCount * range.count, below: cutoffs)
      }
      var kept = 0
      reckoned = 0
      for place in 0..<pairCount {
        sift(
          Pair(pairs + place * FactorTable.width), UnsafePointer(self.columns), stride: range.count, count: range.count,
          holding: least, from: place * range.count, below: cutoffs, &kept)
      }
      if reckoned * Self.breakEven > pairCount * range.count { leavesForBLAS = Self.leavesBetweenTrials }
      return kept
    }
  }

  /// The six factors of a pair.
  private struct Pair {
    var moved: (Double, Double, Double)
    var held: (Double, Double, Double)

    init(_ factors: UnsafePointer<Double>) {
      moved = (factors[0], factors[1], factors[2])
      held = (factors[3], factors[4], factors[5])
    }

    /// The same times other factors.
    func times(_ factors: CostFactors) -> Pair {
      var product = self
      product.moved.0 *= Double(factors.inputsMoved)
      product.moved.1 *= Double(factors.weightsMoved)
      product.moved.2 *= Double(factors.outputsMoved)
      product.held.0 *= Double(factors.inputsHeld)
      product.held.1 *= Double(factors.weightsHeld)
      product.held.2 *= Double(factors.outputsHeld)
      return product
    }
  }

  /// Scores the only pair set, and returns how many places matter.
  private func siftPair(_ columns: FactorTable, _ range: Range<Int>, below cutoffs: UnsafePointer<Double>) -> Int {
    let pair = Pair(pairs)
    return columns.transposed.withUnsafeBufferPointer { numbers in
      guard let base = numbers.baseAddress else { return 0 }
      var (done, kept) = (0, 0)
      columns.forEachRow(of: range) { factors, places in
        sift(
          pair.times(factors), base + places.lowerBound, stride: columns.row.count, count: places.count,
          holding: columns.leastOfRow, from: done, below: cutoffs, &kept)
        done += places.count
      }
      return kept
    }
  }

  /// Finds the columns with which a pair matters. What it holds is reckoned only where its energy is below the cutoff of the least
  /// that it may hold.
  ///
  /// - Parameters:
  ///   - pair: its factors.
  ///   - columns: the first factors of the columns, then all the second ones, and so forth.
  ///   - stride: how many numbers on the next factors are.
  ///   - count: the number of columns.
  ///   - least: factors that no column's are below.
  ///   - start: the place of the first column.
  ///   - cutoffs: what energies must be below.
  ///   - kept: the number of places that matter.
  @inline(__always)
  private func sift(
    _ pair: Pair, _ columns: UnsafePointer<Double>, stride: Int, count: Int, holding least: CostFactors,
    from start: Int, below cutoffs: UnsafePointer<Double>, _ kept: inout Int
  ) {
    let (c0, c1, c2) = (columns, columns + stride, columns + 2 * stride)
    let (c3, c4, c5) = (columns + 3 * stride, columns + 4 * stride, columns + 5 * stride)
    let leastHeld =
      pair.held.0 * Double(least.inputsHeld) + pair.held.1 * Double(least.weightsHeld)
      + pair.held.2 * Double(least.outputsHeld)
    let highest = cutoffs[Cutoffs.range(of: max(1, leastHeld))]
    func admit(_ column: Int, _ energy: Double, _ kept: inout Int) {
      let occupancy = pair.held.0 * c3[column] + pair.held.1 * c4[column] + pair.held.2 * c5[column]
      let place = start &+ column
      energies[place] = energy
      occupancies[place] = occupancy
      places[kept] = Int32(truncatingIfNeeded: place)
      kept &+= energy < cutoffs[Cutoffs.range(of: occupancy)] ? 1 : 0
    }
    func four(_ factors: UnsafePointer<Double>, _ column: Int) -> SIMD4<Double> {
      UnsafeRawPointer(factors + column).loadUnaligned(as: SIMD4<Double>.self)
    }
    let (f0, f1, f2) = (
      SIMD4(repeating: pair.moved.0), SIMD4(repeating: pair.moved.1), SIMD4(repeating: pair.moved.2)
    )
    var column = 0
    while column &+ 4 <= count {
      let energy = f0 * four(c0, column) + f1 * four(c1, column) + f2 * four(c2, column)
      if any(energy .< highest) {
        reckoned &+= 4
        for lane in 0..<4 { admit(column &+ lane, energy[lane], &kept) }
      }
      column &+= 4
    }
    while column < count {
      let energy = pair.moved.0 * c0[column] + pair.moved.1 * c1[column] + pair.moved.2 * c2[column]
      if energy < highest { admit(column, energy, &kept) }
      column &+= 1
    }
  }

  /// The products of all pairs and columns set.
  private func multiply(_ pairCount: Int, _ count: Int, by dgemm: OpenBLAS.DGEMM) {
    let width = CInt(FactorTable.width)
    let (m, n) = (CInt(pairCount), CInt(count))
    let (rows, same) = (OpenBLAS.rowMajor, OpenBLAS.noTranspose)
    dgemm(rows, same, same, m, n, 3, 1, pairs, width, columns, n, 0, energies, n)
    dgemm(rows, same, same, m, n, 3, 1, pairs + 3, width, columns + 3 * count, n, 0, occupancies, n)
  }

  /// Finds the places among so many energies and occupancies that matter, and returns how many.
  private func sift(_ count: Int, below cutoffs: UnsafePointer<Double>) -> Int {
    var kept = 0
    for place in 0..<count {
      places[kept] = Int32(truncatingIfNeeded: place)
      kept &+= energies[place] < cutoffs[Cutoffs.range(of: occupancies[place])] ? 1 : 0
    }
    return kept
  }

  /// BLAS's product for so many mappings, or nil where plain loops are to score them: they give the same numbers.
  private func product(of scores: Int) -> OpenBLAS.DGEMM? {
    switch products {
    case .plain: return nil
    case .blas(let dgemm): return dgemm
    case .fastest:
      if leavesForBLAS == 0 { return nil }
      leavesForBLAS -= 1
      if Self.plainScores.load(ordering: .relaxed) > 0 {
        Self.plainScores.subtract(scores, ordering: .relaxed)
        return nil
      }
      guard let library = try? OpenBLAS.loaded() else {
        products = .plain
        return nil
      }
      return library.dgemm
    }
  }

  private func scoreIntegers(
    _ pairs: Pairs, _ columns: FactorTable, _ range: Range<Int>, below cutoffs: Cutoffs
  ) {
    for i in pairs.firstRange {
      for j in pairs.secondRange {
        var pair = pairs.scale.factors * pairs.first[i] * pairs.second[j]
        pair.weightsMoved += pairs.scale.offset
        var column = range.lowerBound
        columns.forEachRow(of: range) { factors, places in
          for place in places {
            let product = pair * (factors * columns.row[place])
            let (energy, occupancy) = (product.moved, product.held)
            if cutoffs.admits(energy: energy, occupancy: occupancy) {
              scores.append(Score(first: i, second: j, column: column, energy: energy, occupancy: occupancy))
            }
            column += 1
          }
        }
      }
    }
  }
}
