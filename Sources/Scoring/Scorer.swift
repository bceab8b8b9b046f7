internal import DenseKernels
internal import LeafKernel
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

  /// The factors of pairs, all of one term before those of the next, as the kernel reads and writes them.
  private let pairs: UnsafeMutablePointer<Double>
  private static let pairStride = mostPairs + lanes
  /// The factors of columns that are products of two vectors, laid out likewise.
  private let columns: UnsafeMutablePointer<Double>
  /// Where the kernel and BLAS write.
  private let room: LeafScores

  /// A number that is every factor of a vector which changes nothing.
  private let one = UnsafeMutablePointer<Double>.allocate(capacity: 1)
  /// Numbers that the kernel takes at once.
  static let lanes = Int(LEAF_LANES)

  /// Mappings that all scorers have yet to score by the kernel, though BLAS would be faster, before they load OpenBLAS, which takes
  /// as long as that.
  private static let scoresBeforeBLAS = Atomic<Int>(1 << 20)

  /// What multiplies the factors of pairs and columns. All give the same numbers.
  enum Products {
    /// The kernel, which reckons what a mapping holds only where its energy does not tell that it does not matter.
    case kernel
    /// BLAS, which reckons both.
    case blas(OpenBLAS.DGEMM)
    /// The kernel, and BLAS where energies alone tell too little.
    case either
  }
  private var products: Products
  private let instructions: LeafInstructions
  /// The leaves to come that BLAS may score, before it is seen again what energies alone tell.
  private var leavesForBLAS = 0

  /// A kernel of few numbers at a time takes longer than BLAS where it reckons more than one mapping in so many wholly.
  private static let breakEven = 4
  private static let leavesBetweenTrials = 16

  /// A scorer with room for a leaf. With wide instructions the kernel is always faster than BLAS.
  public convenience init() {
    let instructions = leafInstructions()
    self.init(instructions == .leafBaseline ? .either : .kernel, instructions)
  }

  /// The same by what is to multiply, and instructions that this processor has.
  init(_ products: Products, _ instructions: LeafInstructions = leafInstructions()) {
    (self.products, self.instructions) = (products, instructions)
    func zeros(_ count: Int) -> UnsafeMutablePointer<Double> {
      let numbers = UnsafeMutablePointer<Double>.allocate(capacity: count)
      numbers.initialize(repeating: 0, count: count)
      return numbers
    }
    one.initialize(to: 1)
    pairs = zeros(Self.pairStride * FactorTable.width)
    columns = zeros((Self.mostScores / 2 + Self.lanes) * FactorTable.width)
    room = LeafScores(
      places: .allocate(capacity: Self.mostScores), energies: zeros(Self.mostScores),
      occupancies: zeros(Self.mostScores), count: 0, reckoned: 0)
  }

  deinit {
    one.deallocate()
    pairs.deallocate()
    columns.deallocate()
    room.places.deallocate()
    room.energies.deallocate()
    room.occupancies.deallocate()
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
        scoreDoubles(pairs, columns, start..<min(start + step, range.upperBound), below: cutoffs)
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
    set.first.doubles.withUnsafeBufferPointer { first in
      set.second.doubles.withUnsafeBufferPointer { second in
        guard let first = first.baseAddress, let second = second.baseAddress else { return }
        leafMultiply(
          instructions, LeafVectors(first, set.first.row.count, set.firstRange),
          LeafVectors(second, set.second.row.count, set.secondRange), LeafScale(set.scale), pairs,
          Self.pairStride)
      }
    }
  }

  /// The columns of a range, and factors that no column's are below.
  private func columns(
    of table: FactorTable, _ numbers: UnsafePointer<Double>, _ range: Range<Int>
  ) -> (LeafVectors, least: CostFactors) {
    if table.isPlain { return (LeafVectors(numbers, table.row.count, range), table.leastOfRow) }
    let stride = range.count + Self.lanes
    var (done, least) = (0, CostFactors(all: .max))
    table.forEachRow(of: range) { factors, places in
      leafMultiply(
        instructions, LeafVectors(one, 0, 0..<1), LeafVectors(numbers, table.row.count, places),
        LeafScale(Scale(factors: factors, offset: 0)),
        columns + done, stride)
      done += places.count
      least = .least(least, factors * table.leastOfRow)
    }
    return (LeafVectors(columns, stride, 0..<done), least)
  }

  /// Scores the pairs set with the columns of a range, and keeps what matters.
  private func scoreDoubles(_ set: Pairs, _ table: FactorTable, _ range: Range<Int>, below cutoffs: Cutoffs) {
    table.doubles.withUnsafeBufferPointer { numbers in
      cutoffs.doubles.withUnsafeBufferPointer { cutoffs in
        guard let numbers = numbers.baseAddress, let limits = cutoffs.baseAddress else { return }
        if set.count == 1 { return scorePair(set, table, numbers, range, below: cutoffs) }
        let pairs = LeafVectors(self.pairs, Self.pairStride, 0..<set.count)
        let (columns, least) = columns(of: table, numbers, range)
        let count = set.count * range.count
        var found = room
        if let dgemm = dgemm(for: count) {
          sift(pairs, columns, by: dgemm, below: limits, &found)
        } else {
          leafScore(instructions, pairs, columns, LeafHeld(least), limits, cutoffs.count, &found)
          if found.reckoned * Self.breakEven > count { leavesForBLAS = Self.leavesBetweenTrials }
        }
        keep(found, of: set, range)
      }
    }
  }

  /// The same of a single pair, columns in the place of pairs.
  private func scorePair(
    _ set: Pairs, _ table: FactorTable, _ numbers: UnsafePointer<Double>, _ range: Range<Int>,
    below cutoffs: UnsafeBufferPointer<Double>
  ) {
    guard let limits = cutoffs.baseAddress else { return }
    var (found, start) = (room, range.lowerBound)
    table.forEachRow(of: range) { factors, places in
      factors.forEachFactor { term, factor in
        columns[term.rawValue] = pairs[term.rawValue * Self.pairStride] * Double(factor)
      }
      let held = LeafHeld(inputs: columns[3], weights: columns[4], outputs: columns[5])
      leafScore(
        instructions, LeafVectors(numbers, table.row.count, places), LeafVectors(columns, 1, 0..<1), held, limits,
        cutoffs.count, &found)
      keep(found, of: set, start..<start + places.count)
      start += places.count
    }
  }

  /// Adds what was found among some columns to ``scores``.
  private func keep(_ found: LeafScores, of set: Pairs, _ range: Range<Int>) {
    for index in 0..<found.count {
      let (pair, column) = Int(found.places[index]).quotientAndRemainder(dividingBy: range.count)
      let (first, second) = pair.quotientAndRemainder(dividingBy: set.secondRange.count)
      scores.append(
        Score(
          first: set.firstRange.lowerBound + first, second: set.secondRange.lowerBound + second,
          column: range.lowerBound + column, energy: Int(found.energies[index]),
          occupancy: Int(found.occupancies[index])))
    }
  }

  /// Finds what matters among the products of all pairs and columns.
  private func sift(
    _ pairs: LeafVectors, _ columns: LeafVectors, by dgemm: OpenBLAS.DGEMM, below cutoffs: UnsafePointer<Double>,
    _ found: inout LeafScores
  ) {
    let (m, n) = (CInt(pairs.count), CInt(columns.count))
    let (rows, transposed, same) = (OpenBLAS.rowMajor, OpenBLAS.transpose, OpenBLAS.noTranspose)
    for (term, products) in [(0, found.energies), (3, found.occupancies)] {
      dgemm(
        rows, transposed, same, m, n, 3, 1, pairs.factors + term * pairs.stride, CInt(pairs.stride),
        columns.factors + term * columns.stride, CInt(columns.stride), 0, products, n)
    }
    var kept = 0
    for place in 0..<Int(m * n) {
      let (energy, occupancy) = (found.energies[place], found.occupancies[place])
      found.places[kept] = Int32(truncatingIfNeeded: place)
      // What matters moves up to those before it.
      found.energies[kept] = energy
      found.occupancies[kept] = occupancy
      kept &+= energy < cutoffs[Cutoffs.range(of: occupancy)] ? 1 : 0
    }
    found.count = kept
  }

  /// BLAS's product for so many mappings, or nil where the kernel is to score them: they give the same numbers.
  private func dgemm(for scores: Int) -> OpenBLAS.DGEMM? {
    switch products {
    case .kernel: return nil
    case .blas(let dgemm): return dgemm
    case .either:
      if leavesForBLAS == 0 { return nil }
      leavesForBLAS -= 1
      if Self.scoresBeforeBLAS.load(ordering: .relaxed) > 0 {
        Self.scoresBeforeBLAS.subtract(scores, ordering: .relaxed)
        return nil
      }
      guard let library = try? OpenBLAS.loaded() else {
        products = .kernel
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

extension LeafVectors {
  /// Some vectors of a list, of which `stride` numbers lie between the factors of one term and those of the next.
  fileprivate init(_ factors: UnsafePointer<Double>, _ stride: Int, _ range: Range<Int>) {
    self.init(factors: factors + range.lowerBound, stride: stride, count: range.count)
  }
}

extension LeafScale {
  fileprivate init(_ scale: Scorer.Scale) {
    let factors = scale.factors
    self.init(
      factors: (
        Double(factors.inputsMoved), Double(factors.weightsMoved), Double(factors.outputsMoved),
        Double(factors.inputsHeld), Double(factors.weightsHeld), Double(factors.outputsHeld)
      ), offset: Double(scale.offset))
  }
}

extension LeafHeld {
  fileprivate init(_ factors: CostFactors) {
    self.init(
      inputs: Double(factors.inputsHeld), weights: Double(factors.weightsHeld), outputs: Double(factors.outputsHeld))
  }
}
