import Answers
import EnergyModel
import Interchange
import LowerBounds
import MappingSearch
import Mappings
import Testing
import Workloads

@testable import Reports

/// Layers that are given in parts, in every kind of report.
struct WholeReportTests {
  private let widths = WordWidths(.byte)

  /// Four parts of a layer and a layer that stands for itself, at two capacities: one at which the parts run one after the
  /// other, and one at which they share their inputs.
  private func entries() throws -> [Network.Entry] {
    try [(1, 0), (0, 1)].flatMap { top, bottom in
      try [(1, 0), (0, 1)].map { left, right in
        Network.Entry(
          layer: try Layer(
            name: "up/\(bottom)-\(right)", inputChannels: 8, input: Extent(6), outputChannels: 4, kernel: Extent(2),
            padding: Padding(top: top, bottom: bottom, left: left, right: right)), count: 1, partOf: "up")
      }
    } + [Network.Entry(layer: try Layer.gemm(name: "fc", m: 9, n: 8, k: 7), count: 2)]
  }

  private func records(_ bytes: Int, comparesDataflows: Bool = true) throws -> [Answer] {
    try entries().map { entry in
      let problem = try Problem(entry.layer, widths: widths, reuse: .sliding)
      let optimizer = Optimizer(problem)
      let optimum = try #require(optimizer.optimum(capacity: .bytes(bytes)))
      var record = Answer(
        network: "net", entry: entry, problem, capacity: .bytes(bytes), optimum, bounds: LowerBounds(problem))
      if comparesDataflows { record.compare(DataflowCurves(optimizer), of: problem, capacity: .bytes(bytes)) }
      return record
    }
  }

  private let note =
    "up: given in parts that read inputs in common and are searched one by one. Run part by part, their sum may be more "
    + "than the optimum of the whole; with shared inputs, which stay in the Buffer, every word moves once. Only the whole "
    + "has a bound: those of parts could not be added up"

  private func cells(_ line: String) -> [String] { line.split(separator: "  ").map { $0.trimmed } }

  @Test func gapTables() throws {
    let (small, large) = (try records(64), try records(4096))
    let lines = GapReport.lines([small, large], showsLayers: true)
    let rows = lines.map(cells)
    let wholes = rows.filter { $0.first == "up (4 parts)" }
    #expect(wholes.count == 2)
    // 288 inputs, four times 128 weights and 144 outputs.
    #expect(wholes[1].dropFirst(3).prefix(5) == ["11 008", "11 008", "compulsory", "0.0 %", "shared inputs"])
    let whole = try #require(WholeAnswer.all(of: small).first)
    #expect(!whole.sharesInputs)
    #expect(
      wholes[0].dropFirst(3).prefix(5) == [
        NumberText.grouped(whole.energy.data), NumberText.grouped(whole.bound.data), WholeText.family(whole.bound),
        NumberText.percent(whole.gap.data ?? -1), "part by part",
      ])
    // A part has its optimum and its dataflow, and nothing between.
    let part = try #require(rows.first { $0.first == "up/0-0" })
    #expect(
      part.dropFirst(3).prefix(2) == [
        NumberText.grouped(small[0].energy.data), "\(small[0].ownDataflows[0].rawValue) or others",
      ])
    let total = try #require(rows.first { $0.first == "total" })
    let expected = try #require(NetworkAnswer(small))
    #expect(
      total[1] == "3" && total[3] == NumberText.grouped(expected.energy.data)
        && total[4] == NumberText.grouped(expected.bound?.data ?? -1))
    #expect(lines.contains { $0.contains("over 4 distinct layers and capacities") })
    #expect(lines.last == note)
    #expect(!GapReport.lines([[small[4]]], showsLayers: true).contains { $0.contains("part") })
  }

  @Test func tablesOfOptima() throws {
    let records = try records(4096)
    let report = MappingReport(records)
    let rows = report.table.map(cells)
    let macs = NumberText.grouped(records[..<4].reduce(0) { $0 + $1.layer.macs })
    #expect(
      rows.first { $0.first == "up (4 parts)" } == [
        "up (4 parts)", "1", macs, "shared inputs", "11 008", "2 304", "4 096", "0", "4 608", "11 008", "0.0 %",
      ])
    #expect(rows.first { $0.first == "total" }?.last == "0.0 %")
    #expect(report.table.last == note)
    #expect(report.details.contains("  part of    up, which alone has a bound: parts read inputs in common"))
    #expect(report.details.count { $0.hasPrefix("  bound") } == 1)
  }

  /// The network's bound is that of the whole, and the whole has a line among the layers' gaps.
  @Test func figures() throws {
    let capacities = [64, 256, 4096]
    let records = try capacities.flatMap { try self.records($0) }
    let figures = ReportFigures.all(of: records)
    let gap = try #require(figures.first { $0.name.hasSuffix("gap") })
    #expect(Set(gap.tips.map { $0.text.split(separator: " at")[0] }) == ["up", "fc", "network"])
    let slope = try #require(figures.first { $0.name.hasSuffix("ski-slope") })
    for capacity in capacities {
      let total = try #require(NetworkAnswer(try self.records(capacity)))
      let lines = slope.elements.compactMap { if case .line(let line) = $0 { line } else { nil } }
      let bound = try #require(lines.first { $0.dash == .dotted && !$0.points.isEmpty })
      let point = try #require(bound.points.first { $0.x == Double(capacity) })
      #expect(point.y == total.bound?.data)
      let optimum = try #require(lines.last { !$0.points.isEmpty && $0.isStepped && $0.colour == .ink })
      #expect(optimum.points.contains { $0.x == Double(capacity) && $0.y == total.energy.data })
    }
  }

  /// A part by itself, with capacities of its own, is drawn without a bound.
  @Test func curvesOfParts() throws {
    let entry = try entries()[0]
    let curve = try Optimizer(Problem(entry.layer, widths: widths, reuse: .sliding)).curve()
    let plain = Network.Entry(layer: entry.layer.named("alone"), count: 1)
    let records = [entry, plain].flatMap { entry in
      curve.steps.points.indices.map { index in
        Answer(
          network: "net", entry: entry, curve.problem, capacity: curve.steps.points[index].capacity,
          curve.optimum(at: index), bounds: LowerBounds(curve.problem))
      }
    }
    let legends = ReportFigures.all(of: records).map { $0.elements.compactMap(\.legend) }
    #expect(legends == [["optimum"], ["optimum", "lower bound"]])
  }

  @Test func pages() throws {
    let records = try records(64) + (try self.records(4096))
    let document = try ResultReader.parse(try ResultFile.json(records), origin: "results.json")
    let page = try HTMLReport(documents: [document]).page()
    #expect(page.contains("Layers that are given in parts, with the bound of the whole"))
    #expect(page.contains("\(note)."))
    #expect(page.contains("part by part") && page.contains("shared inputs"))
    #expect(page.contains(">part of<") && page.contains("up, which alone has a bound: parts read inputs in common"))
    let plain = try HTMLReport(
      documents: [try ResultReader.parse(try ResultFile.json([records[4]]), origin: "results.json")]
    ).page()
    #expect(!plain.contains("part of"))
  }

  @Test func otherTables() throws {
    let network = try Network(name: "net", source: "here", entries: entries())
    let listing = NetworkListing.layers(of: network)
    #expect(
      listing.last == "up is given in parts that read inputs in common, and the total has these once: "
        + "up/0-0, up/0-1, up/1-0, up/1-1")
    // 288 inputs of the parts, and twice 63.
    let total = try #require(listing.first { $0.hasPrefix("total") })
    #expect(total.contains(" 3 ") && total.contains(" 414 "))
    #expect(cells(NetworkListing.networks([NetworkSummary(network)])[1]).prefix(3) == ["net", "3", "2"])
    let whole = network.wholes[0]
    let bound = try #require(
      LowerBounds(try whole.parts.map { try Problem($0, widths: widths, reuse: .sliding) }).all(capacity: .bytes(64))
        .first)
    let bounds = try BoundAnswer.all(
      network: "net", whole, in: Problem.Setting(widths: widths, reuse: .sliding), capacities: [.bytes(64)])
    #expect(bounds[0].bound == bound)
    let record = BoundRecord(bounds[0])
    #expect(record.parts == whole.parts.map(\.name) && record.macs == whole.parts.reduce(0) { $0 + $1.macs })
    #expect(BoundReport.lines(bounds)[1].hasPrefix("up (4 parts)"))
    #expect(CurveReport.notes(network.entries, []) == ["", note])
    #expect(CurveReport.notes([network.entries[4]], []).isEmpty)
  }
}

extension Substring {
  fileprivate var trimmed: String { drop { $0 == " " }.description }
}
