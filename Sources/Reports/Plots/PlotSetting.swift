public import EnergyModel
public import Interchange
public import Mappings
import Workloads

/// Under what a plot's energies hold: what must be the same for them to be comparable.
public struct PlotSetting: Hashable, Sendable {
  private let model: String
  private let unit: String
  private let prices: [Double]
  private let bits: ResultRecord.Widths
  private let reuse: String

  /// The setting of a record.
  public init(_ record: ResultRecord) {
    self.init(record.energy, record.bits, record.reuse)
  }

  /// A setting by its parts.
  public init(_ model: EnergyModel, _ widths: WordWidths, _ reuse: ReusePolicy) {
    self.init(
      ResultRecord.Energies(model, compute: 0, data: 0), ResultRecord.Widths(widths), reuse.rawValue)
  }

  private init(_ energy: ResultRecord.Energies, _ bits: ResultRecord.Widths, _ reuse: String) {
    (model, unit) = (energy.model, energy.unit)
    prices = [energy.perMAC, energy.perBitRead, energy.perBitWritten]
    (self.bits, self.reuse) = (bits, reuse)
  }

  /// The setting in words.
  public var text: String {
    let all = [bits.inputs, bits.weights, bits.outputs, bits.partialSums]
    let widths =
      Set(all).count == 1
      ? "\(bits.inputs) bit"
      : all.map { "\($0)" }.joined(separator: "/") + " bit (inputs/weights/outputs/partial sums)"
    return "energy model \(model), word widths \(widths), reuse \(reuse)"
  }

  /// The parts of names of files.
  var fileNames: [String] {
    [model, "\(bits.inputs) \(bits.weights) \(bits.outputs) \(bits.partialSums)", reuse]
  }

  /// The energy of moving data, which is the bits moved where each costs one.
  public var energy: Quantity {
    Quantity(name: unit == "bit" && prices[1...] == [1, 1] ? "data moved" : "data energy", unit: unit)
  }

  /// Words moved, with the words that one unit of energy moves; nil where words or their energies differ.
  public var words: (quantity: Quantity, perEnergy: Double)? {
    guard prices[1] == prices[2], prices[1] > 0, bits.wordWidths.map({ $0 == WordWidths($0.inputs) }) ?? false else {
      return nil
    }
    return (Quantity(name: "data moved", unit: "words"), 1 / (prices[1] * Double(bits.inputs)))
  }
}
