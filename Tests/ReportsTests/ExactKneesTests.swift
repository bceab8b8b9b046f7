import Answers
import EnergyModel
import LowerBounds
import MappingSearch
import Mappings
import Testing
import Workloads

@testable import Reports

/// Knees of records at some capacities are those of the exact curves, or are not shown.
struct ExactKneesTests {
  private static let entries = Result {
    [
      Network.Entry(
        layer: try Layer(
          name: "conv", inputChannels: 6, input: Extent(14), outputChannels: 8, kernel: Extent(3), padding: Padding(1)),
        count: 3),
      Network.Entry(layer: try Layer.gemm(name: "fc", m: 9, n: 12, k: 10, hasBiases: true), count: 1),
    ]
  }
  private static let capacities = (5...12).map { Bits(8 << $0) }

  private func records(
    _ model: EnergyModel = .bitsMoved, _ reuse: ReusePolicy = .sliding,
    dataflows: Set<Dataflow> = Set(Dataflow.allCases), at capacities: [Bits] = ExactKneesTests.capacities
  ) throws -> [Answer] {
    try Self.entries.get().flatMap { entry in
      let optimizer = try optimizer(entry.layer, model, reuse, dataflows)
      return try capacities.map { capacity in
        Answer(
          network: "net", entry: entry, optimizer.problem, capacity: capacity,
          try #require(optimizer.optimum(capacity: capacity)), bounds: LowerBounds(optimizer.problem))
      }
    }
  }

  private func optimizer(
    _ layer: Layer, _ model: EnergyModel, _ reuse: ReusePolicy, _ dataflows: Set<Dataflow>
  ) throws -> Optimizer {
    try Optimizer(Problem(layer, widths: WordWidths(.byte), energyModel: model, reuse: reuse, dataflows: dataflows))
  }

  private func knee(
    _ layers: [Network.Entry], _ model: EnergyModel = .bitsMoved, _ reuse: ReusePolicy = .sliding,
    dataflows: Set<Dataflow> = Set(Dataflow.allCases)
  ) throws -> (capacityBits: Int, value: Double) {
    let sum = try StepCurve(
      sumOf: layers.map { (try optimizer($0.layer, model, reuse, dataflows).curve().steps, $0.count) })
    let point = try #require(sum.knee(within: 0.05).map { sum.points[$0] })
    return (point.capacity.count, model.inUnits(quanta: point.dataQuanta))
  }

  /// Where a figure marks its knee, in bytes.
  private func marked(_ figure: Figure?) -> [Figure.Point] {
    figure?.elements.flatMap { element -> [Figure.Point] in
      if case .dots(let dots) = element, dots.diameter == 8 { dots.points } else { [] }
    } ?? []
  }

  private func figure(_ kind: String, _ figures: [Figure]) -> Figure? { figures.first { $0.name.hasSuffix(kind) } }

  @Test func kneesAreExact() throws {
    let entries = try Self.entries.get()
    let model = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 1, read: 2.5, write: 4)
    for (model, reuse) in [(EnergyModel.bitsMoved, ReusePolicy.sliding), (model, .none)] {
      let figures = ReportFigures.all(of: try records(model, reuse))
      let knee = try knee(entries, model, reuse)
      #expect(!Self.capacities.map(\.count).contains(knee.capacityBits))
      let point = Figure.Point(x: Double(knee.capacityBits) / 8, y: knee.value)
      #expect(marked(figure("ski-slope", figures)) == [point])
      // Energy by layer is shown from there on.
      let next = try #require(Self.capacities.first { $0.count >= knee.capacityBits })
      let title = try #require(figure("breakdown", figures)?.title)
      #expect(title.hasSuffix("by layer, Buffer of \(CapacityAxis.text(bits: next.count))"))
    }
    // Of the layers that are there, and of those alone.
    let one = ReportFigures.all(of: try records().filter { $0.name == "fc" })
    let own = try knee([Network.Entry(layer: entries[1].layer, count: 1)])
    #expect(marked(figure("ski-slope", one)).map { $0.x * 8 } == [Double(own.capacityBits)])
  }

  /// Parts of a layer are one where they share inputs: then less is moved than by one after the other.
  @Test func kneesOfLayersInParts() throws {
    let parts = try (0...1).map { top in
      Network.Entry(
        layer: try Layer(
          name: "up/\(top)", inputChannels: 8, input: Extent(6), outputChannels: 4, kernel: Extent(2),
          padding: Padding(top: top, bottom: 1 - top, left: 1, right: 0)), count: 2, partOf: "up")
    }
    let capacities = (5...13).map { Bits(8 << $0) }
    let records = try parts.flatMap { entry in
      let optimizer = try optimizer(entry.layer, .bitsMoved, .sliding, Set(Dataflow.allCases))
      return try capacities.map { capacity in
        Answer(
          network: "net", entry: entry, optimizer.problem, capacity: capacity,
          try #require(optimizer.optimum(capacity: capacity)), bounds: LowerBounds(optimizer.problem))
      }
    }
    let curves = try parts.map {
      (entry: $0, curve: try optimizer($0.layer, .bitsMoved, .sliding, Set(Dataflow.allCases)).curve().steps)
    }
    let whole = try NetworkCurve(curves, in: Problem.Setting(widths: WordWidths(.byte), reuse: .sliding)).sum
    let separate = try StepCurve(sumOf: curves.map { ($0.curve, 2) })
    let knee = try #require(whole.knee(within: 0.05).map { whole.points[$0] })
    #expect(separate.knee(within: 0.05).map { separate.points[$0] } != knee)
    let figures = ReportFigures.all(of: records)
    #expect(
      marked(figure("ski-slope", figures))
        == [Figure.Point(x: Double(knee.capacity.count) / 8, y: Double(knee.dataQuanta))])
  }

  /// A knee beyond the capacities asked is not drawn, and what is asked next to it is shown.
  @Test func kneesBeyondTheCapacitiesAsked() throws {
    let knee = try knee(Self.entries.get())
    let below = Self.capacities.filter { $0.count < knee.capacityBits }
    let figures = ReportFigures.all(of: try records(at: below))
    #expect(below.count > 1 && marked(figure("ski-slope", figures)).isEmpty)
    let slope = try #require(figure("ski-slope", figures))
    #expect(slope.description.contains("within 5 % from \(CapacityAxis.text(bits: knee.capacityBits, rounded: .up))"))
    let last = CapacityAxis.text(bits: below[below.count - 1].count)
    #expect(figure("breakdown", figures)?.title.hasSuffix("Buffer of \(last)") == true)
  }

  /// Where some dataflows were searched their curve counts, and where the records are no optima there is no knee.
  @Test func othersCurvesAreNotThatOfTheRecords() throws {
    let entries = try Self.entries.get()
    let (dataflow, model) = (Dataflow.weightsOutputsInputs, EnergyModel.bitsMoved)
    let some = ReportFigures.all(of: try records(dataflows: [dataflow]))
    let own = try knee(entries, model, dataflows: [dataflow])
    #expect(try own.capacityBits != knee(entries).capacityBits)
    #expect(marked(figure("ski-slope", some)).map { $0.x * 8 } == [Double(own.capacityBits)])

    var given = try records()
    given[2].energy.data += 8
    let figures = ReportFigures.all(of: given)
    let slope = try #require(figure("ski-slope", figures))
    #expect(marked(slope).isEmpty && !slope.description.contains("within"))
    let last = CapacityAxis.text(bits: Self.capacities[7].count)
    #expect(figure("breakdown", figures)?.title.hasSuffix("Buffer of \(last)") == true)
  }
}
