public import Workloads

/// How many measurements a lower bound lies below: all, if the platform is what the bound assumes.
public struct BoundShare: Hashable, Sendable {
  /// What bounds the energy of data.
  public enum Kind: Hashable, Sendable {
    /// DRAM's traffic with a Buffer of some size.
    case capacity(Bits)
    /// All levels.
    case hierarchy
  }

  /// What bounds the energy of data.
  public let kind: Kind
  /// The rows whose whole energy is at least the bound with the energy of computing.
  public let holds: Int
  /// All rows.
  public let count: Int
  /// The measured energy of data over its bound: the least, the middle one, the largest.
  public let data: Comparison.Ratios
  /// The whole measured energy over its bound.
  public let total: Comparison.Ratios
  /// The place of the row with the least ratio of whole energies.
  public let nearest: Int

  static func all(_ data: MeasuredData, _ predictions: [LayerPrediction], levels: Bool) -> [BoundShare] {
    predictions[0].atCapacities.indices.map { index in
      BoundShare(.capacity(predictions[0].atCapacities[index].capacity), data, predictions) {
        $0.atCapacities[index].bound
      }
    } + (levels ? [BoundShare(.hierarchy, data, predictions) { $0.hierarchyBound }] : [])
  }

  private init(
    _ kind: Kind, _ data: MeasuredData, _ predictions: [LayerPrediction], _ bound: (LayerPrediction) -> Double
  ) {
    self.kind = kind
    count = data.rows.count
    let totals = zip(data.rows, predictions).map { $0.total / (bound($1) + $1.compute) }
    holds = totals.count { $0 >= 1 - Self.tolerance }
    total = Comparison.Ratios(totals)
    self.data = Comparison.Ratios(zip(data.rows, predictions).map { $0.data / bound($1) })
    nearest = totals.indices.min { totals[$0] < totals[$1] } ?? 0
  }

  /// Measured energies come with some ten digits.
  private static let tolerance = 1e-9
}
