public import EnergyModel
public import Mappings

/// What results must share to be compared or added up: prices, word widths and reuse.
public struct ResultSetting: Hashable, Sendable {
  public let model: String
  public let unit: String
  public let perMAC: Double
  public let perBitRead: Double
  public let perBitWritten: Double
  public let bits: ResultRecord.Widths
  public let reuse: String

  /// The setting of a record.
  public init(_ record: ResultRecord) { self.init(record.energy, record.bits, record.reuse) }

  /// A setting by its parts.
  public init(_ model: EnergyModel, _ widths: WordWidths, _ reuse: ReusePolicy) {
    self.init(ResultRecord.Energies(model, compute: 0, data: 0), ResultRecord.Widths(widths), reuse.rawValue)
  }

  private init(_ energy: ResultRecord.Energies, _ bits: ResultRecord.Widths, _ reuse: String) {
    model = energy.model
    unit = energy.unit
    perMAC = energy.perMAC
    perBitRead = energy.perBitRead
    perBitWritten = energy.perBitWritten
    self.bits = bits
    self.reuse = reuse
  }
}
