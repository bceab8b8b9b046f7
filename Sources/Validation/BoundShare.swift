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
  /// The middle one of measured energies of data over the optimal mappings' in place of the bounds'; none where some layer
  /// has no mapping, or none was looked for.
  public let medianOverOptimum: Double?
  /// The place of the row with the least ratio of whole energies.
  public let nearest: Int

  static func all(_ data: MeasuredData, _ predictions: [LayerPrediction], levels: Bool) -> [BoundShare] {
    predictions[0].atCapacities.indices.map { index in
      BoundShare(.capacity(predictions[0].atCapacities[index].capacity), data, predictions) {
        ($0.atCapacities[index].bound, $0.atCapacities[index].optimum)
      }
    }
      + (levels
        ? [BoundShare(.hierarchy, data, predictions) { ($0.hierarchyBound, $0.hierarchyOptimum) }] : [])
  }

  private init(
    _ kind: Kind, _ data: MeasuredData, _ predictions: [LayerPrediction],
    _ energies: (LayerPrediction) -> (bound: Double, optimum: Double?)
  ) {
    let (bounds, optima) = (predictions.map { energies($0).bound }, predictions.compactMap { energies($0).optimum })
    self.kind = kind
    count = data.rows.count
    let totals = data.rows.indices.map { data.rows[$0].total / (bounds[$0] + predictions[$0].compute) }
    holds = totals.count { $0 >= 1 - Self.tolerance }
    total = Comparison.Ratios(totals)
    self.data = Comparison.Ratios(zip(data.rows, bounds).map { $0.data / $1 })
    medianOverOptimum =
      optima.count < data.rows.count ? nil : zip(data.rows, optima).map { $0.data / $1 }.sorted().median
    nearest = totals.indices.min { totals[$0] < totals[$1] } ?? 0
  }

  /// Measured energies come with some ten digits.
  private static let tolerance = 1e-9
}
