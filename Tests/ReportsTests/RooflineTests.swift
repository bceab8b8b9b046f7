import Answers
import EnergyModel
import LowerBounds
import MappingSearch
import Mappings
import Testing
import Workloads

@testable import Reports

struct RooflineTests {
  /// Every layer lies on the roof, and none beyond where its bound would let it be.
  @Test func layersLieOnTheRoof() throws {
    let rates = try #require(Accelerator.Throughput(macsPerCycle: 8, clock: 1000, bandwidth: 4000))
    var answers: [Answer] = []
    for (index, sizes) in [(5, 7, 6), (1, 30, 40), (16, 16, 16)].enumerated() {
      let layer = try Layer.gemm(name: "g\(index)", m: sizes.0, n: sizes.1, k: sizes.2)
      let problem = try Problem(layer, widths: WordWidths(.byte), reuse: .sliding)
      let optimum = try #require(Optimizer(problem).optimum(capacity: Bits(400)))
      answers.append(
        Answer(
          network: "net", entry: Network.Entry(layer: layer, count: 1), problem,
          on: Accelerator.Identity(name: "a", throughput: rates), capacity: Bits(400), optimum,
          bounds: LowerBounds(problem)))
    }
    let figure = try #require(RooflineFigure.figure(name: "f", title: "t", subtitle: "s", answers: answers))
    var dots = 0
    for case .dots(let own) in figure.elements where !own.points.isEmpty {
      for point in own.points {
        #expect(abs(point.y - min(8000, 4000 * point.x)) <= 1e-9 * point.y)
        dots += own.shape == .diamond ? 0 : 1
      }
    }
    #expect(dots == 3 && figure.tips.count == 3 && figure.tips[0].text.hasPrefix("g0: "))
    #expect(figure.description.hasPrefix("3 layers, "))
    answers[0].accelerator = nil
    #expect(RooflineFigure.figure(name: "f", title: "t", subtitle: "s", answers: answers) == nil)
  }
}
