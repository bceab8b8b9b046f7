import EnergyModel
import Interchange
import LowerBounds
import Statistics
import Validation
import Workloads

/// The tables of a validation, whatever they are shown in.
enum ValidationTables {
  /// A table with what stands above its columns.
  struct Table {
    /// What the rows are.
    let caption: String
    let columns: [(header: String, alignment: TextTable.Alignment)]
    var rows: [[String]] = []

    /// For the terminal.
    var text: TextTable {
      var table = TextTable(columns)
      for row in rows { table.add(row) }
      return table
    }
  }

  /// A title, sentences, tables.
  struct Section {
    let title: String
    var notes: [String] = []
    var tables: [Table] = []
  }

  static func sections(_ findings: Findings) -> [Section] {
    var sections = [measured(findings)]
    if let series = findings.series {
      let term = series.isInverse ? "1/v + 1/v²" : "v + v²"
      sections.append(
        regression("data ~ \(term), v = \(series.parameter)", series.fit))
    }
    if let minima = findings.minima { sections += self.minima(minima) }
    sections.append(comparisons(findings))
    sections.append(shares(findings))
    if findings.data.hasNamedLayers { sections.append(layers(findings)) }
    if findings.hasLevels { sections.append(levels(findings)) }
    if let parts = findings.parts { sections.append(self.parts(parts, findings)) }
    if let residuals = residuals(findings) { sections.append(residuals) }
    return sections
  }

  private static func columns(_ first: String, _ rest: String...) -> [(header: String, alignment: TextTable.Alignment)]
  {
    [(first, .left)] + rest.map { ($0, .right) }
  }

  /// A measured value over a predicted one, in the digits of every such column.
  private static func ratio(_ value: Double) -> String { NumberText.significant(value, 4) }

  private static func measured(_ findings: Findings) -> Section {
    let (data, platform) = (findings.data, findings.platform)
    var section = Section(
      title: "\(data.name): \(NumberText.grouped(data.rows.count)) layers on \(platform.name), energies in "
        + platform.energyModel.unit)
    let agreement = findings.agreement
    for (what, count) in [("MACs", agreement.macs), ("words of the first reference dataflow", agreement.words)]
    where count.given > 0 {
      section.notes.append(
        count.different == 0
          ? "\(what): as the file has them, in all \(count.given) rows"
          : "\(what): differ from the file's in \(count.different) of \(count.given) rows")
    }
    let (low, high) = (agreement.computePerMAC.lowerBound, agreement.computePerMAC.upperBound)
    section.notes.append(
      "computing over MACs: \(NumberText.significant(low, 7)) to \(NumberText.significant(high, 7)); "
        + "the platform's MAC: \(NumberText.significant(platform.mac, 7))")
    if low < 0.99 * platform.mac || high > 1.01 * platform.mac {
      section.notes.append("so layers, units or the platform are not those that were measured")
    }
    return section
  }

  /// The figures of a regression.
  private static func regression(_ title: String, _ fit: LinearFit) -> Section {
    func figure(_ value: Double, _ digits: Int = 5) -> String { NumberText.significant(value, digits) }
    var table = Table(
      caption: "coefficients", columns: columns("", "coefficient", "standard error", "t", "p", "95 % interval"))
    for coefficient in fit.coefficients {
      table.rows.append([
        coefficient.name, figure(coefficient.estimate, 7), figure(coefficient.standardError), figure(coefficient.t),
        NumberText.probability(coefficient.probability), "\(figure(coefficient.lower)) to \(figure(coefficient.upper))",
      ])
    }
    return Section(
      title: title,
      notes: [
        "n \(fit.observations), R² \(figure(fit.rSquared, 6)), adjusted \(figure(fit.adjustedRSquared, 6)), "
          + "F \(figure(fit.f)), p of F \(NumberText.probability(fit.fProbability))",
        "log-likelihood \(figure(fit.logLikelihood)), AIC \(figure(fit.aic)), BIC \(figure(fit.bic)), Durbin-Watson "
          + "\(fit.durbinWatson.map { figure($0, 4) } ?? "none"), condition number \(figure(fit.conditionNumber, 3))",
      ], tables: [table])
  }

  private static func minima(_ minima: BinnedFit) -> [Section] {
    let limit = minima.bins.limit.map { " below \(NumberText.significant($0, 4))" } ?? ""
    let half = (minima.bins.limit ?? 0) / 2
    let centre =
      half > 0
      ? "(t - \(NumberText.significant(half, 4)))/\(NumberText.significant(half, 4))"
      : "t about the middle of its range"
    var linear = regression("least data in bins of \(minima.bins.size) values of t, data ~ t", minima.linear)
    linear.notes.insert(
      "t = d·d'·m²·r²/σ²; \(NumberText.grouped(minima.kept)) rows\(limit), \(minima.rows.count) bins", at: 0)
    return [linear, regression("the same, data ~ x + x², x = \(centre)", minima.quadratic)]
  }

  private static func comparisons(_ findings: Findings) -> Section {
    var table = Table(
      caption: "quantities",
      columns: columns(
        "measured data against", "Pearson r", "Spearman", "slope", "R²", "p of square", "measured over it: least",
        "median", "most"))
    for comparison in findings.comparisons {
      let linear = comparison.linear.coefficients
      let ratios = comparison.ratios
      table.rows.append([
        comparison.quantity.rawValue, NumberText.fixed(comparison.pearson.coefficient, decimals: 4),
        NumberText.fixed(comparison.spearman.coefficient, decimals: 4),
        NumberText.significant(linear.last?.estimate ?? 0, 4),
        NumberText.fixed(comparison.linear.rSquared, decimals: 4),
        comparison.square.map { NumberText.probability($0) } ?? "", ratio(ratios.least), ratio(ratios.median),
        ratio(ratios.largest),
      ])
    }
    return Section(
      title: "measured energy of data against the model, data ~ quantity",
      notes: [
        "DRAM: the two-level model, with a Buffer of \(CapacityText.text(findings.platform.onChip)), all memories on the chip"
      ], tables: [table])
  }

  private static func shares(_ findings: Findings) -> Section {
    var table = Table(
      caption: "bounds",
      columns: columns(
        "lower bound", "capacity", "holds", "data over bound: least", "median", "data over optimum: median",
        "total over bound: least", "median",
        "nearest layer"))
    for share in findings.shares {
      let (what, capacity): (String, String) =
        switch share.kind {
        case .capacity(let bits): ("DRAM", CapacityText.text(bits))
        case .hierarchy: ("all levels", "")
        }
      table.rows.append([
        what, capacity, "\(NumberText.grouped(share.holds)) of \(NumberText.grouped(share.count))",
        ratio(share.data.least), ratio(share.data.median), share.medianOverOptimum.map(ratio) ?? "",
        ratio(share.total.least),
        ratio(share.total.median), "line \(findings.data.rows[share.nearest].line)",
      ])
    }
    var section = Section(
      title: "lower bounds with the MACs' energy, against the whole measured energy", tables: [table])
    if findings.predictions[0].atCapacities.count > 1 {
      section.notes.append(
        "DRAM: with a Buffer of all memories on the chip, then of each level alone that keeps several tensors, then of those "
          + "asked for; the bound of a Buffer that is smaller than all memories need not hold")
    }
    if findings.shares.contains(where: { $0.holds < $0.count }) {
      section.notes.append(
        "where one does not hold, what was measured has other energies, more memory or other layers than it assumes")
    }
    return section
  }

  /// Each layer of a network by itself, with what a MAC of it costs in moving data.
  private static func layers(_ findings: Findings) -> Section {
    var headers = ["layer", "MACs", "measured", "bound, DRAM", "measured over it"]
    if findings.hasLevels { headers += ["bound, all levels", "measured over it"] }
    headers += ["measured a MAC", "above DRAM's bound a MAC"]
    var table = Table(
      caption: "layers", columns: headers.enumerated().map { ($1, $0 == 0 ? .left : .right) })
    for (row, prediction) in zip(findings.data.rows, findings.predictions) {
      func energy(_ value: Double) -> String { NumberText.significant(value, 4) }
      let bound = prediction.atCapacities[0].bound
      var cells = [
        row.layer.name, NumberText.grouped(prediction.macs), energy(row.data), energy(bound), ratio(row.data / bound),
      ]
      if findings.hasLevels {
        cells += [energy(prediction.hierarchyBound), ratio(row.data / prediction.hierarchyBound)]
      }
      let macs = Double(prediction.macs)
      table.rows.append(cells + [energy(row.data / macs), energy((row.data - bound) / macs)])
    }
    return Section(title: "measured energy of data, layer by layer", tables: [table])
  }

  private static func levels(_ findings: Findings) -> Section {
    let hierarchy = HierarchyBound(findings.platform)
    var table = Table(caption: "boundaries", columns: columns("boundary", "memories inside", "price of a bit"))
    for boundary in hierarchy.boundaries {
      table.rows.append([
        "below \(boundary.outer)", CapacityText.text(boundary.capacity),
        NumberText.significant(boundary.price, 5),
      ])
    }
    table.rows.append(["operands of a MAC", "", NumberText.significant(hierarchy.operands, 5)])
    return Section(title: "the levels of \(findings.platform.name)", tables: [table])
  }

  private static func parts(_ fit: LinearFit, _ findings: Findings) -> Section {
    var section = regression("data ~ MACs + optimum of DRAM, without intercept", fit)
    section.notes.insert(
      "a MAC is found to cost its coefficient on the chip, the optimum's traffic so many times what it is worth", at: 0)
    return section
  }

  private static func residuals(_ findings: Findings) -> Section? {
    // Of a network's layers each has a line of its own.
    if findings.data.hasNamedLayers { return nil }
    let residuals = findings.residuals
    if residuals.isEmpty { return nil }
    let bound = findings.hasLevels ? Comparison.Quantity.hierarchyBound : .bound
    var section = Section(
      title: "residuals by parameter: measured data over its fit to '\(bound.rawValue)', and over that bound itself",
      notes: ["medians of rows in groups"])
    for parameter in residuals {
      if let correlation = parameter.correlation {
        section.notes.append(
          "\(parameter.parameter): Spearman \(NumberText.fixed(correlation.coefficient, decimals: 3)) with measured "
            + "over fit, p \(NumberText.probability(correlation.probability))")
      }
      var table = Table(
        caption: "by \(parameter.parameter)", columns: columns(parameter.parameter, "rows", "over fit", "over bound"))
      for group in parameter.groups {
        let (low, high) = (group.values.lowerBound, group.values.upperBound)
        table.rows.append([
          low == high ? NumberText.grouped(low) : "\(NumberText.grouped(low)) to \(NumberText.grouped(high))",
          "\(group.count)", ratio(group.fitted), ratio(group.quantity),
        ])
      }
      section.tables.append(table)
    }
    return section
  }
}
