import EnergyModel
public import Mappings
public import Workloads

/// Lower bounds on the traffic of a layer, or of the parts of one, that hold for every schedule, whatever its loops
/// (theory §6).
///
/// A schedule reads, writes, creates, computes and forgets in any order, runs each MAC once, and never holds more than
/// the capacity. Only MACs on real inputs are counted, and only elements that those use. The bounds are on bits read;
/// finished outputs are written besides. No schedule need attain them. The proofs are in `Proofs.md` beside this file.
///
/// Of a Buffer in parts they are those of a Buffer of the same size that any schedule may use as it likes, and three that know the
/// parts. Of one with boxes there twice they are those of one with each box once. Where a tensor is on the chip they are what the others move at least.
public struct LowerBounds: Sendable {
  /// Bits of all used inputs, of all weights used on real inputs, and of all outputs that real MACs add to, these at the
  /// width of partial sums.
  private let inputs: Double
  private let weights: Double
  private let outputs: Double
  /// Bits of biases, read once besides everything else.
  private let biases: Int
  private let written: Bits
  private let compulsory: Int
  private let widths: (inputs: Double, weights: Double, outputs: Double)
  /// Every number of bits read is a multiple of this one.
  private let grain: Int
  /// MACs on real inputs, G.
  let realMACs: Int
  /// G̃: each of them divided by the square root of the number of kernel positions in its class, times √(b_I·b_W·b_A).
  private let weightedWork: Double
  /// Whether bounds on what is computed hold: not where a tensor is on the chip, of which no word moves.
  private let boundsWork: Bool
  /// What blocks lose at their edges, where some class of kernel positions has more than one row and column.
  private let halo: Halo?
  private let layout: BufferLayout
  /// What a Buffer of parts has besides, where there are parts and bounds on what is computed hold.
  private let parted: PartedBuffer?
  /// The ratio of the problem's prices.
  private let ratio: PriceRatio

  /// Prepares the bounds of a problem for any capacity.
  public init(_ problem: Problem) { self.init([problem]) }

  /// Prepares the bounds of a layer that is given in parts, whatever inputs these share.
  ///
  /// Each part has weights of its own and outputs of its own. Inputs count as often as the part reads them that uses the
  /// most, and biases as those of the part that has the most.
  ///
  /// - Parameter parts: the problems of the parts, all in one setting; of a layer that stands for itself there is one.
  public init(_ parts: [Problem]) {
    precondition(!parts.isEmpty, "a layer has at least one part")
    let (widths, onChip) = (parts[0].widths, parts[0].layout.onChip)
    boundsWork = onChip.isEmpty
    layout = parts[0].layout
    let (inputBits, weightBits) = (widths.inputs.count, widths.weights.count)
    let partialSumBits = widths.partialSums.count
    var (usedInputs, usedWeights, biases, finished, realMACs) = (0, 0, 0, 0, 0)
    var partsInputs = 0.0
    var (weights, outputs, weightedPairs) = (0.0, 0.0, 0.0)
    var classes: [[Int]: Double] = [:]
    for layer in parts.map(\.layer) {
      let rows = Axis(layer.vertical)
      let columns = Axis(layer.horizontal)
      let channels = layer[.g] * layer[.k] * layer[.c]
      let own = channels * rows.usedKernels * columns.usedKernels
      usedInputs = max(usedInputs, layer.usedElements(of: .inputs).count)
      partsInputs += Double(layer.usedElements(of: .inputs).count)
      usedWeights = Self.sum(usedWeights, own, atMost: Self.mostWords)
      weights += Double(own * weightBits)
      outputs += Double(layer[.n] * layer[.g] * layer[.k] * rows.usedOutputs * columns.usedOutputs * partialSumBits)
      biases = max(biases, layer.biases.count)
      finished = Self.sum(finished, layer.usedElements(of: .outputs).count, atMost: Self.mostWords)
      let perPair = layer[.n] * channels
      realMACs = Self.sum(realMACs, perPair * rows.pairs * columns.pairs, atMost: .max)
      weightedPairs += Double(perPair) * rows.weightedPairs * columns.weightedPairs
      for (row, rowPairs) in rows.pairsOfSize {
        for (column, columnPairs) in columns.pairsOfSize {
          classes[[row, column], default: 0] += Double(perPair) * rowPairs * columnPairs
        }
      }
    }
    inputs = Double(usedInputs * inputBits)
    self.weights = weights
    self.outputs = outputs
    self.biases = biases * partialSumBits
    written = onChip.contains(.outputs) ? .zero : Words(finished) * widths.outputs
    compulsory =
      (onChip.contains(.inputs) ? 0 : usedInputs * inputBits)
      + (onChip.contains(.weights) ? 0 : usedWeights * weightBits)
    self.widths = (Double(inputBits), Double(weightBits), Double(partialSumBits))
    grain = greatestCommonDivisor(inputBits, greatestCommonDivisor(weightBits, partialSumBits))
    self.realMACs = realMACs
    weightedWork = weightedPairs * Double(inputBits * weightBits * partialSumBits).squareRoot()
    halo = Halo(work: classes)
    ratio = parts[0].energyModel.ratio
    let widthsInOrder = [inputBits, weightBits, partialSumBits].map { Double($0) }
    let words = zip([inputs, weights, outputs], widthsInOrder).map(/)
    parted =
      layout.parts.isEmpty || !boundsWork
      ? nil
      : PartedBuffer(
        widths: widthsInOrder, words: words, mostWords: [partsInputs, words[1], words[2]], macs: Double(realMACs),
        weightedWork: weightedWork, halo: halo)
  }

  /// A layer has at most 2^53 elements of a tensor. Parts together may have more: what cannot be counted in bits is left
  /// out, which lowers a bound.
  private static let mostWords = 1 << 54

  private static func sum(_ a: Int, _ b: Int, atMost most: Int) -> Int { b > most - a ? most : a + b }

  /// What the bounds need to know of one axis.
  private struct Axis {
    /// Pairs of an output row and a kernel row that read a real input row.
    var pairs = 0
    /// The same, each divided by the square root of the number of used kernel rows in its residue class.
    var weightedPairs = 0.0
    /// Kernel rows that read some real input row.
    var usedKernels = 0
    /// The weighted pairs of all residue classes with so many of them.
    var pairsOfSize: [Int: Double] = [:]
    /// Output rows that read some real input row.
    var usedOutputs = 0

    init(_ axis: ConvolutionAxis) {
      let outputs = 0..<axis.outputSize
      let pairsOfKernel = (0..<axis.kernelSize).map { axis.realPairs(outputs: outputs, kernels: $0..<$0 + 1) }
      var inClass = [Int](repeating: 0, count: min(axis.kernelPeriod, axis.kernelSize))
      var pairsInClass = inClass
      for (kernel, count) in pairsOfKernel.enumerated() where count > 0 {
        inClass[kernel % axis.kernelPeriod] += 1
        pairsInClass[kernel % axis.kernelPeriod] += count
      }
      for (kernels, count) in zip(inClass, pairsInClass) where kernels > 0 {
        pairs += count
        usedKernels += kernels
        weightedPairs += Double(count) / Double(kernels).squareRoot()
        pairsOfSize[kernels, default: 0] += Double(count) / Double(kernels).squareRoot()
      }
      usedOutputs =
        axis.hasPaddedMACs
        ? outputs.count { !axis.realKernels(output: $0).isEmpty } : axis.outputSize
    }
  }

  /// The bound of every family at a capacity, in the order of ``LowerBound/Family``; those of parts where the Buffer has any.
  ///
  /// - Parameters:
  ///   - capacity: the Buffer's size.
  ///   - isDivided: whether its parts have their shares of it; where not, any tensor may use it all.
  /// - Returns: the bounds.
  public func all(capacity: Bits, isDivided: Bool = true) -> [LowerBound] {
    let undivided = LowerBound.Family.allCases.filter { !$0.isOfParts }.map { family in
      let value = value(family, capacity: Double(capacity.count))
      let read = Bits((value.map(roundedUp) ?? compulsory) + biases)
      return LowerBound(
        family: family, discount: value?.discount, read: read, written: written, total: read + written, charged: read,
        ratio: ratio)
    }
    return isDivided ? undivided + bounds(in: layout.parts(in: capacity)) : undivided
  }

  /// The largest bound at a capacity; of equal ones the first in the order of ``LowerBound/Family``.
  ///
  /// - Parameters:
  ///   - capacity: the Buffer's size.
  ///   - isDivided: whether its parts have their shares of it; where not, any tensor may use it all.
  /// - Returns: the bound.
  public func best(capacity: Bits, isDivided: Bool = true) -> LowerBound {
    Self.best(of: all(capacity: capacity, isDivided: isDivided))
  }

  /// The largest of the bounds that ``all(capacity:isDivided:)`` gives.
  public static func best(of bounds: [LowerBound]) -> LowerBound {
    bounds.dropFirst().reduce(bounds[0]) { $1.charged > $0.charged ? $1 : $0 }
  }

  /// The bounds of the families of parts; none where there are no parts.
  private func bounds(in parts: [BufferLayout.Part]) -> [LowerBound] {
    if parts.isEmpty { return [] }
    let rooms = parts.map { part in
      PartedBuffer.Part(
        tensors: Tensor.allCases.indices.filter { part.tensors.contains(Tensor.allCases[$0]) },
        bits: Double(part.capacity.count))
    }
    /// Bits read at least, those of partial sums so many times.
    func values(sumPrice: Double) -> [LowerBound.Family: Value] { parted?.bounds(rooms, sumPrice: sumPrice) ?? [:] }
    // What it costs to write a bit, by what it costs to read one.
    let writePrice = ratio.read > 0 ? Double(ratio.write) / Double(ratio.read) : 0
    let (reading, moving) = (values(sumPrice: 1), values(sumPrice: 2))
    let spending = writePrice == 1 ? moving : values(sumPrice: 1 + writePrice)
    return LowerBound.Family.allCases.filter(\.isOfParts).map { family in
      func bits(_ value: Value?, _ rounded: (Value) -> Int) -> Bits {
        Bits((value.map(rounded) ?? compulsory) + biases)
      }
      let (read, moved) = (bits(reading[family], roundedUp), bits(moving[family], roundedUp))
      // Only whole numbers of bits are rounded up to what sums of words can be.
      let charged = bits(spending[family], writePrice == 1 ? roundedUp : roundedDown)
      return LowerBound(
        family: family, discount: nil, read: read, written: written, total: moved + written,
        charged: max(read, charged),
        ratio: ratio)
    }
  }

  /// A bound with what it takes to know how exact it is.
  struct Value {
    /// Bits read; in a Buffer of parts those of a partial sum may count several times.
    var bits: Double
    /// The largest number that went into it by addition: rounding errors are relative to this one.
    var magnitude: Double
    /// μ, where there is one.
    var discount: Double?
  }

  /// The least possible number of bits read that is no less than a bound, lowered by what rounding may have added to it:
  /// some dozen operations, each exact to 2^-53 of the largest number, and sums over at most 2^20 kernel classes and as
  /// many parts.
  ///
  /// More bits than can be counted are lowered to ``mostBits``. Only schedules whose traffic overflows need as many, or
  /// capacities in which no MAC can run.
  private func roundedUp(_ value: Value) -> Int {
    let grains = min(value.bits - 1e-9 * value.magnitude - 1e-6, Self.mostBits) / Double(grain)
    return grains <= 0 ? 0 : Int(grains.rounded(.up)) * grain
  }

  /// The same where the number need not be one of bits.
  private func roundedDown(_ value: Value) -> Int {
    max(0, Int(min(value.bits - 1e-9 * value.magnitude - 1e-6, Self.mostBits).rounded(.down)))
  }

  private static let mostBits = 0x1p62

  /// A family's bound at its best μ, or nil for the compulsory traffic, which needs no arithmetic.
  private func value(_ family: LowerBound.Family, capacity: Double) -> Value? {
    /// cost(μ) - μ·discounted + constant.
    func best(_ stretch: Stretch, discounted: Double, constant: Double) -> Value {
      let best = stretch.bestCost(discounted: discounted, capacity: capacity)
      return Value(
        bits: best.cost - best.discount * discounted + constant,
        magnitude: max(best.magnitude, discounted, inputs, weights, outputs), discount: best.discount)
    }
    if !boundsWork { return nil }
    let loomisWhitney = Stretch.loomisWhitney(weightedWork: weightedWork)
    /// The same as Loomis-Whitney's, less the halo.
    func withHalo(_ discounted: Double, areWeights: Bool = false, constant: Double) -> Value {
      let plain = loomisWhitney.bestCost(discounted: discounted, capacity: capacity)
      let best =
        halo?.bestCost(
          loomisWhitney, startingAt: plain.stretches, discounted: discounted, areWeights: areWeights,
          widths: (widths.inputs * widths.outputs / widths.weights).squareRoot(), capacity: capacity) ?? plain
      return Value(
        bits: best.cost - best.discount * discounted + constant,
        magnitude: max(best.magnitude, discounted, inputs, weights, outputs), discount: best.discount)
    }
    let pairwise = Stretch.pairwise(
      work: Double(realMACs), product: widths.inputs * widths.weights * widths.outputs)
    func two(_ a: Double, _ b: Double) -> Stretch { .twoOperands(work: Double(realMACs), product: a * b) }
    func larger(_ a: Value, _ b: Value) -> Value { a.bits >= b.bits ? a : b }
    switch family {
    case .compulsory, .loomisWhitneyParts, .haloParts, .arrivals: return nil
    case .loomisWhitneyOutputs: return best(loomisWhitney, discounted: outputs, constant: 0)
    case .loomisWhitneyInputs: return best(loomisWhitney, discounted: inputs, constant: inputs - outputs)
    case .loomisWhitneyWeights: return best(loomisWhitney, discounted: weights, constant: weights - outputs)
    case .haloOutputs: return withHalo(outputs, constant: 0)
    case .haloInputs: return withHalo(inputs, constant: inputs - outputs)
    case .haloWeights: return withHalo(weights, areWeights: true, constant: weights - outputs)
    case .pairwiseOutputs: return best(pairwise, discounted: outputs, constant: 0)
    case .pairwiseInputs: return best(pairwise, discounted: inputs, constant: inputs - outputs)
    case .pairwiseWeights: return best(pairwise, discounted: weights, constant: weights - outputs)
    case .inputsAndWeights:
      let stretch = two(widths.inputs, widths.weights)
      return larger(
        best(stretch, discounted: inputs, constant: inputs), best(stretch, discounted: weights, constant: weights))
    case .inputsAndOutputs:
      let stretch = two(widths.inputs, widths.outputs)
      return larger(
        best(stretch, discounted: outputs, constant: weights),
        best(stretch, discounted: inputs, constant: inputs - outputs + weights))
    case .weightsAndOutputs:
      let stretch = two(widths.weights, widths.outputs)
      return larger(
        best(stretch, discounted: outputs, constant: inputs),
        best(stretch, discounted: weights, constant: weights - outputs + inputs))
    }
  }
}
