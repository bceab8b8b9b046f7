public import EnergyModel
public import Mappings
public import Workloads

/// A schedule of a layer that is given in parts which moves every word once: the inputs of a group are read and stay in
/// the Buffer while the parts run on them, one after the other.
///
/// For each output channel a part has, besides the inputs, either all weights of the channel in the Buffer and finishes one
/// output after another, or all outputs of the channel and passes by them one weight after another, whichever holds
/// less. No schedule moves less: from its occupancy on this is an optimum of the whole.
public struct SharedInputs: Hashable, Sendable {
  /// The most that it holds at once.
  public let occupancy: Bits
  /// What it moves.
  public let traffic: Traffic

  /// The schedule of a layer, or nil for one that stands for itself, whose parts do not all use the same inputs, or whose
  /// words are too many to be counted. It takes a Buffer that all tensors share, each box there once.
  ///
  /// - Parameters:
  ///   - layer: the layer.
  ///   - setting: the widths of words and how they lie in the Buffer.
  public init?(_ layer: WholeLayer, in setting: Problem.Setting) {
    let widths = setting.widths
    guard setting.layout == .shared, layer.hasParts, layer.hasCommonInputs, let first = layer.parts.first else {
      return nil
    }
    let inputs = first.usedElements(of: .inputs)
    let besides = layer.parts.map { part in
      let weights = Words(part[.c] * part[.r] * part[.s]) * widths.weights + Words(1) * widths.partialSums
      let outputs = Words(1) * widths.weights + Words(part[.n] * part[.p] * part[.q]) * widths.partialSums
      return min(weights, outputs)
    }
    occupancy = Words(inputs.count / first.groups) * widths.inputs + (besides.max() ?? .zero)
    func sum(_ tensor: Tensor) -> Words? {
      let all = layer.parts.reduce(0) { $0 + min($1.usedElements(of: tensor).count, Layer.largestElements - $0) }
      return all < Layer.largestElements ? Words(all) : nil
    }
    guard let weights = sum(.weights), let outputs = sum(.outputs) else { return nil }
    traffic = Traffic(
      inputsRead: inputs, weightsRead: weights, biasesRead: layer.parts.map(\.biases).max() ?? .zero,
      partialSumsRead: .zero, partialSumsWritten: .zero, outputsWritten: outputs)
  }

  /// What it costs, without that of the MACs.
  ///
  /// - Returns: the energy; nil when it does not fit an Int.
  public func dataEnergy(in setting: Problem.Setting) -> Energy? {
    let bits = traffic.bits(setting.widths)
    return setting.energyModel.energy(macs: 0, read: bits.read, written: bits.written)
  }
}

extension StepCurve {
  /// The curve of a layer that is given in parts: the sum of the curves of its parts, which run one after the other, until
  /// they can share their inputs.
  ///
  /// - Parameters:
  ///   - parts: a curve for each of its parts.
  ///   - layer: the layer.
  ///   - setting: what the curves are for.
  /// - Throws: ``StepCurveError/tooLarge`` where the energies together do not fit an Int.
  public init(of parts: [StepCurve], _ layer: WholeLayer, in setting: Problem.Setting) throws(StepCurveError) {
    let sum = try StepCurve(sumOf: parts.map { ($0, 1) })
    guard let shared = SharedInputs(layer, in: setting),
      let energy = shared.dataEnergy(in: setting)?.dataQuanta, let first = sum.points.first
    else {
      self = sum
      return
    }
    let step = Point(capacity: max(shared.occupancy, first.capacity), dataQuanta: energy)
    let before = sum.points.filter { $0.capacity < step.capacity }
    // Nothing moves less.
    self.init(before.last.map { $0.dataQuanta <= energy } ?? false ? before : before + [step])
  }
}
