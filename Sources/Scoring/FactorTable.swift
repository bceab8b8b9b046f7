/// Vectors of cost factors, laid out for scoring.
public struct FactorTable: Sendable {
  /// Numbers in a vector.
  static let width = CostFactors.Term.allCases.count

  /// The vectors.
  private let factors: [CostFactors]
  /// The same as doubles, one vector after the other, each in the order of the terms.
  let doubles: [Double]
  /// All vectors' first numbers, then all their second ones, and so on.
  let transposed: [Double]

  /// A table of some vectors.
  public init(_ factors: [CostFactors]) {
    self.factors = factors
    let count = factors.count
    var transposed = [Double](repeating: 0, count: count * Self.width)
    doubles = [Double](unsafeUninitializedCapacity: count * Self.width) { doubles, initialized in
      for (place, vector) in factors.enumerated() {
        for term in CostFactors.Term.allCases {
          let number = Double(vector[term])
          doubles[place * Self.width + term.rawValue] = number
          transposed[term.rawValue * count + place] = number
        }
      }
      initialized = count * Self.width
    }
    self.transposed = transposed
  }

  /// A table of the least factors among the vectors of some ranges of a table, a vector for each range.
  public init(leastOf table: FactorTable, _ ranges: [Range<Int>]) {
    self.init(ranges.map { $0.reduce(CostFactors(all: .max)) { .least($0, table[$1]) } })
  }

  /// The number of vectors.
  public var count: Int { factors.count }

  /// The largest factor of each term.
  public var largest: CostFactors { factors.reduce(CostFactors(all: 0), CostFactors.largest) }

  /// A vector by its place.
  public subscript(place: Int) -> CostFactors { factors[place] }
}
