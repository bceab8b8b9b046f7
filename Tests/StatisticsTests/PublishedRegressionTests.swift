import Foundation
import Statistics
import TestSupport
import Testing

/// The published regressions of measured data energy of layers on Simba, to every digit that is printed there.
///
/// J. Šíma, P. Vidnerová, V. Mrázek, Energy Complexity of Convolutional Neural Networks, Neural Computation 36(8), 2024,
/// and the data published with it. The data are no part of this package: where they are absent, these tests are left out.
struct PublishedRegressionTests {
  /// Where the data are, if they are anywhere.
  static let folder: URL? = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/validation")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()
  static let isAbsent: Comment = "there are no measured data in ../shared/validation"

  static func columns(_ file: String) throws -> [[Double]] {
    let folder = try #require(folder)
    let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
    let rows = try text.split(whereSeparator: \.isNewline).map { line in
      try line.split(separator: ";").map { try #require(Double($0)) }
    }
    let width = try #require(rows.first).count
    #expect(rows.allSatisfy { $0.count == width })
    return (0..<width).map { column in rows.map { $0[column] } }
  }

  /// A number as it is printed: `%` with digits and the kind of notation, as in C.
  static func printed(_ number: Double, _ format: String) -> String { String(format: format, number) }

  /// What is printed of a fit with intercept, linear and square term: figures in the order of `formats`.
  struct Series: CustomTestStringConvertible {
    var file: String
    var inverse = false
    /// Each figure as printed, with the format that prints it.
    var model: [(String, String)]
    var estimates: [(String, String)]
    var probabilities: [(String, String)]
    var testDescription: String { file }
  }

  static let series = [
    Series(
      file: "simba_energy_d.csv",
      model: [
        ("0.965", "%.3f"), ("839.5", "%.1f"), ("4.12e-45", "%.2e"), ("-1297.1", "%.1f"), ("2600", "%.0f"),
        ("2607", "%.0f"),
      ],
      estimates: [("3.158e+06", "%.3e"), ("5.133e+06", "%.3e"), ("595.0835", "%.4f")],
      probabilities: [("0.9587348", "%.7f"), ("1.144896e-13", "%.6e"), ("0.5560467", "%.7f")]),
    Series(
      file: "simba_energy_inputs.csv",
      model: [
        ("0.998", "%.3f"), ("1.134e+04", "%.3e"), ("8.23e-64", "%.2e"), ("-904.91", "%.2f"), ("1816", "%.0f"),
        ("1822", "%.0f"),
      ],
      estimates: [("-9.781e+06", "%.3e"), ("1.053e+05", "%.3e"), ("6282.7341", "%.4f")],
      probabilities: [("0.434", "%.3f"), ("0.345", "%.3f"), ("0.000", "%.3f")]),
    Series(
      file: "simba_energy_kernels.csv",
      model: [
        ("0.999", "%.3f"), ("862.4", "%.1f"), ("0.00116", "%.5f"), ("-82.425", "%.3f"), ("170.9", "%.1f"),
        ("169.7", "%.1f"),
      ],
      estimates: [("-2.321e+07", "%.3e"), ("2.138e+07", "%.3e"), ("1.057e+06", "%.3e")],
      probabilities: [("0.294766", "%.6f"), ("0.055138", "%.6f"), ("0.103316", "%.6f")]),
    Series(
      file: "simba_energy_stride.csv", inverse: true,
      model: [
        ("1.000", "%.3f"), ("8.815e+04", "%.3e"), ("1.13e-05", "%.2e"), ("-84.798", "%.3f"), ("175.6", "%.1f"),
        ("174.4", "%.1f"),
      ],
      estimates: [("-4.187e+06", "%.3e"), ("2.789e+08", "%.3e"), ("4.394e+09", "%.3e")],
      probabilities: [("0.855", "%.3f"), ("0.085", "%.3f"), ("0.000", "%.3f")]),
  ]

  @Test(.enabled(if: folder != nil, isAbsent), arguments: series)
  func measuredSeries(expected: Series) throws {
    let columns = try Self.columns(expected.file)
    let x = expected.inverse ? columns[0].map { 1 / $0 } : columns[0]
    let fit = try LinearModel(
      response: Variable("data", columns[3]), terms: [Variable("x", x), Variable("x²", power: 2, of: x)]
    ).fit()
    let figures = [fit.rSquared, fit.f, fit.fProbability.p, fit.logLikelihood, fit.aic, fit.bic]
    #expect(zip(figures, expected.model).map { Self.printed($0, $1.1) } == expected.model.map(\.0))
    #expect(
      zip(fit.coefficients, expected.estimates).map { Self.printed($0.estimate, $1.1) } == expected.estimates.map(\.0))
    #expect(
      zip(fit.coefficients, expected.probabilities).map { Self.printed($0.probability.p, $1.1) }
        == expected.probabilities.map(\.0))
    #expect(fit.observations == ["d": 64, "inputs": 50][expected.file.dropFirst(13).dropLast(4)] ?? 5)
  }

  /// The least energies of 4 500 random layers in bins of 10 values of the lower bound's term.
  static func minima() throws -> (term: [Double], energy: [Double]) {
    let columns = try Self.columns("random_networks_simba.csv")
    #expect(columns[0].count == 4840)
    let terms = columns[0].indices.map { row in
      let (m, d, previous, r, stride) = (
        columns[0][row], columns[1][row], columns[2][row], columns[3][row], columns[4][row]
      )
      return d * previous * m * m * r * r / (stride * stride)
    }
    let kept = terms.indices.filter { terms[$0] < 0.4e12 }
    let (term, energy) = (kept.map { terms[$0] }, kept.map { columns[7][$0] })
    let rows = try BinnedMinima.rows(of: Variable("data", energy), over: Variable("t", term), size: 10)
    return (rows.map { term[$0] }, rows.map { energy[$0] })
  }

  @Test(.enabled(if: folder != nil, isAbsent))
  func lowerBoundAlone() throws {
    let (term, energy) = try Self.minima()
    #expect(term.count == 449)
    let fit = try LinearModel(response: Variable("data", energy), terms: [Variable("t", term)]).fit()
    #expect(fit.rSquared == 0.9628341059526005)
    // The rest is as mpmath 1.3 has it with 150 digits.
    #expect(agreeing(fit.coefficients[1].estimate, 5.5815387821107319))
    #expect(agreeing(fit.fProbability.logP, -739.10208027172573))
  }

  @Test(.enabled(if: folder != nil, isAbsent))
  func lowerBoundWithSquare() throws {
    let (term, energy) = try Self.minima()
    let x = term.map { ($0 - 2e11) / 2e11 }
    let fit = try LinearModel(
      response: Variable("data", energy), terms: [Variable("x", x), Variable("x²", power: 2, of: x)]
    ).fit()
    #expect(Self.printed(fit.rSquared, "%.3f") == "0.963")
    #expect(Self.printed(fit.f, "%.0f") == "5791")
    #expect(fit.coefficients.map { Self.printed($0.estimate, "%.3e") } == ["1.106e+12", "1.130e+12", "2.032e+10"])
    #expect(fit.coefficients.map { Self.printed($0.standardError, "%.2e") } == ["9.77e+09", "1.68e+10", "1.99e+10"])
    #expect(Self.printed(fit.coefficients[1].probability.p, "%.6e") == "1.369488e-235")
    #expect(Self.printed(fit.coefficients[2].probability.p, "%.7f") == "0.3083913")
    #expect(Self.printed(fit.durbinWatson ?? 0, "%.3f") == "1.918")
    // The rest is as mpmath 1.3 has it with 150 digits.
    #expect(agreeing(fit.coefficients[2].t, 1.0197681485892704))
    #expect(agreeing(fit.logLikelihood, -11906.43381210327) && agreeing(fit.bic, 23831.188692869767))
    #expect(agreeing(fit.conditionNumber, 9.8085374511079813))
  }

  func agreeing(_ value: Double, _ expected: Double) -> Bool { agree(value, expected, digits: 12) }
}
