import Mappings
import Workloads

/// What the curves of a layer in a setting of a sweep take on one thread, estimated from the layer's sizes alone.
///
/// Time is a product of powers of sizes, fitted to how long the curves of the layers of all built-in networks took on one
/// thread of a processor with AVX-512, for each kind of search one product.
struct SweepCost: Sendable {
  /// The time in whole microseconds, at least 1.
  let microseconds: Int

  /// A product of powers, in sixteenths.
  private struct Fit {
    /// The time of a layer of a single MAC at one capacity, in microseconds.
    var least: Double
    /// Of batch and groups together, k, c, output positions, kernel positions, and strides of both axes.
    var exponents: [Int]
    /// The share by which each further capacity adds to it.
    var perCapacity: Double
  }

  /// The searches of `MappingSearch`: of listed grids with and without kernels, and the two engines of `overlap`.
  private static func fit(_ reuse: ReusePolicy, hasKernel: Bool) -> Fit {
    switch (reuse, hasKernel) {
    case (.sliding, true), (.none, true): Fit(least: 40, exponents: [2, 4, 2, 6, 9, -2], perCapacity: 0.025)
    case (.sliding, false), (.none, false): Fit(least: 209, exponents: [1, 3, 1, 2, 0, 0], perCapacity: 0.08)
    case (.overlap, true): Fit(least: 639, exponents: [2, 3, 4, 6, 10, 5], perCapacity: 0.01)
    case (.overlap, false): Fit(least: 142, exponents: [1, 6, 4, 4, 0, 0], perCapacity: 0.2)
    }
  }

  /// The estimate for a layer.
  ///
  /// - Parameters:
  ///   - layer: the layer.
  ///   - reuse: the rule of reuse.
  ///   - ratios: ratios of prices, each of which has a curve.
  ///   - capacities: capacities to look up, in each curve.
  init(_ layer: Layer, reuse: ReusePolicy, ratios: Int, capacities: Int) {
    let (rows, columns) = (layer.vertical, layer.horizontal)
    let sizes = [
      layer[.n] * layer[.g], layer[.k], layer[.c], rows.outputSize * columns.outputSize,
      rows.kernelSize * columns.kernelSize, rows.stride * columns.stride,
    ]
    let fit = Self.fit(reuse, hasKernel: sizes[4] > 1)
    let sixteenths = zip(sizes, fit.exponents).reduce(0) { $0 + Self.logarithm($1.0) * Double($1.1) }
    let one = fit.least * Self.power(sixteenths / 16)
    let all = one * (1 + fit.perCapacity * Double(capacities - 1)) * Double(ratios)
    microseconds = max(1, Int(min(all, Self.most)))
  }

  /// So much that sums of millions of them are exact: three years.
  private static let most = 1e14

  /// The logarithm to base 2, straight between powers of 2: the same on every machine, as functions of its library are not.
  private static func logarithm(_ size: Int) -> Double {
    let whole = Double(Int.bitWidth - 1 - size.leadingZeroBitCount)
    return whole + Double(size) / Double(1 << Int(whole)) - 1
  }

  /// What it is the logarithm of.
  private static func power(_ logarithm: Double) -> Double {
    let whole = logarithm.rounded(.down)
    return Double(sign: .plus, exponent: Int(whole), significand: 1 + logarithm - whole)
  }
}

extension Sweep {
  /// What a unit takes.
  func cost(of unit: Unit) -> SweepCost {
    SweepCost(
      unit.entry.layer, reuse: unit.setting.reuse, ratios: unit.setting.ratios.count, capacities: capacities.count)
  }
}
