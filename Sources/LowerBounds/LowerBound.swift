public import EnergyModel
public import Mappings
public import Workloads

/// A number of bits that every schedule of a layer must read from DRAM at some capacity, and why.
public struct LowerBound: Hashable, Sendable {
  /// The argument that gives the bound; proofs are in `Proofs.md` beside the source.
  public enum Family: String, CaseIterable, Hashable, Sendable {
    /// Every used element is read once.
    case compulsory
    /// Loomis-Whitney with a discount on the creation of outputs.
    case loomisWhitneyOutputs = "loomis-whitney-outputs"
    /// Loomis-Whitney with a discount on first reads of inputs.
    case loomisWhitneyInputs = "loomis-whitney-inputs"
    /// Loomis-Whitney with a discount on first reads of weights.
    case loomisWhitneyWeights = "loomis-whitney-weights"
    /// Any two operands determine the MAC; a discount on the creation of outputs.
    case pairwiseOutputs = "pairwise-outputs"
    /// Any two operands determine the MAC; a discount on first reads of inputs.
    case pairwiseInputs = "pairwise-inputs"
    /// Any two operands determine the MAC; a discount on first reads of weights.
    case pairwiseWeights = "pairwise-weights"
    /// An input and a weight determine the MAC.
    case inputsAndWeights = "inputs-and-weights"
    /// An input and an output determine the MAC.
    case inputsAndOutputs = "inputs-and-outputs"
    /// A weight and an output determine the MAC.
    case weightsAndOutputs = "weights-and-outputs"
    /// Loomis-Whitney less what blocks lose at their edges, with a discount on the creation of outputs.
    case haloOutputs = "halo-outputs"
    /// Loomis-Whitney less what blocks lose at their edges, with a discount on first reads of inputs.
    case haloInputs = "halo-inputs"
    /// Loomis-Whitney less what blocks lose at their edges, with a discount on first reads of weights.
    case haloWeights = "halo-weights"
    /// Loomis-Whitney with a price for each tensor, in a Buffer of parts.
    case loomisWhitneyParts = "loomis-whitney-parts"
    /// The same less what blocks lose at their edges.
    case haloParts = "halo-parts"
    /// Any two operands determine the MAC, which runs when the later of them is there, in a Buffer of parts.
    case arrivals

    /// Whether it tells more than others only where the Buffer is divided.
    var isOfParts: Bool { [.loomisWhitneyParts, .haloParts, .arrivals].contains(self) }
  }

  /// The argument behind it.
  public let family: Family
  /// The price of a discounted element relative to its bits, in (0, 1]; nil where the family has none or several.
  public let discount: Double?
  /// Bits that any schedule reads, rounded up to what sums of words can be.
  public let read: Bits
  /// Bits that any schedule writes: the finished outputs.
  public let written: Bits

  /// Bits that any schedule moves: no less than are read and written at least, and more where each schedule that reads no more
  /// writes more.
  public let total: Bits
  /// Bits whose reading costs no more than what any schedule spends besides writing finished outputs: those that it reads, and
  /// those of partial sums that it writes to read them again, at prices of ``ratio``.
  public let charged: Bits
  /// The ratio of prices that ``charged`` is for.
  public let ratio: PriceRatio

  /// A bound on the energy of every schedule of a layer, which perhaps none attains.
  ///
  /// - Parameter parts: the problems of the layer's parts; one that stands for itself is its only part.
  /// - Returns: nil when the energy in quanta does not fit an Int.
  public func energy(of parts: [Problem]) -> Energy? {
    var macs = 0
    for part in parts {
      let (sum, overflow) = macs.addingReportingOverflow(part.layer.macs)
      if overflow { return nil }
      macs = sum
    }
    return parts.first.flatMap {
      $0.energyModel.energy(macs: macs, read: charged(by: $0.energyModel), written: written)
    }
  }

  /// The bits whose reading is charged by an energy model: of one with prices of another ratio those that any schedule reads.
  public func charged(by model: EnergyModel) -> Bits { model.ratio == ratio ? charged : read }
}
