/// Vectors of cost factors, laid out for scoring: every vector of one list times every vector of another.
///
/// Only the lists are kept, since there may be millions of products.
public struct FactorTable: Sendable {
  /// Numbers in a vector.
  static let width = CostFactors.Term.allCases.count

  /// The list of which each vector is taken with all of the other list before the next one.
  let rows: [CostFactors]
  /// The other list.
  let row: [CostFactors]
  /// The vectors of ``row`` as doubles: all vectors' first numbers, then all their second ones, and so on, and some more that may be
  /// read.
  let doubles: [Double]
  /// The least factors among the vectors of ``row``.
  let leastOfRow: CostFactors

  /// The vector at a position.
  public func factors(_ index: Int) -> CostFactors { rows[index / row.count] * row[index % row.count] }

  /// A table of some vectors.
  ///
  /// - Complexity: O(vectors).
  public init(_ factors: [CostFactors]) { self.init([CostFactors(all: 1)], times: factors) }

  /// A table of every vector of one list times every vector of another: the second list in turn for each of the first.
  ///
  /// - Complexity: O(vectors of both lists).
  public init(_ first: [CostFactors], times second: [CostFactors]) {
    (rows, row) = (first, second)
    let (count, size) = (second.count, second.count * Self.width)
    isPlain = first == [CostFactors(all: 1)]
    leastOfRow = second.reduce(CostFactors(all: .max), CostFactors.least)
    doubles = [Double](unsafeUninitializedCapacity: size + Scorer.lanes) { doubles, initialized in
      for place in 0..<count {
        second[place].forEachFactor { term, factor in doubles[term.rawValue * count + place] = Double(factor) }
      }
      for place in size..<size + Scorer.lanes { doubles[place] = 0 }
      initialized = size + Scorer.lanes
    }
  }

  /// A table of the least factors among the vectors of some ranges of a table, a vector for each range.
  public init(leastOf table: FactorTable, _ ranges: [Range<Int>]) {
    self.init(ranges.map { $0.reduce(CostFactors(all: .max)) { .least($0, table[$1]) } })
  }

  /// Whether the vectors are those of ``row``.
  let isPlain: Bool

  /// The number of vectors.
  public var count: Int { rows.count * row.count }

  /// The largest factor of each term.
  public var largest: CostFactors {
    func largest(_ factors: [CostFactors]) -> CostFactors { factors.reduce(CostFactors(all: 0), CostFactors.largest) }
    return largest(rows) * largest(row)
  }

  /// A vector by its place.
  public subscript(place: Int) -> CostFactors {
    let (outer, inner) = place.quotientAndRemainder(dividingBy: row.count)
    return rows[outer] * row[inner]
  }

  /// Gives the parts of a range that have one vector of ``rows``, in order: it, and those of ``row``.
  @inline(__always)
  func forEachRow(of range: Range<Int>, _ body: (_ factors: CostFactors, _ places: Range<Int>) -> Void) {
    var start = range.lowerBound
    while start < range.upperBound {
      let (outer, inner) = start.quotientAndRemainder(dividingBy: row.count)
      let end = min(row.count, inner + range.upperBound - start)
      body(rows[outer], inner..<end)
      start += end - inner
    }
  }
}
