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
  ///
  /// - Complexity: O(vectors).
  public init(_ factors: [CostFactors]) {
    self.factors = factors
    let (count, size) = (factors.count, factors.count * Self.width)
    var doubles: [Double] = []
    transposed = [Double](unsafeUninitializedCapacity: size) { transposed, initialized in
      doubles = [Double](unsafeUninitializedCapacity: size) { doubles, initialized in
        for place in 0..<count {
          let vector = factors[place]
          func put(_ term: CostFactors.Term, _ factor: Int) {
            let number = Double(factor)
            doubles[place * Self.width + term.rawValue] = number
            transposed[term.rawValue * count + place] = number
          }
          put(.inputsMoved, vector.inputsMoved)
          put(.weightsMoved, vector.weightsMoved)
          put(.outputsMoved, vector.outputsMoved)
          put(.inputsHeld, vector.inputsHeld)
          put(.weightsHeld, vector.weightsHeld)
          put(.outputsHeld, vector.outputsHeld)
        }
        initialized = size
      }
      initialized = size
    }
    self.doubles = doubles
  }

  /// A table of every vector of one list times every vector of another: the second list in turn for each of the first.
  public init(_ first: [CostFactors], times second: [CostFactors]) {
    var products: [CostFactors] = []
    products.reserveCapacity(first.count * second.count)
    for factor in first {
      for other in second { products.append(factor * other) }
    }
    self.init(products)
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
