public import EnergyModel
public import Mappings

/// What results must share to be compared or added up: prices, word widths and reuse.
public struct ResultSetting: Hashable, Sendable {
  /// The energy model's name.
  public let model: String
  /// What energies are counted in.
  public let unit: String
  /// C_b, the energy of one MAC.
  public let perMAC: Double
  /// e_read, the energy of reading one bit from DRAM.
  public let perBitRead: Double
  /// e_write, the energy of writing one bit to DRAM.
  public let perBitWritten: Double
  /// Bits of a word of each kind.
  public let bits: ResultRecord.Widths
  /// The reuse policy, a raw value of `ReusePolicy`.
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
