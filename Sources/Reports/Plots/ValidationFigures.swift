import EnergyModel
import Foundation
import Statistics
public import Validation

/// Pictures of measurements held against the model.
public enum ValidationFigures {
  /// Measured energy against each of the model's figures that tells most, and against the parameter that varies.
  ///
  /// - Parameter findings: measurements held against the model.
  /// - Returns: the figures, in the order in which a reader wants them.
  public static func all(_ findings: Findings) -> [Figure] {
    var figures: [Figure] = []
    if let series = findings.series { figures.append(self.series(series, findings)) }
    // Along a single parameter the series shows what else there is to see.
    var quantities: [Comparison.Quantity] = findings.series == nil ? [.term] : []
    if findings.hasLevels { quantities.append(.hierarchyBound) }
    if findings.series == nil || !findings.hasLevels { quantities.append(.bound) }
    figures += quantities.compactMap { findings[$0] }.compactMap { scatter($0, findings) }
    return figures
  }

  private static func subtitle(_ findings: Findings) -> String {
    "\(findings.data.name): \(NumberText.grouped(findings.data.rows.count)) layers on \(findings.platform.name)"
  }

  /// What a quantity is called in a file's name.
  private static func fileName(_ quantity: Comparison.Quantity) -> String {
    switch quantity {
    case .macs: "macs"
    case .term: "term"
    case .outputMapWords: "output-maps"
    case .inputMapWords: "input-maps"
    case .bound: "bound-dram"
    case .optimum: "optimum-dram"
    case .hierarchyBound: "bound-levels"
    case .hierarchyOptimum: "optimum-levels"
    }
  }

  /// Measured energy against a quantity, both logarithmic, with the fitted line and, for energies, the line of equality.
  private static func scatter(_ comparison: Comparison, _ findings: Findings) -> Figure? {
    let energies = findings.data.rows.map(\.data)
    let unit = findings.platform.energyModel.unit
    guard let left = comparison.values.min(), let right = comparison.values.max(), left > 0, left < right,
      let least = energies.min(), let most = energies.max()
    else { return nil }
    let quantity =
      comparison.quantity.isEnergy
      ? Quantity(name: comparison.quantity.rawValue, unit: unit)
      : Quantity(name: comparison.quantity.rawValue, unit: "")
    let bottom = comparison.quantity.isEnergy ? min(least, left) : least
    let frame = (width: 350, height: 260)
    let y = Quantity(name: "measured energy of data", unit: unit).logarithmicAxis(
      from: bottom / 1.3, to: most * 1.3, ticks: 6)
    var figure = Figure(
      name: "\(findings.data.name)-\(fileName(comparison.quantity))",
      title: "measured data against \(comparison.quantity.rawValue)",
      subtitle: subtitle(findings), frame: frame,
      margins: Figure.Margins(left: y.room, right: 26, top: 8, bottom: 44),
      x: quantity.logarithmicAxis(from: left / 1.3, to: right * 1.3, ticks: 5), y: y)
    let points = zip(comparison.values, energies).map { Figure.Point(x: $0, y: $1) }
    figure.elements.append(
      .dots(Figure.Dots(visible(points, in: figure), diameter: 2.4, colour: .skyBlue, legend: "measured")))
    let (intercept, slope) = (
      comparison.linear["intercept"]?.estimate ?? 0, comparison.linear[comparison.quantity.rawValue]?.estimate ?? 0
    )
    let steps = (0...64).map { left * pow(right / left, Double($0) / 64) }
    let fitted = steps.map { Figure.Point(x: $0, y: intercept + slope * $0) }.filter { $0.y >= bottom / 1.3 }
    figure.elements.append(
      .line(
        Figure.Line(
          fitted, width: 2, colour: .vermilion, legend: "least squares, R² \(digits(comparison.linear.rSquared))")))
    if comparison.quantity.isEnergy {
      let ends = [left, min(right, most)].map { Figure.Point(x: $0, y: $0) }
      figure.elements.append(.line(Figure.Line(ends, width: 1.4, dash: .dashed, colour: .ink, legend: "equal")))
    }
    figure.makeRoomForLegend()
    let ratios = comparison.ratios
    figure.description =
      "Pearson's r is \(digits(comparison.pearson.coefficient)), Spearman's \(digits(comparison.spearman.coefficient)). "
      + (comparison.quantity.isEnergy
        ? "Measured energy is \(NumberText.factor(ratios.least)) to \(NumberText.factor(ratios.largest)) times it, "
          + "\(NumberText.factor(ratios.median)) in the middle."
        : "")
    return figure
  }

  /// Measured energy, and the bound and optimum, against the parameter that varies.
  private static func series(_ series: ParameterFit, _ findings: Findings) -> Figure {
    let energies = findings.data.rows.map(\.data)
    let unit = findings.platform.energyModel.unit
    let (low, high) = (series.values.min() ?? 0, series.values.max() ?? 1)
    let frame = (width: 350, height: 240)
    let y = Quantity(name: "energy of data", unit: unit).linearAxis(to: (energies.max() ?? 1) * 1.05, ticks: 6)
    let margin = (high - low) * 0.03
    let ticks = RoundNumbers.multiples(from: low - margin, to: high + margin, count: 7).map {
      Figure.Axis.Tick($0, NumberText.grouped($0))
    }
    var figure = Figure(
      name: "\(findings.data.name)-series", title: "data against \(series.parameter)",
      subtitle: subtitle(findings), frame: frame,
      margins: Figure.Margins(left: y.room, right: 26, top: 8, bottom: 44),
      x: Figure.Axis(
        title: series.parameter, scale: .linear, from: low - margin, to: high + margin, ticks: ticks), y: y)
    let order = series.values.indices.sorted { series.values[$0] < series.values[$1] }
    func line(_ values: [Double], _ dash: Figure.Dash, _ colour: Colour, _ legend: String) -> Figure.Element {
      .line(
        Figure.Line(
          order.map { Figure.Point(x: series.values[$0], y: values[$0]) }, width: 1.6, dash: dash, colour: colour,
          legend: legend))
    }
    let curve = (0...128).map { low + (high - low) * Double($0) / 128 }
    figure.elements.append(
      .line(
        Figure.Line(
          curve.map { Figure.Point(x: $0, y: series.energy(at: $0)) }, width: 2, colour: .vermilion,
          legend: "least squares, R² \(digits(series.fit.rSquared))")))
    if findings.hasLevels {
      figure.elements.append(line(findings.predictions.map(\.hierarchyBound), .solid, .green, "bound, all levels"))
    }
    figure.elements.append(
      line(findings.predictions.map { $0.atCapacities[0].bound }, .dashed, .blue, "bound, DRAM"))
    figure.elements.append(
      .dots(
        Figure.Dots(
          zip(series.values, energies).map { Figure.Point(x: $0, y: $1) }, diameter: 4, colour: .ink,
          legend: "measured")))
    figure.makeRoomForLegend()
    let square = series.fit["square"].map { NumberText.probability($0.probability) } ?? ""
    figure.description = "The square's coefficient has p \(square)."
    return figure
  }

  /// Of dots that would lie on each other only one: some thousand measurements make a large file otherwise.
  private static func visible(_ points: [Figure.Point], in figure: Figure) -> [Figure.Point] {
    var taken: Set<Figure.Point> = []
    return points.filter { point in
      let pixel = figure.pixel(point)
      return taken.insert(Figure.Point(x: (pixel.x * 0.75).rounded(), y: (pixel.y * 0.75).rounded())).inserted
    }
  }

  private static func digits(_ value: Double) -> String { NumberText.fixed(value, decimals: 3) }
}
