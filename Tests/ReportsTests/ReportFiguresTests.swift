import Interchange
import Testing

@testable import Reports

struct ReportFiguresTests {
  private func line(_ figure: Figure?) -> Figure.Line? {
    figure?.elements.compactMap { if case .line(let line) = $0, !line.points.isEmpty { line } else { nil } }.last
  }

  @Test func totalsWeighLayersAndNeedThemAll() throws {
    let records = [
      try record(layer: "a", count: 2, capacityBits: 8 << 10, data: 1000, bound: 500),
      try record(layer: "b", capacityBits: 8 << 10, data: 100, bound: 100),
      try record(layer: "a", count: 2, capacityBits: 8 << 12, data: 500, bound: 500),
      try record(layer: "b", capacityBits: 8 << 12, data: 100, bound: 100),
      try record(layer: "a", count: 2, capacityBits: 8 << 14, data: 500, bound: 500),
    ]
    let figures = ReportFigures.all(of: records)
    #expect(
      figures.map(\.name) == ["ski-slope", "gap", "dataflows", "breakdown"].map { "net-unit-8-8-8-8-sliding-\($0)" })
    #expect(line(figures.first)?.points.prefix(2).map(\.y) == [2100, 1100])
    #expect(line(figures.dropFirst().first)?.points.map(\.y).first?.rounded() == 91)
    #expect(figures.last?.title == "net: data moved by layer, Buffer of 4 KiB")
    #expect(
      figures.allSatisfy { $0.subtitle == "energy model unit, word widths 8 bit, reuse sliding" })
  }

  @Test func oneCapacityGivesABreakdownAlone() throws {
    let figures = ReportFigures.all(of: [try record(network: nil, capacityBits: 8 << 10)])
    #expect(figures.map(\.title) == ["conv: data moved by layer, Buffer of 1 KiB"])
    #expect(ReportFigures.all(of: []).isEmpty)
  }

  @Test func dataflowLinesNeedAllRecords() throws {
    let best = ["os-iw": 1000.0, "ws-io": 2000.0]
    var records = [
      try record(capacityBits: 8 << 10, data: 1000, bound: 900, dataflows: best),
      try record(capacityBits: 8 << 11, data: 950, bound: 900, dataflows: best),
    ]
    func legend(_ records: [ResultRecord]) -> [String] {
      ReportFigures.all(of: records)[0].elements.compactMap(\.legend)
    }
    #expect(legend(records) == ["optimum", "at most, in between", "lower bound", "os-iw", "ws-io"])
    records[1].dataflows = nil
    #expect(legend(records) == ["optimum", "at most, in between", "lower bound"])
  }

  @Test func curvesOfSeveralLayersAreDrawnEach() throws {
    var records: [ResultRecord] = []
    for index in 0..<10 {
      for (capacity, data) in [(64 + index, 1e6), (4096, 1e5 + Double(index)), (4097, 1e4 + Double(index))] {
        var record = try record(layer: "l\(index)", capacityBits: capacity, data: data, bound: 1e4)
        record.occupancyBits = capacity
        records.append(record)
      }
    }
    let figures = ReportFigures.all(of: records)
    #expect(figures.map(\.title) == (2..<10).map { "net l\($0): data moved against Buffer capacity" })
  }

  @Test func settingsAreNotMixedAndNetworksAreTogether() throws {
    var records: [ResultRecord] = []
    for network in ["x", "y"] {
      for power in [10, 12] {
        records.append(try record(network: network, capacityBits: 8 << power, data: 1e6 / Double(power), bound: 1e4))
        var other = try record(network: network, capacityBits: 8 << power, data: 1e7 / Double(power), bound: 1e4)
        other.bits.partialSums = 24
        records.append(other)
      }
    }
    let figures = ReportFigures.all(of: records)
    #expect(figures.count { $0.title == "2 networks: data moved against Buffer capacity" } == 2)
    #expect(Set(figures.map(\.name)).count == figures.count)
    #expect(
      Set(figures.map(\.subtitle)) == [
        "energy model unit, word widths 8 bit, reuse sliding",
        "energy model unit, word widths 8/8/8/24 bit (inputs/weights/outputs/partial sums), reuse sliding",
      ])
  }

  @Test func theBestOfSeveralRecordsCounts() throws {
    var records: [ResultRecord] = []
    for data in [1200.0, 1000, 1100] {
      for power in [10, 11] { records.append(try record(capacityBits: 8 << power, data: data, bound: 900)) }
    }
    let figures = ReportFigures.all(of: records)
    #expect(line(figures.first)?.points.map(\.y) == [1000, 1000, 1000])
  }

  @Test func hostileNamesMakeFigures() throws {
    let name = "`touch x` a'b\"c <script>alert(1)</script> @GPFUN '\u{301}"
    let records = try [10, 12].map { try record(network: name, layer: name, capacityBits: 8 << $0, dataflow: name) }
    for figure in ReportFigures.all(of: records) {
      let svg = try figure.inlineSVG(idPrefix: figure.name)
      #expect(svg.contains("&lt;script") && !svg.contains("<script"))
      let isPlain = figure.name.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
      }
      #expect(isPlain)
    }
  }
}
