import Foundation

/// What Loomis-Whitney leaves out where kernels have more than one row and column: blocks have edges.
///
/// With w weights, x inputs and o outputs at hand the weighted work is at most α·w + β·x·o for every β > 0, where
/// α = χ(β)/(4β). With χ = 1 the best β gives √(x·w·o), Loomis-Whitney; χ is less by what the outputs and inputs of a pair of
/// channels, of so few as fit, lose at their edges. `Proofs.md` has the proof.
struct Halo: Sendable {
  /// A number of weights of one pair of channels, or a range of numbers, in one class of kernel positions.
  private struct Taps {
    /// The largest number relative to all of the class.
    var share: Double
    /// 1/√z₀ is so much times √β.
    var unit: Double
    /// What they lose, or nil where they may lose nothing.
    var loss: PlaneLoss?

    /// What is left of the square of the work, for the root of β relative to the weight of a MAC.
    func kept(_ root: Double) -> Double { loss?.kept(unit * root) ?? 1 }
  }

  /// All classes with so many rows and columns.
  private struct Class {
    /// Numbers of weights of a pair of channels, from all on down.
    var taps: [Taps]
    /// The share of the weighted work.
    var work: Double
  }

  private let classes: [Class]

  /// The halo of a layer, or nil where all kernel positions are in classes of a single row or column, which may lose nothing.
  ///
  /// - Parameter work: the weighted work of all classes with so many used kernel rows and columns.
  init?(work: [[Int]: Double]) {
    if work.keys.allSatisfy({ $0.contains(1) }) { return nil }
    // In one order, so that sums have the same bits whenever they are made.
    let sorted = work.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    let all = sorted.reduce(0) { $0 + $1.value }
    classes = sorted.map { sizes, work in
      Class(taps: Self.taps(rows: sizes[0], columns: sizes[1]), work: work / all)
    }
  }

  /// All numbers of weights of a class, from all on down; those that are far from all taken together.
  private static func taps(rows: Int, columns: Int) -> [Taps] {
    if min(rows, columns) == 1 { return [Taps(share: 1, unit: 0, loss: nil)] }
    let all = rows * columns
    var taps: [Taps] = []
    var most = all
    while most > 0 {
      let least = max(1, most - (all - most) / 8)
      // z₀ = ντ/(2β) with ν = 1/√(ρρ').
      let unit = (2 * Double(all).squareRoot() / Double(most)).squareRoot()
      taps.append(
        Taps(
          share: Double(most) / Double(all), unit: unit,
          loss: PlaneLoss(taps: least...most, rows: rows, columns: columns)))
      most = least - 1
    }
    return taps
  }

  /// Weights of the MACs of each class relative to 1/√(ρρ'), larger where more is lost, so that all classes bound alike.
  private struct Weights {
    /// Of each class.
    var classes: [Double]
    /// The work with these weights relative to that with 1/√(ρρ').
    var work: Double
    /// The largest of them.
    var most: Double
  }

  /// The weights with which all classes bound alike about some β, given by its root.
  private func weights(_ root: Double) -> Weights {
    let weights = classes.map { 1 / $0.taps[0].kept(root).squareRoot() }
    return Weights(
      classes: weights, work: zip(classes, weights).reduce(0) { $0 + $1.0.work * $1.1 }, most: weights.max() ?? 1)
  }

  /// χ(β).
  private func remains(_ beta: Double, _ weights: Weights) -> Double {
    var most = 0.0
    for index in classes.indices {
      let weight = weights.classes[index]
      let root = (beta / weight).squareRoot()
      for taps in classes[index].taps {
        most = max(most, taps.share * weight * weight * taps.kept(root))
      }
    }
    return most
  }

  /// Shares of the bits at hand that are weights', from the least that matters to the one that is best without halo.
  private static let shares = [1.0 / 12, 0.12, 0.16, 0.2, 0.22, 0.24, 0.26, 0.28, 0.29, 0.3, 0.31, 0.32, 1.0 / 3].map(
    Share.init)

  /// A share with what Loomis-Whitney gives for it.
  private struct Share {
    let share: Double
    let plain: Double

    init(_ share: Double) { (self.share, plain) = (share, share.squareRoot() * (1 - share)) }
  }

  /// What a bit at hand counts as, and how widths enter.
  struct Prices {
    /// Of the weights, and of the inputs times that of the outputs. One of the two is 1 where one tensor is discounted.
    var weights: Double
    var others: Double
    /// √(b_I·b_A/b_W).
    var widths: Double

    /// β that is best without halo for a share of the bits at hand that are weights'.
    func beta(_ share: Double, atHand: Double) -> Double {
      widths * (others / weights / atHand * share).squareRoot() / (1 - share)
    }
  }

  /// A bound on the work with so many bits at hand, relative to Loomis-Whitney's, (z/3)^(3/2)/√μ.
  private func share(atHand: Double, _ prices: Prices, _ weights: Weights) -> Double {
    func beta(_ share: Double) -> Double { prices.beta(share, atHand: atHand) }
    func work(_ share: Share, _ beta: Double, _ remains: Double, best: Double) -> Double {
      share.plain * (remains * best / beta + beta / best) / 2
    }
    let ratio = remains(beta(0.3), weights).squareRoot()
    let shares = Self.shares
    let (first, last) = (shares[0], shares[shares.count - 1])
    let bestOfLast = beta(last.share)
    let beyond = ratio * bestOfLast
    var most = max(first.plain * weights.most, work(last, beyond, remains(beyond, weights), best: bestOfLast))
    var (low, bestOfLow) = (first, beta(first.share))
    for high in shares.dropFirst() {
      let own = ratio * beta((low.share + high.share) / 2)
      let remains = remains(own, weights)
      let bestOfHigh = beta(high.share)
      most = max(most, work(low, own, remains, best: bestOfLow), work(high, own, remains, best: bestOfHigh))
      (low, bestOfLow) = (high, bestOfHigh)
    }
    return most / last.plain / weights.work
  }

  /// The cost where no more than a share of Loomis-Whitney's work is done, at a share that holds.
  ///
  /// The work with as much at hand as is claimed must not be more than each stretch does.
  private func settled(
    _ guess: Double, _ cost: (Double) -> Stretch.Cost, _ share: (Stretch.Cost) -> Double
  ) -> (cost: Stretch.Cost, share: Double) {
    var own = guess
    for _ in 0..<8 {
      let claimed = cost(own)
      let found = share(claimed)
      if found <= own { return (claimed, own) }
      own = found * (1 + 1e-9)
    }
    return (cost(1), 1)
  }

  /// The cost in so many stretches with a price for each tensor's bits.
  ///
  /// - Parameters:
  ///   - plain: the stretches without halo.
  ///   - stretches: how many there are.
  ///   - prices: the prices.
  ///   - capacity: the bits that the Buffer holds at most, each at its price.
  /// - Returns: a bound on the cost, and the share of Loomis-Whitney's work with as much at hand that is done at most.
  func cost(
    _ plain: Stretch, stretches: Double, _ prices: Prices, capacity: Double
  ) -> (cost: Stretch.Cost, share: Double) {
    func cost(_ share: Double) -> Stretch.Cost {
      plain.divided(by: share).cost(
        stretches: stretches, discounted: 0, capacity: capacity, discount: prices.weights * prices.others)
    }
    let weights = weights(prices.beta(0.3, atHand: cost(1).magnitude / stretches).squareRoot())
    func share(_ cost: Stretch.Cost) -> Double { self.share(atHand: cost.magnitude / stretches, prices, weights) }
    return settled(share(cost(share(cost(1)))), cost, share)
  }

  /// Numbers of stretches that are tried: all up to 16, then one in 17 and so on, whatever the Buffer.
  private static let counts: [Double] = {
    var counts = [1.0]
    while let last = counts.last, last < 0x1p62 { counts.append(last + max(1, (last / 16).rounded(.down))) }
    return counts
  }()

  /// The cost at a number of stretches and a discount for which it exceeds discount · discounted by about the most.
  ///
  /// Of the numbers tried the one is found that none next to it exceeds. Every number gives a bound.
  ///
  /// - Parameters:
  ///   - plain: the stretches without halo.
  ///   - start: the number of them that is best.
  ///   - discounted: the bits that are discounted.
  ///   - areWeights: whether they are the weights'.
  ///   - widths: √(b_I·b_A/b_W).
  ///   - capacity: the Buffer's size in bits.
  /// - Returns: a bound on the cost.
  func bestCost(
    _ plain: Stretch, startingAt start: Double, discounted: Double, areWeights: Bool, widths: Double, capacity: Double
  ) -> Stretch.Cost {
    func cost(_ stretches: Double) -> Stretch.Cost {
      func prices(_ cost: Stretch.Cost) -> Prices {
        let (weights, others) = areWeights ? (cost.discount, 1) : (1, cost.discount)
        return Prices(weights: weights, others: others, widths: widths)
      }
      func cost(_ share: Double, discount: Double? = nil) -> Stretch.Cost {
        plain.divided(by: share).cost(
          stretches: stretches, discounted: discounted, capacity: capacity, discount: discount)
      }
      let first = cost(1)
      let weights = weights(prices(first).beta(0.3, atHand: first.magnitude / stretches).squareRoot())
      func share(_ cost: Stretch.Cost) -> Double {
        self.share(atHand: cost.magnitude / stretches, prices(cost), weights)
      }
      var own = 1.0
      for _ in 0..<3 { own = share(cost(own)) }
      let discount = cost(own).discount
      return settled(own, { cost($0, discount: discount) }, share).cost
    }
    func excess(_ cost: Stretch.Cost) -> Double { cost.cost - cost.discount * discounted }
    var index = Self.counts.firstIndex { $0 >= start } ?? Self.counts.count - 1
    var best = cost(Self.counts[index])
    for step in [1, -1] {
      while Self.counts.indices.contains(index + step) {
        let next = cost(Self.counts[index + step])
        if excess(next) <= excess(best) { break }
        (best, index) = (next, index + step)
      }
    }
    return best
  }
}
