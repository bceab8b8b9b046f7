import Answers
import EnergyModel
import Mappings
import Testing
import Workloads

@testable import Reports

struct ReportFiguresTests {
  private func line(_ figure: Figure?) -> Figure.Line? {
    figure?.elements.compactMap { if case .line(let line) = $0, !line.points.isEmpty { line } else { nil } }.last
  }

  /// An answer whose capacity is just what its mapping holds.
  private func curvePoint(_ name: String, holding bits: Int, data: Double) throws -> Answer {
    let layer = try Layer.gemm(name: name, m: 1 << 13, n: 1, k: 2)
    let problem = try Problem(layer, widths: WordWidths(.one), reuse: .sliding)
    let mapping = try Mapping([
      .loop(.p, tile: bits - 2), .keep(.outputs), .loop(.c, tile: 1), .loop(.p, tile: 1), .keep(.inputs),
      .keep(.weights),
    ])
    let held = problem.evaluate(mapping)
    var answer = Answer(
      network: "net", entry: Network.Entry(layer: layer, count: 1), setting: problem.setting,
      capacity: held.occupancy.bits(problem.widths), held)
    answer.energy = Energies(.bitsMoved, compute: 0, data: data)
    answer.bound = EnergyBound(sum: 1e4, compute: 0)
    return answer
  }

  @Test func totalsWeighLayersAndNeedThemAll() throws {
    let records = [
      try answer(layer: "a", count: 2, capacityBits: 8 << 10, data: 1000, bound: 500),
      try answer(layer: "b", capacityBits: 8 << 10, data: 100, bound: 100),
      try answer(layer: "a", count: 2, capacityBits: 8 << 12, data: 500, bound: 500),
      try answer(layer: "b", capacityBits: 8 << 12, data: 100, bound: 100),
      try answer(layer: "a", count: 2, capacityBits: 8 << 14, data: 500, bound: 500),
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
    let figures = ReportFigures.all(of: [try answer(network: nil, capacityBits: 8 << 10)])
    #expect(figures.map(\.title) == ["conv: data moved by layer, Buffer of 1 KiB"])
    #expect(ReportFigures.all(of: []).isEmpty)
  }

  @Test func dataflowLinesNeedAllRecords() throws {
    let best = [Dataflow.outputsInputsWeights: 1000.0, .weightsInputsOutputs: 2000.0]
    var records = [
      try answer(capacityBits: 8 << 10, data: 1000, bound: 900, dataflows: best),
      try answer(capacityBits: 8 << 11, data: 950, bound: 900, dataflows: best),
    ]
    func legend(_ records: [Answer]) -> [String] {
      ReportFigures.all(of: records)[0].elements.compactMap(\.legend)
    }
    #expect(legend(records) == ["optimum", "at most, in between", "lower bound", "os-iw", "ws-io"])
    records[1].dataflows = nil
    #expect(legend(records) == ["optimum", "at most, in between", "lower bound"])
  }

  @Test func curvesOfSeveralLayersAreDrawnEach() throws {
    var records: [Answer] = []
    for index in 0..<10 {
      for (capacity, data) in [(64 + index, 1e6), (4096, 1e5 + Double(index)), (4097, 1e4 + Double(index))] {
        records.append(try curvePoint("l\(index)", holding: capacity, data: data))
      }
    }
    let figures = ReportFigures.all(of: records)
    #expect(figures.map(\.title) == (2..<10).map { "net l\($0): data moved against Buffer capacity" })
  }

  @Test func settingsAreNotMixedAndNetworksAreTogether() throws {
    var records: [Answer] = []
    var wide = WordWidths(.byte)
    wide.partialSums = try #require(BitWidth(24))
    let setting = Problem.Setting(widths: wide, reuse: .sliding)
    for network in ["x", "y"] {
      for power in [10, 12] {
        records.append(try answer(network: network, capacityBits: 8 << power, data: 1e6 / Double(power), bound: 1e4))
        records.append(
          try answer(
            network: network, capacityBits: 8 << power, data: 1e7 / Double(power), bound: 1e4, in: setting))
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
    var records: [Answer] = []
    for data in [1200.0, 1000, 1100] {
      for power in [10, 11] { records.append(try answer(capacityBits: 8 << power, data: data, bound: 900)) }
    }
    let figures = ReportFigures.all(of: records)
    #expect(line(figures.first)?.points.map(\.y) == [1000, 1000, 1000])
  }

  @Test func hostileNamesMakeFigures() throws {
    let name = "`touch x` a'b\"c <script>alert(1)</script> @GPFUN '\u{301}"
    let records = try [10, 12].map { try answer(network: name, layer: name, capacityBits: 8 << $0) }
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
