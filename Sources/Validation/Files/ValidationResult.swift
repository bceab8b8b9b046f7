import EnergyModel
public import Interchange
import Statistics
import Workloads

/// What `validate` finds, as JSON and as CSV.
public enum ValidationResult {
  /// The schema that every JSON file of a validation names.
  public static let schema = "tilebound-validation/1"

  /// A JSON document with sorted keys: for each set of measurements its regressions, comparisons, bounds and rows.
  ///
  /// - Parameters:
  ///   - findings: sets of measurements held against the model.
  ///   - command: the command line that made it.
  ///   - producer: what made it.
  /// - Returns: the text.
  /// - Throws: an `EncodingError` for a figure that is not finite, which only exact fits have.
  public static func json(
    _ findings: [Findings], command: String, producer: Producer = Producer()
  ) throws -> String {
    try ResultFile.json(
      Document(schema: schema, producer: producer, command: command, dataSets: findings.map(DataSet.init)))
  }

  /// A table with a line for each measured layer.
  public static func csv(_ findings: [Findings]) -> String {
    let header = [
      "data_set", "platform", "line", "shape", "macs", "term", "output_map_words", "input_map_words", "measured_total",
      "measured_compute", "measured_data", "bound_data", "optimum_data", "levels_bound_data", "levels_optimum_data",
    ]
    var text = header.joined(separator: ",") + "\n"
    for findings in findings {
      for row in rows(findings) {
        let numbers = [
          Double(row.macs), row.term, Double(row.outputMapWords), Double(row.inputMapWords), row.measured.total,
          row.measured.compute, row.measured.data, row.bound, row.optimum, row.levelsBound, row.levelsOptimum,
        ]
        let fields =
          [findings.data.name, findings.platform.name, String(row.line), row.shape]
          + numbers.map { $0.map(ResultFile.number) ?? "" }
        text += fields.map(ResultFile.quoted).joined(separator: ",") + "\n"
      }
    }
    return text
  }

  private struct Document: Encodable {
    let schema: String
    let producer: Producer
    let command: String
    let dataSets: [DataSet]

    enum CodingKeys: String, CodingKey {
      case schema
      case producer
      case command
      case dataSets = "data_sets"
    }
  }

  private struct Row: Encodable {
    struct Measured: Encodable {
      let total: Double
      let compute: Double
      let data: Double
    }

    let line: Int
    let shape: String
    let macs: Int
    let term: Double
    let outputMapWords: Int
    let inputMapWords: Int
    let measured: Measured
    let bound: Double
    let optimum: Double?
    let levelsBound: Double?
    let levelsOptimum: Double?

    enum CodingKeys: String, CodingKey {
      case line
      case shape
      case macs
      case term
      case outputMapWords = "output_map_words"
      case inputMapWords = "input_map_words"
      case measured
      case bound = "bound_data"
      case optimum = "optimum_data"
      case levelsBound = "levels_bound_data"
      case levelsOptimum = "levels_optimum_data"
    }
  }

  private static func rows(_ findings: Findings) -> [Row] {
    zip(findings.data.rows, findings.predictions).map { row, prediction in
      Row(
        line: row.line, shape: ShapeText.text(row.layer), macs: prediction.macs, term: prediction.term,
        outputMapWords: prediction.outputMapWords, inputMapWords: prediction.inputMapWords,
        measured: Row.Measured(total: row.total, compute: row.compute, data: row.data),
        bound: prediction.atCapacities[0].bound, optimum: prediction.atCapacities[0].optimum,
        levelsBound: findings.hasLevels ? prediction.hierarchyBound : nil, levelsOptimum: prediction.hierarchyOptimum)
    }
  }

  private struct DataSet: Encodable {
    let name: String
    let platform: String
    let capacityBits: Int
    let regressions: [Regression]
    let comparisons: [Against]
    let bounds: [Bound]
    let rows: [Row]

    enum CodingKeys: String, CodingKey {
      case name
      case platform
      case capacityBits = "capacity_bits"
      case regressions
      case comparisons
      case bounds
      case rows
    }

    init(_ findings: Findings) {
      name = findings.data.name
      platform = findings.platform.name
      capacityBits = findings.platform.onChip.count
      var regressions: [Regression] = []
      if let series = findings.series {
        regressions.append(Regression(series.isInverse ? "data ~ 1/v + 1/v^2" : "data ~ v + v^2", series.fit))
      }
      if let minima = findings.minima {
        regressions += [
          Regression("binned minima: data ~ term", minima.linear),
          Regression("binned minima: data ~ x + x^2", minima.quadratic),
        ]
      }
      if let parts = findings.parts { regressions.append(Regression("data ~ macs + optimum", parts)) }
      regressions += findings.comparisons.map { Regression("data ~ \($0.quantity.rawValue)", $0.linear) }
      self.regressions = regressions
      comparisons = findings.comparisons.map(Against.init)
      bounds = findings.shares.map(Bound.init)
      rows = ValidationResult.rows(findings)
    }
  }

  private struct Regression: Encodable {
    struct Coefficient: Encodable {
      let name: String
      let estimate: Double
      let standardError: Double
      let t: Double
      /// As a number, and as its natural logarithm for those below all doubles.
      let p: Double
      let logP: Double
      let lower: Double
      let upper: Double

      enum CodingKeys: String, CodingKey {
        case name
        case estimate
        case standardError = "standard_error"
        case t
        case p
        case logP = "log_p"
        case lower
        case upper
      }
    }

    let model: String
    let observations: Int
    let rSquared: Double
    let adjustedRSquared: Double
    let f: Double
    let fLogP: Double
    let logLikelihood: Double
    let aic: Double
    let bic: Double
    let durbinWatson: Double?
    let conditionNumber: Double
    let coefficients: [Coefficient]

    enum CodingKeys: String, CodingKey {
      case model
      case observations
      case rSquared = "r_squared"
      case adjustedRSquared = "adjusted_r_squared"
      case f
      case fLogP = "f_log_p"
      case logLikelihood = "log_likelihood"
      case aic
      case bic
      case durbinWatson = "durbin_watson"
      case conditionNumber = "condition_number"
      case coefficients
    }

    init(_ model: String, _ fit: LinearFit) {
      self.model = model
      observations = fit.observations
      rSquared = fit.rSquared
      adjustedRSquared = fit.adjustedRSquared
      f = fit.f
      fLogP = fit.fProbability.logP
      logLikelihood = fit.logLikelihood
      aic = fit.aic
      bic = fit.bic
      durbinWatson = fit.durbinWatson
      conditionNumber = fit.conditionNumber
      coefficients = fit.coefficients.map {
        Coefficient(
          name: $0.name, estimate: $0.estimate, standardError: $0.standardError, t: $0.t, p: $0.probability.p,
          logP: $0.probability.logP, lower: $0.lower, upper: $0.upper)
      }
    }
  }

  private struct Against: Encodable {
    let quantity: String
    let pearson: Double
    let spearman: Double
    let least: Double
    let median: Double
    let largest: Double

    init(_ comparison: Comparison) {
      quantity = comparison.quantity.rawValue
      pearson = comparison.pearson.coefficient
      spearman = comparison.spearman.coefficient
      (least, median, largest) = (comparison.ratios.least, comparison.ratios.median, comparison.ratios.largest)
    }
  }

  private struct Bound: Encodable {
    /// None for that of all levels.
    let capacityBits: Int?
    let holds: Int
    let rows: Int
    let leastRatio: Double
    let medianRatio: Double

    enum CodingKeys: String, CodingKey {
      case capacityBits = "capacity_bits"
      case holds
      case rows
      case leastRatio = "least_ratio"
      case medianRatio = "median_ratio"
    }

    init(_ share: BoundShare) {
      if case .capacity(let capacity) = share.kind { capacityBits = capacity.count } else { capacityBits = nil }
      (holds, rows) = (share.holds, share.count)
      (leastRatio, medianRatio) = (share.total.least, share.total.median)
    }
  }
}
