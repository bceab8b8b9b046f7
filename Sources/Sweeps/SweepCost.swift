import EnergyModel
import Mappings
import Workloads

/// What the curves of a layer in a setting of a sweep take, estimated from the layer's sizes alone.
///
/// Times are products of powers of sizes, fitted to what the curves of the layers of all built-in networks took on one
/// thread of a processor with AVX-512, all six dataflows searched: at 64 KiB, at 13 capacities, under `overlap` at 97, with all
/// boxes in the Buffer twice at 1 and 13 capacities, and with Buffers in two and in three parts, of three sizes each.
/// Memory is what sweeps of all built-in networks took at most. ``Sweep/measuredCosts(of:progress:)`` has the times on the
/// machine at hand.
struct SweepCost: Sendable {
  /// The time in whole microseconds, at least 1.
  let microseconds: Int
  /// Bytes that are kept of the curves until the sweep ends.
  let bytesKept: Int
  /// Bytes that a thread takes while it searches them, at most.
  let bytesOfSearch: Int

  /// A product of powers of sizes: batch and groups together; k, c and output positions, from the least to the greatest, as
  /// searches take them alike; kernel positions, strides of both axes, the fewer of output rows and columns, and in parts how many
  /// times as large as the Buffer all tensors of a group are.
  private struct Law {
    /// What it is where all sizes are 1, in microseconds.
    var least: Double
    /// The powers, in sixteenths.
    var exponents: [Int]

    func microseconds(_ logarithms: [Double]) -> Double {
      least * SweepCost.power(zip(logarithms, exponents).reduce(0) { $0 + $1.0 * Double($1.1) } / 16)
    }
  }

  /// An optimum in a Buffer in parts, which is at one capacity: where some tensor of a group is no larger than its part searches
  /// often end at once, as their bound is met.
  private struct PartLaws {
    var withTensorThatFits: Law
    var withoutOne: Law

    init(_ withTensorThatFits: Law, without withoutOne: Law) {
      (self.withTensorThatFits, self.withoutOne) = (withTensorThatFits, withoutOne)
    }

    init(_ law: Law) { self.init(law, without: law) }
  }

  /// What curves of a kind of layer take in a kind of search.
  private struct Fit {
    /// A curve and its optimum at one capacity.
    var first: Law
    /// Each further capacity, to find the dataflows that attain its optimum.
    var further: Law
    /// How many times as long these take where every box is in the Buffer twice.
    var timesDoubled: (first: Double, further: Double)
    /// An optimum in a Buffer in parts.
    var inParts: PartLaws
    /// An optimum where inputs have a part alone, which takes longer where boxes of several of their channels are tried.
    var inPartsWithInputsAlone: PartLaws?
    /// Bytes that are kept of a curve: the mean of those that times were fitted to, 16 for a point.
    var bytesKept: Int
    /// Bytes of a search.
    var bytesOfSearch: Int
  }

  /// The bytes of the program beside its searches.
  static let bytesOfProgram = 30_000_000

  /// The searches of `MappingSearch`: of listed grids with and without kernels, and the two engines of `overlap`.
  private static func fit(_ reuse: ReusePolicy, hasKernel: Bool) -> Fit {
    switch (reuse, hasKernel) {
    case (.sliding, true), (.none, true):
      Fit(
        first: Law(least: 17, exponents: [4, 2, 5, 6, 10, -1]), further: Law(least: 35, exponents: [0, 0, 0, 4]),
        timesDoubled: (1.9, 14), inParts: PartLaws(Law(least: 34, exponents: [4, 3, 3, 5, 7, -1])), bytesKept: 2_000,
        bytesOfSearch: 20_000_000)
    case (.sliding, false), (.none, false):
      Fit(
        first: Law(least: 130, exponents: [0, 1, 3, 3]), further: Law(least: 42, exponents: [0, 0, 0, 2]),
        timesDoubled: (1.6, 8), inParts: PartLaws(Law(least: 85, exponents: [1, 0, 4, 2])), bytesKept: 2_000,
        bytesOfSearch: 20_000_000)
    case (.overlap, true):
      Fit(
        first: Law(least: 270, exponents: [4, 2, 7, 6, 12, 6]), further: Law(least: 560, exponents: [0, 0, 0, 8]),
        timesDoubled: (1.3, 1.8),
        inParts: PartLaws(
          Law(least: 307, exponents: [1, 0, 5, 1, 3, 9, 8, 11]),
          without: Law(least: 8_930, exponents: [12, -2, 4, -3, -5, 7, 19, 2])),
        inPartsWithInputsAlone: PartLaws(
          Law(least: 46, exponents: [4, 4, 8, 5, 6, 8, 3, 13]),
          without: Law(least: 2_120, exponents: [-4, 2, 0, 3, 4, 2, 11, 2])),
        bytesKept: 3_000, bytesOfSearch: 330_000_000)
    case (.overlap, false):
      Fit(
        first: Law(least: 162, exponents: [2, 3, 3, 6]), further: Law(least: 260, exponents: [0, 0, 0, 7]),
        timesDoubled: (1.8, 1.3),
        inParts: PartLaws(
          Law(least: 301, exponents: [2, 0, 1, 7, 0, 0, 1]),
          without: Law(least: 11_800, exponents: [2, 11, 0, -7, 0, -2, 4, 5])),
        bytesKept: 290_000, bytesOfSearch: 200_000_000)
    }
  }

  /// The estimate for a layer.
  ///
  /// - Parameters:
  ///   - layer: the layer.
  ///   - reuse: the rule of reuse.
  ///   - capacities: how many capacities are looked up in each curve.
  ///   - layout: how tensors lie in the Buffer.
  ///   - widths: bits of words.
  init(
    _ layer: Layer, reuse: ReusePolicy, capacities: [Int], layout: BufferLayout = .shared,
    widths: WordWidths = WordWidths(.byte)
  ) {
    let axes = [layer.vertical, layer.horizontal]
    let channels = [layer[.k], layer[.c], layer[.p] * layer[.q]].sorted()
    let sizes =
      [layer[.n] * layer[.g]] + channels
      + [Self.product(axes, \.kernelSize), Self.product(axes, \.stride), min(layer[.p], layer[.q])]
    let fit = Self.fit(reuse, hasKernel: sizes[4] > 1)
    let logarithms = sizes.map(Self.logarithm)
    let isDoubled = layout.doubleBuffered.count == Tensor.allCases.count
    let times = isDoubled ? fit.timesDoubled : (first: 1, further: 1)
    var (first, further) = (fit.first.microseconds(logarithms), fit.further.microseconds(logarithms))
    (first, further) = (times.first * first, times.further * further)
    if let capacity = layout.capacity {
      /// Of a group.
      func bits(_ tensor: Tensor) -> Int {
        layer.usedElements(of: tensor).count / layer[.g] * widths.inBuffer(tensor).count
      }
      let laws = layout.isAlone(.inputs) ? fit.inPartsWithInputsAlone ?? fit.inParts : fit.inParts
      let hasTensorThatFits = layout.parts.contains { part in
        part.tensors.contains { bits($0) <= part.capacity.count }
      }
      let all = Tensor.allCases.reduce(0) { $0 + bits($1) }
      let timesAsLarge = max(1, (all + capacity.count - 1) / capacity.count)
      let law = hasTensorThatFits ? laws.withTensorThatFits : laws.withoutOne
      (first, further) = (law.microseconds(logarithms + [Self.logarithm(timesAsLarge)]), 0)
    }
    let all = capacities.reduce(0) { $0 + first + Double($1 - 1) * further }
    microseconds = max(1, Int(min(all, Self.most)))
    bytesKept = capacities.count * fit.bytesKept
    bytesOfSearch = fit.bytesOfSearch
  }

  /// The estimate for a template, at so many capacities for each ratio of prices: of layers of built-in networks the mean of four
  /// templates at two capacities each, since sizes tell nothing of whether a template meets the bound, which ends its search at
  /// once.
  init(ofTemplateAt capacities: [Int]) {
    let count = capacities.reduce(0, +)
    microseconds = count * 100_000
    bytesKept = count * 1_000
    bytesOfSearch = 65_000_000
  }

  /// A size of both axes; where steps share no inputs a kernel takes no longer than a small one.
  private static func product(_ axes: [ConvolutionAxis], _ size: (ConvolutionAxis) -> Int) -> Int {
    axes.reduce(1) { $0 * ($1.hasOverlap ? size($1) : min(2, size($1))) }
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
    let capacities = unit.lookUps.map(\.capacities.count)
    if template != nil { return SweepCost(ofTemplateAt: capacities) }
    return SweepCost(
      first.entry.layer, reuse: first.setting.reuse, capacities: capacities, layout: first.setting.layout,
      widths: first.setting.widths)
  }
}
