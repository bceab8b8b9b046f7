public import EnergyModel
public import Statistics

/// What measurements on a platform say of the energy complexity model, theory §8.
public struct Findings: Sendable {
  /// What was measured.
  public let data: MeasuredData
  /// Where.
  public let platform: Platform
  /// What the model says, for each row.
  public let predictions: [LayerPrediction]
  /// Whether all levels of memories were looked at, and not DRAM alone.
  public let hasLevels: Bool
  /// How MACs and words agree with those that the file gives.
  public let agreement: Agreement
  /// Measured energy against each of the model's quantities, where they have values that vary.
  public let comparisons: [Comparison]
  /// data ~ v + v² of the only parameter that varies, or data ~ 1/σ + 1/σ² for a stride.
  public let series: ParameterFit?
  /// The regression on binned minima, where bins were asked for.
  public let minima: BinnedFit?
  /// How many of the rows each lower bound lies below.
  public let shares: [BoundShare]
  /// data ~ MACs + energy of the optimum's traffic with DRAM, without an intercept: what a MAC costs on the chip, and how
  /// many times its least the traffic. None where fewer than two parameters vary, for then the two terms go together.
  public let parts: LinearFit?

  /// Holds measurements against predictions.
  ///
  /// - Parameters:
  ///   - data: measurements.
  ///   - platform: where they were made.
  ///   - predictions: what the model says of each, the first capacity being the platform's whole memory on the chip.
  ///   - bins: how to bin measurements, or nil not to.
  ///   - levels: whether all levels of memories are to be looked at.
  /// - Throws: too few rows for any regression.
  public init(
    _ data: MeasuredData, on platform: Platform, _ predictions: [LayerPrediction], bins: Bins? = nil,
    levels: Bool = false
  ) throws(StatisticsError) {
    precondition(predictions.count == data.rows.count, "a prediction for each row")
    self.data = data
    self.platform = platform
    self.predictions = predictions
    hasLevels = levels
    let energies = data.rows.map(\.data)
    agreement = Agreement(data, predictions)
    if data.rows.count < 3 { throw .tooFewRows(count: data.rows.count, needed: 3) }
    var comparisons: [Comparison] = []
    for quantity in Comparison.Quantity.allCases where levels || !quantity.isOfAllLevels {
      do throws(StatisticsError) {
        if let comparison = try Comparison(energies, quantity, predictions) { comparisons.append(comparison) }
      } catch .constant(let name) where name == quantity.rawValue {
        // A quantity that is the same for all layers explains nothing.
      }
    }
    self.comparisons = comparisons
    series = try ParameterFit(data)
    minima = try bins.map { bins throws(StatisticsError) in try BinnedFit(energies, predictions.map(\.term), bins) }
    shares = BoundShare.all(data, predictions, levels: levels)
    let moved = Comparison.Quantity.optimum
    let optima = predictions.compactMap(moved.value)
    parts =
      optima.count == energies.count && data.varying.count > 1
      ? try? LinearModel(
        response: Variable("data", energies),
        terms: [
          Variable("MACs", predictions.map { Double($0.macs) }), Variable(moved.rawValue, optima),
        ], intercept: false
      ).fit() : nil
  }

  /// The comparison with a quantity, where there is one.
  public subscript(quantity: Comparison.Quantity) -> Comparison? { comparisons.first { $0.quantity == quantity } }
}
