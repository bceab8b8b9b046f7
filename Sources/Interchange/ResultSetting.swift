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
  public init(_ record: ResultRecord) {
    model = record.energy.model
    unit = record.energy.unit
    perMAC = record.energy.perMAC
    perBitRead = record.energy.perBitRead
    perBitWritten = record.energy.perBitWritten
    bits = record.bits
    reuse = record.reuse
  }
}
