public import Statistics

/// Measured energy of data held against one of the model's quantities, over many layers.
public struct Comparison: Sendable {
  /// What measured energy is held against.
  public enum Quantity: String, CaseIterable, Hashable, Sendable {
    /// MACs, padding included.
    case macs = "MACs"
    /// See ``LayerPrediction/term``.
    case term = "d·d'·m²·r²/σ²"
    /// Words of the reference dataflow that goes output map by output map.
    case outputMapWords = "output maps [words]"
    /// Words of the reference dataflow that goes input map by input map.
    case inputMapWords = "input maps [words]"
    /// The bound for every schedule with DRAM and a Buffer of all memories on the chip.
    case bound = "bound, DRAM"
    /// The optimal mapping there.
    case optimum = "optimum, DRAM"
    /// The bound over all levels.
    case hierarchyBound = "bound, all levels"
    /// The optimal mappings of all levels.
    case hierarchyOptimum = "optima, all levels"

    /// Whether it is an energy, so that the measured one over it is a factor without unit.
    public var isEnergy: Bool {
      switch self {
      case .macs, .term, .outputMapWords, .inputMapWords: false
      case .bound, .optimum, .hierarchyBound, .hierarchyOptimum: true
      }
    }

    /// Whether it is of all levels of memories rather than of DRAM and one Buffer.
    var isOfAllLevels: Bool { self == .hierarchyBound || self == .hierarchyOptimum }

    /// Its value for a layer, or nil where nothing fits; energies of DRAM are at the first capacity.
    func value(_ prediction: LayerPrediction) -> Double? {
      switch self {
      case .macs: Double(prediction.macs)
      case .term: prediction.term
      case .outputMapWords: Double(prediction.outputMapWords)
      case .inputMapWords: Double(prediction.inputMapWords)
      case .bound: prediction.atCapacities[0].bound
      case .optimum: prediction.atCapacities[0].optimum
      case .hierarchyBound: prediction.hierarchyBound
      case .hierarchyOptimum: prediction.hierarchyOptimum
      }
    }
  }

  /// What the measured energy is held against.
  public let quantity: Quantity
  /// Its value for each row.
  public let values: [Double]
  /// Pearson's correlation.
  public let pearson: Correlation
  /// Spearman's correlation.
  public let spearman: Correlation
  /// data ~ quantity.
  public let linear: LinearFit
  /// The probability of the square's coefficient in data ~ quantity + quantity², were it 0; none where that cannot be
  /// fitted.
  public let square: TailProbability?
  /// The measured energy over the quantity: least, median, largest.
  public let ratios: Ratios

  /// How far ratios spread.
  public struct Ratios: Hashable, Sendable {
    /// The least.
    public let least: Double
    /// The middle one.
    public let median: Double
    /// The largest.
    public let largest: Double

    /// The spread of at least one ratio.
    init(_ ratios: [Double]) {
      let sorted = ratios.sorted()
      least = sorted[0]
      median = sorted.median
      largest = sorted[sorted.count - 1]
    }
  }

  /// Holds energies against a quantity; nil where that has no value for some row.
  ///
  /// - Parameters:
  ///   - data: the measured energy of each row.
  ///   - quantity: what to hold it against.
  ///   - predictions: the model's figures of each row.
  /// - Throws: too few rows, or values that do not vary.
  init?(_ data: [Double], _ quantity: Quantity, _ predictions: [LayerPrediction]) throws(StatisticsError) {
    let values = predictions.compactMap(quantity.value)
    guard values.count == predictions.count else { return nil }
    self.quantity = quantity
    self.values = values
    let (response, term) = (Variable("data", data), Variable(quantity.rawValue, values))
    pearson = try Correlation.pearson(response, term)
    spearman = try Correlation.spearman(response, term)
    linear = try LinearModel(response: response, terms: [term]).fit()
    let quadratic = try? LinearModel(
      response: response, terms: [term, Variable("square", power: 2, of: values)]
    ).fit()
    square = quadratic?["square"]?.probability
    ratios = Ratios(zip(data, values).map { $0 / $1 })
  }
}

extension [Double] {
  /// The middle value, or the mean of the two in the middle, of a list in rising order.
  var median: Double { count % 2 == 1 ? self[count / 2] : (self[count / 2 - 1] + self[count / 2]) / 2 }
}
