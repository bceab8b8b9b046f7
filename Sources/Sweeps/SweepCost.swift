import EnergyModel
import Mappings
import Workloads

/// What the curves of a layer in a setting of a sweep take, estimated from the layer's sizes alone.
///
/// Times are products of powers of sizes, fitted to what the curves of the layers of all built-in networks took on one
/// thread of a processor with AVX-512, at 64 KiB and at 13 capacities, all six dataflows searched.
/// How much longer they take for other Buffers than one room with each box once is a factor for each kind of search, the middle
/// of what it was for layers of VGG-16, ResNet-50 and BERT-Base at 64 KiB.
/// Memory is what sweeps of all built-in networks took at most. ``Sweep/measuredCosts(of:progress:)`` has the times on the
/// machine at hand.
struct SweepCost: Sendable {
  /// The time in whole microseconds, at least 1.
  let microseconds: Int
  /// Bytes that are kept of the curves until the sweep ends.
  let bytesKept: Int
  /// Bytes that a thread takes while it searches them, at most.
  let bytesOfSearch: Int

  /// A product of powers of sizes: batch and groups together, k, c, output positions, kernel positions, strides of both axes.
  private struct Law {
    /// What it is where all sizes are 1, in microseconds.
    var least: Double
    /// The powers, in sixteenths.
    var exponents: [Int]

    func microseconds(_ logarithms: [Double]) -> Double {
      least * SweepCost.power(zip(logarithms, exponents).reduce(0) { $0 + $1.0 * Double($1.1) } / 16)
    }
  }

  /// What curves of a kind of layer take in a kind of search.
  private struct Fit {
    /// A curve and its optimum at one capacity.
    var first: Law
    /// Each further capacity, to find the dataflows that attain its optimum.
    var further: Law
    /// Bytes that are kept of a curve: the mean of those that times were fitted to, 16 for a point.
    var bytesKept: Int
    /// Bytes of a search.
    var bytesOfSearch: Int
    /// How many times as long it takes where every box is in the Buffer twice.
    var timesDoubled: Double
    /// The same where the Buffer is in parts, at whose capacities alone optima are searched.
    var timesInParts: Double
  }

  /// The bytes of the program beside its searches.
  static let bytesOfProgram = 30_000_000

  /// The searches of `MappingSearch`: of listed grids with and without kernels, and the two engines of `overlap`.
  private static func fit(_ reuse: ReusePolicy, hasKernel: Bool) -> Fit {
    switch (reuse, hasKernel) {
    case (.sliding, true), (.none, true):
      Fit(
        first: Law(least: 35, exponents: [2, 4, 2, 6, 9, -2]), further: Law(least: 125, exponents: []),
        bytesKept: 2_000, bytesOfSearch: 20_000_000, timesDoubled: 2, timesInParts: 0.6)
    case (.sliding, false), (.none, false):
      Fit(
        first: Law(least: 209, exponents: [1, 3, 1, 2]), further: Law(least: 125, exponents: []), bytesKept: 2_000,
        bytesOfSearch: 20_000_000, timesDoubled: 1.7, timesInParts: 0.6)
    case (.overlap, true):
      Fit(
        first: Law(least: 639, exponents: [2, 3, 4, 6, 10, 5]),
        further: Law(least: 69, exponents: [0, 5, -2, 7, 0, 5]),
        bytesKept: 3_000, bytesOfSearch: 330_000_000, timesDoubled: 1.2, timesInParts: 0.13)
    case (.overlap, false):
      Fit(
        first: Law(least: 142, exponents: [1, 6, 4, 4]), further: Law(least: 700, exponents: [0, 3, 1, 1]),
        bytesKept: 290_000, bytesOfSearch: 200_000_000, timesDoubled: 2.4, timesInParts: 0.6)
    }
  }

  /// The estimate for a layer.
  ///
  /// - Parameters:
  ///   - layer: the layer.
  ///   - reuse: the rule of reuse.
  ///   - capacities: how many capacities are looked up in each curve.
  ///   - layout: how tensors lie in the Buffer.
  init(
    _ layer: Layer, reuse: ReusePolicy, capacities: [Int], layout: BufferLayout = .shared
  ) {
    let (rows, columns) = (layer.vertical, layer.horizontal)
    let sizes = [
      layer[.n] * layer[.g], layer[.k], layer[.c], rows.outputSize * columns.outputSize,
      rows.kernelSize * columns.kernelSize, rows.stride * columns.stride,
    ]
    let fit = Self.fit(reuse, hasKernel: sizes[4] > 1)
    let logarithms = sizes.map(Self.logarithm)
    let (first, further) = (fit.first.microseconds(logarithms), fit.further.microseconds(logarithms))
    let all = capacities.reduce(0) { $0 + first + Double($1 - 1) * further }
    let isDoubled = layout.doubleBuffered.count == Tensor.allCases.count
    let times = !layout.parts.isEmpty ? fit.timesInParts : isDoubled ? fit.timesDoubled : 1
    microseconds = max(1, Int(min(all * times, Self.most)))
    bytesKept = capacities.count * fit.bytesKept
    bytesOfSearch = fit.bytesOfSearch
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
    let first = items[unit.items[0]]
    return SweepCost(
      first.entry.layer, reuse: first.setting.reuse, capacities: unit.lookUps.map(\.capacities.count),
      layout: first.setting.layout)
  }
}
