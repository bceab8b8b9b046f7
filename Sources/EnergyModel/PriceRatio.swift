import Workloads

/// e_read to e_write in lowest terms.
///
/// The energy of moving data is this ratio's times a constant, so the ratio alone decides which mappings are optimal: one
/// Pareto curve answers every model that has it.
public struct PriceRatio: Hashable, Sendable {
  /// The share of e_read.
  public let read: Int
  /// The share of e_write.
  public let write: Int
}

extension EnergyModel {
  /// The ratio of this model's energies of reading and writing a bit; 0 to 0 where neither costs anything.
  public var ratio: PriceRatio {
    PriceRatio(read: readQuanta / max(1, quantaPerRatio), write: writeQuanta / max(1, quantaPerRatio))
  }

  /// Quanta of this model in one of ``comparing(_:)`` of its ratio; 0 where neither reading nor writing costs anything.
  public var quantaPerRatio: Int { greatestCommonDivisor(readQuanta, writeQuanta) }

  /// The model with the least whole numbers of a ratio, without energies of MACs: it compares mappings as every model of
  /// that ratio does.
  public static func comparing(_ ratio: PriceRatio) -> EnergyModel {
    EnergyModel(
      exactly: "\(ratio.read):\(ratio.write)", source: "Energies of moving data up to a constant.", unit: "",
      read: ratio.read, write: ratio.write)
  }
}
