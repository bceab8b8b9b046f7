import Scoring
import TestSupport
import Testing

/// Factors term by term.
struct CostFactorsTests {
  @Test("Products, least and largest, sums", arguments: seeds(0..<50))
  func termByTerm(seed: Int) {
    var random = SplitMix64(seed: seed)
    func factors() -> CostFactors {
      var factors = CostFactors(all: 0)
      for term in CostFactors.Term.allCases { factors[term] = random.pick(1...9) }
      return factors
    }
    let (a, b) = (factors(), factors())
    for term in CostFactors.Term.allCases {
      #expect((a * b)[term] == a[term] * b[term], "seed \(seed)")
      #expect(CostFactors.least(a, b)[term] == min(a[term], b[term]), "seed \(seed)")
      #expect(CostFactors.largest(a, b)[term] == max(a[term], b[term]), "seed \(seed)")
    }
    #expect(a.moved == a[.inputsMoved] + a[.weightsMoved] + a[.outputsMoved])
    #expect(a.held == a[.inputsHeld] + a[.weightsHeld] + a[.outputsHeld])
    #expect(a.dominates(b) == CostFactors.Term.allCases.allSatisfy { a[$0] <= b[$0] }, "seed \(seed)")
    #expect(a.dominates(a))
    let table = FactorTable([a, b, a * b])
    #expect(table.count == 3 && table[1] == b && table.largest == a * b)
    let least = FactorTable(leastOf: table, [0..<2, 2..<3])
    #expect(least[0] == .least(a, b) && least[1] == a * b)
  }
}
