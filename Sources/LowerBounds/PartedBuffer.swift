import Foundation

/// What schedules read at least where the Buffer is divided: a tensor cannot use another's part (`Proofs.md`, section 11).
///
/// Tensors are numbered: inputs, weights, outputs. A partial sum that is read again was written before, which may be charged
/// with it, as some multiple of what it costs to read it.
struct PartedBuffer {
  /// Bits of a word of each tensor, those of partial sums for outputs.
  let widths: [Double]
  /// Words of each tensor that real MACs use, at least.
  let words: [Double]
  /// The same at most, where parts of a layer may read inputs in common or each its own.
  let mostWords: [Double]
  /// MACs on real inputs.
  let macs: Double
  /// G̃, as in ``LowerBounds``.
  var weightedWork: Double
  /// What blocks lose at their edges, if anything.
  let halo: Halo?

  /// A part of the Buffer.
  struct Part {
    /// The tensors that share it.
    let tensors: [Int]
    /// Its bits.
    let bits: Double
  }

  /// Bits of each tensor.
  private var sizes: [Double] { zip(widths, words).map(*) }
  /// Bits of inputs and weights that are read once.
  private var readOnce: Double { sizes[0] + sizes[1] }

  /// The bound of every family of parts on bits read.
  ///
  /// - Parameters:
  ///   - parts: the parts.
  ///   - sumPrice: what it costs to read a bit of a partial sum again, with having written it, by what it costs to read one.
  /// - Returns: the bounds.
  func bounds(_ parts: [Part], sumPrice: Double) -> [LowerBound.Family: LowerBounds.Value] {
    let prices = Prices(self, parts, sumPrice: sumPrice)
    let found = prices.best()
    return [
      .loomisWhitneyParts: value(found), .haloParts: value(withHalo(found, prices)),
      .arrivals: arrivals(parts, sumPrice: sumPrice),
    ]
  }

  // MARK: Any two operands determine the MAC

  /// Each MAC runs once the last of two words is there: then the other's part holds no more than its bits. The largest such bound over
  /// all pairs of tensors.
  private func arrivals(_ parts: [Part], sumPrice: Double) -> LowerBounds.Value {
    let prices = [widths[0], widths[1], sumPrice * widths[2]]
    var most = 0.0
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
      let (heldOthers, heldOnes) = (held(other, besides: one, parts), held(one, besides: other, parts))
      let left = macs - heldOthers * words[one] - heldOnes * words[other]
      if left > 0 { most = max(most, left * min(prices[one] / heldOthers, prices[other] / heldOnes)) }
    }
    // A part that holds no word lets no MAC run.
    most = min(most, Self.mostBits)
    return LowerBounds.Value(bits: readOnce + most, magnitude: max(readOnce, most, macs))
  }

  /// More than can be counted.
  private static let mostBits = 0x1p70

  /// The most words of a tensor in its part while a word of another is in the Buffer.
  private func held(_ tensor: Int, besides other: Int, _ parts: [Part]) -> Double {
    guard let part = parts.first(where: { $0.tensors.contains(tensor) }) else { return 0 }
    let room = part.bits - (part.tensors.contains(other) ? widths[other] : 0)
    return max(0, min((room / widths[tensor]).rounded(.down), mostWords[tensor]))
  }

  // MARK: Loomis-Whitney

  /// Loomis-Whitney less what blocks lose at their edges, at prices that are the best for about as much less work.
  private func withHalo(_ plainly: Prices.Found, _ prices: Prices) -> Prices.Found {
    var (prices, found) = (prices, plainly)
    // A Buffer without a bit has no stretches.
    guard let halo, weightedWork > 0, prices.held(found.prices) > 0 else { return found }
    let plain = Stretch.loomisWhitney(weightedWork: weightedWork)
    let widths = (widths[0] * widths[2] / widths[1]).squareRoot()
    var best = found
    for _ in 0..<Self.haloSteps {
      let counted = Halo.Prices(weights: found.prices[1], others: found.prices[0] * found.prices[2], widths: widths)
      func bound(_ stretches: Double) -> (found: Prices.Found, share: Double) {
        let (cost, share) = halo.cost(plain, stretches: stretches, counted, capacity: prices.held(found.prices))
        return (prices.found(found.prices, stretches: stretches, cost: cost.cost, magnitude: cost.magnitude), share)
      }
      var own = bound(found.stretches)
      for factor in [1 + 1.0 / 16, 1 - 1.0 / 16] {
        while true {
          let stretches = (own.found.stretches * factor).rounded(factor > 1 ? .up : .down)
          if stretches < 1 { break }
          let next = bound(stretches)
          if next.found.bits <= own.found.bits { break }
          own = next
        }
      }
      if own.found.bits > best.bits { best = own.found }
      prices.work = weightedWork / own.share
      found = prices.best()
    }
    return best
  }

  private static let haloSteps = 2

  private func value(_ found: Prices.Found) -> LowerBounds.Value {
    // Prices of nothing say that all is read once.
    return LowerBounds.Value(
      bits: max(0, found.bits) + sizes[0] + sizes[1], magnitude: max(found.magnitude, sizes[0], sizes[1], sizes[2]))
  }

  /// The search for prices of the tensors' bits, each no more than it costs to read one.
  private struct Prices {
    /// Of inputs, weights and sums; the last number is none.
    typealias Each = SIMD4<Double>

    /// Tensors that have the same price, and the bits of the part for which it counts, if it does.
    private typealias Group = (tensors: [Int], bits: Double)

    private static let steps = 24
    private static let goldenRatio = 0.618_033_988_749_894_9

    private let parts: [Part]
    /// The largest prices.
    private let most: Each
    /// Bits of each tensor.
    private let sizes: Each
    /// G̃, or more where less is done of what Loomis-Whitney allows.
    var work: Double
    /// The groupings of tensors with equal prices that are tried.
    private let groupings: [[Group]]

    init(_ buffer: PartedBuffer, _ parts: [Part], sumPrice: Double) {
      (self.parts, work) = (parts, buffer.weightedWork)
      most = Each(1, 1, max(1, sumPrice), 0)
      sizes = Each(buffer.sizes + [0])
      groupings = Self.groupings(parts)
    }

    /// Prices, and what the cost at them in so many stretches is above that of reading and creating everything once.
    struct Found {
      var prices: Each
      var stretches: Double
      var bits: Double
      var magnitude: Double
    }

    /// Bits that the whole Buffer holds at most, each at its price.
    func held(_ prices: Each) -> Double {
      parts.reduce(0) { sum, part in sum + part.bits * part.tensors.reduce(0) { max($0, prices[$1]) } }
    }

    func found(_ prices: Each, stretches: Double, cost: Double, magnitude: Double) -> Found {
      let once = (prices * sizes).sum()
      return Found(prices: prices, stretches: stretches, bits: cost - once, magnitude: max(magnitude, once))
    }

    private func found(_ prices: Each, stretches: Double, factor: Double) -> Found {
      let all = factor * cbrt(prices[0] * prices[1] * prices[2])
      let rest = (stretches - 1) * held(prices)
      return found(prices, stretches: stretches, cost: all - rest, magnitude: max(all, rest))
    }

    /// The best prices and the best number of stretches.
    func best() -> Found {
      // More stretches than work make the cost fall. Powers of four are tried.
      let powers = stride(from: 0, through: max(0, log2(max(1, work))), by: 2).map { best(stretches: exp2($0)) }
      let highest = powers.indices.max { powers[$0].bits < powers[$1].bits } ?? 0
      // Between the neighbours of the best power the number of stretches is closed in on.
      var (low, high) = (max(0, 2 * Double(highest) - 2), 2 * Double(highest) + 2)
      func bits(_ power: Double) -> Double { best(stretches: exp2(power)).bits }
      var (left, right) = (high - (high - low) * Self.goldenRatio, low + (high - low) * Self.goldenRatio)
      var (atLeft, atRight) = (bits(left), bits(right))
      for _ in 0..<Self.steps {
        // Whole numbers are tried in the end, and between these they are known.
        if exp2(low).rounded(.down) == exp2(high).rounded(.down) { break }
        if atLeft < atRight {
          (low, left, atLeft) = (left, right, atRight)
          right = low + (high - low) * Self.goldenRatio
          atRight = bits(right)
        } else {
          (high, right, atRight) = (right, left, atLeft)
          left = high - (high - low) * Self.goldenRatio
          atLeft = bits(left)
        }
      }
      let near = exp2((low + high) / 2)
      let whole = [near.rounded(.down), near.rounded(.up)].map { best(stretches: $0) }
      return whole.reduce(powers[highest]) { $1.bits > $0.bits ? $1 : $0 }
    }

    /// The best prices for a number of stretches.
    private func best(stretches: Double) -> Found {
      let factor = 3 * cbrt(stretches * work * work)
      return groupings.reduce(found(most, stretches: stretches, factor: factor)) { best, groups in
        self.best(groups, stretches: stretches, factor: factor, best)
      }
    }

    /// At the best prices those of the tensors of a part are equal, or one of them is the larger and counts for the part.
    private static func groupings(_ parts: [Part]) -> [[Group]] {
      parts.reduce([[]]) { groupings, part in
        var ways: [[Group]] = [[(part.tensors, part.bits)]]
        if part.tensors.count > 1 {
          ways += part.tensors.map { largest in part.tensors.map { ([$0], $0 == largest ? part.bits : 0) } }
        }
        return groupings.flatMap { grouping in ways.map { grouping + $0 } }
      }
    }

    /// The best of factor·Π α^(n/3) - Σ q·α over the prices α of groups of n tensors, or what is known where that is better.
    ///
    /// Some prices are the largest, and of the others the derivatives vanish: α = factor·n/3·Π α^(n/3)/q.
    private func best(_ groups: [Group], stretches: Double, factor: Double, _ known: Found) -> Found {
      /// What the product takes of a group, in logarithms, and its price by the product where that is not the largest.
      var (exponents, largest, logarithms, prices) = (Each.zero, Each.zero, Each.zero, Each.zero)
      for (index, group) in groups.enumerated() {
        let slope = (stretches - 1) * group.bits + group.tensors.reduce(0) { $0 + sizes[$1] }
        exponents[index] = Double(group.tensors.count) / 3
        largest[index] = group.tensors.reduce(.infinity) { min($0, most[$1]) }
        prices[index] = factor * exponents[index] / slope
        logarithms[index] = log(prices[index])
      }
      var best = known
      for isLargest in 1..<(1 << groups.count) {
        var (product, free) = (0.0, 0.0)
        for index in groups.indices {
          if isLargest >> index & 1 == 1 {
            product += largest[index] == 1 ? 0 : exponents[index] * log(largest[index])
          } else {
            product += exponents[index] * logarithms[index]
            free += exponents[index]
          }
        }
        let mean = exp(product / (1 - free))
        var each = Each.zero
        for (index, group) in groups.enumerated() {
          let price = isLargest >> index & 1 == 1 ? largest[index] : min(largest[index], prices[index] * mean)
          for tensor in group.tensors { each[tensor] = price }
        }
        let next = found(each, stretches: stretches, factor: factor)
        if next.bits > best.bits { best = next }
      }
      return best
    }
  }
}
