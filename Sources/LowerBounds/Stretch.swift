import Foundation

/// The least cost of all work, from the most work that one stretch of a schedule can do.
///
/// A schedule is divided into stretches. Each ends as soon as its cost reaches (z₀ - 1)·B: it is then full, and it cost
/// at most b_max more. A stretch begins with at most B bits in the Buffer, the first one with none. So a full stretch has
/// at most z₀·B + b_max bits at hand. A bit of the discounted tensor counts as μ bits.
///
/// With z bits at hand at most (z/d)^e / μ^h units of work run, where d tensors count. `Proofs.md` derives from it
///
///     cost ≥ d · (μ^h · work)^(1/e)                            for every capacity B,
///     cost ≥ (z₀ - 1) · f · B + offset · B    if f ≥ 1,    f = μ^h · work / ((z₀·B + b_max)/d)^e.
struct Stretch {
  /// Work in all, in units in which the words' widths have been taken in.
  private let work: Double
  /// d: the number of tensors at hand that count.
  private let tensors: Double
  /// e: the exponent of the bits at hand in the work.
  private let exponent: Double
  /// h: the exponent of the discount in the work.
  private let discountExponent: Double
  /// z₀, the bits at hand in a full stretch in multiples of B; its cost is z₀ - 1.
  private let atHand: Double
  /// The least sum of two differences, in multiples of B. The first stretch costs more than its share of the work, since it
  /// begins with an empty Buffer. The last one may cost less, since it need not be full.
  private let offset: Double
  /// The least f for which the second bound is used. Below it the first bound is no smaller, or nearly so. From it on the
  /// second bound never grows with B.
  private let leastFull: Double
  private let widest: Double

  /// Loomis-Whitney: work ≤ √(X·W·O/μ), stretches of 2B.
  ///
  /// cost ≥ 2·√μ·G̃/√B · (1 + b_max/(3B))^(-3/2) + (1 - 2·3^(-3/2))·B and cost ≥ 3·(√μ·G̃)^(2/3).
  static func loomisWhitney(weightedWork: Double, widest: Double) -> Stretch {
    // 1 - 2·3^(-3/2), the least of 1 - 2t + max(0, 3·t^(2/3) - 1) for 0 ≤ t ≤ 1.
    Stretch(
      work: weightedWork, tensors: 3, exponent: 1.5, discountExponent: 0.5, atHand: 3,
      offset: 1 - 2 / 27.0.squareRoot(), leastFull: 2.5, widest: widest)
  }

  /// Any two operands determine the MAC: work ≤ (x·w·o)^(2/3), stretches of B.
  ///
  /// cost ≥ (9/4)·(μ·b_I b_W b_A)^(2/3)·G/B · (1 + b_max/(2B))^(-2) + (3/4)·B and cost ≥ 3·(μ·b_I b_W b_A)^(1/3)·√G.
  ///
  /// - Parameters:
  ///   - work: MACs.
  ///   - product: the product of the three widths.
  ///   - widest: the widest word.
  /// - Returns: the stretches, with work in units of a MAC times product^(2/3).
  static func pairwise(work: Double, product: Double, widest: Double) -> Stretch {
    let root = cbrt(product)
    return Stretch(
      work: work * root * root, tensors: 3, exponent: 2, discountExponent: 2.0 / 3, atHand: 2, offset: 0.75,
      leastFull: 2.25, widest: widest)
  }

  /// Two operands determine the MAC: work ≤ x·w, stretches of B.
  ///
  /// cost ≥ μ·b_I b_W·G/B · (1 + b_max/(2B))^(-2) + (3/4)·B and cost ≥ 2·√(μ·b_I b_W·G).
  ///
  /// - Parameters:
  ///   - work: MACs.
  ///   - product: the product of the two widths.
  ///   - widest: the wider of the two words.
  /// - Returns: the stretches, with work in units of a MAC times the product.
  static func twoOperands(work: Double, product: Double, widest: Double) -> Stretch {
    Stretch(
      work: work * product, tensors: 2, exponent: 2, discountExponent: 1, atHand: 2, offset: 0.75,
      leastFull: 2.25, widest: widest)
  }

  /// The cost at the μ of 0 < μ ≤ 1 for which cost(μ) - μ·discounted is largest, and that μ.
  func bestCost(discounted: Double, capacity: Double) -> (cost: Double, discount: Double) {
    if work <= 0 { return (0, 1) }
    // As one stretch, for every capacity: cost ≥ d · work^(1/e) · μ^(h/e).
    let single = Self.best(
      factor: tensors * pow(work, 1 / exponent), exponent: discountExponent / exponent, discounted: discounted,
      least: 0)
    // In full stretches: f = μ^h · full.
    let full = work / pow((atHand * capacity + widest) / tensors, exponent)
    if full < leastFull { return single }
    var many = Self.best(
      factor: (atHand - 1) * capacity * full, exponent: discountExponent, discounted: discounted,
      least: pow(leastFull / full, 1 / discountExponent))
    many.cost += offset * capacity
    return many.cost - many.discount * discounted > single.cost - single.discount * discounted ? many : single
  }

  /// The cost factor · μ^exponent at the μ of least ≤ μ ≤ 1 for which it exceeds discounted · μ by most.
  ///
  /// For an exponent in (0, 1] the difference is concave, and its derivative vanishes at
  /// (factor · exponent / discounted)^(1/(1 - exponent)).
  private static func best(
    factor: Double, exponent: Double, discounted: Double, least: Double
  ) -> (cost: Double, discount: Double) {
    func excess(_ discount: Double) -> Double { factor * pow(discount, exponent) - discounted * discount }
    var best = excess(1) >= excess(least) ? 1 : least
    if exponent < 1, discounted > 0 {
      best = min(1, max(least, pow(factor * exponent / discounted, 1 / (1 - exponent))))
    }
    return (factor * pow(best, exponent), best)
  }
}
