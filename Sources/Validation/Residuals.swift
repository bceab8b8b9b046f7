public import Statistics

/// How far measurements are from what a model says of them, by the value of one parameter.
public struct Residuals: Hashable, Sendable {
  /// Rows with near values of the parameter.
  public struct Group: Hashable, Sendable {
    /// The values.
    public let values: ClosedRange<Double>
    /// How many rows.
    public let count: Int
    /// The middle one of measured energies over fitted ones.
    public let fitted: Double
    /// The middle one of measured energies over the quantity itself.
    public let quantity: Double
  }

  /// The parameter.
  public let parameter: String
  /// Rows in rising order of the parameter, in up to so many groups of about equal size, or one for each value.
  public let groups: [Group]
  /// Spearman's correlation of the parameter with measured over fitted energy; none where the latter is constant.
  public let correlation: Correlation?

  /// More groups are not made.
  static let mostGroups = 7

  /// Groups rows by a parameter.
  ///
  /// - Parameters:
  ///   - findings: measurements with predictions.
  ///   - parameter: a place in the data's parameters.
  ///   - comparison: the quantity that energies are explained by.
  ///   - fitted: the energy that the fit gives each row.
  init(_ findings: Findings, parameter: Int, _ comparison: Comparison, fitted: [Double]) {
    let rows = findings.data.rows
    let values = rows.map { $0.parameters[parameter] }
    let ratios = zip(rows, fitted).map { $0.data / $1 }
    let distinct = Set(values).sorted()
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var members: [[Int]] = []
    if distinct.count <= Self.mostGroups {
      members = distinct.map { value in order.filter { values[$0] == value } }
    } else {
      let cuts = (0...Self.mostGroups).map { $0 * order.count / Self.mostGroups }
      members = zip(cuts, cuts.dropFirst()).map { Array(order[$0..<$1]) }.filter { !$0.isEmpty }
    }
    self.parameter = findings.data.parameters[parameter]
    groups = members.map { members in
      Group(
        values: values[members[0]]...values[members[members.count - 1]], count: members.count,
        fitted: members.map { ratios[$0] }.sorted().median,
        quantity: members.map { rows[$0].data / comparison.values[$0] }.sorted().median)
    }
    correlation = try? Correlation.spearman(Variable("parameter", values), Variable("ratio", ratios))
  }
}

extension Findings {
  /// The residuals of the linear fit to the best bound, by each parameter that varies.
  ///
  /// Where the fit gives energies that are not above 0, measured energies over the bound are related to their middle one
  /// instead.
  public var residuals: [Residuals] {
    guard let comparison = self[hasLevels ? .hierarchyBound : .bound] else { return [] }
    var fitted = zip(data.rows, comparison.linear.residuals).map { $0.data - $1 }
    if fitted.contains(where: { $0 <= 0 }) { fitted = comparison.values.map { $0 * comparison.ratios.median } }
    return data.varying.map { Residuals(self, parameter: $0, comparison, fitted: fitted) }
  }
}
