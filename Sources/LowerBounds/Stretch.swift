import Foundation

/// The least cost of all work, from the most work that one stretch of a schedule can do.
///
/// A schedule is divided into m stretches so that the Buffer, what is in it when they begin taken with what they cost, is
/// shared out evenly. With z bits at hand at most (z/d)^e / μ^h units of work run, where d tensors count, a bit of the
/// discounted one as μ bits. `Proofs.md` derives from it, for every capacity B and every number m ≥ 1,
///
///     cost ≥ d · m^(1 - 1/e) · (μ^h · work)^(1/e) - (m - 1)·B
struct Stretch {
  /// Work in all, in units in which the words' widths have been taken in.
  private let work: Double
  /// d: the number of tensors at hand that count.
  private let tensors: Double
  /// e: the exponent of the bits at hand in the work.
  private let exponent: Double
  /// h: the exponent of the discount in the work.
  private let discountExponent: Double

  /// Loomis-Whitney: work ≤ √(X·W·O/μ).
  ///
  /// cost ≥ 3·m^(1/3)·(√μ·G̃)^(2/3) - (m - 1)·B, which at the best m is about 2·√μ·G̃/√B + B.
  static func loomisWhitney(weightedWork: Double) -> Stretch {
    Stretch(work: weightedWork, tensors: 3, exponent: 1.5, discountExponent: 0.5)
  }

  /// Any two operands determine the MAC: work ≤ (x·w·o)^(2/3).
  ///
  /// cost ≥ 3·√m·(μ·b_I b_W b_A)^(1/3)·√G - (m - 1)·B, which at the best m is about (9/4)·(μ·b_I b_W b_A)^(2/3)·G/B + B.
  ///
  /// - Parameters:
  ///   - work: MACs.
  ///   - product: the product of the three widths.
  /// - Returns: the stretches, with work in units of a MAC times product^(2/3).
  static func pairwise(work: Double, product: Double) -> Stretch {
    let root = cbrt(product)
    return Stretch(work: work * root * root, tensors: 3, exponent: 2, discountExponent: 2.0 / 3)
  }

  /// Two operands determine the MAC: work ≤ x·w.
  ///
  /// cost ≥ 2·√(m·μ·b_I b_W·G) - (m - 1)·B, which at the best m is about μ·b_I b_W·G/B + B.
  ///
  /// - Parameters:
  ///   - work: MACs.
  ///   - product: the product of the two widths.
  /// - Returns: the stretches, with work in units of a MAC times the product.
  static func twoOperands(work: Double, product: Double) -> Stretch {
    Stretch(work: work * product, tensors: 2, exponent: 2, discountExponent: 1)
  }

  /// A bound on the cost.
  struct Cost {
    /// The cost at least.
    var cost: Double
    /// μ, for which it holds.
    var discount: Double
    /// m, for which it holds.
    var stretches = 1.0
    /// The largest number that went into it by addition.
    var magnitude: Double
  }

  /// The bits at hand in each of m stretches at least, z = d · (μ^h · work/m)^(1/e).
  func atHand(stretches: Double, discount: Double) -> Double {
    // A power of 1 is 1.
    let discounted = discount == 1 ? work : pow(discount, discountExponent) * work
    return tensors * pow(discounted / stretches, 1 / exponent)
  }

  /// The same where no more than a share of what is said of z bits at hand can be done.
  func divided(by share: Double) -> Stretch {
    Stretch(work: work / share, tensors: tensors, exponent: exponent, discountExponent: discountExponent)
  }

  /// The cost in m stretches at a given μ, or at the one for which cost - μ·discounted is largest.
  func cost(stretches: Double, discounted: Double, capacity: Double, discount: Double? = nil) -> Cost {
    let discount =
      discount
      ?? Self.bestDiscount(
        stretches * atHand(stretches: stretches, discount: 1), exponent: discountExponent / exponent,
        discounted: discounted)
    let all = stretches * atHand(stretches: stretches, discount: discount)
    return Cost(cost: all - (stretches - 1) * capacity, discount: discount, stretches: stretches, magnitude: all)
  }

  /// The cost at the m and the μ of 0 < μ ≤ 1 for which cost - μ·discounted is largest.
  ///
  /// At the best μ for each m that is concave in m, so that its growth tells on which side of an m the best one lies.
  func bestCost(discounted: Double, capacity: Double) -> Cost {
    if work <= 0 { return Cost(cost: 0, discount: 1, magnitude: 0) }
    let capacity = max(capacity, 1)
    func cost(_ stretches: Double) -> Cost {
      self.cost(stretches: stretches, discounted: discounted, capacity: capacity)
    }
    // Growth ends at the latest where it would with μ = 1.
    let power = 1 - 1 / exponent
    let most = pow(power * atHand(stretches: 1, discount: 1) / capacity, exponent)
    var (low, high) = (1.0, max(1, most.rounded(.up)))
    while high - low > 1 {
      let middle = low + ((high - low) / 2).rounded(.down)
      if middle <= low || middle >= high { break }
      if power * cost(middle).magnitude / middle > capacity { low = middle } else { high = middle }
    }
    let costs = [cost(low), cost(high)]
    func excess(_ cost: Cost) -> Double { cost.cost - cost.discount * discounted }
    return excess(costs[1]) > excess(costs[0]) ? costs[1] : costs[0]
  }

  /// The μ of 0 < μ ≤ 1 for which factor · μ^exponent exceeds discounted · μ by most.
  ///
  /// For an exponent below 1 the difference is concave, and its derivative vanishes at
  /// (factor · exponent / discounted)^(1/(1 - exponent)).
  private static func bestDiscount(_ factor: Double, exponent: Double, discounted: Double) -> Double {
    let ratio = factor * exponent / discounted
    return ratio < 1 ? pow(ratio, 1 / (1 - exponent)) : 1
  }
}
