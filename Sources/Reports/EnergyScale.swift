import EnergyModel

/// The multiple of a unit in which energies that stand together are written, so that they have one unit and as many decimals.
///
/// Joules take the prefix with which the least of the energies that were found and are not 0 is at least 1, and three decimals:
/// what they are made of and bounds below them are written in the same, so that a layer has one unit wherever it stands alone.
/// What has no prefixes, as bits, which are counted, stays as it is.
struct EnergyScale {
  /// As in µJ.
  let unit: String
  /// How many of the given unit one of it is; nil for a unit that takes no prefix.
  private let size: Double?

  /// - Parameters:
  ///   - unit: what the energies are counted in.
  ///   - energies: the energies that were found, those that are not known among them.
  init(_ unit: String, _ energies: some Sequence<Double?>) {
    let quantity = Quantity(name: "", unit: unit)
    let least = energies.compactMap(\.self).filter { $0 > 0 && $0.isFinite }.min()
    if quantity.isInJoules, let least {
      let multiple = quantity.multiple(for: least)
      (self.unit, size) = (multiple.unit, multiple.size)
    } else {
      (self.unit, size) = (unit, nil)
    }
  }

  /// An energy in this unit, without its name; "<0.001" for one that is less than what "0.001" stands for and more than nothing.
  func text(_ energy: Double) -> String {
    guard let size else { return NumberText.grouped(energy) }
    return energy > 0 && energy / size < 0.0005 ? "<0.001" : NumberText.fixed(energy / size, decimals: 3)
  }
}

extension EnergyModel {
  /// Whether energy is the number of bits moved, so that both need not be written.
  var countsBits: Bool { unit == "bit" && perMAC == 0 && perBitRead == 1 && perBitWritten == 1 && buffer == nil }
}
