import Foundation

/// What a plane of outputs and one of inputs lose at their edges under some weights of one kernel.
///
/// With z the geometric mean of the numbers of outputs and of inputs, τ weights run at most τ·z MACs less a loss that grows as √z.
/// `Proofs.md`, section 10, bounds the loss in two ways.
package struct PlaneLoss: Sendable {
  /// A loss of at least perimeter·√z - constant from some z on, and of a share of τ·z up to there.
  private struct Loss {
    let perimeter: Double
    let constant: Double
    /// The z from which on it has that form.
    let start: Double
    /// The loss up to there, relative to z.
    let before: Double

    func least(_ z: Double) -> Double { z < start ? before * z : perimeter * z.squareRoot() - constant }
  }

  /// By means of rows and columns, (10.2).
  private let mean: Loss
  /// By lengths of rows or of columns, (10.5), where that says anything.
  private let levels: Loss?
  /// The most weights.
  private let taps: Double

  /// - Parameters:
  ///   - taps: the numbers of weights at hand.
  ///   - rows: rows of the kernel, at least 2.
  ///   - columns: columns of the kernel, at least 2.
  package init(taps: ClosedRange<Int>, rows: Int, columns: Int) {
    let (rows, columns, least) = (Double(rows), Double(columns), Double(taps.lowerBound))
    self.taps = Double(taps.upperBound)
    let mean = Self.mean(taps: least, rows: rows, columns: columns)
    self.mean = mean
    levels = [(rows, columns), (columns, rows)].compactMap {
      Self.levels(taps: least, rows: $0, columns: $1, otherwise: mean)
    }.max { $0.perimeter < $1.perimeter }
  }

  /// D: what a line of outputs and one of inputs lose under so many kernel elements, less some; between whole numbers on a line.
  private static func line(_ elements: Double, less: Double = 0) -> Double {
    func whole(_ count: Double) -> Double { count < 1 ? 0 : max(0, (count * count - 1) / 4 - less) }
    let least = elements.rounded(.down)
    return whole(least) + (elements - least) * (whole(least + 1) - whole(least))
  }

  /// φ as the perimeter and ψ as what is lost before, both of (10.2).
  private static func mean(taps: Double, rows: Double, columns: Double) -> Loss {
    let (byRows, byColumns) = (rows * line(taps / rows), columns * line(taps / columns))
    let most = min(byRows * columns / line(columns), byColumns * rows / line(rows)) / 4
    let perimeter = (byRows * byColumns).squareRoot()
    let root = most > 0 ? perimeter / most : 0
    return Loss(perimeter: perimeter, constant: 0, start: root * root, before: most)
  }

  /// (10.5) by lengths of rows, or nil where they say nothing.
  ///
  /// In the proof's words: j is the step, p₀ the slope, A by length, b by height, W₁ the least length and ψ the share.
  private static func levels(taps: Double, rows: Double, columns: Double, otherwise: Loss) -> Loss? {
    let step = (columns / 4).rounded(.down)
    let slope = (2 * step + 1) / 4
    let penalty = step * (step + 1) / 4
    let idle = max(1, step)
    let (root, most) = (line(columns).squareRoot(), line(columns, less: penalty))
    let byLength = rows * line(taps / rows, less: penalty)
    let byHeight = root * line(max(0, taps - rows * idle) / (columns - idle))
    if byLength <= 0 || byHeight <= 0 { return nil }
    let leastLength = most * max(1.0 / 3, 0.5 / slope, rows < 4 ? 0 : rows / (rows + 2) / slope)
    let share = byLength / leastLength
    if share > 0.4 * taps { return nil }
    let perimeter = (16 * byLength * byHeight / 3).squareRoot()
    let constant = byHeight * root + perimeter * perimeter / (2 * (taps - share))
    let start = max(perimeter / share, 2.5 * constant / perimeter)
    return Loss(
      perimeter: perimeter, constant: constant, start: start * start,
      before: min(otherwise.perimeter / start, otherwise.before))
  }

  /// The MACs that are lost at least: no more than τ·z less these run, for any τ of the weights.
  package func least(_ z: Double) -> Double { max(mean.least(z), levels?.least(z) ?? 0) }

  /// K: the most of 2·(M - βz²/ν)/(τ·z₀) for all sets, where M are the MACs and z₀ = ντ/(2β).
  ///
  /// - Parameter root: 1/√z₀.
  /// - Returns: K, which is 1 without loss and does not fall as z₀ grows.
  package func kept(_ root: Double) -> Double {
    func kept(_ loss: Loss) -> Double {
      let before = 1 - loss.before / taps
      if root * root * loss.start >= 1 { return before * before }
      let edge = loss.perimeter / taps * root
      let chord = edge / (2 - edge)
      return max(
        before * before, 1 - 4 * chord + chord * chord + 2 * chord * edge + 2 * loss.constant / taps * root * root)
    }
    let ofMean = kept(mean)
    return levels.map { min(ofMean, kept($0)) } ?? ofMean
  }
}
