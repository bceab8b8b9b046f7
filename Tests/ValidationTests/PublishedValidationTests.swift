import EnergyModel
import Foundation
import Interchange
import LowerBounds
import Mappings
import Statistics
import TestSupport
import Testing
import Validation
import Workloads

/// The published tables read, predicted and fitted as `validate` does it.
///
/// The data are those of J. Šíma, P. Vidnerová, V. Mrázek, Energy Complexity of Convolutional Neural Networks, Neural
/// Computation 36(8), 2024. They are no part of this package: where they are absent, these tests are left out.
struct PublishedValidationTests {
  /// Where the data are, if they are anywhere.
  static let folder: String? = {
    let folder: String = Program.root.deletingLastPathComponent().appending(path: "shared/validation").path
    return FileManager.default.fileExists(atPath: folder) ? folder : nil
  }()
  static let isAbsent: Comment = "there are no measured data in ../shared/validation"

  static func requests(_ name: String = "published") throws -> [ValidationRequest] {
    try ValidationFile.read(
      file: Program.root.appending(path: "results/validation/\(name).yaml").path, data: folder)
  }

  static func data(_ request: ValidationRequest) throws -> MeasuredData {
    try MeasuredFile.read(
      file: request.data, columns: request.columns, shape: request.shape, network: request.network,
      name: request.name)
  }

  /// MACs are those of the tables in every row. So are words in some rows of each table, the MACs' energy is the
  /// platform's, and every lower bound lies below every measured energy.
  @Test(.enabled(if: folder != nil, isAbsent))
  func seriesAgree() throws {
    for request in try Self.requests() + Self.requests("earlier") where !request.data.contains("random") {
      let all = try Self.data(request)
      for row in all.rows { #expect(row.layer.macs == row.publishedMACs, "\(all.name), line \(row.line)") }
      let some = all.rows.filter { all.rows.count < 5 || $0.line % (all.rows.count / 5) == 0 }
      let data = MeasuredData(name: all.name, parameters: all.parameters, rows: some)
      let (platform, capacities) = (request.platform, [request.platform.onChip] + request.platform.buffers)
      let predictions = try some.map {
        try LayerPrediction($0.layer, on: platform, capacities: capacities, levels: false)
      }
      let findings = try Findings(data, on: platform, predictions, levels: true)
      let words = findings.agreement.words
      let hasWords = request.columns?.contains("words") == true
      #expect(words.different == 0 && words.given == (hasWords ? some.count : 0), "\(data.name)")
      #expect(hasWords == ["simba_energy_d", "eyeriss_energy_d", "eyeriss_energy_d_longer"].contains(data.name))
      #expect(abs(findings.agreement.computePerMAC.lowerBound / platform.mac - 1) < 1e-8, "\(data.name)")
      #expect(abs(findings.agreement.computePerMAC.upperBound / platform.mac - 1) < 1e-8, "\(data.name)")
      for share in findings.shares { #expect(share.holds == share.count, "\(data.name), \(share.kind)") }
      // A square needs four rows, and layers of a network differ in more than one size.
      let isSeries = all.rows.count > 3 && !all.hasNamedLayers
      #expect(findings.series?.isInverse == (isSeries ? data.name.hasSuffix("_stride") : nil), "\(data.name)")
    }
  }

  /// Outputs are rounded up in all 4 840 rows: computing energy over MACs is the platform's MAC. The bound of all levels
  /// holds, which is held against every 20th row here.
  @Test(.enabled(if: folder != nil, isAbsent))
  func randomLayersAgree() throws {
    let request = try #require(try Self.requests().first { $0.data.contains("random") })
    let data = try Self.data(request)
    #expect(data.rows.count == 4840)
    let hierarchy = HierarchyBound(request.platform)
    for row in data.rows {
      #expect(abs(row.compute / Double(row.layer.macs) / request.platform.mac - 1) < 1e-6, "line \(row.line)")
      if row.line % 20 != 0 { continue }
      let bounds = try LowerBounds(Problem(row.layer, widths: request.platform.widths))
      #expect(hierarchy.least(bounds) <= row.data, "line \(row.line)")
    }
    #expect(request.bins == Bins(size: 10, below: 4e11))
  }
}
