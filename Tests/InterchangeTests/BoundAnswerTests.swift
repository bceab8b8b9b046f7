import Answers
import EnergyModel
import LowerBounds
import MappingSearch
import Mappings
import Testing
import Workloads

@testable import Interchange

struct BoundAnswerTests {
  /// Where accesses of the Buffer change the ratio of prices with its size, bounds are those of the prices at each size.
  @Test(
    "No bound is above an optimum, whatever the Buffer costs",
    arguments: [(4.0, 8.0, 1.0, 1.0), (1, 20, 0.01, 100), (8, 8, 0.5, 2)])
  func buffersOwnEnergy(_ prices: (read: Double, write: Double, bufferRead: Double, bufferWrite: Double)) throws {
    let row = "read: \(prices.bufferRead), write: \(prices.bufferWrite)"
    let model = try EnergyFile.parse(
      """
      energy: prices
      unit: pJ
      mac: 0
      read: \(prices.read)
      write: \(prices.write)
      buffer:
        reads-per-mac: {inputs: 0, weights: 0, partial-sums: 0}
        writes-per-mac: {partial-sums: 0}
        writes-per-fill: 1
        reads-per-drain: 1
        table: [{capacity: 1B, \(row)}, {capacity: 1MiB, \(row)}]
      """, origin: "prices.yaml")
    let layer = try Layer.gemm(name: "product", m: 1, n: 100, k: 100)
    let layout = try BufferLayout(parts: [
      .init([.inputs], capacity: .bytes(20)), .init([.weights], capacity: .bytes(1)),
      .init([.outputs], capacity: .bytes(1)),
    ])
    let setting = Problem.Setting(widths: WordWidths(.byte), energyModel: model, layout: layout)
    let whole = try #require(WholeLayer.all(of: [.init(layer: layer, count: 1)]).first)
    let answers = try BoundAnswer.all(network: nil, whole, in: setting, capacities: [.bytes(22)])
    let problem = try Problem(layer, in: setting.at(.bytes(22)))
    let optimum = try #require(Optimizer(problem).optimum(capacity: .bytes(22)))
    for answer in answers { #expect(answer.energy.data <= optimum.energy.data * (1 + 1e-12), "\(answer.bound)") }
    #expect(answers.contains { $0.bound.family == .arrivals && $0.isBest })
    // Of other prices than those that they were made for bounds charge what is read alone.
    let others = LowerBounds(try Problem(layer, in: setting.withoutBuffer)).best(capacity: .bytes(22))
    #expect(try #require(others.energy(of: [problem])).data <= optimum.energy.data)
  }
}
