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
  let weightedWork: Double

  /// A part of the Buffer.
  struct Part {
    /// The tensors that share it.
    let tensors: [Int]
    /// Its bits.
    let bits: Double
  }

  /// A bound on bits read, and what it takes to know how exact it is.
  struct Value {
    /// Bits read, a sum's so many times.
    var bits: Double
    /// The largest number that went into it by addition.
    var magnitude: Double
  }

  /// Bits of inputs and weights that are read once.
  private var readOnce: Double { widths[0] * words[0] + widths[1] * words[1] }

  // MARK: Any two operands determine the MAC

  /// Each MAC runs once the last of two words is there: then the other's part holds no more than its bits.
  ///
  /// - Parameters:
  ///   - parts: the parts.
  ///   - sumPrice: what it costs to read a bit of a partial sum again, with having written it, by what it costs to read one.
  /// - Returns: the largest such bound over all pairs of tensors.
  func arrivals(_ parts: [Part], sumPrice: Double) -> Value {
    let prices = [widths[0], widths[1], sumPrice * widths[2]]
    var most = 0.0
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
      let (heldOthers, heldOnes) = (held(other, besides: one, parts), held(one, besides: other, parts))
      let left = macs - heldOthers * words[one] - heldOnes * words[other]
      if left > 0 { most = max(most, left * min(prices[one] / heldOthers, prices[other] / heldOnes)) }
    }
    // A part that holds no word lets no MAC run.
    most = min(most, Self.mostBits)
    return Value(bits: readOnce + most, magnitude: max(readOnce, most, macs))
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

  /// Loomis-Whitney with a price for each tensor's bits, at the best prices and the best number of stretches that are found.
  ///
  /// - Parameters:
  ///   - parts: the parts.
  ///   - sumPrice: what it costs to read a bit of a partial sum again, with having written it, by what it costs to read one.
  /// - Returns: the bound.
  func loomisWhitney(_ parts: [Part], sumPrice: Double) -> Value {
    let problem = Prices(self, parts, most: [1, 1, max(1, sumPrice)])
    // More stretches than work make the cost fall.
    let powers = (0...max(0, Int(log2(max(1, weightedWork))))).map { problem.best(stretches: exp2(Double($0))) }
    let highest = powers.indices.max { powers[$0].bits < powers[$1].bits } ?? 0
    // Between the neighbours of the best power the number of stretches is closed in on.
    var (low, high) = (max(0, Double(highest) - 1), Double(highest) + 1)
    for _ in 0..<Self.steps {
      let (left, right) = (high - (high - low) * Self.goldenRatio, low + (high - low) * Self.goldenRatio)
      if problem.best(stretches: exp2(left)).bits < problem.best(stretches: exp2(right)).bits {
        low = left
      } else {
        high = right
      }
    }
    let near = exp2((low + high) / 2)
    let whole = [near.rounded(.down), near.rounded(.up)].map { problem.best(stretches: $0) }
    let best = whole.reduce(powers[highest]) { $1.bits > $0.bits ? $1 : $0 }
    let sizes = zip(widths, words).map(*)
    // Prices of nothing say that all is read once.
    return Value(
      bits: max(0, best.bits) + sizes[0] + sizes[1], magnitude: max(best.magnitude, sizes[0], sizes[1], sizes[2]))
  }

  private static let steps = 32
  private static let goldenRatio = 0.618_033_988_749_894_9

  /// The search for prices of the tensors' bits, each no more than it costs to read one.
  private struct Prices {
    let buffer: PartedBuffer
    let parts: [Part]
    /// The largest prices.
    let most: [Double]
    /// The groupings of tensors with equal prices that are tried.
    private let groupings: [[(tensors: [Int], bits: Double)]]

    init(_ buffer: PartedBuffer, _ parts: [Part], most: [Double]) {
      (self.buffer, self.parts, self.most) = (buffer, parts, most)
      groupings = Self.groupings(parts)
    }

    /// Prices, and what the cost at them is above that of reading and creating everything once.
    struct Found {
      var prices: [Double]
      var bits: Double
      var magnitude: Double
    }

    /// Bits that the whole Buffer holds at most, each at its price.
    private func held(_ prices: [Double]) -> Double {
      parts.reduce(0) { sum, part in sum + part.bits * (part.tensors.map { prices[$0] }.max() ?? 0) }
    }

    /// (√(α_I α_W α_O)·G̃)^(2/3).
    private func work(_ prices: [Double]) -> Double {
      cbrt(prices[0] * prices[1] * prices[2]) * pow(buffer.weightedWork, 2.0 / 3)
    }

    private func found(_ prices: [Double], stretches: Double) -> Found {
      let all = 3 * cbrt(stretches) * work(prices)
      let rest = (stretches - 1) * held(prices)
      let once = zip(prices, zip(buffer.widths, buffer.words).map(*)).map(*).reduce(0, +)
      return Found(prices: prices, bits: all - rest - once, magnitude: max(all, rest, once))
    }

    /// The best prices for a number of stretches.
    func best(stretches: Double) -> Found {
      groupings.reduce(found(most, stretches: stretches)) { best, groups in
        self.best(groups, stretches: stretches, best)
      }
    }

    /// Tensors that have the same price, and of those that share a part the one whose price counts for it.
    ///
    /// At the best prices those of a part are equal, or the larger counts.
    private static func groupings(_ parts: [Part]) -> [[(tensors: [Int], bits: Double)]] {
      parts.reduce([[]]) { groupings, part in
        let ways: [[(tensors: [Int], bits: Double)]] =
          part.tensors.count == 1
          ? [[(part.tensors, part.bits)]]
          : [[(part.tensors, part.bits)]]
            + part.tensors.map { largest in part.tensors.map { ([$0], $0 == largest ? part.bits : 0) } }
        return groupings.flatMap { grouping in ways.map { grouping + $0 } }
      }
    }

    /// The best of c·Π α^(n/3) - Σ q·α over the prices α of groups of n tensors, or what is known where that is better.
    ///
    /// Some prices are the largest, and of the others the derivatives vanish.
    private func best(_ groups: [(tensors: [Int], bits: Double)], stretches: Double, _ known: Found) -> Found {
      let factor = 3 * cbrt(stretches) * pow(buffer.weightedWork, 2.0 / 3)
      let slopes = groups.map { group in
        (stretches - 1) * group.bits + group.tensors.reduce(0) { $0 + buffer.widths[$1] * buffer.words[$1] }
      }
      let limits = groups.map { group in group.tensors.map { most[$0] }.min() ?? 1 }
      let shares = groups.map { Double($0.tensors.count) / 3 }
      var best = known
      for isLargest in 1..<(1 << groups.count) {
        var (product, free) = (1.0, 0.0)
        for group in groups.indices {
          if isLargest >> group & 1 == 1 {
            product *= pow(limits[group], shares[group])
          } else {
            product *= pow(factor * shares[group] / slopes[group], shares[group])
            free += shares[group]
          }
        }
        let mean = pow(product, 1 / (1 - free))
        var prices = most
        for group in groups.indices where isLargest >> group & 1 == 0 {
          for tensor in groups[group].tensors {
            prices[tensor] = min(limits[group], factor * shares[group] * mean / slopes[group])
          }
        }
        for group in groups.indices where isLargest >> group & 1 == 1 {
          for tensor in groups[group].tensors { prices[tensor] = limits[group] }
        }
        let next = found(prices, stretches: stretches)
        if next.bits > best.bits { best = next }
      }
      return best
    }
  }
}
